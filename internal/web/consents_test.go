package web_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"clepsydra/internal/account"
	"clepsydra/internal/contact"
	"clepsydra/internal/stewardship"
)

// withFile sends a form with a file.
func (c *caller) withFile(path string, form url.Values, name, content string) answer {
	c.h.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	form.Set("csrf", tokenIn.FindStringSubmatch(c.get("/me").body)[1])
	for key := range form {
		c.h.ok(w.WriteField(key, form.Get(key)))
	}
	if name != "" {
		part, err := w.CreateFormFile("file", name)
		c.h.ok(err)
		_, err = io.WriteString(part, content)
		c.h.ok(err)
	}
	c.h.ok(w.Close())
	req, err := http.NewRequest(http.MethodPost, "http://"+c.h.app.Address()+path, &body)
	c.h.ok(err)
	req.Header.Set("Content-Type", w.FormDataContentType())
	req.AddCookie(&http.Cookie{Name: "session", Value: c.secret})
	res, err := c.fetch.Do(req)
	c.h.ok(err)
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	c.h.ok(err)
	return answer{c.h.t, res.StatusCode, string(got), res.Header}
}

var personIn = regexp.MustCompile(`/contacts/people/[0-9a-f-]+`)

// A yes on the phone is refused without its recording, recorded with it, and its proof
// can be taken out again; nothing is ticked beforehand.
func TestAYesOnThePhoneNeedsItsRecording(t *testing.T) {
	h := newHouse(t)
	b := h.as(account.Administrator)
	b.fill()
	ann := personIn.FindString(b.get("/contacts?text=ann@example.com").body)
	b.get(ann).shows(200, "Newsletter", "there is no proof")
	form := b.get(ann+"/consents/new?what=phone").shows(200, "Agreed on the phone", "newsletter|mail")
	if strings.Contains(form.body, " checked") {
		t.Error("something is ticked beforehand")
	}
	typed := url.Values{"what": {"phone"}, "use": {"newsletter|mail"}, "at": {"2026-01-05T10:00"}, "wording": {"May we send you our newsletter?"}, "language": {"en"}}
	b.withFile(ann+"/consents", typed, "", "").shows(422, "Add the recording of the call", "May we send you our newsletter?")
	b.withFile(ann+"/consents", typed, "call.exe", "MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff").shows(422, "Sound, pictures, PDF")
	for range 2 { // pressed twice
		b.withFile(ann+"/consents", typed, "call.wav", "RIFF\x24\x00\x00\x00WAVEfmt sound").leadsTo(ann)
	}
	page := b.get(ann).shows(200, "Consent given on", "May we send you our newsletter?", "Art. 6(1)(a), 7 GDPR")
	files := regexp.MustCompile(ann+`/consents/files/[0-9a-f-]+`).FindAllString(page.body, -1)
	if len(files) != 1 {
		t.Fatalf("%d proofs", len(files))
	}
	got := b.get(files[0])
	if got.status != 200 || !strings.HasPrefix(got.body, "RIFF") || !strings.Contains(got.header.Get("Content-Disposition"), `"call.wav"`) {
		t.Errorf("proof: %d %q", got.status, got.header.Get("Content-Disposition"))
	}
}

