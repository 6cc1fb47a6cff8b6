package workflow

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"clepsydra/workflows"
)

// templateChange is one place of the shipped template made wrong. Whole bad files
// would be long, and every authority would complain of the questions they lack.
type templateChange struct{ name, old, new, want string }

func templateChanges() []templateChange {
	return []templateChange{
		{"id", "id: reporter_contact", "id: Reporter", "is not a name"},
		{"twice", "id: reporter_contact", "id: reporter", "is there twice"},
		{"row", "row: 22", "row: 127", "is not a row of the EDPB template"},
		{"kind", "kind: instant", "kind: moment", "is not one of"},
		{"origin", "origin: lead", "origin: mars", "is not one of"},
		{"fixed without origin", "        origin: lead\n", "", "what is fixed needs an origin"},
		{"when", "when: late", "when: early", "is not one of"},
		{"condition on nothing", "unless: {question: others_involved", "unless: {question: nobody", "is not a question that comes before"},
		{"condition on what follows", "unless: {question: others_involved", "unless: {question: police", "is not a question that comes before"},
		{"condition on no option", "answer: ['no']", "answer: [maybe]", "is not an option of"},
		{"condition without answer", "answer: ['no']", "answer: []", "the list is empty"},
		{"options of a text", "id: activity\n        row: 17\n        kind: text", "id: activity\n        row: 17\n        kind: choice", "options belong to the kinds"},
		{"option twice", "{id: sme,", "{id: micro,", "is there twice"},
		{"code of a scenario", "{id: verbal_disclosure,", "{id: verbal,", `has no option "verbal_disclosure"`},
		{"data type", "{id: basic,", "{id: names,", `has no option "basic"`},
		{"question of the codes", "id: cause", "id: causes", `there is no question "cause"`},
		{"empty section", "\n  - id: risk\n", "\n  - id: nothing\n    title: {nl: x, fr: x, de: x, en: x}\n    questions: []\n  - id: risk\n", "the list is empty"},
		{"no law", "article: 33(3)", "article: 33(4)", "no question carries an article"},
		{"header", "id: edpb", "id: other", "must be called"},
	}
}

// changed is the shipped template with the change.
func (c templateChange) changed(t *testing.T) Own {
	t.Helper()
	src, err := workflows.FS.ReadFile(templateFile)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(src), c.old) {
		t.Fatalf("%s: the template has no %q", c.name, c.old)
	}
	return Own{templateFile: []byte(strings.ReplaceAll(string(src), c.old, c.new))}
}

// TestTemplateRefuses changes one place of the shipped template at a time.
func TestTemplateRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range templateChanges() {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := LoadWith(workflows.FS, tt.changed(t), time.Now)
			var problems Problems
			if !errors.As(err, &problems) {
				t.Fatalf("accepted: %v", err)
			}
			at := slices.IndexFunc(problems, func(p Problem) bool { return p.File == templateFile && strings.Contains(p.Text, tt.want) })
			if at < 0 || problems[at].Line == 0 {
				t.Errorf("got %v, want %q with its place", err, tt.want)
			}
		})
	}
}
