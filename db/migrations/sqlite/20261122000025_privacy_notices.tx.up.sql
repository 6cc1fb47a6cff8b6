CREATE TABLE privacy_notices (
    version      INTEGER NOT NULL,
    language     TEXT NOT NULL,
    sha256       TEXT NOT NULL,
    content      TEXT NOT NULL,
    short        TEXT NOT NULL,
    published_by TEXT NOT NULL,
    published_at TIMESTAMP NOT NULL,
    PRIMARY KEY (version, language)
);
