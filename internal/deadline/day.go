package deadline

import (
	"fmt"
	"strconv"
	"time"
)

// leastWorkingDays is how many working days a period of two days or more must
// include (Art. 3(5)).
const leastWorkingDays = 2

// FromDay computes a period in days, weeks or months that runs from the day
// received, for example the day a request came in, at whatever hour.
//
// The day received is not counted (Art. 3(1)). Days end with the last hour of the
// last day (Art. 3(2)(b)); weeks and months with the same weekday or date, or with
// the last day of a month that lacks the date (Art. 3(2)(c)). Weekends and holidays
// on the way are included (Art. 3(3)); a last day that is a Saturday, a Sunday or a
// public holiday moves to the next working day (Art. 3(4)); a period of two days or
// more that would hold fewer than two working days is lengthened (Art. 3(5)).
//
// Errors: ErrUnit for hours, ErrAmount, ErrStart for a day that does not exist,
// ErrZone and ErrCalendar for nil, and a YearError when the calendar does not cover
// a year that the answer depends on.
func FromDay(p Period, received Date, loc *time.Location, cal Calendar) (Deadline, error) {
	if err := checkDay(p, received, loc, cal); err != nil {
		return Deadline{}, fmt.Errorf("deadline from day: %w", err)
	}
	e := explanation{cal: cal}
	e.add("deadline.step_day_received", "3(1)", "Day", received.String())
	last := e.nominal(p, received)
	e.add("deadline.step_day_included", "3(3)")
	last, err := e.shift(last)
	if err == nil && (p.Unit != UnitDays || p.Amount >= leastWorkingDays) {
		last, err = e.lengthen(received, last)
	}
	if err != nil {
		return Deadline{}, fmt.Errorf("deadline from day: %w", err)
	}
	e.doubt(last)
	end := last.AddDays(1).In(loc)
	due := end.Add(-time.Second)
	e.add("deadline.step_day_last", "3(2)", "Day", last.String(), "Due", stamp(due))
	return Deadline{
		Period: p, StartAt: received.In(loc).UTC(), Exact: end.UTC(), Statutory: end.UTC(),
		LastDay: last, Due: due, Steps: e.steps,
	}, nil
}

func checkDay(p Period, received Date, loc *time.Location, cal Calendar) error {
	if err := p.Check(); err != nil {
		return err
	}
	switch {
	case p.Unit == UnitHours:
		return ErrUnit
	case !received.IsValid():
		return fmt.Errorf("day received %v: %w", received, ErrStart)
	case loc == nil:
		return ErrZone
	case cal == nil:
		return ErrCalendar
	}
	return nil
}

// explanation walks the rules and writes down each one it applied.
type explanation struct {
	cal   Calendar
	steps []Step
}

// add writes one step; pairs are placeholder and value by turns.
func (e *explanation) add(key, article string, pairs ...string) {
	s := Step{Key: key, Article: "Reg. 1182/71 Art. " + article}
	for i := 0; i+1 < len(pairs); i += 2 {
		if s.Args == nil {
			s.Args = make(map[string]string, len(pairs)/2)
		}
		s.Args[pairs[i]] = pairs[i+1]
	}
	e.steps = append(e.steps, s)
}

// nominal gives the last day before weekends and holidays are looked at.
func (e *explanation) nominal(p Period, received Date) Date {
	amount := strconv.Itoa(p.Amount)
	switch p.Unit {
	case UnitDays:
		last := received.AddDays(p.Amount)
		e.add("deadline.step_days_end", "3(2)(b)", "Amount", amount, "Day", last.String())
		return last
	case UnitWeeks:
		last := received.AddDays(7 * p.Amount)
		e.add("deadline.step_weeks_end", "3(2)(c)", "Amount", amount, "Day", last.String())
		return last
	}
	last, exists := received.addMonths(p.Amount)
	key := "deadline.step_months_end"
	if !exists {
		key = "deadline.step_months_short"
	}
	e.add(key, "3(2)(c)", "Amount", amount, "Day", last.String())
	return last
}

// shift moves a last day that is not a working day to the next one (Art. 3(4)).
func (e *explanation) shift(d Date) (Date, error) {
	for {
		open, err := e.isWorkingDay(d)
		if err != nil {
			return Date{}, err
		}
		if open {
			return d, nil
		}
		next := d.AddDays(1)
		name, isHoliday := e.cal.Holiday(d)
		switch {
		case isHoliday:
			e.add("deadline.step_shift_holiday", "3(4)", "Day", d.String(), "Holiday", name, "Next", next.String())
		case d.Weekday() == time.Saturday:
			e.add("deadline.step_shift_saturday", "3(4)", "Day", d.String(), "Next", next.String())
		default:
			e.add("deadline.step_shift_sunday", "3(4)", "Day", d.String(), "Next", next.String())
		}
		d = next
	}
}

// lengthen moves last on until the period after received holds two working days
// (Art. 3(5)). It stops counting as soon as it has them.
func (e *explanation) lengthen(received, last Date) (Date, error) {
	found := 0
	for d := received.AddDays(1); ; d = d.AddDays(1) {
		open, err := e.isWorkingDay(d)
		if err != nil {
			return Date{}, err
		}
		if open {
			found++
		}
		if found < leastWorkingDays {
			continue
		}
		if d.After(last) {
			e.add("deadline.step_two_working_days", "3(5)", "Day", d.String())
			return d, nil
		}
		return last, nil
	}
}

// isWorkingDay applies Art. 2(2), and refuses a year the calendar does not know.
func (e *explanation) isWorkingDay(d Date) (bool, error) {
	if !e.cal.Covers(d.Year) {
		return false, &YearError{d.Year}
	}
	_, isHoliday := e.cal.Holiday(d)
	return !isHoliday && !d.IsWeekend(), nil
}

// doubt adds a warning when the sources disagree about the last day.
func (e *explanation) doubt(d Date) {
	doubter, ok := e.cal.(Doubter)
	if !ok {
		return
	}
	if name, ok := doubter.Doubtful(d); ok {
		e.add("deadline.step_holiday_doubtful", "2(1)", "Day", d.String(), "Holiday", name)
	}
}
