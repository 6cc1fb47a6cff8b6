package database

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/ncruces/go-sqlite3"
)

// PostgreSQL's codes for the two constraints that stores ask about.
const (
	pgUnique     = "23505"
	pgForeignKey = "23503"
)

// IsUnique reports whether err is the refusal of a unique constraint that covers
// the named column. PostgreSQL names the constraint, SQLite the columns; ours are
// named so that both hold the column's name.
func IsUnique(err error, column string) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == pgUnique && strings.Contains(pg.ConstraintName, column)
	}
	return (errors.Is(err, sqlite3.CONSTRAINT_UNIQUE) || errors.Is(err, sqlite3.CONSTRAINT_PRIMARYKEY)) &&
		strings.Contains(err.Error(), column)
}

// IsForeignKey reports whether err is the refusal of a foreign key.
func IsForeignKey(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == pgForeignKey
	}
	return errors.Is(err, sqlite3.CONSTRAINT_FOREIGNKEY)
}

// IsCancelled reports whether err comes from a context that ended. The SQLite
// driver says "interrupted" where others repeat the context's error.
func IsCancelled(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, sqlite3.INTERRUPT)
}
