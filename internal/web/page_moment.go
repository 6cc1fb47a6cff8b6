package web

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"clepsydra/internal/fault"
	"clepsydra/internal/incident"
	"clepsydra/internal/obligation"
	"clepsydra/internal/response"
	"clepsydra/internal/workflow"
)

// momentShown is one of the five moments with every value it ever had, the latest
// first.
type momentShown struct {
	Kind    incident.MomentKind
	Now     incident.Moment
	By      string // account, empty for the program
	History []incident.History
	Settles bool // whether it may be set by hand here
}

// momentsShown returns the five in the order in which they usually come.
func (v *Visit) momentsShown(i incident.Incident) ([]momentShown, error) {
	all, err := incident.MomentsOf(v.Ctx(), v.S.d.DB.R, i.ID)
	if err != nil {
		return nil, err
	}
	var out []momentShown
	for _, kind := range incident.MomentKinds() {
		slot, _ := i.Moments.Of(kind)
		m := momentShown{Kind: kind, Now: *slot, Settles: kind != incident.Aware && kind != incident.ReportIn}
		for _, h := range slices.Backward(all) {
			if h.Kind == kind {
				m.History = append(m.History, h)
			}
		}
		if len(m.History) > 0 {
			m.By, m.Now.Reason = m.History[0].SetBy, m.History[0].Reason
		}
		out = append(out, m)
	}
	return out, nil
}

// momentForm is a moment as it was typed.
type momentForm struct {
	Kind    string
	At      string
	Unknown bool
	Reason  string
}

// setMoment sets one of the moments that start no clock, or takes it back to "not
// known yet".
func setMoment(v *Visit) error {
	page, err := v.overview()
	if err != nil {
		return err
	}
	f := momentForm{Kind: v.Form("kind"), At: v.Form("at"), Unknown: v.Ticked("unknown"), Reason: v.Form("reason")}
	page.Moment, page.Refused = f, formMoment
	at, err := v.Instant("at")
	if err != nil && !f.Unknown {
		return v.Again("incident", page, err)
	}
	switch {
	case f.Unknown:
		at = time.Time{}
	case at.IsZero():
		return v.Again("incident", page, incident.ErrMomentMissing.At("at"))
	}
	i := page.Head.I
	same := func(m momentShown) bool {
		return string(m.Kind) == f.Kind && m.Settles && m.Now.At.Equal(at) && m.Now.Reason == f.Reason
	}
	if !slices.ContainsFunc(page.Moments, same) {
		if err := v.S.d.Response.SetMoment(v.Ctx(), v.Actor, i.ID, incident.MomentKind(f.Kind), at, f.Reason); err != nil {
			return v.Again("incident", page, err)
		}
	}
	v.Flash("handle.moment_set", nil)
	return v.Redirect("/incidents/" + string(i.ID) + "#moments")
}

// describeForm is the description as it was typed.
type describeForm struct {
	Title, Summary string
	Data           []string
	DataUnknown    bool
	Number         string
	NumberUnknown  bool
	Lead           string
}

func describeOf(i incident.Incident) describeForm {
	f := describeForm{
		Title: i.Title, Summary: i.Summary, Data: i.Data, DataUnknown: len(i.Data) == 0, NumberUnknown: !i.Approx.Known, Lead: i.LeadID,
	}
	if i.Approx.Known {
		f.Number = strconv.Itoa(i.Approx.Value)
	}
	return f
}

// Refusals of a description.
var (
	errNumber     = fault.New(fault.Invalid, "handle.number_invalid")
	errTitle      = fault.New(fault.Invalid, "handle.title_missing")
	errLead       = fault.New(fault.Invalid, "handle.lead_unknown")
	errDataDoubt  = fault.New(fault.Invalid, "handle.data_contradiction")
	errDataAbsent = fault.New(fault.Invalid, "handle.data_missing")
)

// mostPeople is more than anybody's customers; a greater number is a slip.
const mostPeople = 100_000_000

