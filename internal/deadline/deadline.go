// Package deadline computes the ends of legal periods as Regulation (EEC,
// Euratom) 1182/71 has them: 72 hours after a firm became aware of a breach, one
// month after a request came in.
//
// It owns time limits: no other package adds hours or days to an instant to find
// one. Everything here is a pure function of its arguments. The package imports
// nothing of ours, reads no clock and knows no holidays of its own; a country's
// holidays come in as a Calendar.
//
// Articles named without their act are those of Regulation 1182/71. Periods that
// are counted backwards from an event are outside what this package does.
package deadline

import (
	"errors"
	"fmt"
	"time"
)

// The refusals of this package. They are bare errors because the package imports
// nothing of ours; whoever calls it for a person puts them into that person's words.
var (
	ErrAmount   = errors.New("the period must be at least 1 and at most 10 years")
	ErrUnit     = errors.New("the unit does not fit: hours run from an instant, days, weeks and months from a day")
	ErrStart    = errors.New("the moment or day from which the period runs is missing or does not exist")
	ErrZone     = errors.New("the time zone is missing")
	ErrCalendar = errors.New("a period in days, weeks or months needs a calendar of public holidays")
	ErrYear     = errors.New("the calendar of public holidays does not cover the year")
	ErrDate     = errors.New("not a date of the form 2026-06-09")
)

// YearError says which year the calendar does not cover. It is ErrYear to
// errors.Is. An unknown year is never taken for a year without holidays.
type YearError struct{ Year int }

// Error names the year.
func (e *YearError) Error() string { return fmt.Sprintf("%v %d", ErrYear, e.Year) }

// Unwrap gives ErrYear.
func (e *YearError) Unwrap() error { return ErrYear }

// Unit is what a period is counted in. The law treats hours apart from the rest.
type Unit string

// The units.
const (
	UnitHours  Unit = "hours"
	UnitDays   Unit = "days"
	UnitWeeks  Unit = "weeks"
	UnitMonths Unit = "months"
)

// Period is a length of time in the terms of a law: 72 hours, 1 month.
type Period struct {
	Amount int
	Unit   Unit
}

// String writes the period for logs: "72 hours".
func (p Period) String() string { return fmt.Sprintf("%d %s", p.Amount, p.Unit) }

// most is the largest amount of each unit that is accepted, about ten years. It
// guards against typing errors and overflow.
func (p Period) most() int {
	switch p.Unit {
	case UnitHours:
		return 10 * 366 * 24
	case UnitDays:
		return 10 * 366
	case UnitWeeks:
		return 10 * 53
	case UnitMonths:
		return 10 * 12
	}
	return 0
}

// Check reports whether the period can be computed: ErrUnit or ErrAmount if not.
func (p Period) Check() error {
	most := p.most()
	if most == 0 {
		return fmt.Errorf("unit %q: %w", p.Unit, ErrUnit)
	}
	if p.Amount < 1 || p.Amount > most {
		return fmt.Errorf("%v: %w", p, ErrAmount)
	}
	return nil
}

// Calendar is the public holidays of the Member State where the act must be done
// (Art. 2(1)).
type Calendar interface {
	// Holiday gives the name of the public holiday on d, if there is one.
	Holiday(d Date) (name string, ok bool)
	// Covers reports whether the calendar knows the year at all.
	Covers(year int) bool
}

// Doubter is a Calendar that also knows days on which the sources disagree. Such
// a day does not move a deadline, so that the date shown is never too late; the
// explanation names it.
type Doubter interface {
	// Doubtful gives the name of the day that some sources list as a holiday.
	Doubtful(d Date) (name string, ok bool)
}

// Step is one line of the explanation how a deadline was found. Key is a
// translation key "deadline.step_...", Args its placeholders: instants as RFC 3339
// in the zone of the deadline, days as 2026-06-09, numbers in digits. Article is
// the rule that was applied ("Reg. 1182/71 Art. 3(4)"), empty where there is none.
type Step struct {
	Key     string
	Args    map[string]string
	Article string
}

// Deadline is the computed end of a period.
//
// For hours, Exact is the start plus the hours as they elapse and leads
// everywhere; Statutory is the end by Art. 3, up to one hour later, and stands
// beside it. For days, weeks and months both are the same: the first instant
// after LastDay. Either is the first instant that is too late. Both are UTC.
type Deadline struct {
	Period
	StartAt          time.Time // UTC; for day periods the first instant of the day received
	Exact, Statutory time.Time
	LastDay          Date      // zero for hours
	Due              time.Time // what to show, in the zone given: Exact for hours, 23:59:59 of LastDay otherwise
	Steps            []Step
}
