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
	"clepsydra/internal/response"
)

// leak brings a firm to an incident whose clock runs.
func (h *place) leak() incident.ID {
	h.t.Helper()
	lead, err := h.accounts.ByEmail(ctx, "lotte@example.com")
	h.ok(err)
	who := journal.Actor{Kind: journal.ByAccount, ID: string(lead.ID)}
	r, err := h.s.d.Response.Report(ctx, journal.Actor{Kind: journal.ByReporter}, response.ReportInput{
		SendKey: "a-key-of-a-form-" + h.now.String(), Scenario: "wrong_recipient_mail", Text: "The order list went to the wrong wholesaler.", Via: "form",
		Files: []response.Upload{{Name: "proof.txt", Content: []byte("what was sent")}},
	})
	h.ok(err)
	answers := h.s.d.Response
	h.ok(answers.Triage(ctx, who, r.IncidentID, incident.Judgement{Verdict: incident.Breach, Kinds: incident.Kinds{Confidentiality: true}, Reason: "customers' data"}, ""))
	h.ok(answers.ConfirmAwareness(ctx, who, r.IncidentID, h.now, "seen in the sent folder"))
	h.now = h.now.Add(40 * time.Hour)
	return r.IncidentID
}

func TestBoardShowsTheClockAndItsNextStep(t *testing.T) {
	t.Parallel()
	h := open(t)
	b := h.as(account.Manager)
	b.get("/").want(t, http.StatusOK, "0 clocks are running", "Print the poster")
	id := h.leak()
	b = h.as(account.Manager)
	b.get("/").want(t, http.StatusOK, "1 clock is running", "32:00:00", "Decide on the risk", "/incidents/"+string(id)+"/risk", "40 of 72 h used", "<svg")
	b.header["HX-Request"] = "true"
	part := b.get("/board/clocks")
	part.want(t, http.StatusOK, "1 clock is running")
	if strings.Contains(part.body, "<html") {
		t.Error("the moving part is a whole page")
	}
}

func TestIncidentsAreFoundAndPaged(t *testing.T) {
	t.Parallel()
	h := open(t)
	b := h.as(account.Auditor)
	b.get("/incidents").want(t, http.StatusOK, "There are no incidents yet")
	id := string(h.leak())
	b = h.as(account.Auditor)
	b.get("/incidents?text=WHOLESALER&status=open").want(t, http.StatusOK, id, "1 to 1 of 1")
	b.get("/incidents?text=nothing+like+it").want(t, http.StatusOK, "Nothing matches")
	b.get("/incidents?page=-4&status=%3Cscript%3E").want(t, http.StatusOK, "Nothing matches")
}

func TestTasksAreTickedOnceAndAdded(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := string(h.leak())
	b := h.as(account.Handler)
	page := "/incidents/" + id + "/work"
	b.get(page).want(t, http.StatusOK, "Get written confirmation of deletion", "before closing", "proof.txt", "SHA-256")
	tasks, err := incident.TasksOf(ctx, h.db.R, incident.ID(id))
	h.ok(err)
	tick := "/incidents/" + id + "/tasks/" + tasks[0].ID
	b.send(page, tick, url.Values{"note": {"confirmed by phone"}}).leadsTo(t, page)
	b.send(page, tick, url.Values{}).want(t, http.StatusConflict)
	b.get(page).want(t, http.StatusOK, "confirmed by phone", "by Some handler")
	b.send(page, "/incidents/"+id+"/tasks", url.Values{"title": {" "}, "role": {"it"}}).want(t, http.StatusUnprocessableEntity, `<details class="card-footer" open>`)
	b.send(page, "/incidents/"+id+"/tasks", url.Values{"title": {"Call the wholesaler"}, "role": {"it"}, "due": {"2026-11-23T09:00"}}).leadsTo(t, page)
	b.get(page).want(t, http.StatusOK, "Call the wholesaler", "due Mon 23 Nov 09:00")
	h.as(account.Auditor).get(page).want(t, http.StatusOK)
}

func TestEvidenceIsOnlyHandedOutAsADownload(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := string(h.leak())
	b := h.as(account.Handler)
	page := "/incidents/" + id + "/work"
	form := url.Values{"csrf": {b.token(page)}}
	b.upload("/incidents/"+id+"/evidence", form, "files", map[string][]byte{"page.html": []byte("<html><script>alert(1)</script></html>")}).
		want(t, http.StatusUnprocessableEntity, "page.html")
	b.upload("/incidents/"+id+"/evidence", form, "files", map[string][]byte{"list.pdf": []byte("%PDF-1.7\nhello")}).leadsTo(t, page+"#evidence")
	files, err := incident.EvidenceOf(ctx, h.db.R, incident.ID(id))
	h.ok(err)
	got := b.get("/incidents/" + id + "/evidence/" + files[1].ID)
	got.want(t, http.StatusOK, "%PDF-1.7")
	if d := got.Header.Get("Content-Disposition"); !strings.HasPrefix(d, "attachment") {
		t.Errorf("disposition %q", d)
	}
	other := string(h.leak())
	b = h.as(account.Handler)
	b.get("/incidents/"+other+"/evidence/"+files[1].ID).want(t, http.StatusNotFound)
}

func TestTimelineTellsBothTimesAndTakesNotes(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := string(h.leak())
	b := h.as(account.Handler)
	page := "/incidents/" + id + "/timeline"
	b.get(page).want(t, http.StatusOK, "Report received", "Awareness confirmed", "seen in the sent folder", "Lotte Vermeer", "the reporter")
	b.send(page, "/incidents/"+id+"/notes", url.Values{"note": {"<b>called</b> the wholesaler"}, "happened": {"2026-11-21T10:00"}}).leadsTo(t, page)
	b.get(page).want(t, http.StatusOK, "&lt;b&gt;called", "recorded Sun 22 Nov")
	b.send(page, "/incidents/"+id+"/notes", url.Values{"note": {"tomorrow's news"}, "happened": {"2027-01-01T10:00"}}).
		want(t, http.StatusUnprocessableEntity, "tomorrow&#39;s news")
	b.get("/incidents/nobody/timeline").want(t, http.StatusNotFound)
}
