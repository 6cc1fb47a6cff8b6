-- What changed in the customer file, so that every program that searches it out
-- of memory knows whom to read again. People of an import are one change. The
-- triggers see every way of writing; nobody has to remember to tell. xact is the
-- transaction: commits come in any order, so readers go by the oldest open one.
CREATE TABLE contact_changes (
    kind TEXT NOT NULL,
    ref  TEXT NOT NULL,
    xact xid8 NOT NULL DEFAULT pg_current_xact_id(),
    CONSTRAINT contact_changes_pkey PRIMARY KEY (kind, ref)
);
--bun:split
CREATE INDEX contact_changes_xact ON contact_changes (xact);
--bun:split
CREATE FUNCTION note_contacts_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO contact_changes (kind, ref)
    SELECT 'contact', id FROM changed WHERE TG_OP <> 'INSERT' OR import_id IS NULL
    ON CONFLICT (kind, ref) DO UPDATE SET xact = pg_current_xact_id();
    RETURN NULL;
END $$;
--bun:split
CREATE FUNCTION note_contact_import_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO contact_changes (kind, ref) VALUES ('import', NEW.id)
    ON CONFLICT (kind, ref) DO UPDATE SET xact = pg_current_xact_id();
    RETURN NULL;
END $$;
--bun:split
CREATE TRIGGER contacts_added AFTER INSERT ON contacts
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_contacts_changed();
--bun:split
CREATE TRIGGER contacts_changed AFTER UPDATE ON contacts
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_contacts_changed();
--bun:split
CREATE TRIGGER contacts_removed AFTER DELETE ON contacts
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_contacts_changed();
--bun:split
CREATE TRIGGER contact_imports_changed AFTER UPDATE ON contact_imports
    FOR EACH ROW EXECUTE FUNCTION note_contact_import_changed();
--bun:split
-- Saved filters of the customer file. criteria is JSON of declared columns only.
CREATE TABLE contact_segments (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    name_key   TEXT NOT NULL,
    criteria   TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT contact_segments_name_key UNIQUE (name_key)
);
