// Package job is the durable queue: work that must happen after a change, put
// down in the same transaction as the change and done later, at least once.
//
// A job has a state:
//
//	queued -> running -> done
//	            |  |---> queued     retry, snooze, stop of the program, lost lease
//	            |------> dead       out of attempts, or failed for good; stays visible
//	queued/running ----> cancelled
//
// A worker holds a lease and extends it while it works; a lease that ran out is
// rescued. Each taking raises the claim number, and a worker whose number is no
// longer the newest can neither finish nor report. Handlers re-read the present,
// are safe to run twice and obey their context. Arguments hold identifiers only.
package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"clepsydra/internal/fault"
)

// Args are the typed arguments of one kind of job. Kind is "noun.verb", is stored
// with the job and is therefore never renamed. Args are stored as JSON.
type Args interface{ Kind() string }

// ID identifies a job: a UUIDv7, or the slot of a sweep.
type ID string

// State is where a job stands.
type State string

// The states.
const (
	Queued    State = "queued"
	Running   State = "running"
	Done      State = "done"
	Dead      State = "dead"
	Cancelled State = "cancelled"
)

// Named errors. ErrLeaseLost is the cause of the context of a job that another
// worker may have taken; ErrStopping of one that is put back because the program
// ends; ErrCancelled of one that somebody cancelled.
var (
	ErrNotFound  = fault.New(fault.NotFound, "job.not_found")
	ErrNotDead   = fault.New(fault.Conflict, "job.not_dead")
	ErrLeaseLost = errors.New("the lease of the job was lost")
	ErrStopping  = errors.New("the program is stopping")
	ErrCancelled = errors.New("the job was cancelled")
)

// Job is a job as others see it. Done and Total are its progress, 0 of 0 when it
// reported none. LastError is an internal text without personal data.
// FinishedAt is zero while the job is queued or running.
type Job struct {
	ID          ID
	Kind        string
	Queue       string
	UniqueKey   string
	State       State
	Attempt     int
	MaxAttempts int
	Done, Total int
	LastError   string
	RunAt       time.Time
	CreatedAt   time.Time
	FinishedAt  time.Time
	// CancelRequested says that a running job was asked to end.
	CancelRequested bool
}

// Handler does the work of one kind. Its error decides what follows: nil is done;
// Snooze, Cancel and Fail say so; any other error is tried again with growing
// pauses until the attempts are used up.
type Handler func(ctx context.Context, run Run) error

// Handle makes a Handler of a function with typed arguments. Arguments that cannot
// be decoded fail for good.
func Handle[A Args](fn func(ctx context.Context, run Run, args A) error) Handler {
	return func(ctx context.Context, run Run) error {
		var args A
		if err := json.Unmarshal(run.args, &args); err != nil {
			return Fail(fmt.Errorf("decode arguments of %s: %w", run.Kind, err))
		}
		return fn(ctx, run, args)
	}
}

// snooze, cancel and fail are the ways out that are not a retry.
type (
	snooze struct{ after time.Duration }
	cancel struct{ reason string }
	fail   struct{ err error }
)

func (s snooze) Error() string { return "snoozed for " + s.after.String() }
func (c cancel) Error() string { return "cancelled: " + c.reason }
func (f fail) Error() string   { return f.err.Error() }
func (f fail) Unwrap() error   { return f.err }

// Snooze puts the job back for d without using up an attempt.
func Snooze(d time.Duration) error { return snooze{after: d} }

// Cancel ends the job quietly, because there is nothing left to do. The reason is
// a code or an internal text, without personal data.
func Cancel(reason string) error { return cancel{reason: reason} }

// Fail ends the job as dead at once: trying again cannot help.
func Fail(err error) error { return fail{err: err} }
