package contact

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"
)

// BroughtBy lists the imports that brought a person or found him again; none for
// somebody who was never imported.
func BroughtBy(ctx context.Context, db bun.IDB, id ID) ([]ImportID, error) {
	var out []ImportID
	err := db.NewRaw(`SELECT import_id FROM contacts WHERE id = ? AND coalesce(import_id, '') <> ''
		UNION SELECT import_id FROM contact_import_matches WHERE contact_id = ?`, id, id).Scan(ctx, &out)
	if err != nil {
		return nil, fmt.Errorf("contact: brought by: %w", err)
	}
	return out, nil
}
