package response

import (
	"context"
	"errors"
	"strings"
	"time"

	"clepsydra/internal/fault"
	"clepsydra/internal/incident"
	"clepsydra/internal/journal"
	"clepsydra/internal/obligation"
	"clepsydra/internal/workflow"
)

// Refusals of a law or a step.
var (
	ErrLawAlways   = fault.New(fault.Conflict, "laws.gdpr_always")
	ErrNotOptional = fault.New(fault.Conflict, "laws.step_not_optional")
)

// What made the steps of a law be laid out anew, besides the kinds of moments.
const (
	causeRisk = "risk"
	causeSent = "sent"
	causeLaw  = "law"
)

// AnswerLaw records whether a law applies to an incident, with the reason. What the
// law asks then gets its clocks; what it asked before is waived when it turns out not
// to apply. Giving the same answer again changes nothing.
func (s *Service) AnswerLaw(ctx context.Context, actor journal.Actor, id incident.ID, regime string, applies bool, reason string) error {
	reason = strings.TrimSpace(reason)
	return s.change(ctx, actor, id, func(ctx context.Context, c *change) error {
		switch {
		case !c.i.IsOpen():
			return incident.ErrNotOpen
		case regime == regimeGDPR:
			return ErrLawAlways
		case reason == "":
			return incident.ErrReasonMissing.At("reason")
		}
		b, err := s.docket(ctx, c.tx, c.i)
		if err != nil {
			return err
		}
		before, had := b.answer(regime)
		if had && before.Applies == applies && before.Reason == reason {
			return nil
		}
		version, err := c.versionOf(regime, b.aware(), before.Version)
		if err != nil {
			return err
		}
		a := obligation.Applied{IncidentID: id, Regime: regime, Version: version, Applies: applies, Reason: reason, DecidedBy: c.actor.ID, DecidedAt: c.now}
		if err := obligation.SaveApplied(ctx, c.tx, a); err != nil {
			return err
		}
		if err := c.decide(ctx, "law", regime+" "+yes(applies), reason); err != nil {
			return err
		}
		if err := c.bring(ctx, a, causeLaw, reason); err != nil {
			return err
		}
		return c.note(ctx, "law.answered", map[string]string{"regime": regime, "version": version, "applies": yes(applies)}, reason)
	})
}

func (b docket) answer(regime string) (obligation.Applied, bool) {
	for _, a := range b.answers {
		if a.Regime == regime {
			return a, true
		}
	}
	return obligation.Applied{}, false
}

// versionOf chooses the version of a law in force when the firm knew, in the firm's
// zone; before it knew, that of now. Where none was in force then, what was chosen
// before stays.
func (c *change) versionOf(regime string, aware time.Time, before string) (string, error) {
	if IsOwnClock(regime) {
		if before != "" {
			return before, nil
		}
		clock, ok := c.firm.Laws.Latest(regime)
		if !ok {
			return "", workflow.ErrNoRegime.With("ID", regime).With("Day", "")
		}
		return c.s.ownRegime(clock).Version, nil
	}
	at := aware
	if at.IsZero() {
		at = c.now
	}
	r, err := c.s.d.Packs.Regime(regime, at.In(c.firm.Location()))
	if errors.Is(err, workflow.ErrNoRegime) && before != "" {
		return before, nil
	}
	return r.Version, err
}

// SetLawMoment sets one of the moments from which steps of other laws run, or takes
// it back with a zero instant, and moves the clocks that run from it.
func (s *Service) SetLawMoment(ctx context.Context, actor journal.Actor, id incident.ID, k incident.MomentKind, at time.Time, reason string) error {
	if !at.IsZero() {
		at = at.UTC().Truncate(time.Microsecond)
	}
	return s.change(ctx, actor, id, func(ctx context.Context, c *change) error {
		b, err := s.docket(ctx, c.tx, c.i)
		if err != nil {
			return err
		}
		if err := c.i.CheckLawMoment(k, at, b.aware(), reason, c.now); err != nil {
			return err
		}
		if err := c.keepMoment(ctx, k, at, reason); err != nil {
			return err
		}
		if k == incident.AwareOther {
			if err := c.rechoose(ctx, at); err != nil {
				return err
			}
		}
		if err := c.bringAll(ctx, string(k), reason); err != nil {
			return err
		}
		return c.note(ctx, "law.moment_set", map[string]string{"moment": string(k), "at": stamp(at), "before": stamp(b.moments[k])}, reason)
	})
}

// AskForStep opens an optional step, such as an intermediate report that an authority
// asked for. Asking twice opens it once.
func (s *Service) AskForStep(ctx context.Context, actor journal.Actor, id incident.ID, duty obligation.Duty, reason string) error {
	reason = strings.TrimSpace(reason)
	return s.change(ctx, actor, id, func(ctx context.Context, c *change) error {
		switch {
		case !c.i.IsOpen():
			return incident.ErrNotOpen
		case reason == "":
			return incident.ErrReasonMissing.At("reason")
		}
		laws, err := s.LawsOf(ctx, c.tx, c.i, c.firm)
		if err != nil {
			return err
		}
		for _, l := range laws {
			for _, step := range l.Steps {
				if step.Rule.ID == string(duty) {
					return c.ask(ctx, l, step, reason)
				}
			}
		}
		return workflow.ErrNoDuty.With("ID", string(duty))
	})
}

func (c *change) ask(ctx context.Context, l Law, step LawStep, reason string) error {
	if step.Obligation.ID != "" {
		return nil
	}
	if step.State != obligation.StepOptional {
		return ErrNotOptional
	}
	at := step.Moments
	if step.Rule.StartAt(at).IsZero() {
		at = workflow.Moments{step.Rule.StartsFrom: c.now}
	}
	o, err := c.fresh(l.Regime, step.Rule, string(step.Rule.Recipient), at)
	if err != nil {
		return err
	}
	if err := c.save(ctx, o, step.Rule); err != nil {
		return err
	}
	if err := c.decide(ctx, "step", step.Rule.ID, reason); err != nil {
		return err
	}
	if err := c.bring(ctx, l.Answer, causeSent, reason); err != nil {
		return err
	}
	return c.note(ctx, "step.asked", map[string]string{"regime": l.Regime.ID, "duty": step.Rule.ID, "obligation": string(o.ID)}, reason)
}

// sent starts what follows a step of a law other than the GDPR that was sent.
func (c *change) sent(ctx context.Context, o obligation.Obligation, f obligation.Filing) error {
	if err := c.bringAll(ctx, causeSent, f.LateReason); err != nil {
		return err
	}
	facts := map[string]string{
		"regime": o.Regime, "duty": string(o.Duty), "filing": f.ID, "phase": string(f.Phase), "state": string(o.State), "receipt": yes(f.Receipt != ""),
	}
	return c.noteAt(ctx, "step.sent", facts, f.LateReason+f.NoReceipt, f.FiledAt)
}
