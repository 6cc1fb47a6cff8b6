-- Incidents, the reports they came from, their moments, tasks, decisions and evidence.
CREATE TABLE counters (
    name  TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);
--bun:split
CREATE TABLE incidents (
    id             TEXT PRIMARY KEY,
    ref            TEXT NOT NULL UNIQUE,
    title          TEXT NOT NULL,
    scenario       TEXT NOT NULL,
    summary        TEXT NOT NULL,
    status         TEXT NOT NULL,
    verdict        TEXT NOT NULL,
    kinds          TEXT NOT NULL,
    risk           TEXT NOT NULL,
    lead_id        TEXT NOT NULL,
    same_id        TEXT NOT NULL,
    data           TEXT NOT NULL,
    approx_known   BOOLEAN NOT NULL,
    approx_value   BIGINT NOT NULL,
    occurred_at    TIMESTAMPTZ,
    noticed_at     TIMESTAMPTZ,
    reported_at    TIMESTAMPTZ,
    told_at        TIMESTAMPTZ,
    aware_at       TIMESTAMPTZ,
    aware_reason   TEXT NOT NULL,
    opened_at      TIMESTAMPTZ NOT NULL,
    contained_at   TIMESTAMPTZ,
    closed_at      TIMESTAMPTZ,
    updated_at     TIMESTAMPTZ NOT NULL,
    lessons        TEXT NOT NULL,
    feedback       TEXT NOT NULL,
    regime         TEXT NOT NULL,
    regime_version TEXT NOT NULL,
    search         TEXT NOT NULL
);
--bun:split
CREATE INDEX incidents_by_status ON incidents (status, opened_at);
--bun:split
CREATE INDEX incidents_by_opened_at ON incidents (opened_at);
--bun:split
-- Every value a moment ever had; the latest of each kind holds.
CREATE TABLE incident_moments (
    id          TEXT PRIMARY KEY,
    incident_id TEXT NOT NULL REFERENCES incidents (id),
    kind        TEXT NOT NULL,
    at          TIMESTAMPTZ,
    reason      TEXT NOT NULL,
    set_by      TEXT NOT NULL,
    set_at      TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE INDEX incident_moments_by_incident ON incident_moments (incident_id, set_at);
--bun:split
CREATE TABLE reports (
    id          TEXT PRIMARY KEY,
    incident_id TEXT NOT NULL REFERENCES incidents (id),
    scenario    TEXT NOT NULL,
    content     TEXT NOT NULL,
    noticed_at  TIMESTAMPTZ,
    data        TEXT NOT NULL,
    name        TEXT NOT NULL,
    contact     TEXT NOT NULL,
    language    TEXT NOT NULL,
    via         TEXT NOT NULL,
    looks_like  TEXT NOT NULL,
    status_hash TEXT NOT NULL UNIQUE,
    send_key    TEXT NOT NULL UNIQUE,
    created_at  TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE INDEX reports_by_incident ON reports (incident_id);
--bun:split
CREATE TABLE tasks (
    id          TEXT PRIMARY KEY,
    incident_id TEXT NOT NULL REFERENCES incidents (id),
    step        TEXT NOT NULL,
    title       TEXT NOT NULL,
    role        TEXT NOT NULL,
    due_at      TIMESTAMPTZ,
    is_gate     BOOLEAN NOT NULL,
    done_at     TIMESTAMPTZ,
    done_by     TEXT NOT NULL,
    note        TEXT NOT NULL,
    position    INTEGER NOT NULL
);
--bun:split
CREATE INDEX tasks_by_incident ON tasks (incident_id, position);
--bun:split
-- Every decision with its reason, its maker and its moment.
CREATE TABLE decisions (
    id          TEXT PRIMARY KEY,
    incident_id TEXT NOT NULL REFERENCES incidents (id),
    kind        TEXT NOT NULL,
    outcome     TEXT NOT NULL,
    reason      TEXT NOT NULL,
    made_by     TEXT NOT NULL,
    made_at     TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE INDEX decisions_by_incident ON decisions (incident_id, made_at);
--bun:split
CREATE TABLE evidence (
    id          TEXT PRIMARY KEY,
    incident_id TEXT NOT NULL REFERENCES incidents (id),
    name        TEXT NOT NULL,
    media_type  TEXT NOT NULL,
    size        BIGINT NOT NULL,
    sha256      TEXT NOT NULL,
    added_by    TEXT NOT NULL,
    added_at    TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE INDEX evidence_by_incident ON evidence (incident_id, added_at);
--bun:split
CREATE TABLE evidence_content (
    evidence_id TEXT PRIMARY KEY REFERENCES evidence (id),
    content     BYTEA NOT NULL
);
