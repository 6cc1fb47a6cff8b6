package obligation

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/incident"
)

// Applied is the answer to the question whether a law applies to an incident, with
// its reason, its maker and its moment. Version is the one that the incident keeps.
type Applied struct {
	IncidentID incident.ID
	Regime     string
	Version    string
	Applies    bool
	Reason     string
	DecidedBy  string
	DecidedAt  time.Time
}

type appliedRow struct {
	bun.BaseModel `bun:"table:incident_regimes"`

	IncidentID string `bun:",pk"`
	Regime     string `bun:",pk"`
	Version    string
	Applies    bool
	Reason     string
	DecidedBy  string
	DecidedAt  time.Time
}

// SaveApplied writes the answer of one law; an earlier answer gives way.
func SaveApplied(ctx context.Context, tx bun.IDB, a Applied) error {
	row := appliedRow{IncidentID: string(a.IncidentID), Regime: a.Regime, Version: a.Version, Applies: a.Applies,
		Reason: a.Reason, DecidedBy: a.DecidedBy, DecidedAt: a.DecidedAt}
	_, err := tx.NewInsert().Model(&row).On("CONFLICT (incident_id, regime) DO UPDATE").
		Set("version = EXCLUDED.version, applies = EXCLUDED.applies, reason = EXCLUDED.reason").
		Set("decided_by = EXCLUDED.decided_by, decided_at = EXCLUDED.decided_at").Exec(ctx)
	if err != nil {
		return fmt.Errorf("obligation: save regime %s of %s: %w", a.Regime, a.IncidentID, err)
	}
	return nil
}

// AppliedTo returns the answers of an incident in the order in which they were
// given; none is an empty list.
func AppliedTo(ctx context.Context, db bun.IDB, id incident.ID) ([]Applied, error) {
	var rows []appliedRow
	if err := db.NewSelect().Model(&rows).Where("incident_id = ?", id).OrderExpr("decided_at, regime").Scan(ctx); err != nil {
		return nil, fmt.Errorf("obligation: regimes of %s: %w", id, err)
	}
	out := make([]Applied, len(rows))
	for k, r := range rows {
		out[k] = Applied{incident.ID(r.IncidentID), r.Regime, r.Version, r.Applies, r.Reason, r.DecidedBy, r.DecidedAt.UTC()}
	}
	return out, nil
}
