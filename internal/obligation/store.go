package obligation

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect"

	"clepsydra/internal/database"
	"clepsydra/internal/incident"
)

type obligationRow struct {
	bun.BaseModel `bun:"table:obligations,alias:o"`

	ID             string `bun:",pk"`
	IncidentID     string `bun:",nullzero"`
	RequestID      string `bun:",nullzero"`
	Regime         string
	RegimeVersion  string
	Duty           string
	Recipient      string
	Article        string
	StartedAt      time.Time
	DueAt          time.Time `bun:",nullzero"`
	StatutoryAt    time.Time `bun:",nullzero"`
	TargetAt       time.Time `bun:",nullzero"`
	State          string
	SettledAt      time.Time `bun:",nullzero"`
	Reason         string
	AcknowledgedAt time.Time `bun:",nullzero"`
	AcknowledgedBy string
	CreatedAt      time.Time
}

// NewID makes an identifier for an obligation, a filing or a reminder.
func NewID() (string, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("obligation: new id: %w", err)
	}
	return id.String(), nil
}

// Save writes an obligation, new or changed.
func Save(ctx context.Context, tx bun.IDB, o Obligation) error {
	row := rowOf(o)
	_, err := tx.NewInsert().Model(&row).On("CONFLICT (id) DO UPDATE").
		Set("regime_version = EXCLUDED.regime_version, started_at = EXCLUDED.started_at, due_at = EXCLUDED.due_at").
		Set("statutory_at = EXCLUDED.statutory_at, target_at = EXCLUDED.target_at, state = EXCLUDED.state").
		Set("settled_at = EXCLUDED.settled_at, reason = EXCLUDED.reason").
		Set("acknowledged_at = EXCLUDED.acknowledged_at, acknowledged_by = EXCLUDED.acknowledged_by").
		Exec(ctx)
	if err != nil {
		return fmt.Errorf("obligation: save %s: %w", o.ID, err)
	}
	return nil
}

// ByID returns an obligation, or ErrNotFound.
func ByID(ctx context.Context, db bun.IDB, id ID) (Obligation, error) {
	var row obligationRow
	err := db.NewSelect().Model(&row).Where("id = ?", id).Scan(ctx)
	if database.IsNoRows(err) {
		return Obligation{}, ErrNotFound
	}
	if err != nil {
		return Obligation{}, fmt.Errorf("obligation: read %s: %w", id, err)
	}
	return row.obligation(), nil
}

// inOrderOfEnd puts the nearest strict end first; those without one come last, in
// the order they arose.
const inOrderOfEnd = "CASE WHEN o.due_at IS NULL THEN 1 ELSE 0 END, o.due_at, o.created_at, o.id"

// OfIncident returns the obligations of an incident: the nearest strict end first,
// then those without one in the order they arose.
func OfIncident(ctx context.Context, db bun.IDB, id incident.ID) ([]Obligation, error) {
	return list(ctx, db, inOrderOfEnd, "o.incident_id = ?", id)
}

// OfRequest returns the duty to answer a request, or ErrNotFound.
func OfRequest(ctx context.Context, db bun.IDB, requestID string) (Obligation, error) {
	all, err := list(ctx, db, inOrderOfEnd, "o.request_id = ?", requestID)
	if err != nil {
		return Obligation{}, err
	}
	if len(all) == 0 {
		return Obligation{}, ErrNotFound
	}
	return all[0], nil
}

// ListOpen returns every open obligation, the nearest end first; those without an
// end come last.
func ListOpen(ctx context.Context, db bun.IDB) ([]Obligation, error) {
	return list(ctx, db, inOrderOfEnd, "o.state = ?", Open)
}

// ListOf returns every obligation of several incidents in the order of ListOpen.
func ListOf(ctx context.Context, db bun.IDB, ids []string) ([]Obligation, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return list(ctx, db, inOrderOfEnd, "o.incident_id IN (?)", bun.List(ids))
}

// SettledSince returns the obligations of a duty that were met since an instant,
// oldest first.
func SettledSince(ctx context.Context, db bun.IDB, d Duty, since time.Time) ([]Obligation, error) {
	return list(ctx, db, "o.settled_at, o.id", "o.duty = ? AND o.state IN ('met', 'met_late') AND o.settled_at >= ?", d, since)
}

