package assessment_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"clepsydra/internal/assessment"
	"clepsydra/internal/workflow"
)

func reasons(t *testing.T, pack workflow.Assessment, a assessment.Answers) []assessment.Reason {
	t.Helper()
	out, err := assessment.Reasons(pack, a, evaluate(t, pack, a))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func of(all []assessment.Reason, id string) assessment.Reason {
	for _, r := range all {
		if r.Rule == id || r.Question == id {
			return r
		}
	}
	return assessment.Reason{}
}

func TestReasonsSayWhatWeighs(t *testing.T) {
	t.Parallel()
	pack := breachRisk(t)
	all := reasons(t, pack, say("data=birth_date"))
	if all[0].Rule != "telling_data_known_hands" || all[0].Effect != assessment.Reaches {
		t.Errorf("the rule does not come first: %+v", all[0])
	}
	for id, want := range map[string]struct {
		effect assessment.Effect
		weight int
	}{
		"data": {assessment.Raises, 1}, "holder": {assessment.Raises, 1}, "intent": {assessment.Lowers, 1},
		"volume": {assessment.Neutral, 0}, "recipient_confirmed": {assessment.Raises, 1}, "protection": {assessment.Raises, 1},
	} {
		if got := of(all, id); got.Effect != want.effect || got.Weight != want.weight {
			t.Errorf("%s: %+v", id, got)
		}
	}
	if of(all, "kinds").Question != "" || of(all, "personal").Question != "" {
		t.Error("a question that only opens others is given as a reason")
	}
	// From nothing to a high risk is two steps.
	if got := of(reasons(t, pack, say("data=national_number", "holder=public")), "holder"); got.Weight != 2 {
		t.Errorf("holder weighs %d", got.Weight)
	}
}

func TestWhatMayHoldIsToldApart(t *testing.T) {
	t.Parallel()
	pack := breachRisk(t)
	answers := say("data=birth_date")
	answers["recipient_confirmed"] = assessment.NotKnown()
	if got := of(reasons(t, pack, answers), "telling_data_known_hands"); got.Effect != assessment.May {
		t.Errorf("%+v", got)
	}
}

func TestChangesAreThoseThatLeadElsewhere(t *testing.T) {
	t.Parallel()
	pack := breachRisk(t)
	answers := say("data=birth_date")
	changes, err := assessment.Changes(pack, answers, evaluate(t, pack, answers))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range changes {
		got = append(got, c.Question+"="+c.Option+" "+c.Outcome)
	}
	for _, want := range []string{
		"recipient_confirmed=yes register_only", "protection=strong register_only", "holder=nobody register_only",
		"holder=public notify_authority_and_people", "intent=yes notify_authority_and_people",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is missing in %v", want, got)
		}
	}
	if slices.ContainsFunc(got, func(s string) bool {
		return strings.HasPrefix(s, "holder=known_many") || strings.HasPrefix(s, "identify")
	}) {
		t.Errorf("what changes nothing, or cannot change any more, is listed: %v", got)
	}
	if words := assessment.SayChange(pack, changes[0], "nl", "BE"); !strings.HasPrefix(words, "als ") {
		t.Errorf("said as %q", words)
	}
}

func TestTheNearestCaseIsTheOneThatFits(t *testing.T) {
	t.Parallel()
	pack := breachRisk(t)
	for _, c := range pack.Examples {
		answers, err := assessment.ReadAll(pack, c.Answers)
		if err != nil {
			t.Fatal(err)
		}
		near, err := assessment.Nearest(pack, answers, 1)
		if err != nil || near[0].Likeness != 1 {
			t.Errorf("%s: %+v, %v", c.ID, near, err)
		}
		if apart := assessment.Apart(pack, answers, answers); len(apart) != 0 {
			t.Errorf("%s differs from itself in %v", c.ID, apart)
		}
	}
	if near, err := assessment.Nearest(pack, assessment.Answers{"people": assessment.Counted(3)}, 3); err != nil || len(near) != 0 {
		t.Errorf("one answer is compared: %v, %v", near, err)
	}
	if got := assessment.Apart(pack, say(), say("people=9", "holder=lost")); !slices.Equal(got, []string{"holder", "people"}) {
		t.Errorf("apart in %v", got)
	}
}

// FuzzRead: whatever is read as an answer passes the check of its question.
func FuzzRead(f *testing.F) {
	f.Add("holder", "aunt")
	f.Add("people", "12")
	f.Add("people", "1e400")
	f.Add("personal", "unknown")
	pack := breachRisk(f)
	f.Fuzz(func(t *testing.T, id, value string) {
		for _, raw := range []any{value, []any{value}, []any{value, value}, len(value), float64(len(value)) / 3, value == "", nil, map[string]any{"a": value}} {
			answers, err := assessment.ReadAll(pack, map[string]any{id: raw})
			if err != nil {
				continue
			}
			if err := answers.Check(pack); err != nil {
				t.Fatalf("%s %v was read as %v: %v", id, raw, answers, err)
			}
			if _, err := assessment.Evaluate(pack, answers); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestReasonsStandInOrder: rules before answers, what holds before what may, and in
// each the weightiest first; of equal answers the question that counts more.
func TestReasonsStandInOrder(t *testing.T) {
	t.Parallel()
	pack := breachRisk(t)
	place := func(r assessment.Reason) []float64 {
		kind := 0.0
		switch {
		case r.Question != "":
			kind = 2
		case r.Effect == assessment.May:
			kind = 1
		}
		q, _ := pack.Question(r.Question)
		return []float64{kind, -float64(r.Weight), -q.Weight}
	}
	rapid.Check(t, func(rt *rapid.T) {
		answers := drawAnswers(rt, pack, false)
		all, err := assessment.Reasons(pack, answers, evaluate(rt, pack, answers))
		if err != nil {
			rt.Fatal(err)
		}
		for k := range len(all) - 1 {
			if slices.Compare(place(all[k]), place(all[k+1])) > 0 {
				rt.Fatalf("%+v stands before %+v", all[k], all[k+1])
			}
		}
	})
}
