package incident

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/database"
	"clepsydra/internal/fault"
)

type reportRow struct {
	bun.BaseModel `bun:"table:reports"`

	ID         string `bun:",pk"`
	IncidentID string
	Scenario   string
	Content    string
	NoticedAt  time.Time `bun:",nullzero"`
	Data       string
	Name       string
	Contact    string
	Language   string
	Via        string
	LooksLike  string
	StatusHash string
	SendKey    string
	CreatedAt  time.Time
}

// ErrSentTwice says that a report with this send key was stored before: the
// second click of a double click.
var ErrSentTwice = fault.New(fault.Conflict, "report.sent_twice")

// InsertReport writes a report. statusHash is the hash of the secret of its
// status page, sendKey the key that makes a repeated sending harmless.
func InsertReport(ctx context.Context, tx bun.IDB, r Report, statusHash, sendKey string) error {
	row := reportRow{
		ID: r.ID, IncidentID: string(r.IncidentID), Scenario: r.Scenario, Content: storable(r.Text), NoticedAt: r.NoticedAt,
		Data: strings.Join(r.Data, ","), Name: storable(r.Name), Contact: storable(r.Contact), Language: r.Language, Via: r.Via,
		LooksLike: string(r.LooksLike), StatusHash: statusHash, SendKey: sendKey, CreatedAt: r.CreatedAt,
	}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	// The secret of the status page may follow from the send key: then a repeated
	// sending breaks both rules, and which is reported first is the database's choice.
	if database.IsUnique(err, "send_key") || database.IsUnique(err, "status_hash") {
		return ErrSentTwice.Because(err)
	}
	if err != nil {
		return fmt.Errorf("incident: insert report: %w", err)
	}
	return nil
}

// ReportsOf returns the reports of an incident, oldest first.
func ReportsOf(ctx context.Context, db bun.IDB, id ID) ([]Report, error) {
	var rows []reportRow
	if err := db.NewSelect().Model(&rows).Where("incident_id = ?", id).OrderExpr("created_at, id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("incident: reports: %w", err)
	}
	out := make([]Report, len(rows))
	for k, r := range rows {
		out[k] = r.report()
	}
	return out, nil
}

// ReportByStatus returns the report whose status secret has that hash, or
// ErrNotFound.
func ReportByStatus(ctx context.Context, db bun.IDB, statusHash string) (Report, error) {
	return reportWhere(ctx, db, "status_hash = ?", statusHash)
}

// ReportBySendKey returns the report that was sent under that key, or
// ErrNotFound.
func ReportBySendKey(ctx context.Context, db bun.IDB, key string) (Report, error) {
	return reportWhere(ctx, db, "send_key = ?", key)
}

func reportWhere(ctx context.Context, db bun.IDB, where, arg string) (Report, error) {
	var row reportRow
	err := db.NewSelect().Model(&row).Where(where, arg).Scan(ctx)
	if database.IsNoRows(err) {
		return Report{}, ErrNotFound
	}
	if err != nil {
		return Report{}, fmt.Errorf("incident: report: %w", err)
	}
	return row.report(), nil
}
