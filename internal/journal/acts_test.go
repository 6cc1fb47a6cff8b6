package journal_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/db"
	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
	"clepsydra/internal/journal"
)

func append1(t *testing.T, db *database.DB, all ...journal.Entry) {
	t.Helper()
	err := db.InTx(context.Background(), func(ctx context.Context, tx bun.Tx) error {
		for _, e := range all {
			if err := journal.Append(ctx, tx, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func seqs(t *testing.T, db *database.DB, q journal.ActQuery) string {
	t.Helper()
	acts, err := journal.Acts(context.Background(), db.R, q)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]string, len(acts))
	for k, a := range acts {
		out[k] = fmt.Sprint(a.Seq)
	}
	return strings.Join(out, " ")
}

func TestActsAreFoundByPersonAccountKindAndTime(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		an, bo := journal.Actor{Kind: journal.ByAccount, ID: "an"}, journal.Actor{Kind: journal.ByAccount, ID: "bo"}
		at := func(m int) time.Time { return noon.Add(time.Duration(m) * time.Minute) }
		long := make([]string, 4500)
		for k := range long {
			long[k] = fmt.Sprintf("p%d", k)
		}
		append1(t, db,
			journal.Entry{Case: journal.Case{Kind: "contact", ID: "p1"}, Kind: "contact.viewed", Actor: an, RecordedAt: at(0)},
			journal.Entry{Case: journal.Case{Kind: "firm"}, Kind: "contact.searched", Actor: bo, RecordedAt: at(1), Facts: map[string]string{"shown": "p1 p2"}},
			journal.Entry{Case: journal.Case{Kind: "firm"}, Kind: "contact.exported", Actor: an, RecordedAt: at(2), People: long},
			journal.Entry{Case: journal.Case{Kind: "incident", ID: "i"}, Kind: "person.excluded", Actor: bo, RecordedAt: at(3), Facts: map[string]string{"contact": "p2"}},
			journal.Entry{Case: journal.Case{Kind: "import", ID: "m"}, Kind: "contact.imported", Actor: an, RecordedAt: at(4)},
			journal.Entry{Case: journal.Case{Kind: "incident", ID: "i"}, Kind: "note.added", Actor: an, RecordedAt: at(5)},
			journal.Entry{Case: journal.Case{Kind: "firm"}, Kind: "contact.searched", Actor: an, RecordedAt: at(5)},
		)
		for _, c := range []struct {
			want string
			q    journal.ActQuery
		}{
			{"7 5 4 3 2 1", journal.ActQuery{}},
			{"3 2 1", journal.ActQuery{Person: "p1"}},
			{"4 3 2", journal.ActQuery{Person: "p2"}},
			{"5 3", journal.ActQuery{Person: "p4499", Imports: []string{"m"}}},
			{"", journal.ActQuery{Person: "nobody"}},
			{"4 2", journal.ActQuery{Account: "bo"}},
			{"7 2", journal.ActQuery{Kinds: []string{"contact.searched"}}},
			{"5 4 3 1", journal.ActQuery{Except: []string{"contact.searched"}}},
			{"3 2", journal.ActQuery{From: at(1), To: at(3)}},
			{"7 5", journal.ActQuery{Limit: 2}},
			{"4 3", journal.ActQuery{Limit: 2, Before: journal.Mark{At: at(4), Seq: 5}}},
		} {
			if got := seqs(t, db, c.q); got != c.want {
				t.Errorf("%+v: %s, want %s", c.q, got, c.want)
			}
		}
		acts, last, err := journal.ActsSince(context.Background(), db.R, 4)
		if err != nil || last != 7 || len(acts) != 2 || acts[0].Seq != 5 {
			t.Errorf("since 4: %v, %d, %v", acts, last, err)
		}
		if all, err := journal.Acts(context.Background(), db.R, journal.ActQuery{Kinds: []string{"contact.exported"}}); err != nil || all[0].People != 4500 {
			t.Errorf("the export: %v, %v", all, err)
		}
		if p := problems(t, db); len(p) != 0 {
			t.Errorf("the chain: %v", p)
		}
	})
}

// TestMigrationFindsOlderEntries runs the statements that fill the index for entries
// from before there was one.
func TestMigrationFindsOlderEntries(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		an := journal.Actor{Kind: journal.ByAccount, ID: "an"}
		append1(t, db,
			journal.Entry{Case: journal.Case{Kind: "contact", ID: "p1"}, Kind: "contact.viewed", Actor: an, RecordedAt: noon},
			journal.Entry{Case: journal.Case{Kind: "firm"}, Kind: "contact.searched", Actor: an, RecordedAt: noon, Facts: map[string]string{"shown": "p1 p2"}},
			journal.Entry{Case: journal.Case{Kind: "firm"}, Kind: "contact.searched", Actor: an, RecordedAt: noon, Facts: map[string]string{"shown": ""}},
			journal.Entry{Case: journal.Case{Kind: "firm"}, Kind: "contact.exported", Actor: an, RecordedAt: noon, Facts: map[string]string{"count": "412"}},
			journal.Entry{Case: journal.Case{Kind: "incident", ID: "i"}, Kind: "letter.returned", Actor: an, RecordedAt: noon, Facts: map[string]string{"contact": "p2"}},
			journal.Entry{Case: journal.Case{Kind: "incident", ID: "i"}, Kind: "note.added", Actor: an, RecordedAt: noon},
		)
		ctx := context.Background()
		for _, sql := range append([]string{"DELETE FROM journal_acts", "DELETE FROM journal_persons"}, fillings(t, db)...) {
			if _, err := db.W.ExecContext(ctx, sql); err != nil {
				t.Fatal(err)
			}
		}
		for person, want := range map[string]string{"": "5 4 3 2 1", "p1": "2 1", "p2": "5 2"} {
			if got := seqs(t, db, journal.ActQuery{Person: person}); got != want {
				t.Errorf("%q: %s, want %s", person, got, want)
			}
		}
		all, err := journal.Acts(ctx, db.R, journal.ActQuery{})
		if err != nil || all[1].People != 412 || all[3].People != 2 || all[2].People != 0 {
			t.Errorf("counts of %+v, %v", all, err)
		}
	})
}

// fillings are the statements of the migration that read older entries.
func fillings(t *testing.T, d *database.DB) []string {
	t.Helper()
	dialect := "sqlite"
	if d.IsPostgres() {
		dialect = "postgres"
	}
	text, err := db.Migrations.ReadFile("migrations/" + dialect + "/20261122000017_who_looked.tx.up.sql")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, sql := range strings.Split(string(text), "--bun:split") {
		if strings.Contains(sql, "INSERT INTO journal_") {
			out = append(out, sql)
		}
	}
	if len(out) != 2 {
		t.Fatalf("%d statements", len(out))
	}
	return out
}
