package retention

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"clepsydra/internal/contact"
	"clepsydra/internal/database"
	"clepsydra/internal/fault"
)

// Named refusals.
var (
	ErrNotReady   = fault.New(fault.Conflict, "retention.not_ready")
	ErrNobodyDue  = fault.New(fault.Conflict, "retention.nobody_due")
	ErrRunning    = fault.New(fault.Conflict, "retention.running")
	ErrNoRun      = fault.New(fault.NotFound, "retention.no_run")
	ErrLink       = fault.New(fault.NotFound, "retention.link_unknown")
	ErrNoticeDays = fault.New(fault.Invalid, "retention.notice_days")
	ErrMonths     = fault.New(fault.Invalid, "retention.months_limits")
)

// RunState is how far a run has come.
//
//	listing -> asking -> waiting -> acting -> done
//	   |________|__________|_________|------> stopped
type RunState string

// The states.
const (
	Listing RunState = "listing" // who is due is written down
	Asking  RunState = "asking"  // they are told by mail
	Waiting RunState = "waiting" // they have time to answer
	Acting  RunState = "acting"
	Ended   RunState = "done"
	Stopped RunState = "stopped"
)

// Run is one carrying out of a plan, begun by a human. Instants are UTC.
type Run struct {
	ID         string
	State      RunState
	Plan       Plan
	ActAfter   time.Time
	After      Place // how far the listing has come
	Due        int   // when it began
	StartedBy  string
	StartedAt  time.Time
	FinishedAt time.Time // zero: not over
}

// IsActive reports whether it still has work to do.
func (r Run) IsActive() bool { return r.State != Ended && r.State != Stopped }

// PersonState is what became of somebody in a run.
type PersonState string

// The states of a person.
const (
	Listed     PersonState = "waiting"
	Stayed     PersonState = "stayed" // did something meanwhile, or clicked to stay
	Held       PersonState = "held"
	Erased     PersonState = "erase"
	Anonymised PersonState = "anonymise"
	Archived   PersonState = "archive"
	Gone       PersonState = "gone" // erased otherwise meanwhile
)

// MailState is what became of the question to somebody.
type MailState string

// The states of the question.
const (
	NoMail      MailState = "none"
	MailQueued  MailState = "queued"
	MailSent    MailState = "sent"
	MailRefused MailState = "refused"
)

type runRow struct {
	bun.BaseModel `bun:"table:retention_runs,alias:r"`

	ID         string `bun:",pk"`
	State      string
	Plan       string
	ActAfter   time.Time
	AfterAt    time.Time `bun:",nullzero"`
	AfterID    string
	Due        int
	StartedBy  string
	StartedAt  time.Time
	FinishedAt time.Time `bun:",nullzero"`
}

type personRow struct {
	bun.BaseModel `bun:"table:retention_people,alias:p"`

	RunID     string `bun:",pk"`
	ContactID string `bun:",pk"`
	State     string
	Mail      string
	LinkHash  string
	ListedAt  time.Time
	SettledAt time.Time `bun:",nullzero"`
}

// Person is somebody in a run.
type Person struct {
	RunID     string
	ContactID contact.ID
	State     PersonState
	Mail      MailState
	LinkHash  string
	ListedAt  time.Time
}

// NewID makes the identifier of a run.
func NewID() (string, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("retention: new id: %w", err)
	}
	return id.String(), nil
}

// SaveRun writes a run, new or changed. One that has ended stays as it ended.
func SaveRun(ctx context.Context, tx bun.IDB, r Run) error {
	plan, err := json.Marshal(r.Plan)
	if err != nil {
		return fmt.Errorf("retention: save run: %w", err)
	}
	row := runRow{
		ID: r.ID, State: string(r.State), Plan: string(plan), ActAfter: r.ActAfter, AfterAt: r.After.At, AfterID: string(r.After.ID),
		Due: r.Due, StartedBy: r.StartedBy, StartedAt: r.StartedAt, FinishedAt: r.FinishedAt,
	}
	_, err = tx.NewInsert().Model(&row).On("CONFLICT (id) DO UPDATE").
		Set("state = EXCLUDED.state, after_at = EXCLUDED.after_at, after_id = EXCLUDED.after_id, finished_at = EXCLUDED.finished_at").
		Where("r.state NOT IN (?, ?)", string(Ended), string(Stopped)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("retention: save run: %w", err)
	}
	return nil
}

func (r runRow) run() (Run, error) {
	out := Run{
		ID: r.ID, State: RunState(r.State), ActAfter: r.ActAfter.UTC(), After: Place{r.AfterAt.UTC(), contact.ID(r.AfterID)}, Due: r.Due,
		StartedBy: r.StartedBy, StartedAt: r.StartedAt.UTC(),
	}
	if !r.FinishedAt.IsZero() {
		out.FinishedAt = r.FinishedAt.UTC()
	}
	if err := json.Unmarshal([]byte(r.Plan), &out.Plan); err != nil {
		return Run{}, fmt.Errorf("retention: plan of run %s: %w", r.ID, err)
	}
	return out, nil
}

