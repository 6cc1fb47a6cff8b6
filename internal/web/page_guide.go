package web

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/account"
	"clepsydra/internal/assessment"
	"clepsydra/internal/response"
	"clepsydra/internal/workflow"
)

// guideRoutes: the questions on the risk of a breach, a group to a page.
func (s *Server) guideRoutes() []Route {
	get, post := fiber.MethodGet, fiber.MethodPost
	return []Route{
		{Method: get, Path: "/incidents/:id/risk/questions", Needs: account.SeeBoard, Handle: showGuide},
		{Method: post, Path: "/incidents/:id/risk/questions", Needs: account.HandleIncident, Handle: answerGuide},
		{Method: post, Path: "/incidents/:id/risk/preview", Needs: account.SeeBoard, Handle: previewGuide},
	}
}

// guidePage is one group of questions with the way before and behind it.
type guidePage struct {
	handled
	Risk      response.Risk
	Group     workflow.Group
	Number    int // of the group, from 1
	Steps     []guideStep
	Back      string // id of the group before; empty on the first
	Next      string // id of the group after; empty on the last
	Questions []assessQuestion
	Outcome   assessOutcome
	Proposed  bool // an answer on the page is what the scenario usually is, not yet saved
}

// guideStep is one group in the list of groups.
type guideStep struct {
	ID    string
	Title workflow.Text
	Here  bool
	Asked int // questions that the answers so far bring up
	Done  int // of those, answered ("not known yet" is an answer)
}

// IsDone reports whether every question of the group has an answer.
func (g guideStep) IsDone() bool { return g.Asked > 0 && g.Done == g.Asked }

// guidePage reads the page for a group; an unknown group is the first. typed and errs
// are those of a form that was refused.
func (v *Visit) guidePage(group string, typed assessTyped, errs Errors) (guidePage, error) {
	head, err := v.S.head(v, "risk")
	if err != nil {
		return guidePage{}, err
	}
	page := guidePage{handled: handled{head}}
	if page.Risk, err = v.S.d.Response.RiskOf(v.Ctx(), head.I.ID); err != nil {
		return page, err
	}
	answers := page.Risk.Answers
	asked, err := assessment.Asked(page.Risk.Pack, answers)
	if err != nil {
		return page, err
	}
	page.walk(group, asked)
	given, err := v.givenBy(page.Risk)
	if err != nil {
		return page, err
	}
	form := assessForm{Answers: v.suggested(&page), Typed: typed, Asked: asked, Given: given, Errors: errs}
	for _, q := range page.Group.Questions {
		page.Questions = append(page.Questions, v.assessQuestion(q, form))
	}
	page.Outcome, err = v.assessOutcome(page.Risk.Pack, answers, page.link)
	return page, err
}

// walk finds the group and its neighbours. Groups that the answers leave out are
// walked past, save the one that is asked for.
func (p *guidePage) walk(group string, asked []string) {
	var on []workflow.Group
	for _, g := range p.Risk.Pack.Groups {
		step := guideStep{ID: g.ID, Title: g.Title, Here: g.ID == group}
		for _, q := range g.Questions {
			if slices.Contains(asked, q.ID) {
				step.Asked++
				if _, answered := p.Risk.Answers[q.ID]; answered {
					step.Done++
				}
			}
		}
		if step.Asked > 0 || step.Here {
			on = append(on, g)
			p.Steps = append(p.Steps, step)
		}
	}
	k := max(0, slices.IndexFunc(on, func(g workflow.Group) bool { return g.ID == group }))
	p.Group, p.Number, p.Steps[k].Here = on[k], k+1, true
	if k > 0 {
		p.Back = on[k-1].ID
	}
	if k < len(on)-1 {
		p.Next = on[k+1].ID
	}
}

// suggested are the answers with those beside them that the scenario usually has.
// They are ticked, and count once somebody saves the page.
func (v *Visit) suggested(p *guidePage) assessment.Answers {
	out := make(assessment.Answers, len(p.Risk.Answers))
	for id, a := range p.Risk.Answers {
		out[id] = a
	}
	for _, q := range p.Group.Questions {
		if a, ok := p.Risk.Proposed[q.ID]; ok && p.IsOpen() {
			out[q.ID], p.Proposed = a, true
		}
	}
	return out
}

// link is where a question is answered.
func (p guidePage) link(question string) string {
	for _, g := range p.Risk.Pack.Groups {
		for _, q := range g.Questions {
			if q.ID == question {
				return p.Head.Path("risk/questions") + "?group=" + g.ID + "#q-" + question
			}
		}
	}
	return ""
}

// givenBy says who answered each question last.
func (v *Visit) givenBy(r response.Risk) (map[string]assessGiven, error) {
	_, names, err := v.accounts()
	if err != nil {
		return nil, err
	}
	out := make(map[string]assessGiven, len(r.Given))
	for _, g := range r.Given {
		if r.Answers[g.Question].Equal(g.Answer) {
			out[g.Question] = assessGiven{names[g.By], g.At}
		}
	}
	return out, nil
}

func showGuide(v *Visit) error {
	page, err := v.guidePage(v.C.Query("group"), nil, Errors{})
	if err != nil {
		return err
	}
	return v.Page("risk_questions", page)
}

// answerGuide keeps the answers of a page and goes on to the next, back, or to the
// decision.
func answerGuide(v *Visit) error {
	page, err := v.guidePage(v.Form("group"), nil, Errors{})
	if err != nil {
		return err
	}
	answers, typed, err := v.readAssessment(page.Group.Questions, page.Risk.Answers)
	if err == nil && len(answers) > 0 {
		err = v.S.d.Response.Assess(v.Ctx(), v.Actor, page.Head.I.ID, answers)
	}
	if err != nil {
		again, pageErr := v.guidePage(page.Group.ID, typed, newErrors(v.P, err))
		if pageErr != nil {
			return pageErr
		}
		return v.Again("risk_questions", again, err)
	}
	return v.Redirect(v.afterGuide(page))
}

// afterGuide is where the button leads. The answers may have brought up groups or
// left some out, so the way is found anew.
func (v *Visit) afterGuide(page guidePage) string {
	risk := page.Head.Path("risk")
	now, err := v.guidePage(page.Group.ID, nil, Errors{})
	switch {
	case err != nil || v.Form("go") == "end":
		return risk
	case v.Form("go") == "back" && now.Back != "":
		return risk + "/questions?group=" + now.Back
	case v.Form("go") != "back" && now.Next != "":
		return risk + "/questions?group=" + now.Next
	}
	return risk
}

// previewGuide shows what the answers of the page would lead to, and keeps nothing.
func previewGuide(v *Visit) error {
	page, err := v.guidePage(v.Form("group"), nil, Errors{})
	if err != nil {
		return err
	}
	answers, _, _ := v.readAssessment(page.Group.Questions, page.Risk.Answers) // what is refused says so when it is saved
	all := make(assessment.Answers, len(page.Risk.Answers)+len(answers))
	for id, a := range page.Risk.Answers {
		all[id] = a
	}
	for id, a := range answers {
		all[id] = a
	}
	out, err := v.assessOutcome(page.Risk.Pack, all, page.link)
	if err != nil {
		return err
	}
	return v.Part("assess_outcome", out)
}
