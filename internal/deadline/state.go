package deadline

import "time"

// State is how near a deadline is. It is computed for a moment and never stored.
type State string

// The states.
const (
	Running State = "running"
	Soon    State = "soon"
	Urgent  State = "urgent"
	Overdue State = "overdue"
)

// How much time is left when a deadline becomes soon and urgent. Short periods get
// a half and a sixth of their length, so that a period of four hours is not urgent
// from its first minute.
const (
	soonHours, urgentHours = 36 * time.Hour, 12 * time.Hour
	soonDays, urgentDays   = 7 * 24 * time.Hour, 2 * 24 * time.Hour
)

// Left returns the time until Exact; it is negative once that has passed.
func (d Deadline) Left(now time.Time) time.Duration { return d.Exact.Sub(now) }

// State tells how near the strict end is: overdue from Exact on, urgent with less
// than 12 hours left (2 days for periods in days, weeks and months), soon with less
// than 36 hours (7 days).
func (d Deadline) State(now time.Time) State {
	soon, urgent := d.thresholds()
	switch left := d.Left(now); {
	case left <= 0:
		return Overdue
	case left < urgent:
		return Urgent
	case left < soon:
		return Soon
	}
	return Running
}

// IsPastStatutory reports whether the later, statutory end has passed too. From
// then on lateness is a fact and the reasons for it are owed (GDPR Art. 33(1)).
func (d Deadline) IsPastStatutory(now time.Time) bool { return !now.Before(d.Statutory) }

func (d Deadline) thresholds() (soon, urgent time.Duration) {
	soon, urgent = soonDays, urgentDays
	if d.Unit == UnitHours {
		soon, urgent = soonHours, urgentHours
	}
	length := d.Exact.Sub(d.StartAt)
	return min(soon, length/2), min(urgent, length/6)
}
