package web

import (
	"slices"
	"strings"

	"clepsydra/internal/contact"
	"clepsydra/internal/deadline"
	"clepsydra/internal/fault"
	"clepsydra/internal/journal"
	"clepsydra/internal/processing"
	"clepsydra/internal/request"
	"clepsydra/internal/stewardship"
)

// requestPage is the work on one request.
type requestPage struct {
	R          request.Request
	Line       requestLine
	Ends       request.Ends
	Last       string // the strict last day in words
	LawfulLast string // the statutory one, where it is later
	Steps      []request.Step
	Next       string
	Person     contact.Contact
	Candidates []contact.Contact
	Search     string
	Questions  []contact.Field
	Parts      []requestPart
	Inputs     []personInput // what can be corrected
	Purposes   []processing.Purpose
	Held       []string // open incidents that hold an erasure
	Draft      request.Letter
	Papers     []request.Paper
	History    []timelineEntry
	Lead       string
	HasMail    bool
	MailTo     string
	CanExtend  bool
	Form       string // which form was refused
	v          *Visit
}

// requestPart is one thing that is asked, with what can be decided about it.
type requestPart struct {
	request.Item
	Article string
	Grounds []request.RefusalRule
}

// Is reports whether a form was refused.
func (p requestPage) Is(form string) bool { return p.Form == form }

// Val is what was typed in a field of the form that was refused.
func (p requestPage) Val(form, field string) string {
	if p.Form != form {
		return ""
	}
	return p.v.C.FormValue(field)
}

// In gives the reasons of a refusal to the form they belong to.
func (p requestPage) In(form string, e Errors) Errors {
	if p.Form != form {
		return Errors{p: e.p}
	}
	return e
}

// Change reports whether this visitor may work on the request.
func (p requestPage) Change() bool { return p.v.Is("edit_contacts") && p.R.IsOpen() }

func (v *Visit) requestID() request.ID { return request.ID(v.C.Params("id")) }

// requestPage reads everything the page shows; form is the one that was refused, or empty.
func (v *Visit) requestPage(form string) (requestPage, error) {
	page := requestPage{v: v, Form: form, HasMail: v.Firm.SMTP.IsSet(), Search: strings.TrimSpace(v.C.Query("search"))}
	var err error
	if page.R, err = request.ByID(v.Ctx(), v.S.d.DB.R, v.requestID()); err != nil {
		return page, err
	}
	page.Line, page.Steps, page.Next = v.requestLine(page.R), request.Steps(page.R), request.Next(page.R)
	law, err := v.S.d.Requests.Law(page.R)
	if err != nil {
		return page, err
	}
	for _, i := range page.R.Items {
		page.Parts = append(page.Parts, requestPart{Item: i, Article: law.ArticleOf(i.Kind), Grounds: law.Grounds(i.Kind)})
	}
	page.CanExtend = page.R.IsOpen() && !page.R.IsAnswered() && !page.R.IsExtended() && v.Now.Before(page.R.DueAt)
	for _, fill := range []func(*requestPage) error{v.fillClock, v.fillWhose, v.fillPapers} {
		if err := fill(&page); err != nil {
			return page, err
		}
	}
	return page, nil
}

// fillClock says until when, and how that was found.
func (v *Visit) fillClock(page *requestPage) (err error) {
	if page.Ends, err = v.S.d.Requests.Ends(v.Firm, page.R); err != nil {
		return err
	}
	page.Last = v.P.Readable(page.Ends.LastDay.String())
	if page.Ends.StatutoryDay != page.Ends.LastDay {
		page.LawfulLast = v.P.Readable(page.Ends.StatutoryDay.String())
	}
	_, names, err := v.accounts()
	if err != nil {
		return err
	}
	page.Lead = names[page.R.LeadID]
	list, err := journal.ListOf(v.Ctx(), v.S.d.DB.R, journal.Case{Kind: "request", ID: string(page.R.ID)})
	if err != nil {
		return err
	}
	for _, e := range slices.Backward(list) {
		args := map[string]any{}
		for name, value := range e.Facts {
			args[name] = v.factWords(name, value)
		}
		page.History = append(page.History, timelineEntry{Entry: e, Words: v.P.T("timeline."+strings.ReplaceAll(e.Kind, ".", "_"), args), Who: v.actorWords(e.Actor, names), Icon: "point"})
	}
	return nil
}

