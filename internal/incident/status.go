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

// Triage records the first judgement. It may be repeated while no duty runs;
// judging a breach away once awareness was confirmed or a high risk was decided
// is refused, because the way out of a running duty is a waiver or a new risk
// decision with its reason. A dismissed incident may be judged anew. The reason is
// always required: a false alarm stays on record with it.
func (i *Incident) Triage(j Judgement, now time.Time) error {
	if i.Status == Closed {
		return ErrClosed
	}
	if err := j.check(i.ID); err != nil {
		return err
	}
	if i.hasDuty() && j.Verdict != Breach {
		return ErrClockStarted.At("verdict")
	}
	if t := Title(j.Title); t != "" {
		i.Title = t
	}
	i.Verdict, i.Kinds, i.Same = j.Verdict, Kinds{}, ""
	switch j.Verdict {
	case Breach:
		i.Kinds = j.Kinds
	case Duplicate:
		i.Same = j.Same
	}
	if !i.IsBreach() {
		i.Risk = ""
	}
	i.Status, i.ClosedAt, i.UpdatedAt = i.reached(), time.Time{}, now
	if i.Status == Dismissed {
		i.ClosedAt = now
	}
	return nil
}

// hasDuty reports whether something was found that the law attaches a duty to:
// awareness (Art. 33) or a high risk (Art. 34).
func (i *Incident) hasDuty() bool {
	return i.IsClockRunning() || i.IsBreach() && i.Risk == HighRiskLikely
}

// reached is the status that follows from the verdict and the moments, for an
// incident that is not closed. A breach is not contained before awareness is
// confirmed, even when the leak was stopped earlier.
func (i *Incident) reached() Status {
	switch {
	case i.Verdict == "":
		return Reported
	case i.Verdict == FalseAlarm || i.Verdict == Duplicate:
		return Dismissed
	case i.IsBreach() && !i.IsClockRunning():
		return Triaged
	case !i.Contained.IsZero():
		return Contained
	case i.IsBreach():
		return Confirmed
	}
	return Triaged
}

func (j Judgement) check(self ID) error {
	switch j.Verdict {
	case FalseAlarm, OnlyIncident:
	case Duplicate:
		if j.Same == "" || j.Same == self {
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
	i.Status, i.UpdatedAt = i.reached(), now
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

// Contain records that the leak is stopped, at a moment that is neither in the
// future nor before the leak. The status moves on unless nobody has judged yet or
// the breach still waits for its awareness.
func (i *Incident) Contain(at, now time.Time) error {
	switch {
	case !i.IsOpen():
		return ErrNotOpen
	case !i.Contained.IsZero():
		return ErrAlreadyConfined
	}
	if err := CheckInstant(at, now); err != nil {
		return err
	}
	if o := i.Moments.Occurred.At; at.Before(o) {
		return ErrMomentOrder.At("at").With("First", Occurred).With("Second", Contained)
	}
	i.Contained = at
	i.Status, i.UpdatedAt = i.reached(), now
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
	if i.Status == Dismissed {
		i.Verdict, i.Same = "", ""
	}
	i.Status, i.ClosedAt, i.UpdatedAt = i.reached(), time.Time{}, now
	return nil
}
