package web

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"clepsydra/internal/account"
	"clepsydra/internal/contact"
	"clepsydra/internal/firm"
	"clepsydra/internal/journal"
	"clepsydra/internal/signup"
)

// withForm is a place with a form for the newsletter online.
func withForm(t testing.TB) (*place, *browser) {
	t.Helper()
	h := open(t)
	f := h.firm()
	f.SMTP, f.BaseURL = firm.SMTP{Host: "mail.example.com", Port: 587, From: "info@example.com"}, "https://clep.example.com"
	h.ok(h.firms.Put(ctx, h.db.W, f))
	b := h.as(account.Administrator)
	b.send("/contacts/forms/new", "/contacts/forms", formFields()).want(t, http.StatusSeeOther)
	return h, b
}

func formFields() url.Values {
	return url.Values{
		"languages": {"nl", "en"}, "title_nl": {"Nieuws"}, "title_en": {"News"}, "slug": {"nieuws"}, "notice": {"https://www.example.com/privacy"},
		"offer": {"newsletter.mail"}, "box_newsletter.mail_nl": {"Ja, stuur maar"}, "box_newsletter.mail_en": {"Yes, send it"},
		"sites": {"https://shop.example.com"}, "do": {"publish"},
	}
}

func signupFields(email string) url.Values {
	return url.Values{"lang": {"en"}, "email": {email}, "box": {"newsletter.mail"}, "read": {"1"}}
}

// waiting counts the sign-ups that wait for their click.
func (h *place) waiting() int {
	h.t.Helper()
	forms, err := h.signups.Forms(ctx)
	h.ok(err)
	n, err := h.signups.Waiting(ctx, forms[0].ID)
	h.ok(err)
	return n
}

func TestTheEditorRefusesWhatAFormMayNotTryAndKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	h, b := withForm(t)
	for field, article := range map[string]string{
		"box_newsletter.mail_ticked": "Planet49", "box_newsletter.mail_also": "Art. 7(2)", "box_newsletter.mail_required": "Art. 4(11) and 7(4)",
		"box_newsletter.mail_condition": "Art. 7(4) GDPR, recital 43", "box_newsletter.mail_hidden": "13(1)(c)",
	} {
		form := formFields()
		form.Set("slug", "tries")
		form.Set(field, "own_offers")
		b.send("/contacts/forms/new", "/contacts/forms", form).want(t, http.StatusUnprocessableEntity, article, `value="tries"`, "Yes, send it")
	}
	if forms, err := h.signups.Forms(ctx); err != nil || len(forms) != 1 {
		t.Fatalf("%d forms, %v", len(forms), err)
	}
}

func TestTheFormHasNoTickBeforehandAndTakesASignUpOnce(t *testing.T) {
	t.Parallel()
	h, _ := withForm(t)
	b := h.browser()
	page := b.get("/f/nieuws")
	page.want(t, http.StatusOK, "Yes, send it", "I have read the privacy notice", "https://www.example.com/privacy")
	if strings.Contains(page.body, " checked") {
		t.Fatal("a box is ticked beforehand")
	}
	form := signupFields("an@example.com")
	form.Set("once", strings.Repeat("ab", 16))
	for range 2 { // a double click; no cookie and no token
		h.browser().post("/f/nieuws", form).leadsTo(t, "/f/nieuws/thanks?lang=en")
	}
	if n := h.waiting(); n != 1 {
		t.Fatalf("%d sign-ups", n)
	}
	b.get("/f/nieuws/thanks?lang=en").want(t, http.StatusOK, "mailbox", "7 days")
	form.Del("read")
	form.Set("email", "half")
	b.post("/f/nieuws", form).want(t, http.StatusUnprocessableEntity, "full e-mail address", "tick this box", `value="half"`)
	form.Set("switch_language", "nl")
	b.post("/f/nieuws", form).want(t, http.StatusOK, "Ja, stuur maar", `value="half"`)
}

