package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect"

	"clepsydra/internal/contact"
	"clepsydra/internal/database"
	"clepsydra/internal/demo"
	"clepsydra/internal/journal"
	"clepsydra/internal/stewardship"
)

// importRounds is how often both are done, in turns.
const importRounds = 3

// imported takes a mailing tool's export of n people over into an encrypted file,
// and for comparison inserts the same people, read and prepared beforehand, in
// plain batches into a file of the same kind.
func imported(ctx context.Context, postgres string, n int) (_ Figure, err error) {
	where, done, err := newBed(postgres)
	if err != nil {
		return Figure{}, err
	}
	defer func() { err = errors.Join(err, done()) }()
	file := filepath.Join(where.dir, "export.csv")
	if err := writeExport(file, n); err != nil {
		return Figure{}, err
	}
	forgetPeak()
	var ours, bare time.Duration
	var rss float64
	var rows contact.Prepared
	for round := range importRounds {
		took, err := where.timed(ctx, fmt.Sprintf("ours%d", round), func(db *database.DB) error { return importFile(ctx, db, file, n) })
		if err != nil {
			return Figure{}, err
		}
		ours += took
		if round == 0 {
			rss = peakMiB("self") // before the plain loop's people fill the memory
			if rows, err = prepared(file); err != nil {
				return Figure{}, err
			}
		}
		took, err = where.timed(ctx, fmt.Sprintf("bare%d", round), func(db *database.DB) error { return bareInsert(ctx, db, rows) })
		if err != nil {
			return Figure{}, err
		}
		bare += took
	}
	return Figure{
		Unit: "rows/s", Ours: perSecond(importRounds*n, ours), Baseline: perSecond(importRounds*n, bare), RSSMiB: rss,
		BaselineOf: "bun batch insert of the same rows, read and prepared beforehand, into the same kind of " + where.kind(),
	}, nil
}

// bareInsert writes rows and tells nobody of them: a bare insert is bare.
func bareInsert(ctx context.Context, db *database.DB, rows contact.Prepared) error {
	silence := "DROP TRIGGER contacts_added"
	if db.R.Dialect().Name() == dialect.PG {
		silence += " ON contacts"
	}
	return db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.ExecContext(ctx, silence); err != nil {
			return err
		}
		return contact.BaselineInsert(ctx, tx, rows)
	})
}

// timed runs fn on a fresh database and says how long it took.
func (b bed) timed(ctx context.Context, name string, fn func(*database.DB) error) (took time.Duration, err error) {
	db, done, err := b.open(ctx, name)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, done()) }()
	begin := time.Now()
	err = fn(db)
	return time.Since(begin), err
}

func writeExport(path string, n int) error { return writePeople(path, demo.People(n, 1)) }

func writePeople(path string, people []demo.Customer) (err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return demo.WriteMailingExport(f, people)
}

func importFile(ctx context.Context, db *database.DB, path string, n int) (err error) {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	res, err := stewardship.New(db, time.Now).Import(ctx, journal.Actor{Kind: journal.ByCommand}, stewardship.ImportInput{
		File: f, Size: info.Size(), Name: info.Name(), Options: contact.Options{DefaultCountry: "BE"},
	})
	if err != nil {
		return err
	}
	if res.Accepted != n {
		return fmt.Errorf("%d of %d people taken over", res.Accepted, n)
	}
	return nil
}

// prepared reads the file into rows that need only be inserted.
func prepared(path string) (_ contact.Prepared, err error) {
	f, err := os.Open(path)
	if err != nil {
		return contact.Prepared{}, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return contact.Prepared{}, err
	}
	now := time.Now().UTC()
	in, err := contact.Open(f, info.Size(), contact.Options{DefaultCountry: "BE", Today: contact.DateOf(now)})
	if err != nil {
		return contact.Prepared{}, err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	var list []contact.Contact
	for {
		row, err := in.Next()
		if errors.Is(err, io.EOF) {
			return contact.Prepare(list), nil
		}
		if err != nil {
			return contact.Prepared{}, err
		}
		id, err := uuid.NewV7()
		if err != nil {
			return contact.Prepared{}, err
		}
		c := row.Contact
		c.ID, c.CreatedAt, c.UpdatedAt = contact.ID(id.String()), now, now
		list = append(list, c)
	}
}
