package web_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"clepsydra/internal/account"
	"clepsydra/internal/contact"
	"clepsydra/internal/journal"
	"clepsydra/internal/obligation"
	"clepsydra/internal/request"
)

// nobody is a browser without a session.
func (h *house) nobody() *caller {
	return &caller{h: h, fetch: http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// rightsForm is a request as somebody sends it from his phone.
func rightsForm(kinds ...string) url.Values {
	return url.Values{"once": {"00112233445566778899aabbccddeeff"}, "kinds": kinds, "name": {"Klant 0003"}, "email": {"k3@example.com"}, "said": {"Wat weet u van mij?"}}
}

// only returns the one request there is.
func (h *house) only() request.Request {
	h.t.Helper()
	all, err := request.List(background, h.app.DB.R, request.Filter{}, 0)
	h.ok(err)
	if len(all) != 1 {
		h.t.Fatalf("%d requests", len(all))
	}
	return all[0]
}

// whose finds somebody of the customer file by his mail address.
func (h *house) whose(mail string) contact.Contact {
	h.t.Helper()
	page, err := h.app.Stewardship.Search(background, h.who, contact.Query{Text: mail})
	h.ok(err)
	if len(page.Contacts) == 0 {
		h.t.Fatalf("nobody has %s", mail)
	}
	return page.Contacts[0]
}

func TestAStrangerAsksByTheFormAndSeesHisReceipt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.nobody()
	english := []string{"Accept-Language", "en"}
	n.get("/rights", english...).shows(http.StatusOK, "Your data, your rights", "no copy of your identity card")
	n.do(http.MethodPost, "/rights", url.Values{"name": {"Élodie"}, "said": {"kept words"}}, english...).shows(http.StatusUnprocessableEntity, "Tick at least one thing", "so that we can answer", "Élodie", "kept words")
	n.do(http.MethodPost, "/rights", url.Values{"name": {"Élodie"}, "kinds": {"access"}, "switch_language": {"fr"}}, english...).shows(http.StatusOK, "Vos données, vos droits", "Élodie", "checked")
	first := n.do(http.MethodPost, "/rights", rightsForm("access", "erasure", "nonsense", "access"), english...)
	second := n.do(http.MethodPost, "/rights", rightsForm("access", "erasure"), english...)
	if first.status != http.StatusSeeOther || first.header.Get("Location") != second.header.Get("Location") {
		t.Fatalf("sent twice: %d %q and %q", first.status, first.header.Get("Location"), second.header.Get("Location"))
	}
	r := h.only()
	n.get(first.header.Get("Location"), english...).shows(http.StatusOK, r.Ref, "Know what you have of me", "Erase my data").lacks("Klant 0003")
	n.get("/rights/receipt/x.y.z", english...).shows(http.StatusNotFound, "This link does not exist")
	if len(r.Items) != 2 || r.Via != request.ByForm {
		t.Errorf("kept %+v", r)
	}
	o, err := obligation.OfRequest(background, h.app.DB.R, string(r.ID))
	h.ok(err)
	if !o.DueAt.Equal(r.DueAt) || o.IncidentID != "" {
		t.Errorf("duty %+v", o)
	}
	rs, err := obligation.RemindersOf(background, h.app.DB.R, o.ID)
	h.ok(err)
	if len(rs) < 7 {
		t.Errorf("%d reminders", len(rs))
	}
}

func TestAFloodOfRequestsIsSlowedDownAndLosesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.nobody()
	english := []string{"Accept-Language", "en"}
	for k := range 12 {
		form := rightsForm("access")
		form.Set("once", strings.Repeat("0123456789abcdef"[k:k+1], 32))
		a := n.do(http.MethodPost, "/rights", form, english...)
		if k < 10 && a.status != http.StatusSeeOther {
			t.Fatalf("request %d: %d", k, a.status)
		}
		if k == 11 {
			a.shows(http.StatusTooManyRequests, "Wait a minute", "Wat weet u van mij?")
		}
	}
}

