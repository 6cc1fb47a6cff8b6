package web

import (
	"context"
	"html/template"

	"clepsydra/internal/incident"
	"clepsydra/internal/journal"
	"clepsydra/internal/recall"
	"clepsydra/internal/response"
)

// recallFunc is a verb on one recipient.
type recallFunc func(*response.Service, context.Context, journal.Actor, incident.ID, recall.ID) error

// recipientPage is the page of one wrong recipient: what to send, what was said.
type recipientPage struct {
	handled
	R       recall.Recipient
	From    recall.Recipient // who passed it on
	Names   map[string]string
	Link    string
	Request response.Request
	QR      template.HTML
	Works   bool // the link takes an answer
	Stopped bool // it was revoked
	HasMail bool
	NextIn  bool // passed on, and the next recipient is on the list
	Refused bool // the form with the answer was refused
	Fast    bool // the visitor is on the short way
	Hand    recall.Answer
	Given   string
}

// IsAnswered reports whether there is an answer that counts.
func (p recipientPage) IsAnswered() bool { return len(p.R.Answers) > 0 }

// LacksNext reports whether it was passed on to somebody who is not on the list.
func (p recipientPage) LacksNext() bool {
	a, _ := p.R.Answer()
	return a.Use == recall.PassedOn && !p.NextIn
}

// Uses, Fates and Ways are the choices of the form.
func (recipientPage) Uses() []recall.Use   { return recall.Uses() }
func (recipientPage) Fates() []recall.Fate { return recall.Fates() }
func (recipientPage) Ways() []recall.Via   { return recall.ByHand() }

func (v *Visit) recipientPage() (recipientPage, error) {
	head, err := v.S.head(v, "work")
	if err != nil {
		return recipientPage{}, err
	}
	page := recipientPage{HasMail: v.Firm.SMTP.IsSet(), Given: v.local(v.Now), Fast: v.C.Query("fast") != "" || v.Ticked("fast")}
	head.HasNext = head.HasNext && !page.Fast // the short way has its own next step
	page.handled = handled{head}
	all, err := recall.OfIncident(v.Ctx(), v.S.d.DB.R, head.I.ID)
	if err != nil {
		return page, err
	}
	for _, r := range all {
		if string(r.ID) == v.C.Params("recipient") {
			page.R = r
		}
	}
	if page.R.ID == "" {
		return page, recall.ErrNotFound
	}
	for _, r := range all {
		if r.ID == page.R.PassedBy {
			page.From = r
		}
		page.NextIn = page.NextIn || r.PassedBy == page.R.ID
	}
	if _, page.Names, err = v.accounts(); err != nil {
		return page, err
	}
	return page, v.askWith(&page)
}

// askWith fills in what the recipient is sent. Whoever may only look sees no link.
func (v *Visit) askWith(page *recipientPage) error {
	page.Works, page.Stopped = page.R.Link.Works(v.Now), !page.R.Link.RevokedAt.IsZero()
	if !v.Is("handle_incident") {
		return nil
	}
	var err error
	page.Link = v.Link("/confirm/" + v.S.d.Response.LinkToken(page.R))
	page.Request = v.S.d.Response.RequestFor(v.Firm, page.Head.I, page.R, page.Link)
	page.QR, err = qrCode(page.Link, v.P.T("recall.qr_alt", nil))
	return err
}

func showRecipient(v *Visit) error {
	page, err := v.recipientPage()
	if err != nil {
		return err
	}
	return v.Page("recipient", page)
}

// recordAnswer writes down what a recipient said in another way than by the link.
func recordAnswer(v *Visit) error {
	page, err := v.recipientPage()
	if err != nil {
		return err
	}
	page.Refused, page.Given = true, v.Form("given")
	page.Hand = recall.Answer{
		Use: recall.Use(v.Form("use")), Fate: recall.Fate(v.Form("fate")), PassedTo: v.Form("passed_to"), Stands: v.Ticked("stands"),
		Name: v.Form("answer_name"), Note: v.Form("note"), Via: recall.Via(v.Form("via")),
	}
	files, fileErr := v.uploads("proof", 1)
	given, givenErr := v.Instant("given")
	if err := joined(fileErr, givenErr); err != nil {
		return v.Again("recipient", page, err)
	}
	page.Hand.GivenAt = given
	if page.Hand.Via == recall.ByLink {
		page.Hand.Via = ""
	}
	if err := v.S.d.Response.RecordAnswer(v.Ctx(), v.Actor, page.Head.I.ID, page.R.ID, page.Hand, files); err != nil {
		return v.Again("recipient", page, err)
	}
	v.Flash("recall.said_recorded", nil)
	if page.Fast {
		return v.Redirect("/incidents/" + string(page.Head.I.ID) + "/fast?step=2")
	}
	return v.Redirect("/incidents/" + string(page.Head.I.ID) + "/recipients/" + string(page.R.ID))
}
