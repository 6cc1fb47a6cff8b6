package incident

import (
	"time"

	"clepsydra/internal/fault"
)

// MomentKind names one of the five moments that are kept apart.
type MomentKind string

// The five moments. Only Aware starts a legal clock (EDPB Guidelines 9/2022:
// reasonable certainty that an incident compromised personal data).
const (
	Occurred MomentKind = "occurred" // when the data leaked
	Noticed  MomentKind = "noticed"  // first signal
	ReportIn MomentKind = "reported" // when the report reached the firm
	Aware    MomentKind = "aware"
	Told     MomentKind = "told" // when the processor told the firm, Art. 33(2)
)

// MomentKinds lists them in the order in which they usually come.
func MomentKinds() []MomentKind {
	return []MomentKind{Occurred, Noticed, ReportIn, Told, Aware}
}

// Moment is one instant with the reason why it is taken to be so. A zero At
// means: not known yet.
type Moment struct {
	At     time.Time
	Reason string
}

// Moments are the five of an incident.
type Moments struct{ Occurred, Noticed, Reported, Aware, Told Moment }

// Named refusals of a moment.
var (
	ErrMomentUnknown     = fault.New(fault.Invalid, "incident.moment_unknown")
	ErrMomentMissing     = fault.New(fault.Invalid, "incident.moment_missing")
	ErrMomentInFuture    = fault.New(fault.Invalid, "incident.moment_in_future")
	ErrMomentOrder       = fault.New(fault.Invalid, "incident.moment_order")
	ErrMomentNotYours    = fault.New(fault.Conflict, "incident.moment_fixed")
	ErrMomentUnthinkable = fault.New(fault.Invalid, "incident.moment_unthinkable")
)

// clockSlack forgives a visitor's clock that runs a little ahead.
const clockSlack = 2 * time.Minute

// oldestYear is before anything a firm could still have to handle; an earlier year
// is a typing error such as 0226.
const oldestYear = 1990

// Of returns the moment of that kind; false for an unknown kind.
func (m *Moments) Of(k MomentKind) (*Moment, bool) {
	switch k {
	case Occurred:
		return &m.Occurred, true
	case Noticed:
		return &m.Noticed, true
	case ReportIn:
		return &m.Reported, true
	case Aware:
		return &m.Aware, true
	case Told:
		return &m.Told, true
	}
	return nil, false
}

// CheckInstant refuses an instant that nothing can have happened at.
func CheckInstant(at, now time.Time) error {
	switch {
	case at.IsZero():
		return ErrMomentMissing.At("at")
	case at.After(now.Add(clockSlack)):
		return ErrMomentInFuture.At("at")
	case at.UTC().Year() < oldestYear:
		return ErrMomentUnthinkable.At("at")
	}
	return nil
}

// check refuses an instant that cannot be: in the future, in another age, or in
// an impossible order. A breach is not noticed, reported or told of before it
// happened, and the firm is not aware before the first signal. It may be aware
// before its processor tells it, and before anybody fills in a report.
func (m Moments) check(k MomentKind, at, now time.Time) error {
	if err := CheckInstant(at, now); err != nil {
		return err
	}
	changed := m
	slot, ok := changed.Of(k)
	if !ok {
		return ErrMomentUnknown.At("kind")
	}
	slot.At = at
	// Each pair is "not after": the first may not lie after the second.
	for _, pair := range [][2]MomentKind{{Occurred, Noticed}, {Occurred, Aware}, {Noticed, Aware}, {Occurred, ReportIn}, {Occurred, Told}} {
		first, _ := changed.Of(pair[0])
		second, _ := changed.Of(pair[1])
		if k != pair[0] && k != pair[1] || first.At.IsZero() || second.At.IsZero() {
			continue
		}
		if first.At.After(second.At) {
			return ErrMomentOrder.At("at").With("First", pair[0]).With("Second", pair[1])
		}
	}
	return nil
}

// SetMoment sets one of the moments that start no clock. Awareness has its own
// verb; the moment of the report is written by the program and stays. A zero
// instant takes the moment back to "not known yet".
func (i *Incident) SetMoment(k MomentKind, at time.Time, reason string, now time.Time) error {
	if !i.IsOpen() {
		return ErrNotOpen
	}
	if k == Aware || k == ReportIn {
		return ErrMomentNotYours.At("kind")
	}
	slot, ok := i.Moments.Of(k)
	if !ok {
		return ErrMomentUnknown.At("kind")
	}
	if !at.IsZero() {
		if err := i.Moments.check(k, at, now); err != nil {
			return err
		}
	}
	*slot = Moment{At: at, Reason: reason}
	i.UpdatedAt = now
	return nil
}
