package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"clepsydra/internal/account"
	"clepsydra/internal/incident"
	"clepsydra/internal/journal"
	"clepsydra/internal/recall"
	"clepsydra/internal/response"
)

// wrongMail is an incident whose mail went to the wrong person.
func (h *place) wrongMail() string {
	h.t.Helper()
	r, err := h.s.d.Response.Report(ctx, journal.Actor{Kind: journal.ByReporter}, response.ReportInput{
		SendKey: "0123456789abcdef0123456789abcdef", Scenario: "wrong_recipient_mail", Text: "The price list of Mrs Janssens went astray.",
		NoticedAt: h.now.Add(-time.Hour), Data: []string{"name"}, Language: "en", Via: "form",
	})
	h.ok(err)
	return "/incidents/" + string(r.IncidentID)
}

// asked adds a wrong recipient and returns his page and his link.
func (h *place) asked(b *browser, id string) (page, link string) {
	h.t.Helper()
	res := b.send(id+"/recipients", id+"/recipients", url.Values{"name": {"Mr Claes"}, "email": {"claes@example.com"}, "channel": {"mail"}, "language": {"fr"}})
	page = res.Header.Get("Location")
	if res.StatusCode != http.StatusSeeOther || !strings.HasPrefix(page, id+"/recipients/") {
		h.t.Fatalf("%d %s", res.StatusCode, page)
	}
	r, err := recall.ByID(ctx, h.db.R, recall.ID(page[strings.LastIndex(page, "/")+1:]))
	h.ok(err)
	return page, "/confirm/" + h.s.d.Response.LinkToken(r)
}

// version takes the version of the words from a page for recipients.
func version(t testing.TB, a answer) string {
	t.Helper()
	_, rest, ok := strings.Cut(a.body, `name="version" value="`)
	if !ok {
		t.Fatal("the page names no version of its words")
	}
	v, _, _ := strings.Cut(rest, `"`)
	return v
}

func TestAddingARecipientKeepsWhatWasTyped(t *testing.T) {
	h := open(t)
	b, id := h.as(account.Manager), h.wrongMail()
	res := b.send(id+"/recipients", id+"/recipients", url.Values{"name": {"Mr Claes"}, "email": {"claes at example"}, "channel": {"mail"}, "language": {"de"}})
	res.want(t, http.StatusUnprocessableEntity, "Mr Claes", "claes at example", "no valid e-mail address")
	page, link := h.asked(b, id)
	b.get(page).want(t, http.StatusOK, "Mr Claes", "still to ask", link, "Madame, Monsieur")
	b.get(page+"/slip").want(t, http.StatusOK, "Madame, Monsieur", link, "<svg")
	b.get(id).want(t, http.StatusOK, "Mr Claes", "0 of 1 confirmed", "Start the short way")
	reader := h.as(account.Auditor).get(page)
	reader.want(t, http.StatusOK, "Mr Claes")
	if strings.Contains(reader.body, link) {
		t.Error("somebody who may only look sees the secret link")
	}
	for _, verb := range []string{"asked", "silent", "revoke", "renew"} {
		b.send(page, page+"/"+verb, url.Values{}).leadsTo(t, page)
	}
}

func TestARecipientConfirmsWithoutAnAccount(t *testing.T) {
	h := open(t)
	b, id := h.as(account.Manager), h.wrongMail()
	page, link := h.asked(b, id)
	visitor := h.browser()
	first := visitor.get(link)
	first.want(t, http.StatusOK, "Pouvez-vous confirmer", "Hoeve Ter Linde", "un e-mail ou un fichier")
	for _, never := range []string{"Janssens", "Claes", "Incidents", "INC-"} {
		if strings.Contains(first.body, never) {
			t.Errorf("the page of the recipient says %q", never)
		}
	}
	words := version(t, first)
	visitor.post(link, url.Values{"version": {words}, "use": {"passed_on"}, "passed_to": {"mon frère"}}).
		want(t, http.StatusUnprocessableEntity, "mon frère", `value="passed_on" checked`)
	german := visitor.post(link, url.Values{"version": {words}, "use": {"read"}, "switch_language": {"de"}})
	german.want(t, http.StatusOK, "Können Sie das bestätigen", `value="read" checked`)
	visitor.post(link, url.Values{"version": {words}, "use": {"read"}, "fate": {"deleted"}, "stands": {"1"}}).
		want(t, http.StatusConflict, "Lesen Sie ihn noch einmal", `value="deleted" checked`)
	good := url.Values{"version": {version(t, german)}, "use": {"read"}, "fate": {"deleted"}, "stands": {"1"}, "answer_name": {"P. <b>C</b>"}}
	visitor.post(link, good).leadsTo(t, link)
	good.Set("fate", "kept")
	visitor.post(link, good).leadsTo(t, link) // a second answer changes nothing
	done := visitor.get(link)
	done.want(t, http.StatusOK, "Vielen Dank", "Überall gelöscht", "P. &lt;b&gt;C&lt;/b&gt;")
	b.get(page).want(t, http.StatusOK, "deleted everywhere", "through the link", "Was haben Sie damit gemacht?")
	all, err := recall.OfIncident(ctx, h.db.R, incident.ID(strings.TrimPrefix(id, "/incidents/")))
	h.ok(err)
	if a, _ := all[0].Answer(); len(all[0].Answers) != 1 || a.Language != "de" || a.Version != good.Get("version") || !strings.Contains(a.Wording, "Ich behalte keine Kopie") {
		t.Errorf("%+v", all[0].Answers)
	}
}

