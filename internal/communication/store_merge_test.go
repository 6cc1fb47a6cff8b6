package communication_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/uptrace/bun"

	"clepsydra/internal/communication"
	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
)

// lists is who stands on which list, as text.
func lists(t *testing.T, db *database.DB) string {
	t.Helper()
	var rows []map[string]any
	must(t, db.R.NewSelect().TableExpr("affected_people").Column("incident_id", "contact_id", "excluded", "data", "name", "picked_via").
		OrderExpr("incident_id, contact_id").Scan(context.Background(), &rows))
	return fmt.Sprint(rows)
}

// TestTwoPeopleBecomeOneOnTheLists, are told once, and are two again when it is taken
// back; a frozen list is left alone.
func TestTwoPeopleBecomeOneOnTheLists(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		seed(t, db, known("a", nil), known("b", nil), known("c", nil))
		do := func(fn func(context.Context, bun.Tx) error) error {
			t.Helper()
			return db.InTx(ctx, fn)
		}
		pick := func(id string, people ...string) {
			t.Helper()
			must(t, do(func(ctx context.Context, tx bun.Tx) error {
				_, err := communication.Pick(ctx, tx, "i", communication.Selection{Contacts: people}, now)
				if id == "j" {
					_, err = communication.Pick(ctx, tx, "j", communication.Selection{Contacts: people}, now)
				}
				return err
			}))
		}
		pick("i", "a", "b")
		pick("j", "b")
		must(t, do(func(ctx context.Context, tx bun.Tx) error {
			a, err := communication.PersonOf(ctx, tx, "i", "a")
			if err != nil {
				return err
			}
			a.Excluded, a.Data = "moved away", []string{"name"}
			return communication.SavePerson(ctx, tx, a)
		}))
		before := lists(t, db)
		var undo string
		must(t, do(func(ctx context.Context, tx bun.Tx) (err error) {
			undo, err = communication.Move(ctx, tx, "b", "a")
			return err
		}))
		for _, id := range []string{"i", "j"} {
			if _, err := communication.PersonOf(ctx, db.R, "i", "b"); !errors.Is(err, communication.ErrPersonNotFound) {
				t.Errorf("the double is still on %s: %v", id, err)
			}
		}
		if a, err := communication.PersonOf(ctx, db.R, "i", "a"); err != nil || a.Excluded != "" || len(a.Data) != 0 {
			t.Errorf("told for either is told: %+v, %v", a, err)
		}
		must(t, do(func(ctx context.Context, tx bun.Tx) error { return communication.MoveBack(ctx, tx, "b", "a", undo) }))
		if after := lists(t, db); after != before {
			t.Errorf("after\n%s\nbefore\n%s", after, before)
		}
		must(t, do(func(ctx context.Context, tx bun.Tx) (err error) {
			undo, err = communication.Move(ctx, tx, "b", "a")
			return err
		}))
		must(t, do(func(ctx context.Context, tx bun.Tx) error {
			_, err := communication.Freeze(ctx, tx, communication.Snapshot{ID: "s", IncidentID: "j", FrozenBy: "x", FrozenAt: now})
			return err
		}))
		if err := do(func(ctx context.Context, tx bun.Tx) error { return communication.MoveBack(ctx, tx, "b", "a", undo) }); !errors.Is(err, communication.ErrListFrozen) {
			t.Errorf("taken back under a frozen list: %v", err)
		}
		move := func() error {
			return do(func(ctx context.Context, tx bun.Tx) error {
				_, err := communication.Move(ctx, tx, "a", "c")
				return err
			})
		}
		if err := move(); !errors.Is(err, communication.ErrLetterOpen) {
			t.Errorf("somebody who waits for a letter vanished: %v", err)
		}
		if _, err := db.W.NewRaw("UPDATE incidents SET status = 'closed' WHERE id = 'j'").Exec(ctx); err != nil {
			t.Fatal(err)
		}
		must(t, move())
	})
}
