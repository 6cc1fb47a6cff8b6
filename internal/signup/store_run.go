package signup

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/contact"
	"clepsydra/internal/database"
	"clepsydra/internal/processing"
	"clepsydra/internal/workflow"
)

type runRow struct {
	bun.BaseModel `bun:"table:repermission_runs,alias:r"`

	ID        string `bun:",pk"`
	Purpose   string
	Ground    string
	Texts     string
	UntilAt   time.Time
	StartedBy string
	StartedAt time.Time
	SentAt    time.Time `bun:",nullzero"`
	EndedAt   time.Time `bun:",nullzero"`
}

type entryRow struct {
	bun.BaseModel `bun:"table:repermission_entries,alias:e"`

	RunID      string `bun:",pk"`
	ContactID  string `bun:",pk"`
	State      string
	SentAt     time.Time `bun:",nullzero"`
	AnsweredAt time.Time `bun:",nullzero"`
}

type runTexts struct{ Subject, Body workflow.Text }

// SaveRun writes a run, new or known.
func SaveRun(ctx context.Context, tx bun.IDB, r Run) error {
	text, err := json.Marshal(runTexts{r.Subject, r.Body})
	if err != nil {
		return fmt.Errorf("signup: save run: %w", err)
	}
	row := runRow{
		ID: string(r.ID), Purpose: string(r.Purpose), Ground: r.Ground, Texts: string(text), UntilAt: r.Until,
		StartedBy: r.StartedBy, StartedAt: r.StartedAt, SentAt: r.SentAt, EndedAt: r.EndedAt,
	}
	_, err = tx.NewInsert().Model(&row).On("CONFLICT (id) DO UPDATE").Set("sent_at = EXCLUDED.sent_at, ended_at = EXCLUDED.ended_at").Exec(ctx)
	if err != nil {
		return fmt.Errorf("signup: save run: %w", err)
	}
	return nil
}

func (r runRow) run() (Run, error) {
	var t runTexts
	if err := json.Unmarshal([]byte(r.Texts), &t); err != nil {
		return Run{}, fmt.Errorf("signup: run %s: %w", r.ID, err)
	}
	return Run{
		ID: RunID(r.ID), Purpose: processing.PurposeID(r.Purpose), Subject: t.Subject, Body: t.Body, Ground: r.Ground, Until: utc(r.UntilAt),
		StartedBy: r.StartedBy, StartedAt: utc(r.StartedAt), SentAt: utc(r.SentAt), EndedAt: utc(r.EndedAt),
	}, nil
}

// RunByID returns one run, or ErrRunUnknown.
func RunByID(ctx context.Context, db bun.IDB, id RunID) (Run, error) {
	var row runRow
	err := db.NewSelect().Model(&row).Where("r.id = ?", string(id)).Scan(ctx)
	if database.IsNoRows(err) {
		return Run{}, ErrRunUnknown
	}
	if err != nil {
		return Run{}, fmt.Errorf("signup: run: %w", err)
	}
	return row.run()
}

