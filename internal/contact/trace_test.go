package contact

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/ncruces/go-sqlite3/driver"
	"github.com/ncruces/go-sqlite3/ext/serdes"
	"github.com/uptrace/bun"

	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
)

// pages are the decrypted pages of a file, those nobody uses included.
func pages(t *testing.T, db *database.DB) (out []byte) {
	t.Helper()
	ctx := context.Background()
	if _, err := db.W.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		t.Fatal(err)
	}
	conn, err := db.W.Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	err = conn.Conn.Raw(func(c any) error {
		var err error
		out, err = serdes.Serialize(c.(driver.Conn).Raw(), "main")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestNoTraceOfTheErased looks for the bytes of people who were erased or removed
// in every page of the file, and asks the index for them.
func TestNoTraceOfTheErased(t *testing.T) {
	t.Parallel()
	db, x, ctx := databasetest.SQLite(t), NewIndex(), context.Background()
	land(t, db, "name;email;phone;city\nJan Blijver;blijver@example.com;;Leuven\n")
	second, _ := land(t, db, "name;email;phone;city\nWilhelmina Onvindbaar;quxadres@example.com;0479 99 88 77;Zoutenaaie\nKarel Verdwenen;zwartgat@example.com;;Zoutenaaie\n")
	if page, err := x.Find(ctx, db.R, Query{Text: "zoutenaaie"}); err != nil || page.Total != 2 {
		t.Fatalf("%+v, %v", page, err)
	}
	secrets := []string{"Onvindbaar", "onvindbaar", "quxadres", "479998877", "Zoutenaaie", "zoutenaaie", "Verdwenen", "zwartgat"}
	for _, secret := range secrets {
		if !bytes.Contains(pages(t, db), []byte(secret)) {
			t.Fatalf("%q is not in the file, so the test says nothing", secret)
		}
	}
	err := db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		page, err := Find(ctx, tx, Query{Text: "onvindbaar"})
		if err != nil {
			return err
		}
		gone := Contact{ID: page.Contacts[0].ID, Source: page.Contacts[0].Source, ErasedAt: noon(), CreatedAt: noon()}
		if err := update(ctx, tx, gone); err != nil {
			return err
		}
		_, err = tx.NewDelete().Model((*contactRow)(nil)).Where("import_id = ? AND email = 'zwartgat@example.com'", string(second.ID)).Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	left := pages(t, db)
	for _, secret := range secrets {
		if bytes.Contains(left, []byte(secret)) {
			t.Errorf("%q is still in the file", secret)
		}
		if page, err := x.Find(ctx, db.R, Query{Text: secret}); err != nil || page.Total != 0 {
			t.Errorf("%q is still found: %+v, %v", secret, page, err)
		}
		for _, s := range x.shards {
			if bytes.Contains(s.texts[:cap(s.texts)], []byte(secret)) {
				t.Errorf("%q is still in the memory of the index", secret)
			}
		}
	}
	if n, err := x.Count(ctx, db.R, Query{Text: "blijver"}); n != 1 || err != nil {
		t.Errorf("%d others, %v", n, err)
	}
}

// TestSegments keeps criteria as they were, refuses a second name that reads alike,
// and says when one is gone.
func TestSegments(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		want, err := NewSegment("  Leden in België ", Criteria{Country: "be", PostcodeFrom: "1234 ab", BirthFrom: 1990, BirthTo: 1980, Mail: Yes, Phone: "perhaps"}, "lotte", noon())
		if err != nil {
			t.Fatal(err)
		}
		if err := SaveSegment(ctx, db.W, want); err != nil {
			t.Fatal(err)
		}
		got, err := SegmentByID(ctx, db.R, want.ID)
		if err != nil || got != want || got.Name != "Leden in België" || got.Criteria != (Criteria{Country: "BE", PostcodeFrom: "1234AB", BirthFrom: 1980, BirthTo: 1990, Mail: Yes}) {
			t.Errorf("%+v, %v", got, err)
		}
		again, _ := NewSegment("leden IN belgie!", Criteria{Mail: No}, "jan", noon())
		if err := SaveSegment(ctx, db.W, again); !errors.Is(err, ErrSegmentTaken) {
			t.Error(err)
		}
		if all, err := Segments(ctx, db.R); err != nil || len(all) != 1 {
			t.Errorf("%+v, %v", all, err)
		}
		if err := RemoveSegment(ctx, db.W, want.ID); err != nil {
			t.Error(err)
		}
		if err := RemoveSegment(ctx, db.W, want.ID); !errors.Is(err, ErrSegmentUnknown) {
			t.Error(err)
		}
		if _, err := SegmentByID(ctx, db.R, want.ID); !errors.Is(err, ErrSegmentUnknown) {
			t.Error(err)
		}
		if _, err := NewSegment(" ", Criteria{Mail: No}, "", noon()); !errors.Is(err, ErrSegmentName) {
			t.Error(err)
		}
		if _, err := NewSegment("everybody", Criteria{Mail: "perhaps"}, "", noon()); !errors.Is(err, ErrSegmentAll) {
			t.Error(err)
		}
	})
}
