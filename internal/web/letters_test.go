package web_test

import (
	"archive/zip"
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"path"
	"strings"
	"testing"
	"time"

	"clepsydra/internal/account"
	"clepsydra/internal/communication"
	"clepsydra/internal/incident"
	"clepsydra/internal/notification"
)

// frozen is an incident with a frozen list of everybody in the customer file.
func (h *house) frozen(people int) (incident.ID, communication.Snapshot) {
	h.t.Helper()
	h.customers(people)
	id := h.breach()
	_, err := h.app.Response.PickPeople(background, h.who, id, communication.Selection{All: true})
	h.ok(err)
	snap, err := h.app.Response.Freeze(background, h.who, id)
	h.ok(err)
	return id, snap
}

func (h *house) approve(id incident.ID) notification.Paper {
	h.t.Helper()
	p, err := h.app.Response.ApproveLetters(background, h.who, id)
	h.ok(err)
	return p
}

// follow waits on the stream of an open page until a run is over.
func (c *caller) follow(runID string) communication.Run {
	c.h.t.Helper()
	req, err := http.NewRequest(http.MethodGet, "http://"+c.h.app.Address()+"/events", nil)
	c.h.ok(err)
	req.AddCookie(&http.Cookie{Name: "session", Value: c.secret})
	res, err := (&http.Client{Timeout: time.Minute}).Do(req)
	c.h.ok(err)
	defer res.Body.Close()
	for lines := bufio.NewScanner(res.Body); ; {
		run, err := communication.RunByID(background, c.h.app.DB.R, runID)
		c.h.ok(err)
		if !run.IsActive() {
			return run
		}
		for lines.Scan() && !strings.HasPrefix(lines.Text(), "event:") {
		}
		c.h.ok(lines.Err())
	}
}

func TestTextOfALetterIsWrittenPreviewedAndApprovedOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id, _ := h.frozen(4)
	b := h.as(account.Administrator)
	to := "/incidents/" + string(id) + "/letters"
	b.get(to).shows(http.StatusOK, "Nederlands", "Français", "A draft made from the kind of leak", "Approve the letters", `data-autosave="letter-`+string(id)+`-nl"`).lacks("Deutsch")
	form := url.Values{"language": {"nl"}, "nature": {"De lijst ging naar een andere groothandel."}, "consequences": {""}, "measures": {"Wij vroegen om de mail te wissen."}, "advice": {"Let op voor phishing."}}
	b.post(to+"/text", form).leadsTo(to + "#text-nl")
	b.get(to).shows(http.StatusOK, "De lijst ging naar een andere groothandel.", "The law asks for this part", "incomplete")
	b.post(to+"/approve", nil).shows(http.StatusUnprocessableEntity, "This part of the letter is still empty")
	form.Set("consequences", "Iemand kan u valse mails sturen.\nUw adres is bekend.")
	b.post(to+"/text", form).leadsTo(to)
	form.Set("language", "xx")
	b.post(to+"/text", form).shows(http.StatusUnprocessableEntity)

	preview := b.get(to + "/preview?language=nl").leadsTo(to + "/preview/")
	b.get(preview).shows(http.StatusOK, "De lijst ging naar een andere groothandel.", "<li>Uw adres is bekend.</li>", "Kerkstraat")
	pdf := b.get(preview + ".pdf")
	if pdf.status != http.StatusOK && path.Base(preview) != h.held(id).ContactID {
		t.Errorf("preview: status %d", pdf.status)
	}
	french := b.get(b.get(to+"/preview?language=fr").leadsTo(to+"/preview/") + ".pdf")
	if french.status != http.StatusOK || !strings.HasPrefix(french.body, "%PDF-") || french.header.Get("Content-Type") != "application/pdf" {
		t.Errorf("preview: status %d, %s, %.20q", french.status, french.header.Get("Content-Type"), french.body)
	}
	b.get(to + "/preview/nobody").shows(http.StatusNotFound)

	b.post(to+"/approve", nil).leadsTo(to)
	b.post(to+"/approve", nil).leadsTo(to)
	papers, err := notification.PapersOf(background, h.app.DB.R, id, notification.PaperLetters)
	h.ok(err)
	if len(papers) != 1 {
		t.Fatalf("%d versions, want 1: a form that is sent twice approves once", len(papers))
	}
	b.get(to).shows(http.StatusOK, "Version 1 is approved", papers[0].Hash[:12])
	form.Set("language", "nl")
	form.Set("advice", "Wijzig uw wachtwoord.")
	b.post(to+"/text", form).leadsTo(to)
	b.get(to).shows(http.StatusOK, "The texts changed since the last approval")
}

