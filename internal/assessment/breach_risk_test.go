package assessment_test

import (
	"testing"
	"time"

	"clepsydra/internal/assessment"
	"clepsydra/internal/workflow"
	"clepsydra/workflows"
)

func packs(t testing.TB) *workflow.Packs {
	t.Helper()
	p, err := workflow.Load(workflows.FS, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func breachRisk(t testing.TB) workflow.Assessment {
	t.Helper()
	a, err := packs(t).Assessment("breach_risk")
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestPublishedCases: the general rules reach the outcome that the EDPB published
// for each of its cases, from honest answers.
func TestPublishedCases(t *testing.T) {
	t.Parallel()
	pack := breachRisk(t)
	for _, c := range pack.Examples {
		answers, err := assessment.ReadAll(pack, c.Answers)
		if err != nil {
			t.Errorf("%s: %v", c.ID, err)
			continue
		}
		got, err := assessment.Evaluate(pack, answers)
		if err != nil {
			t.Errorf("%s: %v", c.ID, err)
			continue
		}
		if got.Proposed != c.Outcome {
			t.Errorf("%s %s: %s, published %s (best %d worst %d, %v, unknown %v)", c.ID, c.Title["en"], got.Proposed, c.Outcome, got.Best, got.Worst, got.AtWorst.Held, got.Unknown)
		}
		t.Log(c.ID, got.Proposed, got.Enough, got.Best, got.Worst, got.AtWorst.Values["score"], got.AtWorst.Held, got.Unknown)
	}
}
