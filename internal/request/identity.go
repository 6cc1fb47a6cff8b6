package request

import (
	"slices"
	"strings"
	"time"

	"clepsydra/internal/deadline"
	"clepsydra/internal/fault"
)

// IdentityState is how sure we are that it is this person.
type IdentityState string

// The states.
const (
	Unchecked IdentityState = ""
	Asked     IdentityState = "asked"
	Proved    IdentityState = "proved"
	NotNeeded IdentityState = "not_needed" // nothing makes one doubt
	Failed    IdentityState = "failed"
)

// Method is how it is found out. There is none for a copy of an identity card: it
// shows more than is needed, and what is not asked cannot leak.
type Method string

// The methods.
const (
	MailLoop Method = "mail_loop" // a link to the address on file
	KnownWay Method = "known"     // signed in, or reached by the address or number on file
	Question Method = "question"  // something that only the person and the firm know
)

// Methods lists them.
func Methods() []Method { return []Method{MailLoop, KnownWay, Question} }

// Identity is the check of Art. 12(6). Question names the field that was asked for,
// never the answer.
type Identity struct {
	State     IdentityState `json:"state,omitempty"`
	Method    Method        `json:"method,omitempty"`
	Question  string        `json:"question,omitempty"`
	Doubt     string        `json:"doubt,omitempty"` // why it is doubted; without it the month goes on
	AskedAt   time.Time     `json:"asked_at,omitzero"`
	Reason    string        `json:"reason,omitempty"` // of the decision
	DecidedAt time.Time     `json:"decided_at,omitzero"`
	By        string        `json:"by,omitempty"`
}

// IsSettled reports whether the data may be given out and changed.
func (i Identity) IsSettled() bool { return i.State == Proved || i.State == NotNeeded }

// Named refusals of the check.
var (
	ErrMethod         = fault.New(fault.Invalid, "requests.method_unknown").At("method")
	ErrQuestion       = fault.New(fault.Invalid, "requests.question_missing").At("question")
	ErrNoAddress      = fault.New(fault.Conflict, "requests.no_address_on_file").At("method")
	ErrIdentityReason = fault.New(fault.Invalid, "requests.identity_reason").At("identity_reason")
	ErrSettled        = fault.New(fault.Conflict, "requests.identity_settled")
	ErrDecision       = fault.New(fault.Invalid, "requests.identity_decision").At("decision")
)

// AskIdentity begins the check. Only with a recorded doubt that is reasonable does the
// month stand still (Art. 12(6)); without one it goes on.
func (r *Request) AskIdentity(m Method, question, doubt, by string, now time.Time) error {
	doubt = strings.TrimSpace(doubt)
	switch {
	case !r.IsOpen():
		return ErrClosed
	case r.Identity.IsSettled():
		return ErrSettled
	case !slices.Contains(Methods(), m):
		return ErrMethod
	case m == Question && strings.TrimSpace(question) == "":
		return ErrQuestion
	}
	r.Identity = Identity{State: Asked, Method: m, Question: strings.TrimSpace(question), Doubt: doubt, AskedAt: now, By: by}
	if doubt != "" && r.PausedAt.IsZero() && now.Before(r.DueAt) {
		r.PausedAt = now
	}
	return nil
}

// DecideIdentity ends the check with its reason and lets the month run on.
func (r *Request) DecideIdentity(s IdentityState, m Method, reason, by string, now time.Time, loc *time.Location) error {
	reason = strings.TrimSpace(reason)
	switch {
	case !r.IsOpen():
		return ErrClosed
	case r.Identity.IsSettled():
		return ErrSettled
	case s != Proved && s != NotNeeded && s != Failed:
		return ErrDecision
	case s == Proved && !slices.Contains(Methods(), m):
		return ErrMethod
	case reason == "":
		return ErrIdentityReason
	}
	r.Identity.State, r.Identity.Reason, r.Identity.DecidedAt, r.Identity.By = s, reason, now, by
	if s == Proved {
		r.Identity.Method = m
	}
	r.resume(now, loc)
	return nil
}

// resume lets the month run on. It is longer by the days that began after the one on
// which it stopped: the strict way of counting.
func (r *Request) resume(now time.Time, loc *time.Location) {
	if r.PausedAt.IsZero() {
		return
	}
	r.PausedDays += max(0, deadline.DateOf(r.PausedAt.In(loc)).DaysUntil(deadline.DateOf(now.In(loc))))
	r.PausedAt = time.Time{}
}
