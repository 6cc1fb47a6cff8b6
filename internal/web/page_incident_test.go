package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"clepsydra/internal/account"
	"clepsydra/internal/incident"
	"clepsydra/internal/journal"
	"clepsydra/internal/obligation"
	"clepsydra/internal/response"
)

// leak is one incident under the hands of a manager.
type leak struct {
	*place
	b  *browser
	id incident.ID
}

// reported brings in a report and opens it as a manager.
func reported(t *testing.T) *leak {
	t.Helper()
	h := open(t)
	return &leak{h, h.as(account.Manager), h.bringIn(1)}
}

// bringIn sends the n-th report.
func (h *place) bringIn(n int) incident.ID {
	h.t.Helper()
	r, err := h.s.d.Response.Report(ctx, journal.Actor{Kind: journal.ByReporter}, response.ReportInput{
		SendKey: fmt.Sprintf("%032x", n), Scenario: "wrong_recipient_mail", Text: "De bestellijst ging naar de <verkeerde> groothandel.",
		NoticedAt: h.now.Add(-time.Hour), Data: []string{"contact_email"}, Name: "Karim", Language: "nl", Via: "form",
	})
	h.ok(err)
	return r.IncidentID
}

func (l *leak) path(tab string) string { return "/incidents/" + string(l.id) + tab }

// does sends a form of the tab to a verb.
func (l *leak) does(tab, verb string, form url.Values) answer {
	l.t.Helper()
	return l.b.send(l.path(tab), l.path(verb), form)
}

func (l *leak) now() incident.Incident {
	l.t.Helper()
	i, err := incident.ByID(ctx, l.db.R, l.id)
	l.ok(err)
	return i
}

// decisions counts those of a kind.
func (l *leak) decisions(kind string) int {
	l.t.Helper()
	all, err := incident.DecisionsOf(ctx, l.db.R, l.id)
	l.ok(err)
	n := 0
	for _, d := range all {
		if d.Kind == kind {
			n++
		}
	}
	return n
}

func breachForm() url.Values {
	return url.Values{"verdict": {"breach"}, "kinds": {"C", "A"}, "reason": {"The list was attached."}, "title": {"Order list to the wrong wholesaler"}, "feedback": {"Thank you."}}
}

// triaged is a breach whose awareness is not confirmed.
func triaged(t *testing.T) *leak {
	t.Helper()
	l := reported(t)
	l.does("", "/triage", breachForm()).leadsTo(t, l.path(""))
	return l
}

// aware is a breach whose clock runs since the report came in.
func aware(t *testing.T) *leak {
	t.Helper()
	l := triaged(t)
	l.does("", "/aware", url.Values{"choice": {"reported"}, "reason": {"The mail was in the sent folder."}}).leadsTo(t, l.path(""))
	return l
}

func TestTriageShowsTheReportAndJudges(t *testing.T) {
	t.Parallel()
	l := reported(t)
	l.b.get(l.path("")).want(t, http.StatusOK, "De bestellijst ging naar de &lt;verkeerde&gt; groothandel.", "Karim", `name="verdict" value="breach"`, "btn-primary btn-lg")
	l.does("", "/triage", breachForm()).leadsTo(t, l.path(""))
	i := l.now()
	if i.Verdict != incident.Breach || i.Kinds.String() != "CA" || i.Title != "Order list to the wrong wholesaler" || i.Feedback != "Thank you." {
		t.Fatalf("%+v", i)
	}
	if i.IsClockRunning() {
		t.Fatal("triage started the clock")
	}
	l.does("", "/triage", breachForm()).leadsTo(t, l.path("")) // a double click
	if n := l.decisions("triage"); n != 1 {
		t.Fatalf("%d decisions, want 1", n)
	}
}

func TestTriageRefusedKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	l := reported(t)
	for name, c := range map[string]struct {
		form url.Values
		text string
	}{
		"no verdict":   {url.Values{"reason": {"kept words"}}, "Choose what it is"},
		"no kind":      {url.Values{"verdict": {"breach"}, "reason": {"kept words"}}, "Tick at least one"},
		"no reason":    {url.Values{"verdict": {"incident"}, "title": {"kept words"}}, "Write in a sentence why"},
		"no same":      {url.Values{"verdict": {"duplicate"}, "reason": {"kept words"}}, "Choose the incident that this report repeats"},
		"nothing":      {url.Values{"verdict": {"breach"}, "title": {"kept words"}}, "Write in a sentence why"},
		"same unknown": {url.Values{"verdict": {"duplicate"}, "same": {"nobody"}, "reason": {"kept words"}}, "Choose the incident that this report repeats"},
	} {
		l.bringIn(2) // so that there is something to repeat
		a := l.does("", "/triage", c.form)
		a.want(t, http.StatusUnprocessableEntity, c.text, "kept words")
		if l.now().Verdict != "" {
			t.Fatalf("%s was judged", name)
		}
	}
}

func TestDuplicateAndFalseAlarmAreDismissed(t *testing.T) {
	t.Parallel()
	l := reported(t)
	other := l.bringIn(2)
	l.does("", "/triage", url.Values{"verdict": {"duplicate"}, "same": {string(other)}, "reason": {"The same mail."}}).leadsTo(t, l.path(""))
	l.b.get(l.path("")).want(t, http.StatusOK, "/incidents/"+string(other), "Nobody has to work on it")
	l.does("", "/triage", url.Values{"verdict": {"false_alarm"}, "reason": {"A test mail."}}).leadsTo(t, l.path(""))
	if i := l.now(); i.Verdict != incident.FalseAlarm || i.Same != "" {
		t.Fatalf("%+v", i)
	}
}

func TestAwarenessAloneStartsTheClock(t *testing.T) {
	t.Parallel()
	l := triaged(t)
	// What each answer would lead to stands beside it.
	l.b.get(l.path("")).want(t, http.StatusOK, "by Monday, 23 November 2026, 16:40", "by Monday, 23 November 2026, 15:40", "btn-primary btn-lg")
	form := url.Values{"choice": {"noticed"}, "reason": {"The mail was in the sent folder."}}
	l.does("", "/aware", form).leadsTo(t, l.path(""))
	at := l.now().Moments.Aware.At
	if !at.Equal(friday.Add(-time.Hour)) {
		t.Fatalf("aware at %s", at)
	}
	l.b.get(l.path("")).want(t, http.StatusOK, "How the deadline was found", "Monday, 23 November 2026, 15:40", "Monday, 23 November 2026, 16:00", "Reg. 1182/71 Art. 3(1)")
	l.does("", "/aware", form).leadsTo(t, l.path(""))
	if n := l.values(incident.Aware); n != 1 {
		t.Fatalf("a double click left %d values", n)
	}
	l.does("", "/aware", url.Values{"choice": {"at"}, "at": {"2026-11-20T15:50"}, "reason": {"The partner confirmed it."}}).leadsTo(t, l.path(""))
	if n := l.values(incident.Aware); n != 2 {
		t.Fatalf("%d values, want 2", n)
	}
	l.b.get(l.path("")).want(t, http.StatusOK, "Every value it ever had", "The partner confirmed it.", "Monday, 23 November 2026, 15:50")
}

// values counts those that a moment was given.
func (l *leak) values(k incident.MomentKind) int {
	l.t.Helper()
	all, err := incident.MomentsOf(ctx, l.db.R, l.id)
	l.ok(err)
	n := 0
	for _, h := range all {
		if h.Kind == k {
			n++
		}
	}
	return n
}

