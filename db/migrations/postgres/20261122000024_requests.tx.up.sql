-- Requests of data subjects (Art. 12 to 22 GDPR). Their month runs on the same
-- obligations and reminders as the duties of an incident. What names a person stands
-- in columns of its own, so that it can be taken out when the request is long done.
CREATE TABLE requests (
    id               TEXT PRIMARY KEY,
    ref              TEXT NOT NULL UNIQUE,
    send_key         TEXT UNIQUE,
    via              TEXT NOT NULL,
    kinds            TEXT NOT NULL,
    items            TEXT NOT NULL,
    name             TEXT NOT NULL,
    email            TEXT NOT NULL,
    phone            TEXT NOT NULL,
    address          TEXT NOT NULL,
    customer_number  TEXT NOT NULL,
    said             TEXT NOT NULL,
    language         TEXT NOT NULL,
    received_at      TIMESTAMPTZ NOT NULL,
    contact_id       TEXT,
    matching         TEXT NOT NULL,
    identity         TEXT NOT NULL,
    told             TEXT NOT NULL,
    law_version      TEXT NOT NULL,
    lead_id          TEXT NOT NULL,
    state            TEXT NOT NULL,
    extended_at      TIMESTAMPTZ,
    extension_reason TEXT NOT NULL,
    paused_at        TIMESTAMPTZ,
    paused_days      INTEGER NOT NULL,
    due_at           TIMESTAMPTZ NOT NULL,
    gathered_at      TIMESTAMPTZ,
    gathered_hash    TEXT NOT NULL,
    answered_at      TIMESTAMPTZ,
    answered_how     TEXT NOT NULL,
    late_reason      TEXT NOT NULL,
    note             TEXT NOT NULL,
    closed_at        TIMESTAMPTZ,
    stripped_at      TIMESTAMPTZ,
    created_at       TIMESTAMPTZ NOT NULL,
    updated_at       TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE INDEX requests_open ON requests (state, due_at);
--bun:split
CREATE INDEX requests_by_contact ON requests (contact_id) WHERE contact_id IS NOT NULL;
--bun:split
-- Letters to the person and the copies of the data. Content goes when its time is over.
CREATE TABLE request_papers (
    id          TEXT PRIMARY KEY,
    request_id  TEXT NOT NULL REFERENCES requests (id),
    kind        TEXT NOT NULL,
    name        TEXT NOT NULL,
    media       TEXT NOT NULL,
    subject     TEXT NOT NULL,
    body        TEXT NOT NULL,
    content     BYTEA,
    sha256      TEXT NOT NULL,
    address     TEXT NOT NULL,
    made_at     TIMESTAMPTZ NOT NULL,
    sent_at     TIMESTAMPTZ,
    failed      TEXT NOT NULL,
    fetched_at  TIMESTAMPTZ,
    expires_at  TIMESTAMPTZ
);
--bun:split
CREATE INDEX request_papers_by_request ON request_papers (request_id, made_at);
--bun:split
-- A duty is one of an incident or of a request, never of both.
ALTER TABLE obligations ALTER COLUMN incident_id DROP NOT NULL;
--bun:split
ALTER TABLE obligations ADD COLUMN request_id TEXT REFERENCES requests (id);
--bun:split
ALTER TABLE obligations ADD CONSTRAINT obligations_one_case CHECK ((incident_id IS NULL) <> (request_id IS NULL));
--bun:split
ALTER TABLE obligations ADD CONSTRAINT obligations_request_duty_key UNIQUE (request_id, duty);
--bun:split
-- The card in the chat is that of a case of either sort.
ALTER TABLE alert_cards DROP CONSTRAINT alert_cards_incident_id_fkey;
--bun:split
ALTER TABLE alert_cards RENAME COLUMN incident_id TO case_id;
