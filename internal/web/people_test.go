package web_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"clepsydra/internal/account"
	"clepsydra/internal/communication"
	"clepsydra/internal/incident"
	"clepsydra/internal/journal"
)

func (h *house) people(id incident.ID) []communication.Person {
	h.t.Helper()
	all, _, err := communication.People(background, h.app.DB.R, id, communication.PeopleQuery{Limit: 1000})
	h.ok(err)
	return all
}

func (h *house) snapshots(id incident.ID) []communication.Snapshot {
	h.t.Helper()
	all, err := communication.SnapshotsOf(background, h.app.DB.R, id)
	h.ok(err)
	return all
}

func TestPeopleArePickedInThreeWays(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id, imported, b := h.breach(), h.customers(12), h.as(account.Handler)
	path := "/incidents/" + string(id) + "/people"
	b.get(path).shows(http.StatusOK, "Who is affected?", "klanten.csv", "12 people", "/contacts/import?incident="+string(id))

	b.get(path+"?find=Klant+0002").shows(http.StatusOK, "Klant 0002", "Kerkstraat 3").lacks("Klant 0003")
	b.post(path+"/pick", url.Values{"how": {"search"}, "find": {"Klant 0002"}}).shows(http.StatusUnprocessableEntity, "Tick at least one person", "Klant 0002", `value="Klant 0002"`)
	found := strings.Split(b.get(path+"?find=Klant+0002").body, `name="contact" value="`)
	contactID := found[1][:36]
	b.post(path+"/pick", url.Values{"how": {"search"}, "contact": {contactID}}).leadsTo(path)
	if n := len(h.people(id)); n != 1 {
		t.Fatalf("%d people, want 1", n)
	}
	b.post(path+"/pick", url.Values{"how": {"import"}, "import": {string(imported)}}).leadsTo(path)
	b.post(path+"/pick", url.Values{"how": {"import"}, "import": {string(imported)}}).leadsTo(path)
	if n := len(h.people(id)); n != 12 {
		t.Fatalf("%d people, want 12: a form that is sent twice adds nobody", n)
	}
	b.post(path+"/pick", url.Values{"how": {"import"}, "import": {"nothing"}}).shows(http.StatusNotFound)
	b.post(path+"/pick", url.Values{"how": {"magic"}}).shows(http.StatusUnprocessableEntity)
	b.post(path+"/clear", nil).leadsTo(path)
	b.post(path+"/pick", url.Values{"how": {"all"}}).leadsTo(path)
	b.get(path).shows(http.StatusOK, "1 person is unsubscribed from mailings and will still be informed", "Nederlands 6", "BE 12")
	b.get(path+"?q=klant+0003").shows(http.StatusOK, "Klant 0003").lacks("Klant 0004")
	b.get(path+"?channel=mail").shows(http.StatusOK, "Klant 0004").lacks("Klant 0003")
}

func TestListIsPaged(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.customers(40)
	id, b := h.breach(), h.as(account.Handler)
	path := "/incidents/" + string(id) + "/people"
	b.post(path+"/pick", url.Values{"how": {"all"}}).leadsTo(path)
	b.get(path).shows(http.StatusOK, "Page 1 of 2", "Klant 0001").lacks("Klant 0039")
	b.get(path+"?page=2").shows(http.StatusOK, "Page 2 of 2", "Klant 0039").lacks("Klant 0001")
}

