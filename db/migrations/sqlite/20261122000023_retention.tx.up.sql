-- Who was erased: identifiers, moments and counts, so that an erasure can be proven
-- without the data and applied again after an older backup was restored.
CREATE TABLE erasures (
    id         TEXT PRIMARY KEY,
    contact_id TEXT NOT NULL,
    ground     TEXT NOT NULL,
    counts     TEXT NOT NULL,
    entry_hash TEXT NOT NULL,
    erased_at  TIMESTAMP NOT NULL
);
--bun:split
CREATE INDEX erasures_by_contact ON erasures (contact_id);
--bun:split
-- People whom somebody holds by hand, such as for a claim in court.
CREATE TABLE contact_holds (
    contact_id TEXT PRIMARY KEY REFERENCES contacts (id),
    reason     TEXT NOT NULL,
    held_by    TEXT NOT NULL,
    held_at    TIMESTAMP NOT NULL
);
--bun:split
-- What a law asks to keep of people who left daily use.
CREATE TABLE contact_archive (
    contact_id  TEXT PRIMARY KEY REFERENCES contacts (id),
    name        TEXT NOT NULL,
    document    TEXT NOT NULL,
    purpose     TEXT NOT NULL,
    archived_at TIMESTAMP NOT NULL,
    keep_until  TIMESTAMP NOT NULL
);
--bun:split
CREATE INDEX contact_archive_by_name ON contact_archive (name, contact_id);
--bun:split
CREATE INDEX contact_archive_by_end ON contact_archive (keep_until);
--bun:split
CREATE TABLE retention_settings (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    document TEXT NOT NULL
);
--bun:split
CREATE TABLE retention_runs (
    id          TEXT PRIMARY KEY,
    state       TEXT NOT NULL,
    plan        TEXT NOT NULL,
    act_after   TIMESTAMP NOT NULL,
    after_at    TIMESTAMP,
    after_id    TEXT NOT NULL,
    due         INTEGER NOT NULL,
    started_by  TEXT NOT NULL,
    started_at  TIMESTAMP NOT NULL,
    finished_at TIMESTAMP
);
--bun:split
CREATE INDEX retention_runs_by_start ON retention_runs (started_at);
--bun:split
-- The people of a run: told that their data will go, and what became of it.
CREATE TABLE retention_people (
    run_id     TEXT NOT NULL REFERENCES retention_runs (id),
    contact_id TEXT NOT NULL REFERENCES contacts (id),
    state      TEXT NOT NULL,
    mail       TEXT NOT NULL,
    link_hash  TEXT NOT NULL,
    listed_at  TIMESTAMP NOT NULL,
    settled_at TIMESTAMP,
    PRIMARY KEY (run_id, contact_id)
);
--bun:split
CREATE INDEX retention_people_by_state ON retention_people (run_id, state, contact_id);
--bun:split
CREATE INDEX retention_people_by_contact ON retention_people (contact_id);
--bun:split
CREATE UNIQUE INDEX retention_people_by_link ON retention_people (link_hash) WHERE link_hash <> '';
--bun:split
-- Counters of those who were made anonymous, and what was published of them.
CREATE TABLE retention_counts (
    dimension TEXT NOT NULL,
    value     TEXT NOT NULL,
    people    INTEGER NOT NULL,
    published INTEGER NOT NULL,
    PRIMARY KEY (dimension, value)
);
--bun:split
-- Who is due is read in this order, some at a time.
DROP INDEX contacts_active_at;
--bun:split
CREATE INDEX contacts_retention ON contacts (coalesce(active_at, created_at), id) WHERE erased_at IS NULL;
--bun:split
CREATE INDEX contacts_restricted ON contacts (id) WHERE restricted_at IS NOT NULL;
