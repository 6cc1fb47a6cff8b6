package web

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/account"
	"clepsydra/internal/fault"
	"clepsydra/internal/processing"
	"clepsydra/internal/retention"
	"clepsydra/internal/stewardship"
)

// retentionRoutes: who leaves the customer file, when and why.
func (s *Server) retentionRoutes() []Route {
	get, post := fiber.MethodGet, fiber.MethodPost
	return []Route{
		{Method: get, Path: "/contacts/retention", Needs: account.SeeContacts, Handle: showRetention},
		{Method: get, Path: "/contacts/retention/people", Needs: account.SeeContacts, Handle: listDue},
		{Method: post, Path: "/contacts/retention/start", Needs: account.Decide, Handle: startRetention},
		{Method: post, Path: "/contacts/retention/stop", Needs: account.Decide, Handle: stopRetention},
		{Method: post, Path: "/contacts/retention/settings", Needs: account.Decide, Handle: saveRetention},
		{Method: post, Path: "/contacts/retention/term", Needs: account.Decide, Handle: saveTerm},
		{Method: get, Path: "/contacts/retention/archive", Needs: account.Decide, Handle: showArchive},
		{Method: get, Path: "/contacts/receipts", Needs: account.SeeContacts, Handle: findReceipt},
		{Method: get, Path: "/contacts/receipts/:receipt", Needs: account.SeeContacts, Handle: showReceipt},
		{Method: get, Path: "/contacts/receipts/:receipt/paper", Needs: account.SeeContacts, Handle: printReceipt},
		{Method: post, Path: "/contacts/people/:contact/hold", Needs: account.EditContacts, Handle: holdPerson},
		{Method: post, Path: "/contacts/people/:contact/unhold", Needs: account.EditContacts, Handle: liftHold},
		{Method: get, Path: "/stay/:token", Needs: Public, Handle: showStay},
		{Method: post, Path: "/stay/:token", Needs: Public, Handle: stay, Machine: true},
	}
}

// retentionPage is the page /contacts/retention.
type retentionPage struct {
	Plan     stewardship.RetentionPlan
	Since    time.Time // the day after which nobody due did anything, or came
	Rules    []ruleShown
	Books    []retention.Books
	Runs     []stewardship.RetentionRun
	Active   *stewardship.RetentionRun
	Figures  []figuresShown
	Receipts []stewardship.Receipt
	Names    map[string]string // of accounts
	Settings retention.Settings
	Notice   string // as typed
	Incident string
	Months   string // as typed for the purpose
	Purpose  processing.PurposeID
}

// ruleShown is the rule of one purpose in words.
type ruleShown struct {
	processing.Purpose
	Label, Words string
	CanSet       bool
}

// figuresShown are the published counts of one dimension.
type figuresShown struct {
	Dimension retention.Dimension
	Groups    []figureShown
}

type figureShown struct {
	Label  string
	People int
}

// statesShown are what can become of people in a run, as they are shown.
func (retentionPage) States() []retention.PersonState {
	return []retention.PersonState{retention.Listed, retention.Anonymised, retention.Erased, retention.Archived, retention.Stayed, retention.Held, retention.Gone}
}

// latestShown is how many runs and receipts the page lists.
const latestShown = 5

func (v *Visit) retentionPage() (page retentionPage, err error) {
	s := v.S.d.Contacts
	if page.Plan, err = s.PlanRetention(v.Ctx()); err != nil {
		return page, err
	}
	page.Settings = page.Plan.Settings
	if page.Since = page.Plan.Active.In(page.Plan.Zone); page.Plan.Active.IsZero() {
		page.Since = page.Plan.Collected.In(page.Plan.Zone)
	}
	page.Notice, page.Incident = strconv.Itoa(page.Settings.NoticeDays), strconv.Itoa(page.Settings.IncidentMonths)
	for _, p := range page.Plan.Record.Purposes {
		if p.IsInUse() {
			page.Rules = append(page.Rules, v.ruleShown(p, page.Settings))
		}
	}
	if page.Books, err = retention.BooksOf(v.Firm.Country); err != nil {
		return page, err
	}
	if page.Runs, err = s.RetentionRuns(v.Ctx(), latestShown); err != nil {
		return page, err
	}
	if len(page.Runs) > 0 && page.Runs[0].IsActive() {
		page.Active = &page.Runs[0]
	}
	if page.Receipts, err = s.Receipts(v.Ctx(), latestShown); err != nil {
		return page, err
	}
	figures, err := s.RetentionFigures(v.Ctx())
	if err != nil {
		return page, err
	}
	page.Figures = v.figuresShown(figures)
	_, page.Names, err = v.accounts()
	return page, err
}

