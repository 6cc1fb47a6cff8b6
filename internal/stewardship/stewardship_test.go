package stewardship

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/contact"
	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
	"clepsydra/internal/journal"
)

func noon() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }

func manager() journal.Actor { return journal.Actor{Kind: journal.ByAccount, ID: "account-1"} }

func input(data string) ImportInput {
	return ImportInput{
		File: strings.NewReader(data), Size: int64(len(data)), Name: `C:\Users\an\klanten.csv`,
		Options: contact.Options{DefaultCountry: "BE", DefaultLanguage: "nl"},
	}
}

const customers = "Naam;E-mail;Telefoon;Rijksregisternummer\n" +
	"Renée Çelik;renee@example.be;0471 23 45 67;85.07.30-033.28\n" +
	"=1+1;formula@example.be;;\n" +
	"Renée Çelik;RENEE@example.be;;\n" +
	"Jan;geen adres;;\n"

// TestImportStory imports, looks, exports and takes back, and leaves a journal
// that proves itself and names nobody.
func TestImportStory(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		s := New(db, noon)
		plan, err := s.Preview(ctx, input(customers))
		if err != nil || plan.Rows != 4 || plan.Accepted != 2 || plan.Duplicates != 1 || plan.RejectedCount != 1 {
			t.Fatalf("plan %+v, %v", plan.Tally, err)
		}
		res, err := s.Import(ctx, manager(), input(customers))
		if err != nil {
			t.Fatal(err)
		}
		i := res.Import
		if i.Rows != 4 || i.Accepted != 2 || i.Duplicates != 1 || i.Rejected != 1 || i.FileName != "klanten.csv" || i.ActorID != "account-1" || len(i.FileHash) != 64 {
			t.Errorf("import %+v", i)
		}
		page, err := s.Search(ctx, manager(), contact.Query{Text: "celik"})
		if err != nil || page.Total != 1 {
			t.Fatalf("found %+v, %v", page, err)
		}
		one, err := s.View(ctx, manager(), page.Contacts[0].ID)
		if err != nil || one.Name != "Renée Çelik" || one.Source != (contact.Source{ImportID: i.ID, Line: 2}) {
			t.Errorf("viewed %+v, %v", one, err)
		}
		again, err := s.Preview(ctx, input(customers))
		if err != nil || again.Duplicates != 3 || again.Warnings[0].Fault.Key != "contact.same_file_imported" {
			t.Errorf("again %+v, %v", again.Tally, err)
		}
		exportsAndReadsBack(t, s, db)
		if n, err := s.Undo(ctx, manager(), i.ID); n != 2 || err != nil {
			t.Errorf("undone %d, %v", n, err)
		}
		checkJournal(t, db, "contact.imported", "contact.searched", "contact.viewed", "contact.exported", "import.undone")
	})
}

func exportsAndReadsBack(t *testing.T, s *Service, db *database.DB) {
	t.Helper()
	var out bytes.Buffer
	n, err := exportTo(s, &out, contact.Query{}, contact.FormatCSV)
	if err != nil || n != 2 {
		t.Fatalf("exported %d, %v", n, err)
	}
	if !strings.Contains(out.String(), ";'=1+1;") || !strings.Contains(out.String(), ";'+32471234567;") {
		t.Errorf("cells that run: %s", out.String())
	}
	plan, err := DryRun(context.Background(), input(out.String()), noon())
	if err != nil || plan.Accepted != 2 || len(plan.Rejected) != 0 {
		t.Fatalf("read back %+v, %v", plan.Tally, err)
	}
	stored, err := contact.Find(context.Background(), db.R, contact.Query{Text: "celik"})
	if err != nil {
		t.Fatal(err)
	}
	got, want := plan.Sample[0], stored.Contacts[0]
	want.ID, want.Source, want.CreatedAt, want.UpdatedAt = "", got.Source, time.Time{}, time.Time{}
	if got != want {
		t.Errorf("read back %+v\nwant      %+v", got, want)
	}
}

