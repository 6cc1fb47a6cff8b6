package incident

import (
	"strings"
	"time"
)

// Judgement is what a responder decides at triage.
type Judgement struct {
	Verdict Verdict
	Kinds   Kinds // at least one, for Breach
	Reason  string
	Same    ID // for Duplicate
	Title   string
}

// Triage records the first judgement. It may be repeated while no legal clock
// runs; judging a breach away once awareness was confirmed is refused, because
// the way out of a running duty is a waiver with its reason. A dismissed incident
// may be judged anew. The reason is always required: a false alarm stays on
// record with it.
func (i *Incident) Triage(j Judgement, now time.Time) error {
	if i.Status == Closed {
		return ErrClosed
	}
	if i.IsClockRunning() && j.Verdict != Breach {
		return ErrClockStarted.At("verdict")
	}
	if err := j.check(); err != nil {
		return err
	}
	i.Verdict, i.Kinds, i.Same = j.Verdict, Kinds{}, ""
	if t := strings.TrimSpace(j.Title); t != "" {
		i.Title = t
	}
	switch j.Verdict {
	case FalseAlarm:
		i.Status = Dismissed
	case Duplicate:
		i.Status, i.Same = Dismissed, j.Same
	case OnlyIncident:
		i.Status = Triaged
	case Breach:
		i.Kinds = j.Kinds
		if i.Status == Reported || i.Status == Dismissed {
			i.Status = Triaged
		}
	}
	i.ClosedAt = time.Time{}
	if i.Status == Dismissed {
		i.ClosedAt = now
	}
	i.UpdatedAt = now
	return nil
}

func (j Judgement) check() error {
	switch j.Verdict {
	case FalseAlarm, OnlyIncident:
	case Duplicate:
		if j.Same == "" {
			return ErrSameMissing.At("same")
		}
	case Breach:
		if !j.Kinds.Any() {
			return ErrKindMissing.At("kinds")
		}
	default:
		return ErrVerdictUnknown.At("verdict")
	}
	if strings.TrimSpace(j.Reason) == "" {
		return ErrReasonMissing.At("reason")
	}
	return nil
}

// ConfirmAwareness sets the moment from which the firm is aware of the breach
// and which alone starts the 72 hours (Art. 33(1) GDPR). The reason is required,
// the first time and at every change.
func (i *Incident) ConfirmAwareness(at time.Time, reason string, now time.Time) error {
	switch {
	case !i.IsOpen():
		return ErrNotOpen
	case !i.IsBreach():
		return ErrNotABreach
	case strings.TrimSpace(reason) == "":
		return ErrReasonMissing.At("reason")
	}
	if err := i.Moments.check(Aware, at, now); err != nil {
		return err
	}
	i.Moments.Aware = Moment{At: at, Reason: strings.TrimSpace(reason)}
	if i.Status == Triaged {
		i.Status = Confirmed
	}
	i.UpdatedAt = now
	return nil
}

// DecideRisk records the risk to people. It needs a breach and a reason.
func (i *Incident) DecideRisk(r Risk, reason string, now time.Time) error {
	switch {
	case !i.IsOpen():
		return ErrNotOpen
	case !i.IsBreach():
		return ErrNotABreach
	case !r.Valid():
		return ErrRiskUnknown.At("risk")
	case strings.TrimSpace(reason) == "":
		return ErrReasonMissing.At("reason")
	}
	i.Risk, i.UpdatedAt = r, now
	return nil
}

// Contain records that the leak is stopped, at a moment that is not in the
// future. The status moves on unless the breach still waits for its awareness.
func (i *Incident) Contain(at, now time.Time) error {
	switch {
	case !i.IsOpen():
		return ErrNotOpen
	case !i.Contained.IsZero():
		return ErrAlreadyConfined
	case at.After(now):
		return ErrMomentInFuture.At("at")
	}
	i.Contained, i.UpdatedAt = at, now
	if i.Status == Confirmed || (i.Status == Triaged && i.Verdict == OnlyIncident) {
		i.Status = Contained
	}
	return nil
}

// Close ends the handling when no gate is open; see Gates.
func (i *Incident) Close(lessons string, gates []Gate, now time.Time) error {
	if !i.IsOpen() {
		return ErrNotOpen
	}
	if len(gates) > 0 {
		return gatesFault(gates)
	}
	i.Status, i.Lessons, i.ClosedAt, i.UpdatedAt = Closed, strings.TrimSpace(lessons), now, now
	return nil
}

// Reopen takes up a closed or dismissed incident again, with a reason.
func (i *Incident) Reopen(reason string, now time.Time) error {
	if i.IsOpen() {
		return ErrNotClosed
	}
	if strings.TrimSpace(reason) == "" {
		return ErrReasonMissing.At("reason")
	}
	i.ClosedAt, i.UpdatedAt = time.Time{}, now
	switch {
	case i.Status == Dismissed:
		i.Status, i.Verdict, i.Same = Reported, "", ""
	case i.IsClockRunning() && !i.Contained.IsZero():
		i.Status = Contained
	case i.IsClockRunning():
		i.Status = Confirmed
	default:
		i.Status = Triaged
	}
	return nil
}
