package contact

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
)

var errStop = errors.New("stop")

func noon() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }

// land imports text in one transaction.
func land(t testing.TB, db *database.DB, data string) (Import, Tally) {
	t.Helper()
	f, err := Open(strings.NewReader(data), int64(len(data)), belgian())
	if err != nil {
		t.Fatal(err)
	}
	in, err := NewImport()
	if err != nil {
		t.Fatal(err)
	}
	in.ImportedAt, in.Format, in.FileHash, in.ActorKind = noon(), f.Format, fmt.Sprint(len(data)), "system"
	var tally Tally
	err = db.InTx(context.Background(), func(ctx context.Context, tx bun.Tx) error {
		tally, err = Land(ctx, tx, f, &in)
		return err
	})
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	return in, tally
}

func everybody(t testing.TB, db *database.DB, q Query) []Contact {
	t.Helper()
	var all []Contact
	err := Each(context.Background(), db.R, q, func(list []Contact) error {
		all = append(all, list...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

const people = "Klantnummer;Naam;E-mail;Telefoon;Straat;Postcode;Plaats;Taal;Geboortedatum\n" +
	"17;Renée Çelik;Renee@example.be;0471 23 45 67;Kerkstraat 1;3000;Leuven;fr;01/02/2010\n" +
	"18;Jan Peeters;;016 12 34 56;Dorpsstraat 2;1234ab;Utrecht;;\n" +
	";Renée Celik;RENEE@example.be;;;;;;\n" + // duplicate by mail
	"18;J. Janssens;janssens@example.be;;;;;;\n" + // same number, another name: somebody else
	";Peeters Jan;jan@example.nl;;dorpsstraat 2;1234 AB;Utrecht;;\n" // duplicate by door, brings a mail

// TestLand stores what a file says and finds the same people in it.
func TestLand(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		in, tally := land(t, db, people)
		if tally.Rows != 5 || tally.Accepted != 3 || tally.Duplicates != 2 || tally.Filled != 1 || tally.RejectedCount != 0 {
			t.Errorf("tally %+v", tally)
		}
		all := everybody(t, db, Query{})
		if len(all) != 3 {
			t.Fatalf("%d contacts", len(all))
		}
		renee := all[0]
		want := Contact{
			ID: renee.ID, CustomerNumber: "17", Name: "Renée Çelik", Email: "Renee@example.be", Phone: "+32471234567",
			Street: "Kerkstraat 1", Postcode: "3000", City: "Leuven", Country: "BE", Language: "fr",
			BirthDate: Date{2010, 2, 1}, Source: Source{in.ID, 2}, CreatedAt: noon(), UpdatedAt: noon(),
		}
		if renee != want {
			t.Errorf("got  %+v\nwant %+v", renee, want)
		}
		if jan := all[1]; jan.Email != "jan@example.nl" || jan.Country != "NL" || jan.Language != "nl" || jan.Postcode != "1234 AB" {
			t.Errorf("filled in: %+v", jan)
		}
		stored, err := ImportByID(context.Background(), db.R, in.ID)
		if err != nil || stored != in || stored.Accepted != 3 {
			t.Errorf("import %+v, want %+v, %v", stored, in, err)
		}
	})
}

// TestLandAgain changes nothing the second time, and a dry run says so before.
func TestLandAgain(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		land(t, db, people)
		before := everybody(t, db, Query{})
		f, err := Open(strings.NewReader(people), int64(len(people)), belgian())
		if err != nil {
			t.Fatal(err)
		}
		dry, err := Count(context.Background(), f, func(ctx context.Context, ids []Identity) ([]Contact, error) {
			return Candidates(ctx, db.R, ids)
		})
		if err != nil {
			t.Fatal(err)
		}
		second, tally := land(t, db, people)
		if dry.Duplicates != 5 || tally.Duplicates != 5 || tally.Accepted != 0 || tally.Filled != 0 {
			t.Errorf("dry %+v, again %+v", dry, tally)
		}
		if after := everybody(t, db, Query{}); fmt.Sprint(after) != fmt.Sprint(before) {
			t.Errorf("changed:\n%+v\n%+v", before, after)
		}
		if found := everybody(t, db, Query{Criteria: Criteria{ImportID: second.ID}}); len(found) != 3 {
			t.Errorf("the second import knows %d people, want 3", len(found))
		}
	})
}

// TestLandNothingOnFailure leaves nobody behind when the transaction fails.
func TestLandNothingOnFailure(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		var b strings.Builder
		b.WriteString("name,email\n")
		for i := range 3000 {
			fmt.Fprintf(&b, "Jan %d,jan%d@example.be\n", i, i)
		}
		o := belgian()
		o.MaxRows = 2500
		f, err := Open(strings.NewReader(b.String()), int64(b.Len()), o)
		if err != nil {
			t.Fatal(err)
		}
		in, _ := NewImport()
		in.ImportedAt = noon()
		err = db.InTx(context.Background(), func(ctx context.Context, tx bun.Tx) error {
			_, err := Land(ctx, tx, f, &in)
			return err
		})
		if !errors.Is(err, ErrTooManyRows) {
			t.Errorf("got %v", err)
		}
		if n, err := CountOf(context.Background(), db.R, Query{}); n != 0 || err != nil {
			t.Errorf("%d contacts stayed, %v", n, err)
		}
	})
}

