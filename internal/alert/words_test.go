package alert_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// languages are those of the interface.
func languages() []string { return []string{"nl", "fr", "de", "en"} }

// words is a Translator over the real locale files; a missing key fails the test.
type words struct {
	t   *testing.T
	loc *i18n.Localizer
}

// speak loads the alert texts of one language.
func speak(t *testing.T, lang string) words {
	t.Helper()
	bundle := i18n.NewBundle(language.MustParse(lang))
	bundle.RegisterUnmarshalFunc("yaml", yaml.Unmarshal)
	if _, err := bundle.LoadMessageFile(localePath(lang)); err != nil {
		t.Fatalf("load %s: %v", lang, err)
	}
	return words{t: t, loc: i18n.NewLocalizer(bundle, lang)}
}

func localePath(lang string) string {
	return filepath.Join("..", "..", "templates", "locales", "alert."+lang+".yaml")
}

func (w words) T(key string, args map[string]any) string {
	return w.localize(&i18n.LocalizeConfig{MessageID: key, TemplateData: args})
}

func (w words) N(key string, count int, args map[string]any) string {
	return w.localize(&i18n.LocalizeConfig{MessageID: key, PluralCount: count, TemplateData: args})
}

func (w words) DateTime(at time.Time) string { return at.Format("2006-01-02 15:04 MST") }

func (w words) localize(cfg *i18n.LocalizeConfig) string {
	w.t.Helper()
	s, err := w.loc.Localize(cfg)
	if err != nil || strings.Contains(s, "<no value>") {
		w.t.Errorf("%s: %q, %v", cfg.MessageID, s, err)
	}
	return s
}

// keys reads the translation keys of one language.
func keys(t *testing.T, lang string) map[string]any {
	t.Helper()
	raw, err := os.ReadFile(localePath(lang))
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := yaml.UnmarshalWithOptions(raw, &out, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	return out
}
