package communication

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/incident"
)

type textRow struct {
	bun.BaseModel `bun:"table:letter_texts"`

	IncidentID   string `bun:",pk"`
	Language     string `bun:",pk"`
	Nature       string
	Consequences string
	Measures     string
	Advice       string
	UpdatedBy    string
	UpdatedAt    time.Time
}

// SaveText writes the text of one language.
func SaveText(ctx context.Context, tx bun.IDB, id incident.ID, t Text) error {
	row := textRow{bun.BaseModel{}, string(id), t.Language, t.Nature, t.Consequences, t.Measures, t.Advice, t.UpdatedBy, t.UpdatedAt}
	_, err := tx.NewInsert().Model(&row).On("CONFLICT (incident_id, language) DO UPDATE").
		Set("nature = EXCLUDED.nature, consequences = EXCLUDED.consequences, measures = EXCLUDED.measures, advice = EXCLUDED.advice").
		Set("updated_by = EXCLUDED.updated_by, updated_at = EXCLUDED.updated_at").Exec(ctx)
	if err != nil {
		return fmt.Errorf("communication: save text: %w", err)
	}
	return nil
}

// TextsOf returns the texts of an incident by language; a language that nobody
// wrote is not in it.
func TextsOf(ctx context.Context, db bun.IDB, id incident.ID) (map[string]Text, error) {
	var rows []textRow
	if err := db.NewSelect().Model(&rows).Where("incident_id = ?", id).Scan(ctx); err != nil {
		return nil, fmt.Errorf("communication: texts: %w", err)
	}
	out := make(map[string]Text, len(rows))
	for _, r := range rows {
		out[r.Language] = Text{r.Language, r.Nature, r.Consequences, r.Measures, r.Advice, r.UpdatedBy, r.UpdatedAt.UTC()}
	}
	return out, nil
}
