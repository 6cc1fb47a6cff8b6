package obligation_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"clepsydra/internal/obligation"
	"clepsydra/internal/workflow"
)

// chain is a law like NIS2: a first step, one after it, an optional one that stands
// in for a final one, and one for a high risk.
func chain() workflow.Regime {
	return workflow.Regime{Duties: []workflow.Duty{
		{ID: "first", NeededAt: workflow.RiskUnlikely, StartsFrom: workflow.Aware},
		{ID: "final", NeededAt: workflow.RiskUnlikely, StartsFrom: workflow.PreviousStepSent, Previous: "first"},
		{ID: "progress", NeededAt: workflow.RiskUnlikely, StartsFrom: workflow.PreviousStepSent, Previous: "first", OptionalOnRequest: true, InsteadOf: "final"},
		{ID: "after", NeededAt: workflow.RiskUnlikely, StartsFrom: workflow.Handled, Follows: "progress"},
		{ID: "people", NeededAt: workflow.HighRisk, StartsFrom: workflow.Decided},
		{ID: "last", NeededAt: workflow.RiskUnlikely, StartsFrom: workflow.PreviousStepSent, Previous: "first", FromLast: true},
	}}
}

func TestStepsWaitForEachOther(t *testing.T) {
	t.Parallel()
	at := func(h int) time.Time { return time.Date(2026, 6, 9, h, 0, 0, 0, time.UTC) }
	aware := workflow.Moments{workflow.Aware: at(8)}
	sent := map[obligation.Duty][]time.Time{"first": {at(9), at(11)}}
	tests := []struct {
		name string
		c    obligation.Case
		want map[string]obligation.StepState
	}{
		{"not aware", obligation.Case{}, map[string]obligation.StepState{"first": obligation.StepUntimed, "final": obligation.StepWaits, "people": obligation.StepUndecided}},
		{"aware", obligation.Case{Moments: aware}, map[string]obligation.StepState{"first": obligation.StepRuns, "final": obligation.StepWaits, "progress": obligation.StepWaits, "after": obligation.StepWaits}},
		{"first sent", obligation.Case{Moments: aware, Sent: sent}, map[string]obligation.StepState{"final": obligation.StepRuns, "progress": obligation.StepOptional, "last": obligation.StepRuns}},
		{"progress asked", obligation.Case{Moments: aware, Sent: sent, Asked: map[obligation.Duty]bool{"progress": true}},
			map[string]obligation.StepState{"final": obligation.StepReplaced, "progress": obligation.StepRuns, "after": obligation.StepWaits}},
		{"progress sent", obligation.Case{Moments: aware, Sent: map[obligation.Duty][]time.Time{"first": {at(9)}, "progress": {at(10)}}, Asked: map[obligation.Duty]bool{"progress": true}},
			map[string]obligation.StepState{"after": obligation.StepUntimed}},
		{"handled", obligation.Case{Moments: workflow.Moments{workflow.Handled: at(12)}, Sent: map[obligation.Duty][]time.Time{"progress": {at(10)}}},
			map[string]obligation.StepState{"after": obligation.StepRuns}},
		{"low risk", obligation.Case{Moments: aware, Level: workflow.RiskLikely}, map[string]obligation.StepState{"people": obligation.StepUnnecessary}},
		{"high risk, moment unknown", obligation.Case{Level: workflow.HighRisk}, map[string]obligation.StepState{"people": obligation.StepUntimed}},
	}
	for _, tt := range tests {
		for _, s := range obligation.StepsOf(chain(), tt.c) {
			if want, ok := tt.want[s.Rule.ID]; ok && s.State != want {
				t.Errorf("%s: %s is %s, want %s", tt.name, s.Rule.ID, s.State, want)
			}
		}
	}
	for _, s := range obligation.StepsOf(chain(), obligation.Case{Moments: aware, Sent: sent}) {
		start := s.Moments[workflow.PreviousStepSent]
		if s.Rule.ID == "final" && !start.Equal(at(9)) || s.Rule.ID == "last" && !start.Equal(at(11)) {
			t.Errorf("%s starts at %v", s.Rule.ID, start)
		}
	}
}

// TestNoStepRunsBeforeItsPrevious: whatever was sent, a step that runs from another
// starts no earlier than that one was sent, and one that was not sent starts nothing.
func TestNoStepRunsBeforeItsPrevious(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		c := obligation.Case{Moments: workflow.Moments{}, Sent: map[obligation.Duty][]time.Time{}, Asked: map[obligation.Duty]bool{}}
		for _, d := range chain().Duties {
			id := obligation.Duty(d.ID)
			c.Asked[id] = rapid.Bool().Draw(r, "asked "+d.ID)
			for range rapid.IntRange(0, 2).Draw(r, "sent "+d.ID) {
				c.Sent[id] = append(c.Sent[id], time.Unix(rapid.Int64Range(0, 1e9).Draw(r, "at"), 0))
			}
		}
		for _, m := range []workflow.Moment{workflow.Aware, workflow.Handled, workflow.Decided} {
			if rapid.Bool().Draw(r, string(m)) {
				c.Moments[m] = time.Unix(rapid.Int64Range(0, 1e9).Draw(r, "at "+string(m)), 0)
			}
		}
		for _, s := range obligation.StepsOf(chain(), c) {
			for _, id := range s.Rule.After() {
				sent := c.Sent[obligation.Duty(id)]
				if s.State == obligation.StepRuns && len(sent) == 0 {
					r.Fatalf("%s runs though %s was not sent", s.Rule.ID, id)
				}
				if s.State == obligation.StepRuns && s.Rule.Previous == id && s.Rule.StartAt(s.Moments).Before(sent[0]) && !s.Rule.FromLast {
					r.Fatalf("%s runs before %s was sent", s.Rule.ID, id)
				}
			}
		}
	})
}
