package deadline

import "fmt"

// Nominal is the last day of a period in days, weeks or months before weekends and
// holidays are looked at (Art. 3(2)): the same date one month later, or the last day of
// a month that lacks it. It is the strict reading: never later than FromDay, and right
// for whoever doubts that Regulation 1182/71 applies. Errors are those of FromDay.
func Nominal(p Period, received Date) (Date, error) {
	if err := p.Check(); err != nil {
		return Date{}, fmt.Errorf("nominal end: %w", err)
	}
	switch {
	case !received.IsValid():
		return Date{}, fmt.Errorf("nominal end: day received %v: %w", received, ErrStart)
	case p.Unit == UnitHours:
		return Date{}, fmt.Errorf("nominal end: %w", ErrUnit)
	}
	return (&explanation{}).nominal(p, received), nil
}
