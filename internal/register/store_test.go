package register_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
	"clepsydra/internal/incident"
	"clepsydra/internal/notification"
	"clepsydra/internal/obligation"
	"clepsydra/internal/register"
	"clepsydra/internal/workflow"
	"clepsydra/workflows"
)

var now = time.Date(2026, 11, 22, 16, 0, 0, 0, time.UTC)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// grow fills a firm's history: n incidents, one in ten untriaged or no breach, the
// first running of them with a clock that runs, the others notified within two years.
func grow(t testing.TB, db *database.DB, n, running int) {
	t.Helper()
	must(t, db.InTx(context.Background(), func(ctx context.Context, tx bun.Tx) error {
		for k := range n {
			if err := one(ctx, tx, k, k < running); err != nil {
				return err
			}
		}
		return nil
	}))
}

func one(ctx context.Context, tx bun.Tx, k int, isRunning bool) error {
	opened := now.Add(-time.Duration(k) * 3 * time.Hour)
	i := incident.Incident{
		ID: incident.ID(fmt.Sprintf("0190c5a0-0000-7000-8000-%012d", k)), Ref: fmt.Sprintf("INC-2026-%04d", k), Title: "Lijst naar verkeerde klant",
		Scenario: "wrong_recipient_mail", Summary: strings.Repeat("Een mail met namen ging naar de verkeerde klant. ", 5), Status: incident.Closed,
		Verdict: incident.Breach, Kinds: incident.Kinds{Confidentiality: true}, Risk: incident.RiskLikely, Data: []string{"email"},
		Moments: incident.Moments{Aware: incident.Moment{At: opened, Reason: "zeker"}}, OpenedAt: opened, UpdatedAt: opened, Regime: "gdpr", RegimeVer: "2016/679",
	}
	switch {
	case isRunning:
		i.Status = incident.Confirmed
	case k%10 == 9:
		i.Status, i.Verdict, i.Moments = incident.Reported, "", incident.Moments{}
	}
	if err := incident.Insert(ctx, tx, i); err != nil || i.Verdict == "" {
		return err
	}
	o := obligation.Obligation{
		ID: obligation.ID("o" + i.ID), IncidentID: i.ID, Regime: "gdpr", RegimeVersion: "2016/679", Duty: obligation.NotifyAuthority, Recipient: "BE-GBA",
		Article: "GDPR Art. 33(1)", StartedAt: opened, DueAt: opened.Add(72 * time.Hour), State: obligation.Open, CreatedAt: opened,
	}
	if !isRunning {
		o.State, o.SettledAt = obligation.Met, opened.Add(time.Duration(1+k%70)*time.Hour)
	}
	if err := obligation.Save(ctx, tx, o); err != nil {
		return err
	}
	for _, kind := range []string{"triage", "risk"} {
		if err := incident.AddDecision(ctx, tx, incident.Decision{IncidentID: i.ID, Kind: kind, Outcome: "risk", Reason: "namen", MadeBy: "ann", MadeAt: opened}); err != nil {
			return err
		}
	}
	if isRunning {
		return nil
	}
	err := obligation.AddFiling(ctx, tx, obligation.Filing{ID: "f" + string(i.ID), ObligationID: o.ID, Phase: obligation.Initial, FiledAt: o.SettledAt, Receipt: "GBA", RecordedAt: now})
	if err != nil {
		return err
	}
	return notification.SaveAnswer(ctx, tx, i.ID, notification.Answer{Question: "measures", State: notification.Given, Text: "teruggehaald", UpdatedAt: now})
}

