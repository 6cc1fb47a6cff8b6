package response_test

import (
	"testing"
	"time"

	"clepsydra/internal/alert"
	"clepsydra/internal/obligation"
	"clepsydra/internal/response"
	"clepsydra/internal/workflow"
	"clepsydra/workflows"
)

// TestEveryDutyMayBeNamedInTheChat: the names of laws and steps pass the check that
// keeps personal data out of alerts, in every language.
func TestEveryDutyMayBeNamedInTheChat(t *testing.T) {
	t.Parallel()
	packs, err := workflow.Load(workflows.FS, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range packs.Regimes(friday) {
		for _, d := range r.Duties {
			for _, lang := range workflow.Languages() {
				a := alert.Alert{
					Kind: alert.Status, IncidentID: "i", Reference: "INC-2026-0001", Language: lang, Zone: time.UTC, At: friday, People: alert.UnknownPeople,
					Link: "http://127.0.0.1:8080/incidents/i", Duty: d.ID, DutyName: response.DutyName(r, obligation.Obligation{Duty: obligation.Duty(d.ID)}, lang, "BE"),
				}
				if err := a.Check(); err != nil {
					t.Errorf("%s in %s: %q: %v", d.ID, lang, a.DutyName, err)
				}
			}
		}
	}
}
