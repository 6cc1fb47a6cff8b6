package stewardship

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/contact"
	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
	"clepsydra/internal/firm"
	"clepsydra/internal/journal"
	"clepsydra/internal/source"
)

// shop is a source, its queue and the clock of a test.
type shop struct {
	t       *testing.T
	db      *database.DB
	now     time.Time
	imports *Service
	s       *Sources
	rows    [][]string
	failing error
	pulls   []Pull
	told    []source.ID
}

func (h *shop) Read(_ context.Context, _ source.Source, first int) source.Table {
	return source.Table{
		Rows: func(yield func([]string, error) bool) {
			if h.failing != nil {
				yield(nil, h.failing)
				return
			}
			for k, r := range h.rows {
				if first > 0 && k == first || !yield(append([]string(nil), r...), nil) {
					return
				}
			}
		},
		Headings: func() []string { return []string{"id", "name", "email", "city", "newsletter"} },
	}
}

func (h *shop) Pull(_ context.Context, _ bun.IDB, p Pull) error {
	h.pulls = append(h.pulls, p)
	return nil
}

func (h *shop) Tell(_ context.Context, _ bun.IDB, id source.ID) error {
	h.told = append(h.told, id)
	return nil
}

func newShop(t *testing.T, db *database.DB) *shop {
	t.Helper()
	h := &shop{t: t, db: db, now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	firms, err := firm.NewStore(bytes.Repeat([]byte{7}, 32))
	h.ok(err)
	h.ok(firms.Put(context.Background(), db.W, firm.Firm{Name: "Firm", Zone: "Europe/Brussels", Country: "BE", Language: "nl", UpdatedAt: h.now}))
	clock := func() time.Time { return h.now }
	h.imports = New(db, clock)
	h.s = NewSources(SourceDeps{DB: db, Clock: clock, Firms: firms, Imports: h.imports, Reader: h, Queue: h})
	h.rows = [][]string{{"1", "Ann Vos", "ann@example.com", "Leuven", "yes"}, {"2", "Bob Maes", "bob@example.com", "", ""}, {"3", "", "nonsense", "", ""}}
	return h
}

func (h *shop) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *shop) add(leads bool) source.Source {
	h.t.Helper()
	src, err := h.s.Save(context.Background(), manager(), source.Source{
		Name: "Web  shop", Kind: source.HTTP, URL: "https://shop.example.com/api", Header: "X-Key", Secret: "hush-hush", Country: "BE", Leads: leads,
		Schedule: source.Schedule{Every: source.Daily, Clock: "03:00"},
	})
	h.ok(err)
	return src
}

func (h *shop) state(id source.ID) source.State {
	h.t.Helper()
	src, err := h.s.ByID(context.Background(), id)
	h.ok(err)
	return src.State
}

func (h *shop) person(text string) contact.Contact {
	h.t.Helper()
	page, err := h.imports.Search(context.Background(), manager(), contact.Query{Text: text})
	h.ok(err)
	if len(page.Contacts) != 1 {
		h.t.Fatalf("%q finds %d people", text, len(page.Contacts))
	}
	return page.Contacts[0]
}

func (h *shop) entries(c journal.Case) []string {
	h.t.Helper()
	list, err := journal.ListOf(context.Background(), h.db.R, c)
	h.ok(err)
	var out []string
	for _, e := range list {
		out = append(out, e.Kind)
		for _, v := range e.Facts {
			if strings.Contains(v, "@") || strings.Contains(v, "hush") || strings.Contains(v, "Ann") {
				h.t.Errorf("%s holds %q", e.Kind, v)
			}
		}
	}
	return out
}

