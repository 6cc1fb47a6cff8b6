// Package incident is what is being handled: a suspected or confirmed security
// problem, from the first report to the closing, with its five moments, its
// tasks and its evidence.
//
// Every personal data breach is an incident, not the reverse. An incident walks
//
//	reported -> triaged -> confirmed -> contained -> closed
//	        \-> dismissed
//
// where triaged means judged by a responder, confirmed that the firm is aware
// of a personal data breach (the clock runs), contained that the leak is
// stopped. Containing may come before awareness is confirmed. Closed and
// dismissed can be opened again, with a reason. The rule files here are pure;
// the present comes in as a parameter.
package incident

import (
	"time"

	"clepsydra/internal/fault"
)

// ID identifies an incident (UUIDv7). People see its Ref instead.
type ID string

// Status is how far the handling has come.
type Status string

// The statuses; see the package comment for the ways between them.
const (
	Reported  Status = "reported"
	Triaged   Status = "triaged"
	Confirmed Status = "confirmed"
	Contained Status = "contained"
	Closed    Status = "closed"
	Dismissed Status = "dismissed"
)

// Verdict is the outcome of triage; empty while nobody has judged.
type Verdict string

// The verdicts. Only Breach can start a legal clock.
const (
	FalseAlarm   Verdict = "false_alarm"
	Duplicate    Verdict = "duplicate"
	OnlyIncident Verdict = "incident"
	Breach       Verdict = "breach"
)

// Kinds are the ways in which data were harmed (EDPB Guidelines 9/2022): they
// combine freely.
type Kinds struct{ Confidentiality, Integrity, Availability bool }

// Any reports whether at least one kind is named.
func (k Kinds) Any() bool { return k.Confidentiality || k.Integrity || k.Availability }

// Risk is the decided risk to the rights and freedoms of people. It is a legal
// judgement and not the operational severity. Empty means: not decided yet.
type Risk string

// The risks and what the GDPR attaches to them.
const (
	RiskUnlikely   Risk = "unlikely"  // register only, Art. 33(1)
	RiskLikely     Risk = "risk"      // notify the authority, Art. 33(1)
	HighRiskLikely Risk = "high_risk" // also tell the people, Art. 34(1)
)

// Valid reports whether r is one of the three decided risks.
func (r Risk) Valid() bool { return r == RiskUnlikely || r == RiskLikely || r == HighRiskLikely }

// Incident is the current state. Instants are UTC; a zero instant means that it
// is not known yet.
type Incident struct {
	ID        ID
	Ref       string // INC-2026-0012, counted per year of opening in the firm's zone
	Title     string
	Scenario  string // id of the scenario card
	Summary   string // what happened, in the responder's words; free text
	Status    Status
	Verdict   Verdict
	Kinds     Kinds
	Risk      Risk
	Moments   Moments
	LeadID    string
	Same      ID       // the incident this one repeats, for Duplicate
	Data      []string // categories of data that leaked, as ids
	Approx    Approx   // people affected, as far as known before a list is frozen
	OpenedAt  time.Time
	Contained time.Time
	ClosedAt  time.Time
	Lessons   string
	Feedback  string // what the reporter may read about the outcome
	Regime    string // rule pack in force when it was opened
	RegimeVer string
	UpdatedAt time.Time
}

// Approx is a number that may not be known yet; zero then means nothing.
type Approx struct {
	Known bool
	Value int
}

// Named refusals.
var (
	ErrNotFound        = fault.New(fault.NotFound, "incident.not_found")
	ErrClosed          = fault.New(fault.Conflict, "incident.is_closed")
	ErrNotABreach      = fault.New(fault.Conflict, "incident.not_a_breach")
	ErrNotOpen         = fault.New(fault.Conflict, "incident.not_open")
	ErrNotClosed       = fault.New(fault.Conflict, "incident.not_closed")
	ErrVerdictUnknown  = fault.New(fault.Invalid, "incident.verdict_unknown")
	ErrKindMissing     = fault.New(fault.Invalid, "incident.kind_missing")
	ErrReasonMissing   = fault.New(fault.Invalid, "incident.reason_missing")
	ErrSameMissing     = fault.New(fault.Invalid, "incident.same_missing")
	ErrRiskUnknown     = fault.New(fault.Invalid, "incident.risk_unknown")
	ErrAlreadyConfined = fault.New(fault.Conflict, "incident.already_contained")
	ErrClockStarted    = fault.New(fault.Conflict, "incident.clock_started")
)

// IsOpen reports whether somebody still has to work on it.
func (i Incident) IsOpen() bool { return i.Status != Closed && i.Status != Dismissed }

// IsBreach reports whether triage found a personal data breach (Art. 4(12)).
func (i Incident) IsBreach() bool { return i.Verdict == Breach }

// IsClockRunning reports whether the firm is aware of a breach.
func (i Incident) IsClockRunning() bool { return i.IsBreach() && !i.Moments.Aware.At.IsZero() }
