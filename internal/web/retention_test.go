package web_test

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"clepsydra/internal/account"
	"clepsydra/internal/contact"
	"clepsydra/internal/retention"
	"clepsydra/internal/stewardship"
)

// agedCustomers are n customers who came five years ago.
func (h *house) agedCustomers(n int) {
	h.t.Helper()
	h.customers(n)
	_, err := h.app.DB.W.NewRaw("UPDATE contacts SET created_at = ?, active_at = NULL", time.Now().UTC().AddDate(-5, 0, 0)).Exec(background)
	h.ok(err)
}

func TestRetentionIsShownStartedAndStopped(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.as(account.Administrator)
	b.get("/contacts/retention").shows(http.StatusOK, "Nobody is due", "How long data stay", "Invoices since 2023: 10 years", "3 years after the last activity").lacks("I have looked at the list")
	h.agedCustomers(12)
	b.get("/contacts/retention").shows(http.StatusOK, "12 people are due", "Mail is not set up", "only anonymous figures stay")
	b.get("/contacts/retention/people").shows(http.StatusOK, "Klant 0003", "nothing since")
	b.post("/contacts/retention/start", nil).shows(http.StatusUnprocessableEntity, "Look at the list first")
	h.as(account.Auditor).post("/contacts/retention/start", url.Values{"sure": {"1"}}).shows(http.StatusForbidden)
	b.post("/contacts/retention/start", url.Values{"sure": {"1"}}).leadsTo("/contacts/retention#runs")
	b.post("/contacts/retention/start", url.Values{"sure": {"1"}}).leadsTo("/contacts/retention#runs")
	runs, err := h.app.Stewardship.RetentionRuns(background, 9)
	h.ok(err)
	if len(runs) != 1 || runs[0].Due != 12 {
		t.Fatalf("runs %+v", runs)
	}
	_, err = h.app.Stewardship.AdvanceRetention(background, runs[0].ID)
	h.ok(err)
	b.get("/contacts/retention").shows(http.StatusOK, "A run is under way", "Waiting for answers", "12 waiting", "Lotte Vermeer").lacks("I have looked at the list")
	b.post("/contacts/retention/stop", url.Values{"run": {runs[0].ID}}).leadsTo("/contacts/retention#runs")
	b.get("/contacts/retention").shows(http.StatusOK, "The run is stopped.", "I have looked at the list")
}

func TestRetentionSettingsRefuseWhatCannotBe(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.agedCustomers(3)
	b := h.as(account.Administrator)
	form := url.Values{"notice_days": {"3"}, "incident_months": {"lots"}, "archive": {"1"}}
	b.post("/contacts/retention/settings", form).shows(http.StatusUnprocessableEntity, "from 7 to 180", `value="lots"`, `name="archive" value="1" checked`)
	form = url.Values{"notice_days": {"45"}, "incident_months": {"6"}, "archive": {"1"}}
	b.post("/contacts/retention/settings", form).leadsTo("/contacts/retention")
	b.get("/contacts/retention").shows(http.StatusOK, `value="45"`, "goes into the archive", "apart in the archive")
	b.post("/contacts/retention/term", url.Values{"purpose": {"orders"}, "months": {"x"}, "then": {"erase"}}).shows(http.StatusUnprocessableEntity, "from 1 to 360", `value="x"`)
	b.post("/contacts/retention/term", url.Values{"purpose": {"orders"}, "months": {"24"}, "then": {"erase"}}).leadsTo("/contacts/retention#rules")
	b.get("/contacts/retention").shows(http.StatusOK, "Kept for 2 years after the last activity, then erased.")
	b.post("/contacts/retention/term", url.Values{"purpose": {"bookkeeping"}, "months": {"24"}, "then": {"erase"}}).shows(http.StatusNotFound)
	b.get("/contacts/retention/archive").shows(http.StatusOK, "Nobody is in the archive")
	h.as(account.Auditor).get("/contacts/retention/archive").shows(http.StatusForbidden)
}