func TestASourceKeepsItsSecretSealed(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, h := context.Background(), newShop(t, db)
		src := h.add(false)
		var content, secret string
		h.ok(db.R.NewSelect().TableExpr("contact_sources").ColumnExpr("content, secret").Scan(ctx, &content, &secret))
		if strings.Contains(content+secret, "hush") || secret == "" {
			t.Errorf("the secret stands open: %s %s", content, secret)
		}
		if got, err := h.s.ByID(ctx, src.ID); err != nil || got.Secret != "hush-hush" || got.Name != "Web shop" || got.Header != "X-Key" {
			t.Errorf("%+v %v", got, err)
		}
		again := src
		again.ID, again.Name = "", "web SHOP"
		if _, err := h.s.Save(ctx, manager(), again); !errors.Is(err, source.ErrNameTaken) {
			t.Errorf("a second of that name: %v", err)
		}
		again = src
		again.Secret, again.URL = "", "https://evil.example.com/api"
		if _, err := h.s.Save(ctx, manager(), again); !errors.Is(err, source.ErrSecretAgain) {
			t.Errorf("the secret goes elsewhere: %v", err)
		}
		h.ok(h.s.Map(ctx, manager(), src.ID, map[string]contact.Field{"name": contact.FieldName}))
		if got, err := h.s.ByID(ctx, src.ID); err != nil || got.Secret != "hush-hush" || got.Mapping["name"] != contact.FieldName {
			t.Errorf("after mapping: %+v %v", got, err)
		}
		h.ok(h.s.Remove(ctx, manager(), src.ID))
		if _, err := h.s.ByID(ctx, src.ID); !errors.Is(err, source.ErrNotFound) {
			t.Errorf("removed: %v", err)
		}
		if got := strings.Join(h.entries(journal.Case{Kind: "source", ID: string(src.ID)}), " "); got != "source.added source.changed source.removed" {
			t.Errorf("journal: %s", got)
		}
	})
}

func TestAPullFillsAndASecondFindsNothingNew(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, h := context.Background(), newShop(t, db)
		src := h.add(false)
		plan, err := h.s.Try(ctx, manager(), src.ID, nil)
		if err != nil || plan.Accepted != 2 || plan.RejectedCount != 1 {
			t.Fatalf("%+v %v", plan.Tally, err)
		}
		if n, err := h.imports.Count(ctx, contact.Query{}); err != nil || n != 0 {
			t.Fatalf("trying stored %d people, %v", n, err)
		}
		h.ok(h.s.Run(ctx, Pull{Source: src.ID, By: "account-1"}, false))
		st := h.state(src.ID)
		if st.New != 2 || st.Refused != 1 || st.Code != "" || !st.GoodAt.Equal(h.now) || st.Gone != 0 || st.ImportID == "" {
			t.Errorf("%+v", st)
		}
		imports, err := h.imports.Imports(ctx)
		if err != nil || len(imports) != 1 || imports[0].FileName != "Web shop" || imports[0].SourceID != string(src.ID) || imports[0].ActorID != "account-1" {
			t.Fatalf("%+v %v", imports, err)
		}
		h.now = h.now.Add(time.Hour)
		h.ok(h.s.Run(ctx, Pull{Source: src.ID}, false))
		if st = h.state(src.ID); !st.Unchanged || !st.GoodAt.Equal(h.now) || st.New != 2 {
			t.Errorf("the same again: %+v", st)
		}
		// Ann moved mail and has a city; Bob has a city now and Ann is gone from the source.
		h.rows = [][]string{{"2", "Bob Maes", "bob@elsewhere.example", "Gent", ""}, {"4", "Cas", "cas@example.com", "", ""}}
		h.ok(h.s.Run(ctx, Pull{Source: src.ID}, false))
		st = h.state(src.ID)
		if st.New != 1 || st.Known != 1 || st.Filled != 1 || st.Changed != 0 || st.Gone != 1 || st.Unchanged {
			t.Errorf("%+v", st)
		}
		if bob := h.person("Bob"); bob.Email != "bob@example.com" || bob.City != "Gent" {
			t.Errorf("Bob is %+v", bob)
		}
		if removed, err := h.imports.Undo(ctx, manager(), st.ImportID); err != nil || removed != 1 || h.person("Bob").City != "" {
			t.Errorf("taken back: %d %v", removed, err)
		}
	})
}

