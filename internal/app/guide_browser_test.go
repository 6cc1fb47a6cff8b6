package app_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestFromAnOpenCCToADecisionInABrowser takes the mail with everybody in Cc from the
// report to a decision with its reasons, with the pages alone, and keeps a picture of
// each step in order.
func TestFromAnOpenCCToADecisionInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("the browser is seen in the long run")
	}
	for _, w := range []width{desktop(), phone()} {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			base, token := running(t)
			b := openBrowser(t, base, w)
			b.reportOpenCC(token)
			id := b.confirmOpenCC()
			b.answerTheQuestions(id)
			b.decideAsAdvised(id)
			b.findItMoved(id)
		})
	}
}

func (b *browser) reportOpenCC(token string) {
	b.t.Helper()
	b.open("/report/" + token)
	b.shot("cc-01-report")
	b.fill("/report/"+token, map[string]string{
		"scenario": "open_cc", "text": "The invitation for our open day went to 60 customers with all addresses in Cc.", "when": "now", "data": "contact_email",
	})
	b.at("/status/", "INC-")
	b.shot("cc-02-receipt")
}

func (b *browser) confirmOpenCC() (id string) {
	b.t.Helper()
	b.open("/sign-in")
	b.fill("/sign-in", map[string]string{"email": "lotte@example.com", "password": password})
	id = eval[string](b, `document.querySelector('a[href^="/incidents/0"]').getAttribute("href")`)
	b.open(id)
	b.shot("cc-03-triage")
	b.fill(id+"/triage", map[string]string{"verdict": "breach", "kinds": "C", "reason": "Customers saw each other's mail addresses."})
	b.fill(id+"/aware", map[string]string{"choice": "now", "reason": "The mail stands in the sent folder."})
	b.at(id, "Step by step")
	b.shot("cc-04-aware")
	b.open(id + "/risk")
	b.at("/risk", "Answer the questions")
	b.shot("cc-05-risk-before")
	return id
}

func (b *browser) answerTheQuestions(id string) {
	b.t.Helper()
	form := id + "/risk/questions"
	b.open(form)
	b.shot("cc-06-event")
	b.fill(form, map[string]string{"a.personal": "yes", "a.kinds": "seen", "a.intent": "no"})
	b.at("group=data", "Which data")
	b.fill(form, map[string]string{"a.data": "contact_email", "a.volume": "little"})
	b.at("group=hands", "")
	b.open(form + "?group=data")
	b.shot("cc-07-data")
	b.fill(form, map[string]string{"a.data": "contact_email", "a.volume": "little", "a.simple_tells": "nothing", "a.identify": "probably", "a.public_before": "no"})
	b.shot("cc-08-hands")
	b.fill(form, map[string]string{"a.protection": "none", "a.holder": "known_many"})
	b.at("group=people", "")
	b.fill(form, map[string]string{"a.people": "a lot", "a.persons": "-none", "a.harm": "nuisance"})
	b.at("/risk/questions", "whole number")
	b.shot("cc-09-people-refused")
	b.fill(form, map[string]string{"a.people": "60", "a.persons": "-none", "a.harm": "nuisance"})
	b.shot("cc-10-done")
	b.fill(form, map[string]string{"a.done": "asked_deletion"})
	b.at(id+"/risk", "Register only")
	b.shot("cc-11-advice")
}

// decideAsAdvised keeps the reason that the page wrote from the answers.
func (b *browser) decideAsAdvised(id string) {
	b.t.Helper()
	reason := eval[string](b, `document.querySelector("#f-risk-reason").value`)
	if !strings.Contains(reason, "Register only") || !strings.Contains(reason, "\n") {
		b.t.Errorf("the drafted reason is %q", reason)
	}
	b.fill(id+"/risk", map[string]string{"risk": "risk"})
	b.at("/risk", "Say in a line why")
	b.shot("cc-12-differs")
	b.fill(id+"/risk", map[string]string{"risk": "unlikely"})
	b.at("/risk", "Risk unlikely")
	b.shot("cc-13-decided")
	b.open("/")
	b.shot("cc-14-board")
}

// findItMoved learns of more people afterwards: the page asks for a new decision.
func (b *browser) findItMoved(id string) {
	b.t.Helper()
	b.open(id + "/risk/questions?group=people")
	b.do(chromedp.WaitReady("#assess-outcome"))
	b.fill(id+"/risk/questions", map[string]string{"a.people": "600"})
	b.open(id + "/risk")
	b.at("/risk", "The facts have changed")
	b.shot("cc-15-moved")
}
