package assessment_test

import (
	"testing"

	"pgregory.net/rapid"

	"clepsydra/internal/assessment"
	"clepsydra/internal/workflow"
)

// ofFirm runs a test over every assessment of the firm.
func ofFirm(t *testing.T, run func(t *testing.T, pack workflow.Assessment)) {
	t.Helper()
	n := 0
	for _, pack := range packs(t).Assessments() {
		if pack.Subject == workflow.OfFirm {
			n++
			t.Run(pack.ID, func(t *testing.T) {
				t.Parallel()
				run(t, pack)
			})
		}
	}
	if n == 0 {
		t.Fatal("there are no assessments of the firm")
	}
}

// TestEveryExampleReachesItsOutcome: honest answers to a published example lead where
// its author went, with nothing left open.
func TestEveryExampleReachesItsOutcome(t *testing.T) {
	t.Parallel()
	ofFirm(t, func(t *testing.T, pack workflow.Assessment) {
		reached := map[string]bool{}
		for _, c := range pack.Examples {
			answers, err := assessment.ReadAll(pack, c.Answers)
			if err != nil {
				t.Fatalf("%s: %v", c.ID, err)
			}
			got := evaluate(t, pack, answers)
			reached[c.Outcome] = true
			if got.Proposed != c.Outcome || !got.Enough {
				t.Errorf("%s: %s (enough %t), published %s; rules %v, values %v, unknown %v", c.ID, got.Proposed, got.Enough, c.Outcome, got.AtWorst.Held, got.AtWorst.Values, got.Unknown)
			}
		}
		if len(pack.Examples) < 4 || len(reached) < 2 {
			t.Errorf("%d examples of %d outcomes are too few to hold the rules to", len(pack.Examples), len(reached))
		}
	})
}

// TestAGraverAnswerNeverLeadsToAMilderOutcome, whatever else is known or unknown.
func TestAGraverAnswerNeverLeadsToAMilderOutcome(t *testing.T) {
	t.Parallel()
	ofFirm(t, func(t *testing.T, pack workflow.Assessment) {
		rapid.Check(t, func(t *rapid.T) {
			answers := drawAnswers(t, pack, rapid.Bool().Draw(t, "complete"))
			q := rapid.SampledFrom(pack.Questions()).Draw(t, "question")
			graver, ok := worse(t, q, answers[q.ID])
			if !ok {
				return
			}
			before := evaluate(t, pack, answers)
			answers[q.ID] = graver
			after := evaluate(t, pack, answers)
			if after.Rank < before.Rank || after.Best < before.Best || after.Worst < before.Worst {
				t.Fatalf("%s %v: from %d (%d-%d) to %d (%d-%d)", q.ID, graver, before.Rank, before.Best, before.Worst, after.Rank, after.Best, after.Worst)
			}
		})
	})
}

// TestWhatIsNotKnownLiesBetween: however the unknown answers turn out, the outcome
// lies between the two readings.
func TestWhatIsNotKnownLiesBetween(t *testing.T) {
	t.Parallel()
	ofFirm(t, func(t *testing.T, pack workflow.Assessment) {
		rapid.Check(t, func(t *rapid.T) {
			some := drawAnswers(t, pack, false)
			before := evaluate(t, pack, some)
			for _, q := range pack.Questions() {
				if !some[q.ID].Known {
					some[q.ID] = drawAnswer(t, q)
				}
			}
			after := evaluate(t, pack, some)
			if !after.Enough || after.Rank < before.Best || after.Rank > before.Worst {
				t.Fatalf("said %d to %d, came to %d (enough %t)", before.Best, before.Worst, after.Rank, after.Enough)
			}
		})
	})
}

// TestNothingKnownIsNeverTheMildest: an empty scan does not say that all is well, and
// every outcome can be reached by some answers.
func TestNothingKnownIsNeverTheMildest(t *testing.T) {
	t.Parallel()
	ofFirm(t, func(t *testing.T, pack workflow.Assessment) {
		got := evaluate(t, pack, nil)
		if got.Enough || got.Rank == 0 || got.Best != 0 || got.Worst != len(pack.Outcomes)-1 || len(got.Unknown) == 0 {
			t.Errorf("nothing known: %+v", got)
		}
	})
}

// TestQuestionsComeUpWithTheirCondition: a form shows what hangs on an answer only
// when the answer is there, and what hangs on "not known yet" when it may matter.
func TestQuestionsComeUpWithTheirCondition(t *testing.T) {
	t.Parallel()
	pack, err := packs(t).Assessment("dpo_required")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		country assessment.Answers
		want    bool
	}{
		{assessment.Answers{}, false},
		{assessment.Answers{"country": assessment.Chosen("other")}, false},
		{assessment.Answers{"country": assessment.Chosen("de")}, true},
		{assessment.Answers{"country": assessment.NotKnown()}, true},
	} {
		asked, err := assessment.Asked(pack, c.country)
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, id := range asked {
			found = found || id == "staff"
		}
		if found != c.want {
			t.Errorf("%v: staff asked %t", c.country, found)
		}
	}
	if _, err := assessment.Asked(pack, assessment.Answers{"nothing": assessment.NotKnown()}); err == nil {
		t.Error("an unknown question was taken")
	}
}
