package deadline_test

import (
	"errors"
	"slices"
	"testing"

	"clepsydra/internal/deadline"
)

func TestLastDay(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		amount   int
		unit     deadline.Unit
		received string
		cal      deadline.Calendar
		want     string
		step     string // a step that must be among those given
	}{
		{"ends on Saturday", 3, deadline.UnitDays, "2026-06-10", belgium(), "2026-06-15", "deadline.step_shift_saturday"},
		{"ends on Friday", 2, deadline.UnitDays, "2026-06-10", belgium(), "2026-06-12", "deadline.step_days_end"},
		{"ends on Easter Sunday", 3, deadline.UnitDays, "2026-04-02", belgium(), "2026-04-07", "deadline.step_shift_holiday"},
		{"one day over a weekend", 1, deadline.UnitDays, "2026-06-12", belgium(), "2026-06-15", "deadline.step_shift_sunday"},
		{"two days over a weekend need two working days", 2, deadline.UnitDays, "2026-06-12", belgium(), "2026-06-16", "deadline.step_two_working_days"},
		{"five days over a German Easter", 5, deadline.UnitDays, "2026-04-02", germany(), "2026-04-08", "deadline.step_two_working_days"},
		{"three days over a German Easter", 3, deadline.UnitDays, "2026-04-02", germany(), "2026-04-08", "deadline.step_shift_holiday"},
		{"one week, same weekday", 1, deadline.UnitWeeks, "2026-06-09", belgium(), "2026-06-16", "deadline.step_weeks_end"},
		{"two weeks end on a holiday", 2, deadline.UnitWeeks, "2026-07-07", belgium(), "2026-07-22", "deadline.step_shift_holiday"},
		{"31 August has no 31 September", 1, deadline.UnitMonths, "2026-08-31", belgium(), "2026-09-30", "deadline.step_months_short"},
		{"three months from 31 January", 3, deadline.UnitMonths, "2026-01-31", belgium(), "2026-04-30", "deadline.step_months_short"},
		{"day the sources disagree on is kept", 1, deadline.UnitMonths, "2026-10-02", belgium(), "2026-11-02", "deadline.step_holiday_doubtful"},
		{"over New Year", 1, deadline.UnitMonths, "2026-12-01", belgium(), "2027-01-04", "deadline.step_shift_holiday"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d, err := deadline.FromDay(deadline.Period{Amount: tt.amount, Unit: tt.unit}, day(t, tt.received), zone(t, "Europe/Brussels"), tt.cal)
			if err != nil {
				t.Fatal(err)
			}
			if d.LastDay.String() != tt.want {
				t.Errorf("last day %v, want %s", d.LastDay, tt.want)
			}
			if !slices.Contains(keys(d), tt.step) {
				t.Errorf("steps %v lack %s", keys(d), tt.step)
			}
		})
	}
}

func TestFromDayRefuses(t *testing.T) {
	t.Parallel()
	loc := zone(t, "Europe/Brussels")
	good := day(t, "2026-06-09")
	month := deadline.Period{Amount: 1, Unit: deadline.UnitMonths}
	tests := []struct {
		name     string
		p        deadline.Period
		received deadline.Date
		cal      deadline.Calendar
		want     error
	}{
		{"hours", deadline.Period{Amount: 72, Unit: deadline.UnitHours}, good, belgium(), deadline.ErrUnit},
		{"unknown unit", deadline.Period{Amount: 1, Unit: "years"}, good, belgium(), deadline.ErrUnit},
		{"nothing", deadline.Period{Amount: 0, Unit: deadline.UnitDays}, good, belgium(), deadline.ErrAmount},
		{"backwards", deadline.Period{Amount: -1, Unit: deadline.UnitDays}, good, belgium(), deadline.ErrAmount},
		{"too long", deadline.Period{Amount: 121, Unit: deadline.UnitMonths}, good, belgium(), deadline.ErrAmount},
		{"no day", month, deadline.Date{}, belgium(), deadline.ErrStart},
		{"no such day", month, deadline.Date{Year: 2026, Month: 2, Day: 30}, belgium(), deadline.ErrStart},
		{"no calendar", month, good, nil, deadline.ErrCalendar},
		{"year not covered", month, day(t, "2027-12-15"), belgium(), deadline.ErrYear},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := deadline.FromDay(tt.p, tt.received, loc, tt.cal); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
	if _, err := deadline.FromDay(month, good, nil, belgium()); !errors.Is(err, deadline.ErrZone) {
		t.Errorf("nil zone: %v", err)
	}
	_, err := deadline.FromDay(month, day(t, "2027-12-15"), loc, belgium())
	if y := (*deadline.YearError)(nil); !errors.As(err, &y) || y.Year != 2028 {
		t.Errorf("the error does not name the year: %v", err)
	}
}
