package app_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestScansInABrowser does each scan of the firm as somebody would who sees it for
// the first time, at a desk and on a phone, and keeps a picture of every step.
func TestScansInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("the browser is seen in the long run")
	}
	for _, w := range []width{desktop(), phone()} {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			base, _ := running(t)
			b := openBrowser(t, base, w)
			b.open("/sign-in")
			b.send("/sign-in", map[string]string{"email": "lotte@example.com", "password": password})
			b.open("/scans")
			b.shot("scans-empty")
			b.weighAnInterest()
			b.askAboutCookies()
			b.askForDPO()
			b.doTheQuiz()
			b.open("/scans")
			b.shot("scans-done")
		})
	}
}

// startScan begins a scan and returns its address.
func (b *browser) startScan(kind, title string) string {
	b.t.Helper()
	b.open("/scans")
	id := eval[string](b, `(function(){
		var form=document.querySelector("#kind-`+kind+` form.card-footer");
		form.elements.title.value="`+title+`";
		var mark=document.createElement("i");mark.id="before";document.body.append(mark);
		form.requestSubmit();return "ok"})()`)
	b.do(chromedp.WaitNotPresent("#before"), chromedp.WaitReady("footer"))
	if id != "ok" {
		b.t.Fatal(id)
	}
	return eval[string](b, `location.pathname`)
}

// answers fills the page of a part in and goes on.
func (b *browser) answers(scan string, values map[string]string) {
	b.t.Helper()
	named := make(map[string]string, len(values))
	for question, value := range values {
		named["a."+question] = value
	}
	b.send(scan+"/answers", named)
}

// send fills a form in and waits for the whole of the next page.
func (b *browser) send(action string, values map[string]string) {
	b.t.Helper()
	b.fill(action, values)
	b.do(chromedp.WaitReady("footer"))
}

func (b *browser) weighAnInterest() {
	b.t.Helper()
	scan := b.startScan("legitimate_interest", "Leaflet to old customers")
	b.shot("scan-first")
	b.do(chromedp.Click(`#q-kind-0`))
	b.do(chromedp.WaitNotPresent(`.outcome-card.open`))
	b.shot("scan-live")
	b.answers(scan, map[string]string{"what": "A card with new products, to names and addresses of the last five years.", "why": "Win customers back.", "lawful": "clear", "kind": "plain"})
	b.answers(scan, map[string]string{"helps": "yes", "milder": "none", "ways": "A poster does not reach those who moved.", "amount": "needed"})
	b.shot("scan-people")
	b.answers(scan, map[string]string{"relation": "former", "contact": "old", "expect": "perhaps", "origin": "themselves", "informed": "not", "power": "equal", "children": "no"})
	b.answers(scan, map[string]string{"intrusive": "light", "passed": "inhouse", "harm": "nuisance", "benefit": "us"})
	b.answers(scan, map[string]string{"object": "effort", "measures": "usual", "keep": "long"})
	b.at(scan+"/result", "Only with more safeguards")
	b.shot("scan-result")
	b.open(scan + "?part=people")
	b.answers(scan, map[string]string{"informed": "clearly"})
	b.open(scan + "/result")
	b.send(scan+"/conclude", map[string]string{"decided": "may", "reason": ""})
	b.at(scan, "otherwise than advised")
	b.send(scan+"/conclude", map[string]string{"decided": "may", "reason": "Objecting will be one telephone call, printed on the card."})
	b.at(scan+"/result", "Changed answers")
	b.shot("scan-concluded")
}

// askAboutCookies: a question comes up while the page is filled in.
func (b *browser) askAboutCookies() {
	b.t.Helper()
	scan := b.startScan("cookie_consent", "Our web shop")
	if eval[bool](b, `!document.querySelector("#q-statistics_how").hidden`) {
		b.t.Error("a question is asked before its condition holds")
	}
	b.do(chromedp.Click(`#q-tools-3`), chromedp.WaitVisible(`#q-statistics_how`))
	b.shot("scan-cookies")
	b.answers(scan, map[string]string{"tools": "basket,statistics", "statistics_how": "shared", "country": "other"})
	b.answers(scan, map[string]string{"banner": "asks", "refuse": "harder", "ticked": "no", "withdraw": "easy", "policy": "full"})
	b.open(scan + "/result")
	b.at(scan+"/result", "Change it now")
	b.shot("scan-cookies-result")
}

func (b *browser) askForDPO() {
	b.t.Helper()
	scan := b.startScan("dpo_required", "Our firm in 2026")
	b.answers(scan, map[string]string{"public": "no", "country": "other"})
	b.answers(scan, map[string]string{"monitoring": "side", "sensitive": "unknown"})
	b.shot("scan-dpo")
	b.do(chromedp.SendKeys(`#q-people-0`, "1 846"))
	b.answers(scan, nil)
	b.open(scan + "/result")
	b.at(scan+"/result", "1846")
	b.at(scan+"/result", "Not enough is known")
	b.shot("scan-dpo-result")
}

func (b *browser) doTheQuiz() {
	b.t.Helper()
	scan := b.startScan("awareness", "Lotte Verhelst")
	b.shot("scan-quiz")
	b.answers(scan, map[string]string{"phishing": "look", "recipient": "report", "passwords": "manager"})
	b.answers(scan, map[string]string{"reporting": "now", "desk": "locked", "usb": "hand_in"})
	b.answers(scan, map[string]string{"visitors": "unknown"})
	b.at(scan+"/result", "1 question")
	b.open(scan)
	b.answers(scan, map[string]string{"home": "work"})
	b.send(scan+"/conclude", nil)
	b.at(scan+"/result", "Training needed")
	b.shot("scan-quiz-result")
	if !strings.Contains(b.text("body"), "Never click a link") {
		b.t.Error("the weak point is not explained")
	}
}
