package notification_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"clepsydra/internal/notification"
	"clepsydra/internal/obligation"
	"clepsydra/internal/workflow"
)

// filed is a dossier as it comes back from the paper that was filed.
func filed(t testing.TB, d notification.Dossier) notification.Dossier {
	t.Helper()
	b, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var out notification.Dossier
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestASupplementShowsWhatChanged(t *testing.T) {
	t.Parallel()
	f := facts(t, "BE-GBA")
	first := filed(t, notification.Compose(f, given("measures", "gewist", "consequences", "spam"), words))
	f.Phase, f.Filings = obligation.Supplementary, []obligation.Filing{{Phase: obligation.Initial, Receipt: "GBA-77"}}
	now := notification.Compose(f, given("measures", "gewist en gebeld", "prevention", "opleiding", "consequences", "spam"), words)
	d, ok := now.Compare(first, 3)
	if !ok || d.Since != 3 {
		t.Fatalf("compared %t with %d", ok, d.Since)
	}
	only := d.OnlyChanged()
	for id, want := range map[string]bool{"measures": true, "prevention": true, "earlier": true, "controller": true, "consequences": false, "description": false} {
		r, there := only.Row(id)
		if there != want {
			t.Errorf("%s is shown: %t", id, there)
		}
		if id == "measures" && r.Before != "gewist" {
			t.Errorf("before: %q", r.Before)
		}
	}
	if len(d.Rows()) != len(now.Rows()) {
		t.Error("the comparison lost rows")
	}
	if _, ok := notification.Compose(f, nil, echo{"fr", "BE"}).Compare(first, 3); ok {
		t.Error("French is compared with Dutch")
	}
	whole := now.OnlyChanged()
	if len(whole.Rows()) != len(now.Rows()) {
		t.Error("what was not compared must stay whole")
	}
}

// TestNothingChangedShowsNothing: for any answer, a dossier compared with itself has no
// changes, and one typed character more shows exactly that row.
func TestNothingChangedShowsNothing(t *testing.T) {
	t.Parallel()
	f := facts(t, template)
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.StringMatching(`[a-zé]{1,40}`).Draw(rt, "text")
		before := notification.Compose(f, given("measures", text), words)
		same, _ := before.Compare(filed(t, before), 1)
		other, _ := notification.Compose(f, given("measures", text+"!"), words).Compare(filed(t, before), 1)
		for k, r := range other.Rows() {
			if same.Rows()[k].Changed {
				rt.Fatalf("%s changed by itself", r.ID)
			}
			if r.Changed != (r.ID == "measures") {
				rt.Fatalf("%s: changed %t", r.ID, r.Changed)
			}
		}
	})
}

func TestAdviceSortsWhatIsNeededFromWhatMayFollow(t *testing.T) {
	t.Parallel()
	typed := full()
	d := notification.Compose(facts(t, template), typed, words)
	if a := d.Advise(); !a.IsEnough() || len(a.Later) == 0 {
		t.Errorf("%d missing, %d later", len(a.Missing), len(a.Later))
	}
	delete(typed, "measures")
	a := notification.Compose(facts(t, template), typed, words).Advise()
	if a.IsEnough() || len(a.Missing) != 1 || a.Missing[0].ID != "measures" {
		t.Errorf("missing %+v", a.Missing)
	}
	typed["measures"] = notification.Answer{Question: "measures", State: notification.Investigating}
	a = notification.Compose(facts(t, template), typed, words).Advise()
	if !a.IsEnough() {
		t.Error("under investigation is an answer")
	}
	found := false
	for _, r := range a.Later {
		found = found || r.ID == "measures"
	}
	if !found {
		t.Error("what is under investigation follows later")
	}
}

func TestTickOutlivesOnlyTheSameAnswer(t *testing.T) {
	t.Parallel()
	r := notification.Row{Text: "gewist"}
	tick := notification.Tick{Hash: notification.HashOf("gewist"), At: aware}
	if tick.StateFor(r) != notification.Ticked {
		t.Error("the same text")
	}
	r.Text = "gewist!"
	if tick.StateFor(r) != notification.Outdated {
		t.Error("another text")
	}
	if (notification.Tick{}).StateFor(r) != notification.NotTicked {
		t.Error("no tick")
	}
}

func TestAnswerCheck(t *testing.T) {
	t.Parallel()
	free := workflow.FormQuestion{Kind: workflow.TextField, Max: 50}
	long := workflow.FormQuestion{Kind: workflow.TextField, Max: 20000}
	options := []workflow.FormOption{{ID: "low", Is: []string{"unlikely"}}, {ID: "severe"}}
	closed := workflow.FormQuestion{Kind: workflow.ChoiceField, Options: options}
	many := workflow.FormQuestion{Kind: workflow.ManyField, Options: options}
	number := workflow.FormQuestion{Kind: workflow.NumberField, Max: 50}
	shaped := workflow.FormQuestion{Kind: workflow.TextField, Max: 50, Pattern: `\d{8}`}
	fixed := workflow.FormQuestion{Kind: workflow.TextField, Max: 50, Parts: []workflow.Canonical{{Fixed: true}}}
	say := func(text string) notification.Answer {
		return notification.Answer{State: notification.Given, Text: text}
	}
	tests := []struct {
		name string
		q    workflow.FormQuestion
		a    notification.Answer
		want error
	}{
		{"text", free, say("x"), nil},
		{"longest", free, say(strings.Repeat("é", 50)), nil},
		{"too long for the form", free, say(strings.Repeat("é", 51)), notification.ErrLong},
		{"too long for us", long, say(strings.Repeat("é", notification.MaxAnswer+1)), notification.ErrLong},
		{"empty", free, say(" \n"), notification.ErrEmpty},
		{"canonical option", closed, say(" unlikely "), nil},
		{"the form's own option", closed, say("severe"), nil},
		{"another option", closed, say("maybe"), notification.ErrOption},
		{"two of a choice", closed, say("unlikely\nsevere"), notification.ErrOption},
		{"two of many", many, say("unlikely\nsevere"), nil},
		{"one wrong of many", many, say("unlikely\nmaybe"), notification.ErrOption},
		{"number", number, say("2300"), nil},
		{"no number", number, say("about 2300"), notification.ErrNumber},
		{"form", shaped, say("12345678"), nil},
		{"wrong form", shaped, say("1234567"), notification.ErrPattern},
		{"fixed", fixed, say("x"), notification.ErrFixed},
		{"fixed and not known", fixed, notification.Answer{State: notification.NotKnown}, nil},
		{"not known", closed, notification.Answer{State: notification.NotKnown}, nil},
		{"not applicable", free, notification.Answer{State: notification.NotApplicable}, nil},
		{"missing is no answer", free, notification.Answer{State: notification.Missing}, notification.ErrState},
		{"no state", free, notification.Answer{Text: "x"}, notification.ErrState},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if err := tt.a.Check(tt.q); !errors.Is(err, tt.want) {
				t.Fatalf("got %v", err)
			}
		})
	}
}

func TestSentencesArePutInOnce(t *testing.T) {
	t.Parallel()
	text := notification.With("Eerst dit.\r\nDan dat.", []string{"Dan dat.", "Tot slot."})
	if text != "Eerst dit.\nDan dat.\nTot slot." {
		t.Errorf("%q", text)
	}
	if again := notification.With(text, []string{"Tot slot."}); again != text {
		t.Errorf("%q", again)
	}
	if only := notification.With("", []string{"Tot slot."}); only != "Tot slot." {
		t.Errorf("%q", only)
	}
}
