package deadline

import (
	"fmt"
	"strconv"
	"time"
)

// Hours computes a period of n hours that runs from the instant start. The zone
// decides which clock hour the start falls into and how instants are shown.
//
// Exact counts elapsed hours, so a change of the clocks on the way moves the wall
// clock of the end and not its distance. Statutory leaves the clock hour of the
// start out (Art. 3(1)) and ends when the n-th full hour after it expires
// (Art. 3(2)(a)). A start exactly on the full hour, 08:00:00, falls into the hour
// that begins then: the counting starts at 09:00. Weekends and holidays are
// included and never move the end (Art. 3(3) and 3(4)); the two working days of
// Art. 3(5) are disputed for hours and not applied.
//
// Errors: ErrStart for a zero instant, ErrZone for a nil zone, ErrAmount.
func Hours(n int, start time.Time, loc *time.Location) (Deadline, error) {
	p := Period{n, UnitHours}
	if err := p.Check(); err != nil {
		return Deadline{}, fmt.Errorf("deadline in hours: %w", err)
	}
	if start.IsZero() {
		return Deadline{}, fmt.Errorf("deadline in hours: %w", ErrStart)
	}
	if loc == nil {
		return Deadline{}, fmt.Errorf("deadline in hours: %w", ErrZone)
	}
	start = start.Truncate(time.Microsecond).UTC()
	length := time.Duration(n) * time.Hour
	counted := nextFullHour(start.In(loc))
	d := Deadline{
		Period: p, StartAt: start,
		Exact: start.Add(length), Statutory: counted.Add(length).UTC(),
		Due: start.Add(length).In(loc),
	}
	d.Steps = hourSteps(d, counted.In(loc), loc)
	return d, nil
}

// nextFullHour gives the first instant after t at which the clock of t's location
// shows a full hour. Minutes come from the local clock, because some zones differ
// from UTC by half an hour.
func nextFullHour(t time.Time) time.Time {
	into := time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second +
		time.Duration(t.Nanosecond())
	return t.Add(time.Hour - into)
}

func hourSteps(d Deadline, counted time.Time, loc *time.Location) []Step {
	start, exact := d.StartAt.In(loc), d.Exact.In(loc)
	amount := strconv.Itoa(d.Amount)
	steps := []Step{
		{Key: "deadline.step_hours_start", Args: map[string]string{"Start": stamp(start)}},
		{Key: "deadline.step_hours_exact", Args: map[string]string{"Amount": amount, "End": stamp(exact)}},
	}
	_, before := start.Zone()
	_, after := exact.Zone()
	if before != after {
		steps = append(steps, Step{Key: "deadline.step_hours_clock_change", Args: map[string]string{
			"Start": stamp(start), "End": stamp(exact),
		}})
	}
	return append(steps,
		Step{Key: "deadline.step_hours_included", Article: "Reg. 1182/71 Art. 3(3), 3(4)"},
		Step{Key: "deadline.step_hours_counted", Article: "Reg. 1182/71 Art. 3(1)",
			Args: map[string]string{"Start": stamp(start), "From": stamp(counted)}},
		Step{Key: "deadline.step_hours_statutory", Article: "Reg. 1182/71 Art. 3(2)(a)",
			Args: map[string]string{"Amount": amount, "End": stamp(d.Statutory.In(loc))}},
	)
}

// stamp writes an instant with its offset; fractions of a second are left out,
// they would only confuse a reader.
func stamp(t time.Time) string { return t.Format(time.RFC3339) }
