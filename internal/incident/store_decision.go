package incident

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
)

type decisionRow struct {
	bun.BaseModel `bun:"table:decisions"`

	ID         string `bun:",pk"`
	IncidentID string
	Kind       string
	Outcome    string
	Reason     string
	MadeBy     string
	MadeAt     time.Time
}

// Decision is one decision with its reason, its maker (an account) and its
// moment. Kind is triage, risk, waive, exemption, late, no_receipt, close or
// reopen; none is ever changed or removed.
type Decision struct {
	ID         string
	IncidentID ID
	Kind       string
	Outcome    string
	Reason     string
	MadeBy     string
	MadeAt     time.Time
}

// AddDecision writes a decision.
func AddDecision(ctx context.Context, tx bun.IDB, d Decision) error {
	id, err := NewID()
	if err != nil {
		return err
	}
	row := decisionRow{ID: id, IncidentID: string(d.IncidentID), Kind: d.Kind, Outcome: d.Outcome, Reason: storable(d.Reason), MadeBy: d.MadeBy, MadeAt: d.MadeAt}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return fmt.Errorf("incident: add decision: %w", err)
	}
	return nil
}

// DecisionsOf returns the decisions of an incident, oldest first.
func DecisionsOf(ctx context.Context, db bun.IDB, id ID) ([]Decision, error) {
	var rows []decisionRow
	if err := db.NewSelect().Model(&rows).Where("incident_id = ?", id).OrderExpr("made_at, id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("incident: decisions: %w", err)
	}
	out := make([]Decision, len(rows))
	for k, r := range rows {
		out[k] = r.decision()
	}
	return out, nil
}

// DecisionsOfIncidents returns the decisions of several incidents, oldest first. It
// is meant for a few hundred incidents at a time.
func DecisionsOfIncidents(ctx context.Context, db bun.IDB, ids []string) (map[ID][]Decision, error) {
	out := make(map[ID][]Decision, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	var rows []decisionRow
	if err := db.NewSelect().Model(&rows).Where("incident_id IN (?)", bun.List(ids)).OrderExpr("made_at, id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("incident: decisions: %w", err)
	}
	for _, r := range rows {
		out[ID(r.IncidentID)] = append(out[ID(r.IncidentID)], r.decision())
	}
	return out, nil
}

func (r decisionRow) decision() Decision {
	return Decision{r.ID, ID(r.IncidentID), r.Kind, r.Outcome, r.Reason, r.MadeBy, r.MadeAt.UTC()}
}
