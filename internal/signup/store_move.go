package signup

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"clepsydra/internal/contact"
	"clepsydra/internal/database"
)

type moveRow struct {
	bun.BaseModel `bun:"table:signup_moves,alias:m"`

	FromID string `bun:",pk"`
	ToID   string
}

// Lead has the links of one person lead to another who is the same. Links in mails
// work for ever: who unsubscribes with an old one must be the one who stays.
func Lead(ctx context.Context, tx bun.IDB, from, to contact.ID) error {
	row := moveRow{FromID: string(from), ToID: string(to)}
	if _, err := tx.NewInsert().Model(&row).On("CONFLICT (from_id) DO UPDATE").Set("to_id = EXCLUDED.to_id").Exec(ctx); err != nil {
		return fmt.Errorf("signup: lead links: %w", err)
	}
	return nil
}

// Unlead takes Lead back.
func Unlead(ctx context.Context, tx bun.IDB, from contact.ID) error {
	_, err := dropped(tx.NewDelete().Model((*moveRow)(nil)).Where("from_id = ?", string(from)).Exec(ctx))
	return err
}

// mostMoves ends a chain of merges that nobody makes.
const mostMoves = 50

// Now is who somebody is now: himself, or whom he was merged into.
func Now(ctx context.Context, db bun.IDB, id contact.ID) (contact.ID, error) {
	for range mostMoves {
		var row moveRow
		err := db.NewSelect().Model(&row).Where("m.from_id = ?", string(id)).Scan(ctx)
		if database.IsNoRows(err) {
			break
		}
		if err != nil {
			return "", fmt.Errorf("signup: follow links: %w", err)
		}
		id = contact.ID(row.ToID)
	}
	return id, nil
}

// EraseMoves forgets who a person was merged with.
func EraseMoves(ctx context.Context, tx bun.IDB, id contact.ID) error {
	_, err := dropped(tx.NewDelete().Model((*moveRow)(nil)).Where("from_id = ? OR to_id = ?", string(id), string(id)).Exec(ctx))
	return err
}