func TestPersonIsLeftOutWithAReasonAndHasDataOfHisOwn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.customers(4)
	id, b := h.breach(), h.as(account.Administrator)
	path := "/incidents/" + string(id) + "/people"
	b.post(path+"/pick", url.Values{"how": {"all"}}).leadsTo(path)
	person := path + "/" + h.people(id)[0].ContactID
	b.get(person).shows(http.StatusOK, "Leave out", "Kerkstraat")
	entries, err := journal.ListOf(background, h.app.DB.R, journal.Case{Kind: "contact", ID: h.people(id)[0].ContactID})
	h.ok(err)
	if len(entries) != 1 || entries[0].Kind != "contact.viewed" {
		t.Errorf("who looked is not recorded: %+v", entries)
	}
	b.post(person+"/exclude", url.Values{"reason": {" "}}).shows(http.StatusUnprocessableEntity, "Write why this person is not told")
	b.post(person+"/exclude", url.Values{"reason": {"was on holiday, had no account"}}).leadsTo(person)
	b.get(person).shows(http.StatusOK, "was on holiday", "Put back on the list")
	b.get(path).shows(http.StatusOK, "Freeze the list of 3 people", "left out")
	b.post(person+"/include", nil).leadsTo(person)

	b.post(path+"/data", url.Values{"data": {"contact_email", "postal_address"}}).leadsTo(path)
	b.post(person+"/data", url.Values{"data": {"contact_email"}}).leadsTo(person)
	if got := h.people(id); len(got[0].Data) != 1 || len(got[1].Data) != 2 {
		t.Errorf("data %v and %v", got[0].Data, got[1].Data)
	}
	b.get(path).shows(http.StatusOK, "Some people have data of their own")
	b.post(path+"/data", url.Values{"data": {"contact_email"}, "reset": {"1"}}).leadsTo(path)
	if got := h.people(id); len(got[0].Data) != 0 {
		t.Errorf("data %v, want those of the incident", got[0].Data)
	}
	b.post(path+"/data", url.Values{"data": {"shoe_size"}}).shows(http.StatusNotFound)
	b.get(path + "/nobody").shows(http.StatusNotFound)
}

// freeze confirms the list of an incident as its page asks for it.
func (c *caller) freeze(id incident.ID, number, people int) answer {
	c.h.t.Helper()
	return c.post("/incidents/"+string(id)+"/people/freeze", url.Values{"number": {strconv.Itoa(number)}, "people": {strconv.Itoa(people)}})
}

func TestListIsFrozenOnceAndAsConfirmed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.customers(6)
	id, b := h.breach(), h.as(account.Administrator)
	path := "/incidents/" + string(id) + "/people"
	b.get(path + "/freeze").leadsTo(path)
	b.post(path+"/pick", url.Values{"how": {"all"}}).leadsTo(path)
	b.get(path+"/freeze").shows(http.StatusOK, "Freeze the list of 6 people?", "stays as it is for good", `name="people" value="6"`)
	b.freeze(id, 1, 5).shows(http.StatusConflict, "The list has changed", `name="people" value="6"`)
	b.freeze(id, 0, 0).shows(http.StatusConflict)
	b.freeze(id, 1, 6).leadsTo(path)
	b.freeze(id, 1, 6).leadsTo(path)
	all := h.snapshots(id)
	if len(all) != 1 || all[0].People != 6 {
		t.Fatalf("snapshots %+v", all)
	}
	b.get(path).shows(http.StatusOK, "List 1", all[0].Hash[:12], "Lotte Vermeer", "Go on to the letters").lacks("Take everybody off")
	person := path + "/" + h.people(id)[0].ContactID
	b.get(person).shows(http.StatusOK, "cannot be changed any more").lacks("/exclude")
	b.post(person+"/exclude", url.Values{"reason": {"too late"}}).shows(http.StatusConflict)
}

func TestRolesOfThePeoplePages(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.customers(3)
	id := h.breach()
	path := "/incidents/" + string(id)
	h.as(account.Administrator).post(path+"/people/pick", url.Values{"how": {"all"}}).leadsTo(path)
	auditor, handler, reporter := h.as(account.Auditor), h.as(account.Handler), h.as(account.Reporter)
	auditor.get(path+"/people").shows(http.StatusOK, "only the numbers").lacks("Klant 0001", "k1@example.com")
	auditor.get(path + "/letters").shows(http.StatusOK).lacks("Klant 0001")
	person := "/people/" + h.people(id)[0].ContactID
	for _, p := range []string{person, "/letters/preview", "/letters/preview/x", "/letters/preview/x.pdf", "/people/freeze"} {
		auditor.get(path + p).shows(http.StatusForbidden)
	}
	for _, p := range []string{"/people/pick", "/people/clear", "/people/data", person + "/exclude", person + "/include", person + "/data", person + "/returned", "/letters/text", "/letters/mend", "/letters/mend-all"} {
		auditor.post(path+p, nil).shows(http.StatusForbidden)
	}
	for _, p := range []string{"/people/freeze", "/letters/approve", "/letters/runs", "/letters/runs/x/cancel", "/letters/sent", "/letters/mails"} {
		handler.post(path+p, nil).shows(http.StatusForbidden)
	}
	for _, p := range []string{"/people", "/letters", "/letters/runs/x"} {
		reporter.get(path + p).shows(http.StatusForbidden)
	}
	handler.get(path+"/people").shows(http.StatusOK, "Whoever decides freezes").lacks("/people/freeze")
}
