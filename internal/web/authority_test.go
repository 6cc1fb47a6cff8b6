package web_test

import (
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
