package register_test

import (
	"testing"

	"clepsydra/internal/obligation"
	"clepsydra/internal/register"
)

func TestNextStepServesItsDuty(t *testing.T) {
	t.Parallel()
	steps := []register.Step{
		{Key: "risk", Link: "risk", Done: true}, {Key: "file", Link: "notification"}, {Key: "freeze", Link: "people"}, {Key: "close", Link: "close"},
	}
	for d, want := range map[obligation.Duty]string{obligation.NotifyAuthority: "file", obligation.InformPeople: "freeze"} {
		if s, ok := register.NextFor(d, steps); !ok || s.Key != want {
			t.Errorf("%s: %q", d, s.Key)
		}
	}
	steps[0].Done = false
	if s, _ := register.NextFor(obligation.InformPeople, steps); s.Key != "risk" {
		t.Errorf("a step for both is passed over: %q", s.Key)
	}
}
