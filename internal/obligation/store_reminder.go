package obligation

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/fault"
)

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

// InsertReminders writes those of the planned reminders of one obligation that it
// lacks (see Lacking) and returns them with their identifiers.
func InsertReminders(ctx context.Context, tx bun.IDB, rs []Reminder) ([]Reminder, error) {
	if len(rs) == 0 {
		return nil, nil
	}
	existing, err := RemindersOf(ctx, tx, rs[0].ObligationID)
	if err != nil {
		return nil, err
	}
	var added []Reminder
	for _, r := range Lacking(rs, existing) {
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

// DropPlanned removes the reminders of an obligation that were never sent or
// skipped, the cancelled ones too, because its clock was set anew or runs again.
func DropPlanned(ctx context.Context, tx bun.IDB, id ID) error {
	_, err := tx.NewDelete().Model((*reminderRow)(nil)).Where("obligation_id = ? AND state IN (?, ?)", id, Planned, Cancelled).Exec(ctx)
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
