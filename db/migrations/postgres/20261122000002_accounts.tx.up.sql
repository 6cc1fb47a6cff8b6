-- The firm, the people who sign in, their sessions and one-time links.
CREATE TABLE firm (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    content    TEXT NOT NULL,
    logo       BYTEA NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE TABLE accounts (
    id            TEXT PRIMARY KEY,
    name          TEXT NOT NULL,
    email         TEXT NOT NULL,
    role          TEXT NOT NULL,
    language      TEXT NOT NULL,
    slack_user_id TEXT NOT NULL,
    disabled_at   TIMESTAMPTZ,
    created_at    TIMESTAMPTZ NOT NULL,
    CONSTRAINT accounts_email_key UNIQUE (email)
);
--bun:split
-- What somebody proves himself with. Today that is a password; other kinds of
-- credential are rows beside it.
CREATE TABLE credentials (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    kind       TEXT NOT NULL,
    secret     TEXT NOT NULL,
    set_at     TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (account_id, kind)
);
--bun:split
CREATE TABLE sessions (
    id          TEXT PRIMARY KEY,
    token_hash  TEXT NOT NULL UNIQUE,
    account_id  TEXT NOT NULL REFERENCES accounts (id),
    csrf        TEXT NOT NULL,
    browser     TEXT NOT NULL,
    started_at  TIMESTAMPTZ NOT NULL,
    seen_at     TIMESTAMPTZ NOT NULL,
    expires_at  TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE INDEX sessions_by_account ON sessions (account_id);
--bun:split
-- One-time links: the first setup, invitations, new passwords.
CREATE TABLE links (
    token_hash TEXT PRIMARY KEY,
    purpose    TEXT NOT NULL,
    account_id TEXT NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
--bun:split
-- Failed tries to sign in, per account and per address, by a hash of either.
CREATE TABLE attempts (
    who         TEXT PRIMARY KEY,
    failures    INTEGER NOT NULL,
    blocked_until TIMESTAMPTZ,
    last_at     TIMESTAMPTZ NOT NULL
);
