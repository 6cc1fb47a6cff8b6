package web

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/account"
	"clepsydra/internal/incident"
	"clepsydra/internal/obligation"
	"clepsydra/internal/response"
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

	Risk, Reason, Advice string
	Waive                waiveForm
}

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
		case "risk", "advice":
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
	return page, nil
}

func showRisk(v *Visit) error {
	page, err := v.riskPage()
	if err != nil {
		return err
	}
	page.Risk = string(page.Head.I.Risk)
	return v.Page("risk", page)
}

// decideRisk records the risk with its reason. The same decision sent twice is one.
func decideRisk(v *Visit) error {
	page, err := v.riskPage()
	if err != nil {
		return err
	}
	page.Refused, page.Risk, page.Reason, page.Advice = "risk", v.Form("risk"), v.Form("reason"), v.Form("advice")
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
		if err := v.S.d.Response.DecideRisk(v.Ctx(), v.Actor, i.ID, response.RiskDecision{Risk: incident.Risk(page.Risk), Reason: page.Reason, Advice: page.Advice}); err != nil {
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
