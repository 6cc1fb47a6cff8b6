package web

import (
	"html/template"
	"strings"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/account"
	"clepsydra/internal/fastlane"
	"clepsydra/internal/incident"
	"clepsydra/internal/recall"
	"clepsydra/internal/response"
)

// recallRoutes: the wrong recipients of an incident, and asking each of them.
func (s *Server) recallRoutes() []Route {
	get, post, one := fiber.MethodGet, fiber.MethodPost, "/incidents/:id/recipients/:recipient"
	return []Route{
		{Method: get, Path: "/incidents/:id/recipients", Needs: account.SeeBoard, Handle: showRecipients},
		{Method: post, Path: "/incidents/:id/recipients", Needs: account.HandleIncident, Handle: addRecipient},
		{Method: get, Path: one, Needs: account.SeeBoard, Handle: showRecipient},
		{Method: get, Path: one + "/slip", Needs: account.HandleIncident, Handle: showSlip},
		{Method: post, Path: one + "/asked", Needs: account.HandleIncident, Handle: recallVerb((*response.Service).MarkAsked, "recall.said_asked")},
		{Method: post, Path: one + "/mail", Needs: account.HandleIncident, Handle: recallVerb((*response.Service).MailRecipient, "recall.said_mail")},
		{Method: post, Path: one + "/silent", Needs: account.HandleIncident, Handle: recallVerb((*response.Service).GiveUpRecipient, "recall.said_silent")},
		{Method: post, Path: one + "/renew", Needs: account.HandleIncident, Handle: recallVerb((*response.Service).RenewLink, "recall.said_renewed")},
		{Method: post, Path: one + "/revoke", Needs: account.HandleIncident, Handle: recallVerb((*response.Service).RevokeLink, "recall.said_revoked")},
		{Method: post, Path: one + "/answer", Needs: account.HandleIncident, Handle: recordAnswer, Upload: true},
	}
}

// recipientForm is a new recipient as it was typed.
type recipientForm struct {
	Name, Email, Channel, Language string
	From                           recall.Recipient // who passed it on; empty for most
	Fast                           bool             // typed on the short way, and back to it
}

// OnFast is the same form on the short way.
func (f recipientForm) OnFast() recipientForm {
	f.Fast = true
	return f
}

// recallPage is the page /incidents/:id/recipients.
type recallPage struct {
	handled
	All     []recall.Recipient
	Summary recall.Summary
	New     recipientForm
}

// Doubtful reports whether a decision rests on what a recipient has upset since.
func (p recallPage) Doubtful() bool {
	return p.Head.I.Risk == incident.RiskUnlikely && (p.Summary.Refused > 0 || p.Summary.PassedOn > 0)
}

func (v *Visit) recallPage() (recallPage, error) {
	head, err := v.S.head(v, "work")
	if err != nil {
		return recallPage{}, err
	}
	page := recallPage{handled: handled{head}}
	if page.All, err = recall.OfIncident(v.Ctx(), v.S.d.DB.R, head.I.ID); err != nil {
		return page, err
	}
	page.Summary, page.New = recall.Summarise(page.All), v.newRecipient(head.I)
	return page, nil
}

// newRecipient is the empty form: asked in the way in which it went wrong.
func (v *Visit) newRecipient(i incident.Incident) recipientForm {
	f := recipientForm{Channel: string(recall.ByMail), Language: v.Firm.Language}
	if i.Scenario == "wrong_recipient_post" {
		f.Channel = string(recall.ByPost)
	}
	return f
}

// recallCard is what the overview of an incident shows of its wrong recipients.
type recallCard struct {
	IsAsked bool // the scenario has recipients to ask, or somebody is on the list
	recallPage
}

// shortWay is how the overview offers the short way.
type shortWay struct {
	IsOffered bool
	IsBegun   bool
	IsDone    bool
}

