package web

import (
	"time"

	"clepsydra/internal/fault"
)

// Named refusals of a date with time.
var (
	ErrInstant    = fault.New(fault.Invalid, "web.instant_malformed")
	ErrInstantGap = fault.New(fault.Invalid, "web.instant_skipped")
)

// instantLayout is what <input type="datetime-local"> sends.
const instantLayout = "2006-01-02T15:04"

// Instant reads a date with time from a form, in the firm's zone, and returns it
// in UTC. An empty field gives the zero instant, the hour that summer time skips
// ErrInstantGap; of an hour that comes twice it is the earlier, so that a clock
// never starts too late.
func (v *Visit) Instant(field string) (time.Time, error) {
	at, err := instantIn(v.Form(field), v.Firm.Location())
	if e, ok := err.(*fault.Error); ok {
		return time.Time{}, e.At(field)
	}
	return at, err
}

func instantIn(text string, zone *time.Location) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	wall, err := time.Parse(instantLayout, text)
	if err != nil {
		if wall, err = time.Parse(instantLayout+":05", text); err != nil {
			return time.Time{}, ErrInstant
		}
	}
	at := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), 0, zone)
	if !sameWall(at, wall) {
		return time.Time{}, ErrInstantGap
	}
	if earlier := at.Add(-time.Hour); sameWall(earlier, wall) {
		at = earlier
	}
	return at.UTC(), nil
}

func sameWall(at, wall time.Time) bool {
	return at.Format(instantLayout) == wall.Format(instantLayout)
}
