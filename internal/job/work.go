package job

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"
)

// take fills the free workers of each queue.
func (r *Runner) take(ctx context.Context, woken bool) {
	for queue, workers := range r.set.Queues {
		r.mu.Lock()
		free := workers - r.busy[queue]
		r.mu.Unlock()
		if free <= 0 {
			continue
		}
		now := r.set.Clock.Now()
		// Without a signal a reader looks first, so that an idle queue never takes
		// the writer. With one, waiting for the writer is right: on SQLite the
		// transaction that gave the signal may still be about to commit.
		if !woken && !r.isDue(ctx, queue, now) {
			continue
		}
		rows, err := claimNext(ctx, r.db.W, claimRequest{
			queue: queue, kinds: r.kinds, limit: free, worker: r.worker, now: now, until: now.Add(r.set.Lease),
		})
		if err != nil {
			r.set.Logger.Error("no jobs taken", "queue", queue, "error", err)
			continue
		}
		for _, row := range rows {
			r.begin(ctx, row)
		}
	}
}

// isDue reports whether a queue has a job to run. An error counts as yes: the
// claim will meet it again and report it.
func (r *Runner) isDue(ctx context.Context, queue string, now time.Time) bool {
	due, err := r.db.R.NewSelect().Model((*row)(nil)).Where("state = 'queued'").
		Where("queue = ?", queue).Where("run_at <= ?", instant(now)).Exists(ctx)
	return due || err != nil
}

// begin starts one job on a worker of its own.
func (r *Runner) begin(ctx context.Context, row row) {
	run := Run{
		ID: row.ID, Kind: row.Kind, Attempt: row.Attempt, MaxAttempts: row.MaxAttempts,
		args: []byte(row.Args), db: r.db, lease: lease{worker: r.worker, id: row.ID, claim: row.Claim},
	}
	jobCtx, cancelRun := context.WithCancelCause(ctx)
	r.mu.Lock()
	r.running[row.ID] = &active{claim: row.Claim, cancel: cancelRun}
	r.busy[row.Queue]++
	r.mu.Unlock()
	go func() {
		defer r.end(row)
		defer cancelRun(nil)
		r.work(jobCtx, run)
	}()
}

// end frees the worker.
func (r *Runner) end(row row) {
	r.mu.Lock()
	if a := r.running[row.ID]; a != nil && a.claim == row.Claim {
		delete(r.running, row.ID)
	}
	r.busy[row.Queue]--
	r.mu.Unlock()
	select {
	case r.freed <- struct{}{}:
	default:
	}
}

// work runs the handler and writes down how it ended.
func (r *Runner) work(ctx context.Context, run Run) {
	err := r.call(ctx, run)
	now := r.set.Clock.Now()
	o := decide(run, err, context.Cause(ctx), now, spread())
	held, storeErr := r.ledger.write(run.lease, o, now)
	log := r.set.Logger.With("job", run.ID, "kind", run.Kind, "attempt", run.Attempt)
	switch {
	case storeErr != nil:
		// The lease runs out and the job is done again: at least once.
		log.Error("outcome of job not stored", "error", storeErr)
	case !held:
		log.Warn("job ended after its lease was lost")
	case o.state == Dead:
		log.Error("job failed for good", "error", err)
	case o.state == Queued && !o.refund:
		log.Warn("job failed, tried again", "error", err, "at", o.runAt)
	}
	if held && storeErr == nil && r.set.OnEnd != nil {
		r.set.OnEnd(run.ID, run.Kind, o.state)
	}
}

// call runs the handler; a panic is an error like any other.
func (r *Runner) call(ctx context.Context, run Run) (err error) {
	defer func() {
		if p := recover(); p != nil {
			r.set.Logger.Error("job panicked", "job", run.ID, "kind", run.Kind, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %T", p) // the value may hold personal data
		}
	}()
	return r.set.Handlers[run.Kind](ctx, run)
}
