package assessment_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"clepsydra/internal/assessment"
	"clepsydra/internal/workflow"
)

// drawAnswers draws answers to any of the questions, unknown and missing ones among
// them.
func drawAnswers(t *rapid.T, pack workflow.Assessment, complete bool) assessment.Answers {
	out := make(assessment.Answers)
	for _, q := range pack.Questions() {
		if !complete && rapid.IntRange(0, 3).Draw(t, q.ID+" known") == 0 {
			continue
		}
		out[q.ID] = drawAnswer(t, q)
	}
	return out
}

func drawAnswer(t *rapid.T, q workflow.Question) assessment.Answer {
	switch q.Kind {
	case workflow.OneOption:
		return assessment.Chosen(rapid.SampledFrom(q.Options).Draw(t, q.ID).ID)
	case workflow.ManyOptions:
		var ids []string
		for _, o := range q.Options {
			if rapid.IntRange(0, 3).Draw(t, q.ID+" "+o.ID) == 0 {
				ids = append(ids, o.ID)
			}
		}
		return assessment.Chosen(ids...)
	case workflow.ANumber:
		return assessment.Counted(float64(rapid.SampledFrom([]int{0, 1, 2, 9, 10, 11, 99, 100, 101, 9999, 10000, 10001, 500000}).Draw(t, q.ID)))
	}
	return assessment.Written("x")
}

// worse makes one answer graver: a later option, one more option, a greater number.
// It returns false when the answer is the gravest already or not known.
func worse(t *rapid.T, q workflow.Question, a assessment.Answer) (assessment.Answer, bool) {
	if !a.Known {
		return a, false
	}
	switch q.Kind {
	case workflow.OneOption:
		k := slices.IndexFunc(q.Options, func(o workflow.Option) bool { return o.ID == a.Options[0] })
		if k == len(q.Options)-1 {
			return a, false
		}
		return assessment.Chosen(q.Options[rapid.IntRange(k+1, len(q.Options)-1).Draw(t, "to")].ID), true
	case workflow.ManyOptions:
		for _, o := range q.Options {
			if !slices.Contains(a.Options, o.ID) {
				return assessment.Chosen(append(slices.Clone(a.Options), o.ID)...), true
			}
		}
	case workflow.ANumber:
		return assessment.Counted(a.Number * 10), a.Number > 0
	}
	return a, false
}

// TestARiskFactorNeverLowers: for every question, a graver answer never leads to a
// milder outcome, whatever else is known or unknown.
func TestARiskFactorNeverLowers(t *testing.T) {
	t.Parallel()
	pack := breachRisk(t)
	rapid.Check(t, func(t *rapid.T) {
		answers := drawAnswers(t, pack, rapid.Bool().Draw(t, "complete"))
		q := rapid.SampledFrom(pack.Questions()).Draw(t, "question")
		graver, ok := worse(t, q, answers[q.ID])
		if !ok {
			t.Skip("nothing graver")
		}
		before := evaluate(t, pack, answers)
		answers[q.ID] = graver
		after := evaluate(t, pack, answers)
		if after.Rank < before.Rank || after.Best < before.Best || after.Worst < before.Worst {
			t.Fatalf("%s %v: from %d (%d-%d) to %d (%d-%d)", q.ID, graver, before.Rank, before.Best, before.Worst, after.Rank, after.Best, after.Worst)
		}
	})
}

// TestWhatIsUnknownLiesBetween: whatever the unknown answers turn out to be, the
// outcome lies between the two readings, save that a question may be asked with a
// worst of its own.
func TestWhatIsUnknownLiesBetween(t *testing.T) {
	t.Parallel()
	pack := breachRisk(t)
	rapid.Check(t, func(t *rapid.T) {
		some := drawAnswers(t, pack, false)
		for _, q := range pack.Questions() {
			if q.Worst != nil && !some[q.ID].Known {
				some[q.ID] = assessment.Chosen(q.Worst...)
			}
		}
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
}

// TestNotEnoughKnownIsNeverSilence: while the unknown answers could bring a duty to
// notify, notifying is what is proposed.
func TestNotEnoughKnownIsNeverSilence(t *testing.T) {
	t.Parallel()
	pack := breachRisk(t)
	rapid.Check(t, func(t *rapid.T) {
		got := evaluate(t, pack, drawAnswers(t, pack, false))
		if !got.Enough && (got.Proposed == "register_only" || len(got.Unknown) == 0) {
			t.Fatalf("between %d and %d: %s, unknown %v", got.Best, got.Worst, got.Proposed, got.Unknown)
		}
	})
	if got := evaluate(t, pack, nil); got.Proposed != "notify_authority" || got.Enough {
		t.Errorf("nothing known: %+v", got.Proposed)
	}
}

func evaluate(t interface{ Fatalf(string, ...any) }, pack workflow.Assessment, a assessment.Answers) assessment.Outcome {
	out, err := assessment.Evaluate(pack, a)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return out
}

// TestOnlyWhatMayMatterIsAskedFor: once the outcome is certain nothing is named as
// unknown, and before that no question whose silence counts as "nothing of this".
func TestOnlyWhatMayMatterIsAskedFor(t *testing.T) {
	t.Parallel()
	pack := breachRisk(t)
	certain := say("protection=strong")
	delete(certain, "people")
	if got := evaluate(t, pack, certain); !got.Enough || len(got.Unknown) != 0 {
		t.Errorf("unreadable data of an unknown number: enough %t, unknown %v", got.Enough, got.Unknown)
	}
	open := say("data=birth_date")
	for _, id := range []string{"done", "harm", "persons", "recipient_confirmed", "volume"} {
		delete(open, id)
	}
	if got := evaluate(t, pack, open); got.Enough || !slices.Equal(got.Unknown, []string{"recipient_confirmed", "volume"}) {
		t.Errorf("unknown %v: what moves the outcome alone comes first", got.Unknown)
	}
}
