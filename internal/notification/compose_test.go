package notification_test

import (
	"errors"
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

func authority(t testing.TB, id string) workflow.Authority {
	t.Helper()
	a, err := packs(t).Authority(id)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func facts(t testing.TB) notification.Facts {
	email, err := packs(t).Category("email")
	if err != nil {
		email = packs(t).Categories()[0]
	}
	return notification.Facts{
		Firm: notification.Sender{
			Name: "Bakkerij Peeters", Number: "0123.456.789", Contact: "Dorp 1", Reporter: "An", ReporterContact: "an@x.be",
			DPO: "Dirk", ContactPoint: "help@x.be", Sector: "private", Size: "micro", Activity: "Brood", Country: "BE",
		},
		Incident: incident.Incident{
			Ref: "INC-2026-0001", Verdict: incident.Breach, Kinds: incident.Kinds{Confidentiality: true, Availability: true}, Risk: incident.RiskLikely,
			Moments: incident.Moments{Aware: incident.Moment{At: aware, Reason: "log gezien"}, Occurred: incident.Moment{At: aware.Add(-time.Hour)}},
		},
		Obligation: obligation.Obligation{State: obligation.Open, StartedAt: aware, DueAt: due},
		Phase:      obligation.Initial, Nature: []string{"mail"}, Description: "Mail naar verkeerde", Data: []workflow.Category{email},
		RiskReason: "namen", People: notification.People{Known: true, Number: 12, Countries: map[string]int{"NL": 2, "BE": 9, "": 1}},
		At: aware.Add(time.Hour),
	}
}

func row(d notification.Dossier, id string) (notification.Row, bool) {
	for _, c := range d.Chapters {
		for _, r := range c.Rows {
			if r.ID == id {
				return r, true
			}
		}
	}
	return notification.Row{}, false
}

func TestTheTemplateIsInItsOrder(t *testing.T) {
	t.Parallel()
	last, ids := 0, map[string]bool{}
	for k, s := range notification.Sections() {
		if s.Number != fmt.Sprint(k+1) {
			t.Errorf("section %s has number %s", s.ID, s.Number)
		}
		for _, q := range s.Questions {
			if q.Row <= last || ids[q.ID] {
				t.Errorf("%s is row %d after %d, or there twice", q.ID, q.Row, last)
			}
			last, ids[q.ID] = q.Row, true
			if got, ok := notification.TypedQuestion(q.ID); ok != q.Typed || got.ID != q.ID {
				t.Errorf("%s: %v %v", q.ID, got.ID, ok)
			}
		}
	}
	if _, ok := notification.TypedQuestion("tea"); ok {
		t.Error("a question that is not there")
	}
}

// TestEveryQuestionAppearsInOrder and only those that the case does not raise are
// left out.
func TestEveryQuestionAppearsInOrder(t *testing.T) {
	t.Parallel()
	f := facts(t)
	f.Authority = authority(t, "BE-GBA")
	d := notification.Compose(f, nil, words)
	if d.Authority != "BE-GBA" || d.Language != "nl" || d.Reference != "INC-2026-0001" || d.Phase != "initial" {
		t.Errorf("%+v", d)
	}
	if d.Chapters[0].ID != "front" || len(d.Chapters[0].Rows) != len(f.Authority.Front)-1 { // no code of an earlier one
		t.Fatalf("the front has %d rows", len(d.Chapters[0].Rows))
	}
	leftOut := []string{"earlier", "late_reason", "told", "people_number", "people_means", "people_content"}
	for k, s := range notification.Sections() {
		c := d.Chapters[k+1]
		if c.ID != s.ID || c.Number != s.Number || c.Title != "«notification.s_"+s.ID+"»" {
			t.Errorf("chapter %d is %s", k, c.ID)
		}
		var want, got []string
		for n, q := range s.Questions {
			if !slices.Contains(leftOut, q.ID) {
				want = append(want, fmt.Sprintf("%s.%d %s", s.Number, n+1, q.ID))
			}
		}
		for _, r := range c.Rows {
			got = append(got, r.Number+" "+r.ID)
			if (r.State == notification.Missing) != (r.Text == "") {
				t.Errorf("%s is %s with text %q", r.ID, r.State, r.Text)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	ready, total := d.Progress()
	if ready == 0 || ready >= total {
		t.Errorf("%d of %d", ready, total)
	}
	for _, id := range d.MissingFirst() {
		if r, ok := row(d, id); !ok || r.State != notification.Missing || !r.First {
			t.Errorf("%s is no first question without an answer", id)
		}
	}
	if m := d.MissingFirst(); !slices.Contains(m, "measures") || slices.Contains(m, "kinds") {
		t.Errorf("missing %v", m)
	}
}

func TestAnswersFromTheFacts(t *testing.T) {
	t.Parallel()
	d := notification.Compose(facts(t), nil, words)
	for id, want := range map[string]string{
		"type": "«notification.phase_initial»", "own_reference": "INC-2026-0001", "controller": "Bakkerij Peeters",
		"sector": "«notification.o_sector_private»", "size": "«notification.o_size_micro»", "activity": "Brood",
		"dpo_designated": "«notification.yes»", "aware": "2026-11-20T09:00:00Z\nlog gezien", "when": "2026-11-20T08:00:00Z",
		"kinds":          "«notification.kind_confidentiality»\n«notification.kind_availability»",
		"persons_number": "«notification.number_about map[Number:#12]»", "risk": "«notification.risk_risk»", "risk_method": "namen",
		"special": "«notification.special_none»", "countries": "«notification.country_unknown»: #1\nBE: #9\nNL: #2",
		"people_told": "«notification.people_not_needed»", "description": "Mail naar verkeerde",
	} {
		if r, ok := row(d, id); !ok || r.Text != want || r.State != notification.Given {
			t.Errorf("%s is %q (%s)", id, r.Text, r.State)
		}
	}
	f := facts(t)
	f.Data, f.People, f.Firm.DPO = nil, notification.People{}, ""
	d = notification.Compose(f, nil, words)
	for _, id := range []string{"data", "special", "persons_number", "countries"} {
		if r, _ := row(d, id); r.State != notification.Missing || r.Text != "" {
			t.Errorf("%s is %q (%s) though nobody knows", id, r.Text, r.State)
		}
	}
	if r, _ := row(d, "dpo"); r.Text != "«notification.none»" {
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
		{"text", "measures", typed("measures", notification.Given, "Mail teruggehaald"), notification.Given, "Mail teruggehaald", "Mail teruggehaald"},
		{"option", "cause", typed("cause", notification.Given, "unknown"), notification.Given, "«notification.o_cause_unknown»", "unknown"},
		{"not known yet", "measures", typed("measures", notification.NotKnown, ""), notification.NotKnown, "«notification.state_not_known»", ""},
		{"investigated", "cause", typed("cause", notification.Investigating, ""), notification.Investigating, "«notification.state_investigating»", ""},
		{"does not apply", "systems", typed("systems", notification.NotApplicable, ""), notification.NotApplicable, "«notification.state_not_applicable»", ""},
		{"option over fact", "size", typed("size", notification.Given, "sme"), notification.Given, "«notification.o_size_sme»", "sme"},
		{"not known replaces no fact", "size", typed("size", notification.NotKnown, ""), notification.Given, "«notification.o_size_micro»", "micro"},
		{"does not apply replaces a fact", "activity", typed("activity", notification.NotApplicable, ""), notification.NotApplicable, "«notification.state_not_applicable»", ""},
		{"facts cannot be typed", "controller", typed("controller", notification.Given, "Iemand anders"), notification.Given, "Bakkerij Peeters", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, ok := row(notification.Compose(facts(t), tt.typed, words), tt.id)
			if !ok || r.State != tt.state || r.Text != tt.text || r.Raw != tt.rawV {
				t.Fatalf("got %+v", r)
			}
		})
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
			f := facts(t)
			f.Obligation, f.At = tt.o, tt.at
			if r, ok := row(notification.Compose(f, nil, words), "late_reason"); ok != tt.there || r.Text != tt.text {
				t.Fatalf("%v %+v", ok, r)
			}
		})
	}
}

func TestConditionalQuestions(t *testing.T) {
	t.Parallel()
	f := facts(t)
	f.Phase, f.Filings = obligation.Supplementary, []obligation.Filing{{Phase: obligation.Initial, Receipt: "GBA-77"}}
	f.Incident.Moments.Told.At = aware
	f.People = notification.People{Known: true, Exact: true, Number: 12, Minors: 3, Letters: 11, Needed: true, ToldAt: due, Content: "Beste"}
	d := notification.Compose(f, nil, words)
	for id, want := range map[string]string{
		"earlier": "GBA-77", "told": "2026-11-20T09:00:00Z", "completeness": "«notification.follow_up»", "people_number": "#11", "people_content": "Beste",
		"people_told":    "«notification.people_told_on map[At:2026-11-23T09:00:00Z]»",
		"persons_number": "«notification.number_exact map[Number:#12]»\n«notification.number_minors map[Number:#3]»",
	} {
		if r, ok := row(d, id); !ok || r.Text != want {
			t.Errorf("%s is %q", id, r.Text)
		}
	}
	f.People.Waived = "encrypted"
	d = notification.Compose(f, nil, words)
	if r, _ := row(d, "people_told"); !strings.HasSuffix(r.Text, "\nencrypted") {
		t.Errorf("people_told is %q", r.Text)
	}
	if _, ok := row(d, "people_number"); ok {
		t.Error("letters to people who need not be told")
	}
}

func TestFrontOfTheRealAuthorities(t *testing.T) {
	t.Parallel()
	typed := map[string]notification.Answer{
		"front_law":  {Question: "front_law", State: notification.Given, Text: "avg"},
		"front_size": {Question: "front_size", State: notification.NotKnown},
		"activity":   {Question: "activity", State: notification.Given, Text: "Brood en taart"},
	}
	for id, want := range map[string]map[string][2]string{ // text and what is stored
		"BE-GBA": {
			"front_notice_type": {"Nieuwe melding", "new"}, "front_enterprise_number": {"0123.456.789", "0123.456.789"},
			"front_size": {"Zelfstandige of micro-onderneming", "micro"}, "front_sector": {"Brood en taart", "Brood en taart"},
			"front_controller_name": {"Bakkerij Peeters", "Bakkerij Peeters"},
		},
		"NL-AP": {
			"front_notice_type": {"Nieuwe melding", "new"}, "front_law": {"Algemene verordening gegevensbescherming (AVG)", "avg"},
			"front_completeness": {"Voorlopig, aanvulling volgt", "provisional"},
		},
	} {
		f := facts(t)
		f.Authority = authority(t, id)
		d := notification.Compose(f, typed, words)
		if _, ok := row(d, "front_earlier_reference"); ok {
			t.Errorf("%s: a first notification is asked for an earlier one", id)
		}
		asked := slices.DeleteFunc(slices.Clone(f.Authority.Front), func(field workflow.FrontField) bool { return field.ID == "earlier_reference" })
		for k, field := range asked {
			r := d.Chapters[0].Rows[k]
			if r.ID != notification.FrontID(field.ID) || r.Label == "" || r.Number != fmt.Sprintf("0.%d", indexOf(f.Authority.Front, field.ID)+1) || r.First != field.Required || !r.Typed {
				t.Errorf("%s: field %d is %+v", id, k, r)
			}
		}
		for rowID, w := range want {
			if r, ok := row(d, rowID); !ok || r.Text != w[0] || r.Raw != w[1] || (r.State == notification.Missing) != (w[0] == "") {
				t.Errorf("%s: %s is %+v", id, rowID, r)
			}
		}
		f.Phase = obligation.Supplementary
		if r, _ := row(notification.Compose(f, nil, words), "front_notice_type"); r.Raw != "supplementary" {
			t.Errorf("%s: a supplement is %q", id, r.Raw)
		}
	}
}

func TestAnswerCheck(t *testing.T) {
	t.Parallel()
	free, closed := notification.Question{ID: "q"}, notification.Question{ID: "q", Options: []string{"yes", "no"}}
	tests := []struct {
		name string
		q    notification.Question
		a    notification.Answer
		want error
	}{
		{"text", free, notification.Answer{State: notification.Given, Text: "x"}, nil},
		{"longest", free, notification.Answer{State: notification.Given, Text: strings.Repeat("é", notification.MaxAnswer)}, nil},
		{"too long", free, notification.Answer{State: notification.Given, Text: strings.Repeat("é", notification.MaxAnswer+1)}, notification.ErrLong},
		{"empty", free, notification.Answer{State: notification.Given, Text: " \n"}, notification.ErrEmpty},
		{"option", closed, notification.Answer{State: notification.Given, Text: " yes "}, nil},
		{"another option", closed, notification.Answer{State: notification.Given, Text: "maybe"}, notification.ErrOption},
		{"not known", closed, notification.Answer{State: notification.NotKnown}, nil},
		{"not applicable", free, notification.Answer{State: notification.NotApplicable}, nil},
		{"missing is no answer", free, notification.Answer{State: notification.Missing}, notification.ErrState},
		{"no state", free, notification.Answer{Text: "x"}, notification.ErrState},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if err := tt.a.Check(tt.q); !errors.Is(err, tt.want) {
				t.Fatalf("got %v", err)
			}
		})
	}
}

// indexOf is the place of a front field in its form.
func indexOf(all []workflow.FrontField, id string) int {
	return slices.IndexFunc(all, func(f workflow.FrontField) bool { return f.ID == id })
}