func TestAHeldPersonStaysAndAnErasedOneHasAReceipt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.customers(4)
	b := h.as(account.Administrator)
	page, err := h.app.Stewardship.Search(background, h.who, contact.Query{Text: "klant 0003"})
	h.ok(err)
	id := page.Contacts[0].ID
	to := "/contacts/people/" + string(id)
	b.get(to).shows(http.StatusOK, "Nothing keeps this person", "Hold this person")
	b.post(to+"/hold", url.Values{"reason": {" "}}).shows(http.StatusUnprocessableEntity, "Write down why")
	b.post(to+"/hold", url.Values{"reason": {"claim in court"}}).leadsTo(to)
	b.get(to).shows(http.StatusOK, "Held: claim in court", "by Lotte Vermeer", "Lift the hold")
	if _, err := h.app.Stewardship.Erase(background, h.who, id, stewardship.OnRequest); err == nil {
		t.Fatal("erased while held")
	}
	b.post(to+"/unhold", nil).leadsTo(to)
	r, err := h.app.Stewardship.EraseWithReceipt(background, h.who, id, stewardship.OnRequest)
	h.ok(err)
	b.get("/contacts/receipts?number=+" + r.ID).leadsTo("/contacts/receipts/" + r.ID)
	b.get("/contacts/receipts/"+r.ID).shows(http.StatusOK, r.ID, r.EntryHash, "at the person", "values in the customer file").lacks("Klant")
	b.get("/contacts/receipts?number=none").shows(http.StatusNotFound, "Check the number")
	pdf := b.get("/contacts/receipts/" + r.ID + "/paper")
	if pdf.status != http.StatusOK || !bytes.HasPrefix([]byte(pdf.body), []byte("%PDF")) || strings.Contains(pdf.body, "Klant") {
		t.Errorf("paper: %d, %.20q", pdf.status, pdf.body)
	}
	b.get("/contacts/retention").shows(http.StatusOK, r.ID)
}

// TestTheLinkToStayNeedsAPress: opening the link changes nothing, for mail programs
// open links by themselves; the button does, once, and the page names nobody.
func TestTheLinkToStayNeedsAPress(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.agedCustomers(6)
	run, err := h.app.Stewardship.StartRetention(background, h.who)
	h.ok(err)
	_, err = h.app.Stewardship.AdvanceRetention(background, run.ID)
	h.ok(err)
	people, err := retention.Next(background, h.app.DB.R, run.ID, "", 1)
	h.ok(err)
	// Mail is not set up here; the link is as the mail would have it.
	token := "a-link-from-a-mail"
	_, err = h.app.DB.W.NewRaw("UPDATE retention_people SET link_hash = ? WHERE contact_id = ?", stewardship.HashOfLink(token), people[0].ContactID).Exec(background)
	h.ok(err)
	visitor := &caller{h: h, secret: "nobody", fetch: http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	visitor.get("/stay/"+token).shows(http.StatusOK, "Hoeve Ter Linde").lacks("Klant", "example.com/k")
	again, err := retention.Next(background, h.app.DB.R, run.ID, "", 9)
	h.ok(err)
	if len(again) != 6 {
		t.Fatalf("looking at the link took somebody out: %d wait", len(again))
	}
	visitor.do(http.MethodPost, "/stay/"+token, url.Values{}).shows(http.StatusOK)
	tally, _, err := retention.Tally(background, h.app.DB.R, run.ID)
	h.ok(err)
	if tally[retention.Stayed] != 1 || tally[retention.Listed] != 5 {
		t.Errorf("%v", tally)
	}
	visitor.do(http.MethodPost, "/stay/"+token, url.Values{}).shows(http.StatusNotFound)
	visitor.get("/stay/made-up").shows(http.StatusNotFound)
	c, err := contact.ByID(background, h.app.DB.R, people[0].ContactID)
	h.ok(err)
	if time.Since(c.ActiveAt) > time.Hour {
		t.Errorf("active at %v", c.ActiveAt)
	}
}
