package obligation

import (
	"time"

	"clepsydra/internal/workflow"
)

// Case is what the steps of a regime depend on.
type Case struct {
	Moments workflow.Moments
	Level   workflow.Level       // of the decided risk; empty: not decided yet
	Sent    map[Duty][]time.Time // when each step was sent, oldest first
	Asked   map[Duty]bool        // optional steps that somebody asked for
}

// StepState is what becomes of a duty of a regime.
type StepState string

// The states of a step. Only one that runs has a clock.
const (
	StepRuns        StepState = "runs"
	StepWaits       StepState = "waits_step"   // for an earlier step to be sent
	StepUntimed     StepState = "waits_moment" // for the moment it runs from
	StepUndecided   StepState = "waits_risk"   // for the decision on the risk
	StepOptional    StepState = "optional"     // until somebody asks for it
	StepReplaced    StepState = "replaced"     // by an optional step that was taken
	StepUnnecessary StepState = "not_needed"   // at this level of risk
)

// Step is one duty of a regime in a case: whether its clock runs, from which
// moments, or what it waits for.
type Step struct {
	Rule    workflow.Duty
	State   StepState
	Moments workflow.Moments
	After   string // the duty it waits for, for StepWaits
}

// StepsOf lays out every duty of a regime for a case, in the order of the regime. A
// step never runs before the one it follows was sent.
func StepsOf(r workflow.Regime, c Case) []Step {
	replaced := map[string]bool{}
	for _, d := range r.Duties {
		if d.InsteadOf != "" && c.Asked[Duty(d.ID)] {
			replaced[d.InsteadOf] = true
		}
	}
	out := make([]Step, len(r.Duties))
	for k, d := range r.Duties {
		out[k] = stepOf(d, c, replaced[d.ID])
	}
	return out
}

func stepOf(d workflow.Duty, c Case, isReplaced bool) Step {
	s := Step{Rule: d, Moments: workflow.Moments{}}
	for m, at := range c.Moments {
		s.Moments[m] = at
	}
	for _, id := range d.After() {
		if len(c.Sent[Duty(id)]) == 0 {
			s.State, s.After = StepWaits, id
		}
	}
	if sent := c.Sent[Duty(d.Previous)]; len(sent) > 0 {
		s.Moments[workflow.PreviousStepSent] = sent[0]
		if d.FromLast {
			s.Moments[workflow.PreviousStepSent] = sent[len(sent)-1]
		}
	}
	switch {
	case isReplaced:
		s.State = StepReplaced
	case c.Level != "" && !d.IsNeeded(c.Level):
		s.State = StepUnnecessary
	case s.State == StepWaits:
	case c.Level == "" && d.NeededAt == workflow.HighRisk:
		s.State = StepUndecided
	case d.OptionalOnRequest && !c.Asked[Duty(d.ID)]:
		s.State = StepOptional
	case d.StartAt(s.Moments).IsZero():
		s.State = StepUntimed
	default:
		s.State = StepRuns
	}
	return s
}
