package web

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"clepsydra/internal/incident"
)

func (h *place) reportPath() string { return "/report/" + h.firm().ReportToken }

var onceField = regexp.MustCompile(`name="once" value="([0-9a-f]{32})"`)

// filled is a report as a shop assistant sends it.
func (h *place) filled(b *browser) url.Values {
	h.t.Helper()
	m := onceField.FindStringSubmatch(b.get(h.reportPath()).body)
	if m == nil {
		h.t.Fatal("the form has no key")
	}
	return url.Values{"once": {m[1]}, "scenario": {"wrong_recipient_mail"}, "text": {"De bestellijst ging naar de verkeerde."}, "when": {"now"}, "data": {"contact_email", "name"}}
}

func (h *place) incidents() int {
	h.t.Helper()
	_, n, err := incident.List(ctx, h.db.R, incident.Query{})
	h.ok(err)
	return int(n)
}

// status follows a report to its receipt.
func (b *browser) status(res answer) answer {
	b.h.t.Helper()
	to := res.Header.Get("Location")
	if res.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, "/status/") {
		b.h.t.Fatalf("status %d to %q\n%s", res.StatusCode, to, res.body)
	}
	return b.get(to)
}

func TestReportGetsThroughWithoutScriptCookiesOrChannels(t *testing.T) {
	h := open(t)
	b := h.browser()
	form := h.filled(b)
	b.cookies = map[string]string{}
	receipt := b.status(b.post(h.reportPath(), form))
	sc, err := h.s.d.Packs.Scenario("wrong_recipient_mail")
	h.ok(err)
	receipt.want(t, http.StatusOK, "INC-2026-0001", strings.ReplaceAll(sc.Advice[0].In("en", "BE"), "'", "&#39;"))
	again := b.get(receipt.Request.URL.Path)
	again.want(t, http.StatusOK, "INC-2026-0001")
}

func TestReportSentTwiceIsOneIncident(t *testing.T) {
	h := open(t)
	b := h.browser()
	form := h.filled(b)
	first, second := b.post(h.reportPath(), form), b.post(h.reportPath(), form)
	if first.Header.Get("Location") != second.Header.Get("Location") || h.incidents() != 1 {
		t.Fatalf("%q and %q, %d incidents", first.Header.Get("Location"), second.Header.Get("Location"), h.incidents())
	}
}

func TestSecondReportOfTheSameIsTold(t *testing.T) {
	h := open(t)
	b := h.browser()
	b.post(h.reportPath(), h.filled(b))
	h.now = h.now.Add(10 * time.Minute)
	b.status(b.post(h.reportPath(), h.filled(b))).want(t, http.StatusOK, "INC-2026-0002", "looks like INC-2026-0001")
}

func TestRefusedReportLosesNothing(t *testing.T) {
	h := open(t)
	b := h.browser()
	form := h.filled(b)
	form.Del("scenario")
	form.Set("name", "Els <b>")
	form.Set("when", "at")
	form.Set("noticed", "gisteren")
	b.post(h.reportPath(), form).want(t, http.StatusUnprocessableEntity, "De bestellijst ging", "Els &lt;b&gt;",
		`value="contact_email" checked`, form.Get("once"), "Fill in a date and a time", `value="gisteren"`)
	if h.incidents() != 0 {
		t.Error("it was stored all the same")
	}
}

func TestFileThatIsRefusedKeepsTheText(t *testing.T) {
	h := open(t)
	b := h.browser()
	form := h.filled(b)
	for name, content := range map[string][]byte{"run.exe": []byte("MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff"), "empty.txt": {}} {
		b.upload(h.reportPath(), form, "files", map[string][]byte{name: content}).want(t, http.StatusUnprocessableEntity, "De bestellijst ging", name, "choose the files again")
	}
	big := b.upload(h.reportPath(), form, "files", map[string][]byte{"big.txt": make([]byte, incident.MaxFileBytes+1)})
	big.want(t, http.StatusRequestEntityTooLarge, "De bestellijst ging", "big.txt")
	six := map[string][]byte{}
	for k := range 6 {
		six[fmt.Sprintf("%d.txt", k)] = []byte("text")
	}
	b.upload(h.reportPath(), form, "files", six).want(t, http.StatusUnprocessableEntity, "De bestellijst ging")
	if h.incidents() != 0 {
		t.Error("it was stored all the same")
	}
	b.status(b.upload(h.reportPath(), form, "files", map[string][]byte{"note.txt": []byte("what I saw")})).want(t, http.StatusOK, "INC-2026-0001")
}

