package web

import (
	"slices"
	"strings"
	"time"

	"clepsydra/internal/assessment"
	"clepsydra/internal/workflow"
)

// This file and assess_form.go show an assessment, whatever it judges. A page has
//
//	<form ...>{{csrf}}
//	<div data-assess hx-post="/.../preview" hx-trigger="change delay:200ms" hx-target="#assess-outcome" hx-swap="innerHTML">
//	{{range .D.Questions}}{{template "assess_question" .}}{{end}}</div> ... </form>
//	<div id="assess-outcome">{{template "assess_outcome" (sub . .D.Outcome)}}</div>
//
// Every question of the page is in it, those not asked hidden. The address of hx-post
// answers with the part assess_outcome, whose data-asked tells the page's script what
// to show; without a script the questions come up when the form is saved. Inputs are
// never replaced, so that nothing typed is lost.

// assessQuestion is one question as the part assess_question shows it.
type assessQuestion struct {
	ID, Field string // Field is the name of its inputs
	Kind      workflow.QuestionKind
	Text      string
	Help      string
	Source    string
	Options   []assessOption
	Wide      bool   // so many short options that they stand in columns
	None      string // "nothing of this", of a question with many answers
	IsNone    bool
	IsUnknown bool   // "not known yet" was chosen
	NoIdea    bool   // a quiz: "I do not know" in its place
	Typed     string // a number or a text as it was typed
	Asked     bool   // its condition holds
	Errors    []string
	By        string    // who gave the answer that stands; empty: nobody yet
	At        time.Time // when
}

// assessOption is one answer to choose.
type assessOption struct {
	ID, Label, Help string
	Chosen          bool
}

// assessOutcome is what the answers lead to, as the part assess_outcome shows it.
type assessOutcome struct {
	IsEmpty     bool   // nothing is known yet
	Name        string // of the outcome proposed
	Meaning     string
	Tone        string // ok, warn or crit
	Enough      bool
	Best, Worst string         // names, while not enough is known
	Rules       []assessReason // that hold
	May         []assessReason // that hold if what is unknown turns out grave
	Movers      []assessReason // answers that raise or lower
	Others      []assessReason // answers that change nothing as things stand
	Changes     []assessChange
	Notes       []string
	Figures     []assessFigure
	Near        *assessNear
	Unknown     []assessUnknown // questions that still count, the weightiest first
	More        []assessUnknown // the rest of them
	Asked       string          // ids of the questions to show, with blanks between
}

// assessReason is one reason in words with its weight in steps.
type assessReason struct {
	Text    string
	Effect  assessment.Effect
	Weight  int
	Outcome string // where a rule leads, by name
	Source  string
}

// assessChange is what would lead elsewhere.
type assessChange struct{ If, Outcome string }

// assessFigure is one value with its name.
type assessFigure struct{ Name, Value, Help string }

// assessNear is the published example that is most like the answers.
type assessNear struct {
	Title, Source, Outcome string
	Percent                int
	IsSame                 bool     // it came to the outcome proposed here
	Apart                  []string // what was otherwise there
}

// assessUnknown is a question that still counts.
type assessUnknown struct{ Text, Link string }

// assessGiven says who gave an answer last.
type assessGiven struct {
	By string
	At time.Time
}

// mostUnknown is how many questions are named at once.
const mostUnknown = 6

// leastLike is how alike an example must be before it is shown.
const leastLike = 0.5

// assessOutcome puts what the answers lead to into words. link gives the address of
// a question's place on the page; it may be nil.
func (v *Visit) assessOutcome(pack workflow.Assessment, answers assessment.Answers, link func(question string) string) (assessOutcome, error) {
	now, err := assessment.Evaluate(pack, answers)
	if err != nil {
		return assessOutcome{}, err
	}
	asked, err := assessment.Asked(pack, answers)
	if err != nil {
		return assessOutcome{}, err
	}
	out := assessOutcome{
		IsEmpty: !anyKnown(answers), Name: v.outcomeName(pack, now.Rank), Meaning: v.packText(pack.Outcomes[now.Rank].Meaning),
		Tone: toneOf(pack, now.Rank), Enough: now.Enough, Best: v.outcomeName(pack, now.Best), Worst: v.outcomeName(pack, now.Worst),
		Asked: strings.Join(asked, " "),
	}
	for _, n := range pack.Notes {
		if slices.Contains(now.SureNotes(), n.ID) {
			out.Notes = append(out.Notes, v.packText(n.Text))
		}
	}
	for _, id := range now.Unknown {
		if q, ok := pack.Question(id); ok && slices.Contains(asked, id) {
			u := assessUnknown{Text: v.packText(q.Short)}
			if link != nil {
				u.Link = link(id)
			}
			out.Unknown = append(out.Unknown, u)
		}
	}
	if len(out.Unknown) > mostUnknown {
		out.Unknown, out.More = out.Unknown[:mostUnknown], out.Unknown[mostUnknown:]
	}
	v.addFigures(&out, pack, now)
	return out, v.explain(&out, pack, answers, now)
}

