package web

import (
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/account"
	"clepsydra/internal/deadline"
	"clepsydra/internal/incident"
	"clepsydra/internal/obligation"
	"clepsydra/internal/workflow"
)

// handlingRoutes: the overview of an incident and the verbs that are given there.
// Decisions of law need account.Decide, writing down facts account.HandleIncident.
func (s *Server) handlingRoutes() []Route {
	return []Route{
		{Method: fiber.MethodGet, Path: "/incidents/:id", Needs: account.SeeBoard, Handle: showOverview},
		{Method: fiber.MethodPost, Path: "/incidents/:id/triage", Needs: account.Decide, Handle: triage},
		{Method: fiber.MethodPost, Path: "/incidents/:id/aware", Needs: account.Decide, Handle: confirmAwareness},
		{Method: fiber.MethodPost, Path: "/incidents/:id/moment", Needs: account.HandleIncident, Handle: setMoment},
		{Method: fiber.MethodPost, Path: "/incidents/:id/describe", Needs: account.HandleIncident, Handle: describe},
		{Method: fiber.MethodPost, Path: "/incidents/:id/contain", Needs: account.Decide, Handle: contain},
		{Method: fiber.MethodPost, Path: "/incidents/:id/acknowledge", Needs: account.HandleIncident, Handle: acknowledge},
	}
}

// The forms of the overview, by the name that Refused has.
const (
	formTriage   = "triage"
	formAware    = "aware"
	formMoment   = "moment"
	formDescribe = "describe"
	formContain  = "contain"
)

// overview is the page /incidents/:id. Refused names the form that was refused, so
// that its reasons stand there and nowhere else.
type overview struct {
	handled
	Refused string
	Names   map[string]string // of accounts, by id
	People  []account.Account
	Reports []reportShown
	Others  []incident.Incident // open ones that this may repeat
	Same    incident.Incident   // the one it repeats, for a duplicate
	Judged  []incident.Decision // at triage, the latest first
	Files   int                 // of evidence
	Asked   []asked
	Clock   *clockShown // of the notification; nil before awareness
	Moments []momentShown
	Groups  []dataGroup
	Short   shortWay   // whether the short way is offered
	Recall  recallCard // the wrong recipients, where the scenario has some

	Triage   triageForm
	Aware    awareForm
	Moment   momentForm
	Describe describeForm
	Contain  string // value of the field of the contain form
}

// handled is what the pages of this file's subject share: the head, and what the
// incident in it allows.
type handled struct{ Head Head }

// IsOpen reports whether somebody still has to work on the incident.
func (h handled) IsOpen() bool { return h.Head.I.IsOpen() }

// IsBreach reports whether triage found a personal data breach.
func (h handled) IsBreach() bool { return h.Head.I.IsBreach() }

// In returns the reasons why a form was refused, if it is that form.
func (p overview) In(form string, e Errors) Errors {
	if form != p.Refused {
		return Errors{}
	}
	return e
}

// HasClock reports whether awareness was confirmed, and so the clock started.
func (p overview) HasClock() bool { return p.Head.I.IsClockRunning() }

// WaitsForAwareness reports whether the one thing to do is to say when the firm
// knew.
func (p overview) WaitsForAwareness() bool {
	return p.Head.I.IsBreach() && p.Head.I.IsOpen() && !p.Head.I.IsClockRunning()
}

func showOverview(v *Visit) error {
	page, err := v.overview()
	if err != nil {
		return err
	}
	return v.Page("incident", page)
}

// overview reads everything that the page shows, with forms filled as things are.
func (v *Visit) overview() (overview, error) {
	head, err := v.S.head(v, "")
	if err != nil {
		return overview{}, err
	}
	page := overview{handled: handled{head}}
	if page.People, page.Names, err = v.accounts(); err != nil {
		return page, err
	}
	if page.Reports, err = v.reportsShown(head.I); err != nil {
		return page, err
	}
	if page.Others, err = v.othersOpen(head.I.ID); err != nil {
		return page, err
	}
	if head.I.Same != "" {
		found, err := incident.ByIDs(v.Ctx(), v.S.d.DB.R, []string{string(head.I.Same)})
		if err != nil {
			return page, err
		}
		page.Same = found[head.I.Same]
	}
	if err := v.readFile(&page); err != nil {
		return page, err
	}
	if page.Asked, page.Clock, err = v.asked(head); err != nil {
		return page, err
	}
	if page.Moments, err = v.momentsShown(head.I); err != nil {
		return page, err
	}
	if page.Short, page.Recall, err = v.recalls(head.I); err != nil {
		return page, err
	}
	page.Groups = groupsOf(v.S.d.Packs.Categories())
	page.Triage = triageOf(head.I, page.Reports)
	page.Describe = describeOf(head.I)
	page.Contain = v.local(v.Now)
	return page, v.awareOf(&page)
}

