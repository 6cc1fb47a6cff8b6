package response

import (
	"context"
	"strings"
	"time"

	"clepsydra/internal/incident"
	"clepsydra/internal/journal"
	"clepsydra/internal/notification"
	"clepsydra/internal/obligation"
)

// Waive settles a duty that need not be done. The notification can be waived only
// on the decision that a risk is unlikely; telling the people only on one of the
// grounds of Art. 34(3): "a" unintelligible data, "b" later measures, "c"
// disproportionate effort with a public notice instead.
func (s *Service) Waive(ctx context.Context, actor journal.Actor, id obligation.ID, ground, reason string) error {
	o, err := obligation.ByID(ctx, s.d.DB.R, id)
	if err != nil {
		return err
	}
	return s.change(ctx, actor, o.IncidentID, func(ctx context.Context, c *change) error {
		o, err := obligation.ByID(ctx, c.tx, id)
		if err != nil {
			return err
		}
		if o.Duty == obligation.NotifyAuthority && c.i.Risk != incident.RiskUnlikely {
			return ErrWaiveNeedsDecision
		}
		if o.Duty == obligation.InformPeople && ground != "a" && ground != "b" && ground != "c" {
			return ErrGroundUnknown.At("ground")
		}
		if err := o.Waive(reason, c.now); err != nil {
			return err
		}
		if err := c.decide(ctx, "waive", string(o.Duty)+" "+ground, strings.TrimSpace(reason)); err != nil {
			return err
		}
		if err := c.settle(ctx, o, "waived"); err != nil {
			return err
		}
		return c.note(ctx, "duty.waived", map[string]string{"obligation": string(id), "duty": string(o.Duty), "ground": ground}, reason)
	})
}

// FilingInput is what was done at the authority.
type FilingInput struct {
	Phase      obligation.Phase
	FiledAt    time.Time
	Receipt    string
	NoReceipt  string
	LateReason string
	PaperID    string
	Proof      *Upload // that shows the receipt; goes to the evidence; nil: none
	Withdrawal string  // why the notification is taken back
}

// File records that the authority was told. The initial filing settles the duty
// and cancels the reminders that are left, in the same transaction.
func (s *Service) File(ctx context.Context, actor journal.Actor, id obligation.ID, in FilingInput) error {
	o, err := obligation.ByID(ctx, s.d.DB.R, id)
	if err != nil {
		return err
	}
	proof, err := proofOf(in)
	if err != nil {
		return err
	}
	return s.change(ctx, actor, o.IncidentID, func(ctx context.Context, c *change) error {
		o, err := obligation.ByID(ctx, c.tx, id)
		if err != nil {
			return err
		}
		earlier, err := obligation.FilingsOf(ctx, c.tx, id)
		if err != nil {
			return err
		}
		if err := c.ownPaper(ctx, o.IncidentID, in.PaperID); err != nil {
			return err
		}
		f, err := c.filing(id, in)
		if err != nil {
			return err
		}
		if err := o.File(f, earlier, c.now); err != nil {
			return err
		}
		for _, e := range proof {
			if f.ProofID, err = c.keepEvidence(ctx, e, in.Proof.Content); err != nil {
				return err
			}
		}
		if err := obligation.AddFiling(ctx, c.tx, f); err != nil {
			return err
		}
		if f.Phase == obligation.Initial {
			if err := c.settle(ctx, o, "filed"); err != nil {
				return err
			}
		}
		if o.Regime != c.i.Regime {
			return c.sent(ctx, o, f)
		}
		facts := map[string]string{"filing": f.ID, "phase": string(f.Phase), "state": string(o.State), "receipt": yes(f.Receipt != ""), "proof": f.ProofID}
		return c.noteAt(ctx, "notification.filed", facts, f.LateReason+f.NoReceipt+f.WithdrawalReason, f.FiledAt)
	})
}

// proofOf examines the file that proves a filing; none is allowed.
func proofOf(in FilingInput) ([]incident.Evidence, error) {
	if in.Proof == nil {
		return nil, nil
	}
	e, err := incident.Examine(in.Proof.Name, in.Proof.Content)
	return []incident.Evidence{e}, err
}

// ownPaper refuses a paper that is not of this incident; none is allowed.
func (c *change) ownPaper(ctx context.Context, of incident.ID, id string) error {
	if id == "" {
		return nil
	}
	p, err := notification.PaperByID(ctx, c.tx, id)
	if err == nil && p.IncidentID != of {
		err = notification.ErrPaperNotFound
	}
	return err
}

func (c *change) filing(id obligation.ID, in FilingInput) (obligation.Filing, error) {
	filingID, err := obligation.NewID()
	if err != nil {
		return obligation.Filing{}, err
	}
	withdrawal := ""
	if in.Phase == obligation.Withdrawal {
		withdrawal = strings.TrimSpace(in.Withdrawal)
	}
	return obligation.Filing{
		ID: filingID, ObligationID: id, Phase: in.Phase, FiledAt: in.FiledAt.UTC().Truncate(time.Microsecond),
		Receipt: strings.TrimSpace(in.Receipt), NoReceipt: strings.TrimSpace(in.NoReceipt), LateReason: strings.TrimSpace(in.LateReason),
		PaperID: in.PaperID, RecordedBy: c.actor.ID, RecordedAt: c.now,
		WithdrawalReason: withdrawal,
	}, nil
}

// Acknowledge records that somebody took a duty on.
func (s *Service) Acknowledge(ctx context.Context, actor journal.Actor, id obligation.ID) error {
	o, err := obligation.ByID(ctx, s.d.DB.R, id)
	if err != nil {
		return err
	}
	if o.IsOfRequest() {
		return s.acknowledgeOther(ctx, actor, id)
	}
	return s.change(ctx, actor, o.IncidentID, func(ctx context.Context, c *change) error {
		o, err := obligation.ByID(ctx, c.tx, id)
		if err != nil {
			return err
		}
		if !o.AcknowledgedAt.IsZero() {
			return nil
		}
		if err := o.Acknowledge(actor.ID, c.now); err != nil {
			return err
		}
		if err := obligation.Save(ctx, c.tx, o); err != nil {
			return err
		}
		return c.note(ctx, "duty.acknowledged", map[string]string{"obligation": string(id), "duty": string(o.Duty)}, "")
	})
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