// Span is how long an obligation took that was met, to the millisecond.
type Span struct {
	Late bool
	Took time.Duration
}

// SpansSince is SettledSince for the figures: it reads an index alone, and brings
// thousands of spans in one row, because each row costs more than the span in it.
func SpansSince(ctx context.Context, db bun.IDB, d Duty, since time.Time) ([]Span, error) {
	join, took := "group_concat", "CAST(round((unixepoch(settled_at, 'subsec') - unixepoch(started_at, 'subsec')) * 1000) AS INTEGER)"
	if db.Dialect().Name() == dialect.PG {
		join, took = "string_agg", "CAST(round(extract(epoch FROM settled_at - started_at) * 1000) AS TEXT)"
	}
	var all string
	err := db.NewRaw(`SELECT coalesce(?(x, ','), '') FROM (
			SELECT CASE WHEN state = ? THEN 'L' ELSE '' END || ? AS x FROM obligations
			WHERE duty = ? AND settled_at >= ? AND state IN (?, ?) ORDER BY settled_at, id) AS spans`,
		bun.Safe(join), MetLate, bun.Safe(took), d, since, Met, MetLate).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("obligation: spans: %w", err)
	}
	if all == "" {
		return nil, nil
	}
	out := make([]Span, 0, strings.Count(all, ",")+1)
	for x := range strings.SplitSeq(all, ",") {
		digits, late := strings.CutPrefix(x, "L")
		ms, err := strconv.ParseInt(digits, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("obligation: spans: %w", err)
		}
		out = append(out, Span{late, time.Duration(ms) * time.Millisecond})
	}
	return out, nil
}

func list(ctx context.Context, db bun.IDB, order, where string, args ...any) ([]Obligation, error) {
	var rows []obligationRow
	err := db.NewSelect().Model(&rows).Where(where, args...).OrderExpr(order).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("obligation: list: %w", err)
	}
	out := make([]Obligation, len(rows))
	for k, r := range rows {
		out[k] = r.obligation()
	}
	return out, nil
}

func rowOf(o Obligation) obligationRow {
	return obligationRow{
		ID: string(o.ID), IncidentID: string(o.IncidentID), RequestID: o.RequestID, Regime: o.Regime, RegimeVersion: o.RegimeVersion,
		Duty: string(o.Duty), Recipient: o.Recipient, Article: o.Article, StartedAt: o.StartedAt, DueAt: o.DueAt,
		StatutoryAt: o.StatutoryAt, TargetAt: o.TargetAt, State: string(o.State), SettledAt: o.SettledAt, Reason: o.Reason,
		AcknowledgedAt: o.AcknowledgedAt, AcknowledgedBy: o.AcknowledgedBy, CreatedAt: o.CreatedAt,
	}
}

func (r obligationRow) obligation() Obligation {
	return Obligation{
		ID: ID(r.ID), IncidentID: incident.ID(r.IncidentID), RequestID: r.RequestID, Regime: r.Regime, RegimeVersion: r.RegimeVersion,
		Duty: Duty(r.Duty), Recipient: r.Recipient, Article: r.Article, StartedAt: utc(r.StartedAt), DueAt: utc(r.DueAt),
		StatutoryAt: utc(r.StatutoryAt), TargetAt: utc(r.TargetAt), State: State(r.State), SettledAt: utc(r.SettledAt), Reason: r.Reason,
		AcknowledgedAt: utc(r.AcknowledgedAt), AcknowledgedBy: r.AcknowledgedBy, CreatedAt: utc(r.CreatedAt),
	}
}

func utc(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC()
}

// OfIncidents returns the obligations of several incidents.
func OfIncidents(ctx context.Context, db bun.IDB, ids []string) (map[incident.ID][]Obligation, error) {
	out := map[incident.ID][]Obligation{}
	all, err := ListOf(ctx, db, ids)
	if err != nil {
		return nil, err
	}
	for _, o := range all {
		out[o.IncidentID] = append(out[o.IncidentID], o)
	}
	return out, nil
}
