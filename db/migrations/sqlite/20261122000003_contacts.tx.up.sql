-- The customer file: one row per natural person, where it came from, and the
-- keys by which the same person is found again.
CREATE TABLE contact_imports (
    id             TEXT PRIMARY KEY,
    file_name      TEXT NOT NULL,
    file_hash      TEXT NOT NULL,
    format         TEXT NOT NULL,
    actor_kind     TEXT NOT NULL,
    actor_id       TEXT NOT NULL,
    rows_read      INTEGER NOT NULL,
    rows_accepted  INTEGER NOT NULL,
    rows_duplicate INTEGER NOT NULL,
    rows_filled    INTEGER NOT NULL,
    rows_rejected  INTEGER NOT NULL,
    imported_at    TIMESTAMP NOT NULL,
    undone_at      TIMESTAMP
);
--bun:split
CREATE INDEX contact_imports_file_hash ON contact_imports (file_hash);
--bun:split
CREATE TABLE contacts (
    id              TEXT PRIMARY KEY,
    customer_number TEXT NOT NULL,
    name            TEXT NOT NULL,
    given_name      TEXT NOT NULL,
    family_name     TEXT NOT NULL,
    organisation    TEXT NOT NULL,
    email           TEXT NOT NULL,
    phone           TEXT NOT NULL,
    street          TEXT NOT NULL,
    postcode        TEXT NOT NULL,
    city            TEXT NOT NULL,
    country         TEXT NOT NULL,
    language        TEXT NOT NULL,
    birth_date      TEXT NOT NULL,
    marketing       TEXT NOT NULL,
    unsubscribed_at TIMESTAMP,
    erased_at       TIMESTAMP,
    import_id       TEXT REFERENCES contact_imports (id),
    import_line     INTEGER NOT NULL,
    created_at      TIMESTAMP NOT NULL,
    updated_at      TIMESTAMP NOT NULL,
    search          TEXT NOT NULL,
    match_mail      INTEGER,
    match_number    INTEGER,
    match_postal    INTEGER
);
--bun:split
CREATE INDEX contacts_match_mail ON contacts (match_mail) WHERE match_mail IS NOT NULL;
--bun:split
CREATE INDEX contacts_match_number ON contacts (match_number) WHERE match_number IS NOT NULL;
--bun:split
CREATE INDEX contacts_match_postal ON contacts (match_postal) WHERE match_postal IS NOT NULL;
--bun:split
CREATE INDEX contacts_import_id ON contacts (import_id);
--bun:split
-- People an import found who were there already: they belong to the leaked list
-- as much as those it created. filled names the empty fields it filled in.
CREATE TABLE contact_import_matches (
    import_id  TEXT NOT NULL REFERENCES contact_imports (id),
    line       INTEGER NOT NULL,
    contact_id TEXT NOT NULL REFERENCES contacts (id),
    filled     TEXT NOT NULL,
    PRIMARY KEY (import_id, line)
);
--bun:split
CREATE INDEX contact_import_matches_contact_id ON contact_import_matches (contact_id);
