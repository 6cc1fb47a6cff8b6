package web

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/account"
	"clepsydra/internal/incident"
)

// closeRoutes: the end of the handling, and taking it up again.
func (s *Server) closeRoutes() []Route {
	return []Route{
		{Method: fiber.MethodGet, Path: "/incidents/:id/close", Needs: account.SeeBoard, Handle: showClose},
		{Method: fiber.MethodPost, Path: "/incidents/:id/close", Needs: account.Decide, Handle: closeIncident},
		{Method: fiber.MethodPost, Path: "/incidents/:id/reopen", Needs: account.Decide, Handle: reopen},
	}
}

// closePage is the page /incidents/:id/close.
type closePage struct {
	handled
	Names map[string]string
	Gates []gateShown
	Made  []incident.Decision // closings and reopenings, the latest first

	Lessons, Feedback string
	Reason            string // of reopening
}

// Blocked reports whether something besides the lessons stands in the way.
func (p closePage) Blocked() bool {
	return slices.ContainsFunc(p.Gates, func(g gateShown) bool { return !g.Done })
}

// gateShown is one line of the checklist with the tab where it is done.
type gateShown struct {
	incident.Gate
	Tab  string // behind /incidents/:id
	Done bool
}

// lessonsGate is written on this very page and so is no line of its list.
const lessonsGate = "gate.lessons_missing"

// tabOfGate is where a gate is opened.
func tabOfGate(g incident.Gate) string {
	switch g.Key {
	case "gate.risk_missing":
		return "/risk"
	case "gate.letters_open":
		return "/letters"
	case "gate.task_open":
		return "/work"
	case "gate.duty_open":
		switch g.Detail {
		case "notify_authority":
			return "/authority"
		case "inform_people":
			return "/letters"
		case "document":
			return ""
		}
		return "/clocks"
	}
	return ""
}

// gatesOf makes the checklist: what is open, after what has been done on the way.
func gatesOf(head Head, open []incident.Gate) []gateShown {
	var out []gateShown
	for _, step := range head.Steps {
		if step.Done {
			out = append(out, gateShown{Gate: incident.Gate{Key: "step." + step.Key}, Done: true})
		}
	}
	for _, g := range open {
		if g.Key != lessonsGate {
			out = append(out, gateShown{Gate: g, Tab: tabOfGate(g)})
		}
	}
	return out
}

func (v *Visit) closePage() (closePage, error) {
	head, err := v.S.head(v, "close")
	if err != nil {
		return closePage{}, err
	}
	page := closePage{handled: handled{head}, Lessons: head.I.Lessons, Feedback: head.I.Feedback}
	open, err := v.S.d.Response.Gates(v.Ctx(), head.I.ID, page.Lessons)
	if err != nil {
		return page, err
	}
	if open, err = v.inWords(head.I, open); err != nil {
		return page, err
	}
	page.Gates = gatesOf(head, open)
	if _, page.Names, err = v.accounts(); err != nil {
		return page, err
	}
	all, err := incident.DecisionsOf(v.Ctx(), v.S.d.DB.R, head.I.ID)
	for _, d := range slices.Backward(all) {
		if d.Kind == "close" || d.Kind == "reopen" {
			page.Made = append(page.Made, d)
		}
	}
	return page, err
}

// inWords names the tasks among the gates in the visitor's language; the verb knows
// only the firm's.
func (v *Visit) inWords(i incident.Incident, open []incident.Gate) ([]incident.Gate, error) {
	tasks, err := incident.TasksOf(v.Ctx(), v.S.d.DB.R, i.ID)
	tasks = slices.DeleteFunc(tasks, func(t incident.Task) bool { return !t.IsGate || t.IsDone() })
	for k := range open {
		if open[k].Key == "gate.task_open" && len(tasks) > 0 {
			open[k].Detail, tasks = v.S.d.Response.TaskTitle(i, tasks[0], v.P.Lang(), v.P.Country()), tasks[1:]
		}
	}
	return open, err
}

func showClose(v *Visit) error {
	page, err := v.closePage()
	if err != nil {
		return err
	}
	return v.Page("close", page)
}

// closeIncident ends the handling. Sent twice, the second finds it closed as it was
// meant to be.
func closeIncident(v *Visit) error {
	page, err := v.closePage()
	if err != nil {
		return err
	}
	i := page.Head.I
	page.Lessons, page.Feedback = v.Form("lessons"), v.Form("feedback")
	if i.Status != incident.Closed || i.Lessons != page.Lessons {
		if err := v.S.d.Response.Close(v.Ctx(), v.Actor, i.ID, page.Lessons, page.Feedback); err != nil {
			return v.Again("close", page, gatesAtFields(err))
		}
	}
	v.Flash("handle.closed", map[string]any{"Ref": i.Ref})
	return v.Redirect("/incidents/" + string(i.ID) + "/close")
}

// gatesAtFields puts the missing lessons beside their field; the other gates
// concern the whole page.
func gatesAtFields(err error) error {
	all := faultsOf(err)
	if len(all) == 0 {
		return err
	}
	errs := make([]error, len(all))
	for k, f := range all {
		if errs[k] = f; f.Key == lessonsGate {
			errs[k] = f.At("lessons")
		}
	}
	return joined(errs...)
}

// reopen takes the incident up again, with a reason.
func reopen(v *Visit) error {
	page, err := v.closePage()
	if err != nil {
		return err
	}
	i := page.Head.I
	page.Reason = v.Form("reason")
	if i.IsOpen() && len(page.Made) > 0 && page.Made[0].Kind == "reopen" && page.Made[0].Reason == strings.TrimSpace(page.Reason) {
		return v.Redirect("/incidents/" + string(i.ID))
	}
	if err := v.S.d.Response.Reopen(v.Ctx(), v.Actor, i.ID, page.Reason); err != nil {
		return v.Again("close", page, err)
	}
	v.Flash("handle.reopened", map[string]any{"Ref": i.Ref})
	return v.Redirect("/incidents/" + string(i.ID))
}
