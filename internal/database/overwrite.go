package database

import (
	"context"
	"fmt"
)

// Overwrite makes what was deleted and changed before it gone from the disk too. A
// SQLite file overwrites freed bytes itself, but its log still holds the pages as
// they were; this empties the log. While somebody reads, part of it stays until the
// next call. PostgreSQL clears its pages by itself (autovacuum), soon after.
func (db *DB) Overwrite(ctx context.Context) error {
	if db.IsPostgres() {
		return nil
	}
	var busy, frames, moved int
	if err := db.W.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &frames, &moved); err != nil {
		return fmt.Errorf("empty the log: %w", err)
	}
	return nil
}
