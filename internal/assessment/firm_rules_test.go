package assessment_test

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"clepsydra/internal/assessment"
	"clepsydra/internal/workflow"
	"clepsydra/workflows"
)

// promise is one thing that is promised about an assessment of the firm: answers as
// changes to the mildest ones, written "question=option,option", and what they lead
// to. Values are those of the worst reading.
type promise struct {
	changes string
	outcome string             // empty: not looked at
	values  map[string]float64 // by name
	notes   string             // ids that must hold, with "-" before must not
	asked   string             // the same for questions
}

// mildest answers every question with its first option, with none and with 0.
func mildest(pack workflow.Assessment) assessment.Answers {
	out := make(assessment.Answers)
	for _, q := range pack.Questions() {
		switch q.Kind {
		case workflow.OneOption:
			out[q.ID] = assessment.Chosen(q.Options[0].ID)
		case workflow.ManyOptions:
			out[q.ID] = assessment.Chosen()
		case workflow.ANumber:
			out[q.ID] = assessment.Counted(0)
		}
	}
	return out
}

func changed(pack workflow.Assessment, changes string) assessment.Answers {
	out := mildest(pack)
	for _, c := range strings.Fields(changes) {
		id, value, _ := strings.Cut(c, "=")
		if n, err := strconv.ParseFloat(value, 64); err == nil {
			out[id] = assessment.Counted(n)
		} else {
			out[id] = assessment.Chosen(strings.Split(value, ",")...)
		}
	}
	return out
}

// promises are written by hand from the reasons in the packs: every rule alone, just
// below and just at each threshold.
func promises() map[string][]promise {
	return map[string][]promise{
		"dpo_required": dpoPromises(), "legitimate_interest": interestPromises(), "cookie_consent": cookiePromises(), "awareness": quizPromises(),
	}
}

func dpoPromises() []promise {
	core := "sensitive=core institution=group "
	scale := func(n float64) map[string]float64 { return map[string]float64{"scale": n} }
	return []promise{
		{changes: "", outcome: "not_required", values: scale(0), notes: "voluntary -processor"},
		{changes: "public=yes", outcome: "required", notes: "-voluntary"},
		{changes: "country=de", outcome: "not_required", asked: "staff german_cases -institution -amount -lasting -area"},
		{changes: "country=other staff=20 german_cases=yes", outcome: "not_required", asked: "-staff -german_cases"},
		{changes: "country=de staff=14", outcome: "not_required"}, {changes: "country=de staff=15", outcome: "advised"},
		{changes: "country=de staff=19", outcome: "advised"}, {changes: "country=de staff=20", outcome: "required"},
		{changes: "country=de german_cases=yes", outcome: "required"},
		{changes: "monitoring=side", outcome: "not_required", notes: "processor", asked: "-institution"},
		{changes: "monitoring=core", asked: "institution amount lasting area"}, {changes: "sensitive=core", asked: "institution amount lasting area"},
		{changes: "people=999", values: scale(0)}, {changes: "people=1000", values: scale(1)}, {changes: "people=4999", values: scale(1)},
		{changes: "people=5000", values: scale(2)}, {changes: "people=9999", values: scale(2)}, {changes: "people=10000", values: scale(4), outcome: "not_required"},
		{changes: core, values: scale(1), outcome: "not_required"}, {changes: "sensitive=core institution=institution", values: scale(3), outcome: "advised"},
		{changes: core + "amount=much", values: scale(2), outcome: "not_required"}, {changes: core + "lasting=lasting", values: scale(2)},
		{changes: core + "area=region", values: scale(2)}, {changes: core + "area=country", values: scale(3), outcome: "advised"},
		{changes: core + "area=country amount=much lasting=lasting", values: scale(5), outcome: "advised"},
		{changes: core + "area=country amount=much lasting=lasting people=1000", values: scale(6), outcome: "required"},
		{changes: "monitoring=core institution=group area=country amount=much lasting=lasting people=1000", values: scale(6), outcome: "required"},
		{changes: "monitoring=core institution=group area=country", outcome: "advised"},
		{changes: "sensitive=core institution=single area=country amount=much lasting=lasting people=5000", values: scale(6), outcome: "not_required"},
		{changes: "monitoring=side people=9999", outcome: "not_required"}, {changes: "monitoring=side people=10000", outcome: "advised"},
		{changes: "sensitive=side people=10000", outcome: "advised"}, {changes: "sensitive=side people=9999", outcome: "not_required"},
	}
}

