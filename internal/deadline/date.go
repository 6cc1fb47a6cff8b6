package deadline

import (
	"fmt"
	"time"
)

// Date is a day on the calendar, with no time and no zone: the day a letter came
// in, the last day of a month. The zero Date means "no day".
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf returns the day of t in t's own location. Call it as
// DateOf(t.In(zone)): an instant alone has no day.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// ParseDate reads a day written as 2026-06-09 and nothing else: no time, no
// spaces, no day that the month does not have. The error wraps ErrDate.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || len(s) != len(time.DateOnly) || t.Year() < 1 {
		return Date{}, fmt.Errorf("parse date %q: %w", s, ErrDate)
	}
	return DateOf(t), nil
}

// String writes the day as 2026-06-09, and the zero Date as nothing.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day)
}

// MarshalText writes the day as String does, for JSON and YAML.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what ParseDate reads; an empty text is the zero Date.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	parsed, err := ParseDate(string(b))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// UnmarshalYAML reads the same from a YAML library that hands over a reader of the
// value: it is much quicker there than a text, for which the file is written out anew.
func (d *Date) UnmarshalYAML(read func(any) error) error {
	var s string
	if err := read(&s); err != nil {
		return err
	}
	return d.UnmarshalText([]byte(s))
}

// IsZero reports whether d means "no day".
func (d Date) IsZero() bool { return d == Date{} }

// IsValid reports whether the calendar has this day.
func (d Date) IsValid() bool {
	return d.Year >= 1 && d.Year <= 9999 && !d.IsZero() && DateOf(d.utc()) == d
}

// AddDays returns the day n days later, or earlier when n is negative.
func (d Date) AddDays(n int) Date {
	return DateOf(time.Date(d.Year, d.Month, d.Day+n, 0, 0, 0, 0, time.UTC))
}

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return d.utc().Weekday() }

// IsWeekend reports whether d is a Saturday or a Sunday (Art. 2(2)).
func (d Date) IsWeekend() bool {
	w := d.Weekday()
	return w == time.Saturday || w == time.Sunday
}

// Before reports whether d comes earlier than o.
func (d Date) Before(o Date) bool { return d.utc().Before(o.utc()) }

// After reports whether d comes later than o.
func (d Date) After(o Date) bool { return o.Before(d) }

// DaysUntil returns how many days o is after d; negative when o is earlier.
func (d Date) DaysUntil(o Date) int { return int(o.utc().Sub(d.utc()) / (24 * time.Hour)) }

// In returns the first instant of the day in loc. Where the clocks skip midnight
// it is the instant of the change; where midnight comes twice, the first one.
func (d Date) In(loc *time.Location) time.Time {
	wall := d.utc()
	guess := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, loc)
	var first time.Time
	for _, near := range []time.Time{guess.Add(-26 * time.Hour), guess.Add(26 * time.Hour)} {
		_, offset := near.Zone()
		c := wall.Add(-time.Duration(offset) * time.Second).In(loc)
		if isMidnight(c, d) && (first.IsZero() || c.Before(first)) {
			first = c
		}
	}
	if !first.IsZero() {
		return first
	}
	return afterGap(guess, d)
}

// isMidnight reports whether t shows 00:00:00 on day d.
func isMidnight(t time.Time, d Date) bool {
	return DateOf(t) == d && t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0
}

// afterGap finds the change of clocks that swallowed the midnight of d. The
// standard library may answer from either side of such a gap.
func afterGap(guess time.Time, d Date) time.Time {
	begin, end := guess.ZoneBounds()
	if DateOf(guess).Before(d) && !end.IsZero() {
		return end
	}
	if !begin.IsZero() {
		return begin
	}
	return guess
}

func (d Date) utc() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

// AddMonths gives the day of the same date n months later, or earlier for a negative
// n; the last day of a month that lacks the date (Art. 3(2)(c)).
func (d Date) AddMonths(n int) Date {
	out, _ := d.addMonths(n)
	return out
}

// addMonths gives the day of the same date n months later, and whether that date
// exists. When it does not, the answer is the last day of that month, as
// Art. 3(2)(c) says.
func (d Date) addMonths(n int) (Date, bool) {
	first := time.Date(d.Year, d.Month+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := DateOf(first.AddDate(0, 1, -1))
	if d.Day > last.Day {
		return last, false
	}
	return Date{last.Year, last.Month, d.Day}, true
}
