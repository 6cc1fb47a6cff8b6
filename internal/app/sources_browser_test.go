package app_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// webshop answers with its customers, in pages, to whoever has the key.
func webshop(t *testing.T, key *atomic.Value) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Api-Key") != key.Load() {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Query().Get("page") != "1" {
			_, _ = fmt.Fprint(w, `{"data":{"customers":[]}}`)
			return
		}
		_, _ = fmt.Fprint(w, `{"data":{"customers":[
			{"id":"1001","name":"Annelies Vos","email":"annelies@example.com","phone":"0471 23 45 67","billing":{"street":"Dorpsstraat","number":"1","postcode":"3000","city":"Leuven"},"language":"nl","last_order":"2026-10-01"},
			{"id":"1002","name":"Bruno Maes","email":"bruno@example.com","billing":{"street":"Kerkweg","number":"12","postcode":"9000","city":"Gent"},"language":"nl","password":"x"},
			{"id":"1003","name":"","email":"no address","billing":{},"language":""}]}}`)
	}))
	t.Cleanup(s.Close)
	return s.URL + "/api/customers"
}

// TestAWebShopIsPulledFromInABrowser sets a source up, tries it, pulls from it, and
// sees it stop when the key is refused, with the pages alone.
func TestAWebShopIsPulledFromInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("the browser is seen in the long run")
	}
	for _, w := range []width{desktop(), phone()} {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			var key atomic.Value
			key.Store("hush")
			shop := webshop(t, &key)
			base, _ := running(t)
			b := openBrowser(t, base, w)
			b.open("/sign-in")
			b.fill("/sign-in", map[string]string{"email": "lotte@example.com", "password": password})
			b.open("/contacts/imports")
			b.shot("source-01-imports")
			b.open("/contacts/sources")
			b.shot("source-02-empty")
			b.open("/contacts/sources/new?kind=postgres")
			b.shot("source-03-postgres")
			b.open("/contacts/sources/new?kind=http")
			b.fill("/contacts/sources", map[string]string{
				"name": "Web shop", "url": shop, "header": "X-Api-Key", "secret": "hush", "items": "data.customers", "paging": "page", "every": "weekly",
			})
			b.at("/contacts/sources/", "Saved")
			b.shot("source-04-saved")
			at := strings.TrimPrefix(eval[string](b, `location.pathname`), "/contacts/sources/")
			b.open("/contacts/sources/" + at + "/try")
			b.at("/try", "Annelies Vos")
			b.shot("source-05-try")
			b.fill("/contacts/sources/"+at+"/pull", nil)
			b.done("Last fetched on")
			b.shot("source-06-pulled")
			key.Store("another")
			b.fill("/contacts/sources/"+at+"/pull", nil)
			b.done("Stopped")
			b.shot("source-07-stopped")
			b.open("/settings/health")
			b.at("/settings/health", "A source of customers cannot be read")
			b.open("/contacts/sources/" + at + "/try")
			b.at("/try", "was refused")
			b.shot("source-08-refused")
		})
	}
}

// done looks at the list of sources again and again until it says so.
func (b *browser) done(text string) {
	b.t.Helper()
	b.until(fmt.Sprintf(`fetch("/contacts/sources").then(r => r.text()).then(t => t.includes(%q))`, text))
	b.open("/contacts/sources")
	b.at("/contacts/sources", text)
}
