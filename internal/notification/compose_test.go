package notification_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"clepsydra/internal/incident"
	"clepsydra/internal/notification"
	"clepsydra/internal/obligation"
	"clepsydra/internal/workflow"
	"clepsydra/workflows"
)

// echo says the key it was asked for, with its placeholders in order.
type echo struct{ lang, country string }

func (e echo) T(key string, args map[string]any) string {
	if len(args) == 0 {
		return "«" + key + "»"
	}
	return fmt.Sprintf("«%s %v»", key, args)
}
func (e echo) DateTime(t time.Time) string { return t.Format(time.RFC3339) }
func (e echo) Number(n int) string         { return fmt.Sprintf("#%d", n) }
func (e echo) Lang() string                { return e.lang }
func (e echo) Country() string             { return e.country }

var (
	aware = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	due   = aware.Add(72 * time.Hour)
	words = echo{"nl", "BE"}
)

func packs(t testing.TB) *workflow.Packs {
	t.Helper()
	p, err := workflow.Load(workflows.FS, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// facts are a full set for an authority; "LU-CNPD" asks in the template's own order.
func facts(t testing.TB, authority string) notification.Facts {
	t.Helper()
	p := packs(t)
	a, err := p.Authority(authority)
	if err != nil {
		t.Fatal(err)
	}
	email, err := p.Category("contact_email")
	if err != nil {
		t.Fatal(err)
	}
	return notification.Facts{
		Template: p.Template(), Form: p.Form(a),
		Firm: notification.Sender{
			Name: "Bakkerij Peeters", Number: "0123.456.789", Contact: "Dorp 1", Reporter: "An", ReporterContact: "an@x.be",
			DPO: "Dirk", ContactPoint: "help@x.be", Sector: "private", Size: "micro", Activity: "Brood", Country: "BE",
		},
		Incident: incident.Incident{
			Ref: "INC-2026-0001", Verdict: incident.Breach, Kinds: incident.Kinds{Confidentiality: true, Availability: true}, Risk: incident.RiskLikely,
			Moments: incident.Moments{Aware: incident.Moment{At: aware, Reason: "log gezien"}, Occurred: incident.Moment{At: aware.Add(-time.Hour)}},
		},
		Obligation: obligation.Obligation{State: obligation.Open, StartedAt: aware, DueAt: due},
		Phase:      obligation.Initial, Nature: []string{"sent_by_mistake"}, Description: "Mail naar verkeerde", Data: []workflow.Category{email},
		RiskReason: "namen", People: notification.People{Known: true, Number: 12, Countries: map[string]int{"NL": 2, "BE": 9, "": 1}},
		At: aware.Add(time.Hour),
	}
}

const template = "LU-CNPD"

func given(pairs ...string) map[string]notification.Answer {
	out := map[string]notification.Answer{}
	for k := 0; k < len(pairs); k += 2 {
		out[pairs[k]] = notification.Answer{Question: pairs[k], State: notification.Given, Text: pairs[k+1]}
	}
	return out
}

// full answers everything that people type in a first notification.
func full() map[string]notification.Answer {
	return given("persons_kinds", "customers", "persons", "klanten", "records", "12", "consequences", "spam", "measures", "gewist", "prevention", "opleiding",
		"reporter_function", "authorised", "activity", "Brood", "severity", "minor", "own_law", "avg", "own_cyber", "no", "own_likelihood", "unlikely", "cause", "unknown", "discovered_how", "gezien")
}

// TestAFullDossierHasEverythingCompulsory for each authority, in its order and in each
// language that it accepts.
func TestAFullDossierHasEverythingCompulsory(t *testing.T) {
	t.Parallel()
	for _, a := range packs(t).Authorities() {
		for _, lang := range a.Languages {
			t.Run(a.ID+" "+lang, func(t *testing.T) {
				t.Parallel()
				f := facts(t, a.ID)
				f.Firm.Number = map[string]string{"NL-AP": "12345678", "FR-CNIL": "123 456 789"}[a.ID]
				if f.Firm.Number == "" {
					f.Firm.Number = "0123.456.789"
				}
				d := notification.Compose(f, full(), echo{lang, a.Country})
				if advice := d.Advise(); !advice.IsEnough() {
					t.Errorf("missing %+v", advice.Missing)
				}
				inOrder(t, f.Form, d, lang)
			})
		}
	}
}

// inOrder checks that the rows are those of the form, in its order and words, less the
// questions that this case does not raise.
func inOrder(t *testing.T, form workflow.Form, d notification.Dossier, lang string) {
	t.Helper()
	rows := d.Rows()
	for _, g := range form.Groups {
		for _, q := range g.Questions {
			if len(rows) > 0 && rows[0].ID == q.ID {
				if rows[0].Label != q.Label.In(lang, "") && q.Label[lang] == "" || rows[0].Number != q.Number || rows[0].First != q.Required {
					t.Errorf("%s: %+v", q.ID, rows[0])
				}
				rows = rows[1:]
				continue
			}
			main, _ := q.Main()
			if q.When == workflow.Whenever && main.Only == nil && main.Unless == nil {
				t.Errorf("%s is left out", q.ID)
			}
		}
	}
	if len(rows) > 0 {
		t.Errorf("%d rows are out of order, from %s", len(rows), rows[0].ID)
	}
	for _, r := range d.Rows() {
		if (r.State == notification.Missing) != (r.Text == "") {
			t.Errorf("%s is %s with text %q", r.ID, r.State, r.Text)
		}
	}
}

func TestAnswersFromTheFacts(t *testing.T) {
	t.Parallel()
	f := facts(t, template)
	d := notification.Compose(f, nil, words)
	for id, want := range map[string]string{
		"type": "Nieuwe melding", "own_reference": "INC-2026-0001", "controller": "Bakkerij Peeters",
		"sector": "Private sector", "size": "Zelfstandige of micro-onderneming", "activity": "Brood",
		"dpo_designated": "Ja", "aware": "2026-11-20T09:00:00Z\nlog gezien", "when": "2026-11-20T08:00:00Z",
		"kinds": "Inbreuk op de vertrouwelijkheid\nInbreuk op de beschikbaarheid", "incident": "Gegevens per vergissing verzonden",
		"data": "Contactgegevens", "data_described": "E-mailadres",
		"persons_number": "«notification.number_about map[Number:#12]»", "risk_method": "namen",
		"special": "«notification.special_none»", "countries": "«notification.country_unknown»: #1\nBE: #9\nNL: #2",
		"people_told": "Nee; een hoog risico is op dit moment niet vastgesteld", "description": "Mail naar verkeerde",
	} {
		if r, ok := d.Row(id); !ok || r.Text != want || r.State != notification.Given {
			t.Errorf("%s is %q (%s)", id, r.Text, r.State)
		}
	}
	f.Data, f.People, f.Firm.DPO, f.Incident.Risk = nil, notification.People{}, "", ""
	d = notification.Compose(f, nil, words)
	for _, id := range []string{"data", "data_described", "special", "persons_number", "countries", "risk"} {
		if r, _ := d.Row(id); r.State != notification.Missing || r.Text != "" {
			t.Errorf("%s is %q (%s) though nobody knows", id, r.Text, r.State)
		}
	}
	if r, _ := d.Row("people_told"); r.Text != "Nee, het onderzoek loopt nog" {
		t.Errorf("people_told is %q while nobody judged the risk", r.Text)
	}
	if r, _ := d.Row("dpo"); r.Text != "«notification.none»" {
		t.Errorf("dpo is %q", r.Text)
	}
}

func TestTypedAnswers(t *testing.T) {
	t.Parallel()
	typed := func(question string, s notification.State, text string) map[string]notification.Answer {
		return map[string]notification.Answer{question: {Question: question, State: s, Text: text}}
	}
	tests := []struct {
		name, id   string
		typed      map[string]notification.Answer
		state      notification.State
		text, rawV string
	}{
		{"text", "measures", given("measures", "Mail teruggehaald"), notification.Given, "Mail teruggehaald", "Mail teruggehaald"},
		{"option", "cause", given("cause", "unknown"), notification.Given, "Onbekend", "unknown"},
		{"many options", "persons_kinds", given("persons_kinds", "customers\nminors"), notification.Given, "Klanten\nMinderjarigen", "customers\nminors"},
		{"not known yet", "measures", typed("measures", notification.NotKnown, ""), notification.NotKnown, "«notification.state_not_known»", ""},
		{"investigated", "cause", typed("cause", notification.Investigating, ""), notification.Investigating, "«notification.state_investigating»", ""},
		{"does not apply", "systems", typed("systems", notification.NotApplicable, ""), notification.NotApplicable, "«notification.state_not_applicable»", ""},
		{"option over fact", "size", given("size", "sme"), notification.Given, "Kleine of middelgrote onderneming", "sme"},
		{"not known replaces no fact", "size", typed("size", notification.NotKnown, ""), notification.Given, "Zelfstandige of micro-onderneming", "micro"},
		{"does not apply replaces a fact", "activity", typed("activity", notification.NotApplicable, ""), notification.NotApplicable, "«notification.state_not_applicable»", ""},
		{"fixed facts cannot be typed", "controller", given("controller", "Iemand anders"), notification.Given, "Bakkerij Peeters", "Bakkerij Peeters"},
		{"a fact may be mended", "description", given("description", "Beter gezegd"), notification.Given, "Beter gezegd", "Beter gezegd"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, ok := notification.Compose(facts(t, template), tt.typed, words).Row(tt.id)
			if !ok || r.State != tt.state || r.Text != tt.text || r.Raw != tt.rawV {
				t.Fatalf("got %+v", r)
			}
		})
	}
	f := facts(t, template)
	f.Incident.Moments.Occurred.At = time.Time{}
	if r, _ := notification.Compose(f, typed("when", notification.NotKnown, ""), words).Row("when"); r.State != notification.NotKnown || !r.IsTyped {
		t.Errorf("a fact that nobody knows cannot be called not known: %+v", r)
	}
}

func TestLateReasonOnlyWhenLate(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		o     obligation.Obligation
		at    time.Time
		there bool
		text  string
	}{
		{"open", obligation.Obligation{State: obligation.Open, DueAt: due}, due, false, ""},
		{"open, just past the end", obligation.Obligation{State: obligation.Open, DueAt: due}, due.Add(time.Microsecond), true, ""},
		{"met", obligation.Obligation{State: obligation.Met, DueAt: due}, due.Add(time.Hour), false, ""},
		{"met late", obligation.Obligation{State: obligation.MetLate, DueAt: due, Reason: "weekend"}, due.Add(time.Hour), true, "weekend"},
		{"waived, with the reason of the waiver", obligation.Obligation{State: obligation.Waived, DueAt: due, Reason: "unlikely"}, due.Add(time.Hour), false, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := facts(t, template)
			f.Obligation, f.At = tt.o, tt.at
			if r, ok := notification.Compose(f, nil, words).Row("late_reason"); ok != tt.there || r.Text != tt.text {
				t.Fatalf("%v %+v", ok, r)
			}
		})
	}
}

