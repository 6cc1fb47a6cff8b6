package web

import (
	"strings"
	"time"

	"clepsydra/internal/contact"
	"clepsydra/internal/deadline"
	"clepsydra/internal/locale"
	"clepsydra/internal/request"
)

// newRequestPage is the form for a request that came by telephone, letter or mail.
type newRequestPage struct {
	Once     string
	Ways     []request.Via
	Kinds    []request.Kind
	Chosen   []string
	Received string
	R        request.Request
	Person   contact.Contact // whose request it is, when it was begun on his page
	Langs    []string
}

func (v *Visit) newRequestPage() newRequestPage {
	page := newRequestPage{
		Once: onceKey(), Ways: request.Ways(), Kinds: request.Kinds(), Langs: locale.Languages(),
		Received: v.Now.In(v.Firm.Location()).Format(time.DateOnly), R: request.Request{Via: request.ByMail, Language: v.Firm.Language},
	}
	if id := v.C.Query("person", v.Form("person")); id != "" {
		if p, err := contact.ByID(v.Ctx(), v.S.d.DB.R, contact.ID(id)); err == nil && !p.IsErased() {
			page.Person = p
		}
	}
	return page
}

func newRequest(v *Visit) error { return v.Page("request_new", v.newRequestPage()) }

// typedItems are the kinds that were ticked, each once and in our order.
func (v *Visit) typedItems() (items []request.Item, chosen []string) {
	ticked := v.FormAll("kinds")
	for _, k := range request.Kinds() {
		for _, t := range ticked {
			if t == string(k) {
				items, chosen = append(items, request.Item{Kind: k}), append(chosen, t)
				break
			}
		}
	}
	return items, chosen
}

// typeRequest keeps a request that was typed in. The day it came in starts the month,
// not the day it is typed.
func typeRequest(v *Visit) error {
	page := v.newRequestPage()
	if once := v.Form("once"); onceShape.MatchString(once) {
		page.Once = once
	}
	page.Received = v.Form("received")
	page.R = request.Request{
		SendKey: page.Once, Via: request.Via(v.Form("via")), Name: v.Form("name"), Email: v.Form("email"), Phone: v.Form("phone"),
		Address: v.Form("address"), CustomerNumber: v.Form("customer_number"), Said: strings.TrimSpace(v.C.FormValue("said")), Language: v.Form("language"),
	}
	if !locale.Known(page.R.Language) {
		page.R.Language = v.Firm.Language
	}
	known := false
	for _, w := range page.Ways {
		known = known || w == page.R.Via
	}
	if !known {
		page.R.Via = request.ByAnother
	}
	page.R.Items, page.Chosen = v.typedItems()
	received, err := v.dayReceived(page.Received)
	if err != nil {
		return v.Again("request_new", page, err)
	}
	page.R.ReceivedAt = received
	r, err := v.S.d.Requests.Receive(v.Ctx(), v.Actor, page.R)
	if err != nil {
		return v.Again("request_new", page, err)
	}
	if page.Person.ID != "" {
		if err := v.S.d.Requests.Match(v.Ctx(), v.Actor, r.ID, page.Person.ID); err != nil {
			return err
		}
	}
	v.Flash("requests.taken_in", map[string]any{"Ref": r.Ref})
	return v.Redirect("/requests/" + string(r.ID))
}

// dayReceived reads the day a request came in: noon of it in the firm's zone, or now
// for today. Not known means today.
func (v *Visit) dayReceived(text string) (time.Time, error) {
	today := deadline.DateOf(v.Now.In(v.Firm.Location()))
	if text == "" || text == today.String() {
		return v.Now, nil
	}
	d, err := deadline.ParseDate(text)
	if err != nil {
		return time.Time{}, ErrInstant.At("received")
	}
	if d.After(today) {
		return time.Time{}, request.ErrReceived
	}
	return d.In(v.Firm.Location()).Add(12 * time.Hour).UTC(), nil
}