func TestBoard(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		if b, err := register.BoardAt(ctx, db.R, now); err != nil || len(b.Clocks) != 0 || b.Waiting != 0 || b.Told.Notified != 0 {
			t.Fatalf("an empty firm: %+v, %v", b, err)
		}
		grow(t, db, 250, 3)
		b, err := register.BoardAt(ctx, db.R, now)
		must(t, err)
		if len(b.Clocks) != 3 || b.Waiting != 25 || len(b.Reports) != 20 || b.At != now {
			t.Fatalf("%d clocks, %d of %d reports", len(b.Clocks), len(b.Reports), b.Waiting)
		}
		if b.Clocks[0].Incident.Ref != "INC-2026-0002" || !b.Clocks[0].Obligation.DueAt.Before(b.Clocks[1].Obligation.DueAt) {
			t.Errorf("the nearest end is not first: %s", b.Clocks[0].Incident.Ref)
		}
		if b.Reports[0].Ref != "INC-2026-0249" || b.Reports[0].Status != incident.Reported {
			t.Errorf("the oldest report is not first: %s", b.Reports[0].Ref)
		}
		if b.Told.Notified != 250-25-3 || b.Told.InTime != b.Told.Notified || len(b.Told.Hours) != b.Told.Notified {
			t.Errorf("told %d in time %d", b.Told.Notified, b.Told.InTime)
		}
		c := b.Clocks[0]
		if next, ok := register.Next(c.Steps); !ok || next.Key != "approve_notification" {
			t.Errorf("next is %+v", next)
		}
		if len(c.Dots) != 1 || c.Dots[0].Key != "aware" {
			t.Errorf("dots %+v", c.Dots)
		}
		if _, err := notification.Approve(ctx, db.W, notification.Paper{IncidentID: c.Incident.ID, Kind: notification.PaperNotification, ApprovedAt: now}, "x"); err != nil {
			t.Fatal(err)
		}
		steps, err := register.StepsOf(ctx, db.R, c.Incident.ID)
		if next, _ := register.Next(steps); err != nil || next.Key != "file" {
			t.Errorf("next is %+v, %v", next, err)
		}
		if _, err := register.StepsOf(ctx, db.R, "none"); !errors.Is(err, incident.ErrNotFound) {
			t.Errorf("got %v", err)
		}
		if b, err := register.BoardAt(ctx, db.R, now.AddDate(3, 0, 0)); err != nil || b.Told.Notified != 0 {
			t.Errorf("figures of the last year reach further: %d, %v", b.Told.Notified, err)
		}
	})
}

func TestEntries(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		grow(t, db, 1200, 2)
		e, err := incident.Examine("a.txt", []byte("x"))
		must(t, err)
		e.ID, e.IncidentID, e.AddedAt = "e", "0190c5a0-0000-7000-8000-000000000005", now
		must(t, incident.AddEvidence(ctx, db.W, e, []byte("x")))
		all, n, err := register.Entries(ctx, db.R, 0, 0)
		if must(t, err); n != 1080 || len(all) != n {
			t.Fatalf("%d of %d", len(all), n)
		}
		for k, e := range all {
			filed := 1
			if k < 2 {
				filed = 0
			}
			if !e.Incident.IsBreach() || len(e.Duties) != 1 || e.Duties[0].IncidentID != e.Incident.ID || len(e.Filings) != filed || len(e.Decisions) != 2 || len(e.Answers) != filed {
				t.Fatalf("entry %d: %+v", k, e)
			}
		}
		if len(all[5].Evidence) != 1 || len(all[4].Evidence) != 0 {
			t.Error("the file is not with its incident")
		}
		page, n, err := register.Entries(ctx, db.R, 10, 5)
		if must(t, err); n != 1080 || len(page) != 10 || page[0].Incident.Ref != all[5].Incident.Ref {
			t.Errorf("page of %d of %d from %s", len(page), n, page[0].Incident.Ref)
		}
	})
}

