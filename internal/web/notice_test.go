package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"clepsydra/internal/account"
	"clepsydra/internal/processing"
)

var sealShape = regexp.MustCompile(`name="seal" value="([0-9a-f]{64})"`)

// seal takes what names the texts from the page that shows them.
func (b *browser) seal() string {
	b.h.t.Helper()
	m := sealShape.FindStringSubmatch(b.get("/record/texts").body)
	if m == nil {
		b.h.t.Fatal("the page cannot publish")
	}
	return m[1]
}

func TestNothingOfADraftIsPublic(t *testing.T) {
	h := open(t)
	anybody := h.browser()
	page := anybody.get("/privacy")
	page.want(t, http.StatusOK, "Our privacy statement will be here soon", "info@example.com")
	if strings.Contains(page.body, "Article 6") || strings.Contains(page.body, "Newsletter") {
		t.Fatalf("a draft leaks\n%s", page.inside())
	}
	for _, path := range []string{"/privacy/1", "/privacy/0", "/privacy/x", "/privacy/-1", "/privacy/1/pdf"} {
		anybody.get(path).want(t, http.StatusNotFound)
	}
	newPlace(t).browser().get("/privacy").want(t, http.StatusOK, "Our privacy statement will be here soon")
}

func TestPublishingIsAnActOfItsOwn(t *testing.T) {
	h := open(t)
	b := h.as(account.Administrator)
	b.get("/record/texts").want(t, http.StatusOK, "Publish version 1", "6 points are still open", "is only proposed", "There is neither a DPO nor a contact point", `href="/settings/people"`, "Nothing published yet")
	form := url.Values{"version": {"1"}, "seal": {b.seal()}, "lang": {"fr"}}
	b.send("/record/texts", "/record/texts/publish", form).want(t, http.StatusUnprocessableEntity, "Points are still open. Fill them in", "Publish version 1")
	h.browser().get("/privacy/1").want(t, http.StatusNotFound)
	form.Set("know", "1")
	stale := url.Values{"version": {"1"}, "seal": {strings.Repeat("0", 64)}, "know": {"1"}}
	b.send("/record/texts", "/record/texts/publish", stale).want(t, http.StatusConflict, "The text has changed meanwhile", `name="know" value="1" required checked`)
	for range 2 { // the second click changes nothing
		b.send("/record/texts", "/record/texts/publish", form).leadsTo(t, "/record/texts?lang=fr")
	}
	b.get("/record/texts").want(t, http.StatusOK, "Version 1 is published.", "The newest version says exactly what is in the record", "/privacy/1?lang=nl", `bg-green-lt">Version 1<`)
	if all, err := processing.Notices(ctx, h.db.R); err != nil || len(all) != 2 {
		t.Fatalf("%+v %v", all, err)
	}
	h.as(account.Handler).get("/record/texts").want(t, http.StatusOK, "The newest version says exactly")
}

func TestEverybodyReadsTheNewestAndMayReadTheOld(t *testing.T) {
	h := open(t)
	b := h.as(account.Administrator)
	publishAgain(b, "1")
	f := h.firm()
	f.Email, f.UpdatedAt = "nieuw@example.com", h.now
	h.ok(h.firms.Put(ctx, h.db.W, f))
	b.get("/record/texts?lang=nl").want(t, http.StatusOK, "Changed since version 1", "diff-add", "diff-cut", "nieuw@example.com", "Publish version 2")
	anybody := h.browser()
	anybody.get("/privacy").want(t, http.StatusOK, "Privacyverklaring van Hoeve Ter Linde", "E-mail: info@example.com", "Uw recht van bezwaar", "notice-boxed") // English is not published: that of the house
	publishAgain(b, "2")
	anybody.get("/privacy").want(t, http.StatusOK, "E-mail: nieuw@example.com", "Version 2 of", `href="/privacy?lang=fr"`)
	anybody.get("/privacy?lang=fr").want(t, http.StatusOK, "Déclaration de confidentialité de Hoeve Ter Linde", `lang="fr" aria-current="true"`)
	anybody.header["Accept-Language"] = "fr-BE,fr;q=0.9"
	anybody.get("/privacy").want(t, http.StatusOK, "Déclaration de confidentialité de Hoeve Ter Linde")
	anybody.get("/privacy/1?lang=nl").want(t, http.StatusOK, "E-mail: info@example.com", "/privacy?lang=nl")
	text := anybody.get("/privacy/1/text?lang=nl")
	notice, err := processing.NoticeVersion(ctx, h.db.R, 1)
	h.ok(err)
	if text.StatusCode != http.StatusOK || text.body != notice[1].Text || !strings.Contains(text.Header.Get("Content-Disposition"), "-nl-1.txt") {
		t.Fatalf("%s\n%s", text.Header.Get("Content-Disposition"), text.body)
	}
	if hashed := (processing.NoticeDraft{Text: text.body}).Hash(); hashed != notice[1].Hash {
		t.Fatalf("hash %s of what is saved, %s of what was published", hashed, notice[1].Hash)
	}
	anybody.get("/privacy/1/html?lang=nl").want(t, http.StatusOK, "<h1>Privacyverklaring", "<li>E-mail: info@example.com</li>")
	anybody.get("/privacy/1/exe").want(t, http.StatusNotFound)
	anybody.get("/privacy/3").want(t, http.StatusNotFound)
}

func publishAgain(b *browser, version string) {
	res := b.send("/record/texts", "/record/texts/publish", url.Values{"version": {version}, "seal": {b.seal()}, "know": {"1"}})
	res.leadsTo(b.h.t, "/record/texts?lang=")
}

// TestAFormLinksToThePublishedStatement: in the language of the form, with the short
// text beside it.
func TestAFormLinksToThePublishedStatement(t *testing.T) {
	h, b := withForm(t)
	h.browser().get("/f/nieuws?lang=nl").want(t, http.StatusOK, `href="https://www.example.com/privacy"`)
	if page := b.get("/contacts/forms/new"); strings.Contains(page.body, "clep.example.com/privacy") {
		t.Fatal("a statement that is not published is offered")
	}
	publishAgain(b, "1")
	b.get("/contacts/forms/new").want(t, http.StatusOK, `value="https://clep.example.com/privacy"`)
	fields := formFields()
	fields.Set("slug", "klanten")
	fields.Set("notice", "https://clep.example.com/privacy")
	b.send("/contacts/forms/new", "/contacts/forms", fields).want(t, http.StatusSeeOther)
	h.browser().get("/f/klanten?lang=nl").want(t, http.StatusOK, `href="https://clep.example.com/privacy?lang=nl"`, "Hoeve Ter Linde gebruikt uw gegevens voor: ")
}
