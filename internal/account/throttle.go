package account

import "time"

// attempt is the memory of failed tries of one account or one address.
type attempt struct {
	failures     int
	blockedUntil time.Time
	lastAt       time.Time
}

// The pace of failed tries: five are free, then the pause doubles from half a
// minute up to an hour; a day without a failure forgets them.
const (
	freeFailures = 5
	firstPause   = 30 * time.Second
	longestPause = time.Hour
	forgetAfter  = 24 * time.Hour
)

// isBlocked reports whether another try must wait.
func (a attempt) isBlocked(now time.Time) bool { return now.Before(a.blockedUntil) }

// failed counts one more failure.
func (a attempt) failed(now time.Time) attempt {
	if now.Sub(a.lastAt) > forgetAfter {
		a.failures = 0
	}
	a.failures++
	a.lastAt = now
	if over := a.failures - freeFailures; over >= 0 {
		pause := longestPause
		if over < 7 {
			pause = min(longestPause, firstPause<<over)
		}
		a.blockedUntil = now.Add(pause)
	}
	return a
}
