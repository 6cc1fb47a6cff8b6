package web

import (
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/account"
	"clepsydra/internal/assessment"
	"clepsydra/internal/incident"
	"clepsydra/internal/obligation"
	"clepsydra/internal/response"
	"clepsydra/internal/workflow"
)

// riskRoutes: the decision on the risk to people, and the duties that need not be
// done after all.
func (s *Server) riskRoutes() []Route {
	return []Route{
		{Method: fiber.MethodGet, Path: "/incidents/:id/risk", Needs: account.SeeBoard, Handle: showRisk},
		{Method: fiber.MethodPost, Path: "/incidents/:id/risk", Needs: account.Decide, Handle: decideRisk},
		{Method: fiber.MethodPost, Path: "/incidents/:id/waive", Needs: account.Decide, Handle: waive},
	}
}

// riskPage is the page /incidents/:id/risk.
type riskPage struct {
	handled
	Refused string // risk or waive
	Names   map[string]string
	Made    []decisionShown // the latest first
	DPO     string          // name, if the firm has one
	Waivers []obligation.Obligation
	Judged  response.Risk // the assessment as it stands
	Outcome assessOutcome
	Past    []response.Past
	Changed []answerChanged
	IsDraft bool // the reason was written from the answers

	Risk, Reason, Advice, Differs string
	Waive                         waiveForm
}

// answerChanged is an answer that replaced another.
type answerChanged struct {
	Question, Before, Now, By string
	At                        time.Time
}

// CanDiffer reports whether the page asks why a decision would differ: somebody has
// answered questions, so that there is advice.
func (p riskPage) CanDiffer() bool { return p.Judged.IsAssessed() }

// Unanswered reports whether some questions are still to be answered.
func (p riskPage) Unanswered() bool { return len(p.Outcome.Unknown) > 0 }

// waiveForm is a waiver as it was typed.
type waiveForm struct{ Duty, Ground, Reason string }

// In returns the reasons why a form was refused, if it is that form.
func (p riskPage) In(form string, e Errors) Errors {
	if form != p.Refused {
		return Errors{}
	}
	return e
}

// decisionShown is a decision with the words of its outcome. Waive and advice carry
// codes of their own, which are taken apart.
type decisionShown struct {
	incident.Decision
	Duty   string // for a waiver
	Ground string // for a waiver of Art. 34(3): a, b or c
}

// decisionsShown returns the decisions on the risk and the waivers, the latest
// first.
func (v *Visit) decisionsShown(id incident.ID) ([]decisionShown, error) {
	all, err := incident.DecisionsOf(v.Ctx(), v.S.d.DB.R, id)
	if err != nil {
		return nil, err
	}
	var out []decisionShown
	for _, d := range slices.Backward(all) {
		switch d.Kind {
		case "risk", "advice", "differs":
			out = append(out, decisionShown{Decision: d})
		case "waive":
			duty, ground, _ := strings.Cut(d.Outcome, " ")
			out = append(out, decisionShown{Decision: d, Duty: duty, Ground: ground})
		}
	}
	return out, nil
}

func (v *Visit) riskPage() (riskPage, error) {
	head, err := v.S.head(v, "risk")
	if err != nil {
		return riskPage{}, err
	}
	page := riskPage{handled: handled{head}, DPO: v.Firm.DPOName}
	if _, page.Names, err = v.accounts(); err != nil {
		return page, err
	}
	if page.Made, err = v.decisionsShown(head.I.ID); err != nil {
		return page, err
	}
	for _, o := range head.Duties {
		// The notification falls away with the decision itself; what is left to waive
		// is telling the people, on a ground of Art. 34(3).
		if o.IsOpen() && o.Duty == obligation.InformPeople && head.I.IsOpen() {
			page.Waivers = append(page.Waivers, o)
		}
	}
	if head.I.IsBreach() {
		err = v.judge(&page)
	}
	return page, err
}

// judge reads the assessment: what it advises and why, which answers were changed,
// and what was decided in like incidents.
func (v *Visit) judge(page *riskPage) error {
	var err error
	if page.Judged, err = v.S.d.Response.RiskOf(v.Ctx(), page.Head.I.ID); err != nil {
		return err
	}
	guide := guidePage{handled: page.handled, Risk: page.Judged}
	if page.Outcome, err = v.assessOutcome(page.Judged.Pack, page.Judged.Answers, guide.link); err != nil {
		return err
	}
	if page.Judged.IsAssessed() {
		if page.Past, err = v.S.d.Response.Alike(v.Ctx(), page.Judged); err != nil {
			return err
		}
	}
	page.Changed = v.changedAnswers(page.Judged, page.Names)
	return nil
}

