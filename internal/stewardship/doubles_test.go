package stewardship

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"
	"pgregory.net/rapid"

	"clepsydra/internal/contact"
	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
)

// content is everything the database knows of people, as text; the journal, the
// notes for the index and the list of merges are about what was done, not about them.
func content(t interface{ Fatal(...any) }, db *database.DB) string {
	var out strings.Builder
	for _, table := range []string{"contacts", "contact_field_sources", "contact_import_matches"} {
		var rows []map[string]any
		err := db.R.NewSelect().TableExpr(table).Order(map[string]string{"contacts": "id", "contact_field_sources": "contact_id", "contact_import_matches": "import_id"}[table]).
			OrderExpr(map[string]string{"contacts": "id", "contact_field_sources": "field_key", "contact_import_matches": "line"}[table]).Scan(context.Background(), &rows)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			for k, v := range r {
				if at, ok := v.(time.Time); ok {
					r[k] = at.UTC().UnixMicro()
				}
			}
			fmt.Fprintln(&out, table, r)
		}
	}
	return out.String()
}

// ticking is a clock that moves with every look.
func ticking() func() time.Time {
	at := noon()
	return func() time.Time { at = at.Add(time.Second); return at }
}

// add puts somebody in and returns who it is.
func add(t interface{ Fatal(...any) }, s *Service, values map[contact.Field]string) contact.ID {
	id, err := s.AddPerson(context.Background(), manager(), Adding{Values: values, How: contact.HowCounter}, true)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// TestMergeAndUndoIsTheIdentity over the whole content of the database, also when
// merges are stacked.
func TestMergeAndUndoIsTheIdentity(t *testing.T) {
	t.Parallel()
	db := databasetest.SQLite(t)
	ctx := context.Background()
	s := New(db, ticking())
	round := 0
	rapid.Check(t, func(t *rapid.T) {
		round++
		var ids []contact.ID
		var file strings.Builder
		file.WriteString("E-mail;Naam;Telefoon\n")
		for i := range 3 {
			mail := fmt.Sprintf("p%d-%d@example.be", round, i)
			pick := func(name string, from ...string) string { return rapid.SampledFrom(from).Draw(t, name) }
			ids = append(ids, add(t, s, map[contact.Field]string{
				contact.FieldEmail: mail, contact.FieldName: pick("name", "", "Jan Peeters", "Els Maes"),
				contact.FieldStreet: pick("street", "", "Dorp 1"), contact.FieldPostcode: pick("code", "", "3000"),
				contact.FieldMarketing: pick("marketing", "", "subscribed", "unsubscribed"),
			}))
			fmt.Fprintf(&file, "%s;%s;%s\n", mail, pick("filled", "", "An"), pick("phone", "", "+32471234567"))
		}
		if _, err := s.Import(ctx, manager(), input(file.String())); err != nil {
			t.Fatal(err)
		}
		if rapid.Bool().Draw(t, "corrected") {
			if err := s.Correct(ctx, manager(), ids[1], map[contact.Field]string{contact.FieldCity: "Leuven"}, time.Time{}); err != nil {
				t.Fatal(err)
			}
		}
		before := content(t, db)
		choices := contact.Choices{contact.FieldEmail: rapid.SampledFrom(ids).Draw(t, "mail"), contact.FieldName: rapid.SampledFrom(ids).Draw(t, "named")}
		one, err := s.Merge(ctx, manager(), ids[0], ids[1], choices)
		if err != nil {
			t.Fatal(err)
		}
		two, err := s.Merge(ctx, manager(), ids[2], ids[0], nil)
		if err != nil {
			t.Fatal(err)
		}
		if content(t, db) == before {
			t.Fatal("merging changed nothing")
		}
		if c, err := s.View(ctx, manager(), ids[1]); err != nil || c.ID != ids[2] {
			t.Fatalf("an old link leads to %s, %v", c.ID, err)
		}
		if _, err := s.Unmerge(ctx, manager(), one.ID); !errors.Is(err, contact.ErrMergeStands) {
			t.Fatalf("undone below another: %v", err)
		}
		for _, m := range []contact.Merge{two, one} {
			if _, err := s.Unmerge(ctx, manager(), m.ID); err != nil {
				t.Fatal(err)
			}
		}
		if after := content(t, db); after != before {
			t.Fatalf("after\n%s\nbefore\n%s", after, before)
		}
	})
}

// TestDoublesAreFoundMergedAndKeptApart, with movers asked, on both databases.
func TestDoublesAreFoundMergedAndKeptApart(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		s := New(db, ticking())
		var asked []string
		s.OnMerge("letters", Mover{
			Move: func(_ context.Context, _ bun.Tx, from, to contact.ID) (string, error) {
				asked = append(asked, "move")
				return "told " + string(from), nil
			},
			Back: func(_ context.Context, _ bun.Tx, from, to contact.ID, undo string) error {
				asked = append(asked, undo)
				return nil
			},
		})
		jan := add(t, s, map[contact.Field]string{contact.FieldName: "Jan Peeters", contact.FieldEmail: "jan@example.be", contact.FieldPostcode: "3000", contact.FieldCountry: "BE"})
		twin := add(t, s, map[contact.Field]string{contact.FieldName: "Peeters Jan", contact.FieldPhone: "+32471234567", contact.FieldPostcode: "3000", contact.FieldCountry: "BE"})
		els := add(t, s, map[contact.Field]string{contact.FieldName: "Jan Maes", contact.FieldPhone: "+32471234567"})
		d, err := s.Doubles(ctx, manager(), 0, 20)
		if err != nil || d.Total != 2 || len(d.Pairs) != 2 || d.Pairs[0].A.ID != jan || d.Pairs[0].B.ID != twin || d.Looking {
			t.Fatalf("found %+v, %v", d, err)
		}
		if err := s.NotDoubles(ctx, manager(), els, twin); err != nil {
			t.Fatal(err)
		}
		m, err := s.Merge(ctx, manager(), jan, twin, nil)
		if err != nil {
			t.Fatal(err)
		}
		if d, err = s.Doubles(ctx, manager(), 0, 20); err != nil || len(d.Merges) != 1 || !d.Merges[0].CanUndo {
			t.Fatalf("merged %+v, %v", d, err)
		}
		from, err := contact.FieldSources(ctx, db.R, jan)
		if err != nil || from[contact.FieldPhone].How != contact.HowCounter || from[contact.FieldPhone].ActorID != manager().ID {
			t.Errorf("the phone comes from %+v, %v", from[contact.FieldPhone], err)
		}
		if _, err := s.Merge(ctx, manager(), jan, twin, nil); !errors.Is(err, contact.ErrNotFound) {
			t.Errorf("merged twice: %v", err)
		}
		if _, err := s.Unmerge(ctx, manager(), m.ID); err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(asked) != "[move told "+string(twin)+"]" {
			t.Errorf("movers %v", asked)
		}
		if d, err = s.Doubles(ctx, manager(), 0, 20); err != nil || d.Total != 1 || d.Pairs[0].B.ID != twin {
			t.Errorf("after the undo %+v, %v", d, err)
		}
		m, err = s.Merge(ctx, manager(), jan, twin, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Erase(ctx, manager(), jan, OnRequest); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Unmerge(ctx, manager(), m.ID); !errors.Is(err, contact.ErrMergeStands) {
			t.Errorf("somebody erased came back: %v", err)
		}
		var kept string
		if err := db.R.NewRaw("SELECT undo FROM contact_merges WHERE id = ?", m.ID).Scan(ctx, &kept); err != nil || kept != "" {
			t.Errorf("kept of an erased person: %q, %v", kept, err)
		}
	})
}

// TestARefusedMoveLeavesBoth.
func TestARefusedMoveLeavesBoth(t *testing.T) {
	t.Parallel()
	db := databasetest.SQLite(t)
	s := New(db, ticking())
	s.OnMerge("letters", Mover{Move: func(context.Context, bun.Tx, contact.ID, contact.ID) (string, error) {
		return "", contact.ErrMergeStands
	}})
	a := add(t, s, map[contact.Field]string{contact.FieldName: "A"})
	b := add(t, s, map[contact.Field]string{contact.FieldName: "B"})
	before := content(t, db)
	if _, err := s.Merge(context.Background(), manager(), a, b, nil); !errors.Is(err, contact.ErrMergeStands) || content(t, db) != before {
		t.Errorf("%v, changed: %v", err, content(t, db) != before)
	}
	if _, err := s.Merge(context.Background(), manager(), a, a, nil); !errors.Is(err, contact.ErrSamePerson) {
		t.Errorf("with itself: %v", err)
	}
}