// recalls reads what the overview shows of the wrong recipients and the short way.
func (v *Visit) recalls(i incident.Incident) (shortWay, recallCard, error) {
	var short shortWay
	var card recallCard
	all, err := recall.OfIncident(v.Ctx(), v.S.d.DB.R, i.ID)
	if err != nil {
		return short, card, err
	}
	sc, err := v.S.d.Packs.Scenario(i.Scenario)
	isKnown := err == nil // a scenario that was taken away has nothing to offer
	card.All, card.Summary, card.Head.I = all, recall.Summarise(all), i
	card.IsAsked = len(all) > 0 || isKnown && sc.Recall != ""
	if !isKnown || sc.FastLane == nil {
		return short, card, nil
	}
	draft, begun, err := fastlane.Of(v.Ctx(), v.S.d.DB.R, i.ID)
	short = shortWay{IsOffered: i.IsOpen() && i.Risk == "", IsBegun: begun, IsDone: draft.IsDone()}
	return short, card, err
}

// passedBy finds the recipient who passed it on, by the id in the address or form.
func (p *recallPage) passedBy(id string) {
	for _, r := range p.All {
		if string(r.ID) == id {
			p.New.From = r
		}
	}
}

func showRecipients(v *Visit) error {
	page, err := v.recallPage()
	if err != nil {
		return err
	}
	page.passedBy(v.C.Query("from"))
	return v.Page("recipients", page)
}

func addRecipient(v *Visit) error {
	page, err := v.recallPage()
	if err != nil {
		return err
	}
	page.New = recipientForm{
		Name: v.Form("name"), Email: v.Form("email"), Channel: v.Form("channel"), Language: v.Form("language"), Fast: v.Ticked("fast"),
	}
	page.passedBy(v.Form("from"))
	id, err := v.S.d.Response.AddRecipient(v.Ctx(), v.Actor, page.Head.I.ID, response.RecipientInput{
		Name: page.New.Name, Email: page.New.Email, Channel: recall.Channel(page.New.Channel), Language: page.New.Language, PassedBy: page.New.From.ID,
	})
	if err != nil && page.New.Fast {
		return v.fastAgain(err, page.New)
	}
	if err != nil {
		return v.Again("recipients", page, err)
	}
	v.Flash("recall.said_added", nil)
	path := "/incidents/" + string(page.Head.I.ID) + "/recipients/" + string(id)
	if page.New.Fast {
		path += "?fast=1"
	}
	return v.Redirect(path)
}

// recallVerb makes the handler of a verb that needs nothing but the recipient.
func recallVerb(verb recallFunc, said string) func(*Visit) error {
	return func(v *Visit) error {
		id, rid := v.incidentID(), recall.ID(v.C.Params("recipient"))
		if err := verb(v.S.d.Response, v.Ctx(), v.Actor, id, rid); err != nil {
			page, pageErr := v.recipientPage()
			if pageErr != nil {
				return pageErr
			}
			return v.Again("recipient", page, err)
		}
		v.Flash(said, nil)
		path := "/incidents/" + string(id) + "/recipients/" + string(rid)
		if v.Ticked("fast") {
			path += "?fast=1"
		}
		return v.Redirect(path)
	}
}

// slipPage is the letter with the link, for a recipient who is asked by post.
type slipPage struct {
	Recipient recall.Recipient
	Back      string
	Lang      string
	Subject   string
	Before    []string // lines before the link
	After     []string
	Link      string
	Scan      string
	QR        template.HTML
}

func showSlip(v *Visit) error {
	page, err := v.recipientPage()
	if err != nil {
		return err
	}
	p := v.S.d.Locale.For(page.R.Language, v.Firm.Country, v.Firm.Location())
	before, after, _ := strings.Cut(page.Request.Text, page.Link)
	return v.Page("recipient_slip", slipPage{
		Recipient: page.R, Back: page.Head.Path("recipients") + "/" + string(page.R.ID), Lang: page.R.Language, Subject: page.Request.Subject,
		Before: paragraphs(before), After: paragraphs(after), Link: page.Link, Scan: p.T("recall.slip_scan", nil), QR: page.QR,
	})
}

// paragraphs splits a text at its empty lines.
func paragraphs(text string) []string {
	var out []string
	for _, p := range strings.Split(text, "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}
