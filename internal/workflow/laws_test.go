package workflow_test

import (
	"encoding/json"
	"errors"
	"os"
	"testing"
	"time"

	"clepsydra/internal/deadline"
	"clepsydra/internal/workflow"
)

// today is a day on which every shipped regime is in force.
func today() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }

// law returns the regime that is in force today.
func law(t testing.TB, id string) workflow.Regime {
	t.Helper()
	for _, r := range load(t).Regimes(today()) {
		if r.ID == id {
			return r
		}
	}
	t.Fatalf("there is no regime %s", id)
	return workflow.Regime{}
}

func lawDuty(t testing.TB, regime, id string) workflow.Duty {
	t.Helper()
	d, err := law(t, regime).Duty(id)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestLawsSayWhen puts concrete instants into each duty and compares the ends, as
// written in the text of each law. Instants are in Brussels; an end of days or
// months is the first instant that is too late.
func TestLawsSayWhen(t *testing.T) {
	t.Parallel()
	type moments = map[workflow.Moment]string
	sent := workflow.PreviousStepSent
	tests := []struct {
		regime, duty     string
		at               moments
		exact, statutory string
	}{
		// GDPR Art. 33(1): 72 hours, spring clock change and Easter Sunday on the way.
		{"gdpr", "notify_authority", moments{workflow.Aware: "2026-03-27T18:30:00+01:00"}, "2026-03-30T19:30:00+02:00", "2026-03-30T20:00:00+02:00"},
		{"gdpr", "notify_authority", moments{workflow.Aware: "2026-04-02T17:20:00+02:00"}, "2026-04-05T17:20:00+02:00", "2026-04-05T18:00:00+02:00"},
		// UK GDPR: 72 hours as they elapse, no Union rule beside them.
		{"uk_gdpr", "notify_ico", moments{workflow.Aware: "2026-10-23T18:30:00+02:00"}, "2026-10-26T17:30:00+01:00", "2026-10-26T17:30:00+01:00"},
		// Switzerland, critical infrastructure: 24 hours, then 14 days from the report.
		{"ch_critical", "report_bacs", moments{workflow.Aware: "2026-03-28T20:15:00+01:00"}, "2026-03-29T21:15:00+02:00", "2026-03-29T21:15:00+02:00"},
		{"ch_critical", "complete_bacs", moments{sent: "2026-06-01T09:00:00+02:00"}, "2026-06-15T09:00:00+02:00", "2026-06-15T09:00:00+02:00"},
		// NIS2 Art. 23(4): 24 h, 72 h, and one month after the notification was sent.
		{"nis2", "nis2_early_warning", moments{workflow.Aware: "2026-03-28T20:15:00+01:00"}, "2026-03-29T21:15:00+02:00", "2026-03-29T22:00:00+02:00"},
		{"nis2", "nis2_notification", moments{workflow.Aware: "2026-06-12T18:45:00+02:00"}, "2026-06-15T18:45:00+02:00", "2026-06-15T19:00:00+02:00"},
		{"nis2", "nis2_final", moments{sent: "2026-06-09T10:00:00+02:00"}, "2026-07-10T00:00:00+02:00", "2026-07-10T00:00:00+02:00"},
		{"nis2", "nis2_final", moments{sent: "2026-01-31T10:00:00+01:00"}, "2026-03-03T00:00:00+01:00", "2026-03-03T00:00:00+01:00"}, // 28 Feb is a Saturday
		{"nis2", "nis2_final_after_handling", moments{workflow.Handled: "2026-04-01T10:00:00+02:00"}, "2026-05-05T00:00:00+02:00", "2026-05-05T00:00:00+02:00"},
		// Trust services: the notification after 24 hours.
		{"nis2_trust", "nis2_trust_notification", moments{workflow.Aware: "2026-06-09T10:17:00+02:00"}, "2026-06-10T10:17:00+02:00", "2026-06-10T11:00:00+02:00"},
		{"nis2", "nis2_progress", moments{sent: "2026-06-09T10:00:00+02:00"}, "2026-07-10T00:00:00+02:00", "2026-07-10T00:00:00+02:00"},
		{"nis2_trust", "nis2_trust_early_warning", moments{workflow.Aware: "2026-06-09T10:17:00+02:00"}, "2026-06-10T10:17:00+02:00", "2026-06-10T11:00:00+02:00"},
		{"nis2_trust", "nis2_trust_final", moments{sent: "2026-06-09T10:00:00+02:00"}, "2026-07-10T00:00:00+02:00", "2026-07-10T00:00:00+02:00"},
		{"nis2_trust", "nis2_trust_progress", moments{sent: "2026-06-09T10:00:00+02:00"}, "2026-07-10T00:00:00+02:00", "2026-07-10T00:00:00+02:00"},
		{"nis2_trust", "nis2_trust_final_after_handling", moments{workflow.Handled: "2026-06-09T10:00:00+02:00"}, "2026-07-10T00:00:00+02:00", "2026-07-10T00:00:00+02:00"},
		// DORA: the earlier of 4 h after classification and 24 h after awareness.
		{"dora", "dora_initial", moments{workflow.Aware: "2026-06-09T08:00:00+02:00", workflow.Classified: "2026-06-09T10:30:00+02:00"}, "2026-06-09T14:30:00+02:00", "2026-06-09T15:00:00+02:00"},
		{"dora", "dora_initial", moments{workflow.Aware: "2026-06-09T08:00:00+02:00", workflow.Classified: "2026-06-10T06:00:00+02:00"}, "2026-06-10T08:00:00+02:00", "2026-06-10T09:00:00+02:00"},
		{"dora", "dora_initial", moments{workflow.Aware: "2026-06-09T08:00:00+02:00", workflow.Classified: "2026-06-10T08:00:00+02:00"}, "2026-06-10T08:00:00+02:00", "2026-06-10T09:00:00+02:00"},
		{"dora", "dora_initial", moments{workflow.Aware: "2026-06-09T08:00:00+02:00", workflow.Classified: "2026-06-10T08:00:01+02:00"}, "2026-06-10T12:00:01+02:00", "2026-06-10T13:00:00+02:00"},
		{"dora", "dora_initial", moments{workflow.Aware: "2026-06-09T08:00:00+02:00"}, "2026-06-10T08:00:00+02:00", "2026-06-10T09:00:00+02:00"},
		{"dora", "dora_intermediate", moments{sent: "2026-06-12T18:45:00+02:00"}, "2026-06-15T18:45:00+02:00", "2026-06-15T19:00:00+02:00"},
		{"dora", "dora_final", moments{sent: "2026-08-31T12:00:00+02:00"}, "2026-10-01T00:00:00+02:00", "2026-10-01T00:00:00+02:00"},
		// CRA Art. 14: 24 h, 72 h, 14 days after a measure, one month after the notification.
		{"cra_vulnerability", "cra_vuln_early_warning", moments{workflow.Aware: "2026-09-11T10:00:00+02:00"}, "2026-09-12T10:00:00+02:00", "2026-09-12T11:00:00+02:00"},
		{"cra_vulnerability", "cra_vuln_notification", moments{workflow.Aware: "2026-09-11T10:00:00+02:00"}, "2026-09-14T10:00:00+02:00", "2026-09-14T11:00:00+02:00"},
		{"cra_vulnerability", "cra_vuln_final", moments{workflow.MeasureAvailable: "2026-10-14T09:00:00+02:00"}, "2026-10-29T00:00:00+01:00", "2026-10-29T00:00:00+01:00"},
		{"cra_incident", "cra_incident_early_warning", moments{workflow.Aware: "2026-09-12T10:30:00+02:00"}, "2026-09-13T10:30:00+02:00", "2026-09-13T11:00:00+02:00"},
		{"cra_incident", "cra_incident_notification", moments{workflow.Aware: "2026-09-12T10:30:00+02:00"}, "2026-09-15T10:30:00+02:00", "2026-09-15T11:00:00+02:00"},
		{"cra_incident", "cra_incident_final", moments{sent: "2026-09-14T10:00:00+02:00"}, "2026-10-15T00:00:00+02:00", "2026-10-15T00:00:00+02:00"},
		// Telecom: 24 h; within three days following the initial notification, over Easter.
		{"telecom", "telecom_initial", moments{workflow.Aware: "2026-06-09T10:59:59+02:00"}, "2026-06-10T10:59:59+02:00", "2026-06-10T11:00:00+02:00"},
		{"telecom", "telecom_second", moments{sent: "2026-04-02T11:00:00+02:00"}, "2026-04-08T00:00:00+02:00", "2026-04-08T00:00:00+02:00"},
		{"telecom", "telecom_second", moments{sent: "2026-06-10T11:00:00+02:00"}, "2026-06-16T00:00:00+02:00", "2026-06-16T00:00:00+02:00"},
		{"telecom", "telecom_second", moments{sent: "2026-06-08T11:00:00+02:00"}, "2026-06-12T00:00:00+02:00", "2026-06-12T00:00:00+02:00"},
		// Our own aim, which is not law.
		{"gdpr", "inform_people", moments{workflow.Decided: "2026-06-09T10:17:00+02:00"}, "2026-06-12T10:17:00+02:00", "2026-06-12T11:00:00+02:00"},
		{"eidas", "eidas_notification", moments{workflow.Aware: "2026-12-24T15:59:59+01:00"}, "2026-12-25T15:59:59+01:00", "2026-12-25T16:00:00+01:00"},
		// The proposal: 96 hours. Not law.
		{"digital_omnibus", "omnibus_notify", moments{workflow.Aware: "2026-06-09T10:17:00+02:00"}, "2026-06-13T10:17:00+02:00", "2026-06-13T11:00:00+02:00"},
	}
	loc, cal := zone(t, "Europe/Brussels"), calendar(t, "BE")
	for _, tt := range tests {
		at := workflow.Moments{}
		for m, s := range tt.at {
			at[m] = instant(t, s)
		}
		d, err := lawDuty(t, tt.regime, tt.duty).Deadline(at, loc, cal)
		if err != nil || !d.Exact.Equal(instant(t, tt.exact)) || !d.Statutory.Equal(instant(t, tt.statutory)) {
			t.Errorf("%s %v: exact %v, statutory %v, %v; want %s and %s", tt.duty, tt.at, d.Exact.In(loc), d.Statutory.In(loc), err, tt.exact, tt.statutory)
		}
	}
}

func instant(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// TestLawsWithoutHours are the duties "without undue delay": nobody may show hours.
func TestLawsWithoutHours(t *testing.T) {
	t.Parallel()
	for _, name := range [][2]string{
		{"gdpr_processor", "tell_controller"}, {"uk_gdpr", "inform_people_uk"}, {"ch_fadp", "report_fdpic"}, {"ch_fadp", "inform_people_ch"},
		{"ch_fadp", "tell_controller_ch"}, {"nis2", "nis2_intermediate"}, {"nis2", "nis2_users"}, {"dora", "dora_clients"},
		{"cra_vulnerability", "cra_vuln_users"}, {"cra_incident", "cra_incident_users"}, {"telecom", "telecom_subscribers"}, {"eidas", "eidas_users"},
	} {
		d := lawDuty(t, name[0], name[1])
		if _, err := d.Deadline(workflow.Moments{workflow.Aware: today()}, time.UTC, nil); d.Limit != nil || !errors.Is(err, workflow.ErrNoLimit) {
			t.Errorf("%s has a limit %+v (%v)", name[1], d.Limit, err)
		}
	}
	if aim := lawDuty(t, "gdpr", "inform_people"); aim.IsLegal() {
		t.Error("GDPR Art. 34 names no hours")
	}
}

// TestVectorsOfHours runs the published vectors through the packs: 72 hours through
// the GDPR, 24 hours through NIS2.
func TestVectorsOfHours(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../deadline/testdata/deadlines.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []struct {
		ID, Unit, Zone, Start string
		N                     int
		Exact                 string `json:"deadline_exact"`
		Statutory             string `json:"deadline_1182"`
	}
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	byHours := map[int]workflow.Duty{72: lawDuty(t, "gdpr", "notify_authority"), 24: lawDuty(t, "nis2", "nis2_early_warning")}
	ran := 0
	for _, v := range all {
		duty, ok := byHours[v.N]
		if v.Unit != "hours" || !ok {
			continue
		}
		ran++
		d, err := duty.Deadline(workflow.Moments{workflow.Aware: instant(t, v.Start)}, zone(t, v.Zone), nil)
		if err != nil || !d.Exact.Equal(instant(t, v.Exact)) || !d.Statutory.Equal(instant(t, v.Statutory)) {
			t.Errorf("%s: %v %v %v", v.ID, d.Exact, d.Statutory, err)
		}
	}
	if ran < 9 {
		t.Errorf("only %d vectors ran", ran)
	}
}

// TestLawsInForce asks around the first day of each regime.
func TestLawsInForce(t *testing.T) {
	t.Parallel()
	p := load(t)
	for id, first := range map[string]string{
		"gdpr": "2018-05-25", "gdpr_processor": "2018-05-25", "uk_gdpr": "2021-01-01", "ch_fadp": "2023-09-01", "ch_critical": "2025-04-01",
		"nis2": "2024-10-18", "nis2_trust": "2024-10-18", "dora": "2025-01-17", "cra_vulnerability": "2026-09-11", "cra_incident": "2026-09-11",
		"telecom": "2013-08-25", "eidas": "2024-05-20",
	} {
		day, err := time.Parse(time.DateOnly, first)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Regime(id, day); err != nil {
			t.Errorf("%s on its first day: %v", id, err)
		}
		if _, err := p.Regime(id, day.Add(-time.Second)); !errors.Is(err, workflow.ErrNoRegime) {
			t.Errorf("%s the day before: %v", id, err)
		}
	}
}

func TestProposalIsNeverApplied(t *testing.T) {
	t.Parallel()
	p := load(t)
	if _, err := p.Regime("digital_omnibus", today()); !errors.Is(err, workflow.ErrNoRegime) {
		t.Errorf("the proposal can be applied: %v", err)
	}
	yes := workflow.Answers{}
	for _, q := range p.FirmQuestions(today(), "BE") {
		yes[q.ID] = true
	}
	for _, one := range p.Proposals(today(), yes, workflow.Facts{Country: "BE", Breach: true, Risk: "high_risk"}, true) {
		if !one.Regime.IsLaw() {
			t.Errorf("%s is proposed to a firm", one.Regime.ID)
		}
	}
	if law(t, "digital_omnibus").IsLaw() || !law(t, "gdpr").IsLaw() {
		t.Error("what is law and what is not is mixed up")
	}
}

// TestWhomLawsConcern answers the questions for a few firms.
func TestWhomLawsConcern(t *testing.T) {
	t.Parallel()
	p := load(t)
	breach := workflow.Facts{Country: "BE", Breach: true}
	tests := []struct {
		name    string
		said    workflow.Answers
		facts   workflow.Facts
		regime  string
		verdict workflow.Verdict
		open    int
	}{
		{"nothing said", nil, breach, "nis2", workflow.Unclear, 1},
		{"a bank", workflow.Answers{"financial_entity": true}, breach, "dora", workflow.Concerns, 0},
		{"no bank", workflow.Answers{"financial_entity": false}, breach, "dora", workflow.Spares, 0},
		{"a web agency's breach", workflow.Answers{"processor": true}, breach, "gdpr_processor", workflow.Concerns, 0},
		{"a web agency without a breach", workflow.Answers{"processor": true}, workflow.Facts{Country: "BE"}, "gdpr_processor", workflow.Spares, 0},
		{"NIS2 needs no breach", workflow.Answers{"nis2_entity": true}, workflow.Facts{Country: "NL"}, "nis2", workflow.Concerns, 0},
		{"qualified trust services", workflow.Answers{"trust_service": true, "qualified_trust": true}, breach, "eidas", workflow.Spares, 0},
		{"plain trust services", workflow.Answers{"trust_service": true, "qualified_trust": false}, breach, "eidas", workflow.Concerns, 0},
		{"trust services of unknown kind", workflow.Answers{"trust_service": true}, breach, "eidas", workflow.Unclear, 1},
		{"no trust services", workflow.Answers{"trust_service": false}, breach, "eidas", workflow.Spares, 0},
	}
	for _, tt := range tests {
		found := false
		for _, one := range p.Proposals(today(), tt.said, tt.facts, true) {
			if one.Regime.ID != tt.regime {
				continue
			}
			found = true
			if one.Verdict != tt.verdict || len(one.Open) != tt.open {
				t.Errorf("%s: %s with %d open questions, want %s with %d", tt.name, one.Verdict, len(one.Open), tt.verdict, tt.open)
			}
		}
		if !found {
			t.Errorf("%s: %s is not looked at", tt.name, tt.regime)
		}
	}
	for _, one := range p.Proposals(today(), workflow.Answers{"processor": true}, workflow.Facts{Country: "BE"}, false) {
		if one.Regime.ID == "gdpr_processor" && one.Verdict != workflow.Concerns {
			t.Error("without a case only the firm counts")
		}
	}
}

func TestNationalPoints(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		regime, country, article string
		certainty                workflow.Certainty
	}{
		{"gdpr", "NL", "UAVG Art. 42", workflow.High}, {"gdpr", "DE", "BDSG § 43 Abs. 4", workflow.High},
		{"gdpr", "DE", "DSGVO Art. 33 Abs. 1; DSK-Kurzpapier Nr. 18", workflow.Medium}, {"nis2", "NL", "Cyberbeveiligingswet", workflow.Low},
		{"nis2", "BE", "Wet van 26 april 2024", workflow.Found},
	} {
		found := false
		for _, p := range law(t, tt.regime).PointsFor(tt.country) {
			found = found || p.Article == tt.article && p.Certainty == tt.certainty
		}
		if !found {
			t.Errorf("%s %s: %s (%s) is missing", tt.regime, tt.country, tt.article, tt.certainty)
		}
	}
	if len(law(t, "gdpr").PointsFor("BE")) == 0 || len(law(t, "dora").PointsFor("BE")) != 2 {
		t.Error("points for every country are left out")
	}
	for _, c := range []string{"BE", "NL", "FR", "DE", "LU", "IE"} {
		if !law(t, "gdpr").IsFor(c) || len(law(t, "gdpr").PointsFor(c)) == 0 {
			t.Errorf("the GDPR says nothing for %s", c)
		}
	}
}

// TestEveryDutyIsReadable: what an office manager reads of each step is there.
func TestEveryDutyIsReadable(t *testing.T) {
	t.Parallel()
	for _, r := range load(t).Regimes(today()) {
		for _, d := range r.Duties {
			if d.Limit != nil && d.Limit.Binding == workflow.ByTarget && r.ID != "gdpr" {
				t.Errorf("%s: an aim of ours in another law", d.ID)
			}
			if len(d.Ladder.Rungs) == 0 {
				t.Errorf("%s has no reminders", d.ID)
			}
			if d.Limit != nil && d.Limit.Unit == deadline.UnitMonths && d.Ladder.Rungs[0].AfterStart == nil {
				t.Errorf("%s: nobody hears of it when it begins", d.ID)
			}
		}
	}
}