// ruleShown puts the retention of a purpose into plain words.
func (v *Visit) ruleShown(p processing.Purpose, s retention.Settings) ruleShown {
	out := ruleShown{Purpose: p, Label: v.packText(p.Name), CanSet: p.Retention.Then != processing.ThenArchive && p.Retention.From != processing.FromDocument}
	rule := p.Retention
	switch {
	case rule.Months == 0:
		out.Words = v.P.T("retention.rule_undecided", nil)
	case !out.CanSet && !s.Archive:
		out.Words = v.P.T("retention.rule_books_elsewhere", map[string]any{"Term": v.term(rule.Months)})
	default:
		out.Words = v.P.T("retention.rule_"+string(rule.Then), map[string]any{
			"Term": v.term(rule.Months), "From": v.P.T("retention.from_"+string(rule.From), nil),
		})
	}
	return out
}

// term is a number of months in words, in years where they are whole.
func (v *Visit) term(months int) string {
	if months%12 == 0 {
		return v.P.N("retention.years", months/12, map[string]any{"N": v.P.Number(months / 12)})
	}
	return v.P.N("retention.months", months, map[string]any{"N": v.P.Number(months)})
}

func (v *Visit) figuresShown(all map[retention.Dimension]map[string]int) []figuresShown {
	var out []figuresShown
	for _, d := range retention.Dimensions() {
		one := figuresShown{Dimension: d}
		for _, g := range slices.Sorted(maps.Keys(all[d])) {
			one.Groups = append(one.Groups, figureShown{v.groupName(d, g), all[d][g]})
		}
		if len(one.Groups) > 0 {
			out = append(out, one)
		}
	}
	return out
}

// groupName is what a group of the figures is called.
func (v *Visit) groupName(d retention.Dimension, g string) string {
	switch {
	case g == "":
		return v.P.T("retention.group_unknown", nil)
	case g == retention.Other:
		return v.P.T("retention.group_other", nil)
	case d == retention.ByCountry && v.P.Has("country."+g):
		return v.P.T("country."+g, nil)
	case d == retention.ByLanguage && v.P.Has("language."+g):
		return v.P.T("language."+g, nil)
	case d == retention.ByBirth:
		return v.P.T("retention.group_decade", map[string]any{"Decade": g, "End": g[:3] + "9"})
	case d == retention.ByPostcode:
		return g + "…"
	}
	return g
}

func showRetention(v *Visit) error {
	page, err := v.retentionPage()
	if err != nil {
		return err
	}
	return v.Page("retention", page)
}

// startRetention begins a run. Pressed twice, the second finds the first.
func startRetention(v *Visit) error {
	if v.Form("sure") == "" {
		return v.retentionAgain(errNotSure.At("sure"))
	}
	run, err := v.S.d.Contacts.StartRetention(v.Ctx(), v.Actor)
	switch {
	case errors.Is(err, retention.ErrRunning):
	case err != nil:
		return v.retentionAgain(err)
	default:
		v.Flash("retention.run_started", map[string]any{"N": v.P.Number(run.Due)})
	}
	return v.Redirect("/contacts/retention#runs")
}

// errNotSure refuses to begin while nobody has said that he looked.
var errNotSure = fault.New(fault.Invalid, "retention.not_sure")

func (v *Visit) retentionAgain(refused error) error {
	if k := fault.KindOf(refused); k != fault.Invalid && k != fault.Conflict {
		return refused
	}
	page, err := v.retentionPage()
	if err != nil {
		return err
	}
	if v.Form("notice_days")+v.Form("incident_months") != "" {
		page.Notice, page.Incident, page.Settings.Archive = v.Form("notice_days"), v.Form("incident_months"), v.Form("archive") != ""
	}
	page.Months, page.Purpose = v.Form("months"), processing.PurposeID(v.Form("purpose"))
	return v.Again("retention", page, refused)
}

func stopRetention(v *Visit) error {
	if err := v.S.d.Contacts.StopRetention(v.Ctx(), v.Actor, v.Form("run")); err != nil {
		return err
	}
	v.Flash("retention.run_stopped_now", nil)
	return v.Redirect("/contacts/retention#runs")
}

func saveRetention(v *Visit) error {
	number := func(name string) int {
		n, err := strconv.Atoi(v.Form(name))
		if err != nil {
			return 0 // refused as too small, with the limits
		}
		return n
	}
	err := v.S.d.Contacts.SaveRetention(v.Ctx(), v.Actor, retention.Settings{
		NoticeDays: number("notice_days"), IncidentMonths: number("incident_months"), Archive: v.Form("archive") != "",
	})
	if err != nil {
		return v.retentionAgain(err)
	}
	v.Flash("web.saved", nil)
	return v.Redirect("/contacts/retention")
}

func saveTerm(v *Visit) error {
	months, err := strconv.Atoi(v.Form("months"))
	if err != nil {
		months = 0
	}
	err = v.S.d.Contacts.SetTerm(v.Ctx(), v.Actor, processing.PurposeID(v.Form("purpose")), months, processing.Outcome(v.Form("then")))
	if err != nil {
		return v.retentionAgain(err)
	}
	v.Flash("web.saved", nil)
	return v.Redirect("/contacts/retention#rules")
}
