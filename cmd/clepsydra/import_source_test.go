package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"clepsydra/internal/app"
	"clepsydra/internal/config"
	"clepsydra/internal/journal"
	"clepsydra/internal/source"
)

// withSource keeps a source in the data of the settings in use.
func withSource(t *testing.T, url string) {
	t.Helper()
	cfg, err := config.Load("")
	if err != nil {
		t.Fatal(err)
	}
	db, key, _, err := app.OpenData(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.New(cfg, db, key, app.Options{})
	if err != nil {
		t.Fatal(err)
	}
	src := source.Source{Name: "Web shop", Kind: source.HTTP, URL: url, Header: "X-Key", Secret: "hush", Country: "BE"}
	if _, err := a.Sources.Save(context.Background(), journal.System(), src); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestPeopleAreTakenFromASource(t *testing.T) {
	status, _, errs := command(t, "import", "contacts", "--source", "Web shop")
	if status != 2 || !strings.Contains(errs, "This source no longer exists") {
		t.Fatalf("unknown: status %d, %q", status, errs)
	}
	open := true
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if !open {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		_, _ = w.Write([]byte(`[{"id":1,"name":"Ann Vos","email":"ann@example.com"},{"name":"x","email":"none"}]`))
	}))
	t.Cleanup(shop.Close)
	withSource(t, shop.URL)
	again := func(args ...string) (int, string, string) {
		var o, e bytes.Buffer
		status := run(append([]string{"import", "contacts", "--source", "web shop"}, args...), &o, &e)
		return status, o.String(), e.String()
	}
	for _, c := range []struct{ arg, say string }{
		{"--dry-run", "1 new, 0 known"}, {"--in=en", "1 new, 0 known"}, {"--in=en", "0 new, 1 known"},
	} {
		if status, out, errs := again(c.arg); status != 0 || !strings.Contains(out, c.say) {
			t.Errorf("%s: status %d, %q %q, want %q", c.arg, status, out, errs, c.say)
		}
	}
	open = false
	if status, _, errs := again(); status != 2 || !strings.Contains(errs, "key was refused") {
		t.Errorf("refused: status %d, %q", status, errs)
	}
	if status, _, errs := command(t, "import", "contacts"); status != 2 || !strings.Contains(errs, "--source") {
		t.Errorf("nothing named: status %d, %q", status, errs)
	}
}
