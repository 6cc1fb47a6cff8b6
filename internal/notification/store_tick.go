package notification

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/incident"
)

type tickRow struct {
	bun.BaseModel `bun:"table:notification_ticks"`

	IncidentID string `bun:",pk"`
	Round      int    `bun:",pk"`
	Question   string `bun:",pk"`
	Hash       string
	TickedBy   string
	TickedAt   time.Time
}

// SaveTick writes a tick over the one before.
func SaveTick(ctx context.Context, tx bun.IDB, id incident.ID, t Tick) error {
	row := tickRow{bun.BaseModel{}, string(id), t.Round, t.Question, t.Hash, t.By, t.At}
	_, err := tx.NewInsert().Model(&row).On("CONFLICT (incident_id, round, question) DO UPDATE").
		Set("hash = EXCLUDED.hash, ticked_by = EXCLUDED.ticked_by, ticked_at = EXCLUDED.ticked_at").Exec(ctx)
	if err != nil {
		return fmt.Errorf("notification: save tick: %w", err)
	}
	return nil
}

// DropTick takes a tick back; none is no error.
func DropTick(ctx context.Context, tx bun.IDB, id incident.ID, round int, question string) error {
	_, err := tx.NewDelete().Model((*tickRow)(nil)).Where("incident_id = ? AND round = ? AND question = ?", id, round, question).Exec(ctx)
	if err != nil {
		return fmt.Errorf("notification: drop tick: %w", err)
	}
	return nil
}

// TicksOf returns the ticks of one round by question.
func TicksOf(ctx context.Context, db bun.IDB, id incident.ID, round int) (map[string]Tick, error) {
	var rows []tickRow
	if err := db.NewSelect().Model(&rows).Where("incident_id = ? AND round = ?", id, round).Scan(ctx); err != nil {
		return nil, fmt.Errorf("notification: ticks: %w", err)
	}
	out := make(map[string]Tick, len(rows))
	for _, r := range rows {
		out[r.Question] = Tick{r.Question, r.Round, r.Hash, r.TickedBy, r.TickedAt.UTC()}
	}
	return out, nil
}