// known takes in a request of somebody and makes sure that it is he.
func (h *house) known(c *caller, mail string, kinds ...string) request.Request {
	h.t.Helper()
	form := rightsForm(kinds...)
	form.Set("via", "phone")
	form.Set("email", mail)
	form.Set("language", "nl")
	c.post("/requests", form)
	r := h.only()
	to := "/requests/" + string(r.ID)
	c.get(to).shows(http.StatusOK, r.Ref, mail, "This is the person")
	c.post(to+"/match", url.Values{"contact": {string(h.whose(mail).ID)}}).leadsTo(to)
	c.post(to+"/identity/decide", url.Values{"decision": {"not_needed"}}).shows(http.StatusUnprocessableEntity, "Write how you know")
	c.post(to+"/identity/decide", url.Values{"decision": {"not_needed"}, "identity_reason": {"it came from the address on file"}}).leadsTo(to)
	return h.only()
}

func TestACopyIsGatheredGivenAndErasedWithoutATrace(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.customers(12)
	c := h.as(account.Administrator)
	c.get("/requests").shows(http.StatusOK, "Nobody has asked anything yet", "/rights")
	r := h.known(c, "k3@example.com", "access", "portability", "erasure")
	to := "/requests/" + string(r.ID)
	c.get(to+"/data").shows(http.StatusOK, "k3@example.com", "klanten.csv", "Where the data came from", "Wat weet u van mij?")
	c.post(to+"/carry", url.Values{"kind": {"erasure"}, "sure": {"1"}}).shows(http.StatusConflict, "First decide about the copy")
	c.post(to+"/decide", url.Values{"kind": {"access"}, "outcome": {"refused"}}).shows(http.StatusUnprocessableEntity, "needs a ground of the law")
	c.post(to+"/decide", url.Values{"kind": {"access"}, "outcome": {"done"}}).leadsTo(to)
	c.post(to+"/decide", url.Values{"kind": {"portability"}, "outcome": {"done"}}).leadsTo(to)
	c.post(to+"/carry", url.Values{"kind": {"erasure"}}).shows(http.StatusUnprocessableEntity, "Tick that you are sure")
	c.post(to+"/carry", url.Values{"kind": {"erasure"}, "sure": {"1"}}).shows(http.StatusUnprocessableEntity, "Read the free texts first")
	c.post(to+"/carry", url.Values{"kind": {"erasure"}, "sure": {"1"}, "looked": {"1"}}).leadsTo(to)
	if p, err := contact.ByID(background, h.app.DB.R, h.only().ContactID); err != nil || !p.IsErased() {
		t.Fatalf("person %+v, %v", p, err)
	}
	c.get(to).shows(http.StatusOK, "Klant 0003", "Wij hebben uw gegevens gewist", "Gegevensbeschermingsautoriteit")
	c.post(to+"/close", nil).shows(http.StatusConflict, "Send the answer first")
	c.post(to+"/answer", url.Values{"how": {"post"}}).leadsTo(to)
	c.post(to+"/answer", url.Values{"how": {"post"}}).shows(http.StatusConflict)
	h.checkPapers(c, h.only())
	c.post(to+"/close", nil).leadsTo(to)
	c.get(to).shows(http.StatusOK, r.Ref, "What named the person was taken out").lacks("Klant 0003", "k3@example.com", "Wat weet u van mij?")
	o, err := obligation.OfRequest(background, h.app.DB.R, string(r.ID))
	h.ok(err)
	if o.State != obligation.Met {
		t.Errorf("duty is %s", o.State)
	}
	if _, problems, err := journal.Verify(background, h.app.DB.R); err != nil || len(problems) > 0 {
		t.Errorf("journal %v, %v", problems, err)
	}
	c.get("/requests").shows(http.StatusOK, r.Ref)
	for _, format := range []string{"csv", "xlsx", "pdf"} {
		if a := c.get("/requests/export/" + format); a.status != http.StatusOK || len(a.body) < 50 || strings.Contains(a.body, "Klant 0003") {
			t.Errorf("%s: %d, %d bytes", format, a.status, len(a.body))
		}
	}
	c.get("/requests/export/exe").shows(http.StatusNotFound)
}

