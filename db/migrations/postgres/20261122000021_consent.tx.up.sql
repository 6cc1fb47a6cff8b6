-- What people said about being written to. Rows are only added; they go when the
-- person is erased. wording and proof are JSON.
CREATE TABLE consent_events (
    id          TEXT PRIMARY KEY,
    contact_id  TEXT NOT NULL REFERENCES contacts (id),
    purpose     TEXT NOT NULL,
    channel     TEXT NOT NULL,
    kind        TEXT NOT NULL,
    at          TIMESTAMPTZ NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    how         TEXT NOT NULL,
    wording     TEXT NOT NULL,
    proof       TEXT NOT NULL
);
--bun:split
CREATE INDEX consent_events_contact_id ON consent_events (contact_id, at);
--bun:split
-- The present, replayed from the events: an index, never the truth.
CREATE TABLE consent_states (
    contact_id TEXT NOT NULL REFERENCES contacts (id),
    purpose    TEXT NOT NULL,
    channel    TEXT NOT NULL,
    standing   TEXT NOT NULL,
    proven     BOOLEAN NOT NULL,
    since      TIMESTAMPTZ NOT NULL,
    event_id   TEXT NOT NULL,
    PRIMARY KEY (contact_id, purpose, channel)
);
--bun:split
CREATE INDEX consent_states_purpose ON consent_states (purpose, channel, standing);
--bun:split
-- Addresses that said no, as keyed hashes. Nothing refers to a person, so that they
-- stay when the person is erased or an import is taken back.
CREATE TABLE suppressions (
    key_hash TEXT PRIMARY KEY,
    purpose  TEXT NOT NULL,
    channel  TEXT NOT NULL,
    how      TEXT NOT NULL,
    since    TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE INDEX suppressions_purpose ON suppressions (purpose, channel);
--bun:split
-- Recordings and scans that prove a consent.
CREATE TABLE consent_files (
    id         TEXT PRIMARY KEY,
    contact_id TEXT NOT NULL REFERENCES contacts (id),
    name       TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size       BIGINT NOT NULL,
    sha256     TEXT NOT NULL,
    added_by   TEXT NOT NULL,
    added_at   TIMESTAMPTZ NOT NULL,
    content    BYTEA NOT NULL
);
--bun:split
CREATE INDEX consent_files_contact_id ON consent_files (contact_id);
