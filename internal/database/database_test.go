package database_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
)

func TestMigratingTwiceAppliesNothingNew(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		applied, err := db.Migrate(context.Background())
		if err != nil || len(applied) != 0 {
			t.Fatalf("second run applied %v, error %v", applied, err)
		}
		pending, err := db.Pending(context.Background())
		if err != nil || len(pending) != 0 {
			t.Fatalf("pending %v, error %v", pending, err)
		}
	})
}

func TestSchemaOfANewerProgramIsRefused(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		_, err := db.W.ExecContext(ctx, "INSERT INTO bun_migrations (name, group_id, migrated_at) VALUES ('29990101000000', 99, ?)", time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Migrate(ctx); !errors.Is(err, database.ErrUnknownSchema) {
			t.Fatalf("got %v", err)
		}
	})
}

func TestInTxRollsBackOnError(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		refuse := errors.New("refused")
		err := db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
			if _, err := tx.ExecContext(ctx, "UPDATE journal_head SET seq = 7"); err != nil {
				return err
			}
			return refuse
		})
		if !errors.Is(err, refuse) {
			t.Fatalf("got %v", err)
		}
		var seq int
		if err := db.R.NewRaw("SELECT seq FROM journal_head").Scan(ctx, &seq); err != nil || seq != 0 {
			t.Fatalf("seq %d, error %v", seq, err)
		}
	})
}

func TestReadersOfTheFileRefuseToWrite(t *testing.T) {
	t.Parallel()
	db := databasetest.SQLite(t)
	if _, err := db.R.ExecContext(context.Background(), "UPDATE journal_head SET seq = 7"); err == nil {
		t.Fatal("a reader wrote")
	}
}

func TestWrongKeyIsNamedAndTouchesNothing(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "c.db")
	db, err := database.Open(ctx, database.Options{Path: path, Key: database.NewKey()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := database.Open(ctx, database.Options{Path: path, Key: database.NewKey()}); !errors.Is(err, database.ErrWrongKey) {
		t.Fatalf("got %v", err)
	}
	after, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(before, after) {
		t.Fatal("the file was changed by a key that does not open it")
	}
}

func TestNothingReadableOnDisk(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	dir := t.TempDir()
	db, err := database.Open(ctx, database.Options{Path: filepath.Join(dir, "c.db"), Key: database.NewKey()})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	const marker = "Wilhelmina-Appelboom-marker"
	if _, err := db.W.ExecContext(ctx, "UPDATE journal_head SET hash = ?", marker); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "c.db*"))
	if err != nil || len(files) < 2 {
		t.Fatalf("files %v, error %v", files, err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte(marker)) || bytes.Contains(b, []byte("SQLite format")) {
			t.Errorf("%s can be read without the key", filepath.Base(f))
		}
	}
}

func TestLoadKey(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "clepsydra.key")
	if _, _, err := database.LoadKey("", path, false); !errors.Is(err, database.ErrKeyMissing) {
		t.Fatalf("missing key: %v", err)
	}
	made, created, err := database.LoadKey("", path, true)
	if err != nil || !created {
		t.Fatalf("created %v, error %v", created, err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, error %v", info.Mode(), err)
	}
	read, created, err := database.LoadKey("", path, true)
	if err != nil || created || !bytes.Equal(made.Derive("x"), read.Derive("x")) {
		t.Fatalf("second start made another key (created %v, error %v)", created, err)
	}
	if _, _, err := database.LoadKey("not hex", path, true); !errors.Is(err, database.ErrKeyMalformed) {
		t.Fatalf("malformed: %v", err)
	}
	if bytes.Equal(made.Derive("x"), made.Derive("y")) {
		t.Fatal("two uses share a key")
	}
}