func TestAwarenessRefused(t *testing.T) {
	t.Parallel()
	l := triaged(t)
	for name, c := range map[string]struct {
		form url.Values
		text string
	}{
		"no choice":  {url.Values{"reason": {"kept words"}}, "Choose since when you have known"},
		"no reason":  {url.Values{"choice": {"reported"}}, "Write in a sentence why"},
		"no time":    {url.Values{"choice": {"at"}, "reason": {"kept words"}}, "Fill in a date and a time"},
		"the future": {url.Values{"choice": {"at"}, "at": {"2026-11-21T10:00"}, "reason": {"kept words"}}, "lies in the future"},
		"too early":  {url.Values{"choice": {"at"}, "at": {"2026-11-20T12:00"}, "reason": {"kept words"}}, "contradict each other"},
		"nonsense":   {url.Values{"choice": {"at"}, "at": {"yesterday"}, "reason": {"kept words"}}, "Fill in a date and a time"},
	} {
		a := l.does("", "/aware", c.form)
		a.want(t, http.StatusUnprocessableEntity, c.text)
		if name != "no reason" {
			a.want(t, http.StatusUnprocessableEntity, "kept words")
		}
		if !l.now().Moments.Aware.At.IsZero() {
			t.Fatalf("%s started the clock", name)
		}
	}
}

func TestPreviewStartsNothing(t *testing.T) {
	t.Parallel()
	l := triaged(t)
	a := l.does("", "/aware", url.Values{"choice": {"at"}, "at": {"2026-11-20T16:05"}, "reason": {"kept words"}, "preview": {"1"}})
	a.want(t, http.StatusOK, "by Monday, 23 November 2026, 16:05", "kept words", `value="2026-11-20T16:05"`)
	if !l.now().Moments.Aware.At.IsZero() {
		t.Fatal("a preview started the clock")
	}
}

func TestAwarenessNeedsABreach(t *testing.T) {
	t.Parallel()
	l := reported(t)
	l.does("", "/aware", url.Values{"choice": {"reported"}, "reason": {"too soon"}}).want(t, http.StatusConflict, "only possible for a personal data breach")
}

func TestMomentsKeepTheirHistory(t *testing.T) {
	t.Parallel()
	l := aware(t)
	l.does("", "/moment", url.Values{"kind": {"occurred"}, "at": {"2026-11-20T14:00"}, "reason": {"The log says so."}}).leadsTo(t, l.path("")+"#moments")
	if at := l.now().Moments.Occurred.At; !at.Equal(time.Date(2026, 11, 20, 13, 0, 0, 0, time.UTC)) {
		t.Fatalf("occurred at %s", at)
	}
	unknown := url.Values{"kind": {"occurred"}, "unknown": {"1"}, "at": {"2026-11-20T14:00"}, "reason": {"The log was wrong."}}
	l.does("", "/moment", unknown).leadsTo(t, l.path("")+"#moments")
	l.does("", "/moment", unknown).leadsTo(t, l.path("")+"#moments")
	if at := l.now().Moments.Occurred.At; !at.IsZero() || l.values(incident.Occurred) != 2 {
		t.Fatalf("occurred at %s, %d values", at, l.values(incident.Occurred))
	}
	l.b.get(l.path("")).want(t, http.StatusOK, "The log says so.", "The log was wrong.")
	for kind, text := range map[string]string{"aware": "cannot be changed here", "reported": "cannot be changed here", "other": "is not known"} {
		a := l.does("", "/moment", url.Values{"kind": {kind}, "at": {"2026-11-20T14:00"}})
		if a.StatusCode != http.StatusConflict && a.StatusCode != http.StatusUnprocessableEntity {
			t.Fatalf("%s: %d %s", kind, a.StatusCode, text)
		}
	}
	l.does("", "/moment", url.Values{"kind": {"told"}, "at": {"2027-11-20T14:00"}, "reason": {"kept words"}}).want(t, http.StatusUnprocessableEntity, "lies in the future", "kept words")
	l.does("", "/moment", url.Values{"kind": {"told"}}).want(t, http.StatusUnprocessableEntity, "Fill in a date and a time")
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	l := aware(t)
	form := url.Values{"title": {"Order list"}, "summary": {"It was\r\nattached."}, "data": {"name", "contact_email"}, "number": {"1 846"}}
	l.does("", "/describe", form).leadsTo(t, l.path("")+"#describe")
	i := l.now()
	if i.Title != "Order list" || !i.Approx.Known || i.Approx.Value != 1846 || strings.Join(i.Data, " ") != "name contact_email" {
		t.Fatalf("%+v", i)
	}
	l.does("", "/describe", url.Values{"title": {"Order list"}, "data_unknown": {"1"}, "number_unknown": {"1"}}).leadsTo(t, l.path("")+"#describe")
	if i := l.now(); i.Approx.Known || len(i.Data) != 0 {
		t.Fatalf("%+v", i)
	}
	a := l.does("", "/describe", url.Values{"title": {""}, "summary": {"kept words"}, "data": {"name"}, "data_unknown": {"1"}, "number": {"many"}, "lead": {"nobody"}})
	a.want(t, http.StatusUnprocessableEntity, "kept words", "Write a short title", "Leave one of them out", "Write a whole number", "Choose somebody from the list")
	if l.now().Summary == "kept words" {
		t.Fatal("a refused description was saved")
	}
}