func interestPromises() []promise {
	out := []promise{
		{changes: "", outcome: "may", values: map[string]float64{"burden": 0}, notes: "marketing -own_interest"},
		{changes: "lawful=forbidden", outcome: "may_not", notes: "-marketing"}, {changes: "kind=special", outcome: "may_not"},
		{changes: "helps=no", outcome: "may_not"}, {changes: "milder=easy", outcome: "may_not"},
		{changes: "passed=sold", outcome: "may"}, {changes: "passed=sold expect=surprised", outcome: "may_not"},
		{changes: "passed=sold expect=perhaps", outcome: "may"}, {changes: "intrusive=profile", outcome: "may"},
		{changes: "intrusive=profile expect=surprised", outcome: "may_not"}, {changes: "intrusive=regular expect=surprised", outcome: "more_safeguards"},
		{changes: "expect=surprised", outcome: "more_safeguards"}, {changes: "harm=serious", outcome: "more_safeguards"},
		{changes: "lawful=vague", outcome: "more_safeguards"}, {changes: "amount=more", outcome: "more_safeguards"},
		{changes: "informed=not", outcome: "more_safeguards"}, {changes: "children=mainly", outcome: "more_safeguards"},
		{changes: "object=no", outcome: "more_safeguards"}, {changes: "measures=none", outcome: "more_safeguards"}, {changes: "keep=open", outcome: "more_safeguards"},
		{changes: "kind=telling helps=partly milder=worse relation=former contact=old expect=perhaps origin=told", outcome: "may"},                                                         // 7
		{changes: "kind=telling helps=partly milder=worse relation=former contact=old expect=perhaps origin=told keep=long", outcome: "more_safeguards"},                                   // 8
		{changes: "kind=telling helps=partly milder=worse relation=strangers contact=old expect=perhaps origin=bought passed=sold harm=nuisance benefit=us", outcome: "more_safeguards"},   // 14
		{changes: "kind=telling helps=partly milder=worse relation=strangers contact=old expect=perhaps origin=bought passed=sold harm=nuisance benefit=us keep=long", outcome: "may_not"}, // 15
		{changes: "benefit=us", notes: "own_interest"}, {changes: "benefit=others", notes: "-own_interest"},
	}
	for change, burden := range map[string]float64{
		"lawful=vague": 1, "kind=telling": 1, "helps=partly": 1, "milder=worse": 1, "amount=more": 2, "relation=former": 1, "relation=strangers": 2,
		"contact=old": 1, "contact=never": 1, "expect=perhaps": 1, "expect=surprised": 3, "origin=told": 1, "origin=bought": 2, "informed=fine_print": 1,
		"informed=not": 1, "power=somewhat": 1, "power=strongly": 2, "children=some": 1, "children=mainly": 3, "intrusive=regular": 1, "intrusive=profile": 3,
		"passed=needed": 1, "passed=sold": 3, "harm=nuisance": 1, "harm=serious": 3, "benefit=us": 1, "object=effort": 1, "object=no": 2,
		"measures=usual": 1, "measures=none": 2, "keep=long": 1, "keep=open": 2,
	} {
		out = append(out, promise{changes: change, values: map[string]float64{"burden": burden}})
	}
	return out
}

func cookiePromises() []promise {
	out := []promise{
		{changes: "", outcome: "no_consent", notes: "-proof", asked: "tools -statistics_how -country -embed_how -banner -refuse"},
		{changes: "tools=basket,choices,security", outcome: "no_consent", asked: "-banner"},
		{changes: "tools=ads", outcome: "consent_needed", notes: "proof", asked: "banner refuse ticked withdraw policy -country"},
		{changes: "tools=statistics", outcome: "no_consent", notes: "careful_nl -careful_fr", asked: "statistics_how country -banner"},
		{changes: "tools=statistics country=fr", outcome: "no_consent", notes: "careful_fr -careful_nl", asked: "-banner"},
		{changes: "tools=statistics country=other", outcome: "consent_needed", notes: "-careful_fr -careful_nl", asked: "banner"},
		{changes: "tools=statistics statistics_how=detailed", outcome: "consent_needed", notes: "-careful_nl", asked: "banner"},
		{changes: "tools=statistics statistics_how=shared country=fr", outcome: "consent_needed", notes: "-careful_fr", asked: "banner"},
		{changes: "tools=basket statistics_how=shared country=other", outcome: "no_consent"},
		{changes: "tools=embedded", outcome: "no_consent", asked: "embed_how -banner"},
		{changes: "tools=embedded embed_how=at_once", outcome: "consent_needed", asked: "banner"},
		{changes: "tools=ads banner=loads", outcome: "change_now", asked: "refuse ticked withdraw policy"},
		{changes: "tools=ads banner=informs", outcome: "change_now", asked: "-refuse -ticked -withdraw -policy"},
		{changes: "tools=ads banner=nothing", outcome: "change_now", asked: "-refuse"},
		{changes: "tools=embedded banner=nothing", outcome: "no_consent"},
	}
	for _, fault := range []string{"refuse=harder", "refuse=wall", "ticked=yes", "withdraw=hard", "policy=partly", "policy=none"} {
		out = append(out, promise{changes: "tools=ads " + fault, outcome: "change_now"}, promise{changes: "tools=basket " + fault, outcome: "no_consent"})
	}
	return out
}

