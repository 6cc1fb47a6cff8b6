package web_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"clepsydra/internal/account"
	"clepsydra/internal/communication"
	"clepsydra/internal/contact"
	"clepsydra/internal/incident"
	"clepsydra/internal/web"
)

// walker asks every route for one person.
type walker struct {
	*house
	person contact.ID
	params map[string]string
}

// shownName is the name of the person that the walk looks for.
const shownName = "Klant 0003"

func newWalker(t *testing.T) *walker {
	h := newHouse(t)
	batch := h.customers(6)
	id := h.breach()
	b := h.as(account.Administrator)
	path := "/incidents/" + string(id)
	b.post(path+"/people/pick", url.Values{"how": {"all"}}).leadsTo(path + "/people")
	w := &walker{house: h, params: map[string]string{":id": string(id), ":import": string(batch), ":number": "1", ":format": "csv"}}
	for _, p := range h.people(id) {
		if p.Name == shownName {
			w.person = contact.ID(p.ContactID)
		}
	}
	w.params[":contact"] = string(w.person)
	snap, err := h.app.Response.Freeze(background, h.who, id)
	h.ok(err)
	paper := h.approve(id)
	run, err := h.app.Response.StartRun(background, h.who, id, snap.ID, paper.ID, communication.Merged)
	h.ok(err)
	if got := b.follow(run.ID); got.State != communication.Done {
		t.Fatalf("the run is %s", got.State)
	}
	w.params[":run"], w.params[":snapshot"] = run.ID, snap.ID
	g, err := h.app.Stewardship.SaveSegment(background, h.who, "Leuven", contact.Criteria{Country: "BE"})
	h.ok(err)
	w.params[":segment"] = string(g.ID)
	w.params[":upload"], err = h.app.Stewardship.KeepUpload(background, h.who, "new.csv", []byte("Email;Naam\nnew@example.com;"+shownName+"\nbroken;"+shownName+"\n"))
	h.ok(err)
	return w
}

// head is the number of the latest journal entry.
func (w *walker) head() (seq int64) {
	w.t.Helper()
	w.ok(w.app.DB.R.NewRaw("SELECT seq FROM journal_head").Scan(context.Background(), &seq))
	return seq
}

// named reports whether an entry after seq names the person, or the file in which
// people stood who are not in the customer file yet.
func (w *walker) named(seq int64) bool {
	w.t.Helper()
	var n int
	w.ok(w.app.DB.R.NewRaw(`SELECT (SELECT count(*) FROM journal_persons WHERE contact_id = ? AND seq > ?)
		+ (SELECT count(*) FROM journal_acts WHERE case_kind = 'import' AND seq > ?)`, w.person, seq, seq).Scan(context.Background(), &n))
	return n > 0
}

// ask sends a request of a route as somebody who may do everything.
func (w *walker) ask(r web.Route) (answer, int64) {
	w.t.Helper()
	path := r.Path
	for name, value := range w.params {
		path = strings.ReplaceAll(path, name, value)
	}
	b := w.as(account.Administrator)
	narrow := url.Values{"text": {"Klant"}, "find": {"Klant"}, "q": {"Klant"}}
	before := w.head()
	switch {
	case r.Method == http.MethodGet:
		return b.get(path + "?" + narrow.Encode()), before
	case r.Machine || r.Path == "/sign-out":
		return b.do(r.Method, path, narrow), before
	}
	narrow.Set("format", "csv")
	narrow.Set("contact", string(w.person))
	return b.post(path, narrow), before
}

func TestEveryAnswerThatNamesAPersonIsInTheJournal(t *testing.T) {
	t.Parallel()
	w := newWalker(t)
	shown := map[string]bool{}
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		for _, r := range web.AllRoutes() {
			if (r.Method == http.MethodGet) != (method == http.MethodGet) {
				continue
			}
			res, before := w.ask(r)
			if !strings.Contains(res.body, shownName) {
				continue
			}
			shown[r.Method+" "+r.Path] = true
			if !w.named(before) {
				t.Errorf("%s %s shows a person and leaves no entry that names him", r.Method, r.Path)
			}
		}
	}
	for _, must := range []string{
		"GET /contacts", "GET /contacts/people/:contact", "POST /contacts/export", "GET /contacts/import/:upload",
		"GET /incidents/:id/people", "GET /incidents/:id/people/:contact", "GET /incidents/:id/letters/preview/:contact",
		"POST /incidents/:id/people/:contact/exclude",
	} {
		if !shown[must] {
			t.Errorf("%s did not show the person: the walk proves nothing of it", must)
		}
	}
	if shown["GET /contacts/log"] || shown["GET /contacts/people/:contact/log"] {
		t.Error("the log names the person")
	}
}

// Papers hide their words from the walk above.
func TestEveryPaperOfAPersonIsInTheJournal(t *testing.T) {
	t.Parallel()
	w := newWalker(t)
	for _, path := range []string{"/incidents/:id/letters/preview/:contact.pdf", "/incidents/:id/letters/runs/:run/files/:number"} {
		res, before := w.ask(web.Route{Method: http.MethodGet, Path: path})
		if res.status != http.StatusOK || !strings.HasPrefix(res.body, "%PDF") {
			t.Fatalf("%s: status %d", path, res.status)
		}
		if !w.named(before) {
			t.Errorf("%s leaves no entry that names the person", path)
		}
	}
}

func TestHeldLettersAreALook(t *testing.T) {
	t.Parallel()
	w := newWalker(t)
	held := w.held(incident.ID(w.params[":id"]))
	w.person = contact.ID(held.ContactID)
	res, before := w.ask(web.Route{Method: http.MethodGet, Path: "/incidents/:id/letters"})
	res.shows(http.StatusOK, "山田太郎")
	if !w.named(before) {
		t.Error("no entry")
	}
}