// A known address and an unknown one get the same answer, to the letter.
func TestNobodyLearnsWhoIsACustomer(t *testing.T) {
	t.Parallel()
	h, _ := withForm(t)
	_, err := contact.Enrol(ctx, h.db.W, contact.Contact{Email: "known@example.com", Name: "Known"}, h.now)
	h.ok(err)
	for _, path := range []string{"/f/nieuws", "/preferences"} {
		known, unknown := h.browser().post(path, signupFields("known@example.com")), h.browser().post(path, signupFields("other@example.com"))
		if known.StatusCode != http.StatusSeeOther || known.StatusCode != unknown.StatusCode || known.body != unknown.body || known.Header.Get("Location") != unknown.Header.Get("Location") {
			t.Errorf("%s: %d %s, %d %s", path, known.StatusCode, known.Header.Get("Location"), unknown.StatusCode, unknown.Header.Get("Location"))
		}
	}
}

func TestMachinesAndFloodsAreKeptOut(t *testing.T) {
	t.Parallel()
	h, _ := withForm(t)
	form := signupFields("bot@example.com")
	form.Set("website", "https://spam.example.com")
	h.browser().post("/f/nieuws", form).leadsTo(t, "/f/nieuws/thanks?lang=en")
	if n := h.waiting(); n != 0 {
		t.Fatal("what fell into the trap was kept")
	}
	var last answer
	for k := range paceRoom + 1 {
		last = h.browser().post("/f/nieuws", signupFields(strings.Repeat("a", k+1)+"@example.com"))
	}
	last.want(t, http.StatusTooManyRequests, "Too many sign-ups", "@example.com")
	if last.Header.Get("Retry-After") == "" || h.waiting() != paceRoom {
		t.Fatalf("%d sign-ups", h.waiting())
	}
	h.now = h.now.Add(time.Minute)
	h.browser().post("/f/nieuws", signupFields("later@example.com")).leadsTo(t, "/f/nieuws/thanks?lang=en")
}

func TestOnlyTheSitesOfTheFormMayFrameIt(t *testing.T) {
	t.Parallel()
	h, _ := withForm(t)
	b := h.browser()
	frame := b.get("/f/nieuws/frame")
	frame.want(t, http.StatusOK, `name="frame" value="1"`)
	if csp := frame.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "frame-ancestors https://shop.example.com;") || strings.Contains(csp, "'none'; base") || frame.Header.Get("X-Frame-Options") != "" {
		t.Fatalf("policy %s, %s", csp, frame.Header.Get("X-Frame-Options"))
	}
	page := b.get("/f/nieuws")
	if csp := page.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "frame-ancestors 'none'") || page.Header.Get("X-Frame-Options") != "DENY" {
		t.Fatalf("policy %s", csp)
	}
	form := signupFields("an@example.com")
	form.Set("frame", "1")
	b.post("/f/nieuws", form).leadsTo(t, "/f/nieuws/thanks?frame=1&lang=en")
	html := b.get("/f/nieuws/embed?lang=nl")
	html.want(t, http.StatusOK, `action="https://clep.example.com/f/nieuws"`, "Ja, stuur maar", `name="version" value="1"`)
	if !strings.HasPrefix(html.Header.Get("Content-Type"), "text/plain") || strings.Contains(html.body, "checked") {
		t.Fatalf("%s\n%s", html.Header.Get("Content-Type"), html.body)
	}
}

func TestAClosedFormTakesNobodyAndAnOldVersionKeepsItsWords(t *testing.T) {
	t.Parallel()
	h, b := withForm(t)
	forms, err := h.signups.Forms(ctx)
	h.ok(err)
	path := "/contacts/forms/" + string(forms[0].ID)
	form := formFields()
	form.Set("box_newsletter.mail_en", "Other words")
	b.send(path, path, form).leadsTo(t, path)
	h.browser().get("/f/nieuws").want(t, http.StatusOK, "Other words", `name="version" value="2"`)
	old := signupFields("half")
	old.Set("version", "1")
	h.browser().post("/f/nieuws", old).want(t, http.StatusUnprocessableEntity, "Yes, send it", `name="version" value="1"`)
	b.send(path, path+"/close", url.Values{}).leadsTo(t, path)
	h.browser().get("/f/nieuws").want(t, http.StatusNotFound, "takes no more sign-ups")
	h.browser().post("/f/nieuws", signupFields("an@example.com")).want(t, http.StatusNotFound)
	h.browser().get("/f/other").want(t, http.StatusNotFound, "There is no such form")
}