func quizPromises() []promise {
	wrong := map[string][2]string{
		"phishing": {"delete", "look"}, "recipient": {"ask", "wait"}, "passwords": {"same", "shared"}, "reporting": {"monday", "never"},
		"desk": {"screen", "papers"}, "usb": {"leave", "plug"}, "visitors": {"let", "login"}, "home": {"own", "family"},
	}
	out := []promise{
		{changes: "", outcome: "good", values: map[string]float64{"wrong": 0}},
		{changes: "phishing=delete recipient=ask desk=screen", outcome: "refresh"}, {changes: "phishing=delete recipient=ask desk=screen usb=leave", outcome: "training"},
		{changes: "phishing=look usb=plug", outcome: "training"}, {changes: "phishing=look usb=leave", outcome: "refresh"},
		{changes: "phishing=look usb=leave desk=screen", outcome: "training"},
	}
	for id, options := range wrong {
		out = append(out, promise{changes: id + "=" + options[0], outcome: "refresh", values: map[string]float64{"wrong": 1}, notes: id},
			promise{changes: id + "=" + options[1], outcome: "refresh", values: map[string]float64{"wrong": 2}, notes: id})
		for other := range wrong {
			if other != id {
				out = append(out, promise{changes: id + "=" + options[0], notes: "-" + other})
			}
		}
	}
	return out
}

// kept tells what a pack does not keep of a promise; nothing when it keeps it.
func kept(pack workflow.Assessment, p promise) string {
	got, err := assessment.Evaluate(pack, changed(pack, p.changes))
	if err != nil {
		return p.changes + ": " + err.Error()
	}
	if p.outcome != "" && got.Proposed != p.outcome {
		return fmt.Sprintf("%s: %s, want %s (%v %v)", p.changes, got.Proposed, p.outcome, got.AtWorst.Held, got.AtWorst.Values)
	}
	for name, want := range p.values {
		if got.AtWorst.Values[name] != want {
			return fmt.Sprintf("%s: %s is %v, want %v", p.changes, name, got.AtWorst.Values[name], want)
		}
	}
	for list, have := range map[string][]string{p.notes: got.SureNotes(), p.asked: got.AtWorst.Asked} {
		for _, word := range strings.Fields(list) {
			if id, not := strings.CutPrefix(word, "-"); slices.Contains(have, id) == not {
				return fmt.Sprintf("%s: %s in %v", p.changes, word, have)
			}
		}
	}
	return ""
}

func TestAssessmentsOfTheFirmKeepTheirPromises(t *testing.T) {
	t.Parallel()
	ofFirm(t, func(t *testing.T, pack workflow.Assessment) {
		all := promises()[pack.ID]
		if len(all) == 0 {
			t.Fatal("nothing is promised about it")
		}
		for _, p := range all {
			if why := kept(pack, p); why != "" {
				t.Error(why)
			}
		}
	})
}

// loadFirm loads one assessment from another text, with few other packs beside it.
func loadFirm(id, text string) (workflow.Assessment, error) {
	all := fstest.MapFS{"assessments/" + id + ".yaml": &fstest.MapFile{Data: []byte(text)}}
	for _, name := range []string{breachRiskFile, "categories.yaml", "holidays/BE.yaml", "regimes/gdpr.yaml", "authorities/BE-GBA.yaml", "scenarios/other.yaml"} {
		src, err := fs.ReadFile(workflows.FS, name)
		if err != nil {
			return workflow.Assessment{}, err
		}
		all[name] = &fstest.MapFile{Data: src}
	}
	packs, err := workflow.Load(all, time.Now)
	if err != nil {
		return workflow.Assessment{}, err
	}
	return packs.Assessment(id)
}

// TestEveryMutantOfTheFirmsPacksIsCaught changes each threshold, point and comparison
// of the packs in turn: every change must break a promise, an example or the load.
func TestEveryMutantOfTheFirmsPacksIsCaught(t *testing.T) {
	t.Parallel()
	ofFirm(t, func(t *testing.T, pack workflow.Assessment) {
		text, err := fs.ReadFile(workflows.FS, "assessments/"+pack.ID+".yaml")
		if err != nil {
			t.Fatal(err)
		}
		all, caught := mutants(string(text)), 0
		for _, name := range slices.Sorted(maps.Keys(all)) {
			mutant, err := loadFirm(pack.ID, all[name])
			if err == nil && broken(mutant, nil) == "" && !slices.ContainsFunc(promises()[pack.ID], func(p promise) bool { return kept(mutant, p) != "" }) {
				t.Errorf("nothing notices %s", name)
				continue
			}
			caught++
		}
		if len(all) < 20 {
			t.Errorf("only %d mutants", len(all))
		}
		t.Logf("%d mutants, %d caught", len(all), caught)
	})
}
