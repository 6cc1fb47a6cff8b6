package contact

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Date is a calendar day without a time. The zero value means not known.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf is the day of t in t's own zone.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// IsZero reports whether the day is not known.
func (d Date) IsZero() bool { return d == Date{} }

// String gives the day as 2006-01-02, or nothing when it is not known.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day)
}

// After reports whether d is later than e.
func (d Date) After(e Date) bool {
	if d.Year != e.Year {
		return d.Year > e.Year
	}
	if d.Month != e.Month {
		return d.Month > e.Month
	}
	return d.Day > e.Day
}

// AddYears is the same day n years on; 29 February becomes 1 March where there
// is none.
func (d Date) AddYears(n int) Date {
	return DateOf(time.Date(d.Year+n, d.Month, d.Day, 0, 0, 0, 0, time.UTC))
}

func (d Date) isReal() bool {
	return d == DateOf(time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC))
}

// DateOrder is the order in which a file writes day, month and year.
type DateOrder string

// The three orders. Year first is recognised by itself.
const (
	OrderYearMonthDay DateOrder = "ymd"
	OrderDayMonthYear DateOrder = "dmy"
	OrderMonthDayYear DateOrder = "mdy"
)

// ParseDate reads a day written with numbers, in the given order unless the year
// stands first; a day number of a spreadsheet counts too. A two-digit year is
// the latest one not after today. It returns false for anything that is not a
// real day between 1900 and today.
func ParseDate(s string, order DateOrder, today Date) (Date, bool) {
	parts, ok := dateParts(s)
	if !ok {
		return serialDate(s, today)
	}
	var d Date
	switch {
	case len(parts[0]) == 4:
		d = dateFrom(parts[0], parts[1], parts[2], today)
	case order == OrderMonthDayYear:
		d = dateFrom(parts[2], parts[0], parts[1], today)
	default:
		d = dateFrom(parts[2], parts[1], parts[0], today)
	}
	return d, d.isReal() && d.Year >= 1900 && !d.After(today)
}

// dateParts splits a day into its three numbers; a time behind it is ignored.
func dateParts(s string) (parts [3]string, ok bool) {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "T")
	s, _, _ = strings.Cut(s, " ")
	if len(s) == 8 && isDigits(s) {
		return [3]string{s[:4], s[4:6], s[6:]}, true
	}
	found := strings.FieldsFunc(s, func(r rune) bool { return r == '-' || r == '/' || r == '.' })
	if len(found) != 3 {
		return parts, false
	}
	for i, p := range found {
		if !isDigits(p) || len(p) > 4 || len(p) == 3 {
			return parts, false
		}
		parts[i] = p
	}
	return parts, true
}

func dateFrom(y, m, d string, today Date) Date {
	year, _ := strconv.Atoi(y)
	month, _ := strconv.Atoi(m)
	day, _ := strconv.Atoi(d)
	if len(y) <= 2 {
		year += 2000
		if year > today.Year {
			year -= 100
		}
	}
	return Date{year, time.Month(month), day}
}

// serialDate reads the day number of a spreadsheet: days since 30 December 1899.
func serialDate(s string, today Date) (Date, bool) {
	s, _, _ = strings.Cut(s, ".")
	n, err := strconv.Atoi(s)
	if err != nil || n < 366 || n > 100000 {
		return Date{}, false
	}
	d := DateOf(time.Date(1899, time.December, 30+n, 0, 0, 0, 0, time.UTC))
	return d, !d.After(today)
}

// guessOrder decides between day first and month first from many values; what
// could be both is read day first, as people here write it.
func guessOrder(values []string) DateOrder {
	day, month := 0, 0
	for _, v := range values {
		p, ok := dateParts(v)
		if !ok || len(p[0]) == 4 {
			continue
		}
		first, _ := strconv.Atoi(p[0])
		second, _ := strconv.Atoi(p[1])
		if first > 12 && second <= 12 {
			day++
		}
		if second > 12 && first <= 12 {
			month++
		}
	}
	if month > day {
		return OrderMonthDayYear
	}
	return OrderDayMonthYear
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
