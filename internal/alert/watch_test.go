package alert_test

import (
	"testing"
	"time"

	"clepsydra/internal/alert"
)

func TestWatchAlertNamesAMarkAndNobody(t *testing.T) {
	t.Parallel()
	a := alert.Alert{
		Kind: alert.Watch, IncidentID: "x", DutyName: "Many people in one hour", People: 63, Reader: "u1a2b3",
		From: time.Date(2026, 11, 20, 13, 0, 0, 0, time.UTC), To: time.Date(2026, 11, 20, 14, 0, 0, 0, time.UTC), Link: "https://example.com/contacts/log/alerts/x",
	}
	if err := a.Check(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Jan Peeters", "jan@example.com"} {
		b := a
		b.Reader = name
		if b.Check() == nil {
			t.Errorf("%q may leave the house", name)
		}
	}
}
