-- What changed in the customer file, so that every program that searches it out
-- of memory knows whom to read again. People of an import are one change. The
-- triggers see every way of writing; nobody has to remember to tell.
CREATE TABLE contact_changes (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    kind   TEXT NOT NULL,
    ref    TEXT NOT NULL,
    CONSTRAINT contact_changes_kind_ref_key UNIQUE (kind, ref)
);
--bun:split
CREATE TRIGGER contacts_added AFTER INSERT ON contacts WHEN NEW.import_id IS NULL BEGIN
    DELETE FROM contact_changes WHERE kind = 'contact' AND ref = NEW.id;
    INSERT INTO contact_changes (kind, ref) VALUES ('contact', NEW.id);
END;
--bun:split
CREATE TRIGGER contacts_changed AFTER UPDATE ON contacts BEGIN
    DELETE FROM contact_changes WHERE kind = 'contact' AND ref = NEW.id;
    INSERT INTO contact_changes (kind, ref) VALUES ('contact', NEW.id);
END;
--bun:split
CREATE TRIGGER contacts_removed AFTER DELETE ON contacts BEGIN
    DELETE FROM contact_changes WHERE kind = 'contact' AND ref = OLD.id;
    INSERT INTO contact_changes (kind, ref) VALUES ('contact', OLD.id);
END;
--bun:split
CREATE TRIGGER contact_imports_changed AFTER UPDATE ON contact_imports BEGIN
    DELETE FROM contact_changes WHERE kind = 'import' AND ref = NEW.id;
    INSERT INTO contact_changes (kind, ref) VALUES ('import', NEW.id);
END;
--bun:split
-- Saved filters of the customer file. criteria is JSON of declared columns only.
CREATE TABLE contact_segments (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    name_key   TEXT NOT NULL,
    criteria   TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    CONSTRAINT contact_segments_name_key UNIQUE (name_key)
);
