// Package notification is what the authority is told (Art. 33 GDPR): the questions of
// its own form in its own order, the answers taken from the facts or typed, and what is
// missing.
//
// Answers belong to the canonical questions of the EDPB's common template, so that one
// answer serves every form; the rule packs say which question of a form asks for which
// of them. A notification may be incomplete at first (Art. 33(4)): "not known yet" and
// "under investigation" are answers.
package notification

import (
	"slices"
	"strings"
	"time"

	"clepsydra/internal/incident"
	"clepsydra/internal/obligation"
	"clepsydra/internal/workflow"
)

// Words are the translations in the language of the notification.
type Words interface {
	T(key string, args map[string]any) string
	DateTime(t time.Time) string
	Number(n int) string
	Lang() string
	Country() string
}

// Facts are what the answers follow from. Texts of people (Description and the
// typed answers) are taken as they are.
type Facts struct {
	Firm        Sender
	Incident    incident.Incident
	Obligation  obligation.Obligation
	Filings     []obligation.Filing
	Template    workflow.Template
	Form        workflow.Form // of the authority
	Phase       obligation.Phase
	Nature      []string // codes of what the scenario usually is (row 60)
	Description string
	Data        []workflow.Category
	RiskReason  string
	People      People
	At          time.Time // the present: an open duty past its end needs reasons; zero: not looked at
}

// Sender is the firm and who speaks for it.
type Sender struct {
	Name, Number, Contact     string
	Reporter, ReporterContact string
	DPO, ContactPoint         string
	Sector, Size, Activity    string // stored answers: options of the questions
	Country                   string
}

// People is what is known of those affected. Frozen lists give exact numbers.
type People struct {
	Known     bool
	Exact     bool
	Number    int
	Minors    int
	Countries map[string]int
	Letters   int // letters that were sent
	ToldAt    time.Time
	Needed    bool // Art. 34 asks for it
	Waived    string
	Content   string // what the letters say
}

// composer puts one dossier together.
type composer struct {
	Facts
	typed map[string]Answer
	w     Words
}

// Compose puts the notification together in the order of the authority's form. Typed
// answers stand for their questions; a typed "not known" or "under investigation"
// replaces nothing that the facts know. When a notification is taken back, only the
// questions for that are asked.
func Compose(f Facts, typed map[string]Answer, w Words) Dossier {
	c := composer{f, typed, w}
	d := Dossier{Authority: f.Form.Authority, Language: w.Lang(), Reference: f.Incident.Ref, Phase: string(f.Phase)}
	for _, g := range f.Form.Groups {
		chapter := Chapter{ID: g.ID, Number: g.Number, Title: c.in(g.Title), Certainty: g.Certainty}
		for _, q := range g.Questions {
			if c.asks(q) {
				chapter.Rows = append(chapter.Rows, c.row(q))
			}
		}
		if len(chapter.Rows) > 0 {
			d.Chapters = append(d.Chapters, chapter)
		}
	}
	return d
}

func (c composer) in(t workflow.Text) string { return t.In(c.w.Lang(), c.w.Country()) }

// asks leaves out the questions that the case does not raise.
func (c composer) asks(q workflow.FormQuestion) bool {
	if c.Phase == obligation.Withdrawal && !identifies(q) {
		return false
	}
	main, ok := q.Main()
	if !ok {
		return c.isCase(q.When)
	}
	main.When = q.When
	return c.raises(main)
}

// identifies reports whether a question says which notification it is and from whom.
func identifies(q workflow.FormQuestion) bool {
	return slices.ContainsFunc(q.Parts, func(p workflow.Canonical) bool { return p.Withdrawal })
}

// raises reports whether the case raises a canonical question.
func (c composer) raises(q workflow.Canonical) bool {
	if !c.isCase(q.When) {
		return false
	}
	said := func(e *workflow.Earlier) bool {
		other, _ := c.Template.Question(e.Question)
		return slices.ContainsFunc(c.answer(other).options, func(o string) bool { return slices.Contains(e.Answer, o) })
	}
	return (q.Only == nil || said(q.Only)) && (q.Unless == nil || !said(q.Unless))
}

