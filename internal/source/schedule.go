package source

import (
	"slices"
	"time"

	"clepsydra/internal/fault"
)

// Every is how often a source is read.
type Every string

// The rhythms.
const (
	Off    Every = ""
	Daily  Every = "daily"
	Weekly Every = "weekly"
)

// Rhythms lists the rhythms in the order a form offers them.
func Rhythms() []Every { return []Every{Off, Daily, Weekly} }

// Schedule is when a source is read, on the clock of the firm. Clock is "15:04";
// Weekday counts for Weekly only.
type Schedule struct {
	Every   Every
	Clock   string
	Weekday time.Weekday
}

// clockLayout is how a time of day is written.
const clockLayout = "15:04"

func (s Schedule) check() *fault.Error {
	if !slices.Contains(Rhythms(), s.Every) || s.Weekday < time.Sunday || s.Weekday > time.Saturday {
		return ErrSchedule
	}
	if _, err := time.Parse(clockLayout, s.Clock); s.Every != Off && err != nil {
		return ErrClock
	}
	return nil
}

// Latest is the last turn that is not after now, in UTC; zero without a schedule.
// A day has one turn, also the day that is an hour longer; where the clock jumps
// over the time, the turn is at the moment Go gives for it, an hour off at most.
func (s Schedule) Latest(now time.Time, zone *time.Location) time.Time {
	return s.turn(now, zone, 0, -1, func(at time.Time) bool { return !at.After(now) })
}

// Next is the first turn after now, in UTC; zero without a schedule.
func (s Schedule) Next(now time.Time, zone *time.Location) time.Time {
	return s.turn(now, zone, 0, 1, func(at time.Time) bool { return at.After(now) })
}

// turn goes from day to day until one has a turn that fits. The day of now in the
// zone may be a day off from that of the turn, so it begins one day early.
func (s Schedule) turn(now time.Time, zone *time.Location, from, step int, fits func(time.Time) bool) time.Time {
	clock, err := time.Parse(clockLayout, s.Clock)
	if s.Every == Off || err != nil {
		return time.Time{}
	}
	day := now.In(zone)
	for k := from - step; k != 9*step; k += step {
		at := time.Date(day.Year(), day.Month(), day.Day()+k, clock.Hour(), clock.Minute(), 0, 0, zone)
		noon := time.Date(day.Year(), day.Month(), day.Day()+k, 12, 0, 0, 0, zone)
		if (s.Every == Daily || noon.Weekday() == s.Weekday) && fits(at) {
			return at.UTC()
		}
	}
	return time.Time{}
}
