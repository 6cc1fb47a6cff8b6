package response

import (
	"context"
	"time"

	"clepsydra/internal/fault"
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

// gdpr is the version of the GDPR that the incident keeps.
func (c *change) gdpr() (workflow.Regime, error) {
	return c.s.d.Packs.RegimeVersion(c.i.Regime, c.i.RegimeVer)
}

// duty finds the rule of a duty of the GDPR in the version that the incident keeps.
func (c *change) duty(id obligation.Duty) (workflow.Duty, error) {
	regime, err := c.gdpr()
	if err != nil {
		return workflow.Duty{}, err
	}
	return regime.Duty(string(id))
}

// obligations returns those of the incident by duty. The ids of duties are unique
// among all regimes.
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

// fresh makes an open obligation of a regime with its clock running.
func (c *change) fresh(regime workflow.Regime, rule workflow.Duty, recipient string, at workflow.Moments) (obligation.Obligation, error) {
	id, err := obligation.NewID()
	if err != nil {
		return obligation.Obligation{}, err
	}
	o := obligation.Obligation{
		ID: obligation.ID(id), IncidentID: c.i.ID, Regime: regime.ID, RegimeVersion: regime.Version, Duty: obligation.Duty(rule.ID),
		Recipient: recipient, Article: rule.Article, State: obligation.Open, CreatedAt: c.now,
	}
	return c.wound(o, regime.Version, rule, at)
}

// wound sets the clock of an obligation by a version of its regime. A limit of the
// law or of a contract gives its ends, a planning target only the target.
func (c *change) wound(o obligation.Obligation, version string, rule workflow.Duty, at workflow.Moments) (obligation.Obligation, error) {
	o.RegimeVersion, o.Article = version, rule.Article
	o.StartedAt = rule.StartAt(at)
	o.DueAt, o.StatutoryAt, o.TargetAt = time.Time{}, time.Time{}, time.Time{}
	if rule.Limit == nil {
		return o, nil
	}
	cal, err := c.s.d.Packs.Calendar(c.firm.Country)
	if err != nil {
		return o, err
	}
	d, err := rule.Deadline(at, c.firm.Location(), cal)
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

// fromStart is the one moment of a duty that runs from a single one.
func fromStart(rule workflow.Duty, start time.Time) workflow.Moments {
	return workflow.Moments{rule.StartsFrom: start}
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
