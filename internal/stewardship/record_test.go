package stewardship_test

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"clepsydra/internal/contact"
	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
	"clepsydra/internal/firm"
	"clepsydra/internal/journal"
	"clepsydra/internal/processing"
	"clepsydra/internal/stewardship"
	"clepsydra/internal/workflow"
	"clepsydra/workflows"
)

// records is the verbs on a firm's record, with a clock that moves a minute at each
// look.
func records(t *testing.T, db *database.DB) *stewardship.Records {
	t.Helper()
	firms, err := firm.NewStore(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	f := firm.Firm{Name: "Hoeve", Country: "BE", Zone: "Europe/Brussels", Language: "nl", Languages: []string{"nl"}, AuthorityID: "BE-GBA", Email: "info@example.com"}
	if err := firms.Put(context.Background(), db.W, f); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	s, err := stewardship.NewRecords(db, func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(time.Minute)
		return now
	}, firms)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func own(n string) processing.PurposeID { return processing.PurposeID("own_000000000000000" + n) }

func TestChangesOfTheRecordAtOnceAreAllKept(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s, ctx, who := records(t, db), context.Background(), journal.Actor{Kind: journal.ByAccount, ID: "lotte"}
		packs, err := workflow.Load(workflows.FS, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		file := stewardship.New(db, time.Now)
		file.UseRecords(s)
		var wg sync.WaitGroup
		for _, label := range []string{"Shoe size", "Wine", "Visit day"} {
			wg.Go(func() {
				in := processing.Declaring{Field: processing.Field{
					Label: workflow.Text{"en": label}, Kind: contact.KindText, Category: "preferences",
					Purposes: []processing.PurposeID{"orders"}, Why: "the order needs it",
				}, Categories: packs.Categories()}
				if _, err := file.DeclareField(ctx, who, in); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Go(func() {
			if err := file.SetTerm(ctx, who, "newsletter", 7, processing.ThenErase); err != nil {
				t.Error(err)
			}
		})
		for _, n := range []string{"1", "2", "3", "4"} {
			wg.Go(func() {
				if err := s.SavePurpose(ctx, who, processing.Purpose{ID: own(n), Name: workflow.Text{"en": n}}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		d, err := s.Document(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if len(d.Purposes) != 8 {
			t.Errorf("%d purposes, want the 4 proposed and 4 of the firm's own", len(d.Purposes))
		}
		versions, err := s.Versions(ctx)
		if err != nil || len(versions) != 8 {
			t.Errorf("%d versions, %v", len(versions), err)
		}
		r, err := file.Record(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if p, _ := r.Purpose("newsletter"); p.Retention.Months != 7 || len(r.Declaration().Own()) != 3 {
			t.Errorf("a term of %d months, own fields %+v", p.Retention.Months, r.Declaration().Own())
		}
	})
}

func TestTheSameAgainChangesNothing(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s, ctx, who := records(t, db), context.Background(), journal.Actor{Kind: journal.ByAccount, ID: "lotte"}
		ok := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		p := processing.Processor{ID: "own_00000000000000aa", Name: "Mailhuis"}
		c := processing.Client{ID: "own_00000000000000ab", Name: "Bakker"}
		for range 2 {
			ok(s.SavePurpose(ctx, who, processing.Purpose{ID: own("1"), Name: workflow.Text{"en": "Visits"}}))
			ok(s.SaveGeneral(ctx, who, processing.General{KeeperID: "lotte"}))
			ok(s.SaveClient(ctx, who, c))
			ok(s.SaveProcessor(ctx, who, p, []processing.PurposeID{"newsletter"}))
			ok(s.ConfirmPurpose(ctx, who, ""))
		}
		for range 2 {
			ok(s.EndPurpose(ctx, who, own("1")))
			ok(s.EndProcessor(ctx, who, p.ID))
		}
		all, err := journal.After(ctx, db.R, 0, 100)
		ok(err)
		kinds := map[string]int{}
		for _, e := range all {
			kinds[e.Kind]++
			if e.Kind != "record.version_kept" && kinds[e.Kind] > 1 {
				t.Errorf("%s is in the journal twice", e.Kind)
			}
		}
		if kinds["record.version_kept"] != 7 || len(kinds) != 8 {
			t.Errorf("entries %v", kinds)
		}
		last, err := s.VersionAt(ctx, time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC))
		if ok(err); last.AccountID != "lotte" {
			t.Errorf("the last version is %+v", last)
		}
		if _, err := s.VersionAt(ctx, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)); !errors.Is(err, processing.ErrNoVersion) {
			t.Errorf("before the first: %v", err)
		}
	})
}
