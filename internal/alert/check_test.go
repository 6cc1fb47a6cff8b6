package alert_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"clepsydra/internal/alert"
)

func TestAllowedAlertsPass(t *testing.T) {
	for _, kind := range kinds {
		if err := sample(kind, "en").Check(); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
	if err := (alert.Alert{Kind: alert.Test}).Check(); err != nil {
		t.Errorf("a bare test alert: %v", err)
	}
}

func TestPersonalDataIsRefusedInEveryField(t *testing.T) {
	cases := map[string]func(*alert.Alert){
		"reference":             func(a *alert.Alert) { a.Reference = "Jan Peeters" },
		"no reference":          func(a *alert.Alert) { a.Reference = "" },
		"mail in title":         func(a *alert.Alert) { a.Scenario = "mail of jan@example.org" },
		"phone in title":        func(a *alert.Alert) { a.Scenario = "called 0472 12 34 56" },
		"national number":       func(a *alert.Alert) { a.DutyName = "85.07.30-033.28" },
		"two lines":             func(a *alert.Alert) { a.Scenario = "a\nb" },
		"free text as status":   func(a *alert.Alert) { a.Status = "Jan lost the list" },
		"free text as missing":  func(a *alert.Alert) { a.Missing = []string{"address of Jan"} },
		"name as role":          func(a *alert.Alert) { a.Asked = []string{"An Claes"} },
		"query in link":         func(a *alert.Alert) { a.Link = "https://x.example/?name=jan" },
		"script link":           func(a *alert.Alert) { a.Link = "javascript:alert(1)" },
		"credentials in link":   func(a *alert.Alert) { a.Link = "https://jan:pw@x.example/" },
		"free text as rung":     func(a *alert.Alert) { a.Rung = "Tell Jan" },
		"free text to be acked": func(a *alert.Alert) { a.AcknowledgeID = "Jan & An" },
	}
	for name, spoil := range cases {
		a := sample(alert.Reminder, "en")
		spoil(&a)
		if err := a.Check(); !errors.Is(err, alert.ErrNotAllowed) {
			t.Errorf("%s was let through", name)
		}
	}
}

func TestClassesOfErrors(t *testing.T) {
	cause := errors.New("cause")
	wrapped := fmt.Errorf("post: %w", alert.Retry(7*time.Second, cause))
	if alert.ClassOf(wrapped) != alert.RateLimited || alert.After(wrapped) != 7*time.Second {
		t.Error("a wrapped rate limit lost its class or its time")
	}
	if alert.ClassOf(cause) != alert.Temporary || alert.ClassOf(nil) != "" {
		t.Error("unclassified errors are temporary, nil has no class")
	}
	if alert.ClassOf(alert.Stop("invalid_auth", cause)) != alert.Permanent || !errors.Is(alert.Later("network", cause), cause) {
		t.Error("permanent and temporary errors")
	}
}
