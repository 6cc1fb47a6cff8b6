package workflow_test

import (
	"errors"
	"testing"
	"time"

	"clepsydra/internal/deadline"
	"clepsydra/internal/workflow"
)

func gdprDuty(t testing.TB, id string) workflow.Duty {
	t.Helper()
	r, err := load(t).Regime("gdpr", time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	d, err := r.Duty(id)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestGDPRDuties(t *testing.T) {
	t.Parallel()
	notify, inform, document := gdprDuty(t, "notify_authority"), gdprDuty(t, "inform_people"), gdprDuty(t, "document")
	if !notify.IsLegal() || notify.Limit.Amount != 72 || !notify.NeedsLateReason {
		t.Errorf("Art. 33(1): %+v", notify.Limit)
	}
	if inform.IsLegal() || inform.Limit.Binding != workflow.ByTarget {
		t.Error("Art. 34 has no limit in hours: ours is a target")
	}
	if document.Limit != nil {
		t.Error("Art. 33(5) has no limit")
	}
	for _, tt := range []struct {
		duty                    workflow.Duty
		unlikely, likely, risky bool
	}{{notify, false, true, true}, {inform, false, false, true}, {document, true, true, true}} {
		if tt.duty.IsNeeded(workflow.RiskUnlikely) != tt.unlikely || tt.duty.IsNeeded(workflow.RiskLikely) != tt.likely ||
			tt.duty.IsNeeded(workflow.HighRisk) != tt.risky {
			t.Errorf("%s is needed at the wrong level", tt.duty.ID)
		}
	}
	if _, err := (workflow.Regime{}).Duty("x"); !errors.Is(err, workflow.ErrNoDuty) {
		t.Errorf("unknown duty: %v", err)
	}
}

// TestDutyDeadline covers the cap of DORA: four hours after classification, at most
// 24 hours after awareness.
func TestDutyDeadline(t *testing.T) {
	t.Parallel()
	loc := zone(t, "Europe/Brussels")
	aware := time.Date(2026, 6, 9, 8, 0, 0, 0, time.UTC)
	capped := workflow.Duty{
		StartsFrom: workflow.Classified, Limit: &workflow.Limit{Amount: 4, Unit: deadline.UnitHours},
		AlternativeCap: &workflow.Cap{From: workflow.Aware, Amount: 24, Unit: deadline.UnitHours},
	}
	month := workflow.Duty{StartsFrom: workflow.PreviousStepSent, Limit: &workflow.Limit{Amount: 1, Unit: deadline.UnitMonths}}
	tests := []struct {
		name string
		duty workflow.Duty
		at   workflow.Moments
		want time.Time
		err  error
	}{
		{"limit first", capped, workflow.Moments{workflow.Aware: aware, workflow.Classified: aware.Add(time.Hour)}, aware.Add(5 * time.Hour), nil},
		{"cap first", capped, workflow.Moments{workflow.Aware: aware, workflow.Classified: aware.Add(23 * time.Hour)}, aware.Add(24 * time.Hour), nil},
		{"not classified yet", capped, workflow.Moments{workflow.Aware: aware}, aware.Add(24 * time.Hour), nil},
		{"only classified", capped, workflow.Moments{workflow.Classified: aware}, aware.Add(4 * time.Hour), nil},
		{"nothing yet", capped, workflow.Moments{}, time.Time{}, workflow.ErrNotStarted},
		{"a month", month, workflow.Moments{workflow.PreviousStepSent: aware}, time.Date(2026, 7, 9, 22, 0, 0, 0, time.UTC), nil},
		{"no limit", workflow.Duty{StartsFrom: workflow.Aware}, workflow.Moments{workflow.Aware: aware}, time.Time{}, workflow.ErrNoLimit},
	}
	for _, tt := range tests {
		d, err := tt.duty.Deadline(tt.at, loc, calendar(t, "BE"))
		if !errors.Is(err, tt.err) || !d.Exact.Equal(tt.want) {
			t.Errorf("%s: %v, %v", tt.name, d.Exact, err)
		}
	}
	if _, err := month.Deadline(workflow.Moments{workflow.PreviousStepSent: aware}, nil, calendar(t, "BE")); !errors.Is(err, deadline.ErrZone) {
		t.Errorf("nil zone: %v", err)
	}
}

// TestNotifyLadder states the ladder of Art. 33 as the times it gives.
func TestNotifyLadder(t *testing.T) {
	t.Parallel()
	duty := gdprDuty(t, "notify_authority")
	start := time.Date(2026, 6, 9, 8, 17, 0, 0, time.UTC)
	due := start.Add(72 * time.Hour)
	want := map[string]time.Duration{
		"started": 0, "unacknowledged": time.Hour, "first_day": 24 * time.Hour, "checklist": 36 * time.Hour,
		"one_day_left": 48 * time.Hour, "twelve_hours_left": 60 * time.Hour, "six_hours_left": 66 * time.Hour,
		"three_hours_left": 69 * time.Hour, "one_hour_left": 71 * time.Hour, "overdue": 72 * time.Hour,
	}
	if len(duty.Ladder.Rungs) != len(want) {
		t.Errorf("%d rungs", len(duty.Ladder.Rungs))
	}
	last := start
	for _, r := range duty.Ladder.Rungs {
		at, ok := r.At(start, due)
		if !ok || at.Sub(start) != want[r.Key] || at.Before(last) {
			t.Errorf("%s at %v, want %v", r.Key, at.Sub(start), want[r.Key])
		}
		last = at
		if (r.Key == "overdue") != (r.Every == 4*time.Hour) {
			t.Errorf("%s repeats every %v", r.Key, r.Every)
		}
		if (r.OnlyIf == workflow.Unacknowledged) != (r.Key == "unacknowledged") {
			t.Errorf("%s only if %q", r.Key, r.OnlyIf)
		}
		if at.Sub(start) >= 60*time.Hour && (r.Mild || len(r.Audience) != 3 || !r.Urgent) {
			t.Errorf("%s is in the last twelve hours: %+v", r.Key, r)
		}
	}
}

func TestRungWithoutItsTime(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	start := time.Date(2026, 6, 9, 8, 0, 0, 0, time.UTC)
	before := workflow.Rung{BeforeDue: &day}
	if _, ok := before.At(start, start.Add(day-1)); ok {
		t.Error("a rung before the start of its duty")
	}
	if at, ok := before.At(start, start.Add(day)); !ok || !at.Equal(start) {
		t.Error("a rung exactly at the start counts")
	}
	if _, ok := before.At(start, time.Time{}); ok {
		t.Error("a rung before an end that does not exist")
	}
	if _, ok := (workflow.Rung{AfterDue: &day}).At(start, time.Time{}); ok {
		t.Error("a rung after an end that does not exist")
	}
}

func TestQuietHours(t *testing.T) {
	t.Parallel()
	loc := zone(t, "Europe/Brussels")
	l := workflow.Ladder{Quiet: workflow.Quiet{FromHour: 20, ToHour: 7, NotInLast: 12 * time.Hour}}
	at := func(s string) time.Time {
		x, err := time.ParseInLocation("2006-01-02 15:04", s, loc)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	far := at("2026-07-01 12:00")
	tests := []struct {
		name     string
		rung     workflow.Rung
		at, want string
		due      time.Time
	}{
		{"by day", workflow.Rung{}, "2026-06-09 12:00", "2026-06-09 12:00", far},
		{"just before quiet", workflow.Rung{}, "2026-06-09 19:59", "2026-06-09 19:59", far},
		{"quiet begins", workflow.Rung{}, "2026-06-09 20:00", "2026-06-10 07:00", far},
		{"after midnight", workflow.Rung{}, "2026-06-10 06:59", "2026-06-10 07:00", far},
		{"quiet ends", workflow.Rung{}, "2026-06-10 07:00", "2026-06-10 07:00", far},
		{"last day of a month", workflow.Rung{}, "2026-06-30 23:00", "2026-07-01 07:00", time.Time{}},
		{"night of the spring change", workflow.Rung{}, "2026-03-28 22:00", "2026-03-29 07:00", far},
		{"urgent", workflow.Rung{Urgent: true}, "2026-06-09 23:00", "2026-06-09 23:00", far},
		{"last twelve hours", workflow.Rung{}, "2026-06-09 23:00", "2026-06-09 23:00", at("2026-06-10 10:00")},
		{"last twelve hours begin in the night", workflow.Rung{}, "2026-06-09 21:00", "2026-06-10 02:00", at("2026-06-10 14:00")},
	}
	for _, tt := range tests {
		if got := l.SendAt(tt.rung, at(tt.at).UTC(), tt.due, loc); !got.Equal(at(tt.want)) {
			t.Errorf("%s: %v, want %s", tt.name, got.In(loc), tt.want)
		}
	}
	if got := (workflow.Ladder{}).SendAt(workflow.Rung{}, at("2026-06-09 03:00"), far, loc); !got.Equal(at("2026-06-09 03:00")) {
		t.Error("a ladder without quiet hours waits")
	}
}
