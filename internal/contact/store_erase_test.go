package contact

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
)

func TestWhoeverIsErasedLeavesAnEmptyRowThatNobodyFinds(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		land(t, db, people)
		renee := everybody(t, db, Query{Text: "celik"})[0]
		later := noon().Add(time.Hour)
		erase := func(id ID) error {
			return db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error { return Erase(ctx, tx, id, later) })
		}
		if err := erase(renee.ID); err != nil {
			t.Fatal(err)
		}
		got, err := ByID(ctx, db.R, renee.ID)
		if err != nil {
			t.Fatal(err)
		}
		want := Contact{ID: renee.ID, ErasedAt: later, Source: renee.Source, CreatedAt: renee.CreatedAt, UpdatedAt: later}
		if got != want {
			t.Errorf("left: %+v\nwant %+v", got, want)
		}
		if found := everybody(t, db, Query{Text: "celik"}); len(found) != 0 {
			t.Errorf("still found: %v", found)
		}
		if met, err := Candidates(ctx, db.R, []Identity{IdentityOf(renee)}); err != nil || len(met) != 0 {
			t.Errorf("still met: %v %v", met, err)
		}
		if err := erase("nobody"); !errors.Is(err, ErrNotFound) {
			t.Errorf("nobody: %v", err)
		}
	})
}
