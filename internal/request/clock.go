package request

import (
	"errors"
	"strings"
	"time"

	"clepsydra/internal/deadline"
	"clepsydra/internal/fault"
)

// Named refusals of the extension.
var (
	ErrExtended        = fault.New(fault.Conflict, "requests.extended_already")
	ErrExtensionLate   = fault.New(fault.Conflict, "requests.extension_late")
	ErrExtensionReason = fault.New(fault.Invalid, "requests.extension_reason").At("extension_reason")
)

// Ends are the ends of the time to answer. LastDay is the strict reading and leads:
// the same date, whatever day of the week it is. StatutoryDay is that of Art. 3(4)
// Regulation 1182/71: the next working day. Exact and Statutory are the first instants
// that are too late, UTC. Steps explain the statutory end.
type Ends struct {
	LastDay, StatutoryDay deadline.Date
	Exact, Statutory      time.Time
	Steps                 []deadline.Step
}

// EndsOf computes them for a request by its law. While the month stands still they are
// those it had when it stopped. A calendar that does not cover the year leaves the
// strict end alone.
func EndsOf(l Law, r Request, loc *time.Location, cal deadline.Calendar) (Ends, error) {
	received := deadline.DateOf(r.ReceivedAt.In(loc))
	last, err := strictEnd(l, received, r.IsExtended())
	if err != nil {
		return Ends{}, err
	}
	last = last.AddDays(r.PausedDays)
	e := Ends{LastDay: last, StatutoryDay: last, Exact: last.AddDays(1).In(loc).UTC()}
	e.Statutory = e.Exact
	d, err := statutoryEnd(l, received, r, loc, cal)
	switch {
	case errors.Is(err, deadline.ErrYear):
		return e, nil
	case err != nil:
		return Ends{}, err
	case d.Exact.After(e.Exact):
		e.StatutoryDay, e.Statutory = d.LastDay, d.Exact.UTC()
	}
	e.Steps = d.Steps
	return e, nil
}

// strictEnd is the earliest reading. The extension can be read as three months from
// receipt or as two months after the end of the first; they differ at the end of short
// months, and the earlier counts.
func strictEnd(l Law, received deadline.Date, extended bool) (deadline.Date, error) {
	first, err := deadline.Nominal(l.Answer.period(), received)
	if err != nil || !extended {
		return first, err
	}
	whole, err := deadline.Nominal(l.whole(), received)
	if err != nil {
		return deadline.Date{}, err
	}
	chained, err := deadline.Nominal(l.Extension.period(), first)
	if err != nil {
		return deadline.Date{}, err
	}
	if chained.Before(whole) {
		return chained, nil
	}
	return whole, nil
}

func statutoryEnd(l Law, received deadline.Date, r Request, loc *time.Location, cal deadline.Calendar) (deadline.Deadline, error) {
	p := l.Answer.period()
	if r.IsExtended() {
		p = l.whole()
	}
	if r.PausedDays == 0 {
		return deadline.FromDay(p, received, loc, cal)
	}
	last, err := deadline.Nominal(p, received)
	if err != nil {
		return deadline.Deadline{}, err
	}
	days := received.DaysUntil(last.AddDays(r.PausedDays))
	return deadline.FromDay(deadline.Period{Amount: days, Unit: deadline.UnitDays}, received, loc, cal)
}

// Extend takes the two further months (Art. 12(3)): once, with the reason that the
// person is told, and before the first month ends.
func (r *Request) Extend(reason string, now time.Time) error {
	reason = strings.TrimSpace(reason)
	switch {
	case !r.IsOpen():
		return ErrClosed
	case r.IsAnswered():
		return ErrAnswered
	case r.IsExtended():
		return ErrExtended
	case !r.IsPaused() && !now.Before(r.DueAt):
		return ErrExtensionLate
	case reason == "":
		return ErrExtensionReason
	}
	r.ExtendedAt, r.ExtensionReason = now, reason
	return nil
}