// held is the one person whose letter waits.
func (h *house) held(id incident.ID) communication.Person {
	h.t.Helper()
	state := communication.Held
	all, _, err := communication.People(background, h.app.DB.R, id, communication.PeopleQuery{Letter: &state})
	h.ok(err)
	if len(all) == 0 {
		return communication.Person{}
	}
	return all[0]
}

func TestHeldLettersHaveWaysOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id, _ := h.frozen(3)
	b := h.as(account.Handler)
	to := "/incidents/" + string(id) + "/letters"
	p := h.held(id)
	if p.ContactID == "" {
		t.Fatal("no letter is held")
	}
	b.get(to).shows(http.StatusOK, "1 letter waits for you", "山田太郎", "Cannot be printed: 山 田 太 郎", `value="edit"`, `value="mail"`)
	b.post(to+"/mend", url.Values{"contact": {p.ContactID}, "how": {"edit"}, "name": {"田中"}}).shows(http.StatusUnprocessableEntity, "Some characters cannot be printed", `value="田中"`)
	b.post(to+"/mend", url.Values{"contact": {p.ContactID}, "how": {"magic"}}).shows(http.StatusUnprocessableEntity)
	b.post(to+"/mend", url.Values{"contact": {"nobody"}, "how": {"edit"}, "name": {"Jan"}}).shows(http.StatusNotFound)
	b.post(to+"/mend-all", nil).leadsTo(to)
	b.get(to).shows(http.StatusOK, "No name could be spelled", "1 letter waits")
	b.post(to+"/mend", url.Values{"contact": {p.ContactID}, "how": {"edit"}, "name": {"Yamada Taro"}}).leadsTo(to)
	b.get(to).shows(http.StatusOK).lacks("waits for you")
	if got := h.held(id); got.ContactID != "" {
		t.Errorf("%s is still held", got.ContactID)
	}
}

func TestLettersArePrintedReconciledAndPosted(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id, snap := h.frozen(10)
	b := h.as(account.Administrator)
	to := "/incidents/" + string(id) + "/letters"
	paper := h.approve(id)
	b.post(to+"/runs", url.Values{"snapshot": {snap.ID}, "paper": {paper.ID}, "format": {"scroll"}}).shows(http.StatusUnprocessableEntity, "Choose one print file")
	b.post(to+"/runs", url.Values{"snapshot": {"nothing"}, "format": {"merged"}}).shows(http.StatusNotFound)
	address := b.post(to+"/runs", url.Values{"snapshot": {snap.ID}, "paper": {paper.ID}, "format": {"merged"}}).leadsTo(to + "/runs/")
	run := b.follow(path.Base(address))
	if run.State != communication.Done {
		t.Fatalf("run %+v", run)
	}
	page := b.get(address).shows(http.StatusOK, "It adds up: nobody is missing", "SHA-256", "By e-mail", "letters-001.pdf", "by-mail-002.pdf")
	part := b.get(address, "HX-Request", "true").shows(http.StatusOK, "It adds up").lacks("<html", "every 1s")
	if len(part.body) >= len(page.body) {
		t.Error("the fragment is a whole page")
	}
	sent := "/sent"
	b.post(to+sent, url.Values{"snapshot": {snap.ID}, "at": {""}}).shows(http.StatusUnprocessableEntity)
	b.post(to+sent, url.Values{"snapshot": {snap.ID}, "at": {"2099-01-01T10:00"}}).shows(http.StatusUnprocessableEntity, "2099-01-01T10:00")
	b.get(to).shows(http.StatusOK, "7 letters are ready for the post", "2 letters go by e-mail", "1 letter waits")
	at := time.Now().In(time.FixedZone("", 0)).Add(-24 * time.Hour).Format("2006-01-02T15:04")
	b.post(to+sent, url.Values{"snapshot": {snap.ID}, "at": {at}}).leadsTo(to)
	b.get(to).shows(http.StatusOK, "7 letters were posted").lacks("ready for the post")
	b.post(to+sent, url.Values{"snapshot": {snap.ID}, "at": {at}}).leadsTo(to)
	b.get(to).shows(http.StatusOK, "No letter was waiting")
	b.post(to+"/mails", url.Values{"snapshot": {snap.ID}}).shows(http.StatusConflict, "No mail server is set up")

	posted := h.people(id)[0]
	person := "/incidents/" + string(id) + "/people/" + posted.ContactID
	b.get(person).shows(http.StatusOK, "The letter came back")
	b.post(person+"/returned", nil).leadsTo(person)
	b.get(person).shows(http.StatusOK, "returned")
}