func TestLanguageSwitchKeepsTheText(t *testing.T) {
	h := open(t)
	b := h.browser()
	form := h.filled(b)
	form.Set("switch_language", "fr")
	b.post(h.reportPath(), form).want(t, http.StatusOK, `lang="fr"`, "De bestellijst ging", `value="wrong_recipient_mail" required checked`)
	b.get(h.reportPath()).want(t, http.StatusOK, `lang="fr"`)
}

func TestReportsAreThrottledPerVisitorAndTextStays(t *testing.T) {
	h := open(t)
	b := h.browser()
	for range paceRoom {
		b.status(b.post(h.reportPath(), h.filled(b)))
	}
	res := b.post(h.reportPath(), h.filled(b))
	res.want(t, http.StatusTooManyRequests, "De bestellijst ging")
	if res.Header.Get("Retry-After") == "" {
		t.Error("it does not say when")
	}
	h.now = h.now.Add(time.Minute)
	b.status(b.post(h.reportPath(), h.filled(b)))
}

func TestWrongReportAndStatusLinksSayNothing(t *testing.T) {
	h := open(t)
	b := h.browser()
	b.get("/report/aaaaaaaaaaaaaaaa").want(t, http.StatusNotFound)
	b.post("/report/aaaaaaaaaaaaaaaa", h.filled(b)).want(t, http.StatusNotFound)
	b.get("/status/aaaaaaaaaaaaaaaa").want(t, http.StatusNotFound)
	b.get("/report/"+strings.ToUpper(h.firm().ReportToken)).want(t, http.StatusOK)
}

func TestWhenItWasNoticedIsUnderstood(t *testing.T) {
	h := open(t)
	for _, c := range []struct {
		form url.Values
		want time.Time
	}{
		{url.Values{"when": {"now"}}, friday},
		{url.Values{"when": {"today"}, "time_of_day": {"09:30"}}, time.Date(2026, 11, 20, 8, 30, 0, 0, time.UTC)},
		{url.Values{"when": {"today"}}, time.Time{}},
		{url.Values{"when": {"at"}, "noticed": {"2026-10-25T02:30"}}, time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC)},
		{url.Values{"when": {"unknown"}}, time.Time{}},
		{url.Values{}, time.Time{}},
	} {
		b := h.browser()
		form := h.filled(b)
		form.Del("when")
		for name, values := range c.form {
			form[name] = values
		}
		to := b.post(h.reportPath(), form).Header.Get("Location")
		st, err := h.s.d.Response.StatusOf(ctx, strings.TrimSuffix(strings.TrimPrefix(to, "/status/"), "?sent=1"))
		h.ok(err)
		i, err := incident.ByID(ctx, h.db.R, st.Receipt.IncidentID)
		h.ok(err)
		if !i.Moments.Noticed.At.Equal(c.want) {
			t.Errorf("%v: %v, want %v", c.form, i.Moments.Noticed.At, c.want)
		}
	}
}

func TestHourThatSummerTimeSkipsIsRefused(t *testing.T) {
	h := open(t)
	h.now = time.Date(2026, 4, 1, 12, 0, 0, 0, time.UTC)
	b := h.browser()
	form := h.filled(b)
	form.Set("when", "at")
	form.Set("noticed", "2026-03-29T02:30")
	b.post(h.reportPath(), form).want(t, http.StatusUnprocessableEntity, "That hour does not exist")
}

func TestPaceForgetsNobodyTooSoonAndSharesNetworks(t *testing.T) {
	p := newPace()
	for range paceRoom {
		if !p.allow("2001:db8::1", friday) {
			t.Fatal("refused too soon")
		}
	}
	if p.allow("2001:db8::ffff", friday) {
		t.Error("another address of the same network has turns of its own")
	}
	if !p.allow("2001:db8:1::1", friday) || !p.allow("192.0.2.1", friday) {
		t.Error("another network is refused")
	}
	if p.allow("2001:db8::1", friday.Add(paceEvery-time.Second)) || !p.allow("2001:db8::1", friday.Add(paceEvery)) {
		t.Error("turns do not come back once a minute")
	}
}
