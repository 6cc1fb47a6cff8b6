package demo

import (
	"testing"
	"time"
)

func TestAdvanceWakesWhoWaits(t *testing.T) {
	t.Parallel()
	c := NewClock(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	soon, later := c.After(time.Hour), c.After(48*time.Hour)
	c.Advance(2 * time.Hour)
	select {
	case at := <-soon:
		if at.Before(time.Date(2026, 1, 1, 2, 0, 0, 0, time.UTC)) {
			t.Errorf("woken at %s", at)
		}
	default:
		t.Error("not woken")
	}
	select {
	case <-later:
		t.Error("woken a day too early")
	default:
	}
}

func TestClockNeverGoesBackUnlessReal(t *testing.T) {
	t.Parallel()
	at := time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC)
	c := NewClock(at)
	c.MoveTo(at.Add(-time.Hour))
	if c.Now().Before(at) {
		t.Error("moved back")
	}
	c.Real()
	if d := time.Since(c.Now()).Abs(); d > time.Minute {
		t.Errorf("real time is off by %s", d)
	}
}

func TestAfterFiresByItself(t *testing.T) {
	t.Parallel()
	c := NewClock(time.Time{})
	select {
	case <-c.After(time.Millisecond):
	case <-time.After(10 * time.Second):
		t.Error("never fired")
	}
}
