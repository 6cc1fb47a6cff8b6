package obligation

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"clepsydra/internal/database"
	"clepsydra/internal/fault"
	"clepsydra/internal/incident"
)

type obligationRow struct {
	bun.BaseModel `bun:"table:obligations,alias:o"`

	ID             string `bun:",pk"`
	IncidentID     string
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
}

type reminderRow struct {
	bun.BaseModel `bun:"table:reminders,alias:r"`

	ID           string `bun:",pk"`
	ObligationID string
	Rung         string
	DueAt        time.Time
	Mild         bool
	UnseenOnly   bool
	Broadcast    bool
	Asked        string
	Channels     string
	RepeatEvery  int64
	State        string
	Why          string
	SentAt       time.Time `bun:",nullzero"`
	SlackChannel string
	SlackTS      string `bun:"slack_ts"`
	Mails        int
	Attempts     int
	LastError    string
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

// OfIncident returns the obligations of an incident in the order they arose.
func OfIncident(ctx context.Context, db bun.IDB, id incident.ID) ([]Obligation, error) {
	return list(ctx, db, "o.incident_id = ?", id)
}

// ListOpen returns every open obligation, the nearest end first; those without an
// end come last.
func ListOpen(ctx context.Context, db bun.IDB) ([]Obligation, error) {
	return list(ctx, db, "o.state = ?", Open)
}

// SettledSince returns the obligations of a duty that were met since an instant,
// oldest first.
func SettledSince(ctx context.Context, db bun.IDB, d Duty, since time.Time) ([]Obligation, error) {
	return list(ctx, db, "o.duty = ? AND o.state IN ('met', 'met_late') AND o.settled_at >= ?", d, since)
}

func list(ctx context.Context, db bun.IDB, where string, args ...any) ([]Obligation, error) {
	var rows []obligationRow
	err := db.NewSelect().Model(&rows).Where(where, args...).
		OrderExpr("CASE WHEN o.due_at IS NULL THEN 1 ELSE 0 END, o.due_at, o.created_at, o.id").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("obligation: list: %w", err)
	}
	out := make([]Obligation, len(rows))
	for k, r := range rows {
		out[k] = r.obligation()
	}
	return out, nil
}

// AddFiling writes a filing.
func AddFiling(ctx context.Context, tx bun.IDB, f Filing) error {
	row := filingRow{
		ID: f.ID, ObligationID: string(f.ObligationID), Phase: string(f.Phase), FiledAt: f.FiledAt, Receipt: f.Receipt,
		NoReceipt: f.NoReceipt, LateReason: f.LateReason, PaperID: f.PaperID, RecordedBy: f.RecordedBy, RecordedAt: f.RecordedAt,
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
		out[k] = Filing{
			ID: r.ID, ObligationID: ID(r.ObligationID), Phase: Phase(r.Phase), FiledAt: r.FiledAt.UTC(), Receipt: r.Receipt,
			NoReceipt: r.NoReceipt, LateReason: r.LateReason, PaperID: r.PaperID, RecordedBy: r.RecordedBy, RecordedAt: r.RecordedAt.UTC(),
		}
	}
	return out, nil
}

// InsertReminders writes planned reminders and gives each its identifier. A rung
// that the obligation already has is left as it is.
func InsertReminders(ctx context.Context, tx bun.IDB, rs []Reminder) ([]Reminder, error) {
	var added []Reminder
	for _, r := range rs {
		id, err := NewID()
		if err != nil {
			return nil, err
		}
		r.ID = id
		row := reminderRowOf(r)
		res, err := tx.NewInsert().Model(&row).On("CONFLICT (obligation_id, rung) DO NOTHING").Exec(ctx)
		if err != nil {
			return nil, fmt.Errorf("obligation: insert reminder: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil {
			return nil, fmt.Errorf("obligation: insert reminder: %w", err)
		} else if n == 1 {
			added = append(added, r)
		}
	}
	return added, nil
}

// SaveReminder writes what became of a reminder.
func SaveReminder(ctx context.Context, tx bun.IDB, r Reminder) error {
	row := reminderRowOf(r)
	if _, err := tx.NewUpdate().Model(&row).WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("obligation: save reminder: %w", err)
	}
	return nil
}

// ErrReminderNotFound says that there is no such reminder.
var ErrReminderNotFound = fault.New(fault.NotFound, "obligation.reminder_not_found")

// ReminderByID returns a reminder, or ErrReminderNotFound.
func ReminderByID(ctx context.Context, db bun.IDB, id string) (Reminder, error) {
	rs, err := reminders(ctx, db, "r.id = ?", id)
	if err != nil {
		return Reminder{}, err
	}
	if len(rs) == 0 {
		return Reminder{}, ErrReminderNotFound
	}
	return rs[0], nil
}

// RemindersOf returns the reminders of an obligation by the time they are due.
func RemindersOf(ctx context.Context, db bun.IDB, id ID) ([]Reminder, error) {
	return reminders(ctx, db, "r.obligation_id = ?", id)
}

