-- The journal: append-only, each entry holds the hash of the one before.
CREATE TABLE journal_entries (
    seq          BIGINT PRIMARY KEY,
    id           TEXT NOT NULL UNIQUE,
    case_kind    TEXT NOT NULL,
    case_id      TEXT NOT NULL,
    kind         TEXT NOT NULL,
    actor_kind   TEXT NOT NULL,
    actor_id     TEXT NOT NULL,
    happened_at  TIMESTAMPTZ NOT NULL,
    recorded_at  TIMESTAMPTZ NOT NULL,
    facts        TEXT NOT NULL,
    text_hash    TEXT NOT NULL,
    previous     TEXT NOT NULL,
    hash         TEXT NOT NULL
);
--bun:split
CREATE INDEX journal_entries_by_case ON journal_entries (case_kind, case_id, seq);
--bun:split
-- Free text stands apart from the chain, which keeps only its hash: it can be
-- erased without breaking the proof.
CREATE TABLE journal_texts (
    entry_id TEXT PRIMARY KEY REFERENCES journal_entries (id),
    content  TEXT NOT NULL
);
--bun:split
CREATE TABLE journal_head (
    one  INTEGER PRIMARY KEY CHECK (one = 1),
    seq  BIGINT NOT NULL,
    hash TEXT NOT NULL
);
--bun:split
INSERT INTO journal_head (one, seq, hash) VALUES (1, 0, '');
