package communication

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/database"
	"clepsydra/internal/incident"
)

type runRow struct {
	bun.BaseModel `bun:"table:letter_runs,alias:run"`

	ID         string `bun:",pk"`
	IncidentID string
	SnapshotID string
	PaperID    string
	Format     string
	State      string
	Total      int
	Done       int
	Channel    string
	AtPosition int
	Held       int
	Error      string
	StartedBy  string
	StartedAt  time.Time
	FinishedAt time.Time `bun:",nullzero"`
}

type fileRow struct {
	bun.BaseModel `bun:"table:letter_files"`

	RunID   string `bun:",pk"`
	Number  int    `bun:",pk"`
	Name    string
	First   int
	Last    int
	Letters int
	Pages   int
	SHA256  string `bun:"sha256"`
	Content []byte
}

// SaveRun writes a run, new or changed. A run that has ended stays as it ended, and
// one that has come further is not set back: whoever printed may not know yet that
// somebody else cancelled.
func SaveRun(ctx context.Context, tx bun.IDB, r Run) error {
	row := runRow{
		ID: r.ID, IncidentID: string(r.IncidentID), SnapshotID: r.SnapshotID, PaperID: r.PaperID, Format: string(r.Format),
		State: string(r.State), Total: r.Total, Done: r.Done, Channel: string(r.Channel), AtPosition: r.Position, Held: r.Held, Error: r.Error, StartedBy: r.StartedBy,
		StartedAt: r.StartedAt, FinishedAt: r.FinishedAt,
	}
	_, err := tx.NewInsert().Model(&row).On("CONFLICT (id) DO UPDATE").
		Set("state = EXCLUDED.state, error = EXCLUDED.error, finished_at = EXCLUDED.finished_at").
		Set("done = CASE WHEN EXCLUDED.done > run.done THEN EXCLUDED.done ELSE run.done END").
		Set("held = CASE WHEN EXCLUDED.held > run.held THEN EXCLUDED.held ELSE run.held END").
		Where("run.state IN (?, ?)", Queued, Running).
		Exec(ctx)
	if err != nil {
		return fmt.Errorf("communication: save run: %w", err)
	}
	return nil
}

// RunByID returns a run, or ErrRunNotFound.
func RunByID(ctx context.Context, db bun.IDB, id string) (Run, error) {
	var row runRow
	err := db.NewSelect().Model(&row).Where("id = ?", id).Scan(ctx)
	if database.IsNoRows(err) {
		return Run{}, ErrRunNotFound
	}
	if err != nil {
		return Run{}, fmt.Errorf("communication: run: %w", err)
	}
	return row.run(), nil
}

// RunsOf returns the runs of an incident, the latest first.
func RunsOf(ctx context.Context, db bun.IDB, id incident.ID) ([]Run, error) {
	var rows []runRow
	if err := db.NewSelect().Model(&rows).Where("incident_id = ?", id).OrderExpr("started_at DESC, id DESC").Scan(ctx); err != nil {
		return nil, fmt.Errorf("communication: runs: %w", err)
	}
	out := make([]Run, len(rows))
	for k, r := range rows {
		out[k] = r.run()
	}
	return out, nil
}

// AddFile writes a finished file of a run.
func AddFile(ctx context.Context, tx bun.IDB, f File, content []byte) error {
	row := fileRow{bun.BaseModel{}, f.RunID, f.Number, f.Name, f.First, f.Last, f.Letters, f.Pages, f.SHA256, content}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return fmt.Errorf("communication: add file: %w", err)
	}
	return nil
}

// FilesOf returns the files of a run in their order, without their contents.
func FilesOf(ctx context.Context, db bun.IDB, runID string) ([]File, error) {
	var rows []struct {
		Number, First, Last, Letters, Pages, Size int
		Name                                      string
		SHA256                                    string `bun:"sha256"`
	}
	err := db.NewSelect().TableExpr("letter_files").
		ColumnExpr("number, first, last, letters, pages, name, sha256 AS sha256, length(content) AS size").
		Where("run_id = ?", runID).OrderExpr("number").Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("communication: files: %w", err)
	}
	out := make([]File, len(rows))
	for k, r := range rows {
		out[k] = File{runID, r.Number, r.Name, r.First, r.Last, r.Letters, r.Pages, r.SHA256, r.Size}
	}
	return out, nil
}

// FileContent returns a file of a run, or ErrFileNotFound; ErrFileErased when somebody
// whose letter was in it has been erased since.
func FileContent(ctx context.Context, db bun.IDB, runID string, number int) (File, []byte, error) {
	var r fileRow
	err := db.NewSelect().Model(&r).Where("run_id = ? AND number = ?", runID, number).Scan(ctx)
	if database.IsNoRows(err) {
		return File{}, nil, ErrFileNotFound
	}
	if err != nil {
		return File{}, nil, fmt.Errorf("communication: file: %w", err)
	}
	if len(r.Content) == 0 {
		return File{}, nil, ErrFileErased
	}
	return File{r.RunID, r.Number, r.Name, r.First, r.Last, r.Letters, r.Pages, r.SHA256, len(r.Content)}, r.Content, nil
}

func (r runRow) run() Run {
	out := Run{
		ID: r.ID, IncidentID: incident.ID(r.IncidentID), SnapshotID: r.SnapshotID, PaperID: r.PaperID, Format: Format(r.Format),
		State: RunState(r.State), Total: r.Total, Done: r.Done, Channel: Channel(r.Channel), Position: r.AtPosition, Held: r.Held, Error: r.Error, StartedBy: r.StartedBy,
		StartedAt: r.StartedAt.UTC(),
	}
	if !r.FinishedAt.IsZero() {
		out.FinishedAt = r.FinishedAt.UTC()
	}
	return out
}

// Advance moves a running run from one position to a later one, and reports
// false when somebody else moved or ended it meanwhile: then nothing of this
// step may be kept.
func Advance(ctx context.Context, tx bun.IDB, r Run, from int) (bool, error) {
	res, err := tx.NewUpdate().Model((*runRow)(nil)).Set("done = ?, channel = ?, at_position = ?, held = ?", r.Done, r.Channel, r.Position, r.Held).
		Where("id = ? AND done = ? AND state = ?", r.ID, from, Running).Exec(ctx)
	if err != nil {
		return false, fmt.Errorf("communication: advance run: %w", err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		return false, fmt.Errorf("communication: advance run: %w", err)
	}
	return n == 1, nil
}
