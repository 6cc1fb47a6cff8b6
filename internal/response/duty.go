package response

import (
	"context"
	"strings"
	"time"

	"clepsydra/internal/fault"
	"clepsydra/internal/incident"
	"clepsydra/internal/journal"
	"clepsydra/internal/notification"
	"clepsydra/internal/obligation"
	"clepsydra/internal/workflow"
)

// regimeGDPR is the rule pack whose duties every breach has.
const regimeGDPR = "gdpr"

// ErrWaiveNeedsDecision refuses to waive the notification while the risk is not
// decided to be unlikely: that decision is the only ground of Art. 33(1).
var ErrWaiveNeedsDecision = fault.New(fault.Conflict, "obligation.waive_needs_decision")

// ErrGroundUnknown refuses a ground that Art. 34(3) does not know.
var ErrGroundUnknown = fault.New(fault.Invalid, "obligation.ground_unknown")

// duty finds the rule of a duty in the version of the law that the incident keeps.
func (c *change) duty(id obligation.Duty) (workflow.Duty, error) {
	regime, err := c.s.d.Packs.RegimeVersion(c.i.Regime, c.i.RegimeVer)
	if err != nil {
		return workflow.Duty{}, err
	}
	return regime.Duty(string(id))
}

// obligations returns those of the incident by duty.
func (c *change) obligations(ctx context.Context) (map[obligation.Duty]obligation.Obligation, error) {
	list, err := obligation.OfIncident(ctx, c.tx, c.i.ID)
	if err != nil {
		return nil, err
	}
	out := make(map[obligation.Duty]obligation.Obligation, len(list))
	for _, o := range list {
		out[o.Duty] = o
	}
	return out, nil
}

// fresh makes an open obligation with its clock running from start.
func (c *change) fresh(d obligation.Duty, rule workflow.Duty, recipient string, start time.Time) (obligation.Obligation, error) {
	id, err := obligation.NewID()
	if err != nil {
		return obligation.Obligation{}, err
	}
	o := obligation.Obligation{
		ID: obligation.ID(id), IncidentID: c.i.ID, Regime: c.i.Regime, RegimeVersion: c.i.RegimeVer, Duty: d,
		Recipient: recipient, Article: rule.Article, State: obligation.Open, CreatedAt: c.now,
	}
	return c.wound(o, rule, start)
}

// wound sets the clock of an obligation to run from start. A limit of the law
// gives its ends, a planning target only the target.
func (c *change) wound(o obligation.Obligation, rule workflow.Duty, start time.Time) (obligation.Obligation, error) {
	o.StartedAt, o.DueAt, o.StatutoryAt, o.TargetAt = start, time.Time{}, time.Time{}, time.Time{}
	if rule.Limit == nil {
		return o, nil
	}
	cal, err := c.s.d.Packs.Calendar(c.firm.Country)
	if err != nil {
		return o, err
	}
	d, err := rule.Deadline(workflow.Moments{rule.StartsFrom: start}, c.firm.Location(), cal)
	if err != nil {
		return o, err
	}
	if rule.IsLegal() {
		o.DueAt, o.StatutoryAt = d.Exact, d.Statutory
	} else {
		o.TargetAt = d.Exact
	}
	return o, nil
}

// save writes an obligation and lays out its reminders anew: what was planned for
// an earlier clock goes, what was sent stays.
func (c *change) save(ctx context.Context, o obligation.Obligation, rule workflow.Duty) error {
	if err := obligation.Save(ctx, c.tx, o); err != nil {
		return err
	}
	if err := obligation.DropPlanned(ctx, c.tx, o.ID); err != nil {
		return err
	}
	if !o.IsOpen() {
		return nil
	}
	return c.plan(ctx, obligation.Plan(o, rule.Ladder, c.firm.Location()))
}

// plan writes reminders and puts the work of each into the queue.
func (c *change) plan(ctx context.Context, planned []obligation.Reminder) error {
	added, err := obligation.InsertReminders(ctx, c.tx, planned)
	if err != nil {
		return err
	}
	for _, r := range added {
		if err := c.put(ctx, Work{Kind: WorkRemind, ID: r.ID, Key: WorkRemind + ":" + r.ID, At: r.DueAt}); err != nil {
			return err
		}
	}
	return nil
}

// settle writes an obligation that came to its end and cancels the reminders that
// are left.
func (c *change) settle(ctx context.Context, o obligation.Obligation, why string) error {
	if err := obligation.Save(ctx, c.tx, o); err != nil {
		return err
	}
	return obligation.CancelPlanned(ctx, c.tx, o.ID, why)
}

// clockFrom starts the duty to notify the authority at awareness, or moves it.
func (c *change) clockFrom(ctx context.Context, at time.Time, reason string) error {
	all, err := c.obligations(ctx)
	if err != nil {
		return err
	}
	rule, err := c.duty(obligation.NotifyAuthority)
	if err != nil {
		return err
	}
	o, ok := all[obligation.NotifyAuthority]
	if !ok {
		o, err = c.fresh(obligation.NotifyAuthority, rule, c.firm.AuthorityID, at)
	} else {
		o, err = c.wound(o, rule, at)
	}
	if err != nil {
		return err
	}
	switch {
	case o.State == obligation.Met && o.SettledAt.After(o.DueAt):
		o.State, o.Reason = obligation.MetLate, strings.TrimSpace(reason)
	case o.State == obligation.MetLate && !o.SettledAt.After(o.DueAt):
		o.State, o.Reason = obligation.Met, ""
	case o.IsOpen() && c.i.Risk == incident.RiskUnlikely:
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
	rule, err := c.duty(obligation.Document)
	if err != nil {
		return err
	}
	o, err := c.fresh(obligation.Document, rule, "register", c.now)
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
		rule, err := c.duty(obligation.InformPeople)
		if err != nil {
			return err
		}
		if o, err = c.fresh(obligation.InformPeople, rule, "people", c.now); err != nil {
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
