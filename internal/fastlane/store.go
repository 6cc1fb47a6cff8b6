package fastlane

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/database"
	"clepsydra/internal/incident"
)

type draftRow struct {
	bun.BaseModel `bun:"table:fast_lanes,alias:fast_lanes"`

	IncidentID      string `bun:",pk"`
	Recipients      int
	SavedBy         string
	SavedAt         time.Time
	DoneBy          string
	DoneAt          time.Time `bun:",nullzero"`
	ScenarioVersion string
}

// Save writes a draft, new or changed.
func Save(ctx context.Context, tx bun.IDB, d Draft) error {
	row := draftRow{
		IncidentID: string(d.IncidentID), Recipients: d.Recipients, SavedBy: d.SavedBy, SavedAt: d.SavedAt,
		DoneBy: d.DoneBy, DoneAt: d.DoneAt, ScenarioVersion: d.Version,
	}
	_, err := tx.NewInsert().Model(&row).On("CONFLICT (incident_id) DO UPDATE").
		Set("recipients = EXCLUDED.recipients, saved_by = EXCLUDED.saved_by, saved_at = EXCLUDED.saved_at").
		Set("done_by = EXCLUDED.done_by, done_at = EXCLUDED.done_at, scenario_version = EXCLUDED.scenario_version").Exec(ctx)
	if err != nil {
		return fmt.Errorf("fastlane: save %s: %w", d.IncidentID, err)
	}
	return nil
}

// Of returns the draft of an incident; false when nobody has begun.
func Of(ctx context.Context, db bun.IDB, id incident.ID) (Draft, bool, error) {
	var row draftRow
	err := db.NewSelect().Model(&row).Where("incident_id = ?", id).Scan(ctx)
	if database.IsNoRows(err) {
		return Draft{IncidentID: id}, false, nil
	}
	if err != nil {
		return Draft{}, false, fmt.Errorf("fastlane: read %s: %w", id, err)
	}
	d := Draft{
		IncidentID: incident.ID(row.IncidentID), Recipients: row.Recipients, SavedBy: row.SavedBy, SavedAt: row.SavedAt.UTC(),
		DoneBy: row.DoneBy, Version: row.ScenarioVersion,
	}
	if !row.DoneAt.IsZero() {
		d.DoneAt = row.DoneAt.UTC()
	}
	return d, true, nil
}
