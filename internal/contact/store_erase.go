package contact

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
)

// Erase empties everything about a person in the caller's transaction. The row
// stays with its identifier, when it came and when it went, so that whoever counts
// people knows of one who cannot be reached; no search finds it and no import meets
// it again. It fails with ErrNotFound.
func Erase(ctx context.Context, tx bun.IDB, id ID, now time.Time) error {
	c, err := ByID(ctx, tx, id)
	if err != nil {
		return err
	}
	if err := forgetMerges(ctx, tx, id); err != nil {
		return err
	}
	if err := forgetPairs(ctx, tx, id); err != nil {
		return err
	}
	return empty(ctx, tx, c, now)
}

// empty leaves nothing of a person but the row.
func empty(ctx context.Context, tx bun.IDB, c Contact, now time.Time) error {
	row := contactRow{
		ID: string(c.ID), ErasedAt: now, ImportID: string(c.Source.ImportID), ImportLine: c.Source.Line,
		CreatedAt: c.CreatedAt, UpdatedAt: now,
	}
	if _, err := tx.NewUpdate().Model(&row).WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("contact: erase: %w", err)
	}
	return forgetSources(ctx, tx, c.ID)
}
