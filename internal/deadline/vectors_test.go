package deadline_test

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"clepsydra/internal/deadline"
)

type vector struct {
	ID        string `json:"id"`
	Desc      string `json:"desc"`
	Unit      string `json:"unit"`
	N         int    `json:"n"`
	Zone      string `json:"zone"`
	Start     string `json:"start"`
	Weekday   string `json:"start_weekday"`
	Exact     string `json:"deadline_exact"`
	Statutory string `json:"deadline_1182"`
	Received  string `json:"received"`
	BE        string `json:"BE_last_day"`
	NL        string `json:"NL_last_day"`
}

func TestVectors(t *testing.T) {
	raw, err := os.ReadFile("testdata/deadlines.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []vector
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	if len(all) < 16 {
		t.Fatalf("only %d vectors", len(all))
	}
	for _, v := range all {
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			if v.Unit == string(deadline.UnitHours) {
				checkHours(t, v)
				return
			}
			checkMonths(t, v, "Europe/Brussels", belgium(), v.BE)
			checkMonths(t, v, "Europe/Amsterdam", netherlands(), v.NL)
		})
	}
}

func checkHours(t *testing.T, v vector) {
	t.Helper()
	loc := zone(t, v.Zone)
	start := instant(t, v.Start)
	if w := start.In(loc).Weekday().String()[:3]; w != v.Weekday {
		t.Errorf("start is a %s, want %s", w, v.Weekday)
	}
	d, err := deadline.Hours(v.N, start, loc)
	if err != nil {
		t.Fatal(err)
	}
	if got := d.Exact.In(loc).Format(time.RFC3339); got != v.Exact {
		t.Errorf("exact %s, want %s (%s)", got, v.Exact, v.Desc)
	}
	if got := d.Statutory.In(loc).Format(time.RFC3339); got != v.Statutory {
		t.Errorf("statutory %s, want %s (%s)", got, v.Statutory, v.Desc)
	}
	if !d.LastDay.IsZero() {
		t.Errorf("a period in hours has a last day %v", d.LastDay)
	}
}

func checkMonths(t *testing.T, v vector, zoneName string, cal deadline.Calendar, want string) {
	t.Helper()
	loc := zone(t, zoneName)
	p := deadline.Period{Amount: v.N, Unit: deadline.Unit(v.Unit)}
	d, err := deadline.FromDay(p, day(t, v.Received), loc, cal)
	if err != nil {
		t.Fatal(err)
	}
	if d.LastDay.String() != want {
		t.Errorf("%s: last day %v, want %s (%s)", zoneName, d.LastDay, want, v.Desc)
	}
	if got := d.Due.Format("2006-01-02 15:04:05"); got != want+" 23:59:59" {
		t.Errorf("%s: due %s", zoneName, got)
	}
	if !d.Exact.Equal(d.LastDay.AddDays(1).In(loc)) || !d.Statutory.Equal(d.Exact) {
		t.Errorf("%s: exact %v, statutory %v", zoneName, d.Exact, d.Statutory)
	}
}
