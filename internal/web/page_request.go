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
	Fields     []contact.Field // that can be corrected
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

// requestPage reads everything the page shows.
func (v *Visit) requestPage() (requestPage, error) {
	page := requestPage{v: v, HasMail: v.Firm.SMTP.IsSet(), Search: strings.TrimSpace(v.C.Query("search"))}
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
	for _, fill := range []func(*requestPage) error{v.fillClock, v.fillPerson, v.fillPapers} {
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

// fillPerson finds who it is, or who it may be.
func (v *Visit) fillPerson(page *requestPage) error {
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
	page.Fields = append(contact.CorrectFields(), p.Extra.Fields()...)
	record, err := processing.Get(v.Ctx(), v.S.d.DB.R)
	if err != nil {
		return err
	}
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
	page, err := v.requestPage()
	if err != nil {
		return err
	}
	return v.Page("request", page)
}

// onRequest does one thing to a request and comes back to its page, or shows the form
// that was refused.
func (v *Visit) onRequest(form, done string, refused error) error {
	if refused != nil {
		page, err := v.requestPage()
		if err != nil {
			return err
		}
		page.Form = form
		return v.Again("request", page, refused)
	}
	v.Flash(done, nil)
	return v.Redirect("/requests/" + string(v.requestID()))
}

func takeRequest(v *Visit) error {
	return v.onRequest("take", "requests.flash_taken", v.S.d.Requests.TakeOn(v.Ctx(), v.Actor, v.requestID()))
}

func matchRequest(v *Visit) error {
	if v.Form("contact") == "nobody" {
		return v.onRequest("match", "requests.flash_nobody", v.S.d.Requests.MatchNobody(v.Ctx(), v.Actor, v.requestID()))
	}
	return v.onRequest("match", "requests.flash_matched", v.S.d.Requests.Match(v.Ctx(), v.Actor, v.requestID(), contact.ID(v.Form("contact"))))
}

func askRequestIdentity(v *Visit) error {
	return v.onRequest("identity", "requests.flash_asked", v.S.d.Requests.AskIdentity(v.Ctx(), v.Actor, v.requestID(), stewardship.IdentityInput{
		Method: request.Method(v.Form("method")), Question: v.Form("question"), Doubt: v.Form("doubt"),
	}))
}

func decideRequestIdentity(v *Visit) error {
	return v.onRequest("identity_decide", "requests.flash_identity", v.S.d.Requests.DecideIdentity(v.Ctx(), v.Actor, v.requestID(),
		request.IdentityState(v.Form("decision")), request.Method(v.Form("method")), v.Form("identity_reason")))
}

func extendRequest(v *Visit) error {
	return v.onRequest("extend", "requests.flash_extended", v.S.d.Requests.Extend(v.Ctx(), v.Actor, v.requestID(), v.Form("extension_reason")))
}

// carryRequest changes the customer file for one part.
func carryRequest(v *Visit) error {
	kind := request.Kind(v.Form("kind"))
	var err error
	switch kind {
	case request.Correction:
		values := map[contact.Field]string{}
		for _, f := range contact.CorrectFields() {
			if v.Form("was_"+string(f)) != v.Form(string(f)) {
				values[f] = v.Form(string(f))
			}
		}
		for name := range v.C.Request().PostArgs().All() {
			if f := contact.Field(name); f.IsOwn() && v.Form("was_"+string(f)) != v.Form(string(f)) {
				values[f] = v.Form(string(f))
			}
		}
		err = v.S.d.Requests.Correct(v.Ctx(), v.Actor, v.requestID(), values)
	case request.Erasure:
		err = v.S.d.Requests.EraseFor(v.Ctx(), v.Actor, v.requestID(), v.Ticked("sure"), v.Ticked("looked"))
	case request.Restriction:
		err = v.S.d.Requests.RestrictFor(v.Ctx(), v.Actor, v.requestID())
	default:
		err = v.S.d.Requests.StopFor(v.Ctx(), v.Actor, v.requestID(), kind, v.FormAll("purposes"))
	}
	return v.onRequest("carry_"+string(kind), "requests.flash_carried", err)
}

func decideRequest(v *Visit) error {
	d := request.Decision{Kind: request.Kind(v.Form("kind")), Outcome: request.Outcome(v.Form("outcome")), Ground: v.Form("ground"), Reason: v.Form("reason")}
	return v.onRequest("decide_"+string(d.Kind), "requests.flash_decided", v.S.d.Requests.Decide(v.Ctx(), v.Actor, v.requestID(), d))
}

func answerRequest(v *Visit) error {
	return v.onRequest("answer", "requests.flash_answered", v.S.d.Requests.Answer(v.Ctx(), v.Actor, v.requestID(), stewardship.AnswerInput{
		How: request.How(v.Form("how")), Note: v.Form("note"), LateReason: v.Form("late_reason"), Looked: v.Ticked("looked"),
	}))
}

func tellRequest(v *Visit) error {
	return v.onRequest("tell", "requests.flash_told", v.S.d.Requests.Tell(v.Ctx(), v.Actor, v.requestID(), v.Form("recipient"), v.Form("why")))
}

func liftRequest(v *Visit) error {
	return v.onRequest("lift", "requests.flash_lifted", v.S.d.Requests.Lift(v.Ctx(), v.Actor, v.requestID(), v.Form("lift_reason")))
}

func closeRequest(v *Visit) error {
	return v.onRequest("close", "requests.flash_closed", v.S.d.Requests.Close(v.Ctx(), v.Actor, v.requestID()))
}

// requestDataPage is everything that is kept about the person.
type requestDataPage struct {
	R    request.Request
	Copy request.Copy
	Look int
	v    *Visit
}

// Label and Value put a fact into the visitor's words.
func (p requestDataPage) Label(f request.Fact) string { return f.LabelIn(p.v.P) }

// Value: see Label.
func (p requestDataPage) Value(f request.Fact) string { return f.ValueIn(p.v.P) }

func showRequestData(v *Visit) error {
	data, err := v.S.d.Requests.Gather(v.Ctx(), v.Actor, v.requestID())
	if err != nil {
		return err
	}
	r, err := request.ByID(v.Ctx(), v.S.d.DB.R, v.requestID())
	if err != nil {
		return err
	}
	return v.Page("request_data", requestDataPage{R: r, Copy: data, Look: len(data.ToLookAt()), v: v})
}

func openRequestPaper(v *Visit) error {
	p, err := v.S.d.Requests.Paper(v.Ctx(), v.Actor, v.requestID(), v.C.Params("paper"))
	if err != nil {
		return err
	}
	return v.Download(p.Name, p.Media, p.Content)
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
