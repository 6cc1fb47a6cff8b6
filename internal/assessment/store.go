package assessment

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"clepsydra/internal/database"
	"clepsydra/internal/fault"
	"clepsydra/internal/workflow"
)

// Run is one assessment that somebody began: of an incident or of the firm. It
// keeps the version of the pack it was begun with. ConcludedAt is zero while it is
// open; Advised is what the answers led to then, Decided what was decided.
type Run struct {
	ID          string
	Pack        string
	Version     string
	Subject     workflow.Subject
	SubjectID   string // of the incident; empty for the firm
	Title       string // what a scan of the firm is about
	ByHand      bool   // somebody answered; else it holds only what the facts say
	StartedBy   string
	StartedAt   time.Time
	Advised     string
	Decided     string
	Reason      string
	ConcludedBy string
	ConcludedAt time.Time
}

// IsOpen reports whether answers may still be given.
func (r Run) IsOpen() bool { return r.ConcludedAt.IsZero() }

// Given is one answer with who gave it and when.
type Given struct {
	Question string
	Answer   Answer
	By       string
	At       time.Time
}

// ErrNotFound says that there is no such assessment.
var ErrNotFound = fault.New(fault.NotFound, "assessment.not_found")

type runRow struct {
	bun.BaseModel `bun:"table:assessments,alias:a"`

	ID          string `bun:",pk"`
	Pack        string
	Version     string
	Subject     string
	SubjectID   string
	Title       string
	ByHand      bool
	StartedBy   string
	StartedAt   time.Time
	Advised     string
	Decided     string
	Reason      string
	ConcludedBy string
	ConcludedAt time.Time `bun:",nullzero"`
}

type answerRow struct {
	bun.BaseModel `bun:"table:assessment_answers"`

	ID           string `bun:",pk"`
	AssessmentID string
	Question     string
	Content      string
	GivenBy      string
	GivenAt      time.Time
}

// Save writes a run, new or changed. A run without an id gets one.
func Save(ctx context.Context, tx bun.IDB, r *Run) error {
	if r.ID == "" {
		id, err := uuid.NewV7()
		if err != nil {
			return fmt.Errorf("assessment: new id: %w", err)
		}
		r.ID = id.String()
	}
	row := runRow{
		ID: r.ID, Pack: r.Pack, Version: r.Version, Subject: string(r.Subject), SubjectID: r.SubjectID, Title: r.Title, ByHand: r.ByHand,
		StartedBy: r.StartedBy, StartedAt: r.StartedAt, Advised: r.Advised, Decided: r.Decided, Reason: r.Reason,
		ConcludedBy: r.ConcludedBy, ConcludedAt: r.ConcludedAt,
	}
	_, err := tx.NewInsert().Model(&row).On("CONFLICT (id) DO UPDATE").
		Set("title = EXCLUDED.title, by_hand = EXCLUDED.by_hand, advised = EXCLUDED.advised, decided = EXCLUDED.decided, reason = EXCLUDED.reason").
		Set("concluded_by = EXCLUDED.concluded_by, concluded_at = EXCLUDED.concluded_at").Exec(ctx)
	if err != nil {
		return fmt.Errorf("assessment: save %s: %w", r.ID, err)
	}
	return nil
}

// ByID returns a run, or ErrNotFound.
func ByID(ctx context.Context, db bun.IDB, id string) (Run, error) {
	var row runRow
	err := db.NewSelect().Model(&row).Where("id = ?", id).Scan(ctx)
	if database.IsNoRows(err) {
		return Run{}, ErrNotFound
	}
	if err != nil {
		return Run{}, fmt.Errorf("assessment: read %s: %w", id, err)
	}
	return row.run(), nil
}

// RunsOf returns the runs of a subject, the latest first. An empty subjectID means
// those of the firm.
func RunsOf(ctx context.Context, db bun.IDB, s workflow.Subject, subjectID string) ([]Run, error) {
	var rows []runRow
	err := db.NewSelect().Model(&rows).Where("subject = ? AND subject_id = ?", s, subjectID).OrderExpr("started_at DESC, id DESC").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("assessment: runs: %w", err)
	}
	return runs(rows), nil
}

