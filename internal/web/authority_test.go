package web_test

import (
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"clepsydra/internal/account"
)

// Every copy button of the notification names an element that is on the page.
func TestCopyButtonsPointAtWhatTheyCopy(t *testing.T) {
	h := newHouse(t)
	page := h.as(account.Administrator).get("/incidents/" + string(h.breach()) + "/authority").shows(200)
	buttons := regexp.MustCompile(`data-copy="([^"]*)"`).FindAllStringSubmatch(page.body, -1)
	if len(buttons) < 3 {
		t.Fatalf("%d copy buttons", len(buttons))
	}
	for _, b := range buttons {
		id, isID := strings.CutPrefix(b[1], "#")
		if !isID || strings.Count(page.body, ` id="`+id+`"`) != 1 {
			t.Errorf("data-copy=%q is no element of the page", b[1])
		}
	}
}

// A filing twice sent is taken once and the second time says why not; a paper that
// is not of this incident is refused.
func TestAFilingIsTakenOnceAndOnlyWithItsOwnPaper(t *testing.T) {
	h := newHouse(t)
	b := h.as(account.Administrator)
	page := "/incidents/" + string(h.breach()) + "/authority"
	at := regexp.MustCompile(`name="filed_at"[^>]*value="([^"]+)"`).FindStringSubmatch(b.get(page).shows(200).body)
	if at == nil {
		t.Fatal("the form offers no time")
	}
	form := url.Values{"phase": {"initial"}, "filed_at": {at[1]}, "receipt": {"DB-1"}, "late_reason": {"the office was closed"}, "paper": {"nonsense"}}
	b.post(page+"/file", form).shows(404)
	form.Del("paper")
	b.post(page+"/file", form).leadsTo(page)
	b.post(page+"/file", form).shows(409, "field-error", "DB-1")
}

func given(question, text string) url.Values {
	return url.Values{"question": {question}, "row": {question}, "text": {text}, "state": {"given"}, "lang": {"fr"}, "as": {"initial"}}
}

// A language that the authority does not take is refused in the reader's own, and the
// page offers those that it takes.
func TestALanguageThatIsNotAcceptedIsRefusedWithItsReason(t *testing.T) {
	h := newHouse(t)
	b := h.as(account.Administrator)
	page := "/incidents/" + string(h.breach()) + "/authority"
	b.get(page+"?lang=en").shows(422, "This authority takes no notification in that language (EN)", "NL, FR, DE", "?lang=fr")
	b.get(page+"?phase=supplementary").shows(422, "not possible now")
	b.get(page + "/draft.pdf?lang=en").shows(422)
	b.get(page+"?lang=fr").shows(200, "Catégories de personnes concernées", "Categories of data subjects", "Clients · Customers")
}

// What is refused is kept, with the reason: too long, no such question, a fact.
func TestARefusedAnswerIsKeptWithItsReason(t *testing.T) {
	h := newHouse(t)
	b := h.as(account.Administrator)
	page := "/incidents/" + string(h.breach()) + "/authority"
	long := strings.Repeat("abcdefghij", 200) + "!"
	b.post(page+"/answer", given("measures", long)).shows(422, "at most 2000 characters", long, "field-error")
	b.post(page+"/answer", given("tea", "green")).shows(422, "This question cannot be answered here")
	b.post(page+"/answer", given("aware", "yesterday")).shows(422)
	b.post(page+"/answer", given("measures", "Destinataire appelé.")).leadsTo(page)
	b.get(page+"?lang=fr").shows(200, "Destinataire appelé.", "20 characters; we reckon with 2,000 at most")
	many := given("persons_kinds", "customers")
	many.Add("text", "minors")
	b.post(page+"/answer", many).leadsTo(page)
	b.get(page+"?lang=fr").shows(200, "<div>Clients</div><div>Mineurs</div>", "<div>Customers</div><div>Minors</div>")
}

// Ticks work without a script, survive a reload, and show when the answer changed.
func TestATickSurvivesAndShowsTheChange(t *testing.T) {
	h := newHouse(t)
	b := h.as(account.Administrator)
	page := "/incidents/" + string(h.breach()) + "/authority"
	tick := url.Values{"question": {"measures"}, "copied": {"1"}, "lang": {"fr"}, "as": {"initial"}}
	b.post(page+"/tick", tick).shows(422, "Write an answer")
	b.post(page+"/answer", given("measures", "Appelé.")).leadsTo(page)
	b.post(page+"/tick", tick).leadsTo(page)
	b.get(page+"?lang=fr").shows(200, "Copied by Lotte Vermeer", "1 copied into the form")
	b.post(page+"/answer", given("measures", "Appelé deux fois.")).leadsTo(page)
	b.get(page+"?lang=fr").shows(200, "Changed since it was copied by Lotte Vermeer", "0 copied into the form")
	tick.Del("copied")
	b.post(page+"/tick", tick).leadsTo(page)
	if body := b.get(page + "?lang=fr").shows(200).body; strings.Contains(body, "Changed since it was copied") {
		t.Error("the tick was not taken away")
	}
}