func TestConditionalQuestions(t *testing.T) {
	t.Parallel()
	f := facts(t, template)
	f.Phase, f.Filings = obligation.Supplementary, []obligation.Filing{{Phase: obligation.Initial, Receipt: "GBA-77"}}
	f.Incident.Moments.Told.At = aware
	f.People = notification.People{Known: true, Exact: true, Number: 12, Minors: 3, Letters: 11, Needed: true, ToldAt: due, Content: "Beste"}
	d := notification.Compose(f, nil, words)
	for id, want := range map[string]string{
		"type": "Aanvulling op een eerdere melding", "earlier": "GBA-77", "told": "2026-11-20T09:00:00Z", "people_number": "#11", "people_content": "Beste",
		"people_told": "Ja", "people_when": "2026-11-23T09:00:00Z",
		"persons_number": "«notification.number_exact map[Number:#12]»\n«notification.number_minors map[Number:#3]»",
	} {
		if r, ok := d.Row(id); !ok || r.Text != want {
			t.Errorf("%s is %q", id, r.Text)
		}
	}
	f.People.Waived = "encrypted"
	d = notification.Compose(f, nil, words)
	if r, _ := d.Row("people_told"); r.Text != "Nee, op grond van art. 34, lid 3, AVG" {
		t.Errorf("people_told is %q", r.Text)
	}
	if r, _ := d.Row("people_why"); r.Text != "encrypted" {
		t.Errorf("people_why is %q", r.Text)
	}
	if _, ok := d.Row("people_number"); ok {
		t.Error("letters to people who need not be told")
	}
	for answer, there := range map[string]bool{"no": false, "yes": true} {
		if _, ok := notification.Compose(f, given("others_involved", answer), words).Row("others_who"); ok != there {
			t.Errorf("others_who after %s: %t", answer, ok)
		}
	}
	f.Incident.Kinds = incident.Kinds{Integrity: true}
	if _, ok := notification.Compose(f, nil, words).Row("availability"); ok {
		t.Error("availability is asked though it was not hit")
	}
}

