// Package database opens the file or server that keeps the firm's data, brings
// its schema up to date and refuses to serve on one it does not know.
//
// By default that is one SQLite file, encrypted as a whole with a key that lives
// in another file; PostgreSQL takes its place when an address is configured.
// Both answer the same stores.
package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect"

	"clepsydra/internal/fault"
)

// Named errors of opening. Their texts say what to do about them.
var (
	ErrWrongKey      = fault.New(fault.Unavailable, "database.wrong_key")
	ErrKeyMissing    = fault.New(fault.Unavailable, "database.key_missing")
	ErrKeyMalformed  = fault.New(fault.Unavailable, "database.key_malformed")
	ErrUnknownSchema = fault.New(fault.Unavailable, "database.unknown_schema")
)

// DB is an open database. W writes; on SQLite it is a single connection, so
// writers queue in the program and never meet a lock. R reads; on SQLite its
// connections refuse to write. On PostgreSQL both are the same pool.
type DB struct {
	W, R *bun.DB
}

// Options say which database to open. PostgresURL wins over Path.
type Options struct {
	Path        string // SQLite file
	Key         Key    // key of the SQLite file
	PostgresURL string
	Readers     int // SQLite reader connections; 0 means 4
}

// Open opens the database without touching its schema. A SQLite file that the
// key does not open gives ErrWrongKey and stays as it is.
func Open(ctx context.Context, o Options) (*DB, error) {
	if o.PostgresURL != "" {
		return openPostgres(ctx, o.PostgresURL)
	}
	return openSQLite(ctx, o)
}

// InTx runs fn in one writing transaction and commits when fn returns nil. On
// SQLite the lock is taken at the start, so a transaction never fails half-way
// for want of it. Inside fn only tx may be used.
func (db *DB) InTx(ctx context.Context, fn func(ctx context.Context, tx bun.Tx) error) error {
	return db.W.RunInTx(ctx, nil, fn)
}

// IsPostgres reports whether the data are on a PostgreSQL server.
func (db *DB) IsPostgres() bool { return db.W.Dialect().Name() == dialect.PG }

// Ping reports whether the database answers a query.
func (db *DB) Ping(ctx context.Context) error {
	var one int
	if err := db.R.NewRaw("SELECT 1").Scan(ctx, &one); err != nil {
		return fmt.Errorf("ping database: %w", err)
	}
	return nil
}

// Close closes both sides.
func (db *DB) Close() error {
	if db.R == db.W {
		return db.W.Close()
	}
	return errors.Join(db.R.Close(), db.W.Close())
}

// IsNoRows reports whether err says that nothing was found.
func IsNoRows(err error) bool { return errors.Is(err, sql.ErrNoRows) }