var paperLink = regexp.MustCompile(`/requests/[0-9a-f-]+/papers/[0-9a-f-]+`)

// checkPapers opens the letter and the copy.
func (h *house) checkPapers(c *caller, r request.Request) {
	h.t.Helper()
	links := paperLink.FindAllString(c.get("/requests/"+string(r.ID)).body, -1)
	if len(links) != 2 {
		h.t.Fatalf("papers: %v", links)
	}
	var z *zip.Reader
	for _, link := range links {
		a := c.get(link)
		if strings.HasPrefix(a.body, "%PDF") {
			continue
		}
		var err error
		z, err = zip.NewReader(bytes.NewReader([]byte(a.body)), int64(len(a.body)))
		h.ok(err)
	}
	if z == nil {
		h.t.Fatal("no copy of the data")
	}
	files := map[string]string{}
	for _, f := range z.File {
		in, err := f.Open()
		h.ok(err)
		b, err := io.ReadAll(in)
		h.ok(err)
		files[f.Name] = string(b)
	}
	var whole struct {
		Data map[string][]map[string]string `json:"data"`
	}
	h.ok(json.Unmarshal([]byte(files["data.json"]), &whole))
	if whole.Data["person"][0]["email"] != "k3@example.com" || len(whole.Data["journal"]) == 0 {
		h.t.Errorf("copy %+v", whole.Data)
	}
	if !strings.HasPrefix(files["data.pdf"], "%PDF") || !strings.Contains(files["person.csv"], "k3@example.com") {
		h.t.Errorf("files %d", len(files))
	}
	if given := files["portable/data.json"]; !strings.Contains(given, "k3@example.com") || strings.Contains(given, "journal") || strings.Contains(given, "klanten.csv") {
		h.t.Errorf("portable: %s", given)
	}
}

func TestSomebodyInAnOpenIncidentIsToldFirst(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	in := h.customers(6)
	id := h.breach()
	c := h.as(account.Administrator)
	c.post("/incidents/"+string(id)+"/people/pick", url.Values{"how": {"import"}, "import": {string(in)}})
	r := h.known(c, "k3@example.com", "erasure")
	to := "/requests/" + string(r.ID)
	held, err := h.app.Requests.Held(background, r.ContactID)
	h.ok(err)
	if len(held) != 1 {
		t.Fatalf("held by %v", held)
	}
	c.get(to).shows(http.StatusOK, "cannot be erased yet", held[0])
	c.post(to+"/carry", url.Values{"kind": {"erasure"}, "sure": {"1"}}).shows(http.StatusConflict, "must be told of it first")
	c.post(to+"/decide", url.Values{"kind": {"erasure"}, "outcome": {"refused"}, "ground": {"open_incident"}, "reason": {"We schrijven u eerst over het gegevenslek."}}).leadsTo(to)
	c.get(to).shows(http.StatusOK, "Wij kunnen uw gegevens nu niet wissen", "naar de rechter")
	c.get(to+"/data").shows(http.StatusOK, held[0])
}