// TestAWithdrawalAsksOnlyWhatNamesTheNotification and the reason.
func TestAWithdrawalAsksOnlyWhatNamesTheNotification(t *testing.T) {
	t.Parallel()
	for _, a := range packs(t).Authorities() {
		f := facts(t, a.ID)
		f.Phase, f.Filings = obligation.Withdrawal, []obligation.Filing{{Phase: obligation.Initial, Receipt: "GBA-77"}}
		d := notification.Compose(f, given("withdrawal_reason", "Niemand zag het"), words)
		if r, _ := d.Row("withdrawal_reason"); r.Text != "Niemand zag het" || !r.First {
			t.Errorf("%s: %+v", a.ID, r)
		}
		if r, _ := d.Row("earlier"); r.Text != "GBA-77" {
			t.Errorf("%s: earlier %+v", a.ID, r)
		}
		for _, r := range d.Rows() {
			if !r.Identify {
				t.Errorf("%s asks for %s", a.ID, r.ID)
			}
		}
	}
}

// TestTheFormsOwnWords: the answer is written as the option of the authority's list,
// whatever is stored, and what only that authority asks is kept apart.
func TestTheFormsOwnWords(t *testing.T) {
	t.Parallel()
	f := facts(t, "NL-AP")
	f.Nature = []string{"phishing", "ransomware"}
	typed := given("own_law", "avg", "activity", "Brood en taart", "completeness", "incomplete")
	d := notification.Compose(f, typed, echo{"nl", "NL"})
	for id, want := range map[string][2]string{ // text and what is stored
		"type": {"Nieuwe melding", "new"}, "law": {"Algemene verordening gegevensbescherming (AVG)", "avg"},
		"completeness": {"Voorlopig, aanvulling volgt", "incomplete"}, "incident": {"Hacking, malware of phishing", "phishing\nransomware"},
		"sector": {"Brood en taart\nPrivate sector", "Brood en taart"},
	} {
		if r, ok := d.Row(id); !ok || r.Text != want[0] || r.Raw != want[1] {
			t.Errorf("%s is %+v", id, r)
		}
	}
	incidents, _ := d.Row("incident")
	for _, o := range incidents.Options {
		if o.On != (o.Label == "Hacking, malware of phishing") || o.On && o.Value != "phishing\nransomware" {
			t.Errorf("option %+v", o)
		}
	}
	aid := notification.Compose(f, typed, echo{"fr", "BE"})
	if r, _ := aid.Row("incident"); !strings.Contains(r.Text, "ameçonnage") && !strings.Contains(r.Text, "iratage") {
		t.Errorf("the reading aid says %q", r.Text)
	}
	dpc := facts(t, "IE-DPC")
	if r, _ := notification.Compose(dpc, nil, echo{"en", "IE"}).Row("risk"); r.Text != "Medium" {
		t.Errorf("the DPC's rating is %q", r.Text)
	}
}

func TestLimitsAreSeen(t *testing.T) {
	t.Parallel()
	f := facts(t, "NL-AP") // 1500 characters as a careful guess; eight digits of the trade register
	f.Description = strings.Repeat("é", 1501)
	d := notification.Compose(f, nil, echo{"nl", "NL"})
	if r, _ := d.Row("description"); r.Over != 1 || r.IsReady() || r.MaxKnown {
		t.Errorf("one too many: %d", r.Over)
	}
	if r, _ := d.Row("company_number"); !r.Misfit || r.IsReady() {
		t.Errorf("a Belgian number passes for a Dutch one: %+v", r)
	}
	missing := d.Advise().Missing
	for _, id := range []string{"description", "company_number", "measures"} {
		if !slices.ContainsFunc(missing, func(r notification.Row) bool { return r.ID == id }) {
			t.Errorf("%s is not named as missing", id)
		}
	}
	f.Description = strings.Repeat("é", 1500)
	if r, _ := notification.Compose(f, nil, echo{"nl", "NL"}).Row("description"); r.Over != 0 || !r.IsReady() {
		t.Errorf("exactly the longest: %d", r.Over)
	}
}