// readFile reads what the file of the incident holds: judgements and evidence.
func (v *Visit) readFile(page *overview) error {
	all, err := incident.DecisionsOf(v.Ctx(), v.S.d.DB.R, page.Head.I.ID)
	if err != nil {
		return err
	}
	for _, d := range slices.Backward(all) {
		if d.Kind == "triage" {
			page.Judged = append(page.Judged, d)
		}
	}
	files, err := incident.EvidenceOf(v.Ctx(), v.S.d.DB.R, page.Head.I.ID)
	page.Files = len(files)
	return err
}

// accounts returns everybody who may sign in or once did, and their names by id.
func (v *Visit) accounts() ([]account.Account, map[string]string, error) {
	all, err := v.S.d.Accounts.List(v.Ctx())
	if err != nil {
		return nil, nil, err
	}
	names := make(map[string]string, len(all))
	var active []account.Account
	for _, a := range all {
		names[string(a.ID)] = a.Name
		if !a.IsDisabled() {
			active = append(active, a)
		}
	}
	return active, names, nil
}

// local is an instant as the value of a field of date and time.
func (v *Visit) local(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.In(v.Firm.Location()).Format(instantLayout)
}

// asked is one duty as the list "what the law asks" shows it. An obligation without
// an id is one that will come.
type asked struct {
	obligation.Obligation
	Name    string // of the law and the step; empty for the duties of the GDPR
	Summary workflow.Text
	State   string // of duty_state.*: also overdue
	Tab     string // where it is done
	Waits   string // key of why its clock does not run yet; empty when it does
}

// Late reports whether the duty stands in red.
func (a asked) Late() bool {
	return a.State == "overdue" || a.Obligation.State == obligation.MetLate
}

// clockShown explains the end of the notification, step by step.
type clockShown struct {
	deadline.Deadline
	Article string
	Open    bool
}

// asked returns what the law asks for the incident, and how its clock was found.
func (v *Visit) asked(head Head) ([]asked, *clockShown, error) {
	if !head.I.IsBreach() {
		return v.askedByOthers(head), nil, nil
	}
	regime, err := v.S.d.Packs.RegimeVersion(head.I.Regime, head.I.RegimeVer)
	if err != nil {
		return nil, nil, err
	}
	var list []asked
	var clock *clockShown
	for _, rule := range regime.Duties {
		k := slices.IndexFunc(head.Duties, func(o obligation.Obligation) bool { return string(o.Duty) == rule.ID })
		if k < 0 {
			if a, ok := comingDuty(head.I, rule); ok {
				list = append(list, a)
			}
			continue
		}
		o := head.Duties[k]
		a := asked{Obligation: o, Summary: rule.Summary, State: string(o.State), Tab: tabOf(o.Duty)}
		if o.IsOverdue(v.Now) {
			a.State = "overdue"
		}
		list = append(list, a)
		if o.Duty == obligation.NotifyAuthority {
			d, err := v.deadlineFrom(rule, o.StartedAt)
			if err != nil {
				return nil, nil, err
			}
			clock = &clockShown{d, o.Article, o.IsOpen()}
		}
	}
	return append(list, v.askedByOthers(head)...), clock, nil
}

// comingDuty is a duty that an earlier step still has to bring. Telling the people
// is not announced when the risk was decided to be lower.
func comingDuty(i incident.Incident, rule workflow.Duty) (asked, bool) {
	a := asked{Obligation: obligation.Obligation{Duty: obligation.Duty(rule.ID), Article: rule.Article}, Summary: rule.Summary}
	switch a.Duty {
	case obligation.NotifyAuthority:
		a.Waits = "handle.waits_aware"
	case obligation.InformPeople:
		a.Waits = "handle.waits_risk"
		return a, i.Risk == ""
	default:
		return a, false
	}
	return a, i.Risk != incident.RiskUnlikely
}

// tabOf is the part of the incident's pages where a duty is done.
func tabOf(d obligation.Duty) string {
	switch d {
	case obligation.NotifyAuthority:
		return "/authority"
	case obligation.InformPeople:
		return "/letters"
	}
	return ""
}

// deadlineFrom computes the end of a duty for a start, in the firm's zone.
func (v *Visit) deadlineFrom(rule workflow.Duty, start time.Time) (deadline.Deadline, error) {
	cal, err := v.S.d.Packs.CalendarIn(v.Firm.Country, v.P.Lang())
	if err != nil {
		return deadline.Deadline{}, err
	}
	return rule.Deadline(workflow.Moments{rule.StartsFrom: start}, v.Firm.Location(), cal)
}

// Said is a step of the explanation with its values as people read them.
func (v *Visit) Said(step deadline.Step) string {
	args := make(map[string]any, len(step.Args))
	for name, value := range step.Args {
		args[name] = v.P.Readable(value)
	}
	return v.P.T(step.Key, args)
}
