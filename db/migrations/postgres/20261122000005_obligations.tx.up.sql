-- What the law asks for an incident, what was filed, and the reminders that must arrive.
CREATE TABLE obligations (
    id              TEXT PRIMARY KEY,
    incident_id     TEXT NOT NULL REFERENCES incidents (id),
    regime          TEXT NOT NULL,
    regime_version  TEXT NOT NULL,
    duty            TEXT NOT NULL,
    recipient       TEXT NOT NULL,
    article         TEXT NOT NULL,
    started_at      TIMESTAMPTZ NOT NULL,
    due_at          TIMESTAMPTZ,
    statutory_at    TIMESTAMPTZ,
    target_at       TIMESTAMPTZ,
    state           TEXT NOT NULL,
    settled_at      TIMESTAMPTZ,
    reason          TEXT NOT NULL,
    acknowledged_at TIMESTAMPTZ,
    acknowledged_by TEXT NOT NULL,
    created_at      TIMESTAMPTZ NOT NULL,
    CONSTRAINT obligations_incident_duty_key UNIQUE (incident_id, regime, duty, recipient)
);
--bun:split
CREATE INDEX obligations_open ON obligations (state, due_at);
--bun:split
-- All that the figures read, so that they read the index alone.
CREATE INDEX obligations_figures ON obligations (duty, settled_at, id, state, started_at);
--bun:split
CREATE TABLE filings (
    id             TEXT PRIMARY KEY,
    obligation_id  TEXT NOT NULL REFERENCES obligations (id),
    phase          TEXT NOT NULL,
    filed_at       TIMESTAMPTZ NOT NULL,
    receipt        TEXT NOT NULL,
    no_receipt     TEXT NOT NULL,
    late_reason    TEXT NOT NULL,
    paper_id       TEXT NOT NULL,
    recorded_by    TEXT NOT NULL,
    recorded_at    TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE INDEX filings_by_obligation ON filings (obligation_id, filed_at);
--bun:split
CREATE TABLE reminders (
    id            TEXT PRIMARY KEY,
    obligation_id TEXT NOT NULL REFERENCES obligations (id),
    rung          TEXT NOT NULL,
    due_at        TIMESTAMPTZ NOT NULL,
    mild          BOOLEAN NOT NULL,
    unseen_only   BOOLEAN NOT NULL,
    broadcast     BOOLEAN NOT NULL,
    asked         TEXT NOT NULL,
    channels      TEXT NOT NULL,
    repeat_every  BIGINT NOT NULL,
    state         TEXT NOT NULL,
    why           TEXT NOT NULL,
    sent_at       TIMESTAMPTZ,
    slack_channel TEXT NOT NULL,
    slack_ts      TEXT NOT NULL,
    mails         INTEGER NOT NULL,
    attempts      INTEGER NOT NULL,
    last_error    TEXT NOT NULL,
    CONSTRAINT reminders_obligation_rung_key UNIQUE (obligation_id, rung)
);
--bun:split
CREATE INDEX reminders_planned ON reminders (state, due_at);
--bun:split
-- Where the one card of an incident stands in the chat.
CREATE TABLE alert_cards (
    incident_id TEXT PRIMARY KEY REFERENCES incidents (id),
    channel     TEXT NOT NULL,
    ts          TEXT NOT NULL,
    updated_at  TIMESTAMPTZ NOT NULL
);
--bun:split
-- Interactions from the chat that were acted on, so that a repeated one is not.
CREATE TABLE chat_interactions (
    trigger_id TEXT PRIMARY KEY,
    acted_at   TIMESTAMPTZ NOT NULL
);
--bun:split
-- The last trouble of each channel, for the warning on the board.
CREATE TABLE channel_health (
    channel    TEXT PRIMARY KEY,
    failing    BOOLEAN NOT NULL,
    error      TEXT NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL
);
