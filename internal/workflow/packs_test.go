package workflow_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"clepsydra/internal/fault"
	"clepsydra/internal/workflow"
)

func TestScenariosInOrder(t *testing.T) {
	t.Parallel()
	p := load(t)
	want := []string{
		"wrong_recipient_post", "wrong_recipient_mail", "open_cc", "device_lost", "paper_lost", "account_hacked",
		"phishing", "ransomware", "wrong_eyes", "supplier", "other",
	}
	var got []string
	for _, s := range p.Scenarios() {
		got = append(got, s.ID)
		hasGate := slices.ContainsFunc(s.Tasks, func(t workflow.Task) bool { return t.Gate })
		if !hasGate {
			t.Errorf("%s could be closed with nothing done", s.ID)
		}
		if n := len(s.Advice); n < 3 || n > 6 {
			t.Errorf("%s has %d lines of advice", s.ID, n)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("scenarios %v", got)
	}
}

func TestCategories(t *testing.T) {
	t.Parallel()
	p := load(t)
	for _, id := range []string{
		"name", "contact_email", "phone", "postal_address", "birth_date", "customer_number", "order_history",
		"account_login", "password_hash", "password_plain", "bank_account", "payment_card", "id_document",
		"national_number", "financial", "health", "sensitive_other", "criminal", "employment", "photo", "preferences", "location", "children", "correspondence", "other",
	} {
		c, err := p.Category(id)
		if err != nil {
			t.Errorf("%s: %v", id, err)
			continue
		}
		if c.Special != (id == "health" || id == "sensitive_other") {
			t.Errorf("%s: special is %t", id, c.Special)
		}
		for lang, word := range c.Inside {
			if lang[:2] != "de" && strings.ToLower(word[:1]) != word[:1] {
				t.Errorf("%s %s: %q does not fit inside a sentence", id, lang, word)
			}
		}
	}
	if c, _ := p.Category("national_number"); c.Inside.In("nl", "BE") == c.Inside.In("nl", "NL") {
		t.Error("Belgium and the Netherlands have the same word for the national number")
	}
}

func TestAuthorities(t *testing.T) {
	t.Parallel()
	p := load(t)
	for country, id := range map[string]string{
		"BE": "BE-GBA", "NL": "NL-AP", "FR": "FR-CNIL", "LU": "LU-CNPD", "DE": "DE-LAND", "IE": "IE-DPC", "GB": "GB-ICO",
	} {
		list := p.AuthoritiesOf(country)
		if len(list) != 1 || list[0].ID != id {
			t.Errorf("%s: %v", country, list)
		}
	}
	if len(p.Authorities()) != 7 || p.AuthoritiesOf("XX") != nil {
		t.Error("the list of authorities is not the seven of the files")
	}
	gba, err := p.Authority("BE-GBA")
	if err != nil || !gba.Accepts("fr") || gba.Accepts("en") {
		t.Errorf("the GBA takes Dutch, French and German: %v, %v", gba.Languages, err)
	}
	number, ok := p.Form(gba).Question("company_number")
	if !ok {
		t.Fatal("the GBA does not ask for the number")
	}
	for answer, want := range map[string]bool{
		"0123.456.789": true, "BE0123456789": true, "1234567890": true, "": true, "123": false, "9123.456.789": false, "0123.456.7890": false,
	} {
		if got := number.Matches(answer); got != want {
			t.Errorf("enterprise number %q: %t", answer, got)
		}
	}
	ap, err := p.Authority("NL-AP")
	if err != nil {
		t.Fatal(err)
	}
	law, ok := p.Form(ap).Question(workflow.OwnID("law"))
	_, avg := law.OptionOf("avg")
	_, bgb := law.OptionOf("bgb")
	if !ok || !avg || bgb || !law.Required {
		t.Error("the AP asks which law")
	}
}

func TestUnknownIsNotFound(t *testing.T) {
	t.Parallel()
	p := load(t)
	_, scenario := p.Scenario("flood")
	_, authority := p.Authority("XX-X")
	_, category := p.Category("shoe_size")
	_, cal := p.Calendar("XX")
	_, regime := p.Regime("gdpr", time.Date(2018, 5, 24, 23, 59, 59, 0, time.UTC))
	_, version := p.RegimeVersion("gdpr", "0")
	for name, tt := range map[string]struct{ got, want error }{
		"scenario": {scenario, workflow.ErrNoScenario}, "authority": {authority, workflow.ErrNoAuthority},
		"category": {category, workflow.ErrNoCategory}, "calendar": {cal, workflow.ErrNoCalendar},
		"regime before its day": {regime, workflow.ErrNoRegime}, "version": {version, workflow.ErrNoVersion},
	} {
		if !errors.Is(tt.got, tt.want) || fault.KindOf(tt.got) != fault.NotFound {
			t.Errorf("%s: %v", name, tt.got)
		}
	}
}

// TestRegimeVersions adds a later version and asks around the day it begins, which
// begins at the firm's midnight and not at that of UTC.
func TestRegimeVersions(t *testing.T) {
	t.Parallel()
	all := shipped(t)
	old := string(all["regimes/gdpr.yaml"].Data)
	edit := func(from string, with ...string) *fstest.MapFile {
		s := strings.Replace(old, "valid_from: 2018-05-25", from, 1)
		return &fstest.MapFile{Data: []byte(strings.NewReplacer(with...).Replace(s))}
	}
	all["regimes/gdpr.yaml"] = edit("valid_from: 2018-05-25\nvalid_to: 2027-06-30")
	all["regimes/gdpr-2027.yaml"] = edit("valid_from: 2027-07-01", `version: "2016/679"`, `version: "2027"`,
		"amount: 72, unit: hours, binding: law", "amount: 96, unit: hours, binding: law")
	p, err := workflow.Load(all, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	brussels := zone(t, "Europe/Brussels")
	midnight := time.Date(2027, 7, 1, 0, 0, 0, 0, brussels)
	for _, tt := range []struct {
		at    time.Time
		hours int
	}{{midnight.Add(-time.Second), 72}, {midnight, 96}, {midnight.AddDate(5, 0, 0), 96}} {
		r, err := p.Regime("gdpr", tt.at)
		if err != nil {
			t.Fatal(err)
		}
		d, err := r.Duty("notify_authority")
		if err != nil || d.Limit.Amount != tt.hours {
			t.Errorf("at %v: %+v, want %d hours (%v)", tt.at, d.Limit, tt.hours, err)
		}
	}
	if r, err := p.RegimeVersion("gdpr", "2016/679"); err != nil || r.Duties[0].Limit.Amount != 72 {
		t.Errorf("an incident keeps its version: %v", err)
	}
	want := []string{
		"ch_critical", "ch_fadp", "cra_incident", "cra_vulnerability", "digital_omnibus", "dora", "eidas", "gdpr", "gdpr_processor",
		"nis2", "nis2_trust", "telecom", "uk_gdpr",
	}
	if ids := p.RegimeIDs(); !slices.Equal(ids, want) {
		t.Errorf("regimes %v", ids)
	}
}

func TestTextFallsBack(t *testing.T) {
	t.Parallel()
	text := workflow.Text{"nl": "datalek", "nl-BE": "gegevenslek", "fr": "violation", "de": "Panne", "en": "breach"}
	for _, tt := range []struct{ lang, country, want string }{
		{"nl", "BE", "gegevenslek"}, {"nl", "NL", "datalek"}, {"nl", "", "datalek"}, {"fr", "BE", "violation"},
		{"es", "ES", "breach"}, {"", "", "breach"},
	} {
		if got := text.In(tt.lang, tt.country); got != tt.want {
			t.Errorf("%s-%s: %q", tt.lang, tt.country, got)
		}
	}
	if got := (workflow.Text{"nl": "lek"}).In("en", "BE"); got != "lek" {
		t.Errorf("a text in one language only gives %q", got)
	}
	if got := workflow.Fill("Op {date} bij {firm}: {firm}", "Ter Linde", "9 juni"); got != "Op 9 juni bij Ter Linde: Ter Linde" {
		t.Errorf("filled: %q", got)
	}
}

func TestPacksReadTogether(t *testing.T) {
	t.Parallel()
	p := load(t)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for _, s := range p.Scenarios() {
				if _, err := p.Scenario(s.ID); err != nil {
					t.Error(err)
				}
			}
			c, err := p.Calendar("BE")
			if err != nil {
				t.Error(err)
				return
			}
			holidaysOf(c, 2026)
		})
	}
	wg.Wait()
	mine := p.Scenarios()
	mine[0] = workflow.Scenario{}
	if p.Scenarios()[0].ID == "" {
		t.Error("a caller can change the list")
	}
}

// TestScenariosAreComplete holds each card to what a person who handles it needs:
// advice, something to contain the leak at once, a gate, and sentences to choose from.
func TestScenariosAreComplete(t *testing.T) {
	t.Parallel()
	for _, sc := range load(t).Scenarios() {
		lists := map[string]int{
			"advice": len(sc.Advice), "edpb.consequences": len(sc.EDPB.Consequences), "edpb.measures": len(sc.EDPB.Measures),
			"edpb.prevention": len(sc.EDPB.Prevention), "tasks": len(sc.Tasks),
		}
		for name, n := range lists {
			if n < 3 || n > 6 {
				t.Errorf("%s: %s has %d lines, want 3 to 6", sc.ID, name, n)
			}
		}
		gates := 0
		for _, task := range sc.Tasks {
			if task.Gate {
				gates++
			}
		}
		if gates == 0 || sc.Tasks[0].From != workflow.FromReported || sc.Tasks[0].Due > 24*time.Hour {
			t.Errorf("%s: %d gates, the first task is due %s after %s", sc.ID, gates, sc.Tasks[0].Due, sc.Tasks[0].From)
		}
	}
}
