-- Wrong recipients, what they answered, and the short way through small incidents.
CREATE TABLE recall_recipients (
    id          TEXT PRIMARY KEY,
    incident_id TEXT NOT NULL REFERENCES incidents (id),
    name        TEXT NOT NULL,
    email       TEXT NOT NULL,
    channel     TEXT NOT NULL,
    language    TEXT NOT NULL,
    passed_by   TEXT NOT NULL,
    added_by    TEXT NOT NULL,
    added_at    TIMESTAMPTZ NOT NULL,
    asked_at    TIMESTAMPTZ,
    given_up_at TIMESTAMPTZ,
    link_serial BIGINT NOT NULL,
    link_hash   TEXT NOT NULL UNIQUE,
    link_until  TIMESTAMPTZ NOT NULL,
    revoked_at  TIMESTAMPTZ,
    mail_state  TEXT NOT NULL
);
--bun:split
CREATE INDEX recall_recipients_by_incident ON recall_recipients (incident_id, added_at);
--bun:split
-- No answer is ever changed; the latest of a recipient counts.
CREATE TABLE recall_answers (
    id           TEXT PRIMARY KEY,
    recipient_id TEXT NOT NULL REFERENCES recall_recipients (id),
    position     BIGINT NOT NULL,
    what_done    TEXT NOT NULL,
    what_now     TEXT NOT NULL,
    passed_to    TEXT NOT NULL,
    stands       BOOLEAN NOT NULL,
    name         TEXT NOT NULL,
    note         TEXT NOT NULL,
    via          TEXT NOT NULL,
    language     TEXT NOT NULL,
    version      TEXT NOT NULL,
    wording      TEXT NOT NULL,
    evidence_id  TEXT NOT NULL,
    recorded_by  TEXT NOT NULL,
    given_at     TIMESTAMPTZ NOT NULL,
    recorded_at  TIMESTAMPTZ NOT NULL,
    UNIQUE (recipient_id, position)
);
--bun:split
CREATE TABLE fast_lanes (
    incident_id      TEXT PRIMARY KEY REFERENCES incidents (id),
    recipients       BIGINT NOT NULL,
    saved_by         TEXT NOT NULL,
    saved_at         TIMESTAMPTZ NOT NULL,
    done_by          TEXT NOT NULL,
    done_at          TIMESTAMPTZ,
    scenario_version TEXT NOT NULL
);
