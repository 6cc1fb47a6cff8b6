package obligation

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/incident"
)

type filingRow struct {
	bun.BaseModel `bun:"table:filings"`

	ID           string `bun:",pk"`
	ObligationID string
	Phase        string
	FiledAt      time.Time
	Receipt      string
	NoReceipt    string
	LateReason   string
	PaperID      string
	RecordedBy   string
	RecordedAt   time.Time

	ProofID          string
	WithdrawalReason string
}

// AddFiling writes a filing.
func AddFiling(ctx context.Context, tx bun.IDB, f Filing) error {
	row := filingRow{
		ID: f.ID, ObligationID: string(f.ObligationID), Phase: string(f.Phase), FiledAt: f.FiledAt, Receipt: f.Receipt,
		NoReceipt: f.NoReceipt, LateReason: f.LateReason, PaperID: f.PaperID, RecordedBy: f.RecordedBy, RecordedAt: f.RecordedAt,
		ProofID: f.ProofID, WithdrawalReason: f.WithdrawalReason,
	}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return fmt.Errorf("obligation: add filing: %w", err)
	}
	return nil
}

// FilingsOf returns the filings of an obligation, oldest first.
func FilingsOf(ctx context.Context, db bun.IDB, id ID) ([]Filing, error) {
	var rows []filingRow
	if err := db.NewSelect().Model(&rows).Where("obligation_id = ?", id).OrderExpr("filed_at, id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("obligation: filings: %w", err)
	}
	out := make([]Filing, len(rows))
	for k, r := range rows {
		out[k] = r.filing()
	}
	return out, nil
}

// FilingsOfIncidents returns the filings of several incidents, oldest first. It is
// meant for a few hundred incidents at a time.
func FilingsOfIncidents(ctx context.Context, db bun.IDB, ids []string) (map[incident.ID][]Filing, error) {
	out := make(map[incident.ID][]Filing, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	var rows []struct {
		filingRow
		OfIncident string
	}
	err := db.NewSelect().TableExpr("filings AS f").Join("JOIN obligations AS o ON o.id = f.obligation_id").
		ColumnExpr("f.*, o.incident_id AS of_incident").Where("o.incident_id IN (?)", bun.List(ids)).
		OrderExpr("f.filed_at, f.id").Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("obligation: filings: %w", err)
	}
	for _, r := range rows {
		id := incident.ID(r.OfIncident)
		out[id] = append(out[id], r.filing())
	}
	return out, nil
}

func (r filingRow) filing() Filing {
	return Filing{
		ID: r.ID, ObligationID: ID(r.ObligationID), Phase: Phase(r.Phase), FiledAt: r.FiledAt.UTC(), Receipt: r.Receipt,
		NoReceipt: r.NoReceipt, LateReason: r.LateReason, PaperID: r.PaperID, RecordedBy: r.RecordedBy, RecordedAt: r.RecordedAt.UTC(),
		ProofID: r.ProofID, WithdrawalReason: r.WithdrawalReason,
	}
}