// BenchmarkBoard reads the board of a firm with 5,000 incidents, 200 of them with a
// running clock, from an encrypted file.
func BenchmarkBoard(b *testing.B) {
	db := databasetest.SQLite(b)
	grow(b, db, 5000, 200)
	var took []time.Duration
	b.ResetTimer()
	for range b.N {
		start := time.Now()
		board, err := register.BoardAt(context.Background(), db.R, now)
		if err != nil || len(board.Clocks) != 200 {
			b.Fatal(len(board.Clocks), err)
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}

// BenchmarkEntries reads the whole register of the same firm for an export.
func BenchmarkEntries(b *testing.B) {
	db := databasetest.SQLite(b)
	grow(b, db, 5000, 200)
	b.ResetTimer()
	for range b.N {
		if all, _, err := register.Entries(context.Background(), db.R, 0, 0); err != nil || len(all) < 4000 {
			b.Fatal(len(all), err)
		}
	}
}

// echo says the key it was asked for.
type echo struct{}

func (echo) T(key string, args map[string]any) string {
	if len(args) > 0 {
		return fmt.Sprint(key, args)
	}
	return key
}
func (echo) DateTime(t time.Time) string { return t.Format(time.RFC3339) }
func (echo) Number(n int) string         { return fmt.Sprint("#", n) }
func (echo) Lang() string                { return "nl" }
func (echo) Country() string             { return "BE" }

func entry() register.Entry {
	return register.Entry{
		Incident: incident.Incident{
			Ref: "INC-2026-0001", Title: "T", Summary: "S", Status: incident.Closed, Verdict: incident.Breach, Risk: incident.HighRiskLikely, Lessons: "L",
			Kinds: incident.Kinds{Confidentiality: true, Integrity: true}, Approx: incident.Approx{Known: true, Value: 5}, Data: []string{"health", "of_an_older_pack"},
			Moments: incident.Moments{Aware: incident.Moment{At: now, Reason: "R"}}, ClosedAt: now, Regime: "gdpr", RegimeVer: "2016/679",
		},
		Duties: []obligation.Obligation{
			{Duty: obligation.NotifyAuthority, Recipient: "BE-GBA", State: obligation.MetLate, Reason: "late", StartedAt: now},
			{Duty: obligation.InformPeople, State: obligation.Met, SettledAt: now.Add(time.Hour)},
		},
		Filings: []obligation.Filing{
			{Phase: obligation.Initial, FiledAt: now.Add(90 * time.Minute), Receipt: "GBA-1", NoReceipt: "never mind"}, {Phase: obligation.Supplementary, FiledAt: now.Add(3 * time.Hour), NoReceipt: "by phone"},
		},
		Decisions: []incident.Decision{{Kind: "risk", Reason: "old"}, {Kind: "risk", Reason: "new"}, {Kind: "close", Reason: "x"}},
		Answers:   map[string]string{"cause": "unknown", "measures": "M"}, Evidence: []incident.Evidence{{Name: "a.txt", SHA256: "ff", Size: 3}},
		People: 7, Frozen: true, Sent: 6,
	}
}

func TestRow(t *testing.T) {
	t.Parallel()
	packs, err := workflow.Load(workflows.FS, time.Now)
	must(t, err)
	row := entry().Row(packs, echo{})
	if len(row) != len(register.Columns()) {
		t.Fatalf("%d values for %d columns", len(row), len(register.Columns()))
	}
	got := map[string]string{}
	for k, c := range register.Columns() {
		if _, twice := got[c]; twice {
			t.Errorf("%s is there twice", c)
		}
		got[c] = row[k]
	}
	health, err := packs.Category("health")
	must(t, err)
	for c, want := range map[string]string{
		"ref": "INC-2026-0001", "status": "status.closed", "kinds": "kind.C, kind.I", "aware": "2026-11-22T16:00:00Z", "aware_reason": "R", "occurred": "",
		"cause": "notification.o_cause_unknown", "number": "#7", "risk": "risk.high_risk", "risk_reason": "new", "measures": "M", "prevention": "",
		"authority": "BE-GBA: duty_state.met_late", "authority_reason": "late", "receipt": "GBA-1\nby phone",
		"authority_at": "2026-11-22T17:30:00Z (notification.phase_initial)\n2026-11-22T19:00:00Z (notification.phase_supplementary)",
		"people":       "duty_state.met", "people_at": "2026-11-22T17:00:00Z", "letters": "#6", "evidence": "a.txt (SHA-256 ff)", "lessons": "L", "closed": "2026-11-22T16:00:00Z",
		"data": health.Name.In("nl", "BE") + ", of_an_older_pack", "special": health.Name.In("nl", "BE"),
	} {
		if got[c] != want {
			t.Errorf("%s is %q, want %q", c, got[c], want)
		}
	}
	for n, want := range map[*register.Entry]string{
		{Incident: incident.Incident{Approx: incident.Approx{Known: true, Value: 5}}}: "notification.number_aboutmap[Number:#5]",
		{}: "register.not_known",
	} {
		row := n.Row(packs, echo{})
		if got := row[slices.Index(register.Columns(), "number")]; got != want {
			t.Errorf("number is %q, want %q", got, want)
		}
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	b, err := json.Marshal(entry().JSON())
	must(t, err)
	for _, want := range []string{`"ref":"INC-2026-0001"`, `"people":7`, `"people_exact":true`, `"aware_at":"2026-11-22T16:00:00Z"`, `"occurred_at":null`, `"risk_reason":"new"`, `"law":"gdpr 2016/679"`, `"evidence_sha256":["ff 3"]`} {
		if !strings.Contains(string(b), want) {
			t.Errorf("%s is missing from %s", want, b)
		}
	}
	b, err = json.Marshal(register.Entry{}.JSON())
	must(t, err)
	for _, list := range []string{"data", "duties", "filings", "decisions", "evidence_sha256"} {
		if !strings.Contains(string(b), `"`+list+`":[]`) {
			t.Errorf("%s is no list in %s", list, b)
		}
	}
	if !strings.Contains(string(b), `"answers":{}`) {
		t.Errorf("answers are no object in %s", b)
	}
}

func TestEntryReads(t *testing.T) {
	t.Parallel()
	e := entry()
	if h, ok := e.HoursToNotify(); !ok || h != 1.5 {
		t.Errorf("%v %v", h, ok)
	}
	if _, ok := e.Duty(obligation.Document); ok {
		t.Error("a duty that is not there")
	}
	e.Filings = e.Filings[1:]
	if _, ok := e.HoursToNotify(); ok {
		t.Error("hours to a filing that is not there")
	}
}

func TestSteps(t *testing.T) {
	t.Parallel()
	breach := incident.Incident{Status: incident.Confirmed, Verdict: incident.Breach, Risk: incident.HighRiskLikely, Moments: incident.Moments{Aware: incident.Moment{At: now}}}
	notify := func(s obligation.State) obligation.Obligation {
		return obligation.Obligation{Duty: obligation.NotifyAuthority, State: s}
	}
	people := func(s obligation.State) obligation.Obligation {
		return obligation.Obligation{Duty: obligation.InformPeople, State: s}
	}
	closed := breach
	closed.Status = incident.Closed
	tests := []struct {
		name string
		p    register.Progress
		want string // done ones in capitals
		next string
	}{
		{"reported", register.Progress{Incident: incident.Incident{Status: incident.Reported}}, "triage", "triage"},
		{"no breach", register.Progress{Incident: incident.Incident{Status: incident.Triaged, Verdict: incident.OnlyIncident}}, "TRIAGE close", "close"},
		{"false alarm", register.Progress{Incident: incident.Incident{Status: incident.Dismissed, Verdict: incident.FalseAlarm}}, "TRIAGE", ""},
		{"breach", register.Progress{Incident: incident.Incident{Status: incident.Triaged, Verdict: incident.Breach}}, "TRIAGE aware risk close", "aware"},
		{"to notify", register.Progress{Incident: breach, Duties: []obligation.Obligation{notify(obligation.Open), people(obligation.Open)}},
			"TRIAGE AWARE RISK approve_notification file freeze approve_letters send_letters close", "approve_notification"},
		{"filed", register.Progress{Incident: breach, Duties: []obligation.Obligation{notify(obligation.MetLate), people(obligation.Open)}, Frozen: true},
			"TRIAGE AWARE RISK APPROVE_NOTIFICATION FILE FREEZE approve_letters send_letters close", "approve_letters"},
		{"waived", register.Progress{Incident: breach, Duties: []obligation.Obligation{notify(obligation.Waived), people(obligation.Waived)}}, "TRIAGE AWARE RISK close", "close"},
		{"all done", register.Progress{Incident: closed, Duties: []obligation.Obligation{notify(obligation.Met), people(obligation.Met)}},
			"TRIAGE AWARE RISK APPROVE_NOTIFICATION FILE FREEZE APPROVE_LETTERS SEND_LETTERS CLOSE", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			steps := register.Steps(tt.p)
			var got []string
			for _, s := range steps {
				if s.Done {
					s.Key = strings.ToUpper(s.Key)
				}
				got = append(got, s.Key)
			}
			if next, ok := register.Next(steps); strings.Join(got, " ") != tt.want || next.Key != tt.next || ok != (tt.next != "") {
				t.Fatalf("got %v, next %q", got, next.Key)
			}
		})
	}
}

func TestUsed(t *testing.T) {
	t.Parallel()
	c := register.Clock{Obligation: obligation.Obligation{StartedAt: now, DueAt: now.Add(72 * time.Hour)}}
	for h, want := range map[int]float64{-1: 0, 0: 0, 36: 0.5, 72: 1, 100: 1} {
		if got := c.Used(now.Add(time.Duration(h) * time.Hour)); got != want {
			t.Errorf("after %d hours: %v", h, got)
		}
	}
	if got := (register.Clock{Obligation: obligation.Obligation{StartedAt: now}}).Used(now.Add(time.Hour)); got != 0 {
		t.Errorf("without an end: %v", got)
	}
}

func TestMedian(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		hours []float64
		want  float64
		ok    bool
	}{{nil, 0, false}, {[]float64{3}, 3, true}, {[]float64{9, 1}, 5, true}, {[]float64{9, 1, 2}, 2, true}} {
		if got, ok := (register.Figures{Hours: c.hours}).Median(); got != c.want || ok != c.ok {
			t.Errorf("%v: %v %v", c.hours, got, ok)
		}
	}
}
