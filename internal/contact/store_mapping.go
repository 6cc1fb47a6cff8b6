package contact

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/database"
)

type mappingRow struct {
	bun.BaseModel `bun:"table:import_mappings,alias:m"`

	Headings  string `bun:",pk"`
	Document  string
	UpdatedAt time.Time
}

// RememberMapping keeps how a file with these headings (File.Headings) was mapped, in
// the caller's transaction.
func RememberMapping(ctx context.Context, tx bun.IDB, headings string, mapping map[int]Field, now time.Time) error {
	text, err := json.Marshal(mapping)
	if err != nil {
		return fmt.Errorf("contact: remember mapping: %w", err)
	}
	row := mappingRow{Headings: headings, Document: string(text), UpdatedAt: now}
	_, err = tx.NewInsert().Model(&row).On("CONFLICT (headings) DO UPDATE").
		Set("document = EXCLUDED.document, updated_at = EXCLUDED.updated_at").Exec(ctx)
	if err != nil {
		return fmt.Errorf("contact: remember mapping: %w", err)
	}
	return nil
}

// MappingOf is how a file with these headings was mapped last time; nil for headings
// that were not seen.
func MappingOf(ctx context.Context, db bun.IDB, headings string) (map[int]Field, error) {
	if headings == "" {
		return nil, nil
	}
	var row mappingRow
	err := db.NewSelect().Model(&row).Where("m.headings = ?", headings).Scan(ctx)
	if database.IsNoRows(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("contact: mapping: %w", err)
	}
	var out map[int]Field
	if err := json.Unmarshal([]byte(row.Document), &out); err != nil {
		return nil, fmt.Errorf("contact: mapping: %w", err)
	}
	return out, nil
}
