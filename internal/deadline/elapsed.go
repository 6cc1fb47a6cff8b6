package deadline

import (
	"fmt"
	"time"
)

// Elapsed computes a period that runs as the hours pass and knows no statutory
// reading: one that a contract names, or the law of a country outside the Union.
// A day is 24 hours and a week 168. Exact and Statutory are the same instant.
//
// Errors: ErrUnit for months, which have no fixed length; ErrStart for a zero
// instant, ErrZone for a nil zone, ErrAmount.
func Elapsed(p Period, start time.Time, loc *time.Location) (Deadline, error) {
	hours := map[Unit]int{UnitHours: 1, UnitDays: 24, UnitWeeks: 7 * 24}[p.Unit]
	if hours == 0 {
		return Deadline{}, fmt.Errorf("elapsed time in %q: %w", p.Unit, ErrUnit)
	}
	if err := p.Check(); err != nil {
		return Deadline{}, fmt.Errorf("elapsed time: %w", err)
	}
	d, err := Hours(p.Amount*hours, start, loc)
	if err != nil {
		return Deadline{}, err
	}
	d.Statutory = d.Exact
	for k, s := range d.Steps {
		if s.Article != "" { // from here on it is Regulation 1182/71 that speaks
			d.Steps = append(d.Steps[:k:k], Step{Key: "deadline.step_elapsed"})
			break
		}
	}
	return d, nil
}