// Runs lists the runs, the latest first.
func Runs(ctx context.Context, db bun.IDB) ([]Run, error) {
	var rows []runRow
	if err := db.NewSelect().Model(&rows).OrderExpr("r.started_at DESC, r.id DESC").Scan(ctx); err != nil {
		return nil, fmt.Errorf("signup: runs: %w", err)
	}
	out := make([]Run, len(rows))
	for k, r := range rows {
		var err error
		if out[k], err = r.run(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// entryBatch is how many rows one statement writes: SQLite counts parameters.
const entryBatch = 1000

// AddEntries writes who is asked. Somebody who is in the run already stays as he is.
func AddEntries(ctx context.Context, tx bun.IDB, id RunID, people []contact.ID) error {
	for some := range slices.Chunk(people, entryBatch) {
		rows := make([]entryRow, len(some))
		for k, c := range some {
			rows[k] = entryRow{RunID: string(id), ContactID: string(c), State: string(Waiting)}
		}
		if _, err := tx.NewInsert().Model(&rows).On("CONFLICT (run_id, contact_id) DO NOTHING").Returning("NULL").Exec(ctx); err != nil {
			return fmt.Errorf("signup: add entries: %w", err)
		}
	}
	return nil
}

func (r entryRow) entry() Entry {
	return Entry{RunID: RunID(r.RunID), ContactID: contact.ID(r.ContactID), State: EntryState(r.State), SentAt: utc(r.SentAt), AnsweredAt: utc(r.AnsweredAt)}
}

// EntriesIn returns up to limit entries of a run in a state, in a fixed order.
func EntriesIn(ctx context.Context, db bun.IDB, id RunID, state EntryState, limit int) ([]Entry, error) {
	var rows []entryRow
	err := db.NewSelect().Model(&rows).Where("e.run_id = ? AND e.state = ?", string(id), string(state)).
		OrderExpr("e.contact_id").Limit(int64(limit)).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("signup: entries: %w", err)
	}
	out := make([]Entry, len(rows))
	for k, r := range rows {
		out[k] = r.entry()
	}
	return out, nil
}

// EntryOf returns the place of a person in a run, or ErrLinkUnknown.
func EntryOf(ctx context.Context, db bun.IDB, id RunID, who contact.ID) (Entry, error) {
	var row entryRow
	err := db.NewSelect().Model(&row).Where("e.run_id = ? AND e.contact_id = ?", string(id), string(who)).Scan(ctx)
	if database.IsNoRows(err) {
		return Entry{}, ErrLinkUnknown
	}
	if err != nil {
		return Entry{}, fmt.Errorf("signup: entry: %w", err)
	}
	return row.entry(), nil
}

// SaveEntry writes where a person stands.
func SaveEntry(ctx context.Context, tx bun.IDB, e Entry) error {
	row := entryRow{RunID: string(e.RunID), ContactID: string(e.ContactID), State: string(e.State), SentAt: e.SentAt, AnsweredAt: e.AnsweredAt}
	if _, err := tx.NewUpdate().Model(&row).WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("signup: save entry: %w", err)
	}
	return nil
}

// CountEntries counts the people of a run by state.
func CountEntries(ctx context.Context, db bun.IDB, id RunID) (map[EntryState]int, error) {
	var rows []struct {
		State string
		N     int
	}
	err := db.NewSelect().Model((*entryRow)(nil)).ColumnExpr("e.state AS state, count(*) AS n").
		Where("e.run_id = ?", string(id)).GroupExpr("e.state").Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("signup: count entries: %w", err)
	}
	out := map[EntryState]int{}
	for _, r := range rows {
		out[EntryState(r.State)] = r.N
	}
	return out, nil
}

// AskedBefore returns those of people whom an earlier run for the purpose wrote to: a
// firm asks once.
func AskedBefore(ctx context.Context, db bun.IDB, p processing.PurposeID, people []contact.ID) (map[contact.ID]bool, error) {
	out := map[contact.ID]bool{}
	for some := range slices.Chunk(people, entryBatch) {
		var ids []string
		err := db.NewSelect().Model((*entryRow)(nil)).ColumnExpr("DISTINCT e.contact_id").
			Join("JOIN repermission_runs AS r ON r.id = e.run_id").
			Where("r.purpose = ? AND e.state <> ? AND e.contact_id IN (?)", string(p), string(Skipped), bun.List(some)).Scan(ctx, &ids)
		if err != nil {
			return nil, fmt.Errorf("signup: asked before: %w", err)
		}
		for _, id := range ids {
			out[contact.ID(id)] = true
		}
	}
	return out, nil
}

// EraseEntries takes a person out of every run.
func EraseEntries(ctx context.Context, tx bun.IDB, who contact.ID) (int, error) {
	return dropped(tx.NewDelete().Model((*entryRow)(nil)).Where("contact_id = ?", string(who)).Exec(ctx))
}

// MoveEntries makes the places of one person those of another who is the same, where
// the other has none, and returns the runs it moved. With runs given, only those.
func MoveEntries(ctx context.Context, tx bun.IDB, from, to contact.ID, runs []string) ([]string, error) {
	var moved []string
	q := tx.NewUpdate().Model((*entryRow)(nil)).Set("contact_id = ?", string(to)).Where("e.contact_id = ?", string(from)).
		Where("NOT EXISTS (SELECT 1 FROM repermission_entries AS o WHERE o.run_id = e.run_id AND o.contact_id = ?)", string(to))
	if runs != nil {
		q = q.Where("e.run_id IN (?)", bun.List(runs))
	}
	if err := q.Returning("run_id").Scan(ctx, &moved); err != nil && !database.IsNoRows(err) {
		return nil, fmt.Errorf("signup: move entries: %w", err)
	}
	_, err := tx.NewUpdate().Model((*pendingRow)(nil)).Set("contact_id = ?", string(to)).Where("p.contact_id = ?", string(from)).Exec(ctx)
	if err != nil {
		return nil, fmt.Errorf("signup: move confirmed: %w", err)
	}
	return moved, nil
}
