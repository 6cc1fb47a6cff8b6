package deadline_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"clepsydra/internal/deadline"
)

func TestParseDateRefuses(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"", "2026", "2026-6-9", "2026-02-30", "2025-02-29", "2026-13-01", "2026-00-10", "2026-01-00",
		" 2026-06-09", "2026-06-09 ", "2026-06-09T00:00", "09/06/2026", "+2026-06-09", "-026-06-09", "0000-01-01",
		"2026-06-0９",
	} {
		if d, err := deadline.ParseDate(s); !errors.Is(err, deadline.ErrDate) {
			t.Errorf("%q became %v, %v", s, d, err)
		}
	}
}

func TestDateTravelsThroughJSON(t *testing.T) {
	t.Parallel()
	type box struct{ D, Z deadline.Date }
	in := box{D: day(t, "2028-02-29")}
	raw, err := json.Marshal(in)
	if err != nil || string(raw) != `{"D":"2028-02-29","Z":""}` {
		t.Fatalf("%s, %v", raw, err)
	}
	var out box
	if err := json.Unmarshal(raw, &out); err != nil || out != in {
		t.Fatalf("%v, %v", out, err)
	}
	if err := json.Unmarshal([]byte(`{"D":"2027-02-29"}`), &out); !errors.Is(err, deadline.ErrDate) {
		t.Fatalf("got %v", err)
	}
}

func TestDateArithmetic(t *testing.T) {
	t.Parallel()
	d := day(t, "2028-02-28")
	if got := d.AddDays(2).String(); got != "2028-03-01" {
		t.Errorf("two days later is %s", got)
	}
	if got := d.AddDays(-59).String(); got != "2027-12-31" {
		t.Errorf("59 days earlier is %s", got)
	}
	if d.DaysUntil(d.AddDays(400)) != 400 || d.DaysUntil(d.AddDays(-3)) != -3 {
		t.Error("DaysUntil is not the inverse of AddDays")
	}
	if !day(t, "2026-11-22").IsWeekend() || day(t, "2026-11-23").IsWeekend() {
		t.Error("22 Nov 2026 is a Sunday")
	}
	if (deadline.Date{}).IsValid() || (deadline.Date{Year: 2026, Month: 4, Day: 31}).IsValid() {
		t.Error("a day that does not exist is valid")
	}
}

// TestFirstInstantOfDay covers the nights in which midnight is skipped, comes
// twice, or the whole day is missing.
func TestFirstInstantOfDay(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, zone, day, want string }{
		{"ordinary", "Europe/Brussels", "2026-06-09", "2026-06-09T00:00:00+02:00"},
		{"day of the spring change", "Europe/Brussels", "2026-03-29", "2026-03-29T00:00:00+01:00"},
		{"day after the autumn change", "Europe/Brussels", "2026-10-26", "2026-10-26T00:00:00+01:00"},
		{"Azores, change at midnight", "Atlantic/Azores", "2026-03-29", "2026-03-29T01:00:00Z"},
		{"Azores, midnight twice", "Atlantic/Azores", "2026-10-25", "2026-10-25T00:00:00Z"},
		{"Beirut skips midnight", "Asia/Beirut", "2022-03-27", "2022-03-27T01:00:00+03:00"},
		{"Havana has midnight twice", "America/Havana", "2022-11-06", "2022-11-06T00:00:00-04:00"},
		{"Samoa left the day out", "Pacific/Apia", "2011-12-30", "2011-12-31T00:00:00+14:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := day(t, tt.day).In(zone(t, tt.zone)); !got.Equal(instant(t, tt.want)) {
				t.Errorf("%v, want %s", got, tt.want)
			}
		})
	}
}

// FuzzParseDate: whatever is accepted is a real day, and writes itself the same.
func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"2026-06-09", "2028-02-29", "9999-12-31", "0001-01-01", "2026-02-30", "", "x", "2026-06-09\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := deadline.ParseDate(s)
		if err != nil {
			if !d.IsZero() {
				t.Fatalf("%q gave %v beside an error", s, d)
			}
			return
		}
		if d.String() != s || !d.IsValid() {
			t.Fatalf("%q became %v", s, d)
		}
		if d.Month < time.January || d.Month > time.December {
			t.Fatalf("%q has month %d", s, d.Month)
		}
	})
}
