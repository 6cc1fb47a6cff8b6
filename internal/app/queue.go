package app

import (
	"context"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/alert"
	"clepsydra/internal/communication"
	"clepsydra/internal/database"
	"clepsydra/internal/incident"
	"clepsydra/internal/job"
	"clepsydra/internal/recall"
	"clepsydra/internal/response"
	"clepsydra/internal/stewardship"
)

// queue puts the work of package response into the durable queue.
type queue struct {
	client *job.Client
	db     *database.DB
}

// task is the argument of every job of package response: one identifier.
type task struct {
	kind string
	ID   string `json:"id"`
}

// Kind is the stored name of the job.
func (t task) Kind() string { return t.kind }

// lettersQueue keeps printing apart, so that a long run never holds up a reminder.
const lettersQueue = "letters"

// Put enqueues work inside the caller's transaction.
func (q queue) Put(ctx context.Context, tx bun.IDB, w response.Work) error {
	o := job.Options{UniqueKey: w.Key, RunAt: w.At, Again: w.Kind == response.WorkCard}
	if w.Kind == response.WorkLetters || w.Kind == response.WorkMails {
		o.Queue = lettersQueue
	}
	_, err := q.client.Enqueue(ctx, tx, task{kind: w.Kind, ID: w.ID}, o)
	return err
}

// Cancel stops the live work under the key; none is no error.
func (q queue) Cancel(ctx context.Context, key string) error {
	_, err := q.client.CancelKey(ctx, q.db.W, key)
	return err
}

// Wake tells the workers to look now.
func (q queue) Wake() { q.client.Wake() }

// sweep is the job that looks after the reminders from time to time.
type sweep struct{}

// Kind is the stored name of the job.
func (sweep) Kind() string { return "deadline.sweep" }

// sweepEvery is how often missing or unsent reminders are looked for.
const sweepEvery = 5 * time.Minute

// handlers says who does the work of each kind.
func handlers(r *response.Service, keeping *stewardship.Service, sweepUp func(context.Context) error) map[string]job.Handler {
	by := func(do func(ctx context.Context, run job.Run, id string) error) job.Handler {
		return job.Handle(func(ctx context.Context, run job.Run, t task) error { return outcome(do(ctx, run, t.ID)) })
	}
	return map[string]job.Handler{
		response.WorkAnnounce: by(func(ctx context.Context, _ job.Run, id string) error { return r.Announce(ctx, incident.ID(id)) }),
		response.WorkNudge:    by(func(ctx context.Context, _ job.Run, id string) error { return r.Nudge(ctx, incident.ID(id)) }),
		response.WorkCard:     by(func(ctx context.Context, _ job.Run, id string) error { return r.RefreshCard(ctx, incident.ID(id)) }),
		response.WorkRemind:   by(func(ctx context.Context, _ job.Run, id string) error { return r.Remind(ctx, id) }),
		response.WorkAsk:      by(func(ctx context.Context, _ job.Run, id string) error { return r.RunAsk(ctx, recall.ID(id)) }),
		response.WorkAnswered: by(func(ctx context.Context, _ job.Run, id string) error { return r.TellAnswered(ctx, incident.ID(id)) }),
		response.WorkMails: by(func(ctx context.Context, run job.Run, id string) error {
			return r.RunMails(ctx, id, progress(ctx, run))
		}),
		response.WorkLetters: by(func(ctx context.Context, run job.Run, id string) error {
			err := r.RunLetters(ctx, id, progress(ctx, run))
			if err == nil || context.Cause(ctx) != nil || database.IsCancelled(err) || run.Attempt < run.MaxAttempts {
				return err
			}
			return errors.Join(err, r.FailRun(ctx, id, "failed"))
		}),
		workRetention:  by(func(ctx context.Context, _ job.Run, id string) error { return advanceRetention(ctx, keeping, id) }),
		sweep{}.Kind(): job.Handle(func(ctx context.Context, _ job.Run, _ sweep) error { return sweepUp(ctx) }),
	}
}

// progress stores how far a job has come. That it could not be stored is no
// reason to stop printing.
func progress(ctx context.Context, run job.Run) func(done, total int) {
	return func(done, total int) { _ = run.Progress(ctx, done, total) }
}

// outcome turns the class of a failed sending into what the queue does: wait as
// long as was asked, try again, or leave it for somebody to repair. A run that
// was cancelled or an incident that is gone needs nothing more.
func outcome(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, communication.ErrRunEnded):
		return job.Cancel("ended")
	}
	switch alert.ClassOf(err) {
	case alert.RateLimited:
		return job.Snooze(alert.After(err))
	case alert.Permanent:
		return job.Fail(err)
	}
	return err
}
