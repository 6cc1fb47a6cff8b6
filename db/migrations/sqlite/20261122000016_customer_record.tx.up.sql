-- Declared fields, purposes and what a person's row needs beside them. A document
-- is JSON: there are some dozens of each and they are read whole.
CREATE TABLE purposes (
    id         TEXT PRIMARY KEY,
    position   INTEGER NOT NULL,
    document   TEXT NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
--bun:split
CREATE TABLE declared_fields (
    field_key  TEXT PRIMARY KEY,
    position   INTEGER NOT NULL,
    document   TEXT NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
--bun:split
-- Values of the firm's own fields: a JSON object with sorted keys, empty for none.
ALTER TABLE contacts ADD COLUMN extra TEXT NOT NULL DEFAULT '';
--bun:split
-- The last thing the person did that counts as activity; opening a mail does not.
ALTER TABLE contacts ADD COLUMN active_at TIMESTAMP;
--bun:split
-- Processing is restricted since then (Art. 18).
ALTER TABLE contacts ADD COLUMN restricted_at TIMESTAMP;
--bun:split
CREATE INDEX contacts_active_at ON contacts (coalesce(active_at, created_at));
