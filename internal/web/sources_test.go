package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"clepsydra/internal/account"
)

// shop answers with two customers, one of them with a card number, to whoever has
// the key.
func shop(t *testing.T) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Api-Key") != "hush-hush" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"data":[
			{"id":"1","name":"Ann Vos","email":"ann@example.com","address":{"street":"Dorp 1","zip":"3000","city":"Leuven"},"colour":"red"},
			{"id":"2","name":"Bob Maes","email":"no address","note":"x"}]}`))
	}))
	t.Cleanup(s.Close)
	return s
}

func shopForm(at, key string) url.Values {
	return url.Values{
		"kind": {"http"}, "name": {"Shop"}, "url": {at}, "header": {"X-Api-Key"}, "secret": {key}, "items": {"data"},
		"paging": {""}, "page_first": {"1"}, "country": {"BE"}, "every": {"daily"}, "clock": {"03:00"}, "weekday": {"1"},
	}
}

func TestASourceIsSetUpTriedAndMapped(t *testing.T) {
	h := newHouse(t)
	b := h.as(account.Administrator)
	b.get("/contacts/sources").shows(200, "No source yet", "/contacts/sources/new?kind=http")
	b.get("/contacts/sources/new?kind=http").shows(200, "Address of the list")
	b.get("/contacts/sources/new?kind=mysql").shows(200, "SELECT")
	b.get("/contacts/sources/new?kind=gopher").leadsTo("/contacts/sources")
	to := b.post("/contacts/sources", shopForm(shop(t).URL, "hush-hush")).leadsTo("/contacts/sources/")
	form := b.get(to).shows(200, "Shop", "••••••••")
	if strings.Contains(form.body, "hush-hush") {
		t.Error("the key is shown again")
	}
	page := b.get(to+"/try").shows(200, "Ann Vos", "colour", "address.city", "Row 2")
	if !regexp.MustCompile(`(?s)address\.city.*?value="city" selected`).MatchString(page.body) {
		t.Error("the nested city is not recognised")
	}
	b.get("/contacts?text=Ann").shows(200).lacks("Ann Vos") // nothing is stored by trying
	b.post(to+"/map", url.Values{"name_3": {"address.city"}, "map_3": {""}}).leadsTo(to + "/try")
	if kept := b.get(to + "/try").shows(200).body; regexp.MustCompile(`value="city" selected`).MatchString(kept) {
		t.Error("the column that was left out is taken again")
	}
	b.get(to+"/refused/csv").shows(200, "no address")
	b.post(to+"/pull", url.Values{}).leadsTo("/contacts/sources")
	b.get("/contacts/sources").shows(200, "Shop", "Next time")
	b.post(to+"/remove", url.Values{}).leadsTo("/contacts/sources")
	b.get(to).shows(404)
}

func TestARefusedSourceKeepsWhatWasTyped(t *testing.T) {
	h := newHouse(t)
	b := h.as(account.Administrator)
	bad := shopForm("http://shop.example.com/api", "hush-hush")
	bad.Set("name", "My shop")
	bad.Set("paging", "offset")
	page := b.post("/contacts/sources", bad).shows(422, "My shop", "http://shop.example.com/api", "begins with https://", "how many rows")
	if strings.Contains(page.body, "hush-hush") {
		t.Error("the key is in the page")
	}
	b.post("/contacts/sources", shopForm("https://169.254.169.254/latest", "k")).shows(422, "never read")
	to := b.post("/contacts/sources", shopForm(shop(t).URL, "wrong")).leadsTo("/contacts/sources/")
	b.get(to+"/try").shows(422, "was refused")
	moved := shopForm(shop(t).URL, "")
	b.post(to, moved).shows(422, "Fill in the password or key again")
}

func TestOnlyWhoMayChangeSettingsSeesSources(t *testing.T) {
	h := newHouse(t)
	for _, r := range []account.Role{account.Handler, account.Reporter} {
		h.as(r).get("/contacts/sources").shows(403)
	}
	if page := h.as(account.Administrator).get("/contacts/imports").shows(200); !strings.Contains(page.body, `href="/contacts/sources"`) {
		t.Error("the imports page does not lead to the sources")
	}
}
