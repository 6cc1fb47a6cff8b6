package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"clepsydra/internal/account"
)

// begin starts a scan and returns its address.
func (b *browser) begin(kind, title string) string {
	b.h.t.Helper()
	res := b.send("/scans", "/scans", url.Values{"pack": {kind}, "title": {title}})
	to := res.Header.Get("Location")
	if res.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, "/scans/") {
		b.h.t.Fatalf("status %d to %q\n%s", res.StatusCode, to, res.inside())
	}
	return to
}

func TestScanWithoutAScript(t *testing.T) {
	h := open(t)
	b := h.as(account.Manager)
	b.get("/scans").want(t, http.StatusOK, "May we do this on the ground of our legitimate interest?", "Not done yet")
	b.send("/scans", "/scans", url.Values{"pack": {"dpo_required"}, "title": {" "}}).want(t, http.StatusUnprocessableEntity, "Say in a few words")
	scan := b.begin("dpo_required", "Our firm")
	if again := b.begin("dpo_required", "Our firm"); again != scan {
		t.Errorf("sent twice, two scans: %s %s", scan, again)
	}
	// What hangs on an answer comes up when the page is saved.
	res := b.send(scan, scan+"/answers", url.Values{"part": {"firm"}, "go": {"next"}, "a.public": {"no"}, "a.country": {"de"}})
	res.leadsTo(t, scan+"?part=firm&saved=firm#q-staff")
	res = b.send(scan, scan+"/answers", url.Values{"part": {"firm"}, "go": {"next"}, "a.public": {"no"}, "a.country": {"de"}, "a.staff": {"some"}})
	res.want(t, http.StatusUnprocessableEntity, "Give a whole number", `value="some"`)
	b.send(scan, scan+"/answers", url.Values{"part": {"firm"}, "go": {"next"}, "a.public": {"no"}, "a.country": {"de"}, "a.staff": {"21"}, "a.german_cases": {"unknown"}}).leadsTo(t, scan+"?part=core&saved=firm")
	b.send(scan, scan+"/answers", url.Values{"part": {"core"}, "go": {"result"}}).leadsTo(t, scan+"/result?saved=core")
	b.get(scan+"/result").want(t, http.StatusOK, "Required", "20 people", "Not known yet", "Some manager")
	b.send(scan+"/result", scan+"/conclude", url.Values{"decided": {"advised"}}).want(t, http.StatusUnprocessableEntity, "otherwise than advised")
	b.send(scan+"/result", scan+"/conclude", url.Values{"decided": {"required"}}).leadsTo(t, scan+"/result")
	b.get(scan).leadsTo(t, scan+"/result") // nothing more to fill in
	b.send("/scans", scan+"/answers", url.Values{"part": {"firm"}, "a.public": {"yes"}}).want(t, http.StatusConflict, "concluded already")
	b.get("/scans").want(t, http.StatusOK, "due again on ", h.s.d.Locale.For("en", "BE", h.firm().Location()).Date(h.now.AddDate(1, 0, 0)))
	h.now = h.now.AddDate(1, 0, 1)
	b = h.as(account.Manager)
	b.get("/scans").want(t, http.StatusOK, "due again since", "Do it again")
	res = b.send("/scans", scan+"/again", url.Values{})
	next := res.Header.Get("Location")
	b.get(next+"?part=firm").want(t, http.StatusOK, `value="21"`)
	if body := b.get("/scans").body; strings.Contains(body, "due again since") {
		t.Error("a scan that was taken up again is still due")
	}
}

func TestScanTellsLiveWhereItLeads(t *testing.T) {
	h := open(t)
	b := h.as(account.Handler)
	scan := b.begin("cookie_consent", "Our shop")
	form := url.Values{"csrf": {b.token(scan)}, "part": {"list"}, "a.tools": {"ads", "-none"}}
	b.post(scan+"/answers", form).want(t, http.StatusUnprocessableEntity, "Choose either this answer or the others")
	form["a.tools"] = []string{"ads"}
	b.post(scan+"/preview", form).leadsTo(t, scan+"?part=list")
	b.header["HX-Request"] = "true"
	res := b.post(scan+"/preview", form)
	res.want(t, http.StatusOK, "never strictly necessary", `data-asked="site tools banner"`)
	if strings.Contains(res.body, "<html") {
		t.Error("a whole page as a part of one")
	}
	delete(b.header, "HX-Request")
	b.get(scan).want(t, http.StatusOK, "Answer a few questions") // a preview keeps nothing
	b.send(scan, scan+"/answers", url.Values{"part": {"list"}, "go": {"next"}, "a.tools": {"ads"}})
	b.get(scan+"/result").want(t, http.StatusOK, "Whoever decides in your firm records the result")
	b.send(scan, scan+"/conclude", url.Values{"decided": {"consent_needed"}}).want(t, http.StatusForbidden)
}

// TestQuizIsOnesOwn: everybody may do the check of staff; others see that it was
// done, and who decides sees the result.
func TestQuizIsOnesOwn(t *testing.T) {
	h := open(t)
	b := h.as(account.Reporter)
	page := b.get("/scans")
	page.want(t, http.StatusOK, "Yearly check for staff", "0 of")
	if strings.Contains(page.body, "legitimate interest") || strings.Contains(page.body, "Not yet:") {
		t.Error("a reporter sees more than the check of staff")
	}
	b.send("/scans", "/scans", url.Values{"pack": {"dpo_required"}, "title": {"x"}}).want(t, http.StatusForbidden)
	quiz := b.begin("awareness", "")
	if body := b.get(quiz).body; strings.Contains(body, "assess-outcome") {
		t.Error("the quiz tells the result while it is filled in")
	}
	b.send(quiz, quiz+"/conclude", url.Values{}).want(t, http.StatusUnprocessableEntity, "no answer yet")
	for part, form := range map[string]url.Values{
		"mail": {"a.phishing": {"report"}, "a.recipient": {"report"}, "a.passwords": {"same"}},
		"work": {"a.reporting": {"now"}, "a.desk": {"locked"}, "a.usb": {"hand_in"}}, "around": {"a.visitors": {"check"}, "a.home": {"work"}},
	} {
		form.Set("part", part)
		b.send(quiz, quiz+"/answers", form)
	}
	b.send(quiz, quiz+"/conclude", url.Values{}).leadsTo(t, quiz+"/result")
	b.get(quiz+"/result").want(t, http.StatusOK, "Refresh some points", "one stolen password")
	b.get("/scans").want(t, http.StatusOK, "1 of")
	h.as(account.Handler).get(quiz+"/result").want(t, http.StatusForbidden)
	h.as(account.Manager).get(quiz+"/result").want(t, http.StatusOK, "Refresh some points")
	h.as(account.Manager).get("/scans").want(t, http.StatusOK, "Not yet:")
	// A name beside the account's own is somebody without an account.
	m := h.as(account.Manager)
	other := m.begin("awareness", "Ludo from the stable")
	if other == quiz {
		t.Error("two people in one check")
	}
}
