-- Sign-up forms, sign-ups that wait for their click, and asking old lists again.
CREATE TABLE signup_forms (
    id         TEXT PRIMARY KEY,
    slug       TEXT NOT NULL,
    document   TEXT NOT NULL,
    version    BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    closed_at  TIMESTAMPTZ,
    CONSTRAINT signup_forms_slug_key UNIQUE (slug)
);
--bun:split
-- A published version never changes: consents point at its words.
CREATE TABLE signup_versions (
    form_id      TEXT NOT NULL REFERENCES signup_forms (id),
    number       BIGINT NOT NULL,
    document     TEXT NOT NULL,
    shipped      TEXT NOT NULL,
    published_at TIMESTAMPTZ NOT NULL,
    published_by TEXT NOT NULL,
    PRIMARY KEY (form_id, number)
);
--bun:split
-- form_id is empty for somebody who asked for the link to his preferences.
CREATE TABLE signup_pending (
    id           TEXT PRIMARY KEY,
    form_id      TEXT NOT NULL,
    version      BIGINT NOT NULL,
    address_key  TEXT NOT NULL,
    once_key     TEXT NOT NULL,
    document     TEXT NOT NULL,
    contact_id   TEXT NOT NULL,
    created_at   TIMESTAMPTZ NOT NULL,
    expires_at   TIMESTAMPTZ NOT NULL,
    confirmed_at TIMESTAMPTZ,
    CONSTRAINT signup_pending_once_key UNIQUE (once_key)
);
--bun:split
CREATE INDEX signup_pending_address ON signup_pending (address_key, created_at);
--bun:split
CREATE INDEX signup_pending_expires ON signup_pending (expires_at);
--bun:split
CREATE INDEX signup_pending_contact ON signup_pending (contact_id);
--bun:split
CREATE TABLE repermission_runs (
    id         TEXT PRIMARY KEY,
    purpose    TEXT NOT NULL,
    ground     TEXT NOT NULL,
    texts      TEXT NOT NULL,
    until_at   TIMESTAMPTZ NOT NULL,
    started_by TEXT NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    sent_at    TIMESTAMPTZ,
    ended_at   TIMESTAMPTZ
);
--bun:split
CREATE TABLE repermission_entries (
    run_id      TEXT NOT NULL REFERENCES repermission_runs (id),
    contact_id  TEXT NOT NULL,
    state       TEXT NOT NULL,
    sent_at     TIMESTAMPTZ,
    answered_at TIMESTAMPTZ,
    PRIMARY KEY (run_id, contact_id)
);
--bun:split
CREATE INDEX repermission_entries_state ON repermission_entries (run_id, state, contact_id);
--bun:split
CREATE INDEX repermission_entries_contact ON repermission_entries (contact_id);
--bun:split
-- Who was merged into whom: links in mails name the person for ever.
CREATE TABLE signup_moves (
    from_id TEXT PRIMARY KEY,
    to_id   TEXT NOT NULL
);
--bun:split
CREATE INDEX signup_moves_to ON signup_moves (to_id);
