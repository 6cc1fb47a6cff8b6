package assessment_test

import (
	"encoding/json"
	"os"
	"testing"

	"clepsydra/internal/assessment"
	"clepsydra/internal/workflow"
)

// annexB is what Annex B of the EDPB Guidelines 9/2022 says of a case. Conditional
// means that the annex leaves it to the circumstances.
type annexB struct {
	ID                   string `json:"id"`
	NotifyAuthority      bool   `json:"notify_authority"`
	NotifySubjects       bool   `json:"notify_subjects"`
	ConditionalAuthority bool   `json:"conditional_authority"`
	ConditionalSubjects  bool   `json:"conditional_subjects"`
}

func caseOf(t *testing.T, pack workflow.Assessment, id string) assessment.Answers {
	t.Helper()
	for _, c := range pack.Examples {
		if c.ID == id {
			answers, err := assessment.ReadAll(pack, c.Answers)
			if err != nil {
				t.Fatal(err)
			}
			return answers
		}
	}
	t.Fatalf("the pack has no case %s", id)
	return nil
}

func TestAnnexBIsReached(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("testdata/edpb_annex_b.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []annexB
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	pack := breachRisk(t)
	for _, v := range all {
		got := evaluate(t, pack, caseOf(t, pack, v.ID))
		if authority := got.Rank >= 1; !v.ConditionalAuthority && authority != v.NotifyAuthority {
			t.Errorf("%s: authority %t", v.ID, authority)
		}
		if people := got.Rank >= 2; !v.ConditionalSubjects && people != v.NotifySubjects {
			t.Errorf("%s: people %t", v.ID, people)
		}
	}
}

// TestWhatAnnexBLeavesOpenFollowsTheFacts: where the annex says "depends", the facts
// it names decide.
func TestWhatAnnexBLeavesOpenFollowsTheFacts(t *testing.T) {
	t.Parallel()
	pack := breachRisk(t)
	for _, tt := range []struct {
		id, why, want string
		change        assessment.Answers
	}{
		{"9-2022/ii", "the data help to pose as somebody", "notify_authority_and_people", assessment.Answers{"data": assessment.Chosen("name", "birth_date")}},
		{"9-2022/iv", "the loss is grave for people", "notify_authority_and_people", assessment.Answers{"gap": assessment.Chosen("grave")}},
		{"9-2022/iv", "a backup was restored in good time", "register_only", assessment.Answers{"lasting": assessment.Chosen("restored"), "gap": assessment.Chosen("none")}},
		{"9-2022/v", "many statements went to many", "notify_authority_and_people", assessment.Answers{"holder": assessment.Chosen("known_many")}},
		{"9-2022/vii", "no sign that anybody used the flaw", "register_only", assessment.Answers{"holder": assessment.Chosen("could_have")}},
		{"9-2022/ix", "the list holds social security numbers", "notify_authority_and_people", assessment.Answers{"data": assessment.Chosen("name", "national_number")}},
		{"9-2022/x", "few people and nothing sensitive (16, as the Belgian authority decided)", "register_only", assessment.Answers{"people": assessment.Counted(16)}},
		{"9-2022/x", "the list is of patients", "notify_authority_and_people", assessment.Answers{"simple_tells": assessment.Chosen("intimate"), "people": assessment.Counted(16)}},
		{"9-2022/i", "the key gets out later", "notify_authority_and_people", assessment.Answers{
			"protection": assessment.Chosen("none"), "people": assessment.Counted(500), "data": assessment.Chosen("name", "national_number"), "volume": assessment.Chosen("little"),
			"simple_tells": assessment.Chosen("nothing"), "identify": assessment.Chosen("certainly"), "public_before": assessment.Chosen("no"),
		}},
	} {
		answers := caseOf(t, pack, tt.id)
		for q, a := range tt.change {
			answers[q] = a
		}
		if got := evaluate(t, pack, answers); got.Proposed != tt.want {
			t.Errorf("%s when %s: %s, want %s", tt.id, tt.why, got.Proposed, tt.want)
		}
	}
}

// TestALowScoreAloneIsNoReason: among the answers that come to a score below 2 are
// some that are notified and some that go to the people too.
func TestALowScoreAloneIsNoReason(t *testing.T) {
	t.Parallel()
	pack := breachRisk(t)
	for id, want := range map[string]int{"01-2021/02": 1, "01-2021/03": 2, "01-2021/08": 1} {
		got := evaluate(t, pack, caseOf(t, pack, id))
		if score := got.AtWorst.Values["score"].(float64); score >= 2 || got.Rank != want {
			t.Errorf("%s: score %v, rank %d", id, score, got.Rank)
		}
	}
	for _, r := range pack.Rules {
		for _, word := range []string{"score", "level", "cb"} {
			if containsWord(r.When.Text, word) {
				t.Errorf("rule %s looks at the ENISA score", r.ID)
			}
		}
	}
}

func containsWord(text, word string) bool {
	isLetter := func(c byte) bool { return c == '_' || c >= 'a' && c <= 'z' }
	for k := 0; k+len(word) <= len(text); k++ {
		end := k + len(word)
		if text[k:end] == word && (k == 0 || !isLetter(text[k-1])) && (end == len(text) || !isLetter(text[end])) {
			return true
		}
	}
	return false
}
