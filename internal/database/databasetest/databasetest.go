// Package databasetest gives tests a fresh, migrated database of each kind, so
// that one suite promises the same for SQLite and for PostgreSQL.
package databasetest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/uptrace/bun"

	"clepsydra/internal/database"
)

// PostgresEnv names the variable with the address of the PostgreSQL server that
// tests may use. In CI its absence is a failure, elsewhere PostgreSQL is skipped.
const PostgresEnv = "CLEPSYDRA_TEST_POSTGRES"

// Each runs fn as a subtest on an encrypted SQLite file and on a PostgreSQL
// schema of its own, both migrated and empty.
func Each(t *testing.T, fn func(t *testing.T, db *database.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		fn(t, SQLite(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		fn(t, Postgres(t))
	})
}

// SQLite opens a migrated encrypted file in a folder that goes with the test.
func SQLite(t testing.TB) *database.DB {
	t.Helper()
	return migrated(t, database.Options{
		Path: filepath.Join(t.TempDir(), "clepsydra.db"),
		Key:  database.NewKey(),
	})
}

// Postgres opens a migrated schema that is dropped when the test ends.
func Postgres(t testing.TB) *database.DB {
	t.Helper()
	return migrated(t, database.Options{PostgresURL: PostgresURL(t)})
}

// PostgresURL makes an empty schema that is dropped when the test ends and gives
// the address that leads to it.
func PostgresURL(t testing.TB) string {
	t.Helper()
	base := os.Getenv(PostgresEnv)
	if base == "" {
		if os.Getenv("CI") != "" {
			t.Fatalf("%s is not set: in CI PostgreSQL may not be left out", PostgresEnv)
		}
		t.Skipf("%s is not set", PostgresEnv)
	}
	ctx := context.Background()
	admin, err := database.Open(ctx, database.Options{PostgresURL: base})
	if err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 8)
	rand.Read(b)
	schema := "test_" + hex.EncodeToString(b)
	if _, err := admin.W.ExecContext(ctx, "CREATE SCHEMA ?", bun.Ident(schema)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := admin.W.ExecContext(ctx, "DROP SCHEMA ? CASCADE", bun.Ident(schema)); err != nil {
			t.Error(err)
		}
		if err := admin.Close(); err != nil {
			t.Error(err)
		}
	})
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return u.String()
}

func migrated(t testing.TB, o database.Options) *database.DB {
	t.Helper()
	db, err := database.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := db.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
	return db
}
