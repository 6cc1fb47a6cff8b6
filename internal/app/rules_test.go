package app_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/app"
	"clepsydra/internal/config"
	"clepsydra/internal/incident"
	"clepsydra/internal/workflow"
	"clepsydra/workflows"
)

// site is a machine with data and a folder of the firm's own rule packs.
type site struct {
	t   *testing.T
	cfg config.Config
}

func newSite(t *testing.T) site {
	t.Helper()
	dir := t.TempDir()
	s := site{t, config.Config{
		Address: "127.0.0.1:0", Data: filepath.Join(dir, "data"), KeyFile: filepath.Join(dir, "key", "clepsydra.key"), LogLevel: "error",
		Packs: filepath.Join(dir, "packs"),
	}}
	s.put(true)
	return s
}

// put writes the firm's own GDPR: a good one with another name, or one that is wrong.
func (s site) put(good bool) {
	s.t.Helper()
	src, err := workflows.FS.ReadFile("regimes/gdpr.yaml")
	if err != nil {
		s.t.Fatal(err)
	}
	text := strings.Replace(string(src), "  en: GDPR\n", "  en: Our GDPR\n", 1)
	if !good {
		text = strings.Replace(text, "amount: 72, unit: hours", "amount: 72, unit: moons", 1)
	}
	path := filepath.Join(s.cfg.Packs, "regimes", "gdpr.yaml")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// start starts the program, lets do look at it, and stops it. It returns why it did
// not start.
func (s site) start(o app.Options, do func(*app.App)) error {
	s.t.Helper()
	ctx := context.Background()
	db, key, _, err := app.OpenData(ctx, s.cfg)
	if err != nil {
		s.t.Fatal(err)
	}
	o.Log = slog.New(slog.DiscardHandler)
	a, err := app.New(s.cfg, db, key, o)
	if err != nil {
		if closeErr := db.Close(); closeErr != nil {
			s.t.Error(closeErr)
		}
		return err
	}
	if err := a.Start(ctx, func(err error) { s.t.Error(err) }); err != nil {
		s.t.Fatal(err)
	}
	do(a)
	if err := a.Stop(ctx); err != nil {
		s.t.Error(err)
	}
	return nil
}

func (s site) name(a *app.App) string {
	s.t.Helper()
	r, err := a.Packs.Regime("gdpr", time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC))
	if err != nil {
		s.t.Fatal(err)
	}
	return r.Name["en"]
}

// keep writes the one incident of this firm with a verb of its store.
func (s site) keep(a *app.App, write func(context.Context, bun.IDB, incident.Incident) error, status incident.Status) {
	s.t.Helper()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	err := write(context.Background(), a.DB.W, incident.Incident{ID: "one", Ref: "INC-2026-0001", Status: status, OpenedAt: now, UpdatedAt: now})
	if err != nil {
		s.t.Fatal(err)
	}
}

// TestABadPackStopsTheStartUnlessAnIncidentIsOpen goes through the life of a firm
// with a rule of its own.
func TestABadPackStopsTheStartUnlessAnIncidentIsOpen(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(s.start(app.Options{}, func(a *app.App) {
		f, ok := a.Packs.File(workflow.KindRegime, "gdpr", "2016/679")
		if s.name(a) != "Our GDPR" || !ok || f.Origin != workflow.OwnOverShipped {
			t.Errorf("the own file does not rule: %q, %v", s.name(a), f.Origin)
		}
	}))
	s.put(false)
	err := s.start(app.Options{}, func(*app.App) { t.Error("started on a bad pack") })
	if err == nil || !strings.Contains(err.Error(), "regimes/gdpr.yaml:") || !strings.Contains(err.Error(), "moons") ||
		!strings.Contains(err.Error(), "workflow check "+s.cfg.Packs) || !strings.Contains(err.Error(), "--shipped-rules") {
		t.Errorf("the refusal does not help: %v", err)
	}
	s.put(true)
	must(s.start(app.Options{}, func(a *app.App) { s.keep(a, incident.Insert, incident.Reported) }))
	s.put(false)
	must(s.start(app.Options{}, func(a *app.App) {
		if s.name(a) != "Our GDPR" {
			t.Errorf("not the rules of the last start: %q", s.name(a))
		}
		// As after an upgrade that no longer takes them.
		if _, err := a.DB.W.Exec("UPDATE rule_files SET content = 'id: [' WHERE layer = 'own'"); err != nil {
			t.Error(err)
		}
	}))
	must(s.start(app.Options{}, func(a *app.App) {
		if s.name(a) != "GDPR" {
			t.Errorf("not the shipped rules: %q", s.name(a))
		}
		s.keep(a, incident.Save, incident.Dismissed)
	}))
	s.put(true)
	must(s.start(app.Options{}, func(*app.App) {}))
	s.put(false)
	if err := s.start(app.Options{}, func(*app.App) {}); err == nil {
		t.Error("started on a bad pack when no incident is open")
	}
	must(s.start(app.Options{ShippedRules: true}, func(a *app.App) {
		changes, err := a.Rules.Changes(context.Background())
		if s.name(a) != "GDPR" || err != nil || len(changes) == 0 || changes[0].Path != "regimes/gdpr.yaml" {
			t.Errorf("shipped rules: %q, %v, %v", s.name(a), changes, err)
		}
	}))
}
