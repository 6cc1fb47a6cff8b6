package web

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/account"
	"clepsydra/internal/fault"
	"clepsydra/internal/incident"
	"clepsydra/internal/obligation"
	"clepsydra/internal/response"
)

// clockRoutes: the clocks of an incident side by side, which laws apply to it, and
// what was sent for them.
func (s *Server) clockRoutes() []Route {
	post := func(path string, h func(*Visit) error) Route {
		return Route{Method: fiber.MethodPost, Path: "/incidents/:id/clocks" + path, Needs: account.Decide, Handle: h}
	}
	return []Route{
		{Method: fiber.MethodGet, Path: "/incidents/:id/clocks", Needs: account.SeeBoard, Handle: showClocks},
		post("/law", answerLaw), post("/moment", setLawMoment), post("/sent", recordSent), post("/ask", askForStep), post("/waive", waiveStep),
	}
}

// Refusals of the forms of this page.
var (
	errLawChoice   = fault.New(fault.Invalid, "laws.choice_missing")
	errStepUnknown = fault.New(fault.NotFound, "laws.step_unknown")
	errStepLate    = fault.New(fault.Invalid, "laws.step_late")
	errStepReceipt = fault.New(fault.Invalid, "laws.step_receipt")
	errStepBefore  = fault.New(fault.Invalid, "laws.step_before")
	errStepOfGDPR  = fault.New(fault.Conflict, "laws.step_of_gdpr")
)

// clockForm is a form of the clocks page as it was typed. Form names it: the verb
// and what it is about, so that its reasons stand there and nowhere else.
type clockForm struct {
	Form                                             string
	Applies, Reason, At, Receipt, NoReceipt, LateWhy string
	Unknown                                          bool
}

// Is reports whether this is the form that was refused.
func (f clockForm) Is(verb, about string) bool { return f.Form == verb+"-"+about }

func showClocks(v *Visit) error {
	page, err := v.clocksPage()
	if err != nil {
		return err
	}
	return v.Page("clocks", page)
}

// clocksAgain shows the page with a form that was refused.
func (v *Visit) clocksAgain(verb, about string, refusal error) error {
	page, err := v.clocksPage()
	if err != nil {
		return err
	}
	page.Typed = clockForm{
		Form: verb + "-" + about, Applies: v.Form("applies"), Reason: v.Form("reason"), At: v.Form("at") + v.Form("filed_at"), Receipt: v.Form("receipt"),
		NoReceipt: v.Form("no_receipt"), LateWhy: v.Form("late_reason"), Unknown: v.Ticked("unknown"),
	}
	return v.Again("clocks", page, refusal)
}

func (v *Visit) backToClocks(words, place string) error {
	v.Flash(words, nil)
	return v.Redirect("/incidents/" + string(v.incidentID()) + "/clocks#" + place)
}

// answerLaw says whether a law applies.
func answerLaw(v *Visit) error {
	regime, applies := v.Form("regime"), v.Form("applies")
	if applies != "yes" && applies != "no" {
		return v.clocksAgain("law", regime, errLawChoice.At("applies"))
	}
	err := v.S.d.Response.AnswerLaw(v.Ctx(), v.Actor, v.incidentID(), regime, applies == "yes", v.Form("reason"))
	if err != nil {
		return v.clocksAgain("law", regime, err)
	}
	return v.backToClocks("laws.answered", "law-"+regime)
}

// setLawMoment sets a moment from which steps run, or takes it back.
func setLawMoment(v *Visit) error {
	kind := v.Form("kind")
	at, err := v.Instant("at")
	switch {
	case v.Ticked("unknown"):
		at = incident.Moment{}.At
	case err != nil:
		return v.clocksAgain("moment", kind, err)
	case at.IsZero():
		return v.clocksAgain("moment", kind, incident.ErrMomentMissing.At("at"))
	}
	history, err := incident.MomentsOf(v.Ctx(), v.S.d.DB.R, v.incidentID())
	if err != nil {
		return err
	}
	if !isLatest(history, incident.MomentKind(kind), incident.Moment{At: at, Reason: v.Form("reason")}) {
		err = v.S.d.Response.SetLawMoment(v.Ctx(), v.Actor, v.incidentID(), incident.MomentKind(kind), at, v.Form("reason"))
	}
	if err != nil {
		return v.clocksAgain("moment", kind, err)
	}
	return v.backToClocks("handle.moment_set", "moments")
}