// RemindersDue returns the planned reminders that are due at an instant: those
// that a sweep has to look at.
func RemindersDue(ctx context.Context, db bun.IDB, now time.Time) ([]Reminder, error) {
	return reminders(ctx, db, "r.state = ? AND r.due_at <= ?", Planned, now)
}

// DropPlanned removes the reminders of an obligation that were not acted on yet,
// because its clock was set anew.
func DropPlanned(ctx context.Context, tx bun.IDB, id ID) error {
	_, err := tx.NewDelete().Model((*reminderRow)(nil)).Where("obligation_id = ? AND state = ?", id, Planned).Exec(ctx)
	if err != nil {
		return fmt.Errorf("obligation: drop planned: %w", err)
	}
	return nil
}

// CancelPlanned marks the open reminders of an obligation as cancelled and says
// why.
func CancelPlanned(ctx context.Context, tx bun.IDB, id ID, why string) error {
	_, err := tx.NewUpdate().Model((*reminderRow)(nil)).Set("state = ?, why = ?", Cancelled, why).
		Where("obligation_id = ? AND state = ?", id, Planned).Exec(ctx)
	if err != nil {
		return fmt.Errorf("obligation: cancel planned: %w", err)
	}
	return nil
}

func reminders(ctx context.Context, db bun.IDB, where string, args ...any) ([]Reminder, error) {
	var rows []reminderRow
	if err := db.NewSelect().Model(&rows).Where(where, args...).OrderExpr("r.due_at, r.id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("obligation: reminders: %w", err)
	}
	out := make([]Reminder, len(rows))
	for k, r := range rows {
		out[k] = r.reminder()
	}
	return out, nil
}

func rowOf(o Obligation) obligationRow {
	return obligationRow{
		ID: string(o.ID), IncidentID: string(o.IncidentID), Regime: o.Regime, RegimeVersion: o.RegimeVersion,
		Duty: string(o.Duty), Recipient: o.Recipient, Article: o.Article, StartedAt: o.StartedAt, DueAt: o.DueAt,
		StatutoryAt: o.StatutoryAt, TargetAt: o.TargetAt, State: string(o.State), SettledAt: o.SettledAt, Reason: o.Reason,
		AcknowledgedAt: o.AcknowledgedAt, AcknowledgedBy: o.AcknowledgedBy, CreatedAt: o.CreatedAt,
	}
}

func (r obligationRow) obligation() Obligation {
	return Obligation{
		ID: ID(r.ID), IncidentID: incident.ID(r.IncidentID), Regime: r.Regime, RegimeVersion: r.RegimeVersion,
		Duty: Duty(r.Duty), Recipient: r.Recipient, Article: r.Article, StartedAt: utc(r.StartedAt), DueAt: utc(r.DueAt),
		StatutoryAt: utc(r.StatutoryAt), TargetAt: utc(r.TargetAt), State: State(r.State), SettledAt: utc(r.SettledAt), Reason: r.Reason,
		AcknowledgedAt: utc(r.AcknowledgedAt), AcknowledgedBy: r.AcknowledgedBy, CreatedAt: utc(r.CreatedAt),
	}
}

func reminderRowOf(r Reminder) reminderRow {
	return reminderRow{
		ID: r.ID, ObligationID: string(r.ObligationID), Rung: r.Rung, DueAt: r.DueAt, Mild: r.Mild, UnseenOnly: r.UnseenOnly,
		Broadcast: r.Broadcast, Asked: strings.Join(r.Asked, ","), Channels: strings.Join(r.Channels, ","), RepeatEvery: int64(r.Repeat),
		State: string(r.State), Why: r.Why, SentAt: r.SentAt, SlackChannel: r.SlackChannel, SlackTS: r.SlackTS,
		Mails: r.Mails, Attempts: r.Attempts, LastError: r.LastError,
	}
}

func (r reminderRow) reminder() Reminder {
	out := Reminder{
		ID: r.ID, ObligationID: ID(r.ObligationID), Rung: r.Rung, DueAt: utc(r.DueAt), Mild: r.Mild, UnseenOnly: r.UnseenOnly,
		Broadcast: r.Broadcast, Repeat: time.Duration(r.RepeatEvery), State: ReminderState(r.State),
		Why: r.Why, SentAt: utc(r.SentAt), SlackChannel: r.SlackChannel, SlackTS: r.SlackTS, Mails: r.Mails,
		Attempts: r.Attempts, LastError: r.LastError,
	}
	if r.Asked != "" {
		out.Asked = strings.Split(r.Asked, ",")
	}
	if r.Channels != "" {
		out.Channels = strings.Split(r.Channels, ",")
	}
	return out
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
	if len(ids) == 0 {
		return out, nil
	}
	all, err := list(ctx, db, "o.incident_id IN (?)", bun.List(ids))
	if err != nil {
		return nil, err
	}
	for _, o := range all {
		out[o.IncidentID] = append(out[o.IncidentID], o)
	}
	return out, nil
}
