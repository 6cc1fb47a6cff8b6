-- The notification's answers, the people affected, the texts of their letters and
-- the files that came out.
CREATE TABLE notification_answers (
    incident_id TEXT NOT NULL REFERENCES incidents (id),
    question    TEXT NOT NULL,
    state       TEXT NOT NULL,
    content     TEXT NOT NULL,
    updated_by  TEXT NOT NULL,
    updated_at  TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (incident_id, question)
);
--bun:split
-- A paper is a version that was frozen for approval: what was approved can be
-- printed again, byte for byte.
CREATE TABLE papers (
    id          TEXT PRIMARY KEY,
    incident_id TEXT NOT NULL REFERENCES incidents (id),
    kind        TEXT NOT NULL,
    phase       TEXT NOT NULL,
    version     INTEGER NOT NULL,
    language    TEXT NOT NULL,
    content     TEXT NOT NULL,
    hash        TEXT NOT NULL,
    approved_by TEXT NOT NULL,
    approved_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT papers_incident_version_key UNIQUE (incident_id, kind, version)
);
--bun:split
CREATE TABLE snapshots (
    id          TEXT PRIMARY KEY,
    incident_id TEXT NOT NULL REFERENCES incidents (id),
    number      INTEGER NOT NULL,
    people      INTEGER NOT NULL,
    hash        TEXT NOT NULL,
    frozen_by   TEXT NOT NULL,
    frozen_at   TIMESTAMPTZ NOT NULL,
    CONSTRAINT snapshots_incident_number_key UNIQUE (incident_id, number)
);
--bun:split
CREATE TABLE affected_people (
    incident_id  TEXT NOT NULL REFERENCES incidents (id),
    contact_id   TEXT NOT NULL REFERENCES contacts (id),
    snapshot_id  TEXT REFERENCES snapshots (id),
    position     INTEGER NOT NULL,
    picked_via   TEXT NOT NULL,
    picked_at    TIMESTAMPTZ NOT NULL,
    excluded     TEXT NOT NULL,
    data         TEXT NOT NULL,
    name         TEXT NOT NULL,
    organisation TEXT NOT NULL,
    street       TEXT NOT NULL,
    postcode     TEXT NOT NULL,
    city         TEXT NOT NULL,
    country      TEXT NOT NULL,
    email        TEXT NOT NULL,
    language     TEXT NOT NULL,
    birth_date   TEXT NOT NULL,
    print_name   TEXT NOT NULL,
    channel      TEXT NOT NULL,
    letter       TEXT NOT NULL,
    letter_at    TIMESTAMPTZ,
    PRIMARY KEY (incident_id, contact_id)
);
--bun:split
CREATE UNIQUE INDEX affected_people_position ON affected_people (snapshot_id, position) WHERE snapshot_id IS NOT NULL;
--bun:split
CREATE INDEX affected_people_contact ON affected_people (contact_id);
--bun:split
CREATE TABLE letter_texts (
    incident_id  TEXT NOT NULL REFERENCES incidents (id),
    language     TEXT NOT NULL,
    nature       TEXT NOT NULL,
    consequences TEXT NOT NULL,
    measures     TEXT NOT NULL,
    advice       TEXT NOT NULL,
    updated_by   TEXT NOT NULL,
    updated_at   TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (incident_id, language)
);
--bun:split
CREATE TABLE letter_runs (
    id          TEXT PRIMARY KEY,
    incident_id TEXT NOT NULL REFERENCES incidents (id),
    snapshot_id TEXT NOT NULL REFERENCES snapshots (id),
    paper_id    TEXT NOT NULL,
    format      TEXT NOT NULL,
    state       TEXT NOT NULL,
    total       INTEGER NOT NULL,
    done        INTEGER NOT NULL,
    channel     TEXT NOT NULL,
    at_position INTEGER NOT NULL,
    held        INTEGER NOT NULL,
    error       TEXT NOT NULL,
    started_by  TEXT NOT NULL,
    started_at  TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ
);
--bun:split
CREATE INDEX letter_runs_by_incident ON letter_runs (incident_id, started_at);
--bun:split
-- One file of a run. It is written together with the progress of the run, so that
-- a restart continues after the last whole file.
CREATE TABLE letter_files (
    run_id     TEXT NOT NULL REFERENCES letter_runs (id),
    number     INTEGER NOT NULL,
    name       TEXT NOT NULL,
    first      INTEGER NOT NULL,
    last       INTEGER NOT NULL,
    letters    INTEGER NOT NULL,
    pages      INTEGER NOT NULL,
    sha256     TEXT NOT NULL,
    content    BYTEA NOT NULL,
    PRIMARY KEY (run_id, number)
);
