package deadline_test

import (
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"text/template"

	"clepsydra/internal/deadline"

	"github.com/goccy/go-yaml"
)

// everyStep computes deadlines until each kind of step has been seen at least once.
func everyStep(t *testing.T) []deadline.Step {
	t.Helper()
	loc := zone(t, "Europe/Brussels")
	var all []deadline.Step
	for _, start := range []string{"2026-06-09T10:17:00+02:00", "2026-03-27T18:30:00+01:00"} {
		d, err := deadline.Hours(72, instant(t, start), loc)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, d.Steps...)
	}
	for _, unit := range []deadline.Unit{deadline.UnitDays, deadline.UnitWeeks, deadline.UnitMonths} {
		for n := 1; n <= 3; n++ {
			for d := day(t, "2026-01-01"); d.Year == 2026; d = d.AddDays(1) {
				got, err := deadline.FromDay(deadline.Period{Amount: n, Unit: unit}, d, loc, belgium())
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, got.Steps...)
			}
		}
	}
	return all
}

// TestStepsHaveWords: every step can be said in every language, with all its
// placeholders, and no translation is left over.
func TestStepsHaveWords(t *testing.T) {
	t.Parallel()
	steps := everyStep(t)
	for _, lang := range []string{"nl", "fr", "de", "en"} {
		words := readWords(t, lang)
		used := make(map[string]bool)
		for _, s := range steps {
			used[s.Key] = true
			tmpl, ok := words[s.Key]
			if !ok {
				t.Fatalf("%s has no %s", lang, s.Key)
			}
			if err := tmpl.Execute(io.Discard, s.Args); err != nil {
				t.Fatalf("%s %s: %v", lang, s.Key, err)
			}
		}
		for key := range words {
			if strings.HasPrefix(key, "deadline.") && !used[key] {
				t.Errorf("%s: %s is never used", lang, key)
			}
		}
		if len(used) != 18 {
			t.Errorf("%d kinds of step were seen, want 18", len(used))
		}
	}
}

func readWords(t *testing.T, lang string) map[string]*template.Template {
	t.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("../../templates/locales/deadline.%s.yaml", lang))
	if err != nil {
		t.Fatal(err)
	}
	var texts map[string]string
	if err := yaml.Unmarshal(raw, &texts); err != nil {
		t.Fatal(err)
	}
	out := make(map[string]*template.Template, len(texts))
	for key, s := range texts {
		tmpl, err := template.New(key).Option("missingkey=error").Parse(s)
		if err != nil {
			t.Fatalf("%s %s: %v", lang, key, err)
		}
		out[key] = tmpl
	}
	return out
}