// explain adds the reasons, what would change the outcome and the nearest example.
func (v *Visit) explain(out *assessOutcome, pack workflow.Assessment, answers assessment.Answers, now assessment.Outcome) error {
	reasons, err := assessment.Reasons(pack, answers, now)
	if err != nil {
		return err
	}
	for _, r := range reasons {
		out.add(v.reasonShown(pack, answers, r))
	}
	changes, err := assessment.Changes(pack, answers, now)
	if err != nil {
		return err
	}
	for _, c := range changes {
		out.Changes = append(out.Changes, assessChange{assessment.SayChange(pack, c, v.P.Lang(), v.P.Country()), v.outcomeName(pack, c.Rank)})
	}
	near, err := assessment.Nearest(pack, answers, 1)
	if err != nil || len(near) == 0 || near[0].Likeness < leastLike {
		return err
	}
	c := near[0].Case
	out.Near = &assessNear{
		Title: v.packText(c.Title), Source: c.Source, Outcome: v.outcomeName(pack, pack.Rank(c.Outcome)),
		Percent: int(near[0].Likeness*100 + 0.5), IsSame: c.Outcome == now.Proposed,
	}
	return v.setApart(out.Near, pack, answers, c)
}

// setApart says in what the nearest example differs, by its answers.
func (v *Visit) setApart(near *assessNear, pack workflow.Assessment, answers assessment.Answers, c workflow.Case) error {
	theirs, err := assessment.ReadAll(pack, c.Answers)
	if err != nil {
		return err
	}
	for _, id := range assessment.Apart(pack, answers, theirs) {
		q, _ := pack.Question(id)
		near.Apart = append(near.Apart, v.packText(q.Short)+v.P.T("assess.colon", nil)+" "+assessment.Say(q, theirs[id], v.P.Lang(), v.P.Country()))
	}
	return nil
}

func (o *assessOutcome) add(r assessReason) {
	switch r.Effect {
	case assessment.Reaches:
		o.Rules = append(o.Rules, r)
	case assessment.May:
		o.May = append(o.May, r)
	case assessment.Neutral:
		o.Others = append(o.Others, r)
	default:
		o.Movers = append(o.Movers, r)
	}
}

func (v *Visit) reasonShown(pack workflow.Assessment, answers assessment.Answers, r assessment.Reason) assessReason {
	out := assessReason{Text: assessment.SayReason(pack, answers, r, v.P.Lang(), v.P.Country()), Effect: r.Effect, Weight: r.Weight}
	for _, rule := range pack.Rules {
		if rule.ID == r.Rule {
			out.Outcome, out.Source = v.outcomeName(pack, pack.Rank(r.Outcome)), rule.Source
		}
	}
	return out
}

// addFigures shows the values that the pack names: at worst, and where it differs at
// best.
func (v *Visit) addFigures(out *assessOutcome, pack workflow.Assessment, now assessment.Outcome) {
	for _, f := range pack.Figures {
		best, worst := v.figure(now.AtBest.Values[f.Value]), v.figure(now.AtWorst.Values[f.Value])
		if best != worst {
			worst = best + " – " + worst
		}
		out.Figures = append(out.Figures, assessFigure{v.packText(f.Name), worst, v.packText(f.Help)})
	}
}

func (v *Visit) outcomeName(pack workflow.Assessment, rank int) string {
	if rank < 0 || rank >= len(pack.Outcomes) {
		return ""
	}
	return v.packText(pack.Outcomes[rank].Name)
}

// packText is a text of a pack in the visitor's language and his firm's country.
func (v *Visit) packText(text workflow.Text) string { return text.In(v.P.Lang(), v.P.Country()) }

// toneOf is the colour of an outcome by its place.
func toneOf(pack workflow.Assessment, rank int) string {
	switch rank {
	case 0:
		return "ok"
	case len(pack.Outcomes) - 1:
		return "crit"
	}
	return "warn"
}

func anyKnown(answers assessment.Answers) bool {
	for _, a := range answers {
		if a.Known {
			return true
		}
	}
	return false
}