func TestCorrectionRestrictionAndObjectionReachTheCustomerFile(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.customers(6)
	c := h.as(account.Administrator)
	r := h.known(c, "k3@example.com", "correction", "restriction", "objection_marketing", "objection")
	to := "/requests/" + string(r.ID)
	c.post(to+"/carry", url.Values{"kind": {"correction"}, "was_email": {"k3@example.com"}, "email": {"not a mail"}}).shows(http.StatusUnprocessableEntity, "This is not one e-mail address").address(`value="(not a mail)"`)
	c.post(to+"/carry", url.Values{"kind": {"correction"}, "was_city": {"Leuven"}, "city": {"Gent"}}).leadsTo(to)
	c.post(to+"/carry", url.Values{"kind": {"restriction"}}).leadsTo(to)
	c.post(to+"/carry", url.Values{"kind": {"objection_marketing"}}).leadsTo(to)
	c.post(to+"/decide", url.Values{"kind": {"objection_marketing"}, "outcome": {"refused"}, "ground": {"compelling_grounds"}, "reason": {"no"}}).shows(http.StatusUnprocessableEntity, "cannot be refused")
	c.post(to+"/decide", url.Values{"kind": {"objection"}, "outcome": {"done"}}).shows(http.StatusUnprocessableEntity, "Write the reason")
	c.post(to+"/decide", url.Values{"kind": {"objection"}, "outcome": {"done"}, "reason": {"Het belang van de klant weegt zwaarder."}}).leadsTo(to)
	p := h.whose("k3@example.com")
	if p.City != "Gent" || p.RestrictedAt.IsZero() || p.Marketing != contact.MarketingUnsubscribed {
		t.Errorf("person %+v", p)
	}
	c.get("/contacts/export").shows(http.StatusOK, "1 person in the file is restricted")
	if a := c.post("/contacts/export", url.Values{"format": {"csv"}}); strings.Contains(a.body, "k3@example.com") || !strings.Contains(a.body, "k2@example.com") {
		t.Errorf("export: %s", a.body)
	}
	c.get("/contacts?text=k3").shows(http.StatusOK, "restricted")
	c.post(to+"/lift", url.Values{}).shows(http.StatusUnprocessableEntity, "why the restriction ends")
	c.post(to+"/lift", url.Values{"lift_reason": {"De juistheid is nagekeken."}}).leadsTo(to)
	if p := h.whose("k3@example.com"); !p.RestrictedAt.IsZero() {
		t.Error("still restricted")
	}
	c.get(to).shows(http.StatusOK, "Notice that the restriction ends")
	c.get("/contacts/people/"+string(r.ContactID)).shows(http.StatusOK, r.Ref).address(`href="/requests/new\?person=(` + string(r.ContactID) + `)"`)
}

func TestThoseWhoOnlySeeMayNotWork(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.customers(4)
	h.nobody().do(http.MethodPost, "/rights", rightsForm("access"))
	r := h.only()
	to := "/requests/" + string(r.ID)
	for _, role := range account.Roles() {
		c := h.as(role)
		want := http.StatusForbidden
		if role.Can(account.SeeContacts) {
			want = http.StatusOK
		}
		if a := c.get(to); a.status != want {
			t.Errorf("%s sees %d", role, a.status)
		}
		if a := c.post(to+"/match", url.Values{"contact": {"nobody"}}); !role.Can(account.EditContacts) && a.status != http.StatusForbidden {
			t.Errorf("%s changes: %d", role, a.status)
		}
	}
}

// FuzzTheForm sends whatever there is to the public form: it is kept or refused, and
// never breaks.
func FuzzTheForm(f *testing.F) {
	for _, seed := range [][3]string{
		{"Élise", "e@example.com", "access"}, {"", "", ""}, {"\x00\xff", "a@b", "erasure"}, {strings.Repeat("ab", 300), "@", "objection"},
		{"<script>", "x@example.com", "withdrawal"}, {"'; DROP TABLE requests", "o'brien@example.com", "portability"},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	h := newHouse(f)
	f.Fuzz(func(t *testing.T, name, mail, kind string) {
		n := h.nobody()
		n.h = &house{t: t, app: h.app, lead: h.lead, who: h.who}
		a := n.do(http.MethodPost, "/rights", url.Values{"kinds": {kind, kind}, "name": {name}, "email": {mail}, "said": {name + mail}})
		switch a.status {
		case http.StatusSeeOther, http.StatusUnprocessableEntity, http.StatusRequestEntityTooLarge, http.StatusTooManyRequests:
		default:
			t.Errorf("status %d for %q, %q, %q: %s", a.status, name, mail, kind, visible(a.body))
		}
		if strings.Contains(a.body, "<script>") {
			t.Error("a script got into the page")
		}
	})
}
