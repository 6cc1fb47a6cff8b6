package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"clepsydra/internal/account"
	"clepsydra/internal/journal"
	"clepsydra/internal/workflow"
	"clepsydra/workflows"
)

// ownGDPR lays the firm's own file over the shipped one, with one line changed.
func ownGDPR(t *testing.T) workflow.Own {
	t.Helper()
	src, err := workflows.FS.ReadFile("regimes/gdpr.yaml")
	if err != nil {
		t.Fatal(err)
	}
	own := strings.Replace(string(src), "  en: GDPR\n", "  en: GDPR as our lawyer reads it\n", 1)
	if own == string(src) {
		t.Fatal("the line to change is gone")
	}
	return workflow.Own{"regimes/gdpr.yaml": []byte(own)}
}

// running makes the pages show packs as those that the program runs with.
func (h *place) running(own workflow.Own, edit func([]workflow.File)) {
	h.t.Helper()
	packs, err := workflow.LoadWith(workflows.FS, own, time.Now)
	h.ok(err)
	h.s.d.Packs = packs
	files := packs.Files()
	if edit != nil {
		edit(files)
	}
	_, err = h.s.d.Rules.Remember(ctx, files)
	h.ok(err)
}

func TestRulesAreListedWithTheirSources(t *testing.T) {
	h := open(t)
	h.running(nil, nil)
	page := h.as(account.Administrator).get("/settings/rules")
	for _, want := range []string{
		"/settings/rules/regime/gdpr/2016%2F679", "https://eur-lex.europa.eu/eli/reg/2016/679/oj", "BE-GBA", "Belgium",
		"read at the source", "since 25 May 2018", "from 1 January 2020 to 31 December 2035", "no problems",
	} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the list does not say %q", want)
		}
	}
	if strings.Contains(page.body, "I have seen this") {
		t.Error("something is to be seen at the first start")
	}
}

func TestOneRuleIsShownAsTextAndJSON(t *testing.T) {
	h := open(t)
	h.running(ownGDPR(t), nil)
	b := h.as(account.Administrator)
	page := b.get("/settings/rules/regime/gdpr/2016%2F679")
	for _, want := range []string{"limit: {amount: 72", "&#34;amount&#34;: 72", "own, in place of shipped", "regimes/gdpr.yaml", "<span class=\"diff-add\">&#43;  en: GDPR as our lawyer reads it"} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the pack does not show %q", want)
		}
	}
	for _, path := range []string{"regime/gdpr/1", "law/gdpr/2016%2F679", "regime/gdpr/1%2F2%2F3"} {
		if res := b.get("/settings/rules/" + path); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
}

func TestAnUpgradeIsShownUntilSomebodyHasSeenIt(t *testing.T) {
	h := open(t)
	h.running(ownGDPR(t), func(files []workflow.File) { // what ran before the upgrade
		for i := range files {
			if files[i].Path == "regimes/gdpr.yaml" {
				files[i].HiddenYAML = strings.Replace(files[i].HiddenYAML, "amount: 72", "amount: 96", 1)
				files[i].HiddenSHA256 = workflow.Hash([]byte(files[i].HiddenYAML))
			}
		}
	})
	h.running(ownGDPR(t), nil)
	b := h.as(account.Administrator)
	page := b.get("/settings/rules")
	for _, want := range []string{"The shipped version changed; your own file still rules.", "<span class=\"diff-cut\">-    limit: {amount: 96", "1 file is not what it was"} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	changes, err := h.s.d.Rules.Changes(ctx)
	h.ok(err)
	for range 2 { // a second press is the same press
		if res := b.send("/settings/rules", "/settings/rules/seen", url.Values{"up_to": {changes[0].ID}}); res.StatusCode != http.StatusSeeOther {
			t.Fatalf("seen: %d", res.StatusCode)
		}
	}
	page = b.get("/settings/rules")
	if !strings.Contains(page.body, "Seen by Some "+string(account.Administrator)) || strings.Contains(page.body, "still rules") {
		t.Error("what was seen is still new, or nobody knows who saw it")
	}
	list, err := journal.ListOf(ctx, h.db.R, journal.Case{Kind: "firm"})
	h.ok(err)
	counts := map[string]int{}
	for _, e := range list {
		counts[e.Kind+" by "+string(e.Actor.Kind)]++
	}
	if counts["rules.changed by system"] != 1 || counts["rules.seen by account"] != 1 {
		t.Errorf("journal: %v", counts)
	}
}

func TestRulesOfTheLastStartAreSaid(t *testing.T) {
	h := open(t)
	h.s.d.RulesFailed = errors.New("regimes/gdpr.yaml:3:1: what is wrong")
	page := h.as(account.Administrator).get("/settings/rules")
	if !strings.Contains(page.body, "Your own rules could not be used") || !strings.Contains(page.body, "gdpr.yaml:3:1") || !strings.Contains(page.body, "shipped rules alone") {
		t.Error("the page does not say that only shipped rules are in use")
	}
	h.running(ownGDPR(t), nil)
	if page := h.as(account.Administrator).get("/settings/rules"); !strings.Contains(page.body, "with the rules of the last time") {
		t.Error("the page does not say that old rules are in use")
	}
}
