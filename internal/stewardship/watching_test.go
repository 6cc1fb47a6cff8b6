package stewardship_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/contact"
	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
	"clepsydra/internal/journal"
	"clepsydra/internal/stewardship"
	"clepsydra/internal/watch"
)

// guard stands in for queue and mail.
type guard struct {
	circle watch.Circle
	queued []string
	told   []string
	fails  error
}

func (g *guard) PutTell(_ context.Context, _ bun.IDB, id string) error {
	g.queued = append(g.queued, id)
	return nil
}

func (g *guard) Circle(context.Context, bun.IDB) (watch.Circle, *time.Location, error) {
	return g.circle, time.UTC, nil
}

func (g *guard) Tell(_ context.Context, to []string, _ watch.Alert, _ watch.Rule) (int, error) {
	if g.fails != nil {
		return 0, g.fails
	}
	g.told = append(g.told, to...)
	return len(to), nil
}

// watched is a customer file with a watch of one rule: more than three people in an
// hour.
func watched(db *database.DB, g *guard, now *time.Time) (*stewardship.Service, *stewardship.Watch) {
	clock := func() time.Time { return *now }
	rules := watch.Pack{Version: "1", Rules: []watch.Rule{{ID: "many", Measure: watch.Opened, Window: "hour", MoreThan: 3}}}
	return stewardship.New(db, clock), stewardship.NewWatch(db, clock, rules, g, g)
}

func TestUnusualReadingIsFoundOnceToldAndExplained(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		now := time.Date(2026, 11, 20, 14, 5, 0, 0, time.UTC)
		g := &guard{circle: watch.Circle{Lead: "lead", Deputy: "deputy"}}
		s, w := watched(db, g, &now)
		reader, lead := journal.Actor{Kind: journal.ByAccount, ID: "lead"}, journal.Actor{Kind: journal.ByAccount, ID: "deputy"}
		look := func(from, to int) {
			t.Helper()
			for k := from; k < to; k++ {
				if err := s.SawPerson(ctx, reader, contact.ID(fmt.Sprint("p", k))); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Check(ctx); err != nil {
				t.Fatal(err)
			}
		}
		look(0, 3)
		if len(g.queued) != 0 {
			t.Fatal("three people are not many")
		}
		look(3, 4) // the earlier ones were seen by a check before
		look(4, 9)
		if len(g.queued) != 1 {
			t.Fatalf("%d alerts for one window", len(g.queued))
		}
		now = now.Add(time.Hour)
		look(0, 4)
		if len(g.queued) != 2 {
			t.Fatalf("%d alerts for two windows", len(g.queued))
		}
		id := g.queued[0]
		g.fails = errors.New("no line")
		if err := w.Tell(ctx, id); err == nil {
			t.Error("a mail that failed is tried again")
		}
		g.fails = nil
		for range 2 {
			if err := w.Tell(ctx, id); err != nil {
				t.Fatal(err)
			}
		}
		if fmt.Sprint(g.told) != "[deputy]" {
			t.Errorf("told %v: the reader is the lead", g.told)
		}
		if err := w.Explain(ctx, reader, id, "stock"); !errors.Is(err, watch.ErrOwn) {
			t.Errorf("one's own reading: %v", err)
		}
		for range 2 {
			if err := w.Explain(ctx, lead, id, "the yearly count of stock"); err != nil {
				t.Fatal(err)
			}
		}
		a, err := w.ByID(ctx, id)
		if err != nil || a.IsOpen() || a.Count != 4 || a.Mailed != 1 || a.ExplainedBy != "deputy" {
			t.Errorf("%+v, %v", a, err)
		}
		if said, err := w.Reason(ctx, a); err != nil || said != "the yearly count of stock" {
			t.Errorf("%q, %v", said, err)
		}
		if open, err := w.Open(ctx, 10); err != nil || len(open) != 1 {
			t.Errorf("open: %v, %v", open, err)
		}
		checkWatchJournal(t, db)
	})
}

// checkWatchJournal looks for one entry per thing that happened.
func checkWatchJournal(t *testing.T, db *database.DB) {
	t.Helper()
	list, err := journal.ListOf(context.Background(), db.R, journal.Case{Kind: "account", ID: "lead"})
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, e := range list {
		kinds = append(kinds, e.Kind)
	}
	if got := fmt.Sprint(kinds); got != "[watch.found watch.found watch.told watch.explained]" {
		t.Errorf("journal: %s", got)
	}
	if _, problems, err := journal.Verify(context.Background(), db.R); err != nil || len(problems) > 0 {
		t.Errorf("%v, %v", problems, err)
	}
}
