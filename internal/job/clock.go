package job

import "time"

// Clock is the time the queue lives by. After is like time.After.
type Clock interface {
	Now() time.Time
	After(d time.Duration) <-chan time.Time
}

// SystemClock is the clock of the machine.
type SystemClock struct{}

// Now returns the present in UTC.
func (SystemClock) Now() time.Time { return time.Now().UTC() }

// After fires once d has passed.
func (SystemClock) After(d time.Duration) <-chan time.Time { return time.After(d) }

// instant brings t to the form instants are stored in.
func instant(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