func TestFilesOfARunAreWhatTheyAreSaidToBe(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id, snap := h.frozen(6)
	b := h.as(account.Administrator)
	to := "/incidents/" + string(id) + "/letters"
	b.get(to).shows(http.StatusOK, "As it stands now, marked as a draft")
	address := b.post(to+"/runs", url.Values{"snapshot": {snap.ID}, "paper": {""}, "format": {"separate"}}).leadsTo(to + "/runs/")
	run := b.follow(path.Base(address))
	b.get(address).shows(http.StatusOK, "must not be posted", "It adds up")
	files, err := communication.FilesOf(background, h.app.DB.R, run.ID)
	h.ok(err)
	for k, f := range files {
		got := b.get(address + "/files/" + []string{"1", "2", "3"}[k])
		got.shows(http.StatusOK)
		sum := sha256.Sum256([]byte(got.body))
		z, err := zip.NewReader(bytes.NewReader([]byte(got.body)), int64(len(got.body)))
		h.ok(err)
		if hex.EncodeToString(sum[:]) != f.SHA256 || len(z.File) < f.Letters || !strings.Contains(got.header.Get("Content-Disposition"), f.Name) {
			t.Errorf("%s has %d letters of %d: %v", f.Name, len(z.File), f.Letters, got.header)
		}
	}
	b.get(address + "/files/99").shows(http.StatusNotFound)
	b.get(address + "/files/x").shows(http.StatusNotFound)
	b.get(to).shows(http.StatusOK).lacks("ready for the post")

	// A run that ended cannot be cancelled, and its page says so.
	b.post(address+"/cancel", nil).leadsTo(address)
	b.get(address).shows(http.StatusOK, "had already ended")
	// The address of another incident does not lead to it.
	b.get("/incidents/other/letters/runs/" + run.ID).shows(http.StatusNotFound)
}

func TestRunAtWorkIsShownAndCancelled(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id, snap := h.frozen(5)
	b := h.as(account.Administrator)
	to := "/incidents/" + string(id) + "/letters"
	// A run that nobody works on stands still, as in the moment before a worker takes it.
	run := communication.Run{
		ID: "01990000-0000-7000-8000-000000000001", IncidentID: id, SnapshotID: snap.ID, Format: communication.Merged, State: communication.Queued,
		Total: 5, Done: 2, StartedBy: h.who.ID, StartedAt: time.Now().UTC(),
	}
	h.ok(communication.SaveRun(background, h.app.DB.W, run))
	address := to + "/runs/" + run.ID
	b.get(address).shows(http.StatusOK, `max="5" value="2"`, "Look again", "every 1s")
	b.get(address, "HX-Request", "true").shows(http.StatusOK, `hx-get="`+address+`"`, "2 of 5 letters").lacks("<html")
	b.post(to+"/runs", url.Values{"snapshot": {snap.ID}, "format": {"merged"}}).shows(http.StatusConflict, "Letters are already being made")
	b.post(address+"/cancel", nil).leadsTo(address)
	b.get(address).shows(http.StatusOK, "This printing was cancelled").lacks("every 1s")
}
