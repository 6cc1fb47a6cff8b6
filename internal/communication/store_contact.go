package communication

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"
)

// ListsOf returns every list of people affected that somebody of the customer file
// stands on, one entry for each incident, oldest first.
func ListsOf(ctx context.Context, db bun.IDB, contactID string) ([]Person, error) {
	var rows []personRow
	if err := db.NewSelect().Model(&rows).Where("contact_id = ?", contactID).OrderExpr("picked_at, incident_id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("communication: lists of a person: %w", err)
	}
	return persons(rows), nil
}
