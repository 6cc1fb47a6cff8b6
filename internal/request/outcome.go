package request

import (
	"slices"
	"strings"
	"time"

	"clepsydra/internal/fault"
)

// Outcome is what became of one part of a request.
type Outcome string

// The outcomes. None says that no data of the person were found.
const (
	Undecided Outcome = ""
	Done      Outcome = "done"
	Partly    Outcome = "partly"
	Refused   Outcome = "refused"
	None      Outcome = "none"
	TakenBack Outcome = "taken_back" // by the person
)

// Outcomes lists those that can be decided.
func Outcomes() []Outcome { return []Outcome{Done, Partly, Refused, None, TakenBack} }

// Item is one part of a request: what is asked and what became of it. CarriedOutAt is
// when the customer file was changed for it.
type Item struct {
	Kind         Kind      `json:"kind"`
	Outcome      Outcome   `json:"outcome,omitempty"`
	Ground       string    `json:"ground,omitempty"` // of a refusal: id of the law's list
	Reason       string    `json:"reason,omitempty"` // in the firm's words, told to the person
	At           time.Time `json:"at,omitzero"`
	By           string    `json:"by,omitempty"`
	CarriedOutAt time.Time `json:"carried_out_at,omitzero"`
}

// ChangesFile reports whether doing it changes the customer file, so that it cannot be
// called done before it was carried out.
func (k Kind) ChangesFile() bool { return k != Access && k != Portability && k != Objection }

// GoesOn reports whether recipients must hear of it (Art. 19).
func (k Kind) GoesOn() bool { return k == Correction || k == Erasure || k == Restriction }

// Decision is what somebody decides about one part.
type Decision struct {
	Kind    Kind
	Outcome Outcome
	Ground  string
	Reason  string
}

// Decide records what became of a part. A refusal, whole or in part, needs a ground
// that the law knows for this kind and its reason (Art. 12(4)); the objection to
// advertising cannot be refused (Art. 21(3)); what changes the customer file must have
// been carried out before it is called done, except that nobody was found.
func (r *Request) Decide(l Law, d Decision, by string, now time.Time) error {
	d.Reason = strings.TrimSpace(d.Reason)
	at := slices.IndexFunc(r.Items, func(i Item) bool { return i.Kind == d.Kind })
	switch {
	case !r.IsOpen():
		return ErrClosed
	case r.IsAnswered():
		return ErrAnswered
	case at < 0:
		return ErrNotAsked
	case !slices.Contains(Outcomes(), d.Outcome):
		return ErrOutcome
	}
	refuses := d.Outcome == Refused || d.Outcome == Partly
	item := r.Items[at]
	switch {
	case refuses && d.Kind == ObjectionMarketing && d.Ground != notIdentified:
		return ErrAbsolute
	case refuses && !l.Allows(d.Kind, d.Ground):
		return ErrGround
	case refuses && d.Reason == "":
		return ErrReason
	case r.Matching == NotLooked && d.Outcome != TakenBack && d.Ground != notIdentified:
		return ErrNotMatched
	case (d.Outcome == Done || d.Outcome == Partly) && !r.Identity.IsSettled():
		return ErrIdentityFirst
	case d.Outcome == Done && d.Kind.ChangesFile() && r.Matching == Found && item.CarriedOutAt.IsZero():
		return ErrNotCarriedOut
	case d.Outcome == Done && r.Matching == Nobody:
		return ErrOutcome
	case d.Outcome == Done && d.Kind == Objection && d.Reason == "":
		return ErrReason // both ways the weighing is recorded
	}
	if !refuses {
		d.Ground = ""
	}
	item.Outcome, item.Ground, item.Reason, item.At, item.By = d.Outcome, d.Ground, d.Reason, now, by
	r.Items[at] = item
	return nil
}

// CarryOut records that the customer file was changed for a part, and calls it done.
func (r *Request) CarryOut(k Kind, by string, now time.Time) error {
	at := slices.IndexFunc(r.Items, func(i Item) bool { return i.Kind == k })
	if err := r.MayAct(); err != nil {
		return err
	}
	if at < 0 {
		return ErrNotAsked
	}
	i := r.Items[at]
	i.CarriedOutAt, i.By, i.At = now, by, now
	if i.Outcome != Partly {
		i.Outcome, i.Ground = Done, ""
	}
	r.Items[at] = i
	return nil
}

// MayAct reports whether the customer file may be changed: somebody was found, and it
// is known to be him.
func (r Request) MayAct() error {
	switch {
	case !r.IsOpen():
		return ErrClosed
	case r.IsAnswered():
		return ErrAnswered
	case r.Matching != Found:
		return ErrNotMatched
	case !r.Identity.IsSettled():
		return ErrIdentityFirst
	}
	return nil
}

// Undecided lists the parts whose outcome is open.
func (r Request) Undecided() []Kind {
	var out []Kind
	for _, i := range r.Items {
		if i.Outcome == Undecided {
			out = append(out, i.Kind)
		}
	}
	return out
}

// Answer records that the answer went out. Every part must be decided; after the
// strict end the reason for the delay is required. Art. 12(3) and (4).
func (r *Request) Answer(how How, lateReason string, now time.Time) error {
	lateReason = strings.TrimSpace(lateReason)
	late := !r.IsPaused() && !now.Before(r.DueAt)
	switch {
	case !r.IsOpen():
		return ErrClosed
	case r.IsAnswered():
		return ErrAnswered
	case len(r.Undecided()) > 0:
		return ErrNotDecided
	case !slices.Contains(Hows(), how):
		return ErrHow
	case late && lateReason == "":
		return ErrLate
	}
	r.AnsweredAt, r.AnsweredHow = now, how
	if late {
		r.LateReason = lateReason
	}
	return nil
}

// Tell records that a recipient was told, or why that cannot be done.
func (r *Request) Tell(recipient, why, by string, now time.Time) error {
	for k, t := range r.Told {
		if t.Recipient == recipient {
			t.At, t.By, t.Why = now, by, strings.TrimSpace(why)
			r.Told[k] = t
			return nil
		}
	}
	return ErrNotFound
}

// NeedsTelling reports whether a part that was carried out goes on to recipients.
func (r Request) NeedsTelling() bool {
	return slices.ContainsFunc(r.Items, func(i Item) bool { return i.Kind.GoesOn() && !i.CarriedOutAt.IsZero() })
}

// Close ends a request that was answered and whose recipients were told.
func (r *Request) Close(now time.Time) error {
	switch {
	case !r.IsOpen():
		return ErrClosed
	case len(r.Undecided()) > 0:
		return ErrNotDecided
	case !r.IsAnswered():
		return ErrNotAnswered
	case r.NeedsTelling() && slices.ContainsFunc(r.Told, func(t Told) bool { return !t.IsDone() }):
		return ErrTold
	}
	r.State, r.ClosedAt = Closed, now
	return nil
}

// ErrCopyErased refuses a copy of data that are not there any more: it is made before
// the erasure.
var ErrCopyErased = fault.New(fault.Conflict, "requests.copy_erased")

// ErrCopyFirst refuses to erase before it is decided whether a copy is given.
var ErrCopyFirst = fault.New(fault.Conflict, "requests.copy_first")

// ErrCarriedOut refuses to say that it was somebody else after the customer file was
// changed.
var ErrCarriedOut = fault.New(fault.Conflict, "requests.carried_out_already")
