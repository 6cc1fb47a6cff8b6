package contact

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
)

// SetMarketing writes what is known about marketing mail, in the caller's transaction:
// the index of what the person said. at is since when he is unsubscribed; zero
// otherwise.
func SetMarketing(ctx context.Context, tx bun.IDB, id ID, m Marketing, at, now time.Time) error {
	row := contactRow{ID: string(id), Marketing: string(m), UnsubscribedAt: at, UpdatedAt: now}
	_, err := tx.NewUpdate().Model(&row).Column("marketing", "unsubscribed_at", "updated_at").WherePK().Exec(ctx)
	if err != nil {
		return fmt.Errorf("contact: set marketing: %w", err)
	}
	return nil
}
