package contact

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"
)

// Touch notes that a person did something at an instant: an order, a form, a click to
// stay. Retention counts from the last of them. An earlier instant changes nothing,
// and neither does somebody who is erased.
func Touch(ctx context.Context, tx bun.IDB, id ID, at time.Time) error {
	at = at.UTC().Truncate(time.Microsecond)
	_, err := tx.NewUpdate().Model((*contactRow)(nil)).Set("active_at = ?", at).
		Where("id = ? AND erased_at IS NULL AND (active_at IS NULL OR active_at < ?)", string(id), at).Exec(ctx)
	if err != nil {
		return fmt.Errorf("contact: touch: %w", err)
	}
	return nil
}

// Restricted returns, of some people, those whose processing is restricted (Art. 18
// GDPR): they asked that their data be kept.
func Restricted(ctx context.Context, db bun.IDB, ids []ID) ([]ID, error) {
	there, err := db.NewSelect().Model((*contactRow)(nil)).Where("restricted_at IS NOT NULL").Exists(ctx)
	if err != nil || !there {
		return nil, err
	}
	var out []ID
	for some := range slices.Chunk(ids, 1000) {
		var found []ID
		err := db.NewSelect().Model((*contactRow)(nil)).Column("id").Where("id IN (?) AND restricted_at IS NOT NULL", bun.List(some)).Scan(ctx, &found)
		if err != nil {
			return nil, fmt.Errorf("contact: restricted: %w", err)
		}
		out = append(out, found...)
	}
	return out, nil
}
