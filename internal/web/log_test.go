package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"clepsydra/internal/account"
	"clepsydra/internal/contact"
	"clepsydra/internal/stewardship"
	"clepsydra/internal/watch"
)

// somebody is one of the customers.
func (h *house) somebody() contact.ID {
	h.t.Helper()
	page, err := h.app.Stewardship.Search(background, h.who, contact.Query{Text: "Klant 0003"})
	h.ok(err)
	return page.Contacts[0].ID
}

func TestLogOfAPersonSaysWhoLookedAndNeverWhoItIs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.customers(6)
	id := h.somebody()
	b := h.as(account.Administrator)
	path := "/contacts/people/" + string(id)
	for range 3 {
		b.get(path).shows(http.StatusOK, "Who looked at this person", path+"/log")
	}
	b.post("/contacts/export", url.Values{"format": {"csv"}}).shows(http.StatusOK, "Klant 0003")
	b.get(path+"/log").shows(http.StatusOK, "Lotte Vermeer saw this person", "3 times", "exported 6 people as CSV", "among search results", "imported a file that held this person").lacks("Klant")
	b.get(path+"/log?sort=exported").shows(http.StatusOK, "exported 6").lacks("saw this person<")
	b.get(path+"/log?from=2030-01-01").shows(http.StatusOK, "Nothing found")
	b.get(path+"/log?from=tomorrow").shows(http.StatusUnprocessableEntity, "Choose a day from the calendar", `value="tomorrow"`)
	b.get("/contacts/log?account="+string(h.lead.ID)).shows(http.StatusOK, "Lotte Vermeer saw a person", path+"/log").lacks("Klant")
	b.get("/contacts/log?account=nobody").shows(http.StatusOK, "Nothing found")
	b.get("/contacts/people/nobody/log").shows(http.StatusNotFound)

	_, err := h.app.Stewardship.Erase(background, h.who, id, stewardship.OnRequest)
	h.ok(err)
	b.get(path+"/log").shows(http.StatusOK, "A person who was erased", "Lotte Vermeer saw this person", "erased this person")
	b.get("/contacts/log").shows(http.StatusOK, "A person who was erased")
}

func TestLogIsTakenOutAsAFileAndThatIsRecorded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.customers(6)
	id := h.somebody()
	b := h.as(account.Auditor)
	h.ok(h.app.Stewardship.SawPerson(background, h.who, id))
	res := b.post("/contacts/log/file", url.Values{"person": {string(id)}}).shows(http.StatusOK, "Lotte Vermeer saw this person", string(id)).lacks("Klant")
	if !strings.Contains(res.header.Get("Content-Type"), "text/csv") {
		t.Error(res.header)
	}
	b.get("/contacts/people/"+string(id)+"/log").shows(http.StatusOK, "Log of who looked taken out as a file").lacks(`href="/contacts/people/` + string(id) + `"`)
	h.as(account.Handler).get("/contacts/log").shows(http.StatusForbidden)
}

func TestLogIsPagedByLines(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for k := range 60 {
		h.ok(h.app.Stewardship.SawPerson(background, h.who, contact.ID(fmt.Sprintf("p%02d", k))))
	}
	b := h.as(account.DPO)
	first := b.get("/contacts/log").shows(http.StatusOK, "/contacts/people/p59/log", "/contacts/people/p10/log").lacks("/contacts/people/p09/log")
	next := first.body[strings.Index(first.body, "/contacts/log?before="):]
	next = next[:strings.IndexByte(next, '"')]
	b.get(next).shows(http.StatusOK, "/contacts/people/p09/log", "/contacts/people/p00/log").lacks("/contacts/people/p10/log")
}

func TestUnusualReadingShowsOnTheBoardUntilItIsExplained(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	rule, _ := h.app.Watch.Rules().Rule("opened_hour")
	for k := range rule.MoreThan + 50 { // enough also when the hour turns meanwhile
		h.ok(h.app.Stewardship.SawPerson(background, h.who, contact.ID(fmt.Sprintf("p%03d", k))))
	}
	h.ok(h.app.Watch.Check(background))
	open, err := h.app.Watch.Open(background, 10)
	h.ok(err)
	var a watch.Alert
	for _, one := range open {
		if one.Rule == "opened_hour" {
			a = one
		}
	}
	path := "/contacts/log/alerts/" + a.ID
	h.as(account.Administrator).get("/").shows(http.StatusOK, "Many people in one hour", "Lotte Vermeer", path)
	h.as(account.Administrator).post(path, url.Values{"reason": {"it was me"}}).shows(http.StatusConflict, "your own account", "it was me")
	b := h.as(account.Manager)
	b.post(path, url.Values{"reason": {" "}}).shows(http.StatusUnprocessableEntity, "Write in a sentence")
	b.post(path, url.Values{"reason": {"the yearly count"}}).leadsTo(path)
	b.get(path).shows(http.StatusOK, "the yearly count", "R manager")
	b.get("/").lacks(path)
	h.as(account.Auditor).get(path).shows(http.StatusOK).lacks("<textarea")
}