// ann is somebody in the file with a link to her preferences.
func (h *place) ann() (c contact.Contact, link string) {
	h.t.Helper()
	c, err := contact.Enrol(ctx, h.db.W, contact.Contact{Email: "an@example.com", Name: "An Peeters", Language: "en"}, h.now)
	h.ok(err)
	return c, "/p/" + h.signups.Links().Preferences(c.ID, h.now.Add(time.Hour))
}

func TestSomebodySeesChoosesTakesAndErasesHerOwnData(t *testing.T) {
	t.Parallel()
	h, _ := withForm(t)
	c, link := h.ann()
	b := h.browser()
	b.get(link).want(t, http.StatusOK, "An Peeters", "an@example.com", `value="newsletter.mail"`)
	b.post(link, url.Values{"do": {"choose"}, "shown": {"newsletter.mail"}, "on": {"newsletter.mail"}}).leadsTo(t, link)
	b.get(link).want(t, http.StatusOK, "Your choice was saved", `value="newsletter.mail" checked`, "Agreed since")
	data := b.get(link + "/data/json")
	var own struct {
		Person   map[string]string
		Consents []map[string]any
	}
	h.ok(json.Unmarshal([]byte(data.body), &own))
	if own.Person["email"] != "an@example.com" || len(own.Consents) != 1 {
		t.Fatalf("%+v", own)
	}
	b.get(link+"/data/csv").want(t, http.StatusOK, "An Peeters")
	b.get(link+"/data/exe").want(t, http.StatusNotFound)
	b.post(link, url.Values{"do": {"stop"}}).leadsTo(t, link)
	b.get(link).want(t, http.StatusOK, "Stopped since")
	b.get(link+"/erase").want(t, http.StatusOK, "cannot be undone")
	if _, err := h.signups.Who(ctx, strings.TrimPrefix(link, "/p/")); err != nil {
		t.Fatal("looking at the question erased her")
	}
	b.post(link+"/erase", url.Values{}).want(t, http.StatusOK, "Everything was erased")
	b.get(link).want(t, http.StatusNotFound, "This link does not work")
	entries, err := journal.ListOf(ctx, h.db.R, journal.Case{Kind: "contact", ID: string(c.ID)})
	h.ok(err)
	if last := entries[len(entries)-1]; last.Kind != "contact.erased" || last.Actor.Kind != journal.ByPerson || last.Facts["ground"] != "self" {
		t.Fatalf("last entry %+v", last)
	}
}

func TestSomebodyPutsHerOwnDataRightButNotHerAddress(t *testing.T) {
	t.Parallel()
	h, _ := withForm(t)
	c, link := h.ann()
	b := h.browser()
	b.get(link).want(t, http.StatusOK, "Correct my data", `name="name" type="text" value="An Peeters"`)
	form := url.Values{"seen": {c.UpdatedAt.Format(time.RFC3339Nano)}, "name": {"An Janssens"}, "email": {"other@example.com"}, "customer_number": {"1"}}
	b.post(link+"/correct", form).leadsTo(t, link)
	got, err := contact.ByID(t.Context(), h.db.R, c.ID)
	h.ok(err)
	if got.Name != "An Janssens" || got.Email != c.Email || got.CustomerNumber != "" {
		t.Fatalf("corrected to %+v", got)
	}
	from, err := contact.FieldSources(t.Context(), h.db.R, c.ID)
	h.ok(err)
	if from[contact.FieldName].How != contact.HowForm || from[contact.FieldName].ActorKind != string(journal.ByPerson) {
		t.Fatalf("the name comes from %+v", from[contact.FieldName])
	}
	b.post(link+"/correct", form).want(t, http.StatusConflict, `value="An Janssens"`)
	form.Set("seen", got.UpdatedAt.Format(time.RFC3339Nano))
	form.Set("street", "RR 85.07.30-033.28")
	b.post(link+"/correct", form).want(t, http.StatusUnprocessableEntity, `value="RR 85.07.30-033.28"`)
}

