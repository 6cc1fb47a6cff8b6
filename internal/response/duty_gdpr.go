package response

import (
	"context"
	"time"

	"clepsydra/internal/incident"
	"clepsydra/internal/obligation"
)

// clockFrom starts the duty to notify the authority at awareness, or moves it.
func (c *change) clockFrom(ctx context.Context, at time.Time, reason string) error {
	all, err := c.obligations(ctx)
	if err != nil {
		return err
	}
	regime, err := c.gdpr()
	if err != nil {
		return err
	}
	rule, err := regime.Duty(string(obligation.NotifyAuthority))
	if err != nil {
		return err
	}
	o, ok := all[obligation.NotifyAuthority]
	if !ok {
		o, err = c.fresh(regime, rule, c.firm.AuthorityID, fromStart(rule, at))
	} else {
		o, err = c.wound(o, regime.Version, rule, fromStart(rule, at))
	}
	if err != nil {
		return err
	}
	o.Rewound(reason)
	if o.IsOpen() && c.i.Risk == incident.RiskUnlikely {
		if err := c.waiveBy(ctx, &o); err != nil {
			return err
		}
	}
	return c.save(ctx, o, rule)
}

// waiveBy settles the notification on the ground of the risk decision so far.
func (c *change) waiveBy(ctx context.Context, o *obligation.Obligation) error {
	reason, err := c.lastReason(ctx, "risk")
	if err != nil {
		return err
	}
	return o.Waive(reason, c.now)
}

func (c *change) lastReason(ctx context.Context, kind string) (string, error) {
	all, err := incident.DecisionsOf(ctx, c.tx, c.i.ID)
	if err != nil {
		return "", err
	}
	reason := ""
	for _, d := range all {
		if d.Kind == kind {
			reason = d.Reason
		}
	}
	return reason, nil
}

// documented records that the breach stands in the register (Art. 33(5)): the
// entry is made of the incident itself, so the duty is met by triage.
func (c *change) documented(ctx context.Context) error {
	all, err := c.obligations(ctx)
	if err != nil {
		return err
	}
	if _, ok := all[obligation.Document]; ok {
		return nil
	}
	regime, err := c.gdpr()
	if err != nil {
		return err
	}
	rule, err := regime.Duty(string(obligation.Document))
	if err != nil {
		return err
	}
	o, err := c.fresh(regime, rule, "register", fromStart(rule, c.now))
	if err != nil {
		return err
	}
	if err := o.Meet(c.now, ""); err != nil {
		return err
	}
	return c.settle(ctx, o, "registered")
}

// follow brings the duties in line with the risk.
func (c *change) follow(ctx context.Context, r incident.Risk, reason string) error {
	all, err := c.obligations(ctx)
	if err != nil {
		return err
	}
	if o, ok := all[obligation.NotifyAuthority]; ok {
		if err := c.align(ctx, o, r != incident.RiskUnlikely, reason); err != nil {
			return err
		}
	}
	o, ok := all[obligation.InformPeople]
	if !ok && r != incident.HighRiskLikely {
		return nil
	}
	if !ok {
		regime, err := c.gdpr()
		if err != nil {
			return err
		}
		rule, err := regime.Duty(string(obligation.InformPeople))
		if err != nil {
			return err
		}
		if o, err = c.fresh(regime, rule, "people", fromStart(rule, c.now)); err != nil {
			return err
		}
		return c.save(ctx, o, rule)
	}
	return c.align(ctx, o, r == incident.HighRiskLikely, reason)
}

// align waives an open duty that is not needed any more, and resumes a waived one
// that is needed after all. What was met stays met.
func (c *change) align(ctx context.Context, o obligation.Obligation, needed bool, reason string) error {
	switch {
	case !needed && o.IsOpen():
		if err := o.Waive(reason, c.now); err != nil {
			return err
		}
		return c.settle(ctx, o, "waived")
	case needed && o.State == obligation.Waived:
		o.Resume()
		rule, err := c.duty(o.Duty)
		if err != nil {
			return err
		}
		return c.save(ctx, o, rule)
	}
	return nil
}