// factWords puts a code of a request's journal into words.
func (v *Visit) factWords(name, value string) string {
	prefix := map[string]string{"kind": "kind", "outcome": "outcome", "via": "via", "method": "method", "how": "how", "paper": "paper", "state": "identity"}[name]
	if key := "requests." + prefix + "_" + value; prefix != "" && v.P.Has(key) {
		return v.P.T(key, nil)
	}
	if name == "rung" {
		return v.requestRung(value)
	}
	if name == "kinds" {
		words := strings.Fields(value)
		for k, w := range words {
			words[k] = v.P.T("requests.kind_"+w, nil)
		}
		return strings.Join(words, ", ")
	}
	return value
}

// requestRung is what a rung of the reminders is called.
func (v *Visit) requestRung(key string) string {
	for _, ladder := range []string{"request", "request_waiting"} {
		l, _ := v.S.d.Packs.Ladder(ladder)
		for _, r := range l.Rungs {
			if r.Key == key || r.Every > 0 && strings.HasPrefix(key, "late_") {
				return r.Name.In(v.P.Lang(), v.P.Country())
			}
		}
	}
	return key
}

// fillWhose finds who it is, or who it may be.
func (v *Visit) fillWhose(page *requestPage) error {
	if page.R.Matching == request.Found && page.R.ContactID != "" {
		return v.fillFound(page)
	}
	if page.R.Matching == request.NotLooked && page.R.IsOpen() {
		var err error
		page.Candidates, err = v.S.d.Requests.Candidates(v.Ctx(), v.Actor, page.R.ID, page.Search)
		return err
	}
	return nil
}

func (v *Visit) fillFound(page *requestPage) error {
	p, err := v.S.d.Contacts.View(v.Ctx(), v.Actor, page.R.ContactID)
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	page.Person, page.MailTo = p, page.R.Email
	if p.Email != "" {
		page.MailTo = p.Email
	}
	page.Questions = stewardship.QuestionsFor(page.R, p)
	record, err := processing.Get(v.Ctx(), v.S.d.DB.R)
	if err != nil {
		return err
	}
	page.Inputs = v.inputs(record, func(f contact.Field) string {
		if page.Is("carry_correction") {
			return v.C.FormValue(string(f))
		}
		return p.Value(f)
	})
	for _, purpose := range record.Purposes {
		if purpose.IsInUse() && (purpose.Marketing || purpose.Basis == processing.Consent) {
			page.Purposes = append(page.Purposes, purpose)
		}
	}
	if page.R.Asks(request.Erasure) && !p.IsErased() {
		page.Held, err = v.S.d.Requests.Held(v.Ctx(), p.ID)
	}
	return err
}

// fillPapers reads the letters, and drafts the answer once everything is decided.
func (v *Visit) fillPapers(page *requestPage) (err error) {
	if page.Papers, err = request.PapersOf(v.Ctx(), v.S.d.DB.R, page.R.ID); err != nil {
		return err
	}
	if page.MailTo == "" {
		page.MailTo = page.R.Email
	}
	if page.R.IsOpen() && !page.R.IsAnswered() && len(page.R.Undecided()) == 0 {
		page.Draft, err = v.S.d.Requests.Draft(v.Ctx(), page.R, v.Firm)
	}
	return err
}

func showRequest(v *Visit) error {
	page, err := v.requestPage("")
	if err != nil {
		return err
	}
	return v.Page("request", page)
}

// Explained is how the end was found, line by line.
func (p requestPage) Explained() []string {
	var out []string
	for _, s := range p.Ends.Steps {
		args := map[string]any{}
		for k, value := range s.Args {
			args[k] = p.v.P.Readable(value)
		}
		out = append(out, p.v.P.T(s.Key, args))
	}
	return out
}

// Received is the day it came in, as the month counts it.
func (p requestPage) Received() string {
	return p.v.P.Readable(deadline.DateOf(p.R.ReceivedAt.In(p.v.Firm.Location())).String())
}
