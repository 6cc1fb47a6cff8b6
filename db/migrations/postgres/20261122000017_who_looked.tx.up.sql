-- Who looked: every journal entry about people of the customer file, found by who
-- did it, by what was done and by when, without reading the journal through.
CREATE TABLE journal_acts (
    seq          BIGINT PRIMARY KEY,
    kind         TEXT NOT NULL,
    case_kind    TEXT NOT NULL,
    case_id      TEXT NOT NULL,
    actor_kind   TEXT NOT NULL,
    actor_id     TEXT NOT NULL,
    recorded_at  TIMESTAMPTZ NOT NULL,
    people       INTEGER NOT NULL
);
--bun:split
CREATE INDEX journal_acts_by_time ON journal_acts (recorded_at, seq);
--bun:split
CREATE INDEX journal_acts_by_actor ON journal_acts (actor_id, recorded_at, seq);
--bun:split
CREATE INDEX journal_acts_by_kind ON journal_acts (kind, recorded_at, seq);
--bun:split
CREATE INDEX journal_acts_by_case ON journal_acts (case_kind, case_id, seq);
--bun:split
-- Which people an entry is about. The identifier stays after an erasure.
CREATE TABLE journal_persons (
    contact_id TEXT NOT NULL,
    seq        BIGINT NOT NULL,
    PRIMARY KEY (contact_id, seq)
);
--bun:split
INSERT INTO journal_persons (contact_id, seq)
    SELECT case_id, seq FROM journal_entries WHERE case_kind = 'contact' AND case_id <> ''
    UNION SELECT facts::jsonb ->> 'contact', seq FROM journal_entries WHERE coalesce(facts::jsonb ->> 'contact', '') <> ''
    UNION SELECT s.one, e.seq FROM journal_entries AS e,
        unnest(string_to_array(e.facts::jsonb ->> 'shown', ' ')) AS s(one)
        WHERE coalesce(e.facts::jsonb ->> 'shown', '') <> '' AND s.one <> '';
--bun:split
INSERT INTO journal_acts (seq, kind, case_kind, case_id, actor_kind, actor_id, recorded_at, people)
    SELECT e.seq, e.kind, e.case_kind, e.case_id, e.actor_kind, e.actor_id, e.recorded_at,
        CASE WHEN e.kind = 'contact.exported' THEN CAST(coalesce(e.facts::jsonb ->> 'count', '0') AS INTEGER)
             ELSE coalesce(n.people, 0) END
    FROM journal_entries AS e
    LEFT JOIN (SELECT seq, count(*) AS people FROM journal_persons GROUP BY seq) AS n ON n.seq = e.seq
    WHERE e.case_kind IN ('contact', 'import') OR e.kind IN ('contact.searched', 'contact.exported', 'segment.used')
        OR coalesce(e.facts::jsonb ->> 'contact', '') <> '';
--bun:split
-- Unusual reading: one row for each account, rule and window.
CREATE TABLE watch_alerts (
    id            TEXT PRIMARY KEY,
    account_id    TEXT NOT NULL,
    rule          TEXT NOT NULL,
    rule_version  TEXT NOT NULL,
    starts_at     TIMESTAMPTZ NOT NULL,
    ends_at       TIMESTAMPTZ NOT NULL,
    amount        INTEGER NOT NULL,
    most          INTEGER NOT NULL,
    found_at      TIMESTAMPTZ NOT NULL,
    mailed        INTEGER NOT NULL DEFAULT 0,
    explained_at  TIMESTAMPTZ,
    explained_by  TEXT NOT NULL DEFAULT '',
    UNIQUE (account_id, rule, starts_at)
);
--bun:split
CREATE INDEX watch_alerts_open ON watch_alerts (explained_at, found_at);
--bun:split
CREATE TABLE watch_head (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    seq BIGINT NOT NULL
);
--bun:split
INSERT INTO watch_head (one, seq) SELECT 1, seq FROM journal_head WHERE one = 1;
