package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"clepsydra/internal/account"
	"clepsydra/internal/firm"
	"clepsydra/internal/obligation"
)

// says answers whether a law applies.
func (l *leak) says(regime, applies string) answer {
	l.t.Helper()
	return l.does("/clocks", "/clocks/law", url.Values{"regime": {regime}, "applies": {applies}, "reason": {"We looked it up."}})
}

func TestClocksSideBySide(t *testing.T) {
	t.Parallel()
	l := aware(t)
	page := l.b.get(l.path("/clocks"))
	page.want(t, http.StatusOK, `class="lanes"`, "Notification to the authority", `class="lane-now"`, "Not law, only a proposal", "2016/679")
	if strings.Contains(page.body, "style=") {
		t.Error("the page has inline style")
	}
	l.says("nis2", "yes").leadsTo(t, l.path("/clocks")+"#law-nis2")
	l.says("nis2", "yes").leadsTo(t, l.path("/clocks")+"#law-nis2") // a second click
	if n := l.decisions("law"); n != 1 {
		t.Errorf("%d decisions of one answer", n)
	}
	l.b.get(l.path("/clocks")).want(t, http.StatusOK, "Early warning", "Applies here because: We looked it up.", "Starts when “Incident notification” is sent.",
		"In force in Belgium since 18 October 2024", "https://eur-lex.europa.eu/eli/dir/2022/2555/oj", "Regulation 1182/71", "lane wait", "notif.safeonweb.be")
	l.b.get(l.path("")).want(t, http.StatusOK, "NIS2: Early warning", l.path("/clocks"))
	l.b.get(l.path("/timeline")).want(t, http.StatusOK, "NIS2: this applies")
	l.b.get(l.path("/close")).want(t, http.StatusOK, "NIS2: Vroege waarschuwing", l.path("/clocks"))
	l.b.get("/").want(t, http.StatusOK, "Early warning", "Next step of the other laws")
	l.b.get("/register").want(t, http.StatusOK)

	l.says("nis2", "no").leadsTo(t, l.path("/clocks")+"#law-nis2")
	l.b.get(l.path("/clocks")).want(t, http.StatusOK, "you said no")
	if o := l.duty("nis2_early_warning"); o.State != obligation.Waived {
		t.Errorf("the duty is %s", o.State)
	}
}

func TestLawsRefused(t *testing.T) {
	t.Parallel()
	l := aware(t)
	l.does("/clocks", "/clocks/law", url.Values{"regime": {"nis2"}, "reason": {"typed before"}}).
		want(t, http.StatusUnprocessableEntity, "Say whether this law applies", `value="typed before"`)
	l.does("/clocks", "/clocks/law", url.Values{"regime": {"nis2"}, "applies": {"yes"}}).want(t, http.StatusUnprocessableEntity, "field-error")
	l.says("digital_omnibus", "yes").want(t, http.StatusNotFound)
	l.says("gdpr", "no").want(t, http.StatusConflict)
}

func TestStepsAreSentOneAfterTheOther(t *testing.T) {
	t.Parallel()
	l := aware(t)
	l.says("nis2", "yes").leadsTo(t, l.path("/clocks")+"#law-nis2")
	o := l.duty("nis2_notification")
	l.later(2 * time.Hour)
	at := l.place.now.In(l.firm().Location()).Format(instantLayout)
	form := url.Values{"obligation": {string(o.ID)}, "filed_at": {at}}
	l.does("/clocks", "/clocks/sent", form).want(t, http.StatusUnprocessableEntity, "Enter the number or code of receipt", at)
	form = url.Values{"obligation": {string(o.ID)}, "filed_at": {at}, "receipt": {"CCB-77"}}
	l.does("/clocks", "/clocks/sent", form).leadsTo(t, l.path("/clocks")+"#step-nis2_notification")
	l.does("/clocks", "/clocks/sent", form).leadsTo(t, l.path("/clocks")+"#step-nis2_notification")
	if filings, err := obligation.FilingsOf(ctx, l.db.R, o.ID); err != nil || len(filings) != 1 {
		t.Errorf("%d filings of one (%v)", len(filings), err)
	}
	l.b.get(l.path("/clocks")).want(t, http.StatusOK, "CCB-77", "done in time", "21 December 2026")
	if l.duty("nis2_final").DueAt.IsZero() {
		t.Error("the final report has no end")
	}
	l.b.get(l.path("/timeline")).want(t, http.StatusOK, "Sent: NIS2, Incident notification")

	early := l.duty("nis2_early_warning")
	l.later(30 * time.Hour)
	at = l.place.now.In(l.firm().Location()).Format(instantLayout)
	form = url.Values{"obligation": {string(early.ID)}, "filed_at": {at}, "no_receipt": {"by telephone"}}
	l.does("/clocks", "/clocks/sent", form).want(t, http.StatusUnprocessableEntity, "Write why it is late", "by telephone")
	form = url.Values{"obligation": {string(early.ID)}, "reason": {"The notification of 72 hours was there already."}}
	l.does("/clocks", "/clocks/waive", form).leadsTo(t, l.path("/clocks")+"#step-nis2_early_warning")
	l.does("/clocks", "/clocks/waive", form).leadsTo(t, l.path("/clocks")+"#step-nis2_early_warning")

	l.does("/clocks", "/clocks/ask", url.Values{"duty": {"nis2_progress"}, "reason": {"It still goes on."}}).leadsTo(t, l.path("/clocks")+"#step-nis2_progress")
	if o := l.duty("nis2_final"); o.State != obligation.Waived {
		t.Errorf("the final report is %s", o.State)
	}
	mine := l.duty(obligation.NotifyAuthority)
	l.does("/clocks", "/clocks/waive", url.Values{"obligation": {string(mine.ID)}, "reason": {"x"}}).want(t, http.StatusConflict)
}

