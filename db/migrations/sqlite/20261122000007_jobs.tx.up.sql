-- The durable queue. Arguments hold identifiers only. claim counts how often the
-- job was taken: it is the fencing token that refuses a worker that lost its lease.
CREATE TABLE jobs (
    id               TEXT PRIMARY KEY,
    kind             TEXT NOT NULL,
    queue            TEXT NOT NULL,
    args             TEXT NOT NULL,
    unique_key       TEXT NOT NULL DEFAULT '',
    state            TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'dead', 'cancelled')),
    run_at           TIMESTAMP NOT NULL,
    attempt          INTEGER NOT NULL DEFAULT 0,
    max_attempts     INTEGER NOT NULL,
    claim            INTEGER NOT NULL DEFAULT 0,
    worker           TEXT NOT NULL DEFAULT '',
    lease_until      TIMESTAMP,
    cancel_requested BOOLEAN NOT NULL DEFAULT FALSE,
    again            BOOLEAN NOT NULL DEFAULT FALSE,
    done_items       INTEGER NOT NULL DEFAULT 0,
    total_items      INTEGER NOT NULL DEFAULT 0,
    last_error       TEXT NOT NULL DEFAULT '',
    created_at       TIMESTAMP NOT NULL,
    finished_at      TIMESTAMP
);
--bun:split
CREATE INDEX jobs_queued ON jobs (queue, run_at, id) WHERE state = 'queued';
--bun:split
CREATE INDEX jobs_running ON jobs (lease_until) WHERE state = 'running';
--bun:split
CREATE INDEX jobs_finished ON jobs (state, finished_at) WHERE finished_at IS NOT NULL;
--bun:split
CREATE INDEX jobs_by_unique_key ON jobs (unique_key, created_at) WHERE unique_key <> '';
--bun:split
CREATE UNIQUE INDEX jobs_live_unique_key ON jobs (unique_key) WHERE unique_key <> '' AND state IN ('queued', 'running');
