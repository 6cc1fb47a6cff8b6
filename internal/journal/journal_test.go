package journal_test

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
	"clepsydra/internal/journal"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func fill(t *testing.T, db *database.DB, n int) journal.Case {
	t.Helper()
	c := journal.Case{Kind: "incident", ID: "one"}
	err := db.InTx(context.Background(), func(ctx context.Context, tx bun.Tx) error {
		for i := range n {
			err := journal.Append(ctx, tx, journal.Entry{
				Case: c, Kind: "note.added", Actor: journal.System(),
				HappenedAt: noon.Add(-time.Hour), RecordedAt: noon.Add(time.Duration(i) * time.Second),
				Facts: map[string]string{"n": strconv.Itoa(i)}, Text: "note " + strconv.Itoa(i),
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func problems(t *testing.T, db *database.DB) []journal.Problem {
	t.Helper()
	_, p, err := journal.Verify(context.Background(), db.R)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestEntriesComeBackAsWritten(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		c := fill(t, db, 3)
		list, err := journal.ListOf(context.Background(), db.R, c)
		if err != nil || len(list) != 3 {
			t.Fatalf("%d entries, error %v", len(list), err)
		}
		e := list[2]
		if e.Text != "note 2" || e.Facts["n"] != "2" || !e.RecordedAt.Equal(noon.Add(2*time.Second)) || !e.HappenedAt.Equal(noon.Add(-time.Hour)) {
			t.Fatalf("got %+v", e)
		}
		if p := problems(t, db); len(p) != 0 {
			t.Fatalf("untouched chain: %v", p)
		}
	})
}

func TestEveryKindOfTamperingShows(t *testing.T) {
	t.Parallel()
	for name, sql := range map[string]string{
		"fact":       "UPDATE journal_entries SET facts = '{\"n\":\"9\"}' WHERE seq = 2",
		"actor":      "UPDATE journal_entries SET actor_id = 'other' WHERE seq = 2",
		"moment":     "UPDATE journal_entries SET happened_at = recorded_at WHERE seq = 2",
		"text":       "UPDATE journal_texts SET content = 'other' WHERE entry_id = (SELECT id FROM journal_entries WHERE seq = 2)",
		"last entry": "DELETE FROM journal_entries WHERE seq = 3",
		"a middle":   "DELETE FROM journal_entries WHERE seq = 2",
	} {
		t.Run(name, func(t *testing.T) {
			databasetest.Each(t, func(t *testing.T, db *database.DB) {
				fill(t, db, 3)
				ctx := context.Background()
				if name == "last entry" || name == "a middle" {
					if _, err := db.W.ExecContext(ctx, "DELETE FROM journal_texts"); err != nil {
						t.Fatal(err)
					}
				}
				if _, err := db.W.ExecContext(ctx, sql); err != nil {
					t.Fatal(err)
				}
				if p := problems(t, db); len(p) == 0 {
					t.Fatal("the change was not noticed")
				}
			})
		})
	}
}

func TestErasedTextLeavesTheChainWhole(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		c := fill(t, db, 2)
		if _, err := db.W.ExecContext(context.Background(), "DELETE FROM journal_texts"); err != nil {
			t.Fatal(err)
		}
		if p := problems(t, db); len(p) != 0 {
			t.Fatalf("erasing text broke the chain: %v", p)
		}
		list, err := journal.ListOf(context.Background(), db.R, c)
		if err != nil || list[0].Text != "" {
			t.Fatalf("text %q, error %v", list[0].Text, err)
		}
	})
}