// After the filing the page and the paper show what changed since, and everything on
// demand; a withdrawal asks for its reason.
func TestASupplementShowsOnlyWhatChanged(t *testing.T) {
	h := newHouse(t)
	b := h.as(account.Administrator)
	page := "/incidents/" + string(h.breach()) + "/authority"
	b.get(page).shows(200, "missing for a first notification", "Left of the 72 hours")
	b.post(page+"/answer", given("measures", "Appelé.")).leadsTo(page)
	b.post(page+"/approve", url.Values{"lang": {"fr"}}).leadsTo(page)
	shown := b.get(page + "?lang=fr").shows(200)
	at := regexp.MustCompile(`name="filed_at"[^>]*value="([^"]+)"`).FindStringSubmatch(shown.body)
	paper := regexp.MustCompile(`<option value="([^"]{36})"`).FindStringSubmatch(shown.body)
	if at == nil || paper == nil {
		t.Fatal("no time or no paper is offered")
	}
	form := url.Values{"phase": {"initial"}, "filed_at": {at[1]}, "receipt": {"DB-1"}, "late_reason": {"closed"}, "paper": {paper[1]}, "lang": {"fr"}}
	b.post(page+"/file", form).leadsTo(page)
	answer := given("measures", "Appelé deux fois.")
	answer.Set("as", "supplementary")
	b.post(page+"/answer", answer).leadsTo(page)
	changed := b.get(page+"?lang=fr").shows(200, "Changed since version 1", "Filed before:", "<del>Appelé.</del>", "DB-1")
	if strings.Contains(changed.body, `id="q-description"`) {
		t.Error("what did not change is shown")
	}
	b.get(page+"?lang=fr&all=1").shows(200, `id="q-description"`)
	form = url.Values{"phase": {"withdrawal"}, "filed_at": {at[1]}, "receipt": {"DB-2"}, "lang": {"fr"}}
	b.post(page+"/file", form).shows(422, "Write why you withdraw")
	withdrawal := b.get(page+"?lang=fr&phase=withdrawal").shows(200, "Motif du retrait")
	if strings.Contains(withdrawal.body, `id="q-measures"`) {
		t.Error("a withdrawal asks for measures")
	}
	form.Set("withdrawal_reason", "nobody saw it")
	b.post(page+"/file", form).leadsTo(page)
	b.get(page+"?lang=fr").shows(200, "nobody saw it", "DB-2")
}

// An authority of a country that no firm here can be in is not offered and not taken.
func TestOnlyAuthoritiesThatAreOfferedAreTaken(t *testing.T) {
	h := newHouse(t)
	b := h.as(account.Administrator)
	page := b.get("/settings/people").shows(200, "Who notifies where?", "Organisations with their main establishment in Belgium notify here")
	if strings.Contains(page.body, "GB-ICO") {
		t.Error("the ICO is offered without its regime")
	}
	b.post("/settings/people", url.Values{"authority": {"GB-ICO"}, "lead": {string(h.lead.ID)}}).shows(422)
}

// Sentences are offered in the notification's language with the reader's beside, and
// those that are ticked are put under what was typed, once; others are not taken.
func TestTickedSentencesArePutIntoTheAnswer(t *testing.T) {
	h := newHouse(t)
	b := h.as(account.Administrator)
	page := "/incidents/" + string(h.breach()) + "/authority"
	_, measures, _ := strings.Cut(b.get(page+"?lang=fr").shows(200, "Sentences to add").body, `id="q-measures"`)
	offered := regexp.MustCompile(`name="sentence" value="([^"]+)"`).FindStringSubmatch(measures)
	if offered == nil {
		t.Fatal("no sentence is offered")
	}
	form := given("measures", "Appelé.")
	form["sentence"] = []string{html.UnescapeString(offered[1]), "made up by somebody"}
	b.post(page+"/answer", form).leadsTo(page)
	b.get(page+"?lang=fr").shows(200, "<div>Appelé.</div><div>"+offered[1]+"</div>")
	if body := b.get(page+"?lang=fr").shows(200, "Appelé.").body; strings.Contains(body, "made up by somebody") {
		t.Error("a sentence that is not offered was taken")
	}
}
