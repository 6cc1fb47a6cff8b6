package demo

import (
	"testing"
	"time"

	"clepsydra/internal/journal"
	"clepsydra/internal/obligation"
	"clepsydra/internal/register"
)

func TestFirmHasIncidentsInEveryState(t *testing.T) {
	t.Parallel()
	h, err := Open(t.Context(), Options{Address: "127.0.0.1:0", At: YearAgo()}, func(err error) { t.Error(err) })
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := h.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	begin := time.Now()
	if err := h.Live(t.Context(), 300); err != nil {
		t.Fatal(err)
	}
	t.Logf("a year took %s", time.Since(begin).Round(time.Millisecond))
	b, err := register.BoardAt(t.Context(), h.App.DB.R, time.Now().UTC())
	if err != nil {
		t.Fatal(err)
	}
	if b.Waiting != 2 || b.Told.Notified != 12 || b.Told.InTime != 12 {
		t.Errorf("%d reports wait, %d of %d told in time", b.Waiting, b.Told.InTime, b.Told.Notified)
	}
	left := map[int]bool{}
	for _, c := range b.Clocks {
		if c.Obligation.Duty == obligation.NotifyAuthority {
			left[int(c.Obligation.DueAt.Sub(b.At).Hours())] = true
		}
	}
	if len(left) != 3 || !left[6] || !left[31] {
		t.Errorf("hours left: %v", left)
	}
	if _, problems, err := journal.Verify(t.Context(), h.App.DB.R); err != nil || len(problems) > 0 {
		t.Errorf("journal: %v %v", problems, err)
	}
}
