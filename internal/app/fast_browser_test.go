package app_test

import (
	"strings"
	"testing"
)

// TestTheShortWayInABrowser goes from the report of a wrong mail to the reasoned
// entry of the register, with the recipient who confirms in between, on a phone and
// at a desk, and keeps a picture of every page on the way.
func TestTheShortWayInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("the browser is seen in the long run")
	}
	for _, w := range []width{desktop(), phone()} {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			base, token := running(t)
			b := openBrowser(t, base, w)
			id := b.reportWrongMail(token)
			link := b.fastFacts(id)
			b.fastDecide(id)
			b.confirm(link)
			b.fastAfter(id)
		})
	}
}

func (b *browser) reportWrongMail(token string) (id string) {
	b.t.Helper()
	b.open("/report/" + token)
	b.fill("/report/"+token, map[string]string{
		"scenario": "wrong_recipient_mail", "text": "I mailed the invoice of one customer to another.", "when": "now", "data": "contact_email,name",
	})
	b.at("/status/", "INC-")
	b.shot("fast-01-receipt")
	b.open("/sign-in")
	b.fill("/sign-in", map[string]string{"email": "lotte@example.com", "password": password})
	id = eval[string](b, `document.querySelector('a[href^="/incidents/0"]').getAttribute("href")`)
	b.open(id)
	b.at(id, "Take the short way")
	b.shot("fast-02-overview")
	return id
}

// fastFacts answers the first two steps and returns the recipient's link.
func (b *browser) fastFacts(id string) (link string) {
	b.t.Helper()
	b.open(id + "/fast")
	b.at("/fast", "What and to whom")
	b.shot("fast-03-what")
	b.fill("/fast/facts", map[string]string{"recipients": "1", "data": "name,contact_email,health", "people": "1"})
	b.open(id + "/fast?step=3")
	b.at("/fast", "This needs the full assessment")
	b.shot("fast-04-closed")
	b.open(id + "/fast?step=1")
	b.fill("/fast/facts", map[string]string{"recipients": "1", "data": "name,contact_email", "people": ""})
	b.at("/fast", "number of 1 or more")
	b.shot("fast-05-refused")
	b.fill("/fast/facts", map[string]string{"recipients": "1", "data": "name,contact_email,order_history", "people": "1"})
	b.at("/fast?step=2", "Ask whoever got it")
	b.shot("fast-06-recipient")
	b.fill("/recipients", map[string]string{"name": "Mr Claes of the other shop", "channel": "mail", "email": "claes@example.com", "language": "fr"})
	b.at("/recipients/", "Mr Claes")
	b.shot("fast-07-ask")
	link = eval[string](b, `document.getElementById("confirm-link").value`)
	text := eval[string](b, `document.getElementById("ask-text").value`)
	if !strings.Contains(text, link) || !strings.Contains(text, "Madame, Monsieur") || strings.Contains(text, "invoice") {
		b.t.Errorf("the text for the recipient: %s", text)
	}
	slip := eval[string](b, `document.querySelector('a[href$="/slip"]').getAttribute("href")`)
	b.open(slip)
	b.shot("fast-08-slip")
	b.open(strings.TrimSuffix(slip, "/slip"))
	b.fill("/asked", nil)
	b.at("/recipients/", "asked")
	return strings.TrimPrefix(link, b.base)
}

func (b *browser) fastDecide(id string) {
	b.t.Helper()
	b.open(id + "/fast")
	b.at("/fast", "The decision is yours")
	b.shot("fast-09-judge")
	b.fill("/fast", map[string]string{
		"consequences": "The wrong recipient was able to read the data.", "measures_own": "We called the recipient at once.",
		"prevention": "Staff get a short training or a refresher.",
	})
	b.at("/fast", "This is in the register")
	b.at("/fast", "has not confirmed yet")
	b.shot("fast-10-done")
	b.open(id + "/fast?step=1") // the way back leads to what was recorded
	b.at("/fast", "This is in the register")
}

func (b *browser) confirm(link string) {
	b.t.Helper()
	token := link[strings.LastIndex(link, "/"):]
	b.open(link)
	b.at("/confirm/", "Pouvez-vous confirmer")
	b.shot("fast-11-confirm")
	b.fill(token, map[string]string{"use": "read"})
	b.at("/confirm/", "Choisissez ce qu'il en advient maintenant")
	b.shot("fast-12-confirm-refused")
	b.fill(token, map[string]string{"use": "read", "fate": "deleted", "stands": "on,1", "answer_name": "P. Claes"})
	b.at("/confirm/", "Merci")
	b.shot("fast-13-confirmed")
	b.open("/confirm/unknown")
	b.at("/confirm/", "This link does not work")
	b.shot("fast-14-gone")
}

func (b *browser) fastAfter(id string) {
	b.t.Helper()
	b.open(id + "/recipients")
	b.at("/recipients", "Everybody has confirmed")
	b.shot("fast-15-recipients")
	b.open(eval[string](b, `document.querySelector('a[href*="/recipients/"]').getAttribute("href")`))
	b.at("/recipients/", "P. Claes")
	b.shot("fast-16-recipient-answered")
	b.open(id + "/work")
	b.at("/work", "Get written confirmation of deletion")
	b.shot("fast-17-work")
	b.open(id)
	b.shot("fast-18-overview")
	b.open(id + "/risk")
	b.at("/risk", "ordinary contact and customer data")
	b.shot("fast-21-risk")
	b.open(id + "/close")
	b.shot("fast-22-close")
	b.open(id + "/timeline")
	b.at("/timeline", "Judged on the short way")
	b.at("/timeline", "the wrong recipient")
	b.shot("fast-19-timeline")
	b.open("/register")
	b.at("/register", "INC-")
	b.shot("fast-20-register")
}
