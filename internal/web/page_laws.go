package web

import (
	"strconv"

	"clepsydra/internal/fault"
	"clepsydra/internal/firm"
	"clepsydra/internal/workflow"
)

// lawsRoutes: which laws concern the firm, and the clocks of its contracts.
func (s *Server) lawsRoutes() []Route {
	return []Route{
		get("/settings/laws", showLaws), post("/settings/laws", saveAnswers),
		post("/settings/laws/clock", saveClock), post("/settings/laws/clock/end", endClock),
	}
}

// errAnswer refuses an answer that is none of the three.
var errAnswer = fault.New(fault.Invalid, "laws.answer_unknown")

// lawsPage is the page /settings/laws.
type lawsPage struct {
	Questions []questionShown
	Laws      []workflow.Proposal
	Always    workflow.Regime // the GDPR, which needs no question
	Points    []workflow.NationalPoint
	NotLaw    []workflow.Regime
	Clocks    []firm.OwnClock
	Clock     clockTyped
	Names     map[string]string
	Refused   string // the form that was refused: answers or clock
}

// In returns the reasons why a form was refused, if it is that form.
func (p lawsPage) In(form string, e Errors) Errors {
	if form != p.Refused {
		return Errors{}
	}
	return e
}

// questionShown is a question with the firm's answer: yes, no or unknown.
type questionShown struct {
	workflow.FirmQuestion
	Said  string
	Given firm.Answer // who and when; zero while it is not known
}

// clockTyped is a clock as it was typed.
type clockTyped struct {
	firm.OwnClock
	AmountText string
}

func showLaws(v *Visit) error {
	page, err := v.lawsPage(v.Firm)
	if err != nil {
		return err
	}
	if c, ok := v.Firm.Laws.Latest(v.C.Query("clock")); ok && c.EndedAt.IsZero() {
		page.Clock = clockTyped{c, strconv.Itoa(c.Amount)}
	}
	return v.Page("settings_laws", page)
}

func (v *Visit) lawsPage(f firm.Firm) (lawsPage, error) {
	at := v.Now.In(f.Location())
	page := lawsPage{Clocks: f.Laws.Current(), Clock: clockTyped{OwnClock: firm.OwnClock{To: firm.ClockToInsurer, Unit: firm.ClockHours, From: firm.ClockAware}}}
	var err error
	if page.Always, err = v.S.d.Packs.Regime("gdpr", at); err != nil {
		return page, err
	}
	page.Points = page.Always.PointsFor(f.Country)
	page.Laws = v.S.d.Packs.Proposals(at, answersOf(f.Laws), workflow.Facts{Country: f.Country, Sector: f.Sector}, false)
	for _, q := range v.S.d.Packs.FirmQuestions(at, f.Country) {
		shown := questionShown{FirmQuestion: q, Said: "unknown"}
		if a, ok := f.Laws.Answers[q.ID]; ok {
			shown.Given, shown.Said = a, "no"
			if a.Yes {
				shown.Said = "yes"
			}
		}
		page.Questions = append(page.Questions, shown)
	}
	for _, r := range v.S.d.Packs.Regimes(at) {
		if !r.IsLaw() && r.IsFor(f.Country) {
			page.NotLaw = append(page.NotLaw, r)
		}
	}
	_, page.Names, err = v.accounts()
	return page, err
}

// saveAnswers keeps what was said about the firm, each answer with who and when.
func saveAnswers(v *Visit) error {
	f, err := v.fresh()
	if err != nil {
		return err
	}
	var l fault.List
	for _, q := range v.S.d.Packs.FirmQuestions(v.Now.In(f.Location()), f.Country) {
		said := v.Form("q_" + q.ID)
		if said != "yes" && said != "no" && said != "unknown" {
			l.Add(errAnswer.At("q_" + q.ID))
			continue
		}
		f.Laws = f.Laws.Say(q.ID, said == "yes", said != "unknown", v.Actor.ID, v.Now)
	}
	return v.saveLaws(f, "answers", clockTyped{}, l.OrNil())
}

// saveLaws writes the firm and comes back; a refusal shows the page again with what
// was typed.
func (v *Visit) saveLaws(f firm.Firm, form string, typed clockTyped, bad error) error {
	if bad == nil {
		bad = v.S.d.Accounts.SaveFirm(v.Ctx(), v.Actor, f)
	}
	if bad == nil {
		v.Flash("web.saved", nil)
		return v.Redirect("/settings/laws#" + form)
	}
	page, err := v.lawsPage(f)
	if err != nil {
		return err
	}
	page.Refused = form
	if form == "clock" {
		page.Clock = typed
	}
	return v.Again("settings_laws", page, bad)
}

// saveClock adds a clock or changes one: a change is a new version, and incidents
// keep the one they have.
func saveClock(v *Visit) error {
	f, err := v.fresh()
	if err != nil {
		return err
	}
	c := firm.OwnClock{
		ID: v.Form("clock"), Name: v.Form("name"), To: v.Form("to"), Whom: v.Form("whom"), Contact: v.Form("contact"),
		Unit: v.Form("unit"), From: v.Form("from"), Note: v.Form("note"),
	}
	c.Amount, _ = strconv.Atoi(v.Form("amount")) // what is no number is refused as an amount
	laws, bad := f.Laws.Put(c, v.Actor.ID, v.Now)
	if bad == nil {
		f.Laws = laws
	}
	return v.saveLaws(f, "clock", clockTyped{c, v.Form("amount")}, bad)
}

// endClock takes a clock out of use for new incidents.
func endClock(v *Visit) error {
	f, err := v.fresh()
	if err != nil {
		return err
	}
	laws, bad := f.Laws.End(v.Form("clock"), v.Now)
	if bad != nil {
		return bad
	}
	f.Laws = laws
	return v.saveLaws(f, "clock", clockTyped{}, nil)
}