// Whoever says no is on the list, is found by it, shows it, and comes back from a file
// as unsubscribed only.
func TestWhoeverSaysNoStaysOnTheList(t *testing.T) {
	h := newHouse(t)
	b := h.as(account.Administrator)
	b.fill()
	ann := personIn.FindString(b.get("/contacts?text=ann@example.com").body)
	b.get("/contacts/suppression").shows(200, "1 address is blocked", "All marketing") // Bob, by the file
	b.post(ann+"/consents", url.Values{"what": {"no"}, "use": {"*marketing|mail"}, "way": {"phone"}, "at": {""}}).leadsTo(ann)
	b.get(ann).shows(200, "Objected to marketing on")
	b.get("/contacts/suppression").shows(200, "2 addresses are blocked")
	b.post("/contacts/suppression/check", url.Values{"use": {"newsletter|mail"}, "address": {"ANN@example.com"}}).shows(200, "This address is on the list since")
	b.post("/contacts/suppression/check", url.Values{"use": {"newsletter|mail"}, "address": {"dirk@example.com"}}).shows(200, "This address is not on the list")
	b.post("/contacts/suppression/check", url.Values{"use": {"newsletter|mail"}, "address": {"0471 23 45 67"}}).shows(422, "This is no address we can read", "0471 23 45 67")
	b.post("/contacts/suppression", url.Values{"use": {"*marketing|mail"}, "address": {"eve@example.com"}}).leadsTo("/contacts/suppression")
	to, _, _ := strings.Cut(b.upload("more.csv", "Email;Naam;Nieuwsbrief\neve@example.com;Eve Smit;ja\n").leadsTo("/contacts/import/"), "?")
	b.get(to).shows(200, "1 person is on the suppression list and is taken over as unsubscribed")
	b.post(to+"/confirm", url.Values{}).leadsTo("/contacts/imports")
	eve := personIn.FindString(b.get("/contacts?text=eve@example.com").body)
	b.get(eve).shows(200, "no mailings; still gets what the law asks")
}

func TestAnExportForAMailingHoldsNobodyWhoSaidNo(t *testing.T) {
	h := newHouse(t)
	b := h.as(account.Administrator)
	b.fill()
	ann := personIn.FindString(b.get("/contacts?text=ann@example.com").body)
	typed := url.Values{"what": {"paper"}, "use": {"newsletter|mail"}, "at": {"2026-01-05T10:00"}, "wording": {"I want the newsletter"}}
	b.withFile(ann+"/consents", typed, "card.pdf", "%PDF-1.4 signed").leadsTo(ann)
	b.get("/contacts/export").shows(200, "Newsletter – by e-mail")
	out := b.post("/contacts/export", url.Values{"format": {"csv"}, "use": {"newsletter|mail"}})
	if out.status != 200 || !strings.Contains(out.body, "ann@example.com") || strings.Contains(out.body, "bob@example.com") || strings.Contains(out.body, "chloe@") {
		t.Errorf("%d\n%s", out.status, out.body)
	}
	if all := b.post("/contacts/export", url.Values{"format": {"csv"}}); !strings.Contains(all.body, "bob@example.com") {
		t.Error("the whole file lacks somebody")
	}
}

// Whoever objected, or had his data restricted, is informed of a leak all the same;
// whoever was erased cannot be and is counted (Art. 34, product rule 7).
func TestWhoeverSaidNoIsInformedOfALeakAllTheSame(t *testing.T) {
	h := newHouse(t)
	b := h.as(account.Administrator)
	b.fill()
	person := func(mail string) string { return personIn.FindString(b.get("/contacts?text=" + mail).body) }
	b.post(person("ann@example.com")+"/consents", url.Values{"what": {"no"}, "use": {"*marketing|mail"}, "way": {"request"}, "at": {""}}).leadsTo("/contacts/people/")
	id := func(mail string) contact.ID { return contact.ID(strings.TrimPrefix(person(mail), "/contacts/people/")) }
	_, err := h.app.DB.W.ExecContext(background, "UPDATE contacts SET restricted_at = ? WHERE id = ?", time.Now().UTC(), id("chloe@example.com"))
	h.ok(err)
	_, err = h.app.Stewardship.Erase(background, h.who, id("dirk@example.com"), stewardship.OnRequest)
	h.ok(err)
	all, err := h.app.Stewardship.Imports(background)
	h.ok(err)
	path := "/incidents/" + string(h.breach()) + "/people"
	b.post(path+"/pick", url.Values{"how": {"import"}, "import": {string(all[0].ID)}}).leadsTo(path)
	b.get(path).shows(200, "2 people are unsubscribed from mailings and will still be informed",
		"1 person of these files was erased before and cannot be informed", "1 person asked that the data not be used (Art. 18) and will still be informed")
}
