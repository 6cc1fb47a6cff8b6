package web

import (
	"slices"

	"clepsydra/internal/firm"
	"clepsydra/internal/incident"
	"clepsydra/internal/obligation"
	"clepsydra/internal/workflow"
)

// lawAsked is a law that may apply: why it is proposed, or what was said about it.
type lawAsked struct {
	ID      string
	Name    workflow.Text
	Summary workflow.Text
	Why     workflow.Text
	Verdict workflow.Verdict
	Open    []workflow.FirmQuestion
	Answer  obligation.Applied
	IsOwn   bool
}

// Answered reports whether somebody said that it applies or not.
func (l lawAsked) Answered() bool { return l.Answer.Regime != "" }

// ask fills in the laws that may apply, and what was said about them.
func (v *Visit) ask(page *clocksPage) error {
	i := page.Head.I
	answers, err := obligation.AppliedTo(v.Ctx(), v.S.d.DB.R, i.ID)
	if err != nil {
		return err
	}
	at := v.Now.In(v.Firm.Location())
	var all []lawAsked
	for _, p := range v.S.d.Packs.Proposals(at, answersOf(v.Firm.Laws), factsOf(i, v.Firm), true) {
		all = append(all, lawAsked{ID: p.Regime.ID, Name: p.Regime.Name, Summary: p.Regime.Summary, Why: p.Regime.Applies.Why, Verdict: p.Verdict, Open: p.Open})
	}
	for _, c := range v.Firm.Laws.Current() {
		all = append(all, lawAsked{ID: c.ID, Name: workflow.Text{"en": c.Name}, Summary: workflow.Text{"en": c.Note}, Verdict: workflow.Concerns, IsOwn: true})
	}
	for _, l := range all {
		k := slices.IndexFunc(answers, func(a obligation.Applied) bool { return a.Regime == l.ID })
		if k >= 0 {
			l.Answer = answers[k]
		}
		switch {
		case l.Answered() && l.Answer.Applies:
		case !l.Answered() && l.Verdict == workflow.Concerns:
			page.Proposed = append(page.Proposed, l)
		case !l.Answered() && l.Verdict == workflow.Unclear:
			page.Unclear = append(page.Unclear, l)
		default:
			page.Others = append(page.Others, l)
		}
	}
	for _, r := range v.S.d.Packs.Regimes(at) {
		if !r.IsLaw() && r.IsFor(v.Firm.Country) {
			page.NotLaw = append(page.NotLaw, r)
		}
	}
	return nil
}

// answersOf are the firm's answers as expressions read them.
func answersOf(l firm.Laws) workflow.Answers {
	out := make(workflow.Answers, len(l.Answers))
	for id, a := range l.Answers {
		out[id] = a.Yes
	}
	return out
}

// factsOf is what expressions know of an incident.
func factsOf(i incident.Incident, f firm.Firm) workflow.Facts {
	return workflow.Facts{
		Country: f.Country, Sector: f.Sector, Breach: i.IsBreach(), Confidentiality: i.Kinds.Confidentiality,
		Integrity: i.Kinds.Integrity, Availability: i.Kinds.Availability, Risk: string(i.Risk), Scenario: i.Scenario,
	}
}

// askedByOthers are the duties of laws besides the GDPR, and of contracts; they are
// done on the page of the clocks.
func (v *Visit) askedByOthers(head Head) []asked {
	var list []asked
	for _, o := range head.Duties {
		if o.IsOfGDPR() {
			continue
		}
		a := asked{Obligation: o, Name: v.dutyName(o), State: string(o.State), Tab: "/clocks"}
		if rule, err := v.rule(o); err == nil {
			a.Summary = rule.Summary
		}
		if o.IsOverdue(v.Now) {
			a.State = "overdue"
		}
		if !o.DueAt.IsZero() {
			a.DueAt = v.readable(o)
		}
		list = append(list, a)
	}
	return list
}
