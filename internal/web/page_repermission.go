package web

import (
	"time"

	"clepsydra/internal/contact"
	"clepsydra/internal/fault"
	"clepsydra/internal/processing"
	"clepsydra/internal/signup"
	"clepsydra/internal/stewardship"
	"clepsydra/internal/workflow"
)

// runShown is a run in a list.
type runShown struct {
	stewardship.CountedRun
	PurposeName string
	LastDay     time.Time
	People      int
	Kept        int
}

func (v *Visit) runsShown() ([]runShown, error) {
	runs, err := v.S.d.Signups.Runs(v.Ctx())
	if err != nil {
		return nil, err
	}
	r, err := v.S.d.Signups.Record(v.Ctx())
	if err != nil {
		return nil, err
	}
	out := make([]runShown, len(runs))
	for k, run := range runs {
		p, _ := r.Purpose(run.Purpose)
		out[k] = runShown{CountedRun: run, PurposeName: p.Name.In(v.P.Lang(), v.Firm.Country), LastDay: run.Until.Add(-time.Second), Kept: run.Counts[signup.Kept]}
		for _, n := range run.Counts {
			out[k].People += n
		}
	}
	return out, nil
}

// States lists where people of a run can stand.
func (runShown) States() []signup.EntryState { return signup.EntryStates() }

// repermissionPage prepares a run: whom, what for, how many, what words.
type repermissionPage struct {
	Purposes  []processing.Purpose
	Imports   []contact.Import
	Segments  []stewardship.CountedSegment
	Purpose   string
	People    string // "import:…" or "segment:…"
	Ground    string
	Until     string
	Subject   map[string]string
	Body      map[string]string
	Counts    stewardship.RunPeople
	Counted   bool
	Languages []string // in which people would be written to
	Ready     bool
}

// Grounds are the reasons to choose from.
func (repermissionPage) Grounds() []string { return signup.Grounds() }

// get reads a value from the form, else from the address.
func (v *Visit) get(name string) string {
	if value := v.Form(name); value != "" {
		return value
	}
	return v.C.Query(name)
}

func (v *Visit) repermissionPage() (repermissionPage, error) {
	page := repermissionPage{
		Purpose: v.get("purpose"), People: v.get("people"), Ground: v.get("ground"), Until: v.get("until"), Ready: v.Firm.SMTP.IsSet(),
		Subject: map[string]string{}, Body: map[string]string{},
	}
	r, err := v.S.d.Signups.Record(v.Ctx())
	if err != nil {
		return page, err
	}
	for _, p := range r.Purposes {
		if p.IsInUse() && p.Basis == processing.Consent && p.Uses(processing.ByMail) {
			page.Purposes = append(page.Purposes, p)
		}
	}
	all, err := v.S.d.Contacts.Imports(v.Ctx())
	if err != nil {
		return page, err
	}
	for _, i := range all {
		if i.UndoneAt.IsZero() {
			page.Imports = append(page.Imports, i)
		}
	}
	if page.Segments, err = v.S.d.Contacts.Segments(v.Ctx()); err != nil {
		return page, err
	}
	if page.Until == "" {
		page.Until = contact.DateOf(v.Now.In(v.Firm.Location()).AddDate(0, 0, v.S.d.Signups.Terms().AnswerDays)).String()
	}
	return page, nil
}

// countPeople finds whom the run would write to and the words it begins with.
func (v *Visit) countPeople(page *repermissionPage) error {
	if page.Purpose == "" || page.People == "" {
		return nil
	}
	criteria, err := v.whom(page)
	if err != nil {
		return err
	}
	if page.Counts, err = v.S.d.Signups.RunPeople(v.Ctx(), processing.PurposeID(page.Purpose), criteria); err != nil {
		return err
	}
	page.Counted = true
	var purpose processing.Purpose
	for _, p := range page.Purposes {
		if string(p.ID) == page.Purpose {
			purpose = p
		}
	}
	for _, lang := range workflow.Languages() {
		if page.Counts.Languages[lang] == 0 {
			continue
		}
		page.Languages = append(page.Languages, lang)
		w := v.speaking(lang)
		args := map[string]any{"Firm": v.Firm.Name, "Purpose": purpose.Name.In(lang, v.Firm.Country)}
		page.Subject[lang], page.Body[lang] = w.T("repermission.first_subject", args), w.T("repermission.first_body", args)
		if v.Form("subject_"+lang) != "" || v.Form("body_"+lang) != "" {
			page.Subject[lang], page.Body[lang] = v.Form("subject_"+lang), v.Form("body_"+lang)
		}
	}
	return nil
}

// whom turns the choice of an import or a segment into criteria.
func (v *Visit) whom(page *repermissionPage) (contact.Criteria, error) {
	for _, i := range page.Imports {
		if page.People == "import:"+string(i.ID) {
			return contact.Criteria{ImportID: i.ID}, nil
		}
	}
	for _, g := range page.Segments {
		if page.People == "segment:"+string(g.ID) {
			return g.Criteria, nil
		}
	}
	return contact.Criteria{}, signup.ErrRunEveryone
}

func showRepermission(v *Visit) error {
	page, err := v.repermissionPage()
	if err != nil {
		return err
	}
	if err := v.countPeople(&page); err != nil && fault.KindOf(err) == fault.Invalid {
		return v.Again("repermission", page, err)
	} else if err != nil {
		return err
	}
	return v.Page("repermission", page)
}

func startRepermission(v *Visit) error {
	page, err := v.repermissionPage()
	if err != nil {
		return err
	}
	if err := v.countPeople(&page); err != nil {
		return v.Again("repermission", page, err)
	}
	criteria, err := v.whom(&page)
	if err != nil {
		return v.Again("repermission", page, err)
	}
	run := signup.Run{Purpose: processing.PurposeID(page.Purpose), Subject: workflow.Text{}, Body: workflow.Text{}, Ground: page.Ground}
	for _, lang := range page.Languages {
		run.Subject[lang], run.Body[lang] = v.Form("subject_"+lang), v.Form("body_"+lang)
	}
	if day, err := time.Parse(time.DateOnly, page.Until); err == nil {
		run.Until = signup.LastDay(contact.DateOf(day), v.Firm.Location())
	}
	run, err = v.S.d.Signups.StartRun(v.Ctx(), v.Actor, run, criteria)
	if err != nil {
		return v.Again("repermission", page, err)
	}
	v.Flash("repermission.started", nil)
	return v.Redirect("/contacts/forms/repermission/" + string(run.ID))
}

func showRepermissionRun(v *Visit) error {
	runs, err := v.runsShown()
	if err != nil {
		return err
	}
	for _, r := range runs {
		if string(r.ID) == v.C.Params("run") {
			return v.Page("repermission_run", r)
		}
	}
	return signup.ErrRunUnknown
}