// RunByID returns a run, or ErrNoRun.
func RunByID(ctx context.Context, db bun.IDB, id string) (Run, error) {
	var row runRow
	err := db.NewSelect().Model(&row).Where("id = ?", id).Scan(ctx)
	if database.IsNoRows(err) {
		return Run{}, ErrNoRun
	}
	if err != nil {
		return Run{}, fmt.Errorf("retention: run: %w", err)
	}
	return row.run()
}

// Runs returns the latest runs, at most limit.
func Runs(ctx context.Context, db bun.IDB, limit int) ([]Run, error) {
	var rows []runRow
	if err := db.NewSelect().Model(&rows).OrderExpr("started_at DESC, id DESC").Limit(int64(limit)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("retention: runs: %w", err)
	}
	out := make([]Run, len(rows))
	for i, r := range rows {
		var err error
		if out[i], err = r.run(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// AddPeople writes people into a run; who is in it already stays as he is.
func AddPeople(ctx context.Context, tx bun.IDB, all []Person) error {
	if len(all) == 0 {
		return nil
	}
	rows := make([]personRow, len(all))
	for i, p := range all {
		rows[i] = personRow{RunID: p.RunID, ContactID: string(p.ContactID), State: string(p.State), Mail: string(p.Mail), LinkHash: p.LinkHash, ListedAt: p.ListedAt}
		if p.State != Listed {
			rows[i].SettledAt = p.ListedAt
		}
	}
	if _, err := tx.NewInsert().Model(&rows).On("CONFLICT DO NOTHING").Returning("NULL").Exec(ctx); err != nil {
		return fmt.Errorf("retention: add people: %w", err)
	}
	return nil
}

// Next returns up to n people of a run who wait; with mail, those whose question is in
// that state.
func Next(ctx context.Context, db bun.IDB, runID string, mail MailState, n int) ([]Person, error) {
	var rows []personRow
	q := db.NewSelect().Model(&rows).Where("run_id = ? AND state = ?", runID, string(Listed)).OrderExpr("contact_id").Limit(int64(n))
	if mail != "" {
		q = q.Where("mail = ?", string(mail))
	}
	if err := q.Scan(ctx); err != nil {
		return nil, fmt.Errorf("retention: next: %w", err)
	}
	out := make([]Person, len(rows))
	for i, r := range rows {
		out[i] = r.person()
	}
	return out, nil
}

func (r personRow) person() Person {
	return Person{r.RunID, contact.ID(r.ContactID), PersonState(r.State), MailState(r.Mail), r.LinkHash, r.ListedAt.UTC()}
}

// Settle writes what became of somebody and forgets his link.
func Settle(ctx context.Context, tx bun.IDB, p Person, s PersonState, now time.Time) error {
	_, err := tx.NewUpdate().Model((*personRow)(nil)).Set("state = ?, link_hash = '', settled_at = ?", string(s), now).
		Where("run_id = ? AND contact_id = ? AND state = ?", p.RunID, string(p.ContactID), string(Listed)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("retention: settle: %w", err)
	}
	return nil
}

// Mailed writes what became of the question to somebody.
func Mailed(ctx context.Context, tx bun.IDB, p Person, m MailState) error {
	_, err := tx.NewUpdate().Model((*personRow)(nil)).Set("mail = ?", string(m)).
		Where("run_id = ? AND contact_id = ?", p.RunID, string(p.ContactID)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("retention: mailed: %w", err)
	}
	return nil
}

// ByLink returns who was asked with a link, or ErrLink: it was used, or his data went.
func ByLink(ctx context.Context, db bun.IDB, hash string) (Person, error) {
	var row personRow
	err := db.NewSelect().Model(&row).Where("link_hash = ? AND link_hash <> ''", hash).Scan(ctx)
	if database.IsNoRows(err) {
		return Person{}, ErrLink
	}
	if err != nil {
		return Person{}, fmt.Errorf("retention: link: %w", err)
	}
	return row.person(), nil
}

// Tally counts the people of a run by what became of them, and the questions sent.
func Tally(ctx context.Context, db bun.IDB, runID string) (map[PersonState]int, int, error) {
	var rows []struct {
		State string
		N     int
		Asked int
	}
	err := db.NewRaw("SELECT state, count(*) AS n, sum(CASE WHEN mail = 'sent' THEN 1 ELSE 0 END) AS asked FROM retention_people WHERE run_id = ? GROUP BY state", runID).Scan(ctx, &rows)
	if err != nil {
		return nil, 0, fmt.Errorf("retention: tally: %w", err)
	}
	out, asked := map[PersonState]int{}, 0
	for _, r := range rows {
		out[PersonState(r.State)] = r.N
		asked += r.Asked
	}
	return out, asked, nil
}

// Forget takes somebody who leaves out of the runs that still wait for him.
func Forget(ctx context.Context, tx bun.IDB, id contact.ID, now time.Time) error {
	_, err := tx.NewUpdate().Model((*personRow)(nil)).Set("state = ?, link_hash = '', settled_at = ?", string(Gone), now).
		Where("contact_id = ? AND state = ?", string(id), string(Listed)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("retention: forget: %w", err)
	}
	return nil
}
