package alert_test

import (
	"strings"
	"testing"
	"time"

	"clepsydra/internal/alert"
)

var kinds = []alert.Kind{
	alert.Reported, alert.Reminder, alert.Escalation, alert.Overdue, alert.Missed, alert.Status, alert.Answered, alert.Test, alert.SourceFailed,
}

// sample is an alert with every field filled.
func sample(kind alert.Kind, lang string) alert.Alert {
	at := time.Date(2026, 6, 14, 10, 0, 0, 0, time.UTC)
	return alert.Alert{
		Kind: kind, IncidentID: "0190", Reference: "INC-2026-0012", Scenario: "Letter to the wrong person",
		Status: "confirmed", Risk: "high", People: 1800, Duty: "notify_authority",
		DueAt: at.Add(31*time.Hour + 30*time.Minute), StatutoryAt: at.Add(32 * time.Hour),
		Missing: []string{"consequences", "measures", "shoe_size"}, ReadyItems: 7, TotalItems: 9, Missed: 3,
		Rung: "t_minus_36h", Link: "https://leak.example/incidents/0190", AcknowledgeID: "0190-ab",
		Asked: []string{"lead", "deputy"}, Language: lang, At: at,
	}
}

func TestEveryKindIsCompleteInEveryLanguage(t *testing.T) {
	for _, lang := range languages() {
		tr := speak(t, lang)
		for _, kind := range kinds {
			text := alert.Compose(sample(kind, lang), tr)
			if text.Title == "" || text.Lead == "" || text.Footer == "" {
				t.Errorf("%s %s: empty part in %+v", lang, kind, text)
			}
			if kind != alert.Test && kind != alert.SourceFailed && !strings.HasPrefix(text.Title, "INC-2026-0012") {
				t.Errorf("%s %s: title %q does not begin with the reference", lang, kind, text.Title)
			}
			if strings.Contains(text.Plain(), "alert.") {
				t.Errorf("%s %s: an untranslated key in\n%s", lang, kind, text.Plain())
			}
		}
	}
}

func TestReminderSaysWhatIsDueAndWhatIsMissing(t *testing.T) {
	text := alert.Compose(sample(alert.Reminder, "en"), speak(t, "en"))
	want := []string{
		"31 hours left", "7 of 9 items ready, 31 hours left", "1800 people", "the likely consequences",
		"1 other item", "Reading under Reg. 1182/71", "high risk", "lead, deputy",
		"https://leak.example/incidents/0190",
	}
	for _, w := range want {
		if !strings.Contains(text.Title+"\n"+text.Plain(), w) {
			t.Errorf("%q is missing in\n%s\n%s", w, text.Title, text.Plain())
		}
	}
	if strings.Contains(text.Plain(), "shoe_size") {
		t.Error("an unknown code was shown raw")
	}
}

func TestStrictDeadlineStandsBeforeTheStatutoryReading(t *testing.T) {
	text := alert.Compose(sample(alert.Reminder, "en"), speak(t, "en"))
	var at []time.Time
	for _, f := range text.Facts {
		if !f.At.IsZero() {
			at = append(at, f.At)
		}
	}
	if len(at) != 2 || !at[0].Before(at[1]) {
		t.Fatalf("instants %v: strict first, statutory second", at)
	}
}

func TestUnknownPeopleIsAnAnswerAndZeroIsANumber(t *testing.T) {
	a := sample(alert.Reminder, "en")
	a.People = alert.UnknownPeople
	if s := alert.Compose(a, speak(t, "en")).Plain(); !strings.Contains(s, "People affected: not known yet") {
		t.Errorf("got\n%s", s)
	}
	a.People = 0
	if s := alert.Compose(a, speak(t, "fr")).Plain(); !strings.Contains(s, "0 personne\n") {
		t.Errorf("French zero is singular, got\n%s", s)
	}
}

func TestTimeLeftChangesItsUnit(t *testing.T) {
	cases := []struct {
		left time.Duration
		want string
	}{
		{90 * time.Minute, "90 minutes"}, {time.Minute, "1 minute"}, {2 * time.Hour, "2 hours"},
		{72 * time.Hour, "72 hours"}, {97 * time.Hour, "4 days"}, {-3 * time.Hour, "3 hours late"},
	}
	for _, c := range cases {
		a := sample(alert.Reminder, "en")
		a.DueAt = a.At.Add(c.left)
		if got := alert.Compose(a, speak(t, "en")).Progress; !strings.Contains(got, c.want) {
			t.Errorf("%v: %q does not say %q", c.left, got, c.want)
		}
	}
}

func TestAcknowledgedAlertHasNoButton(t *testing.T) {
	a := sample(alert.Reminder, "en")
	if alert.Compose(a, speak(t, "en")).Acknowledge == "" {
		t.Fatal("an open alert has no button")
	}
	a.Acknowledged = true
	text := alert.Compose(a, speak(t, "en"))
	if text.Acknowledge != "" || !strings.Contains(text.Lead, "taken this on") {
		t.Fatalf("got %+v", text)
	}
}

func TestInstantsAreShownInTheZoneAsked(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Brussels")
	if err != nil {
		t.Fatal(err)
	}
	a := sample(alert.Reminder, "en")
	a.Zone = zone
	if s := alert.Compose(a, speak(t, "en")).Plain(); !strings.Contains(s, "2026-06-15 19:30 CEST") {
		t.Errorf("not in Brussels time:\n%s", s)
	}
}

func TestLanguagesHaveTheSameKeysAndEveryCodeItsText(t *testing.T) {
	english := keys(t, "en")
	for _, code := range alert.MissingCodes() {
		if _, ok := english["alert.missing_"+code]; !ok {
			t.Errorf("no text for the missing item %q", code)
		}
	}
	for _, lang := range languages() {
		other := keys(t, lang)
		for k := range english {
			if _, ok := other[k]; !ok {
				t.Errorf("%s lacks %s", lang, k)
			}
		}
		for k := range other {
			if _, ok := english[k]; !ok {
				t.Errorf("%s has %s, which English lacks", lang, k)
			}
		}
	}
}
