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
    added_at    TIMESTAMP NOT NULL,
    asked_at    TIMESTAMP,
    given_up_at TIMESTAMP,
    link_serial BIGINT NOT NULL,
    link_hash   TEXT NOT NULL UNIQUE,
    link_until  TIMESTAMP NOT NULL,
    revoked_at  TIMESTAMP,
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
    given_at     TIMESTAMP NOT NULL,
    recorded_at  TIMESTAMP NOT NULL,
    UNIQUE (recipient_id, position)
);
--bun:split
CREATE TABLE fast_lanes (
    incident_id      TEXT PRIMARY KEY REFERENCES incidents (id),
    recipients       BIGINT NOT NULL,
    saved_by         TEXT NOT NULL,
    saved_at         TIMESTAMP NOT NULL,
    done_by          TEXT NOT NULL,
    done_at          TIMESTAMP,
    scenario_version TEXT NOT NULL
);
