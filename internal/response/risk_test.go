package response_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"clepsydra/internal/assessment"
	"clepsydra/internal/incident"
	"clepsydra/internal/response"
)

// misdirected are the answers to a list of addresses with one wrong recipient.
func misdirected() assessment.Answers {
	return assessment.Answers{
		"personal": assessment.Chosen("yes"), "kinds": assessment.Chosen("seen"), "intent": assessment.Chosen("no"),
		"data": assessment.Chosen("name", "contact_email"), "volume": assessment.Chosen("little"), "simple_tells": assessment.Chosen("nothing"),
		"identify": assessment.Chosen("certainly"), "public_before": assessment.Chosen("no"), "protection": assessment.Chosen("none"),
		"holder": assessment.Chosen("known_few"), "recipient_confirmed": assessment.Chosen("no"), "people": assessment.Counted(20),
		"persons": assessment.Chosen(), "harm": assessment.Chosen("nuisance"),
	}
}

func (h *house) risk(id incident.ID) response.Risk {
	h.t.Helper()
	r, err := h.s.RiskOf(ctx, id)
	h.ok(err)
	return r
}

func TestTheFactsOfAnIncidentAnswerByThemselves(t *testing.T) {
	each(t, func(h *house) {
		id := h.breach()
		r := h.risk(id)
		if r.IsAssessed() || !r.Facts["kinds"].Known || !slices.Equal(r.Facts["data"].Options, []string{"contact_email"}) {
			h.t.Fatalf("facts %v", r.Facts)
		}
		if r.Outcome.Proposed != "notify_authority" || r.Outcome.Enough {
			h.t.Errorf("hardly anything is known: %+v", r.Outcome.Proposed)
		}
		h.ok(h.s.Assess(ctx, h.who, id, misdirected()))
		r = h.risk(id)
		if !r.IsAssessed() || r.Advised() != incident.RiskUnlikely || !r.Outcome.Enough {
			h.t.Errorf("assessed: %+v %v", r.Outcome, r.Answers)
		}
		if !slices.Equal(r.Incident.Data, []string{"name", "contact_email"}) || r.Incident.Approx != (incident.Approx{Known: true, Value: 20}) {
			h.t.Errorf("the incident does not know what was answered: %v %v", r.Incident.Data, r.Incident.Approx)
		}
	})
}

// TestWhatTheIncidentSaysLaterCounts: data that come to light on another page change
// the advice.
func TestWhatTheIncidentSaysLaterCounts(t *testing.T) {
	each(t, func(h *house) {
		id := h.breach()
		h.ok(h.s.Assess(ctx, h.who, id, misdirected()))
		h.ok(h.s.DecideRisk(ctx, h.who, id, response.RiskDecision{Risk: incident.RiskUnlikely, Reason: "twenty addresses, one wholesaler"}))
		if h.risk(id).HasMoved() {
			h.t.Error("nothing has changed yet")
		}
		h.ok(h.s.Describe(ctx, h.who, id, response.Description{Summary: "more", Data: []string{"name", "national_number"}}))
		if r := h.risk(id); !r.HasMoved() || r.Advised() != incident.RiskLikely {
			h.t.Errorf("moved %t, advised %s", r.HasMoved(), r.Advised())
		}
	})
}

func TestADifferingDecisionNeedsItsLine(t *testing.T) {
	each(t, func(h *house) {
		id := h.breach()
		h.ok(h.s.Assess(ctx, h.who, id, misdirected()))
		d := response.RiskDecision{Risk: incident.RiskLikely, Reason: "we would rather notify"}
		h.refused(h.s.DecideRisk(ctx, h.who, id, d), response.ErrDiffers)
		if h.risk(id).Incident.Risk != "" {
			h.t.Error("a refused decision left a trace")
		}
		d.Differs = "the recipient is a competitor"
		h.ok(h.s.DecideRisk(ctx, h.who, id, d))
		decisions, err := incident.DecisionsOf(ctx, h.db.R, id)
		h.ok(err)
		last := decisions[len(decisions)-1]
		if last.Kind != "differs" || last.Reason != "the recipient is a competitor" {
			h.t.Errorf("kept %+v", last)
		}
		if r := h.risk(id); r.Run.Advised != "register_only" || r.Run.Decided != "risk" {
			h.t.Errorf("run %+v", r.Run)
		}
	})
}

func TestPastDecisionsOnLikeIncidentsAreRemembered(t *testing.T) {
	each(t, func(h *house) {
		first := h.breach()
		h.ok(h.s.Assess(ctx, h.who, first, misdirected()))
		h.ok(h.s.DecideRisk(ctx, h.who, first, response.RiskDecision{Risk: incident.RiskUnlikely, Reason: "a steady customer"}))
		h.now = h.now.Add(24 * time.Hour)
		second := h.another("second")
		answers := misdirected()
		answers["people"] = assessment.Counted(150)
		h.ok(h.s.Assess(ctx, h.who, second, answers))
		r := h.risk(second)
		past, err := h.s.Alike(ctx, r)
		h.ok(err)
		if len(past) != 1 || past[0].Incident.ID != first || past[0].Run.Reason != "a steady customer" {
			h.t.Fatalf("past %+v", past)
		}
		if usual, ok := response.Usually(past); !ok || usual != incident.RiskUnlikely {
			h.t.Errorf("usually %s", usual)
		}
		// The advice is followed, but the past was decided otherwise: that asks for a line.
		d := response.RiskDecision{Risk: incident.RiskLikely, Reason: "many people"}
		h.refused(h.s.DecideRisk(ctx, h.who, second, d), response.ErrDiffers)
		d.Differs = "150 people now, 20 then"
		h.ok(h.s.DecideRisk(ctx, h.who, second, d))
	})
}

func TestOnlyAnOpenBreachIsAssessed(t *testing.T) {
	each(t, func(h *house) {
		r := h.report("plain")
		h.refused(h.s.Assess(ctx, h.who, r.IncidentID, misdirected()), incident.ErrNotABreach)
		id := h.breach()
		h.refused(h.s.Assess(ctx, h.who, id, assessment.Answers{"weather": assessment.Chosen("rain")}), assessment.ErrQuestion)
		h.refused(h.s.Assess(ctx, h.who, id, assessment.Answers{"holder": assessment.Chosen("aunt")}), assessment.ErrOption)
		if h.risk(id).IsAssessed() {
			h.t.Error("a refused answer was kept")
		}
	})
}

func TestTheAuthorityReadsByWhichRulesTheRiskWasJudged(t *testing.T) {
	each(t, func(h *house) {
		id := h.breach()
		h.ok(h.s.Assess(ctx, h.who, id, misdirected()))
		h.ok(h.s.DecideRisk(ctx, h.who, id, response.RiskDecision{Risk: incident.RiskUnlikely, Reason: "one steady wholesaler"}))
		d, err := h.s.Dossier(ctx, id, response.Ask{Language: "nl"})
		h.ok(err)
		for _, c := range d.Chapters {
			for _, r := range c.Rows {
				if strings.Contains(r.Text, "one steady wholesaler") {
					if !strings.Contains(r.Text, "versie 1") || !strings.Contains(r.Text, "ENISA") || !strings.Contains(r.Text, "1.25") {
						h.t.Errorf("the method reads %q", r.Text)
					}
					return
				}
			}
		}
		h.t.Error("the notification has no method of the risk assessment")
	})
}
