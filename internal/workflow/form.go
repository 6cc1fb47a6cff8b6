package workflow

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// OwnID is the id under which the answer to a question that only this authority asks
// is stored: answers to canonical questions are stored under their own.
func OwnID(question string) string { return "own_" + question }

// Form is an authority's form with everything filled in from the template: its groups
// and questions in its order.
type Form struct {
	Authority string
	Groups    []FormGroup
}

// FormGroup is a chapter of the form.
type FormGroup struct {
	ID, Number string
	Title      Text
	Certainty  Certainty
	Questions  []FormQuestion
}

// FormQuestion is one question of the form.
type FormQuestion struct {
	ID        string      // unique on the form
	Stored    string      // under which its answer is stored
	Number    string      // "2.3"
	Parts     []Canonical // the canonical questions it takes together, the main one first; none: its own
	Label     Text
	Hint      Text // may be missing
	Kind      FieldKind
	Options   []FormOption // each with its Is
	Required  bool         // in a first notification
	Pattern   string
	Max       int  // characters; 0: not a text
	MaxKnown  bool // false: a careful guess
	Certainty Certainty
	When      Circumstance
}

// FormOption is one option of a question and the canonical options it stands for; one
// that stands for none belongs to this form alone.
type FormOption struct {
	ID    string
	Label Text
	Is    []string
}

// Main is the canonical question that carries the answer; ok is false for a question
// of the authority's own.
func (q FormQuestion) Main() (Canonical, bool) {
	if len(q.Parts) == 0 {
		return Canonical{}, false
	}
	return q.Parts[0], true
}

// OptionOf returns the option that stands for a stored answer; false when none does.
func (q FormQuestion) OptionOf(stored string) (FormOption, bool) {
	for _, o := range q.Options {
		if slices.Contains(o.Is, stored) {
			return o, true
		}
	}
	for _, o := range q.Options {
		if o.ID == stored {
			return o, true
		}
	}
	return FormOption{}, false
}

// Matches reports whether a text has the form the question wants. An empty one has:
// whether it is missing is another matter.
func (q FormQuestion) Matches(text string) bool {
	if text == "" || q.Pattern == "" {
		return true
	}
	re, err := regexp.Compile("^(?:" + q.Pattern + ")$")
	return err == nil && re.MatchString(text)
}

// Question returns a question of the form by the id under which it is stored.
func (f Form) Question(stored string) (FormQuestion, bool) {
	for _, g := range f.Groups {
		for _, q := range g.Questions {
			if q.Stored == stored {
				return q, true
			}
		}
	}
	return FormQuestion{}, false
}

// Template is the canonical list of questions.
func (p *Packs) Template() Template { return p.template }

// Form fills an authority's form in from the template. An authority without questions
// of its own gives the template's order.
func (p *Packs) Form(a Authority) Form {
	out := Form{Authority: a.ID}
	if len(a.Groups) == 0 {
		for i, s := range p.template.Sections {
			g := FormGroup{ID: s.ID, Number: strconv.Itoa(i + 1), Title: s.Title, Certainty: a.Certainty}
			for _, q := range s.Questions {
				g.add(p.template, a, Asked{EDPB: []string{q.ID}})
			}
			out.Groups = append(out.Groups, g)
		}
		return out
	}
	for i, group := range a.Groups {
		g := FormGroup{ID: "g" + strconv.Itoa(i+1), Number: group.Number, Title: group.Title, Certainty: group.Certainty}
		if g.Number == "" {
			g.Number = strconv.Itoa(i + 1)
		}
		for _, q := range group.Questions {
			g.add(p.template, a, q)
		}
		out.Groups = append(out.Groups, g)
	}
	return out
}

func (g *FormGroup) add(t Template, a Authority, asked Asked) {
	q := FormQuestion{
		ID: asked.ID, Number: g.Number + "." + strconv.Itoa(len(g.Questions)+1), Kind: asked.Kind, Label: Text(asked.Label), Hint: asked.Hint,
		Pattern: asked.Pattern, Max: asked.Max, MaxKnown: asked.Max > 0, Certainty: asked.Certainty, When: asked.When,
	}
	for _, id := range asked.EDPB {
		if part, ok := t.Question(id); ok {
			q.Parts = append(q.Parts, part)
		}
	}
	q.inherit(asked)
	if asked.Required != nil {
		q.Required = *asked.Required
	}
	if q.Certainty == "" {
		q.Certainty = g.Certainty
	}
	switch {
	case q.Kind.HasOptions():
		q.Max = 0
	case q.Max == 0:
		q.Max = a.MaxText
	}
	q.Options = filled(asked, q.Parts)
	g.Questions = append(g.Questions, q)
}

// inherit takes from the main canonical question what the authority's own leaves open.
func (q *FormQuestion) inherit(asked Asked) {
	main, ok := q.Main()
	if !ok {
		q.Stored = OwnID(asked.ID)
		return
	}
	q.Stored = main.ID
	if q.ID == "" {
		q.ID = main.ID
	}
	if q.Kind == "" {
		q.Kind = main.Kind
	}
	if q.Hint == nil {
		q.Hint = main.Hint
	}
	if q.When == Whenever {
		q.When = main.When
	}
	q.Label = merged(asked.Label, main.Label)
	q.Required = slices.ContainsFunc(q.Parts, func(p Canonical) bool { return p.First })
}

func filled(asked Asked, parts []Canonical) []FormOption {
	var out []FormOption
	if len(asked.Options) == 0 {
		if len(parts) == 0 || asked.Kind != "" && !asked.Kind.HasOptions() {
			return nil
		}
		for _, c := range parts[0].Options {
			out = append(out, FormOption{ID: c.ID, Label: c.Label, Is: []string{c.ID}})
		}
		return out
	}
	for _, written := range asked.Options {
		o := FormOption{ID: written.ID, Label: Text(written.Label), Is: written.means(parts)}
		if len(o.Is) > 0 && len(parts) > 0 {
			for _, c := range parts[0].Options {
				if c.ID == o.Is[0] {
					o.Label = merged(written.Label, c.Label)
				}
			}
		}
		out = append(out, o)
	}
	return out
}

// merged adds to the authority's own words the languages they do not speak, as a
// reading aid. A country's variant of a language that they do speak is left out.
func merged(own PartText, canonical Text) Text {
	out := make(Text, len(canonical))
	for key, s := range canonical {
		lang, _, _ := strings.Cut(key, "-")
		if own[lang] == "" {
			out[key] = s
		}
	}
	for key, s := range own {
		out[key] = s
	}
	return out
}
