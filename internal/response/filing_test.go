package response_test

import (
	"testing"

	"clepsydra/internal/incident"
	"clepsydra/internal/notification"
	"clepsydra/internal/obligation"
	"clepsydra/internal/response"
)

func (h *house) answers(id incident.ID, pairs ...string) {
	h.t.Helper()
	for k := 0; k < len(pairs); k += 2 {
		h.ok(h.s.Answer(ctx, h.who, id, notification.Answer{Question: pairs[k], State: notification.Given, Text: pairs[k+1]}))
	}
}

// TestALanguageIsRefusedAndNeverReplaced: the default is only for nobody's wish.
func TestALanguageIsRefusedAndNeverReplaced(t *testing.T) {
	each(t, func(h *house) {
		id := h.breach()
		_, err := h.s.Dossier(ctx, id, response.Ask{Language: "en"})
		h.refused(err, notification.ErrLanguage)
		_, err = h.s.ApproveNotification(ctx, h.who, id, response.Ask{Language: "en"})
		h.refused(err, notification.ErrLanguage)
		for asked, want := range map[string]string{"": "nl", "fr": "fr", "de": "de"} {
			d, err := h.s.Dossier(ctx, id, response.Ask{Language: asked})
			if h.ok(err); d.Language != want {
				h.t.Errorf("asked for %q, got %q", asked, d.Language)
			}
		}
		aid, err := h.s.ReadingAid(ctx, id, response.Ask{Language: "nl"}, "en")
		if h.ok(err); aid.Language != "en" {
			h.t.Errorf("the reading aid is in %q", aid.Language)
		}
	})
}

func TestAnswersAreRefusedWithTheirReason(t *testing.T) {
	each(t, func(h *house) {
		id := h.breach()
		for question, want := range map[string]error{"tea": notification.ErrQuestion, "own_law": notification.ErrQuestion, "aware": notification.ErrFixed} {
			h.refused(h.s.Answer(ctx, h.who, id, notification.Answer{Question: question, State: notification.Given, Text: "x"}), want)
		}
		h.answers(id, "own_purpose", "customers", "persons_kinds", "customers\nminors")
		d, err := h.s.Dossier(ctx, id, response.Ask{})
		h.ok(err)
		if r, _ := d.Row("persons_kinds"); r.Text != "Klanten\nMinderjarigen" {
			h.t.Errorf("persons: %q", r.Text)
		}
		if r, _ := d.Row("purpose"); r.Text != "Klantenbeheer" {
			h.t.Errorf("purpose: %q", r.Text)
		}
	})
}

func TestATickLastsUntilTheAnswerChangesAndTheFiling(t *testing.T) {
	each(t, func(h *house) {
		id := h.breach()
		ask := response.Ask{}
		h.refused(h.s.Tick(ctx, h.who, id, ask, "measures", true), notification.ErrEmpty)
		h.refused(h.s.Tick(ctx, h.who, id, ask, "tea", true), notification.ErrQuestion)
		h.answers(id, "measures", "gewist")
		h.ok(h.s.Tick(ctx, h.who, id, ask, "measures", true))
		state := func(round int) notification.TickState {
			h.t.Helper()
			ticks, err := notification.TicksOf(ctx, h.db.R, id, round)
			h.ok(err)
			d, err := h.s.Dossier(ctx, id, ask)
			h.ok(err)
			r, _ := d.Row("measures")
			return ticks["measures"].StateFor(r)
		}
		if got := state(0); got != notification.Ticked {
			h.t.Errorf("just ticked: %q", got)
		}
		h.answers(id, "measures", "gewist en gebeld")
		if got := state(0); got != notification.Outdated {
			h.t.Errorf("changed since: %q", got)
		}
		h.ok(h.s.Tick(ctx, h.who, id, ask, "measures", true))
		h.ok(h.s.Tick(ctx, h.who, id, ask, "measures", false))
		if got := state(0); got != notification.NotTicked {
			h.t.Errorf("taken back: %q", got)
		}
		h.ok(h.s.Tick(ctx, h.who, id, ask, "measures", true))
		h.ok(h.s.File(ctx, h.who, h.duty(id, obligation.NotifyAuthority).ID, response.FilingInput{Phase: obligation.Initial, Receipt: "DB-1", FiledAt: h.now}))
		if got := state(1); got != notification.NotTicked {
			h.t.Errorf("a new round begins with %q", got)
		}
	})
}