func TestContainOnce(t *testing.T) {
	t.Parallel()
	l := aware(t)
	l.does("", "/contain", url.Values{"at": {""}}).want(t, http.StatusUnprocessableEntity, "Fill in a date and a time")
	form := url.Values{"at": {"2026-11-20T16:35"}}
	token := l.b.token(l.path(""))
	form.Set("csrf", token)
	l.b.post(l.path("/contain"), form).leadsTo(t, l.path(""))
	l.b.post(l.path("/contain"), form).leadsTo(t, l.path(""))
	form.Set("at", "2026-11-20T16:10")
	l.b.post(l.path("/contain"), form).want(t, http.StatusConflict, "already recorded")
	l.b.get(l.path("")).want(t, http.StatusOK, "Stopped on Friday, 20 November 2026, 16:35")
}

func TestAcknowledgeADuty(t *testing.T) {
	t.Parallel()
	l := aware(t)
	duties, err := obligation.OfIncident(ctx, l.db.R, l.id)
	l.ok(err)
	var id string
	for _, o := range duties {
		if o.Duty == obligation.NotifyAuthority {
			id = string(o.ID)
		}
	}
	for range 2 {
		l.does("", "/acknowledge", url.Values{"duty": {id}}).leadsTo(t, l.path(""))
	}
	l.b.get(l.path("")).want(t, http.StatusOK, "Some manager is on it since")
	// A duty of another incident is none of this one.
	other := &leak{l.place, l.b, l.bringIn(9)}
	other.does("", "/acknowledge", url.Values{"duty": {id}}).want(t, http.StatusNotFound)
}

func TestOverviewAsksForTheRole(t *testing.T) {
	t.Parallel()
	l := aware(t)
	for role, may := range map[account.Role][]string{
		account.Handler: {"/moment", "/describe", "/acknowledge"}, account.DPO: {"/moment", "/describe", "/acknowledge"}, account.Auditor: {},
	} {
		b := l.as(role)
		page := b.get(l.path(""))
		page.want(t, http.StatusOK, "What the law asks")
		if strings.Contains(page.body, `action="`+l.path("/triage")) {
			t.Fatalf("%s is offered to judge", role)
		}
		for _, verb := range []string{"/triage", "/aware", "/moment", "/describe", "/contain", "/acknowledge", "/risk", "/waive", "/close", "/reopen"} {
			a := b.post(l.path(verb), url.Values{"csrf": {b.token("/me")}})
			forbidden := a.StatusCode == http.StatusForbidden
			allowed := strings.Contains(strings.Join(may, " "), verb)
			if forbidden == allowed {
				t.Fatalf("%s %s: status %d", role, verb, a.StatusCode)
			}
		}
	}
	l.b.get("/incidents/0199-none").want(t, http.StatusNotFound)
}
