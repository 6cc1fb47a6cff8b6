package response

import (
	"context"
	"errors"
	"strings"
	"time"

	"clepsydra/internal/incident"
	"clepsydra/internal/obligation"
	"clepsydra/internal/workflow"
)

// rechoose gives the incident the version of every law that was in force at an
// instant, in the firm's zone. Where none was in force then, what it had stays.
func (c *change) rechoose(ctx context.Context, at time.Time) error {
	if at.IsZero() {
		return nil
	}
	r, err := c.s.d.Packs.Regime(c.i.Regime, at.In(c.firm.Location()))
	switch {
	case err == nil:
		c.i.RegimeVer = r.Version
	case !errors.Is(err, workflow.ErrNoRegime):
		return err
	}
	answers, err := obligation.AppliedTo(ctx, c.tx, c.i.ID)
	if err != nil {
		return err
	}
	for _, a := range answers {
		was := a.Version
		if a.Version, err = c.versionOf(a.Regime, at, was); err != nil {
			return err
		}
		if a.Version == was {
			continue
		}
		if err := obligation.SaveApplied(ctx, c.tx, a); err != nil {
			return err
		}
	}
	return nil
}

// keepVersion gives the other duties of the GDPR the version that the incident has
// now, with the ends that it sets from where they started.
func (c *change) keepVersion(ctx context.Context) error {
	all, err := c.obligations(ctx)
	if err != nil {
		return err
	}
	for _, id := range []obligation.Duty{obligation.InformPeople, obligation.Document} {
		o, ok := all[id]
		if !ok || o.RegimeVersion == c.i.RegimeVer {
			continue
		}
		rule, err := c.duty(id)
		if err != nil {
			return err
		}
		if o, err = c.wound(o, c.i.RegimeVer, rule, fromStart(rule, o.StartedAt)); err != nil {
			return err
		}
		if err := c.save(ctx, o, rule); err != nil {
			return err
		}
	}
	return nil
}

// bringAll brings the duties of every law that was answered in line with the case.
func (c *change) bringAll(ctx context.Context, cause, reason string) error {
	answers, err := obligation.AppliedTo(ctx, c.tx, c.i.ID)
	if err != nil {
		return err
	}
	for _, a := range answers {
		if err := c.bring(ctx, a, cause, reason); err != nil {
			return err
		}
	}
	return nil
}

// bring brings the duties of one law in line with the case: it starts the clocks
// that can run, moves those whose moment moved, and waives what is not asked any
// more. cause is what changed: only that takes back a waiver.
func (c *change) bring(ctx context.Context, a obligation.Applied, cause, reason string) error {
	regime, err := c.s.RegimeOf(c.firm, a.Regime, a.Version)
	if err != nil {
		return err
	}
	b, err := c.s.docket(ctx, c.tx, c.i)
	if err != nil {
		return err
	}
	for _, step := range b.steps(regime, obligation.StepsOf(regime, b.caseOf())) {
		runs := a.Applies && step.State == obligation.StepRuns
		switch {
		case step.Obligation.ID == "" && runs:
			err = c.start(ctx, regime, step)
		case step.Obligation.ID == "":
		case runs:
			err = c.rewind(ctx, regime, step, cause, reason)
		case step.Obligation.IsOpen():
			err = c.drop(ctx, step.Obligation, reason)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *change) start(ctx context.Context, regime workflow.Regime, step LawStep) error {
	o, err := c.fresh(regime, step.Rule, string(step.Rule.Recipient), step.Moments)
	if err != nil {
		return err
	}
	return c.save(ctx, o, step.Rule)
}

// drop waives a duty that the case does not ask for any more.
func (c *change) drop(ctx context.Context, o obligation.Obligation, reason string) error {
	if strings.TrimSpace(reason) == "" {
		reason = string(o.Duty)
	}
	if err := o.Waive(reason, c.now); err != nil {
		return err
	}
	return c.settle(ctx, o, "waived")
}

// rewind moves a clock whose moment or version changed, and takes back a waiver that
// rested on what changed.
func (c *change) rewind(ctx context.Context, regime workflow.Regime, step LawStep, cause, reason string) error {
	was := step.Obligation
	o, err := c.wound(was, regime.Version, step.Rule, step.Moments)
	if err != nil {
		return err
	}
	if o.State == obligation.Waived && takesBack(step.Rule, cause) {
		o.Resume()
	}
	o.Rewound(reason)
	if o == was || step.Rule.Limit == nil && o.State == was.State && o.RegimeVersion == was.RegimeVersion {
		return nil // "decided" again starts nothing anew where there are no hours
	}
	return c.save(ctx, o, step.Rule)
}

// takesBack reports whether a change of that kind is the ground on which a duty was
// waived.
func takesBack(d workflow.Duty, cause string) bool {
	switch cause {
	case causeLaw:
		return true
	case causeRisk:
		return d.NeededAt != workflow.RiskUnlikely
	case causeSent:
		return false
	}
	from := map[workflow.Moment]incident.MomentKind{
		workflow.Aware: incident.AwareOther, workflow.Classified: incident.Classified,
		workflow.MeasureAvailable: incident.MeasureReady, workflow.Handled: incident.Handled,
	}
	isCap := d.AlternativeCap != nil && string(from[d.AlternativeCap.From]) == cause
	return string(from[d.StartsFrom]) == cause || isCap
}
