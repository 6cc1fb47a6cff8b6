package job

import (
	"context"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect"
)

// lease is a claim on one job: the worker that holds it and the number of the
// claim, which must still be the newest for anything to be written.
type lease struct {
	worker string
	id     ID
	claim  int64
}

// claimNext takes up to limit due jobs of one queue, oldest first. Only kinds that
// this program can handle are taken: a replica of another version takes the rest.
func claimNext(ctx context.Context, db bun.IDB, c claimRequest) ([]row, error) {
	var rows []row
	err := db.NewRaw("WITH due AS (SELECT id FROM jobs WHERE state = 'queued' AND queue = ? AND run_at <= ? AND kind IN (?) "+
		"ORDER BY run_at, id LIMIT ?"+skipLocked(db)+") "+
		"UPDATE jobs SET state = 'running', worker = ?, claim = claim + 1, attempt = attempt + 1, lease_until = ?, "+
		"cancel_requested = FALSE WHERE id IN (SELECT id FROM due) AND state = 'queued' "+
		"RETURNING id, kind, queue, args, attempt, max_attempts, claim",
		c.queue, instant(c.now), bun.List(c.kinds), c.limit, c.worker, instant(c.until)).Scan(ctx, &rows)
	return rows, err
}

// claimRequest says what to take and for whom.
type claimRequest struct {
	queue      string
	kinds      []string
	limit      int
	worker     string
	now, until time.Time
}

// outcome is how a run ends, as it is stored.
type outcome struct {
	state     State
	runAt     time.Time // for Queued
	refund    bool      // the attempt does not count
	lastError string
}

// finish writes the outcome of a run if the lease still holds; false when it was
// lost. A done job that was asked for again is queued anew.
func finish(ctx context.Context, db bun.IDB, l lease, o outcome, now time.Time) (bool, error) {
	refund := 0
	if o.refund {
		refund = 1
	}
	if o.state == Queued {
		n, err := affected(db.NewRaw("UPDATE jobs SET state = CASE WHEN cancel_requested THEN 'cancelled' ELSE 'queued' END, "+
			"finished_at = CASE WHEN cancel_requested THEN ? ELSE NULL END, run_at = ?, attempt = attempt - ?, worker = '', "+
			"lease_until = NULL, last_error = ? WHERE id = ? AND worker = ? AND claim = ? AND state = 'running'",
			stamp(db, now), instant(o.runAt), refund, o.lastError, string(l.id), l.worker, l.claim).Exec(ctx))
		return n > 0, err
	}
	n, err := affected(db.NewRaw("UPDATE jobs SET "+
		"state = CASE WHEN again AND NOT cancel_requested THEN 'queued' ELSE ? END, "+
		"finished_at = CASE WHEN again AND NOT cancel_requested THEN NULL ELSE ? END, "+
		"run_at = CASE WHEN again AND NOT cancel_requested THEN ? ELSE run_at END, "+
		"attempt = CASE WHEN again AND NOT cancel_requested THEN 0 ELSE attempt END, "+
		"again = FALSE, worker = '', lease_until = NULL, last_error = ? "+
		"WHERE id = ? AND worker = ? AND claim = ? AND state = 'running'",
		string(o.state), stamp(db, now), stamp(db, now), o.lastError, string(l.id), l.worker, l.claim).Exec(ctx))
	return n > 0, err
}

// extend prolongs the leases of the jobs a worker holds.
func extend(ctx context.Context, db bun.IDB, worker string, ids []ID, until time.Time) error {
	_, err := db.NewRaw("UPDATE jobs SET lease_until = ? WHERE id IN "+
		"(SELECT id FROM jobs WHERE worker = ? AND state = 'running' AND id IN (?)"+skipLocked(db)+")",
		instant(until), worker, bun.List(ids)).Exec(ctx)
	return err
}

// held is what the database knows about a job a worker believes to hold.
type held struct {
	ID              ID
	Claim           int64
	CancelRequested bool
}

// heldBy returns the running jobs of one worker.
func heldBy(ctx context.Context, db bun.IDB, worker string) (map[ID]held, error) {
	var rows []held
	err := db.NewRaw("SELECT id, claim, cancel_requested FROM jobs WHERE state = 'running' AND worker = ?", worker).Scan(ctx, &rows)
	out := make(map[ID]held, len(rows))
	for _, h := range rows {
		out[h.ID] = h
	}
	return out, err
}

// rescue puts back the jobs whose lease ran out, those out of attempts as dead,
// and returns how many. The jobs in mine run in this process: they are spared even
// when a machine that slept wakes up with all its leases in the past.
func rescue(ctx context.Context, db bun.IDB, mine []ID, now time.Time) (int64, error) {
	if len(mine) == 0 {
		mine = []ID{""}
	}
	return affected(db.NewRaw("UPDATE jobs SET "+
		"state = CASE WHEN cancel_requested THEN 'cancelled' WHEN attempt >= max_attempts THEN 'dead' ELSE 'queued' END, "+
		"finished_at = CASE WHEN cancel_requested OR attempt >= max_attempts THEN ? ELSE NULL END, "+
		"run_at = ?, worker = '', lease_until = NULL, last_error = 'lease expired' "+
		"WHERE id IN (SELECT id FROM jobs WHERE state = 'running' AND lease_until < ? AND id NOT IN (?)"+skipLocked(db)+")",
		stamp(db, now), instant(now), instant(now), bun.List(mine)).Exec(ctx))
}

// skipLocked passes over rows that another transaction is changing just now, so
// that statements on many rows never wait for each other in a circle. SQLite has
// one writer and needs none of it.
func skipLocked(db bun.IDB) string {
	if db.Dialect().Name() == dialect.PG {
		return " FOR UPDATE SKIP LOCKED"
	}
	return ""
}
