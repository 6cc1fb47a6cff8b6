// Package fastlane is the short way through a small incident: a letter or a mail
// with ordinary data went to one or two wrong people. It asks three things and
// tells whether a risk to the people affected can be called unlikely on these
// facts alone (Art. 33(1) GDPR). Which facts are ordinary enough stands in the
// scenario's rule pack. Everything else is told why it needs the full assessment.
//
// The rules are pure; only the manager decides.
package fastlane

import (
	"slices"
	"time"

	"clepsydra/internal/fault"
	"clepsydra/internal/incident"
	"clepsydra/internal/recall"
	"clepsydra/internal/workflow"
)

// Named refusals.
var (
	ErrNotOffered      = fault.New(fault.NotFound, "fast.not_offered")
	ErrNotStarted      = fault.New(fault.Conflict, "fast.not_started")
	ErrDoesNotFit      = fault.New(fault.Conflict, "fast.does_not_fit")
	ErrAssessed        = fault.New(fault.Conflict, "fast.assessed")
	ErrDone            = fault.New(fault.Conflict, "fast.done_already")
	ErrNumberMalformed = fault.New(fault.Invalid, "fast.number_malformed")
	ErrChoiceMissing   = fault.New(fault.Invalid, "fast.choice_missing")
)

// Draft is how far somebody has come with an incident on the short way. What was
// said about data and people stands with the incident itself.
type Draft struct {
	IncidentID incident.ID
	Recipients int // 0: not known yet
	SavedBy    string
	SavedAt    time.Time
	DoneBy     string
	DoneAt     time.Time // zero: not decided yet
	Version    string    // of the scenario's pack, once decided
}

// IsDone reports whether the judgement was made on the short way.
func (d Draft) IsDone() bool { return !d.DoneAt.IsZero() }

// Facts are what the short way looks at.
type Facts struct {
	Recipients int // wrong recipients; 0: not known yet
	Data       []string
	People     incident.Approx
	Back       recall.Summary
}

// IsBack reports whether everybody who got it has confirmed that it is gone: those
// on the list, and that the list is complete.
func (f Facts) IsBack() bool { return f.Back.IsConfirmed() && f.Recipients <= f.Back.Recipients }

// Code names an obstacle.
type Code string

// The obstacles.
const (
	RecipientsUnknown Code = "recipients_unknown"
	RecipientsMany    Code = "recipients_many"
	DataUnknown       Code = "data_unknown"
	DataSensitive     Code = "data_sensitive"
	PeopleUnknown     Code = "people_unknown"
	PeopleMany        Code = "people_many"
	Refused           Code = "refused"
	PassedOn          Code = "passed_on"
)

// Obstacle is one reason why the short way is closed. Max is the pack's limit,
// Data the categories that are in the way; both only where they say something.
type Obstacle struct {
	Code Code
	Max  int
	Data []string
}

// Obstacles returns everything that closes the short way; none means that it is
// open. What is not known yet closes it as well: the full assessment can answer
// "not known yet", a reasoned "unlikely" cannot.
func Obstacles(lane workflow.FastLane, f Facts) []Obstacle {
	var out []Obstacle
	switch n := max(f.Recipients, f.Back.Recipients); {
	case f.Recipients == 0:
		out = append(out, Obstacle{Code: RecipientsUnknown})
	case n > lane.MaxRecipients:
		out = append(out, Obstacle{Code: RecipientsMany, Max: lane.MaxRecipients})
	}
	var sensitive []string
	for _, id := range f.Data {
		if !slices.Contains(lane.Categories, id) {
			sensitive = append(sensitive, id)
		}
	}
	switch {
	case len(f.Data) == 0:
		out = append(out, Obstacle{Code: DataUnknown})
	case len(sensitive) > 0:
		out = append(out, Obstacle{Code: DataSensitive, Data: sensitive})
	}
	switch {
	case !f.People.Known:
		out = append(out, Obstacle{Code: PeopleUnknown})
	case f.People.Value > lane.MaxPeople:
		out = append(out, Obstacle{Code: PeopleMany, Max: lane.MaxPeople})
	}
	if f.Back.Refused > 0 {
		out = append(out, Obstacle{Code: Refused})
	}
	if f.Back.PassedOn > 0 {
		out = append(out, Obstacle{Code: PassedOn})
	}
	return out
}
