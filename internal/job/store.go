package job

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect"
)

// row is a job as it is stored.
type row struct {
	bun.BaseModel `bun:"table:jobs"`

	ID              ID        `bun:"id,pk"`
	Kind            string    `bun:"kind"`
	Queue           string    `bun:"queue"`
	Args            string    `bun:"args"`
	UniqueKey       string    `bun:"unique_key"`
	State           State     `bun:"state"`
	RunAt           time.Time `bun:"run_at"`
	Attempt         int       `bun:"attempt"`
	MaxAttempts     int       `bun:"max_attempts"`
	Claim           int64     `bun:"claim"`
	CancelRequested bool      `bun:"cancel_requested"`
	Again           bool      `bun:"again"`
	DoneItems       int       `bun:"done_items"`
	TotalItems      int       `bun:"total_items"`
	LastError       string    `bun:"last_error"`
	CreatedAt       time.Time `bun:"created_at"`
	FinishedAt      time.Time `bun:"finished_at,nullzero"`
}

// job gives the row as others see it.
func (r row) job() Job {
	return Job{
		ID: r.ID, Kind: r.Kind, Queue: r.Queue, UniqueKey: r.UniqueKey, State: r.State,
		Attempt: r.Attempt, MaxAttempts: r.MaxAttempts, Done: r.DoneItems, Total: r.TotalItems,
		LastError: r.LastError, RunAt: r.RunAt.UTC(), CreatedAt: r.CreatedAt.UTC(), FinishedAt: utc(r.FinishedAt),
		CancelRequested: r.CancelRequested,
	}
}

// utc keeps the zero instant zero.
func utc(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC()
}

// newRow makes the row of a queued job.
func newRow(id ID, kind, args string, o Options, now time.Time) *row {
	r := &row{
		ID: id, Kind: kind, Queue: o.Queue, Args: args, UniqueKey: o.UniqueKey, State: Queued,
		RunAt: instant(o.RunAt), MaxAttempts: o.MaxAttempts, CreatedAt: instant(now),
	}
	if o.RunAt.IsZero() {
		r.RunAt = instant(now)
	}
	if r.Queue == "" {
		r.Queue = DefaultQueue
	}
	if r.MaxAttempts <= 0 {
		r.MaxAttempts = defaultAttempts
	}
	return r
}

// insert stores r unless its identifier or its unique key is taken.
func insert(ctx context.Context, db bun.IDB, r *row) (bool, error) {
	res, err := db.NewInsert().Model(r).On("CONFLICT DO NOTHING").Returning("NULL").Exec(ctx)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

// liveByKey finds the live job with the unique key of o, asking it to run again
// when it is running and o says so.
func liveByKey(ctx context.Context, db bun.IDB, o Options) (ID, bool, error) {
	var id ID
	err := db.NewRaw("UPDATE jobs SET again = (again OR (? AND state = 'running')) "+
		"WHERE unique_key = ? AND state IN ('queued', 'running') RETURNING id", o.Again, o.UniqueKey).Scan(ctx, &id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	return id, err == nil, err
}

// ByID returns one job; ErrNotFound when there is none.
func ByID(ctx context.Context, db bun.IDB, id ID) (Job, error) {
	return one(ctx, db.NewSelect().Where("id = ?", string(id)))
}

// ByKey returns the newest job with this unique key, live or ended, for a progress
// bar; ErrNotFound when there is none.
func ByKey(ctx context.Context, db bun.IDB, key string) (Job, error) {
	return one(ctx, db.NewSelect().Where("unique_key = ?", key).OrderExpr("created_at DESC, id DESC").Limit(1))
}

func one(ctx context.Context, q *bun.SelectQuery) (Job, error) {
	var r row
	err := q.Model(&r).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Job{}, ErrNotFound
	}
	if err != nil {
		return Job{}, fmt.Errorf("read job: %w", err)
	}
	return r.job(), nil
}

// ListDead returns the jobs that failed for good, newest first, at most limit.
func ListDead(ctx context.Context, db bun.IDB, limit int) ([]Job, error) {
	var rows []row
	err := db.NewSelect().Model(&rows).Where("state = 'dead'").OrderExpr("finished_at DESC, id").Limit(int64(limit)).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("list dead jobs: %w", err)
	}
	out := make([]Job, len(rows))
	for i, r := range rows {
		out[i] = r.job()
	}
	return out, nil
}

// CountLate returns how many queued jobs of these kinds (all when none is named)
// should have run before the instant given: the health page is red when a legal
// reminder is among them.
func CountLate(ctx context.Context, db bun.IDB, before time.Time, kinds ...string) (int, error) {
	q := db.NewSelect().Model((*row)(nil)).Where("state = 'queued'").Where("run_at < ?", instant(before))
	if len(kinds) > 0 {
		q = q.Where("kind IN (?)", bun.List(kinds))
	}
	n, err := q.Count(ctx)
	if err != nil {
		return 0, fmt.Errorf("count late jobs: %w", err)
	}
	return int(n), nil
}

// Prune deletes the jobs that were done or cancelled before the instant given and
// returns how many. Dead jobs stay until somebody revived them.
func Prune(ctx context.Context, db bun.IDB, before time.Time) (int, error) {
	res, err := db.NewRaw("DELETE FROM jobs WHERE state IN ('done', 'cancelled') AND finished_at < ?", instant(before)).Exec(ctx)
	if err != nil {
		return 0, fmt.Errorf("prune jobs: %w", err)
	}
	n, err := res.RowsAffected()
	return int(n), err
}

// cancelWhere cancels queued jobs at once and asks running ones to end.
func cancelWhere(ctx context.Context, db bun.IDB, where, value string, now time.Time) (int64, error) {
	return affected(db.NewRaw("UPDATE jobs SET "+
		"finished_at = CASE WHEN state = 'queued' THEN ? ELSE finished_at END, "+
		"cancel_requested = TRUE, again = FALSE, "+
		"state = CASE WHEN state = 'queued' THEN 'cancelled' ELSE state END "+
		"WHERE state IN ('queued', 'running') AND "+where, stamp(db, now), value).Exec(ctx))
}

// revive queues a dead job, unless its unique key lives on in another.
func revive(ctx context.Context, db bun.IDB, id ID, now time.Time) (int64, error) {
	return affected(db.NewRaw("UPDATE jobs SET state = 'queued', attempt = 0, run_at = ?, finished_at = NULL, "+
		"cancel_requested = FALSE WHERE id = ? AND state = 'dead' AND NOT EXISTS (SELECT 1 FROM jobs AS other "+
		"WHERE other.unique_key = jobs.unique_key AND other.unique_key <> '' AND other.state IN ('queued', 'running'))",
		stamp(db, now), string(id)).Exec(ctx))
}

// stamp makes an instant that keeps its type inside an expression: PostgreSQL
// would take the bare literal for text.
func stamp(db bun.IDB, t time.Time) any {
	if db.Dialect().Name() == dialect.PG {
		return bun.SafeQuery("?::timestamptz", instant(t))
	}
	return instant(t)
}

// affected returns how many rows a statement changed.
func affected(res sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}
