package web

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"clepsydra/internal/account"
	"clepsydra/internal/fastlane"
	"clepsydra/internal/incident"
	"clepsydra/internal/journal"
	"clepsydra/internal/locale"
	"clepsydra/internal/recall"
	"clepsydra/internal/register"
	"clepsydra/internal/response"
)

// fastFactsForm is a small mistake.
func fastFactsForm() url.Values {
	return url.Values{"recipients": {"1"}, "data": {"name", "phone"}, "people": {"2"}}
}

func TestTheShortWayFromReportToRegister(t *testing.T) {
	h := open(t)
	b, id := h.as(account.Manager), h.wrongMail()
	fast := id + "/fast"
	b.get(fast+"?step=3").leadsTo(t, fast)
	b.get(fast).want(t, http.StatusOK, "What and to whom", `value="name" checked`)
	b.send(fast, fast+"/facts", fastFactsForm()).leadsTo(t, fast+"?step=2")
	b.get(fast).want(t, http.StatusOK, "Ask whoever got it")
	res := b.send(fast+"?step=2", id+"/recipients", url.Values{"fast": {"1"}, "name": {" "}, "channel": {"post"}, "language": {"nl"}})
	res.want(t, http.StatusUnprocessableEntity, "A description is enough", `name="fast" value="1"`)
	res = b.send(fast+"?step=2", id+"/recipients", url.Values{"fast": {"1"}, "name": {"the neighbours"}, "channel": {"post"}, "language": {"nl"}})
	if to := res.Header.Get("Location"); !strings.HasSuffix(to, "?fast=1") {
		t.Errorf("added on the short way leads to %s", to)
	}
	judge := b.get(fast)
	judge.want(t, http.StatusOK, "name and phone number of 2 people reached one wrong recipient", "still to be asked to confirm", "the neighbours")
	b.send(fast, fast, url.Values{"choice": {"reported"}, "aware_reason": {"It was in the report."}, "reason": {" "}, "prevention": {"Staff get a short training or a refresher."}, "prevention_own": {"Ask Jan."}}).
		want(t, http.StatusUnprocessableEntity, "It was in the report.", `value="Staff get a short training or a refresher." checked`, `value="Ask Jan."`)
	good := url.Values{
		"choice": {"reported"}, "aware_reason": {"It was in the report."}, "reason": {"Two names with telephone numbers, one known neighbour."}, "cause": {"internal_not_malicious"},
		"consequences": {"The wrong recipient was able to read the data."}, "measures": {"The shared link was closed or the message recalled."}, "measures_own": {"We called twice."},
	}
	b.send(fast, fast, good).leadsTo(t, fast)
	b.post(fast, good).leadsTo(t, fast) // pressed twice
	b.get(fast+"?step=1").want(t, http.StatusOK, "This is in the register", "one known neighbour", "Ask the wrong recipient to confirm", "Get written confirmation of deletion")
	b.get(fast).want(t, http.StatusOK, "was able to read", "We called twice.", "Not filled in yet.")
	entries, _, err := register.Entries(ctx, h.db.R, 0, 0)
	h.ok(err)
	want := map[string]string{
		"cause": "internal_not_malicious", "consequences": "The wrong recipient was able to read the data.",
		"measures": "The shared link was closed or the message recalled.\nWe called twice.",
	}
	if len(entries) != 1 || !maps.Equal(entries[0].Answers, want) || entries[0].LastReason("risk") != good.Get("reason") {
		t.Errorf("the register: %+v", entries)
	}
	b.get("/register").want(t, http.StatusOK, "INC-2026-0001")
	decisions, err := incident.DecisionsOf(ctx, h.db.R, incident.ID(strings.TrimPrefix(id, "/incidents/")))
	h.ok(err)
	if len(decisions) != 2 {
		t.Errorf("%d decisions, want one at triage and one on the risk", len(decisions))
	}
}

func TestTheShortWaySaysWhyItIsClosed(t *testing.T) {
	tests := []struct {
		name   string
		change func(url.Values)
		want   string
	}{
		{"health", func(f url.Values) { f.Add("data", "health") }, "a closer look: health data."},
		{"three recipients", func(f url.Values) { f.Set("recipients", "3") }, "More than 2 people got it"},
		{"recipients not known", func(f url.Values) { f.Set("recipients", "unknown") }, "not known yet how many people got it"},
		{"data not known", func(f url.Values) { f.Set("data_unknown", "1") }, "not known yet which data"},
		{"many people", func(f url.Values) { f.Set("people", "11") }, "about more than 10 people"},
		{"people not known", func(f url.Values) { f.Set("people", ""); f.Set("people_unknown", "1") }, "how many people the data are about"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := open(t)
			b, id := h.as(account.Manager), h.wrongMail()
			f := fastFactsForm()
			tt.change(f)
			b.send(id+"/fast", id+"/fast/facts", f).leadsTo(t, id+"/fast?step=2")
			res := b.get(id + "/fast")
			res.want(t, http.StatusOK, "This needs the full assessment", tt.want)
			res = b.send(id+"/fast", id+"/fast", url.Values{"choice": {"reported"}, "aware_reason": {"a"}, "reason": {"b"}})
			res.want(t, http.StatusConflict, "do not fit", tt.want)
		})
	}
}

