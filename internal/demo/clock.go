package demo

import (
	"sync"
	"time"
)

// Clock is the machine's clock with an offset that can be moved, so that three
// days pass in seconds. Whoever waits on it wakes when it is moved past his time.
type Clock struct {
	mu      sync.Mutex
	offset  time.Duration
	waiters map[*waiter]struct{}
}

type waiter struct {
	at    time.Time
	out   chan time.Time
	timer *time.Timer
}

// NewClock makes a clock that shows the given instant now. A zero instant means
// the present.
func NewClock(at time.Time) *Clock {
	c := &Clock{waiters: map[*waiter]struct{}{}}
	if !at.IsZero() {
		c.offset = time.Until(at)
	}
	return c
}

// Now is the shown instant, in UTC.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

func (c *Clock) now() time.Time { return time.Now().UTC().Round(0).Add(c.offset) }

// After fires once the clock has passed d from now on, by itself or because it
// was moved.
func (c *Clock) After(d time.Duration) <-chan time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	w := &waiter{at: c.now().Add(d), out: make(chan time.Time, 1)}
	c.waiters[w] = struct{}{}
	w.timer = time.AfterFunc(d, func() { c.fire(w) })
	return w.out
}

func (c *Clock) fire(w *waiter) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wake(w)
}

// wake tells a waiter once.
func (c *Clock) wake(w *waiter) {
	if _, ok := c.waiters[w]; !ok {
		return
	}
	delete(c.waiters, w)
	w.timer.Stop()
	w.out <- c.now()
}

// Advance moves the clock on by d.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset += d
	c.wakeAll()
}

// MoveTo makes the clock show an instant; it never goes back.
func (c *Clock) MoveTo(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d := at.Sub(c.now()); d > 0 {
		c.offset += d
		c.wakeAll()
	}
}

// Real lets the clock show the machine's time again.
func (c *Clock) Real() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset = 0
	c.wakeAll()
}

func (c *Clock) wakeAll() {
	now := c.now()
	for w := range c.waiters {
		if !w.at.After(now) {
			c.wake(w)
		}
	}
}