// later lets time pass, and signs in again where a session ended meanwhile.
func (l *leak) later(d time.Duration) {
	l.place.now = l.place.now.Add(d)
	l.b = l.as(account.Manager)
}

func TestMomentOfClassification(t *testing.T) {
	t.Parallel()
	l := aware(t)
	l.says("dora", "yes").leadsTo(t, l.path("/clocks")+"#law-dora")
	l.b.get(l.path("/clocks")).want(t, http.StatusOK, "Classified as major (DORA)", "There are two limits: 4 hours", "The earlier counts.")
	l.later(time.Hour)
	at := l.place.now.In(l.firm().Location()).Format(instantLayout)
	l.does("/clocks", "/clocks/moment", url.Values{"kind": {"classified"}, "at": {at}}).want(t, http.StatusUnprocessableEntity, at)
	form := url.Values{"kind": {"classified"}, "at": {at}, "reason": {"Many clients."}}
	l.does("/clocks", "/clocks/moment", form).leadsTo(t, l.path("/clocks")+"#moments")
	l.does("/clocks", "/clocks/moment", form).leadsTo(t, l.path("/clocks")+"#moments")
	if o := l.duty("dora_initial"); !o.DueAt.Equal(l.place.now.Add(4 * time.Hour)) {
		t.Errorf("ends %v", o.DueAt)
	}
	l.b.get(l.path("/timeline")).want(t, http.StatusOK, "Moment recorded: classified as major")
}

func TestWhichLawsConcernTheFirm(t *testing.T) {
	t.Parallel()
	l := aware(t)
	b := l.as(account.Manager)
	page := b.get("/settings/laws")
	page.want(t, http.StatusOK, "Do you process personal data on behalf of other organisations?", "depends on a question", "Not law, only a proposal", "always for a breach")
	form := url.Values{}
	for _, q := range l.s.d.Packs.FirmQuestions(l.place.now, "BE") {
		form.Set("q_"+q.ID, "no")
	}
	form.Set("q_processor", "yes")
	form.Set("q_nis2_entity", "unknown")
	b.send("/settings/laws", "/settings/laws", form).leadsTo(t, "/settings/laws#answers")
	said := l.firm().Laws.Answers
	if a := said["processor"]; !a.Yes || a.By == "" || a.At.IsZero() || len(said) != len(form)-2 { // without csrf and the unknown one
		t.Errorf("%d answers, %+v", len(said), a)
	}
	l.b.get(l.path("/clocks")).want(t, http.StatusOK, "You process data for clients.", "GDPR: we are a processor", "Is your firm an essential or important entity under NIS2?")
	form.Set("q_processor", "perhaps")
	b.send("/settings/laws", "/settings/laws", form).want(t, http.StatusUnprocessableEntity, "field-error")
	if got := l.as(account.Handler).get("/settings/laws"); got.StatusCode != http.StatusForbidden {
		t.Errorf("a handler sees the settings: %d", got.StatusCode)
	}
}

func TestClocksOfContracts(t *testing.T) {
	t.Parallel()
	l := aware(t)
	b := l.as(account.Manager)
	form := url.Values{"name": {"Cyber policy"}, "to": {"insurer"}, "whom": {"Some insurer"}, "contact": {"0800 00 000"}, "amount": {"many"}, "unit": {"hours"}, "from": {"aware"}, "note": {"Ask for the claim number."}}
	b.send("/settings/laws", "/settings/laws/clock", form).want(t, http.StatusUnprocessableEntity, "Enter a number from 1 to 8760.", `value="many"`, "Ask for the claim number.")
	form.Set("amount", "24")
	b.send("/settings/laws", "/settings/laws/clock", form).leadsTo(t, "/settings/laws#clock")
	b.send("/settings/laws", "/settings/laws/clock", form).leadsTo(t, "/settings/laws#clock")
	if got := l.firm().Laws.Current(); len(got) != 1 || got[0].ID != "own_1" || got[0].Whom != "Some insurer" {
		t.Fatalf("%+v", got)
	}
	l.says("own_1", "yes").leadsTo(t, l.path("/clocks")+"#law-own_1")
	l.b.get(l.path("/clocks")).want(t, http.StatusOK, "from your own contract or policy", "Some insurer, 0800 00 000", "to the insurer")
	b.get("/settings/laws?clock=own_1").want(t, http.StatusOK, "Change Cyber policy")
	form.Set("clock", "own_1")
	form.Set("amount", "72")
	b.send("/settings/laws", "/settings/laws/clock", form).leadsTo(t, "/settings/laws#clock")
	b.send("/settings/laws", "/settings/laws/clock/end", url.Values{"clock": {"own_1"}}).leadsTo(t, "/settings/laws#clock")
	if got := l.firm().Laws; len(got.Current()) != 0 || len(got.Clocks) != 2 {
		t.Errorf("%+v", got)
	}
	o := l.duty("own_1")
	if o.State != obligation.Open || o.RegimeVersion != "1" || o.Recipient != firm.ClockToInsurer {
		t.Errorf("the running clock changed: %+v", o)
	}
	l.b.get("/").want(t, http.StatusOK, "Cyber policy")
	l.b.get(l.path("/timeline")).want(t, http.StatusOK, "Cyber policy: this applies")
}