// description checks what was typed. Not knowing is an answer, but it is said and
// not left out.
func (f describeForm) description(page overview) (response.Description, error) {
	var l fault.List
	d := response.Description{Title: f.Title, Summary: f.Summary, Data: f.Data, LeadID: f.Lead}
	if incident.Title(f.Title) == "" {
		l.Add(errTitle.At("title"))
	}
	switch {
	case f.DataUnknown && len(f.Data) > 0:
		l.Add(errDataDoubt.At("data"))
	case !f.DataUnknown && len(f.Data) == 0:
		l.Add(errDataAbsent.At("data"))
	}
	if !f.NumberUnknown {
		n, err := strconv.Atoi(strings.NewReplacer(" ", "", ".", "", ",", "", "\u00a0", "", "\u202f", "", "'", "").Replace(f.Number))
		if err != nil || n < 0 || n > mostPeople {
			l.Add(errNumber.At("number"))
		}
		d.Approx = incident.Approx{Known: true, Value: n}
	}
	if _, known := page.Names[f.Lead]; f.Lead != "" && !known {
		l.Add(errLead.At("lead"))
	}
	return d, l.OrNil()
}

// describe says what happened, which data and how many people.
func describe(v *Visit) error {
	page, err := v.overview()
	if err != nil {
		return err
	}
	f := describeForm{
		Title: v.Form("title"), Summary: v.Form("summary"), Data: v.FormAll("data"), DataUnknown: v.Ticked("data_unknown"),
		Number: v.Form("number"), NumberUnknown: v.Ticked("number_unknown"), Lead: v.Form("lead"),
	}
	was := describeOf(page.Head.I)
	page.Describe, page.Refused = f, formDescribe
	d, err := f.description(page)
	if err != nil {
		return v.Again("incident", page, err)
	}
	if !f.equal(was) {
		if err := v.S.d.Response.Describe(v.Ctx(), v.Actor, page.Head.I.ID, d); err != nil {
			return v.Again("incident", page, err)
		}
	}
	v.Flash("web.saved", nil)
	return v.Redirect("/incidents/" + string(page.Head.I.ID) + "#describe")
}

func (f describeForm) equal(g describeForm) bool {
	if f.NumberUnknown {
		f.Number, g.Number = "", "" // what stands beside a ticked box says nothing
	}
	return f.Title == g.Title && f.Summary == g.Summary && slices.Equal(f.Data, g.Data) && f.NumberUnknown == g.NumberUnknown &&
		f.Number == g.Number && (f.Lead == "" || f.Lead == g.Lead)
}

// contain records that the leak is stopped. A second click says the same.
func contain(v *Visit) error {
	page, err := v.overview()
	if err != nil {
		return err
	}
	page.Contain, page.Refused = v.Form("at"), formContain
	at, err := v.Instant("at")
	if err != nil {
		return v.Again("incident", page, err)
	}
	if i := page.Head.I; i.Contained.IsZero() || !i.Contained.Equal(at) {
		if err := v.S.d.Response.Contain(v.Ctx(), v.Actor, i.ID, at); err != nil {
			return v.Again("incident", page, err)
		}
	}
	v.Flash("handle.contained", nil)
	return v.Redirect("/incidents/" + string(page.Head.I.ID))
}

// acknowledge says that somebody took a duty of this incident on.
func acknowledge(v *Visit) error {
	head, err := v.S.head(v, "")
	if err != nil {
		return err
	}
	id := obligation.ID(v.Form("duty"))
	if !slices.ContainsFunc(head.Duties, func(o obligation.Obligation) bool { return o.ID == id }) {
		return obligation.ErrNotFound
	}
	if err := v.S.d.Response.Acknowledge(v.Ctx(), v.Actor, id); err != nil {
		return err
	}
	v.Flash("handle.acknowledged", nil)
	return v.Redirect("/incidents/" + string(head.I.ID))
}

// dataGroup is a group of kinds of data as people think of them.
type dataGroup struct {
	Key string // translation key: handle.data_<key>
	All []workflow.Category
}

// groupOf puts a type of the authority's form into one of a few plain groups.
func groupOf(c workflow.Category) string {
	switch c.EDPB {
	case "basic", "contact":
		return "contact"
	case "credentials":
		return "access"
	case "financial", "payment_means":
		return "money"
	case "identification_number", "official_document":
		return "papers"
	case "special_category", "family", "image", "communication":
		return "private"
	case "profile", "location":
		return "habits"
	}
	return "other"
}

// groupsOf sorts the categories into groups; each keeps the order of the packs.
func groupsOf(all []workflow.Category) []dataGroup {
	var out []dataGroup
	for _, key := range []string{"contact", "access", "money", "papers", "private", "habits", "other"} {
		g := dataGroup{Key: key}
		for _, c := range all {
			if groupOf(c) == key {
				g.All = append(g.All, c)
			}
		}
		if len(g.All) > 0 {
			out = append(out, g)
		}
	}
	return out
}