// isLatest reports whether a moment stands as it is: the form was sent twice.
func isLatest(history []incident.History, k incident.MomentKind, m incident.Moment) bool {
	same := false
	for _, h := range history {
		if h.Kind == k {
			same = h.At.Equal(m.At) && h.Reason == m.Reason
		}
	}
	return same
}

// ofThisIncident finds an obligation that the form names; the duties of the GDPR
// have pages of their own.
func (v *Visit) ofThisIncident() (obligation.Obligation, error) {
	o, err := obligation.ByID(v.Ctx(), v.S.d.DB.R, obligation.ID(v.Form("obligation")))
	switch {
	case err != nil:
		return o, err
	case o.IncidentID != v.incidentID():
		return o, errStepUnknown
	case o.IsOfGDPR():
		return o, errStepOfGDPR
	}
	return o, nil
}

// recordSent records that a step was sent, or that it was sent again with what came
// to be known.
func recordSent(v *Visit) error {
	o, err := v.ofThisIncident()
	if err != nil {
		return err
	}
	at, err := v.Instant("filed_at")
	if err != nil {
		return v.clocksAgain("sent", string(o.Duty), err)
	}
	earlier, err := obligation.FilingsOf(v.Ctx(), v.S.d.DB.R, o.ID)
	if err != nil {
		return err
	}
	in := response.FilingInput{
		Phase: obligation.Initial, FiledAt: at, Receipt: v.Form("receipt"), NoReceipt: v.Form("no_receipt"), LateReason: v.Form("late_reason"),
	}
	for _, f := range earlier {
		in.Phase = obligation.Supplementary
		if f.FiledAt.Equal(at) && f.Receipt == in.Receipt && f.NoReceipt == in.NoReceipt {
			return v.backToClocks("laws.sent", "step-"+string(o.Duty)) // sent twice
		}
	}
	if err := v.S.d.Response.File(v.Ctx(), v.Actor, o.ID, in); err != nil {
		return v.clocksAgain("sent", string(o.Duty), inOtherWords(err))
	}
	return v.backToClocks("laws.sent", "step-"+string(o.Duty))
}

// inOtherWords says of any law what is said of the notification of the GDPR.
func inOtherWords(err error) error {
	switch {
	case errors.Is(err, obligation.ErrLateReason):
		return errStepLate.At("late_reason")
	case errors.Is(err, obligation.ErrReceipt):
		return errStepReceipt.At("receipt")
	case errors.Is(err, obligation.ErrFiledBefore):
		return errStepBefore.At("filed_at")
	}
	return err
}

// askForStep opens an optional step.
func askForStep(v *Visit) error {
	duty := v.Form("duty")
	if err := v.S.d.Response.AskForStep(v.Ctx(), v.Actor, v.incidentID(), obligation.Duty(duty), v.Form("reason")); err != nil {
		return v.clocksAgain("ask", duty, err)
	}
	return v.backToClocks("laws.asked", "step-"+duty)
}

// waiveStep says that a step need not be done, with the reason.
func waiveStep(v *Visit) error {
	o, err := v.ofThisIncident()
	if err != nil {
		return err
	}
	if o.State != obligation.Waived || o.Reason != v.Form("reason") {
		if err := v.S.d.Response.Waive(v.Ctx(), v.Actor, o.ID, "", v.Form("reason")); err != nil {
			return v.clocksAgain("waive", string(o.Duty), err)
		}
	}
	return v.backToClocks("laws.waived", "step-"+string(o.Duty))
}
