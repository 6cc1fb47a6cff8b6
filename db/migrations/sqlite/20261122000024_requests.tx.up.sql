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
    received_at      TIMESTAMP NOT NULL,
    contact_id       TEXT,
    matching         TEXT NOT NULL,
    identity         TEXT NOT NULL,
    told             TEXT NOT NULL,
    law_version      TEXT NOT NULL,
    lead_id          TEXT NOT NULL,
    state            TEXT NOT NULL,
    extended_at      TIMESTAMP,
    extension_reason TEXT NOT NULL,
    paused_at        TIMESTAMP,
    paused_days      INTEGER NOT NULL,
    due_at           TIMESTAMP NOT NULL,
    gathered_at      TIMESTAMP,
    gathered_hash    TEXT NOT NULL,
    answered_at      TIMESTAMP,
    answered_how     TEXT NOT NULL,
    late_reason      TEXT NOT NULL,
    note             TEXT NOT NULL,
    closed_at        TIMESTAMP,
    stripped_at      TIMESTAMP,
    created_at       TIMESTAMP NOT NULL,
    updated_at       TIMESTAMP NOT NULL
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
    content     BLOB,
    sha256      TEXT NOT NULL,
    address     TEXT NOT NULL,
    made_at     TIMESTAMP NOT NULL,
    sent_at     TIMESTAMP,
    failed      TEXT NOT NULL,
    fetched_at  TIMESTAMP,
    expires_at  TIMESTAMP
);
--bun:split
CREATE INDEX request_papers_by_request ON request_papers (request_id, made_at);
--bun:split
-- A duty is one of an incident or of a request, never of both. SQLite cannot loosen a
-- column, so the table and the two that point at it are written anew.
CREATE TABLE obligations_new (
    id              TEXT PRIMARY KEY,
    incident_id     TEXT REFERENCES incidents (id),
    request_id      TEXT REFERENCES requests (id),
    regime          TEXT NOT NULL,
    regime_version  TEXT NOT NULL,
    duty            TEXT NOT NULL,
    recipient       TEXT NOT NULL,
    article         TEXT NOT NULL,
    started_at      TIMESTAMP NOT NULL,
    due_at          TIMESTAMP,
    statutory_at    TIMESTAMP,
    target_at       TIMESTAMP,
    state           TEXT NOT NULL,
    settled_at      TIMESTAMP,
    reason          TEXT NOT NULL,
    acknowledged_at TIMESTAMP,
    acknowledged_by TEXT NOT NULL,
    created_at      TIMESTAMP NOT NULL,
    CONSTRAINT obligations_incident_duty_key UNIQUE (incident_id, regime, duty, recipient),
    CONSTRAINT obligations_request_duty_key UNIQUE (request_id, duty),
    CONSTRAINT obligations_one_case CHECK ((incident_id IS NULL) <> (request_id IS NULL))
);
--bun:split
INSERT INTO obligations_new SELECT id, incident_id, NULL, regime, regime_version, duty, recipient, article, started_at, due_at,
    statutory_at, target_at, state, settled_at, reason, acknowledged_at, acknowledged_by, created_at FROM obligations;
--bun:split
CREATE TABLE filings_new (
    id             TEXT PRIMARY KEY,
    obligation_id  TEXT NOT NULL REFERENCES obligations_new (id),
    phase          TEXT NOT NULL,
    filed_at       TIMESTAMP NOT NULL,
    receipt        TEXT NOT NULL,
    no_receipt     TEXT NOT NULL,
    late_reason    TEXT NOT NULL,
    paper_id       TEXT NOT NULL,
    recorded_by    TEXT NOT NULL,
    recorded_at    TIMESTAMP NOT NULL,
    proof_id       TEXT NOT NULL DEFAULT '',
    withdrawal_reason TEXT NOT NULL DEFAULT ''
);
--bun:split
INSERT INTO filings_new SELECT id, obligation_id, phase, filed_at, receipt, no_receipt, late_reason, paper_id, recorded_by, recorded_at,
    proof_id, withdrawal_reason FROM filings;
--bun:split
CREATE TABLE reminders_new (
    id            TEXT PRIMARY KEY,
    obligation_id TEXT NOT NULL REFERENCES obligations_new (id),
    rung          TEXT NOT NULL,
    due_at        TIMESTAMP NOT NULL,
    mild          BOOLEAN NOT NULL,
    unseen_only   BOOLEAN NOT NULL,
    broadcast     BOOLEAN NOT NULL,
    asked         TEXT NOT NULL,
    channels      TEXT NOT NULL,
    repeat_every  BIGINT NOT NULL,
    state         TEXT NOT NULL,
    why           TEXT NOT NULL,
    sent_at       TIMESTAMP,
    slack_channel TEXT NOT NULL,
    slack_ts      TEXT NOT NULL,
    mails         INTEGER NOT NULL,
    attempts      INTEGER NOT NULL,
    last_error    TEXT NOT NULL,
    CONSTRAINT reminders_obligation_rung_key UNIQUE (obligation_id, rung)
);
--bun:split
INSERT INTO reminders_new SELECT id, obligation_id, rung, due_at, mild, unseen_only, broadcast, asked, channels, repeat_every, state,
    why, sent_at, slack_channel, slack_ts, mails, attempts, last_error FROM reminders;
--bun:split
DROP TABLE reminders;
--bun:split
DROP TABLE filings;
--bun:split
DROP TABLE obligations;
--bun:split
ALTER TABLE obligations_new RENAME TO obligations;
--bun:split
ALTER TABLE filings_new RENAME TO filings;
--bun:split
ALTER TABLE reminders_new RENAME TO reminders;
--bun:split
CREATE INDEX obligations_open ON obligations (state, due_at);
--bun:split
-- All that the figures read, so that they read the index alone.
CREATE INDEX obligations_figures ON obligations (duty, settled_at, id, state, started_at);
--bun:split
CREATE INDEX filings_by_obligation ON filings (obligation_id, filed_at);
--bun:split
CREATE INDEX reminders_planned ON reminders (state, due_at);
--bun:split
-- The card in the chat is that of a case of either sort.
CREATE TABLE alert_cards_new (
    case_id     TEXT PRIMARY KEY,
    channel     TEXT NOT NULL,
    ts          TEXT NOT NULL,
    updated_at  TIMESTAMP NOT NULL
);
--bun:split
INSERT INTO alert_cards_new SELECT incident_id, channel, ts, updated_at FROM alert_cards;
--bun:split
DROP TABLE alert_cards;
--bun:split
ALTER TABLE alert_cards_new RENAME TO alert_cards;