func TestALinkThatIsOverOrWrongShowsNothing(t *testing.T) {
	t.Parallel()
	h, _ := withForm(t)
	_, link := h.ann()
	h.now = h.now.Add(time.Hour)
	for _, path := range []string{link, link + "x", "/p/x", "/u/x", "/opt-in/x", "/keep/x", "/p/" + h.signups.Links().Confirm(signup.PendingID("x"))} {
		if page := h.browser().get(path); page.StatusCode != http.StatusNotFound || strings.Contains(page.body, "an@example.com") {
			t.Errorf("%s: %d", path, page.StatusCode)
		}
	}
}

func TestOneClickNeedsNoCookieAndAGetStopsNothing(t *testing.T) {
	t.Parallel()
	h, _ := withForm(t)
	c, _ := h.ann()
	path := "/u/" + h.signups.Links().Unsubscribe(c.ID, "newsletter")
	h.browser().get(path).want(t, http.StatusOK, "Yes, unsubscribe me", "Newsletter")
	h.browser().get(path).want(t, http.StatusOK, "Yes, unsubscribe me")
	for range 2 {
		h.browser().post(path, url.Values{"List-Unsubscribe": {"One-Click"}}).want(t, http.StatusOK, "You are unsubscribed")
	}
	h.browser().get(path).want(t, http.StatusOK, "You are unsubscribed")
}

func TestAnOldListIsCountedBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	h, b := withForm(t)
	_, err := contact.Enrol(ctx, h.db.W, contact.Contact{Email: "an@example.com", Name: "An", Language: "nl", Country: "BE"}, h.now)
	h.ok(err)
	b.send("/contacts", "/contacts/segments", url.Values{"name": {"Belgians"}, "country": {"BE"}}).want(t, http.StatusSeeOther)
	segments, err := h.s.d.Contacts.Segments(ctx)
	h.ok(err)
	whom := "segment:" + string(segments[0].ID)
	page := "/contacts/forms/repermission?" + url.Values{"purpose": {"newsletter"}, "people": {whom}}.Encode()
	b.get(page).want(t, http.StatusOK, "1 person would get one mail", "Such a mail is marketing itself", "Wilt u van Hoeve Ter Linde blijven horen?")
	form := url.Values{"purpose": {"newsletter"}, "people": {whom}, "until": {"2030-01-01"}, "subject_nl": {"Blijven?"}, "body_nl": {"Ja of nee"}}
	b.send(page, "/contacts/forms/repermission", form).want(t, http.StatusUnprocessableEntity, "Say why you may write", "between 7 and 180", "Blijven?")
	form.Set("ground", "own_customers")
	form.Set("until", h.now.AddDate(0, 0, 30).Format(time.DateOnly))
	res := b.send(page, "/contacts/forms/repermission", form)
	res.want(t, http.StatusSeeOther)
	b.get(res.Header.Get("Location")).want(t, http.StatusOK, "Still to be written to", "unsubscribed from the purpose")
	b.get("/contacts/forms").want(t, http.StatusOK, "1 person", "0 said yes")
	b.get(page).want(t, http.StatusOK, "1 person not: was asked before")
}

// FuzzSignup sends anything to a form: it answers every time, and never with a fault
// of ours.
func FuzzSignup(f *testing.F) {
	h, _ := withForm(f)
	f.Add(signupFields("an@example.com").Encode(), "application/x-www-form-urlencoded")
	f.Add("email=%00%ff&box=*marketing.mail&read=1&lang=xx&version=-9", "application/x-www-form-urlencoded")
	f.Add("--x\r\nContent-Disposition: form-data; name=email\r\n\r\na@b.c\r\n--x--", "multipart/form-data; boundary=x")
	f.Fuzz(func(t *testing.T, body, kind string) {
		h.now = h.now.Add(time.Minute)
		if strings.ContainsAny(kind, "\r\n\x00") {
			return
		}
		r := httptest.NewRequest(http.MethodPost, "/f/nieuws", strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		res, err := h.s.App().Test(r, -1)
		if err != nil {
			return // no request at all: the connection ends
		}
		if err := res.Body.Close(); err != nil || res.StatusCode >= 500 {
			t.Fatalf("status %d, %v", res.StatusCode, err)
		}
	})
}
