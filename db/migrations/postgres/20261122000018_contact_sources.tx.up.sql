CREATE TABLE contact_sources (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    name_key   TEXT NOT NULL,
    content    TEXT NOT NULL,
    secret     TEXT NOT NULL,
    state      TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT contact_sources_name_key UNIQUE (name_key)
);
--bun:split
ALTER TABLE contact_imports ADD COLUMN source_id TEXT NOT NULL DEFAULT '';
--bun:split
CREATE INDEX contact_imports_source_id ON contact_imports (source_id) WHERE source_id <> '';
--bun:split
ALTER TABLE contact_import_matches ADD COLUMN previous TEXT NOT NULL DEFAULT '';