func TestLinksThatDoNotWorkHaveAFriendlyPage(t *testing.T) {
	h := open(t)
	b, id := h.as(account.Manager), h.wrongMail()
	page, link := h.asked(b, id)
	h.browser().get("/confirm/nothing").want(t, http.StatusNotFound, "This link does not work", "copied all of the link")
	h.browser().post("/confirm/nothing", url.Values{}).want(t, http.StatusNotFound, "This link does not work")
	b.send(page, page+"/revoke", url.Values{}).leadsTo(t, page)
	h.browser().get(link).want(t, http.StatusNotFound, "Ce lien a été désactivé", "16 00 00 00")
	b.send(page, page+"/renew", url.Values{}).leadsTo(t, page)
	r, err := recall.ByID(ctx, h.db.R, recall.ID(page[strings.LastIndex(page, "/")+1:]))
	h.ok(err)
	h.now = h.now.Add(recall.LinkLife)
	h.browser().get("/confirm/"+h.s.d.Response.LinkToken(r)).want(t, http.StatusNotFound, "Ce lien a expiré")
	h.as(account.Manager).get(page).want(t, http.StatusOK, "The link has expired")
}

func TestAFloodOfAnswersIsSlowedDown(t *testing.T) {
	h := open(t)
	b, id := h.as(account.Manager), h.wrongMail()
	_, link := h.asked(b, id)
	for range paceRoom {
		if !h.s.pace.allow("0.0.0.0", h.now) {
			t.Fatal("no room to begin with")
		}
	}
	words := version(t, h.browser().get(link))
	res := h.browser().post(link, url.Values{"version": {words}, "use": {"unsure"}, "fate": {"destroyed"}, "stands": {"1"}})
	res.want(t, http.StatusTooManyRequests, `value="destroyed" checked`)
	h.now = h.now.Add(paceEvery)
	h.browser().post(link, url.Values{"version": {words}, "use": {"unsure"}, "fate": {"destroyed"}, "stands": {"1"}}).leadsTo(t, link)
}

func TestAnAnswerByHand(t *testing.T) {
	h := open(t)
	b, id := h.as(account.Manager), h.wrongMail()
	page, _ := h.asked(b, id)
	form := func(pairs ...string) url.Values {
		f := url.Values{"csrf": {b.token(page)}, "via": {"phone"}, "given": {"2026-11-20T16:30"}, "use": {"unopened"}, "note": {"Called at half past four."}}
		for k := 0; k < len(pairs); k += 2 {
			f.Set(pairs[k], pairs[k+1])
		}
		return f
	}
	b.upload(page+"/answer", form(), "proof", nil).want(t, http.StatusUnprocessableEntity, "Choose what happens with it now", "Called at half past four.")
	b.upload(page+"/answer", form("via", "link", "fate", "deleted", "stands", "1"), "proof", nil).want(t, http.StatusUnprocessableEntity, "how the answer came")
	b.upload(page+"/answer", form("fate", "returned", "stands", "1"), "proof", map[string][]byte{"note.txt": []byte("it is back")}).leadsTo(t, page)
	b.get(page).want(t, http.StatusOK, "not opened, returned", "by telephone", "Written down by Some manager", "/evidence/")
	b.get(id+"/recipients").want(t, http.StatusOK, "not opened, and gone", "1 of 1 confirmed")
	b.get(id+"/work").want(t, http.StatusOK, "Some manager")
}

func TestPassingOnAsksForTheNextOne(t *testing.T) {
	h := open(t)
	b, id := h.as(account.Manager), h.wrongMail()
	page, link := h.asked(b, id)
	words := version(t, h.browser().get(link))
	h.browser().post(link, url.Values{"version": {words}, "use": {"passed_on"}, "passed_to": {"ma sœur"}, "fate": {"deleted"}, "stands": {"1"}}).leadsTo(t, link)
	from := page[strings.LastIndex(page, "/")+1:]
	b.get(page).want(t, http.StatusOK, "ma sœur", "counts as unanswered", "?from="+from)
	b.get(id+"/recipients").want(t, http.StatusOK, "An answer is still missing")
	b.get(id+"/recipients?from="+from).want(t, http.StatusOK, "Got it from Mr Claes")
	b.send(id+"/recipients", id+"/recipients", url.Values{"name": {"the sister"}, "channel": {"post"}, "language": {"fr"}, "from": {from}})
	res := b.get(page)
	res.want(t, http.StatusOK, "ma sœur")
	if strings.Contains(res.body, "counts as unanswered") {
		t.Error("the next one is on the list and still missed")
	}
}

func TestMailingNeedsAMailServerAndAnAddressOfOurOwn(t *testing.T) {
	h := open(t)
	b, id := h.as(account.Manager), h.wrongMail()
	page, _ := h.asked(b, id)
	b.send(page, page+"/mail", url.Values{}).want(t, http.StatusConflict, "reached from outside", "Mr Claes")
}
