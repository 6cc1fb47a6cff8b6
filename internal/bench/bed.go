package bench

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"github.com/uptrace/bun"

	"clepsydra/internal/database"
)

// PostgresEnv names the variable with the address of a PostgreSQL server on which
// the customer file is measured as well. Each measurement makes schemas of its own
// there and drops them.
const PostgresEnv = "CLEPSYDRA_BENCH_POSTGRES"

// bed is where a measurement makes its databases.
type bed struct {
	dir string
	// postgres is the server's address; empty: encrypted SQLite files in dir.
	postgres string
}

// newBed makes an empty folder that close removes.
func newBed(postgres string) (_ bed, done func() error, err error) {
	dir, err := os.MkdirTemp("", "clepsydra-bench-")
	return bed{dir, postgres}, func() error { return os.RemoveAll(dir) }, err
}

// kind is what a database of the bed is called in a baseline.
func (b bed) kind() string {
	if b.postgres != "" {
		return "PostgreSQL schema"
	}
	return "encrypted file"
}

// open makes an empty, migrated database; done closes it and, on a server, drops it.
func (b bed) open(ctx context.Context, name string) (*database.DB, func() error, error) {
	o := database.Options{Path: filepath.Join(b.dir, name+".db"), Key: database.NewKey()}
	drop := func() error { return nil }
	if b.postgres != "" {
		var err error
		if o.PostgresURL, drop, err = b.schema(ctx); err != nil {
			return nil, nil, err
		}
	}
	db, err := database.Open(ctx, o)
	if err != nil {
		return nil, nil, errors.Join(err, drop())
	}
	done := func() error { return errors.Join(db.Close(), drop()) }
	if _, err := db.Migrate(ctx); err != nil {
		return nil, nil, errors.Join(err, done())
	}
	return db, done, nil
}

// schema makes one on the server and returns the address that leads to it.
func (b bed) schema(ctx context.Context) (address string, drop func() error, err error) {
	u, err := url.Parse(b.postgres)
	if err != nil {
		return "", nil, fmt.Errorf("address in %s: %w", PostgresEnv, err)
	}
	admin, err := database.Open(ctx, database.Options{PostgresURL: b.postgres})
	if err != nil {
		return "", nil, err
	}
	tail := make([]byte, 8)
	rand.Read(tail) // never fails
	name := "bench_" + hex.EncodeToString(tail)
	if _, err := admin.W.ExecContext(ctx, "CREATE SCHEMA ?", bun.Ident(name)); err != nil {
		return "", nil, errors.Join(err, admin.Close())
	}
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String(), func() error {
		_, err := admin.W.ExecContext(context.WithoutCancel(ctx), "DROP SCHEMA ? CASCADE", bun.Ident(name))
		return errors.Join(err, admin.Close())
	}, nil
}