func TestALeadingSourceReplacesAndCanBeTakenBack(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, h := context.Background(), newShop(t, db)
		src := h.add(true)
		h.ok(h.s.Run(ctx, Pull{Source: src.ID}, false))
		h.rows[0] = []string{"1", "Ann Vos", "ann@new.example", "", "no"}
		h.ok(h.s.Run(ctx, Pull{Source: src.ID}, false))
		st := h.state(src.ID)
		ann := h.person("Ann")
		if st.Changed != 1 || ann.Email != "ann@new.example" || ann.City != "Leuven" || ann.Marketing != contact.MarketingUnsubscribed {
			t.Errorf("%+v %+v", st, ann)
		}
		if got := h.entries(journal.Case{Kind: "contact", ID: string(ann.ID)}); len(got) == 0 || got[0] != "contact.replaced" {
			t.Errorf("journal of Ann: %v", got)
		}
		h.rows[0] = []string{"1", "Ann Vos", "", "", "yes"} // nobody is subscribed again by a source
		h.ok(h.s.Run(ctx, Pull{Source: src.ID}, false))
		if ann := h.person("Ann"); ann.Marketing != contact.MarketingUnsubscribed || ann.Email != "ann@new.example" {
			t.Errorf("%+v", ann)
		}
		h.rows[0] = []string{"1", "Ann Vos", "third@example.com", "", ""}
		h.ok(h.s.Run(ctx, Pull{Source: src.ID}, false))
		if previous(h, ann.ID) != 1 {
			t.Errorf("%d earlier values are kept, want those of the last pull", previous(h, ann.ID))
		}
		if _, err := h.imports.Undo(ctx, manager(), h.state(src.ID).ImportID); err != nil || h.person("Ann").Email != "ann@new.example" {
			t.Errorf("taken back: %v, %s", err, h.person("Ann").Email)
		}
	})
}

// previous counts the replaced values that are kept of somebody.
func previous(h *shop, id contact.ID) int {
	h.t.Helper()
	n, err := h.db.R.NewSelect().TableExpr("contact_import_matches").Where("contact_id = ? AND previous <> ''", string(id)).Count(context.Background())
	h.ok(err)
	return int(n)
}

func TestWhoeverIsErasedLeavesNoReplacedValue(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, h := context.Background(), newShop(t, db)
		src := h.add(true)
		h.ok(h.s.Run(ctx, Pull{Source: src.ID}, false))
		h.rows[0][2] = "ann@new.example"
		h.ok(h.s.Run(ctx, Pull{Source: src.ID}, false))
		ann := h.person("Ann")
		if previous(h, ann.ID) != 1 {
			t.Fatal("nothing was replaced")
		}
		counts, err := h.imports.Erase(ctx, manager(), ann.ID, OnRequest)
		if err != nil || counts["replaced_values"] != 1 || previous(h, ann.ID) != 0 {
			t.Errorf("%v %v", counts, err)
		}
	})
}

func TestAFailureIsKeptToldOnceAndStopsTheSchedule(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, h := context.Background(), newShop(t, db)
		src := h.add(false)
		h.failing = source.Fail(source.Passing, source.CodeNetwork, nil)
		if err := h.s.Run(ctx, Pull{Source: src.ID}, false); !errors.Is(err, h.failing) || h.state(src.ID).Code != "" {
			t.Errorf("a failure that may pass is not tried again: %v", err)
		}
		h.ok(h.s.Run(ctx, Pull{Source: src.ID}, true))
		if st := h.state(src.ID); st.Code != source.CodeNetwork || st.Stopped || len(h.told) != 1 {
			t.Errorf("given up: %+v, told %d", st, len(h.told))
		}
		h.failing = source.Fail(source.Final, source.CodeAuth, nil)
		h.ok(h.s.Run(ctx, Pull{Source: src.ID}, false))
		if st := h.state(src.ID); st.Code != source.CodeAuth || !st.Stopped || len(h.told) != 1 {
			t.Errorf("refused: %+v, told %d", st, len(h.told))
		}
		h.now = h.now.Add(48 * time.Hour)
		h.ok(h.s.Sweep(ctx))
		if len(h.pulls) != 0 {
			t.Error("a source that stopped is pulled from by its schedule")
		}
		if bad, err := h.s.Troubled(ctx); err != nil || len(bad) != 1 {
			t.Errorf("%v %v", bad, err)
		}
		h.failing = nil
		src.Secret = "right"
		_, err := h.s.Save(ctx, manager(), src)
		h.ok(err)
		h.ok(h.s.Run(ctx, Pull{Source: src.ID}, false))
		if st := h.state(src.ID); st.Code != "" || st.Stopped || st.Told {
			t.Errorf("mended: %+v", st)
		}
		h.rows = nil
		h.ok(h.s.Run(ctx, Pull{Source: src.ID}, false))
		if st := h.state(src.ID); st.Code != source.CodeEmpty || len(h.told) != 2 {
			t.Errorf("nobody in it: %+v, told %d", st, len(h.told))
		}
	})
}

