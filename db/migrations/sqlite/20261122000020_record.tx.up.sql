-- The record of processing (Art. 30) beside its purposes and fields: the general part
-- (one row), who handles data for the firm (Art. 28) with the files of the contracts,
-- and every state of the record that was ever saved.
CREATE TABLE record_general (
    id         TEXT PRIMARY KEY,
    document   TEXT NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
--bun:split
CREATE TABLE processors (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    document   TEXT NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
--bun:split
CREATE TABLE processor_files (
    id           TEXT PRIMARY KEY,
    processor_id TEXT NOT NULL REFERENCES processors (id),
    name         TEXT NOT NULL,
    media        TEXT NOT NULL,
    sha256       TEXT NOT NULL,
    content      BLOB NOT NULL,
    created_at   TIMESTAMP NOT NULL,
    UNIQUE (processor_id, sha256)
);
--bun:split
CREATE TABLE record_versions (
    id         TEXT PRIMARY KEY,
    at         TIMESTAMP NOT NULL,
    account_id TEXT NOT NULL,
    sha256     TEXT NOT NULL,
    document   TEXT NOT NULL
);
--bun:split
CREATE INDEX record_versions_at ON record_versions (at);
