package workflow_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"clepsydra/internal/workflow"
)

// TestEveryAuthorityAsksWhatTheLawRequires walks every form: Art. 33(3)(a) to (d) is
// asked by each, and the ways back and forth between its options and the canonical ones
// are complete.
func TestEveryAuthorityAsksWhatTheLawRequires(t *testing.T) {
	t.Parallel()
	p := load(t)
	legal := p.Template().Legal()
	for _, letter := range []string{"(a)", "(b)", "(c)", "(d)"} {
		if !slices.ContainsFunc(legal, func(id string) bool { q, _ := p.Template().Question(id); return strings.HasSuffix(q.Article, letter) }) {
			t.Errorf("the template has nothing for Art. 33(3)%s", letter)
		}
	}
	for _, a := range p.Authorities() {
		form := p.Form(a)
		asked := map[string]bool{}
		for _, g := range form.Groups {
			for _, q := range g.Questions {
				for _, part := range q.Parts {
					asked[part.ID] = true
				}
				if err := complete(q, a); err != nil {
					t.Errorf("%s %s: %v", a.ID, q.ID, err)
				}
			}
		}
		for _, id := range append(legal, "type", "earlier", "withdrawal_reason", "late_reason", "aware", "people_told") {
			if !asked[id] {
				t.Errorf("%s does not ask for %s", a.ID, id)
			}
		}
	}
}

// complete says what a question of a form lacks.
func complete(q workflow.FormQuestion, a workflow.Authority) error {
	for _, lang := range workflow.Languages() {
		if q.Label[lang] == "" {
			return fmt.Errorf("no label in %s", lang)
		}
	}
	if q.Kind.HasOptions() != (len(q.Options) > 0) || (q.Max == 0) != q.Kind.HasOptions() {
		return fmt.Errorf("kind %s with %d options and at most %d characters", q.Kind, len(q.Options), q.Max)
	}
	for _, o := range q.Options {
		for _, lang := range workflow.Languages() {
			if o.Label[lang] == "" {
				return fmt.Errorf("option %s without a label in %s", o.ID, lang)
			}
		}
	}
	main, ok := q.Main()
	if !ok || !q.Kind.HasOptions() {
		return nil
	}
	for _, c := range main.Options {
		if _, ok := q.OptionOf(c.ID); !ok {
			return fmt.Errorf("the canonical %s has no option", c.ID)
		}
	}
	return nil
}

func TestFormTakesFromTheTemplateWhatTheAuthorityLeavesOpen(t *testing.T) {
	t.Parallel()
	p := load(t)
	ap, err := p.Authority("NL-AP")
	if err != nil {
		t.Fatal(err)
	}
	form := p.Form(ap)
	sector, ok := form.Question("activity")
	if !ok || sector.ID != "sector" || sector.Stored != "activity" || len(sector.Parts) != 2 || sector.Label["fr"] == "" || !sector.Required {
		t.Errorf("sector: %+v", sector)
	}
	incident, _ := form.Question("incident")
	for code, want := range map[string]string{"phishing": "hacking", "ransomware": "hacking", "verbal_disclosure": "verbal", "other": "other"} {
		if o, _ := incident.OptionOf(code); o.ID != want {
			t.Errorf("%s is %s", code, o.ID)
		}
	}
	if incident.Number != "4.3" {
		t.Errorf("incident is %s", incident.Number)
	}
	cnpd, err := p.Authority("LU-CNPD")
	if err != nil {
		t.Fatal(err)
	}
	fallback := p.Form(cnpd)
	if len(fallback.Groups) != len(p.Template().Sections) {
		t.Fatalf("%d groups without own questions", len(fallback.Groups))
	}
	for i, s := range p.Template().Sections {
		for k, q := range s.Questions {
			if got := fallback.Groups[i].Questions[k]; got.ID != q.ID || got.Stored != q.ID || got.Required != q.First {
				t.Errorf("%s: %+v", q.ID, got)
			}
		}
	}
}