func TestAPullThatIsAskedToWaitWaitsAndNotForEver(t *testing.T) {
	t.Parallel()
	ctx, h := context.Background(), newShop(t, databasetest.SQLite(t))
	src := h.add(false)
	h.ok(h.s.Ask(ctx, manager(), src.ID))
	if err := h.s.Ask(ctx, manager(), src.ID); !errors.Is(err, source.ErrBusy) {
		t.Errorf("asked twice: %v", err)
	}
	wait := source.Fail(source.Waiting, source.CodeBusy, nil)
	wait.After, h.failing = time.Hour, wait
	if err := h.s.Run(ctx, Pull{Source: src.ID, By: "account-1"}, true); !errors.Is(err, h.failing) {
		t.Errorf("got %v", err)
	}
	h.now = h.now.Add(21 * time.Hour)
	h.ok(h.s.Run(ctx, Pull{Source: src.ID, By: "account-1"}, false))
	if st := h.state(src.ID); st.Code != source.CodeBusy || !st.AskedAt.IsZero() || st.Stopped {
		t.Errorf("%+v", st)
	}
}

func TestATurnIsTakenOnce(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, h := context.Background(), newShop(t, db)
		src := h.add(false)
		h.ok(h.s.Sweep(ctx))
		if len(h.pulls) != 0 {
			t.Fatal("a new source is pulled from before its turn")
		}
		h.now = time.Date(2026, 11, 23, 1, 59, 59, 0, time.UTC)
		h.ok(h.s.Sweep(ctx))
		if len(h.pulls) != 0 {
			t.Fatal("pulled a second early")
		}
		h.now = h.now.Add(time.Second) // three o'clock in Brussels
		h.ok(h.s.Sweep(ctx))
		h.ok(h.s.Sweep(ctx))
		if len(h.pulls) != 1 || h.pulls[0].Source != src.ID || !h.pulls[0].Scheduled {
			t.Fatalf("%v", h.pulls)
		}
		h.ok(h.s.Run(ctx, h.pulls[0], false))
		h.now = h.now.Add(72 * time.Hour) // the program was off: one pull makes up for all
		h.ok(h.s.Sweep(ctx))
		h.ok(h.s.Sweep(ctx))
		if len(h.pulls) != 2 {
			t.Errorf("%d pulls", len(h.pulls))
		}
		src.Schedule.Every = source.Off
		_, err := h.s.Save(ctx, manager(), src)
		h.ok(err)
		before := h.state(src.ID).GoodAt
		h.ok(h.s.Run(ctx, Pull{Source: src.ID, Scheduled: true}, false))
		if st := h.state(src.ID); !st.GoodAt.Equal(before) || !st.AskedAt.IsZero() {
			t.Errorf("a schedule that was switched off went on: %+v", st)
		}
		h.ok(h.s.Remove(ctx, manager(), src.ID))
		h.ok(h.s.Run(ctx, Pull{Source: src.ID}, false))
	})
}
