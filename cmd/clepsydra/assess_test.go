package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"clepsydra/workflows"
)

// answersFile writes answers where the command can read them.
func answersFile(t *testing.T, answers map[string]any) string {
	t.Helper()
	b, err := json.Marshal(answers)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "answers.json")
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func misdirectedLetter() map[string]any {
	return map[string]any{
		"personal": true, "kinds": []string{"seen"}, "intent": "no", "data": []string{"name", "postal_address", "birth_date"}, "volume": "little",
		"simple_tells": "nothing", "identify": "certainly", "public_before": "no", "protection": "none", "holder": "known_few",
		"people": 1, "persons": []string{}, "harm": []string{}, "recipient_confirmed": "no",
	}
}

func TestAssessSaysOutcomeScoreAndReasons(t *testing.T) {
	status, out, errs := command(t, "assess", "breach-risk", "--answers", answersFile(t, misdirectedLetter()), "--json")
	if status != 0 {
		t.Fatalf("status %d: %s", status, errs)
	}
	var got assessed
	decode(t, out, &got)
	if got.Outcome != "notify_authority" || !got.Enough || len(got.Unknown) != 0 {
		t.Errorf("outcome %s, unknown %v", got.Outcome, got.Unknown)
	}
	if e := got.ENISA; e.DPC != 1.0 || e.EI != 1.0 || e.CB != 0.25 || e.Score != 1.25 || e.Level != "low" {
		t.Errorf("ENISA %+v", e)
	}
	if got.Reasons[0].ID != "telling_data_known_hands" || got.Reasons[0].Effect != "reaches" {
		t.Errorf("first reason %+v", got.Reasons[0])
	}
	if len(got.Changes) == 0 || got.Changes[0].Outcome != "register_only" || got.Nearest[0].Likeness < 0.8 {
		t.Errorf("changes %+v nearest %+v", got.Changes, got.Nearest[0])
	}
}

// TestAssessProposesTheSafeCourse: what is not known is said, and is never a reason
// to do nothing.
func TestAssessProposesTheSafeCourse(t *testing.T) {
	answers := misdirectedLetter()
	answers["recipient_confirmed"] = "unknown"
	status, out, _ := command(t, "assess", "breach-risk", "--answers", answersFile(t, map[string]any{"answers": answers}), "--json")
	var got assessed
	decode(t, out, &got)
	if status != 0 || got.Outcome != "notify_authority" || got.Enough || got.Unknown[0] != "recipient_confirmed" {
		t.Errorf("%d %+v", status, got)
	}
}

func TestAssessPrintsItsQuestions(t *testing.T) {
	status, out, errs := command(t, "assess", "breach-risk", "--questions", "--json", "--language", "nl", "--country", "BE")
	if status != 0 {
		t.Fatal(errs)
	}
	var got struct{ Questions []askedQuestion }
	decode(t, out, &got)
	var holder askedQuestion
	for _, q := range got.Questions {
		if q.ID == "holder" {
			holder = q
		}
	}
	if holder.Type != "one" || holder.When != `"seen" in kinds` || len(holder.Options) != 8 || holder.Text != "Wie heeft of zag de gegevens?" {
		t.Errorf("%+v", holder)
	}
}

func TestAssessRefusesWhatItCannotUse(t *testing.T) {
	for _, tt := range []struct {
		args []string
		says string
	}{
		{[]string{"assess", "weather", "--questions"}, "breach-risk"},
		{[]string{"assess", "breach-risk"}, "--answers"},
		{[]string{"assess", "breach-risk", "--answers", "missing.json"}, "missing.json"},
		{[]string{"assess", "breach-risk", "--answers", answersFile(t, map[string]any{"holder": "aunt"})}, "known_few"},
		{[]string{"assess", "breach-risk", "--answers", answersFile(t, map[string]any{"aunt": "yes"})}, "aunt"},
		{[]string{"assess", "breach-risk", "--answers", answersFile(t, map[string]any{"people": "many"})}, "whole number"},
	} {
		status, _, errs := command(t, tt.args...)
		if status != 2 || !strings.Contains(errs, tt.says) {
			t.Errorf("%v: status %d, %s", tt.args, status, errs)
		}
	}
}

// TestAssessFollowsThePacksOfTheOperator: what the shell says is what the server says.
func TestAssessFollowsThePacksOfTheOperator(t *testing.T) {
	text, err := workflows.FS.ReadFile("assessments/breach_risk.yaml")
	if err != nil {
		t.Fatal(err)
	}
	own := filepath.Join(t.TempDir(), "assessments")
	if err := os.MkdirAll(own, 0o700); err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(text), `version: "1"`, `version: "ours"`, 1)
	if err := os.WriteFile(filepath.Join(own, "breach_risk.yaml"), []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("CLEPSYDRA_PACKS", filepath.Dir(own))
	status, out, errs := command(t, "assess", "breach-risk", "--answers", answersFile(t, misdirectedLetter()), "--json")
	var got assessed
	if status != 0 {
		t.Fatal(errs)
	}
	decode(t, out, &got)
	if got.Version != "ours" {
		t.Errorf("judged by version %q", got.Version)
	}
}