// Concluded returns the latest concluded runs of a pack, n at most.
func Concluded(ctx context.Context, db bun.IDB, pack string, n int64) ([]Run, error) {
	var rows []runRow
	err := db.NewSelect().Model(&rows).Where("pack = ? AND concluded_at IS NOT NULL", pack).
		OrderExpr("concluded_at DESC, id DESC").Limit(n).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("assessment: concluded: %w", err)
	}
	return runs(rows), nil
}

func runs(rows []runRow) []Run {
	out := make([]Run, len(rows))
	for k, r := range rows {
		out[k] = r.run()
	}
	return out
}

func (r runRow) run() Run {
	out := Run{
		ID: r.ID, Pack: r.Pack, Version: r.Version, Subject: workflow.Subject(r.Subject), SubjectID: r.SubjectID, Title: r.Title, ByHand: r.ByHand,
		StartedBy: r.StartedBy, StartedAt: r.StartedAt.UTC(), Advised: r.Advised, Decided: r.Decided, Reason: r.Reason, ConcludedBy: r.ConcludedBy,
	}
	if !r.ConcludedAt.IsZero() {
		out.ConcludedAt = r.ConcludedAt.UTC()
	}
	return out
}

// Give keeps the answers that differ from those given before and returns their
// questions, sorted. What was said earlier stays in the history.
func Give(ctx context.Context, tx bun.IDB, runID string, answers Answers, by string, at time.Time) ([]string, error) {
	before, err := AnswersOf(ctx, tx, runID)
	if err != nil {
		return nil, err
	}
	var changed []string
	var rows []answerRow
	for _, question := range slices.Sorted(maps.Keys(answers)) {
		a := answers[question]
		if old, ok := before[question]; ok && old.Equal(a) {
			continue
		}
		content, err := json.Marshal(a)
		if err != nil {
			return nil, fmt.Errorf("assessment: answer %s: %w", question, err)
		}
		id, err := uuid.NewV7()
		if err != nil {
			return nil, fmt.Errorf("assessment: answer %s: %w", question, err)
		}
		rows = append(rows, answerRow{ID: id.String(), AssessmentID: runID, Question: question, Content: string(content), GivenBy: by, GivenAt: at})
		changed = append(changed, question)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	if _, err := tx.NewInsert().Model(&rows).Exec(ctx); err != nil {
		return nil, fmt.Errorf("assessment: give answers: %w", err)
	}
	return changed, nil
}

// HistoryOf returns every answer that was given, the earliest first.
func HistoryOf(ctx context.Context, db bun.IDB, runID string) ([]Given, error) {
	byRun, err := histories(ctx, db, []string{runID})
	return byRun[runID], err
}

// AnswersOf returns the answers as they stand.
func AnswersOf(ctx context.Context, db bun.IDB, runID string) (Answers, error) {
	byRun, err := AnswersOfRuns(ctx, db, []string{runID})
	return byRun[runID], err
}

// AnswersOfRuns returns the answers of several runs as they stand, by run. It is
// meant for a few hundred at a time.
func AnswersOfRuns(ctx context.Context, db bun.IDB, runIDs []string) (map[string]Answers, error) {
	byRun, err := histories(ctx, db, runIDs)
	if err != nil {
		return nil, err
	}
	out := make(map[string]Answers, len(runIDs))
	for _, id := range runIDs {
		out[id] = Standing(byRun[id])
	}
	return out, nil
}

// Standing is what holds after all that was said: the latest answer to each
// question. given is in the order of time.
func Standing(given []Given) Answers {
	out := make(Answers, len(given))
	for _, g := range given {
		out[g.Question] = g.Answer
	}
	return out
}

func histories(ctx context.Context, db bun.IDB, runIDs []string) (map[string][]Given, error) {
	out := make(map[string][]Given, len(runIDs))
	if len(runIDs) == 0 {
		return out, nil
	}
	var rows []answerRow
	err := db.NewSelect().Model(&rows).Where("assessment_id IN (?)", bun.List(runIDs)).OrderExpr("given_at, id").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("assessment: answers: %w", err)
	}
	for _, r := range rows {
		g := Given{Question: r.Question, By: r.GivenBy, At: r.GivenAt.UTC()}
		if err := json.Unmarshal([]byte(r.Content), &g.Answer); err != nil {
			return nil, fmt.Errorf("assessment: answer %s: %w", r.ID, err)
		}
		out[r.AssessmentID] = append(out[r.AssessmentID], g)
	}
	return out, nil
}
