-- The rule packs that the program last ran with, and what changed since.
CREATE TABLE rule_files (
    layer   TEXT NOT NULL,
    path    TEXT NOT NULL,
    sha256  TEXT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (layer, path)
);

CREATE TABLE rule_changes (
    id         TEXT PRIMARY KEY,
    layer      TEXT NOT NULL,
    path       TEXT NOT NULL,
    what       TEXT NOT NULL,
    old_sha256 TEXT NOT NULL,
    new_sha256 TEXT NOT NULL,
    diff       TEXT NOT NULL,
    noticed_at TIMESTAMP NOT NULL,
    seen_by    TEXT NOT NULL,
    seen_at    TIMESTAMP
);
