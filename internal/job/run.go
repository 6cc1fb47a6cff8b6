package job

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"clepsydra/internal/database"
)

// Run is one attempt at a job, as its handler sees it. Attempt begins at 1.
type Run struct {
	ID          ID
	Kind        string
	Attempt     int
	MaxAttempts int

	args  []byte
	lease lease
	db    *database.DB
}

// Progress stores how much is done, for a progress bar. ErrLeaseLost when another
// worker may have the job: the handler must then stop. Every call is a write; a
// handler reports per batch, not per item, and never inside a transaction of its
// own: on SQLite that would wait for itself.
func (r Run) Progress(ctx context.Context, done, total int) error {
	return r.fenced(ctx, r.db.W, "UPDATE jobs SET done_items = ?, total_items = ? WHERE ", done, total)
}

// Hold makes sure, inside the handler's own transaction, that this run still has
// its lease when the transaction commits: a worker that was overtaken writes
// nothing. ErrLeaseLost when it has not.
func (r Run) Hold(ctx context.Context, db bun.IDB) error {
	return r.fenced(ctx, db, "UPDATE jobs SET claim = claim WHERE ")
}

// fenced runs a statement on the row of this run, if the claim is the newest.
func (r Run) fenced(ctx context.Context, db bun.IDB, statement string, args ...any) error {
	args = append(args, string(r.lease.id), r.lease.worker, r.lease.claim)
	n, err := affected(db.NewRaw(statement+"id = ? AND worker = ? AND claim = ? AND state = 'running'", args...).Exec(ctx))
	if err != nil {
		return fmt.Errorf("job %s: %w", r.ID, err)
	}
	if n == 0 {
		return ErrLeaseLost
	}
	return nil
}

// maxErrorText is how much of an error is kept, in bytes.
const maxErrorText = 500

// decide turns the error of a run into its outcome. cause is why the context of
// the run was cancelled, nil when it was not; random is in [0,1) and spreads retries.
func decide(run Run, err, cause error, now time.Time, random float64) outcome {
	var (
		later snooze
		ended cancel
		final fail
	)
	switch {
	case err == nil:
		return outcome{state: Done}
	case errors.As(err, &later):
		return outcome{state: Queued, runAt: now.Add(later.after), refund: true}
	case errors.As(err, &ended):
		return outcome{state: Cancelled, lastError: shorten(ended.reason)}
	case errors.Is(cause, ErrCancelled):
		return outcome{state: Cancelled, lastError: ErrCancelled.Error()}
	case errors.Is(cause, ErrStopping):
		return outcome{state: Queued, runAt: now, refund: true, lastError: ErrStopping.Error()}
	case errors.As(err, &final):
		return outcome{state: Dead, lastError: shorten(err.Error())}
	case run.Attempt >= run.MaxAttempts:
		return outcome{state: Dead, lastError: shorten(err.Error())}
	default:
		return outcome{state: Queued, runAt: now.Add(backoff(run.Attempt, random)), lastError: shorten(err.Error())}
	}
}

// The pauses between attempts: doubled each time up to a bound.
const (
	firstPause   = 2 * time.Second
	longestPause = 15 * time.Minute
)

// backoff is the pause after attempt (1, 2, ...), spread by a fifth up or down so
// that jobs that failed together do not come back together.
func backoff(attempt int, random float64) time.Duration {
	pause := longestPause
	if attempt < 10 {
		pause = min(longestPause, firstPause<<(attempt-1))
	}
	return time.Duration(float64(pause) * (0.8 + 0.4*random))
}

// spread gives the random part of a pause.
func spread() float64 { return rand.Float64() }

// shorten keeps the beginning of an error text.
func shorten(s string) string {
	if len(s) <= maxErrorText {
		return s
	}
	s = s[:maxErrorText]
	for !utf8.ValidString(s) {
		s = s[:len(s)-1]
	}
	return s
}
