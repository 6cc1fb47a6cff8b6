package deadline_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"clepsydra/internal/deadline"
)

// TestStartWithinTheHour is the boundary of Art. 3(1): the clock hour of the event
// is not counted, and an event on the full hour belongs to the hour it opens.
func TestStartWithinTheHour(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, zone, start, statutory string }{
		{"last microsecond before the hour", "Europe/Brussels", "2026-06-09T09:59:59.999999+02:00", "2026-06-12T10:00:00+02:00"},
		{"exactly the hour", "Europe/Brussels", "2026-06-09T10:00:00+02:00", "2026-06-12T11:00:00+02:00"},
		{"first microsecond of the hour", "Europe/Brussels", "2026-06-09T10:00:00.000001+02:00", "2026-06-12T11:00:00+02:00"},
		{"in the hour that comes twice, first time", "Europe/Brussels", "2026-10-25T02:30:00+02:00", "2026-10-28T02:00:00+01:00"},
		{"in the hour that comes twice, second time", "Europe/Brussels", "2026-10-25T02:30:00+01:00", "2026-10-28T03:00:00+01:00"},
		{"just before the hour that is skipped", "Europe/Brussels", "2026-03-29T01:45:00+01:00", "2026-04-01T03:00:00+02:00"},
		{"zone half an hour off", "Asia/Kolkata", "2026-06-09T10:17:00+05:30", "2026-06-12T11:00:00+05:30"},
		{"given in another offset", "Europe/Brussels", "2026-06-09T08:17:00Z", "2026-06-12T11:00:00+02:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d, err := deadline.Hours(72, instant(t, tt.start), zone(t, tt.zone))
			if err != nil {
				t.Fatal(err)
			}
			if !d.Statutory.Equal(instant(t, tt.statutory)) {
				t.Errorf("statutory %v, want %s", d.Statutory, tt.statutory)
			}
			if !d.Exact.Equal(instant(t, tt.start).Add(72 * time.Hour)) {
				t.Errorf("exact %v is not 72 hours after the start", d.Exact)
			}
			if d.Exact.Location() != time.UTC || d.Statutory.Location() != time.UTC || d.StartAt.Location() != time.UTC {
				t.Error("an instant is not in UTC")
			}
		})
	}
}

func TestHoursExplainsTheChangeOfClocks(t *testing.T) {
	t.Parallel()
	loc := zone(t, "Europe/Brussels")
	const key = "deadline.step_hours_clock_change"
	across, err := deadline.Hours(72, instant(t, "2026-03-27T18:30:00+01:00"), loc)
	if err != nil || !slices.Contains(keys(across), key) {
		t.Errorf("steps %v, %v", keys(across), err)
	}
	plain, err := deadline.Hours(72, instant(t, "2026-06-09T10:17:00+02:00"), loc)
	if err != nil || slices.Contains(keys(plain), key) {
		t.Errorf("steps %v, %v", keys(plain), err)
	}
	if got := plain.Steps[0].Args["Start"]; got != "2026-06-09T10:17:00+02:00" {
		t.Errorf("start is shown as %q", got)
	}
}

func TestHoursRefuses(t *testing.T) {
	t.Parallel()
	start := instant(t, "2026-06-09T10:17:00+02:00")
	for name, tt := range map[string]struct {
		n     int
		start time.Time
		loc   *time.Location
		want  error
	}{
		"zero hours":   {0, start, time.UTC, deadline.ErrAmount},
		"negative":     {-72, start, time.UTC, deadline.ErrAmount},
		"far too many": {1 << 40, start, time.UTC, deadline.ErrAmount},
		"no start":     {72, time.Time{}, time.UTC, deadline.ErrStart},
		"no zone":      {72, start, nil, deadline.ErrZone},
	} {
		if _, err := deadline.Hours(tt.n, tt.start, tt.loc); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", name, err, tt.want)
		}
	}
}

func TestState(t *testing.T) {
	t.Parallel()
	d, err := deadline.Hours(72, instant(t, "2026-06-09T10:17:00+02:00"), zone(t, "Europe/Brussels"))
	if err != nil {
		t.Fatal(err)
	}
	month, err := deadline.FromDay(deadline.Period{Amount: 1, Unit: deadline.UnitMonths}, day(t, "2026-06-09"), zone(t, "Europe/Brussels"), belgium())
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		d    deadline.Deadline
		left time.Duration
		want deadline.State
	}{
		{"full", d, 72 * time.Hour, deadline.Running},
		{"36 h", d, 36 * time.Hour, deadline.Running},
		{"just under 36 h", d, 36*time.Hour - 1, deadline.Soon},
		{"12 h", d, 12 * time.Hour, deadline.Soon},
		{"just under 12 h", d, 12*time.Hour - 1, deadline.Urgent},
		{"last instant", d, 1, deadline.Urgent},
		{"at the end", d, 0, deadline.Overdue},
		{"after", d, -time.Hour, deadline.Overdue},
		{"month, 7 days", month, 7 * 24 * time.Hour, deadline.Running},
		{"month, under 7 days", month, 7*24*time.Hour - 1, deadline.Soon},
		{"month, under 2 days", month, 48*time.Hour - 1, deadline.Urgent},
	}
	for _, tt := range tests {
		now := tt.d.Exact.Add(-tt.left)
		if got := tt.d.State(now); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
		if got := tt.d.Left(now); got != tt.left {
			t.Errorf("%s: left %v", tt.name, got)
		}
	}
	if d.IsPastStatutory(d.Statutory.Add(-1)) || !d.IsPastStatutory(d.Statutory) {
		t.Error("the statutory end is the first instant that is too late")
	}
}
