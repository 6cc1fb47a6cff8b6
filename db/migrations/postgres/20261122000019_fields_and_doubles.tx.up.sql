-- Where single values came from, when not from where the person came from. The field
-- "*" is the person as a whole.
CREATE TABLE contact_field_sources (
    contact_id TEXT NOT NULL REFERENCES contacts (id),
    field_key  TEXT NOT NULL,
    how        TEXT NOT NULL,
    import_id  TEXT REFERENCES contact_imports (id),
    line       INTEGER NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id   TEXT NOT NULL,
    at         TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (contact_id, field_key)
);
--bun:split
CREATE INDEX contact_field_sources_import ON contact_field_sources (import_id) WHERE import_id IS NOT NULL;
--bun:split
-- How a file with these headings was mapped when it was last imported: JSON, field by
-- column.
CREATE TABLE import_mappings (
    headings   TEXT PRIMARY KEY,
    document   TEXT NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
--bun:split
-- Fields that ended: whose values are being taken out, up to which person.
CREATE TABLE field_endings (
    field_key  TEXT PRIMARY KEY,
    after_id   TEXT NOT NULL,
    erased     INTEGER NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id   TEXT NOT NULL,
    begun_at   TIMESTAMPTZ NOT NULL,
    done_at    TIMESTAMPTZ
);
--bun:split
-- Pairs who may be one person, as they were found last; a_id < b_id.
CREATE TABLE contact_doubles (
    a_id     TEXT NOT NULL,
    b_id     TEXT NOT NULL,
    strength INTEGER NOT NULL,
    why      TEXT NOT NULL,
    PRIMARY KEY (a_id, b_id)
);
--bun:split
CREATE INDEX contact_doubles_order ON contact_doubles (strength DESC, a_id, b_id);
--bun:split
-- When they were looked for, and how far the changes of the file were then.
CREATE TABLE contact_double_looks (
    id        INTEGER PRIMARY KEY,
    position  TEXT NOT NULL,
    looked_at TIMESTAMPTZ NOT NULL,
    took_ms   INTEGER NOT NULL
);
--bun:split
-- Pairs somebody said are two people.
CREATE TABLE contact_not_doubles (
    a_id    TEXT NOT NULL,
    b_id    TEXT NOT NULL,
    said_by TEXT NOT NULL,
    said_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (a_id, b_id)
);
--bun:split
-- Two who were made one. undo is JSON, empty once it cannot be taken back.
CREATE TABLE contact_merges (
    id                TEXT PRIMARY KEY,
    kept_id           TEXT NOT NULL REFERENCES contacts (id),
    double_id         TEXT NOT NULL REFERENCES contacts (id),
    kept_updated_at   TIMESTAMPTZ NOT NULL,
    double_updated_at TIMESTAMPTZ NOT NULL,
    actor_kind        TEXT NOT NULL,
    actor_id          TEXT NOT NULL,
    merged_at         TIMESTAMPTZ NOT NULL,
    undone_at         TIMESTAMPTZ,
    undo              TEXT NOT NULL
);
--bun:split
CREATE INDEX contact_merges_double ON contact_merges (double_id);
--bun:split
CREATE INDEX contact_merges_kept ON contact_merges (kept_id);
