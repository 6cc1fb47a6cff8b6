-- Assessments of incidents and of the firm, with every answer that was ever given:
-- the latest of each question holds.
CREATE TABLE assessments (
    id           TEXT PRIMARY KEY,
    pack         TEXT NOT NULL,
    version      TEXT NOT NULL,
    subject      TEXT NOT NULL,
    subject_id   TEXT NOT NULL,
    title        TEXT NOT NULL,
    by_hand      BOOLEAN NOT NULL,
    started_by   TEXT NOT NULL,
    started_at   TIMESTAMPTZ NOT NULL,
    advised      TEXT NOT NULL,
    decided      TEXT NOT NULL,
    reason       TEXT NOT NULL,
    concluded_by TEXT NOT NULL,
    concluded_at TIMESTAMPTZ
);
--bun:split
CREATE INDEX assessments_by_subject ON assessments (subject, subject_id, started_at);
--bun:split
CREATE INDEX assessments_by_pack ON assessments (pack, concluded_at);
--bun:split
CREATE TABLE assessment_answers (
    id            TEXT PRIMARY KEY,
    assessment_id TEXT NOT NULL REFERENCES assessments (id),
    question      TEXT NOT NULL,
    content       TEXT NOT NULL,
    given_by      TEXT NOT NULL,
    given_at      TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE INDEX assessment_answers_by_assessment ON assessment_answers (assessment_id, id);
