// Package obligation is what the law asks for an incident or for the request of a
// data subject: one row per case, regime, duty and recipient, with its clock, its
// filings and the ladder of reminders that runs until it is settled.
//
//	open -> met | met_late | waived
//
// Overdue is not a state but a reading of the clock. A settled obligation can be
// opened again only by a decision that changes the ground it stood on. Rule files
// are pure; the present comes in as a parameter.
package obligation

import (
	"strings"
	"time"

	"clepsydra/internal/fault"
	"clepsydra/internal/incident"
)

// ID identifies an obligation (UUIDv7).
type ID string

// Duty names what must be done, with the id that the rule packs use.
type Duty string

// The duties of the GDPR.
const (
	NotifyAuthority Duty = "notify_authority" // Art. 33(1)
	InformPeople    Duty = "inform_people"    // Art. 34(1)
	Document        Duty = "document"         // Art. 33(5)
	AnswerRequest   Duty = "answer_request"   // Art. 12(3), of a request
)

// State is whether the duty is still open.
type State string

// The states; see the package comment.
const (
	Open    State = "open"
	Met     State = "met"
	MetLate State = "met_late"
	Waived  State = "waived"
)

// Obligation is one duty of one case: IncidentID or RequestID is set, never both.
// Instants are UTC. DueAt is the strict
// end (for the 72 hours: awareness plus 72 hours exactly); StatutoryAt the
// reading of Regulation 1182/71 beside it; both are zero for a duty "without
// undue delay", which has TargetAt, a planning aid that is not law.
type Obligation struct {
	ID             ID
	IncidentID     incident.ID
	RequestID      string
	Regime         string
	RegimeVersion  string
	Duty           Duty
	Recipient      string // authority id, "people" or "register"
	Article        string
	StartedAt      time.Time
	DueAt          time.Time
	StatutoryAt    time.Time
	TargetAt       time.Time
	State          State
	SettledAt      time.Time
	Reason         string // why waived or late
	AcknowledgedAt time.Time
	AcknowledgedBy string
	CreatedAt      time.Time
}

// Named refusals.
var (
	ErrNotFound         = fault.New(fault.NotFound, "obligation.not_found")
	ErrSettled          = fault.New(fault.Conflict, "obligation.already_settled")
	ErrReasonMissing    = fault.New(fault.Invalid, "obligation.reason_missing")
	ErrLateReason       = fault.New(fault.Invalid, "obligation.late_reason_missing")
	ErrReceipt          = fault.New(fault.Invalid, "obligation.receipt_missing")
	ErrWithdrawalReason = fault.New(fault.Invalid, "obligation.withdrawal_reason_missing")
	ErrFiledInFuture    = fault.New(fault.Invalid, "obligation.filed_in_future")
	ErrFiledBefore      = fault.New(fault.Invalid, "obligation.filed_before_start")
	ErrFiledMissing     = fault.New(fault.Invalid, "obligation.filed_missing")
	ErrPhaseUnknown     = fault.New(fault.Invalid, "obligation.phase_unknown")
	ErrPhaseOrder       = fault.New(fault.Conflict, "obligation.phase_order")
)

// IsOfRequest reports whether it is the duty to answer a data subject.
func (o Obligation) IsOfRequest() bool { return o.RequestID != "" }

// IsOfGDPR reports whether it is one of the three duties of the GDPR, which have
// pages and verbs of their own.
func (o Obligation) IsOfGDPR() bool {
	return o.Duty == NotifyAuthority || o.Duty == InformPeople || o.Duty == Document
}

// IsOpen reports whether the duty still has to be done.
func (o Obligation) IsOpen() bool { return o.State == Open }

// EndAt is the instant by which people should act: the strict end, else the
// target. Zero when there is neither.
func (o Obligation) EndAt() time.Time {
	if !o.DueAt.IsZero() {
		return o.DueAt
	}
	return o.TargetAt
}

// IsOverdue reports whether an open duty has passed its strict end. The end
// itself is still in time.
func (o Obligation) IsOverdue(now time.Time) bool {
	return o.IsOpen() && !o.DueAt.IsZero() && now.After(o.DueAt)
}

// Acknowledge records that somebody took it on. Only the first counts.
func (o *Obligation) Acknowledge(by string, now time.Time) error {
	if !o.IsOpen() {
		return ErrSettled
	}
	if o.AcknowledgedAt.IsZero() {
		o.AcknowledgedAt, o.AcknowledgedBy = now, by
	}
	return nil
}

// Waive settles a duty that need not be done, with the reason of the decision.
func (o *Obligation) Waive(reason string, now time.Time) error {
	if !o.IsOpen() {
		return ErrSettled
	}
	if strings.TrimSpace(reason) == "" {
		return ErrReasonMissing.At("reason")
	}
	o.State, o.SettledAt, o.Reason = Waived, now, strings.TrimSpace(reason)
	return nil
}

// Meet settles a duty that was done at the given instant. Later than the strict
// end it is met late and the reason is required (Art. 33(1) GDPR, last sentence).
func (o *Obligation) Meet(at time.Time, lateReason string) error {
	reason := strings.TrimSpace(lateReason)
	late := !o.DueAt.IsZero() && at.After(o.DueAt)
	switch {
	case !o.IsOpen():
		return ErrSettled
	case at.IsZero():
		return ErrFiledMissing.At("at")
	case late && reason == "":
		return ErrLateReason.At("late_reason")
	case late:
		o.State, o.Reason, o.SettledAt = MetLate, reason, at
	default:
		o.State, o.SettledAt = Met, at
	}
	return nil
}

// Resume opens a settled duty again because the decision it rested on changed,
// such as a risk that turns out to be high after all.
func (o *Obligation) Resume() {
	o.State, o.SettledAt, o.Reason = Open, time.Time{}, ""
	o.AcknowledgedAt, o.AcknowledgedBy = time.Time{}, ""
}

// Rewound brings the state of a duty that was met in line with an end that moved:
// late or in time. Reason is why the clock moved, which then explains the lateness.
func (o *Obligation) Rewound(reason string) {
	late := !o.DueAt.IsZero() && o.SettledAt.After(o.DueAt)
	switch {
	case o.State == Met && late:
		o.State, o.Reason = MetLate, strings.TrimSpace(reason)
	case o.State == MetLate && !late:
		o.State, o.Reason = Met, ""
	}
}
