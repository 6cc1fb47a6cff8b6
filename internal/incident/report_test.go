package incident_test

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"clepsydra/internal/fault"
	"clepsydra/internal/incident"
)

func TestReportCheck(t *testing.T) {
	t.Parallel()
	good := incident.Report{Scenario: "other", Text: "Laptop weg", NoticedAt: now}
	tests := []struct {
		name   string
		change func(*incident.Report)
		want   []error
	}{
		{"good", func(*incident.Report) {}, nil},
		{"no time is fine", func(r *incident.Report) { r.NoticedAt = time.Time{} }, nil},
		{"no name is fine", func(r *incident.Report) { r.Name, r.Contact = "", "" }, nil},
		{"at the slack", func(r *incident.Report) { r.NoticedAt = now.Add(2 * time.Minute) }, nil},
		{"in the future", func(r *incident.Report) { r.NoticedAt = now.Add(time.Hour) }, []error{incident.ErrMomentInFuture}},
		{"the year 26", func(r *incident.Report) { r.NoticedAt = at("0026-01-01T00:00:00Z") }, []error{incident.ErrMomentUnthinkable}},
		{"nothing at all", func(r *incident.Report) { *r = incident.Report{Text: " \n\t"} }, []error{incident.ErrReportScenario, incident.ErrReportEmpty}},
		{"longest text", func(r *incident.Report) { r.Text = strings.Repeat("é", incident.MaxReportText) }, nil},
		{"one more", func(r *incident.Report) { r.Text = strings.Repeat("é", incident.MaxReportText+1) }, []error{incident.ErrReportTooLong}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := good
			tt.change(&r)
			err := r.Check(now)
			if got := fault.All(err); len(got) != len(tt.want) {
				t.Fatalf("got %v", err)
			}
			for _, want := range tt.want {
				if !errors.Is(err, want) {
					t.Errorf("%v is not among %v", want, err)
				}
			}
		})
	}
}

func TestTitle(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("woord ", 30)
	for text, want := range map[string]string{
		"":                                 "",
		" \n\t ":                           "",
		"Laptop gestolen":                  "Laptop gestolen",
		"  Laptop \t gestolen  \nuit auto": "Laptop gestolen",
		"\u200b\u202e\nLaptop weg":         "Laptop weg",
		"Lijst gemaild naar verkeerde persoon. Hij belde.": "Lijst gemaild naar verkeerde persoon",
		"Help! Alles weg": "Help! Alles weg",
		"Klantenlijst gemaild naar jan.peeters@x.be":    "Klantenlijst gemaild naar jan.peeters@x.be",
		"Factuur van 1.250,50 euro aan verkeerde klant": "Factuur van 1.250,50 euro aan verkeerde klant",
		"Zal \u202egpj.exe\u202c geopend":               "Zal gpj.exe geopend",
		long:                                            strings.TrimSpace(strings.Repeat("woord ", 13)) + "…",
		strings.Repeat("é", 80):                         strings.Repeat("é", 80),
		strings.Repeat("é", 81):                         strings.Repeat("é", 79) + "…",
		"a\xffb":                                        "ab",
	} {
		if got := incident.Title(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

// FuzzTitle: a title is one visible line of at most 80 characters.
func FuzzTitle(f *testing.F) {
	for _, s := range []string{"", "Laptop weg.", strings.Repeat("é ", 99), "a\xff\r\nb", "\u202e\u200d", "x\u2028y"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := incident.Title(s)
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > 80 || got != strings.TrimSpace(got) {
			t.Fatalf("%q became %q", s, got)
		}
		for _, r := range got {
			if unicode.IsControl(r) || r == '\u202e' || r == '\u2028' {
				t.Fatalf("%q became %q", s, got)
			}
		}
		if again := incident.Title(got); again != got && !strings.HasPrefix(got, again) {
			t.Fatalf("%q became %q, then %q", s, got, again)
		}
	})
}

func TestSimilar(t *testing.T) {
	t.Parallel()
	mk := func(id, scenario string, s incident.Status, age time.Duration) incident.Incident {
		return incident.Incident{ID: incident.ID(id), Scenario: scenario, Status: s, OpenedAt: now.Add(-age)}
	}
	open := []incident.Incident{
		mk("old", "phishing", incident.Reported, 24*time.Hour+time.Microsecond),
		mk("edge", "phishing", incident.Triaged, 24*time.Hour),
		mk("latest", "phishing", incident.Confirmed, time.Hour),
		mk("closed", "phishing", incident.Closed, time.Minute),
		mk("misc", "other", incident.Reported, time.Minute),
	}
	if got, ok := incident.Similar("phishing", open, now); !ok || got.ID != "latest" {
		t.Errorf("got %v %v", got.ID, ok)
	}
	if got, ok := incident.Similar("phishing", open[:2], now); !ok || got.ID != "edge" {
		t.Errorf("exactly a day: got %v %v", got.ID, ok)
	}
	for _, scenario := range []string{"other", "paper_lost"} {
		if got, ok := incident.Similar(scenario, open, now); ok {
			t.Errorf("%s looks like %v", scenario, got.ID)
		}
	}
	if _, ok := incident.Similar("phishing", open[:1], now); ok {
		t.Error("more than a day ago is similar")
	}
}