// TestFind finds any part, whatever its accents and case.
func TestFind(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		land(t, db, people+";100% Œuvre_Straße;oeuvre@example.be;;;;;;\n")
		for text, want := range map[string]int{
			"": 4, "RENEE": 1, "çelik renée": 1, "celik@": 0, "example.be": 3, "0471 23 45": 1, "+32471": 1, "3000": 1,
			"1234ab": 1, "1234 AB": 1, "utrecht peeters": 1, "nobody": 0, "%": 1, "_": 1, "oeuvre_strasse": 1, "17": 1, "'; --": 0,
			"016 12 34 56": 1, "\x00": 4,
		} {
			page, err := Find(context.Background(), db.R, Query{Text: text})
			if err != nil || page.Total != want || len(page.Contacts) != want {
				t.Errorf("%q: %d of %d found, want %d, %v", text, len(page.Contacts), page.Total, want, err)
			}
		}
		page, err := Find(context.Background(), db.R, Query{Limit: 2, Offset: 2})
		if err != nil || page.Total != 4 || len(page.Contacts) != 2 || page.Contacts[1].Name != "Renée Çelik" {
			t.Errorf("page: %+v, %v", page, err)
		}
		if found := everybody(t, db, Query{Criteria: Criteria{Country: "NL"}}); len(found) != 1 {
			t.Errorf("%d in NL", len(found))
		}
	})
}

// TestUndo removes what an import made and gives back what it filled.
func TestUndo(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		land(t, db, "name;email\nJan Peeters;jan@example.be\n")
		before := everybody(t, db, Query{})
		second, tally := land(t, db, "name;email;phone\nJan Peeters;jan@example.be;0471 23 45 67\nAn Smet;an@example.be;\nAn Smet;an@example.be;016123456\n")
		if tally.Filled != 2 || tally.Accepted != 1 {
			t.Errorf("tally %+v", tally)
		}
		undo := func() (n int, err error) {
			err = db.InTx(context.Background(), func(ctx context.Context, tx bun.Tx) error {
				n, err = Undo(ctx, tx, second.ID, noon().Add(time.Hour))
				return err
			})
			return n, err
		}
		if n, err := undo(); n != 1 || err != nil {
			t.Errorf("removed %d, %v", n, err)
		}
		after := everybody(t, db, Query{})
		after[0].UpdatedAt = before[0].UpdatedAt
		if len(after) != 1 || after[0] != before[0] {
			t.Errorf("after %+v\nwant  %+v", after, before)
		}
		if _, err := undo(); !errors.Is(err, ErrImportUndone) {
			t.Errorf("second undo: %v", err)
		}
	})
}

// TestUndoRefused keeps people that a later import found as well.
func TestUndoRefused(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		first, _ := land(t, db, people)
		land(t, db, people)
		err := db.InTx(context.Background(), func(ctx context.Context, tx bun.Tx) error {
			_, err := Undo(ctx, tx, first.ID, noon())
			return err
		})
		if !errors.Is(err, ErrImportInUse) {
			t.Errorf("got %v", err)
		}
		if n, _ := CountOf(context.Background(), db.R, Query{}); n != 3 {
			t.Errorf("%d contacts left", n)
		}
	})
}

// TestNotFound names what is missing.
func TestNotFound(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		if _, err := ByID(ctx, db.R, "nobody"); !errors.Is(err, ErrNotFound) {
			t.Error(err)
		}
		if _, err := ImportByID(ctx, db.R, "none"); !errors.Is(err, ErrImportUnknown) {
			t.Error(err)
		}
		if err := Each(ctx, db.R, Query{}, func([]Contact) error { return errStop }); err != nil {
			t.Error(err)
		}
	})
}

// TestDryRunTellsTheTruth imports files full of near-doubles: what the dry run
// counted is what happens, whether the store was empty or not.
func TestDryRunTellsTheTruth(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		for round := range 2 {
			var b strings.Builder
			b.WriteString("number;name;email;street;postcode;city\n")
			pick := func(n, of int, form string) string {
				if n%7 == 3 {
					return ""
				}
				return fmt.Sprintf(form, n*(round+2)%of)
			}
			for i := range 4000 {
				fmt.Fprintf(&b, "%s;%s;%s;%s;3000;Leuven\n", pick(i*31, 1500, "K%d"), pick(i*17, 900, "Jan %d"), pick(i*13, 2500, "jan%d@example.be"), pick(i*11, 50, "Straat %d"))
			}
			f, err := Open(strings.NewReader(b.String()), int64(b.Len()), belgian())
			if err != nil {
				t.Fatal(err)
			}
			dry, err := Count(context.Background(), f, func(ctx context.Context, ids []Identity) ([]Contact, error) { return Candidates(ctx, db.R, ids) })
			if err != nil {
				t.Fatal(err)
			}
			_, tally := land(t, db, b.String())
			if dry.Rows != tally.Rows || dry.Accepted != tally.Accepted || dry.Duplicates != tally.Duplicates || dry.RejectedCount != tally.RejectedCount {
				t.Errorf("round %d: dry run %d+%d of %d, import %d+%d of %d", round, dry.Accepted, dry.Duplicates, dry.Rows, tally.Accepted, tally.Duplicates, tally.Rows)
			}
			if tally.Accepted == 0 || tally.Duplicates == 0 {
				t.Errorf("round %d proves nothing: %d new, %d doubles", round, tally.Accepted, tally.Duplicates)
			}
		}
	})
}
