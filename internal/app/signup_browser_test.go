package app_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"clepsydra/internal/app"
	"clepsydra/internal/consent"
	"clepsydra/internal/contact"
	"clepsydra/internal/journal"
	"clepsydra/internal/processing"
	"clepsydra/internal/stewardship"
)

// TestFromSignUpToUnsubscribeInABrowser goes the whole way: a form is made, somebody
// signs up, confirms, chooses, stops by one click and is erased.
func TestFromSignUpToUnsubscribeInABrowser(t *testing.T) {
	t.Parallel()
	for _, w := range []width{desktop(), phone()} {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			a := program(t)
			post := withPost(t, a)
			b := openBrowser(t, a.BaseURL(), w)
			b.open("/sign-in")
			b.fill("/sign-in", map[string]string{"email": "lotte@example.com", "password": password})
			b.makeAForm()
			b.signUp(post)
			person := b.isInTheFile(a)
			b.prefer(a, post, person)
			b.stopByOneClick(a, person)
			b.askAnOldListAgain(a, post)
		})
	}
}

// press sends the form whose action ends so by one of its named buttons.
func (b *browser) press(action, name, value string) {
	b.t.Helper()
	script := `(function(){
		var form=[...document.forms].find(f=>f.method==="post"&&new URL(f.action).pathname.endsWith("` + action + `"));
		if(!form){return "no form ` + action + ` on "+location.pathname}
		var button=[...form.querySelectorAll("button")].find(x=>x.name==="` + name + `"&&x.value==="` + value + `");
		if(!button){return "no button ` + value + `"}
		var mark=document.createElement("i");mark.id="before";document.body.append(mark);
		form.noValidate=true;form.requestSubmit(button);return ""})()`
	if problem := eval[string](b, script); problem != "" {
		b.t.Fatalf("%s: %s", b.width.name, problem)
	}
	b.do(chromedp.WaitNotPresent("#before"), chromedp.WaitReady("body"))
}

// tick sets a field of a page to a value, or ticks a box.
func (b *browser) tick(selector, value string) {
	b.t.Helper()
	if problem := eval[string](b, `(function(){var e=document.querySelector('`+selector+`');if(!e){return "no `+strings.ReplaceAll(selector, `"`, ``)+`"}
		if(e.type==="checkbox"||e.type==="radio"){e.checked=`+map[bool]string{true: "true", false: "false"}[value != ""]+`}else{e.value="`+value+`"};return ""})()`); problem != "" {
		b.t.Fatalf("%s: %s", b.width.name, problem)
	}
}

func (b *browser) makeAForm() {
	b.t.Helper()
	b.open("/contacts/forms")
	b.shot("forms-empty")
	b.open("/contacts/forms/new")
	b.tick(`[name="notice"]`, "https://www.example.com/privacy")
	b.tick(`[name="offer"][value="newsletter.mail"]`, "1")
	b.tick(`[name="slug"]`, "nieuws")
	b.tick(`[name="sites"]`, "https://www.example.com")
	eval[bool](b, `(function(){var e=document.createElement("input");e.name="box_newsletter.mail_ticked";e.value="1";e.type="hidden";e.id="tried";
		document.querySelector('form[action^="/contacts/forms"]').append(e);return true})()`)
	b.press("/contacts/forms", "do", "publish")
	b.at("/contacts/forms", "Planet49")
	b.shot("form-refused")
	b.press("/contacts/forms", "do", "publish")
	b.at("/contacts/forms/", "version 1")
	b.shot("form")
}

func (b *browser) signUp(post *postbox) {
	b.t.Helper()
	b.open("/f/nieuws")
	b.shot("signup")
	if n := eval[int64](b, `document.querySelectorAll("input[type=checkbox]:checked").length`); n != 0 {
		b.t.Fatalf("%d boxes are ticked beforehand", n)
	}
	b.fill("/f/nieuws", map[string]string{"email": "an@example"})
	b.at("/f/nieuws", "Vul een volledig e-mailadres in")
	b.shot("signup-refused")
	b.fill("/f/nieuws", map[string]string{"email": "an@example.com", "box": "newsletter.mail", "read": "1"})
	b.at("/f/nieuws/thanks", "mailbox")
	b.shot("signup-thanks")
	m := post.next()
	if m.to != "an@example.com" || m.header.Get("List-Unsubscribe") != "" {
		b.t.Fatalf("mail to %s: %v", m.to, m.header)
	}
	link := m.link(b.t, b.base)
	b.open(link)
	b.shot("opt-in")
	b.press(link, "answer", "yes")
	b.at("/opt-in/", "U bent ingeschreven")
	b.shot("opted-in")
}

