package consent

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"clepsydra/internal/contact"
	"clepsydra/internal/deadline"
	"clepsydra/internal/processing"
	"clepsydra/internal/workflow"
	"clepsydra/workflows"
)

func shipped(t testing.TB) *Law {
	t.Helper()
	l, err := LoadLaw(workflows.FS)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestEveryCountryHasARuleForEachChannelToday(t *testing.T) {
	t.Parallel()
	l := shipped(t)
	ages := map[string]int{"BE": 13, "NL": 16, "FR": 15, "DE": 16, "LU": 16, "IE": 16}
	if len(l.Countries()) != len(ages) {
		t.Errorf("%d countries", len(l.Countries()))
	}
	for country, age := range ages {
		if got := l.Age(country).Years; got != age {
			t.Errorf("%s: %d years, want %d", country, got, age)
		}
		for _, ch := range processing.Channels() {
			r, known := l.Rule(country, ch, deadline.Date{Year: 2026, Month: 11, Day: 22})
			if !known {
				t.Errorf("%s has no rule for %s", country, ch)
			}
			for _, lang := range workflow.Languages() {
				if len(r.Note) > 0 && r.Note[lang] == "" {
					t.Errorf("%s, %s: no note in %s", country, ch, lang)
				}
			}
		}
	}
}

func TestMistakesInARuleAreFound(t *testing.T) {
	t.Parallel()
	good, err := workflows.FS.ReadFile("marketing/NL.yaml")
	if err != nil {
		t.Fatal(err)
	}
	words, err := workflows.FS.ReadFile(impersonalFile)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string][2]string{
		"unknown key":  {"version:", "verzion:"},
		"age":          {"years: 16", "years: 12"},
		"need":         {"needs: consent", "needs: luck"},
		"overlap":      {"valid_to: 2026-06-30", "valid_to: 2026-07-01"},
		"no end":       {"valid_to: 2026-06-30\n", "\n"},
		"channel":      {"channel: post", "channel: pigeon"},
		"other name":   {"country: NL", "country: BE"},
		"legal person": {"needs: published", "needs: luck"},
	} {
		bad := strings.Replace(string(good), change[0], change[1], 1)
		if bad == string(good) {
			t.Fatalf("%s: nothing changed", name)
		}
		_, err := LoadLaw(fstest.MapFS{"marketing/NL.yaml": {Data: []byte(bad)}, impersonalFile: {Data: words}})
		if err == nil || !strings.Contains(err.Error(), "marketing/NL.yaml") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// person lives somewhere and can be reached in every way.
func person(country string) contact.Contact {
	return contact.Contact{
		ID: "c", Name: "Anna Peeters", Email: "anna@example.be", Phone: "+32471234567",
		Street: "Dorp 1", Postcode: "9000", City: "Gent", Country: country,
	}
}

func sold(on string) Event {
	e := said(SoftOptIn, "own_offers", 1)
	at, _ := time.Parse(time.DateOnly, on)
	e.At, e.Proof.Purchase.On = at, contact.DateOf(at)
	return e
}

func over(e Event, ch processing.Channel) Event { e.Channel = ch; return e }

func TestVerdicts(t *testing.T) {
	t.Parallel()
	l := shipped(t)
	today := "2026-11-22"
	for name, c := range map[string]struct {
		country string
		purpose processing.Purpose
		channel processing.Channel
		on      string
		events  []Event
		change  func(*Question)
		may     bool
		why     string
	}{
		"a consent":                     {"BE", newsletter(), processing.ByMail, today, []Event{said(Given, "newsletter", 1)}, nil, true, "given"},
		"what a file claims":            {"BE", newsletter(), processing.ByMail, today, []Event{{Purpose: AllMarketing, Channel: processing.ByMail, Kind: Given, How: HowImport}}, nil, false, "unproven"},
		"nothing said":                  {"BE", newsletter(), processing.ByMail, today, nil, nil, false, "no_consent"},
		"offers, nothing said":          {"BE", offers(), processing.ByMail, today, nil, nil, false, "needs_consent"},
		"offers by post":                {"BE", offers(), processing.ByPost, today, nil, nil, true, "until_objection"},
		"offers by phone, BE":           {"BE", offers(), processing.ByPhone, today, nil, nil, true, "until_objection"},
		"offers by phone, NL":           {"NL", offers(), processing.ByPhone, today, nil, nil, false, "needs_consent"},
		"offers by phone, FR before":    {"FR", offers(), processing.ByPhone, "2026-08-10", nil, nil, true, "until_objection"},
		"offers by phone, FR since":     {"FR", offers(), processing.ByPhone, "2026-08-11", nil, nil, false, "needs_consent"},
		"a customer":                    {"BE", offers(), processing.ByMail, today, []Event{sold("2024-01-31")}, nil, true, "soft_opt_in"},
		"a customer who objected":       {"BE", offers(), processing.ByMail, today, []Event{sold("2024-01-31"), said(Objected, AllMarketing, 20)}, nil, false, "objected"},
		"IE, twelve months to the day":  {"IE", offers(), processing.ByMail, "2026-02-28", []Event{sold("2025-02-28")}, nil, true, "soft_opt_in"},
		"IE, a day later":               {"IE", offers(), processing.ByMail, "2026-03-01", []Event{sold("2025-02-28")}, nil, false, "soft_expired"},
		"IE, from a 29 February":        {"IE", offers(), processing.ByMail, "2025-02-28", []Event{sold("2024-02-29")}, nil, true, "soft_opt_in"},
		"NL customer by phone, in June": {"NL", offers(), processing.ByPhone, "2026-06-30", []Event{over(sold("2024-01-31"), processing.ByPhone)}, nil, true, "soft_opt_in"},
		"NL customer by phone, in July": {"NL", offers(), processing.ByPhone, "2026-07-01", []Event{over(sold("2024-01-31"), processing.ByPhone)}, nil, false, "no_soft_opt_in"},
		"info@ in BE":                   {"BE", offers(), processing.ByMail, today, nil, func(q *Question) { q.Contact.Email = "Info@example.be" }, true, "until_objection"},
		"info@ in DE":                   {"DE", offers(), processing.ByMail, today, nil, func(q *Question) { q.Contact.Email = "info@example.de" }, false, "needs_consent"},
		"info@ in NL":                   {"NL", offers(), processing.ByMail, today, nil, func(q *Question) { q.Contact.Email = "info@example.nl" }, false, "only_published"},
		"a country without rules":       {"JP", offers(), processing.ByPost, today, nil, nil, false, "country_unknown"},
		"on the list":                   {"BE", offers(), processing.ByPost, today, nil, func(q *Question) { q.Suppressed = day(1) }, false, "suppressed"},
		"on the list before consent":    {"BE", newsletter(), processing.ByMail, today, []Event{said(Given, "newsletter", 2)}, func(q *Question) { q.Suppressed = day(1) }, true, "given"},
		"on the list since consent":     {"BE", newsletter(), processing.ByMail, today, []Event{said(Given, "newsletter", 2)}, func(q *Question) { q.Suppressed = day(2) }, false, "suppressed"},
		"erased":                        {"BE", newsletter(), processing.ByMail, today, nil, func(q *Question) { q.Contact.ErasedAt = day(1) }, false, "erased"},
		"restricted":                    {"BE", newsletter(), processing.ByMail, today, []Event{said(Given, "newsletter", 1)}, func(q *Question) { q.Contact.RestrictedAt = day(2) }, false, "restricted"},
		"no address":                    {"BE", newsletter(), processing.ByMail, today, []Event{said(Given, "newsletter", 1)}, func(q *Question) { q.Contact.Email = "" }, false, "no_address"},
		"channel not in the record":     {"BE", newsletter(), processing.ByPost, today, nil, nil, false, "channel_unused"},
		"purpose over":                  {"BE", newsletter(), processing.ByMail, today, nil, func(q *Question) { q.Purpose.EndedAt = day(1) }, false, "purpose_ended"},
		"an order":                      {"BE", record().Purposes[2], processing.ByMail, today, []Event{said(Objected, AllMarketing, 1)}, nil, true, "basis_contract"},
		"consent that is no marketing":  {"BE", record().Purposes[3], processing.ByMail, today, nil, nil, false, "no_consent"},
		"twelve years old in BE":        {"BE", newsletter(), processing.ByMail, today, []Event{said(Given, "newsletter", 1)}, func(q *Question) { q.Contact.BirthDate = contact.Date{Year: 2013, Month: 1, Day: 2} }, false, "too_young"},
		"thirteen that day":             {"BE", newsletter(), processing.ByMail, today, []Event{said(Given, "newsletter", 1)}, func(q *Question) { q.Contact.BirthDate = contact.Date{Year: 2013, Month: 1, Day: 1} }, true, "given"},
		"thirteen in NL":                {"NL", newsletter(), processing.ByMail, today, []Event{said(Given, "newsletter", 1)}, func(q *Question) { q.Contact.BirthDate = contact.Date{Year: 2013, Month: 1, Day: 1} }, false, "too_young"},
	} {
		on, err := deadline.ParseDate(c.on)
		if err != nil {
			t.Fatal(err)
		}
		q := Question{Contact: person(c.country), Purpose: c.purpose, Channel: c.channel, States: Present(c.events), On: on}
		if c.change != nil {
			c.change(&q)
		}
		if v := l.Judge(q); v.May != c.may || v.Reason.Key != "consent.why_"+c.why {
			t.Errorf("%s: may %v because %s (%s)", name, v.May, v.Reason.Key, v.Article)
		}
	}
}