func (c composer) isCase(when workflow.Circumstance) bool {
	switch when {
	case workflow.WhenFollowUp:
		return c.Phase != obligation.Initial
	case workflow.WhenWithdrawn:
		return c.Phase == obligation.Withdrawal
	case workflow.WhenLate:
		return c.Obligation.State == obligation.MetLate || c.Obligation.IsOverdue(c.At)
	case workflow.WhenTold:
		return !c.Incident.Moments.Told.At.IsZero()
	case workflow.WhenInformed:
		return !c.People.ToldAt.IsZero()
	case workflow.WhenNeeded:
		return c.People.Needed && c.People.Waived == ""
	case workflow.WhenSilent:
		return c.People.Waived != ""
	}
	return true
}

// answered is what stands for a question: options by their id, or a text, or both.
type answered struct {
	value
	state   State
	isTyped bool
}

// answer is what stands for a canonical question: what was typed, else the fact.
func (c composer) answer(q workflow.Canonical) answered {
	fact := c.fact(q.ID)
	a, ok := c.typed[q.ID]
	if ok && (!q.Fixed || a.State.IsOpen()) && (!a.State.IsOpen() || fact.isEmpty()) {
		return c.typedAnswer(a, q.Has)
	}
	if fact.isEmpty() {
		return answered{state: Missing}
	}
	return answered{value: fact, state: Given}
}

func (c composer) typedAnswer(a Answer, isOption func(string) bool) answered {
	out := answered{state: a.State, isTyped: true}
	switch lines := strings.Split(a.Text, "\n"); {
	case a.State != Given:
		out.text = c.w.T("notification.state_"+string(a.State), nil)
	case !slices.ContainsFunc(lines, func(l string) bool { return !isOption(l) }):
		out.options = lines
	default:
		out.text = a.Text
	}
	return out
}

// row answers one question of the form. The further canonical questions that it takes
// together stand under the main one.
func (c composer) row(q workflow.FormQuestion) Row {
	r := Row{
		ID: q.ID, Number: q.Number, Label: c.in(q.Label), Hint: c.in(q.Hint), Kind: q.Kind, Stored: q.Stored, First: q.Required,
		Identify: identifies(q), Max: q.Max, MaxKnown: q.MaxKnown, Certainty: q.Certainty, State: Missing,
	}
	main, isCanonical := q.Main()
	var a answered
	if isCanonical {
		r.Article, r.Origin, r.Fixed = main.Article, main.Origin, main.Fixed
		main.Options = append(slices.Clone(main.Options), ownChoices(q)...)
		a = c.answer(main)
	} else {
		a = c.own(q)
	}
	r.State, r.IsTyped, r.Raw = a.state, a.isTyped, a.raw(a.state)
	r.Options = picks(q, a.options, c.in)
	parts := []string{c.write(q, a)}
	for _, p := range q.Parts[min(1, len(q.Parts)):] {
		if more := c.answer(p); more.state == Given && c.raises(p) {
			parts = append(parts, c.writeCanonical(p, more))
			if r.State == Missing && !main.First {
				r.State = Given
			}
		}
	}
	r.Text = strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), "\n")
	if r.State == Missing {
		r.Text = ""
	}
	c.limit(&r, q)
	return r
}

func (c composer) own(q workflow.FormQuestion) answered {
	a, ok := c.typed[q.Stored]
	if !ok {
		return answered{state: Missing}
	}
	return c.typedAnswer(a, func(id string) bool { _, ok := q.OptionOf(id); return ok })
}

// ownChoices are the options that only this form has.
func ownChoices(q workflow.FormQuestion) []workflow.Choice {
	var out []workflow.Choice
	for _, o := range q.Options {
		if len(o.Is) == 0 {
			out = append(out, workflow.Choice{ID: o.ID, Label: o.Label})
		}
	}
	return out
}