func (b *browser) isInTheFile(a *app.App) contact.Contact {
	b.t.Helper()
	ctx := context.Background()
	people, err := contact.ByMail(ctx, a.DB.R, "an@example.com")
	if err != nil || len(people) != 1 {
		b.t.Fatalf("%d people, %v", len(people), err)
	}
	said, err := consent.EventsOf(ctx, a.DB.R, people[0].ID)
	if err != nil {
		b.t.Fatal(err)
	}
	if e := said[people[0].ID]; len(e) != 1 || !e[0].IsProven() || e[0].Kind != consent.Given || e[0].Purpose != "newsletter" {
		b.t.Fatalf("consents %+v", e)
	}
	return people[0]
}

func (b *browser) may(a *app.App, c contact.Contact) bool {
	b.t.Helper()
	v, err := a.Stewardship.MayContact(context.Background(), c.ID, "newsletter", processing.ByMail)
	if err != nil {
		b.t.Fatal(err)
	}
	return v.May
}

func (b *browser) prefer(a *app.App, post *postbox, c contact.Contact) {
	b.t.Helper()
	b.open("/preferences")
	b.shot("preferences-ask")
	b.fill("/preferences", map[string]string{"email": "an@example.com"})
	b.at("/preferences", "If we know this address")
	m := post.next()
	if h := m.header.Get("List-Unsubscribe"); !strings.HasPrefix(h, "<"+b.base+"/u/") || m.header.Get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" {
		b.t.Fatalf("headers %v", m.header)
	}
	link := m.link(b.t, b.base)
	b.open(link)
	b.at("/p/", "an@example.com")
	b.shot("preferences")
	b.tick(`[name="on"][value="newsletter.mail"]`, "")
	b.press(link, "do", "choose")
	if b.may(a, c) {
		b.t.Fatal("written to after the tick was taken away")
	}
	b.tick(`[name="on"][value="newsletter.mail"]`, "1")
	b.press(link, "do", "choose")
	if !b.may(a, c) {
		b.t.Fatal("not written to after the tick was set")
	}
}

func (b *browser) stopByOneClick(a *app.App, c contact.Contact) {
	b.t.Helper()
	path := "/u/" + a.Signups.Links().Unsubscribe(c.ID, "newsletter")
	b.open(path)
	b.shot("unsubscribe")
	if !b.may(a, c) {
		b.t.Fatal("opening the link unsubscribed")
	}
	res, err := http.Post(b.base+path, "application/x-www-form-urlencoded", strings.NewReader("List-Unsubscribe=One-Click"))
	if err != nil {
		b.t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil || res.StatusCode != http.StatusOK {
		b.t.Fatalf("one click: %s, %v", res.Status, err)
	}
	if b.may(a, c) {
		b.t.Fatal("written to after one click")
	}
	b.open(path)
	b.shot("unsubscribed")
}

// askAnOldListAgain writes once to people whose consent cannot be proved.
func (b *browser) askAnOldListAgain(a *app.App, post *postbox) {
	b.t.Helper()
	list := strings.NewReader("Email;Naam;Taal;Nieuwsbrief\noud@example.com;Oud Adres;nl;subscribed\nan@example.com;;nl;subscribed\n")
	_, err := a.Stewardship.Import(context.Background(), journal.System(), stewardship.ImportInput{File: list, Size: list.Size(), Name: "oude lijst.csv"})
	if err != nil {
		b.t.Fatal(err)
	}
	b.open("/contacts/forms/repermission")
	whom := eval[string](b, `document.querySelector('[name="people"] optgroup option').value`)
	b.open("/contacts/forms/repermission?purpose=newsletter&people=" + whom)
	b.at("repermission", "1 person would get one mail")
	b.tick(`[name="ground"][value="unclear_proof"]`, "1")
	b.shot("repermission")
	b.fill("/contacts/forms/repermission", nil)
	b.at("/contacts/forms/repermission/", "Written to")
	b.shot("repermission-run")
	m := post.next()
	if m.to != "oud@example.com" || m.header.Get("List-Unsubscribe") == "" || !strings.Contains(m.text, "Uitschrijven: "+b.base+"/u/") {
		b.t.Fatalf("mail to %s: %v", m.to, m.header)
	}
	link := m.link(b.t, b.base)
	b.open(link)
	b.shot("keep")
	b.press(link, "answer", "yes")
	b.at("/keep/", "Dank u voor uw antwoord")
	people, err := contact.ByMail(context.Background(), a.DB.R, "oud@example.com")
	if err != nil || len(people) != 1 || !b.may(a, people[0]) {
		b.t.Fatalf("%d people, %v", len(people), err)
	}
}