// TestSupplementComparesWithThePaperThatWasFiled, and a withdrawal has its reason and
// its proof.
func TestSupplementComparesWithThePaperThatWasFiled(t *testing.T) {
	each(t, func(h *house) {
		id := h.breach()
		duty := h.duty(id, obligation.NotifyAuthority).ID
		_, err := h.s.Dossier(ctx, id, response.Ask{Phase: obligation.Supplementary})
		h.refused(err, notification.ErrPhase)
		h.answers(id, "measures", "gewist")
		paper, err := h.s.ApproveNotification(ctx, h.who, id, response.Ask{})
		h.ok(err)
		proof := response.Upload{Name: "bevestiging.txt", Content: []byte("DB-1 is ontvangen")}
		in := response.FilingInput{Phase: obligation.Initial, Receipt: "DB-1", FiledAt: h.now, PaperID: paper.ID, Proof: &proof}
		h.ok(h.s.File(ctx, h.who, duty, in))
		h.answers(id, "measures", "gewist en gebeld")
		d, err := h.s.Dossier(ctx, id, response.Ask{})
		h.ok(err)
		if d.Phase != "supplementary" || d.Since != paper.Version {
			h.t.Fatalf("%s since %d", d.Phase, d.Since)
		}
		if r, _ := d.Row("measures"); !r.Changed || r.Before != "gewist" {
			h.t.Errorf("measures: %+v", r)
		}
		if r, _ := d.Row("description"); r.Changed {
			h.t.Error("the description did not change")
		}
		if r, _ := d.Row("earlier"); r.Text != "DB-1" {
			h.t.Errorf("earlier: %q", r.Text)
		}
		_, err = h.s.Dossier(ctx, id, response.Ask{Phase: obligation.Initial})
		h.refused(err, notification.ErrPhase)
		in = response.FilingInput{Phase: obligation.Withdrawal, Receipt: "DB-2", FiledAt: h.now}
		h.refused(h.s.File(ctx, h.who, duty, in), obligation.ErrWithdrawalReason)
		in.Withdrawal = "nobody saw the data"
		h.ok(h.s.File(ctx, h.who, duty, in))
		h.proven(id, duty, proof)
	})
}

// proven checks that the proof lies among the evidence, linked to its filing.
func (h *house) proven(id incident.ID, duty obligation.ID, proof response.Upload) {
	h.t.Helper()
	filings, err := obligation.FilingsOf(ctx, h.db.R, duty)
	h.ok(err)
	if len(filings) != 2 || filings[0].ProofID == "" || filings[1].ProofID != "" || filings[1].WithdrawalReason != "nobody saw the data" {
		h.t.Fatalf("%+v", filings)
	}
	e, content, err := incident.EvidenceContent(ctx, h.db.R, id, filings[0].ProofID)
	h.ok(err)
	if string(content) != string(proof.Content) || len(e.SHA256) != 64 {
		h.t.Errorf("%+v", e)
	}
}

func TestAWrongProofIsRefusedAndNothingFiled(t *testing.T) {
	each(t, func(h *house) {
		id := h.breach()
		duty := h.duty(id, obligation.NotifyAuthority).ID
		in := response.FilingInput{Phase: obligation.Initial, Receipt: "DB-1", FiledAt: h.now, Proof: &response.Upload{Name: "x.exe", Content: []byte("MZ\x00\x01\x02")}}
		h.refused(h.s.File(ctx, h.who, duty, in), incident.ErrFileType)
		if filings, err := obligation.FilingsOf(ctx, h.db.R, duty); err != nil || len(filings) != 0 {
			h.t.Errorf("%d filings, %v", len(filings), err)
		}
	})
}