// changedAnswers lists the answers that were not the first to their question, the
// latest first.
func (v *Visit) changedAnswers(r response.Risk, names map[string]string) []answerChanged {
	before := make(map[string]assessment.Answer)
	var out []answerChanged
	for _, g := range r.Given {
		q, _ := r.Pack.Question(g.Question)
		if old, had := before[g.Question]; had {
			out = append(out, answerChanged{v.packText(q.Short), v.saidAnswer(q, old), v.saidAnswer(q, g.Answer), names[g.By], g.At})
		}
		before[g.Question] = g.Answer
	}
	slices.Reverse(out)
	return out
}

func (v *Visit) saidAnswer(q workflow.Question, a assessment.Answer) string {
	if !a.Known {
		return v.P.T("assess.not_known", nil)
	}
	return assessment.Say(q, a, v.P.Lang(), v.P.Country())
}

// draft writes a reason from what the assessment found, for somebody to mend: the
// rules that hold, or where none does the answers that keep them from it.
func (v *Visit) draft(page riskPage) string {
	lines := []string{v.P.T("guide.draft_advice", map[string]any{"Outcome": page.Outcome.Name})}
	for _, r := range page.Outcome.Rules {
		lines = append(lines, r.Text)
	}
	for _, r := range page.Outcome.Movers {
		if len(page.Outcome.Rules) == 0 && r.Effect == assessment.Lowers {
			lines = append(lines, r.Text+".")
		}
	}
	if !page.Outcome.Enough {
		lines = append(lines, v.P.T("guide.draft_for_now", nil))
	}
	return strings.Join(lines, "\n")
}

func showRisk(v *Visit) error {
	page, err := v.riskPage()
	if err != nil {
		return err
	}
	page.Risk = string(page.Head.I.Risk)
	if page.Judged.IsAssessed() && (page.Risk == "" || page.Judged.HasMoved()) {
		page.Risk, page.Reason, page.IsDraft = string(page.Judged.Advised()), v.draft(page), true
	}
	return v.Page("risk", page)
}

// decideRisk records the risk with its reason. The same decision sent twice is one.
func decideRisk(v *Visit) error {
	page, err := v.riskPage()
	if err != nil {
		return err
	}
	page.Refused, page.Risk, page.Reason, page.Advice, page.Differs = "risk", v.Form("risk"), v.Form("reason"), v.Form("advice"), v.Form("differs")
	i := page.Head.I
	done, err := v.isDecided(i.ID, "risk", page.Risk, page.Reason)
	if err != nil {
		return err
	}
	if done && page.Advice != "" {
		done, err = v.isDecided(i.ID, "advice", page.Risk, page.Advice)
		if err != nil {
			return err
		}
	}
	if !done || string(i.Risk) != page.Risk {
		if err := v.S.d.Response.DecideRisk(v.Ctx(), v.Actor, i.ID, response.RiskDecision{Risk: incident.Risk(page.Risk), Reason: page.Reason, Advice: page.Advice, Differs: page.Differs}); err != nil {
			return v.Again("risk", page, withReason(err, page.Reason))
		}
	}
	v.Flash("handle.risk_decided", nil)
	return v.Redirect("/incidents/" + string(i.ID) + "/risk")
}

// waive settles a duty that need not be done. Sent twice, it stays the one waiver.
func waive(v *Visit) error {
	page, err := v.riskPage()
	if err != nil {
		return err
	}
	f := waiveForm{Duty: v.Form("duty"), Ground: v.Form("ground"), Reason: v.Form("reason")}
	page.Refused, page.Risk, page.Waive = "waive", string(page.Head.I.Risk), f
	k := slices.IndexFunc(page.Head.Duties, func(o obligation.Obligation) bool { return string(o.ID) == f.Duty })
	if k < 0 {
		return v.Again("risk", page, obligation.ErrNotFound)
	}
	o := page.Head.Duties[k]
	if o.State != obligation.Waived || o.Reason != f.Reason {
		if !page.Head.I.IsOpen() {
			return v.Again("risk", page, incident.ErrNotOpen)
		}
		if err := v.S.d.Response.Waive(v.Ctx(), v.Actor, o.ID, f.Ground, f.Reason); err != nil {
			return v.Again("risk", page, err)
		}
	}
	v.Flash("handle.waived", nil)
	return v.Redirect("/incidents/" + string(page.Head.I.ID) + "/risk")
}
