package locale_test

import (
	"errors"
	"testing"
	"testing/fstest"
	"time"

	"clepsydra/internal/fault"
	"clepsydra/internal/locale"
)

func bundle(t *testing.T) *locale.Bundle {
	t.Helper()
	b, err := locale.Load(fstest.MapFS{
		"locales/a.en.yaml":        {Data: []byte("leak: breach\nhello: Hello {{.Name}}\npeople:\n  one: \"{{.Count}} person\"\n  other: \"{{.Count}} people\"\nonly_english: yes indeed\nfault.internal: Sorry.\n")},
		"locales/a.nl.yaml":        {Data: []byte("leak: datalek\nhello: Dag {{.Name}}\npeople:\n  one: \"{{.Count}} persoon\"\n  other: \"{{.Count}} personen\"\nfault.internal: Excuses.\n")},
		"locales/words.nl-BE.yaml": {Data: []byte("leak: gegevenslek\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestCountryWordWinsThenLanguageThenEnglish(t *testing.T) {
	b := bundle(t)
	for _, c := range []struct{ lang, country, key, want string }{
		{"nl", "BE", "leak", "gegevenslek"},
		{"nl", "NL", "leak", "datalek"},
		{"nl", "BE", "fault.internal", "Excuses."},
		{"nl", "BE", "only_english", "yes indeed"},
		{"en", "BE", "leak", "breach"},
		{"xx", "", "leak", "breach"},
		{"nl", "", "nowhere", "nowhere"},
	} {
		if got := b.For(c.lang, c.country, nil).T(c.key, nil); got != c.want {
			t.Errorf("%s-%s %s: %q, want %q", c.lang, c.country, c.key, got, c.want)
		}
	}
}

func TestPluralsWriteNumbersAsTheLanguageDoes(t *testing.T) {
	b := bundle(t)
	for _, c := range []struct {
		lang string
		n    int
		want string
	}{
		{"en", 1, "1 person"}, {"en", 1846, "1,846 people"}, {"nl", 1846, "1.846 personen"},
	} {
		if got := b.For(c.lang, "", nil).N("people", c.n, nil); got != c.want {
			t.Errorf("%s %d: %q, want %q", c.lang, c.n, got, c.want)
		}
	}
}

func TestDatesAreInTheZoneAndLanguage(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Brussels")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 22, 23, 30, 0, 0, time.UTC) // Monday in Brussels
	b := bundle(t)
	if got := b.For("nl", "BE", zone).DateTime(at); got != "maandag 23 november 2026, 00:30" {
		t.Errorf("nl: %q", got)
	}
	if got := b.For("de", "DE", zone).Date(at); got != "23. November 2026" {
		t.Errorf("de: %q", got)
	}
	if got := b.For("fr", "BE", zone).Short(at); got != "lun. 23 nov. 00:30" {
		t.Errorf("fr: %q", got)
	}
	if got := b.For("en", "", zone).DateTime(time.Time{}); got != "" {
		t.Errorf("unknown instant: %q", got)
	}
}

func TestOnlyFaultsAreShown(t *testing.T) {
	p := bundle(t).For("nl", "NL", nil)
	if got := p.Fault(errors.New("sql: secret detail")); got != "Excuses." {
		t.Errorf("got %q", got)
	}
	if got := p.Fault(fault.New(fault.Invalid, "hello").With("Name", "Jan")); got != "Dag Jan" {
		t.Errorf("got %q", got)
	}
}

func TestNegotiate(t *testing.T) {
	for _, c := range []struct{ choice, accept, otherwise, want string }{
		{"de", "nl", "fr", "de"}, {"", "fr-BE,nl;q=0.8", "nl", "fr"}, {"", "es,de;q=0.5", "nl", "de"},
		{"", "es", "nl", "nl"}, {"xx", "\x00;;", "", "en"},
	} {
		if got := locale.Negotiate(c.choice, c.accept, c.otherwise); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}
