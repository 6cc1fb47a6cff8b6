package database_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"clepsydra/internal/database"
)

// A key for files of these tests only.
const testKey = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

// writerFile names the file to a process of this test that only writes.
const writerFile = "CLEPSYDRA_TEST_WRITER"

// commits is how many times a row is changed while others read it. On the layer
// without whole blocks about one change in four spoilt a read.
const commits = 1500

func opened(t *testing.T, path string) *database.DB {
	t.Helper()
	key, err := database.ParseKey(testKey)
	if err != nil {
		t.Fatal(err)
	}
	db, err := database.Open(context.Background(), database.Options{Path: path, Key: key, Readers: 6})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func oneRow(t *testing.T, db *database.DB) {
	t.Helper()
	for _, sql := range []string{"CREATE TABLE x (id INTEGER PRIMARY KEY, v TEXT)", "INSERT INTO x VALUES (1, 'a')"} {
		if _, err := db.W.ExecContext(context.Background(), sql); err != nil {
			t.Fatal(err)
		}
	}
}

func change(db *database.DB) error {
	for k := range commits {
		if _, err := db.W.ExecContext(context.Background(), "UPDATE x SET v = ? WHERE id = 1", fmt.Sprint(k)); err != nil {
			return err
		}
	}
	return nil
}

// reading reads the row with several connections while during runs, and counts the
// reads that did not find it.
func reading(db *database.DB, during func() error) (reads, spoilt int, err error) {
	ctx, stop := context.WithCancel(context.Background())
	var mu sync.Mutex
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			n, bad := 0, 0
			for ctx.Err() == nil {
				var v string
				if db.R.QueryRowContext(context.Background(), "SELECT v FROM x WHERE id = 1").Scan(&v) != nil {
					bad++
				}
				n++
			}
			mu.Lock()
			defer mu.Unlock()
			reads, spoilt = reads+n, spoilt+bad
		})
	}
	err = during()
	stop()
	all.Wait()
	return reads, spoilt, err
}

// TestReadsBesideAWriterAreWhole: a row that is there is found, however fast it is
// changed.
func TestReadsBesideAWriterAreWhole(t *testing.T) {
	db := opened(t, filepath.Join(t.TempDir(), "x.db"))
	oneRow(t, db)
	reads, spoilt, err := reading(db, func() error { return change(db) })
	if err != nil || spoilt > 0 || reads == 0 {
		t.Errorf("%d of %d reads beside %d changes were spoilt, %v", spoilt, reads, commits, err)
	}
}

// TestReadsBesideAnotherProcessAreWhole: the same when another process writes, which
// no lock of this one can hold back.
func TestReadsBesideAnotherProcessAreWhole(t *testing.T) {
	if path := os.Getenv(writerFile); path != "" {
		if err := change(opened(t, path)); err != nil {
			t.Fatal(err)
		}
		return
	}
	path := filepath.Join(t.TempDir(), "x.db")
	db := opened(t, path)
	oneRow(t, db)
	reads, spoilt, err := reading(db, func() error {
		cmd := exec.Command(os.Args[0], "-test.run=^TestReadsBesideAnotherProcessAreWhole$")
		cmd.Env = append(os.Environ(), writerFile+"="+path)
		out, err := cmd.CombinedOutput()
		if err != nil {
			return fmt.Errorf("%w: %s", err, out)
		}
		return nil
	})
	if err != nil || spoilt > 0 || reads == 0 {
		t.Errorf("%d of %d reads beside another process were spoilt, %v", spoilt, reads, err)
	}
}