func TestPoorFactsKeepWhatWasTyped(t *testing.T) {
	h := open(t)
	b, id := h.as(account.Manager), h.wrongMail()
	for _, people := range []string{"", "0", "-1", "a few", "1.5", "99999999999999999999"} {
		b.send(id+"/fast", id+"/fast/facts", url.Values{"recipients": {"2"}, "data": {"phone"}, "people": {people}}).
			want(t, http.StatusUnprocessableEntity, `value="2" checked`, `value="phone" checked`, "number of 1 or more")
	}
	b.send(id+"/fast", id+"/fast/facts", url.Values{"people": {"1"}}).want(t, http.StatusUnprocessableEntity, "Choose an answer")
}

func TestWhoMayOnlyHandleMayNotDecide(t *testing.T) {
	h := open(t)
	b, id := h.as(account.Handler), h.wrongMail()
	b.send(id+"/fast", id+"/fast/facts", fastFactsForm()).leadsTo(t, id+"/fast?step=2")
	res := b.get(id + "/fast?step=3")
	res.want(t, http.StatusOK, "of 2 people reached")
	if strings.Contains(res.body, `name="reason"`) {
		t.Error("a handler is shown the form of the decision")
	}
}

func TestOtherScenariosHaveNoShortWay(t *testing.T) {
	h := open(t)
	r, err := h.s.d.Response.Report(ctx, journal.Actor{Kind: journal.ByReporter}, response.ReportInput{SendKey: "k", Scenario: "ransomware", Text: "All is locked", Via: "form"})
	h.ok(err)
	b, id := h.as(account.Manager), "/incidents/"+string(r.IncidentID)
	b.get(id+"/fast").want(t, http.StatusNotFound, "no short way")
	if res := b.get(id); strings.Contains(res.body, "Start the short way") {
		t.Error("the short way is offered")
	}
}

// TestEveryWordOfTheShortWayIsThere checks the keys that are computed.
func TestEveryWordOfTheShortWayIsThere(t *testing.T) {
	h := open(t)
	for _, lang := range locale.Languages() {
		p := h.s.d.Locale.For(lang, "BE", nil)
		for _, key := range []string{
			"fast.obstacle_recipients_unknown", "fast.obstacle_recipients_many", "fast.obstacle_data_unknown", "fast.obstacle_data_sensitive",
			"fast.obstacle_people_unknown", "fast.obstacle_people_many", "fast.obstacle_refused", "fast.obstacle_passed_on",
			"fast.reason_post", "fast.reason_mail", "fast.reason_back_confirmed", "fast.reason_back_unopened", "fast.reason_back_open", "fast.reason_back_unasked", "fast.reason_back_silent",
			"fast.people", "fast.to", "fast.ask_consequences", "fast.ask_measures", "fast.ask_prevention", "fast.step_1", "fast.step_2", "fast.step_3", "fast.step_4",
			"recall.what_post", "recall.what_mail", "recall.what_other", "recall.ask_subject", "recall.ask_text", "board.by_recipient",
		} {
			if !p.Has(key) {
				t.Errorf("%s: %s is missing", lang, key)
			}
		}
	}
}

// TestTheJudgementSaysNoMoreThanRecipientsDid looks at the sentence on what came
// back, for every way it can stand.
func TestTheJudgementSaysNoMoreThanRecipientsDid(t *testing.T) {
	at := friday
	gone := func(u recall.Use) recall.Recipient {
		return recall.Recipient{ID: recall.ID(u), Answers: []recall.Answer{{Use: u, Fate: recall.Deleted, Stands: true}}}
	}
	asked, silent := recall.Recipient{AskedAt: at}, recall.Recipient{AskedAt: at, GivenUpAt: at}
	tests := []struct {
		want string
		of   int // how many got it
		all  []recall.Recipient
	}{
		{"unasked", 1, nil},
		{"unasked", 2, []recall.Recipient{asked}},
		{"unasked", 1, []recall.Recipient{{}}},
		{"unasked", 2, []recall.Recipient{gone(recall.Read)}},
		{"open", 1, []recall.Recipient{asked}},
		{"open", 2, []recall.Recipient{asked, gone(recall.Read)}},
		{"silent", 2, []recall.Recipient{silent, gone(recall.Read)}},
		{"confirmed", 1, []recall.Recipient{gone(recall.Read)}},
		{"confirmed", 2, []recall.Recipient{gone(recall.Unopened), gone(recall.Unsure)}},
		{"unopened", 1, []recall.Recipient{gone(recall.Unopened)}},
	}
	for _, tt := range tests {
		w := response.FastWay{Recipients: tt.all, Facts: fastlane.Facts{Recipients: tt.of, Back: recall.Summarise(tt.all)}}
		if got := backCode(w); got != tt.want {
			t.Errorf("%d got it, %d on the list: %s, want %s", tt.of, len(tt.all), got, tt.want)
		}
	}
}
