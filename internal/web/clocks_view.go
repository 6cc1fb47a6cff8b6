package web

import (
	"html/template"
	"slices"
	"time"

	"clepsydra/internal/deadline"
	"clepsydra/internal/incident"
	"clepsydra/internal/obligation"
	"clepsydra/internal/response"
	"clepsydra/internal/workflow"
)

// clocksPage is the page /incidents/:id/clocks.
type clocksPage struct {
	handled
	Laws     []lawShown
	Proposed []lawAsked // not answered, and the firm is concerned
	Unclear  []lawAsked // not answered, and questions about the firm decide
	Others   []lawAsked // answered with no, or that do not concern the firm
	NotLaw   []workflow.Regime
	Moments  []momentShown
	Picture  template.HTML
	Squeezed bool // later days are drawn closer together
	Names    map[string]string
	Now      string // value of a field for this minute
	Typed    clockForm
}

// In returns the reasons why a form was refused, if it is that form.
func (p clocksPage) In(verb, about string, e Errors) Errors {
	if !p.Typed.Is(verb, about) {
		return Errors{}
	}
	return e
}

// UnclearRefused and OthersRefused report whether the form that was refused is in a
// list that is folded.
func (p clocksPage) UnclearRefused() bool { return p.isIn(p.Unclear) }

// OthersRefused: see UnclearRefused.
func (p clocksPage) OthersRefused() bool { return p.isIn(p.Others) }

func (p clocksPage) isIn(list []lawAsked) bool {
	return slices.ContainsFunc(list, func(l lawAsked) bool { return p.Typed.Is("law", l.ID) })
}

// lawShown is a law that applies, with its steps.
type lawShown struct {
	response.Law
	IsOwn  bool
	Points []workflow.NationalPoint
	Steps  []stepShown
}

// Concerns reports whether a step needs a moment that is set on this page.
func (l lawShown) Concerns(k incident.MomentKind) bool {
	for _, s := range l.Law.Steps {
		if k == incident.AwareOther && s.Rule.StartsFrom == workflow.Aware || string(s.Rule.StartsFrom) == string(k) {
			return true
		}
	}
	return false
}

// stepShown is one step as the list shows it.
type stepShown struct {
	response.LawStep
	Law      workflow.Regime
	State    string // of duty_state.*; empty while there is no obligation
	Deadline *deadline.Deadline
	After    string    // name of the step it waits for
	Tab      string    // where it is done, for the duties of the GDPR
	Late     bool      // sent now it would be late
	End      time.Time // as people read it; zero without a limit
}

// Exists reports whether the step has an obligation.
func (s stepShown) Exists() bool { return s.Obligation.ID != "" }

// IsQuiet reports whether there is nothing to draw: nobody asked for it, or it is
// not needed.
func (s stepShown) IsQuiet() bool {
	return !s.Exists() && s.LawStep.State != obligation.StepWaits && s.LawStep.State != obligation.StepUntimed && s.LawStep.State != obligation.StepUndecided
}

func (v *Visit) clocksPage() (clocksPage, error) {
	head, err := v.S.head(v, "clocks")
	if err != nil {
		return clocksPage{}, err
	}
	page := clocksPage{handled: handled{head}, Now: v.local(v.Now)}
	if _, page.Names, err = v.accounts(); err != nil {
		return page, err
	}
	laws, err := v.S.d.Response.LawsOf(v.Ctx(), v.S.d.DB.R, head.I, v.Firm)
	if err != nil {
		return page, err
	}
	for _, l := range laws {
		shown, err := v.lawShown(l)
		if err != nil {
			return page, err
		}
		page.Laws = append(page.Laws, shown)
	}
	if err := v.ask(&page); err != nil {
		return page, err
	}
	if page.Moments, err = v.lawMoments(page); err != nil {
		return page, err
	}
	page.Picture, page.Squeezed = v.lanes(page.Laws)
	return page, nil
}

func (v *Visit) lawShown(l response.Law) (lawShown, error) {
	out := lawShown{Law: l, IsOwn: response.IsOwnClock(l.Regime.ID), Points: l.Regime.PointsFor(v.Firm.Country)}
	for _, s := range l.Steps {
		shown, err := v.stepShown(l.Regime, s)
		if err != nil {
			return out, err
		}
		out.Steps = append(out.Steps, shown)
	}
	return out, nil
}

func (v *Visit) stepShown(r workflow.Regime, s response.LawStep) (stepShown, error) {
	out := stepShown{LawStep: s, Law: r}
	if before, err := r.Duty(s.Step.After); err == nil {
		out.After = before.Name.In(v.P.Lang(), v.P.Country())
	}
	if !out.Exists() {
		return out, nil
	}
	o := s.Obligation
	out.State, out.Tab, out.Late, out.End = string(o.State), tabOf(o.Duty), o.IsOverdue(v.Now), v.readable(o)
	if out.Late {
		out.State = "overdue"
	}
	if s.Rule.Limit == nil || s.State != obligation.StepRuns {
		return out, nil
	}
	at := s.Moments
	if o.IsOfGDPR() {
		at = workflow.Moments{s.Rule.StartsFrom: o.StartedAt}
	}
	cal, err := v.S.d.Packs.CalendarIn(v.Firm.Country, v.P.Lang())
	if err != nil {
		return out, err
	}
	d, err := s.Rule.Deadline(at, v.Firm.Location(), cal)
	out.Deadline = &d
	return out, err
}

// lawMoments are the moments that the laws of this incident run from and that are
// set here, each with every value it ever had, the latest first.
func (v *Visit) lawMoments(page clocksPage) ([]momentShown, error) {
	history, err := incident.MomentsOf(v.Ctx(), v.S.d.DB.R, page.Head.I.ID)
	if err != nil {
		return nil, err
	}
	var out []momentShown
	for _, k := range incident.LawMoments() {
		needed := slices.ContainsFunc(page.Laws, func(l lawShown) bool { return l.Concerns(k) })
		if k == incident.AwareOther && page.IsBreach() || !needed {
			continue
		}
		m := momentShown{Kind: k, Settles: true}
		for _, h := range slices.Backward(history) {
			if h.Kind == k {
				m.History = append(m.History, h)
			}
		}
		if len(m.History) > 0 {
			m.By, m.Now = m.History[0].SetBy, incident.Moment{At: m.History[0].At, Reason: m.History[0].Reason}
		}
		out = append(out, m)
	}
	return out, nil
}

// endOf is where a lane ends: the end of the law or our aim, else where the duty was
// settled, else nowhere yet.
func endOf(o obligation.Obligation) time.Time {
	if end := o.EndAt(); !end.IsZero() {
		return end
	}
	return o.SettledAt
}