func checkJournal(t *testing.T, db *database.DB, kinds ...string) {
	t.Helper()
	entries, err := journal.After(context.Background(), db.R, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Kind)
		text := fmt.Sprint(e.Facts, e.Text)
		for _, secret := range []string{"Çelik", "celik", "renee", "klanten", "32471"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s holds %q: %s", e.Kind, secret, text)
			}
		}
		if e.Actor != manager() {
			t.Errorf("%s by %+v", e.Kind, e.Actor)
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(kinds) {
		t.Errorf("journal %v, want %v", got, kinds)
	}
	if _, problems, err := journal.Verify(context.Background(), db.R); err != nil || len(problems) > 0 {
		t.Errorf("journal: %v, %v", problems, err)
	}
}

// TestRefusals leaves nothing behind: no people, no import, no entry.
func TestRefusals(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		s := New(db, noon)
		for data, want := range map[string]error{
			"":                                 contact.ErrEmpty,
			"%PDF-1.4":                         contact.ErrPDF,
			"naam;email\n":                     contact.ErrNothingTaken,
			"naam;email\nJan;geen adres\n":     contact.ErrNothingTaken,
			"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1": contact.ErrOldExcel,
		} {
			if _, err := s.Import(ctx, manager(), input(data)); !errors.Is(err, want) {
				t.Errorf("%q: %v, want %v", data, err, want)
			}
		}
		if _, err := s.View(ctx, manager(), "nobody"); !errors.Is(err, contact.ErrNotFound) {
			t.Error(err)
		}
		if _, err := s.Undo(ctx, manager(), "none"); !errors.Is(err, contact.ErrImportUnknown) {
			t.Error(err)
		}
		imports, err := s.Imports(ctx)
		if err != nil || len(imports) != 0 {
			t.Errorf("imports %v, %v", imports, err)
		}
		checkJournal(t, db)
	})
}

// TestUndoAsksOthers keeps an import that a list of people affected refers to.
func TestUndoAsksOthers(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		s := New(db, noon, func(context.Context, bun.IDB, contact.ImportID) (int, error) { return 1, nil })
		res, err := s.Import(ctx, manager(), input(customers))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Undo(ctx, manager(), res.Import.ID); !errors.Is(err, contact.ErrImportInUse) {
			t.Errorf("got %v", err)
		}
		checkJournal(t, db, "contact.imported")
	})
}

// TestReport gives machines every list, also an empty one, and words for each
// finding.
func TestReport(t *testing.T) {
	t.Parallel()
	plan, err := DryRun(context.Background(), input(customers), noon())
	if err != nil {
		t.Fatal(err)
	}
	report := plan.Report(func(key string, args map[string]any) string { return fmt.Sprint(key, args) })
	data, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"rows":4,"accepted":2,"duplicates":1`,
		`"rejected":[{"line":5,"field":"email","code":"contact.mail_invalid","reason":"contact.mail_invalidmap[Value:geen adres]"}]`,
		`"mapping":{"E-mail":"email","Naam":"name","Telefoon":"phone"}`,
		`"dropped":["Rijksregisternummer"]`, `"sample":[{"line":2,"name":"Renée Çelik"`, `contact.column_national_number`,
	} {
		if !strings.Contains(string(data), want) {
			t.Errorf("no %s in %s", want, data)
		}
	}
	empty, err := DryRun(context.Background(), input("naam;email\n"), noon())
	if err != nil {
		t.Fatal(err)
	}
	data, err = json.Marshal(empty.Report(func(string, map[string]any) string { return "" }))
	if err != nil || !strings.Contains(string(data), `"rejected":[]`) || !strings.Contains(string(data), `"sample":[]`) {
		t.Errorf("%s, %v", data, err)
	}
}

func exportTo(s *Service, w io.Writer, q contact.Query, f contact.Format) (int, error) {
	out, err := s.Export(context.Background(), manager(), q, f)
	if err != nil {
		return 0, err
	}
	n, err := out.Write(context.Background(), w)
	if err == nil && n != out.Count {
		err = fmt.Errorf("%d written of %d", n, out.Count)
	}
	return n, err
}
