package stewardship

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/firm"
	"clepsydra/internal/obligation"
	"clepsydra/internal/request"
)

// RequestClock is what a reminder about a request may say and how its ladder stands.
type RequestClock struct {
	Request request.Request
	Missing []string // codes
	Planned []obligation.Reminder
}

// ClockOf finds the request behind a duty and lays out its reminders as they should be
// now, for the one engine that sends them.
func (q *Requests) ClockOf(ctx context.Context, db bun.IDB, o obligation.Obligation) (RequestClock, error) {
	r, err := request.ByID(ctx, db, request.ID(o.RequestID))
	if err != nil {
		return RequestClock{}, err
	}
	law, err := q.laws.Version(r.LawVersion)
	if err != nil {
		return RequestClock{}, err
	}
	f, err := q.d.Firms.Get(ctx, db)
	if err != nil {
		return RequestClock{}, err
	}
	out := RequestClock{Request: r, Planned: q.ladder(law, r, o, f)}
	switch request.Next(r) {
	case "match":
		out.Missing = []string{"person"}
	case "identity":
		out.Missing = []string{"identity"}
	case "decide":
		out.Missing = []string{"decision"}
	case "answer":
		out.Missing = []string{"answer"}
	}
	return out, nil
}

// ladder lays out the reminders: those of the month, or, while it stands still, those
// that ask whether the person has answered.
func (q *Requests) ladder(law request.Law, r request.Request, o obligation.Obligation, f firm.Firm) []obligation.Reminder {
	name := law.Ladder
	if r.IsPaused() {
		name, o.StartedAt, o.DueAt, o.TargetAt = law.Waiting, r.PausedAt, time.Time{}, time.Time{}
	}
	l, ok := q.d.Packs.Ladder(name)
	if !ok {
		return nil
	}
	return sinceNow(obligation.Plan(o, l, f.Location()), q.moment())
}

// sinceNow leaves out what an earlier reminder would have said already: a request that
// is entered weeks after it came in is announced once, by the latest rung, and not by
// each that has passed.
func sinceNow(planned []obligation.Reminder, now time.Time) []obligation.Reminder {
	last := -1
	for k, r := range planned {
		if !r.DueAt.After(now) && (last < 0 || r.DueAt.After(planned[last].DueAt)) {
			last = k
		}
	}
	var out []obligation.Reminder
	for k, r := range planned {
		if k == last || r.DueAt.After(now) {
			out = append(out, r)
		}
	}
	return out
}

// Ends computes the ends of a request's time for the firm.
func (q *Requests) Ends(f firm.Firm, r request.Request) (request.Ends, error) {
	law, err := q.laws.Version(r.LawVersion)
	if err != nil {
		return request.Ends{}, err
	}
	cal, err := q.d.Packs.CalendarIn(f.Country, f.Language)
	if err != nil {
		return request.Ends{}, err
	}
	return request.EndsOf(law, r, f.Location(), cal)
}

func (c *requestChange) ends() (request.Ends, error) {
	cal, err := c.q.d.Packs.CalendarIn(c.firm.Country, c.firm.Language)
	if err != nil {
		return request.Ends{}, err
	}
	return request.EndsOf(c.law, c.r, c.firm.Location(), cal)
}

// rewind computes the clock anew after the request was extended, stopped or ran on.
func (c *requestChange) rewind(ctx context.Context) error {
	o, err := obligation.OfRequest(ctx, c.tx, string(c.r.ID))
	if err != nil {
		return err
	}
	return c.wind(ctx, o)
}

// wind sets the duty by the ends of now. While the month stands still it has none, so
// that nothing counts down and nothing is late.
func (c *requestChange) wind(ctx context.Context, o obligation.Obligation) error {
	ends, err := c.ends()
	if err != nil {
		return err
	}
	c.r.DueAt = ends.Exact
	o.DueAt, o.StatutoryAt = ends.Exact, ends.Statutory
	if c.r.IsPaused() {
		o.DueAt, o.StatutoryAt = time.Time{}, time.Time{}
	}
	return c.q.d.Clocks.Wind(ctx, c.tx, o, c.q.ladder(c.law, c.r, o, c.firm))
}
