package incident

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/database"
)

type evidenceRow struct {
	bun.BaseModel `bun:"table:evidence"`

	ID         string `bun:",pk"`
	IncidentID string
	Name       string
	MediaType  string
	Size       int
	SHA256     string `bun:"sha256"`
	AddedBy    string
	AddedAt    time.Time
}

type contentRow struct {
	bun.BaseModel `bun:"table:evidence_content"`

	EvidenceID string `bun:",pk"`
	Content    []byte
}

// AddEvidence writes a file with its content.
func AddEvidence(ctx context.Context, tx bun.IDB, e Evidence, content []byte) error {
	row := evidenceRow{ID: e.ID, IncidentID: string(e.IncidentID), Name: e.Name, MediaType: e.MediaType, Size: e.Size, SHA256: e.SHA256, AddedBy: e.AddedBy, AddedAt: e.AddedAt}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return fmt.Errorf("incident: add evidence: %w", err)
	}
	if _, err := tx.NewInsert().Model(&contentRow{EvidenceID: e.ID, Content: content}).Exec(ctx); err != nil {
		return fmt.Errorf("incident: add evidence content: %w", err)
	}
	return nil
}

// EvidenceOf lists the files of an incident, oldest first, without content.
func EvidenceOf(ctx context.Context, db bun.IDB, id ID) ([]Evidence, error) {
	var rows []evidenceRow
	if err := db.NewSelect().Model(&rows).Where("incident_id = ?", id).OrderExpr("added_at, id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("incident: evidence: %w", err)
	}
	out := make([]Evidence, len(rows))
	for k, r := range rows {
		out[k] = r.evidence()
	}
	return out, nil
}

// EvidenceOfIncidents lists the files of several incidents, oldest first, without
// content. It is meant for a few hundred incidents at a time.
func EvidenceOfIncidents(ctx context.Context, db bun.IDB, ids []string) (map[ID][]Evidence, error) {
	out := make(map[ID][]Evidence, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	var rows []evidenceRow
	if err := db.NewSelect().Model(&rows).Where("incident_id IN (?)", bun.List(ids)).OrderExpr("added_at, id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("incident: evidence: %w", err)
	}
	for _, r := range rows {
		out[ID(r.IncidentID)] = append(out[ID(r.IncidentID)], r.evidence())
	}
	return out, nil
}

// EvidenceContent returns a file of an incident with its bytes, or
// ErrFileNotFound.
func EvidenceContent(ctx context.Context, db bun.IDB, id ID, fileID string) (Evidence, []byte, error) {
	var row evidenceRow
	err := db.NewSelect().Model(&row).Where("id = ? AND incident_id = ?", fileID, id).Scan(ctx)
	if database.IsNoRows(err) {
		return Evidence{}, nil, ErrFileNotFound
	}
	if err != nil {
		return Evidence{}, nil, fmt.Errorf("incident: evidence: %w", err)
	}
	var content contentRow
	if err := db.NewSelect().Model(&content).Where("evidence_id = ?", fileID).Scan(ctx); err != nil {
		return Evidence{}, nil, fmt.Errorf("incident: evidence content: %w", err)
	}
	return row.evidence(), content.Content, nil
}
