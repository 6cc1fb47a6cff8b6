package workflow

import (
	"errors"
	"fmt"
	"time"

	"clepsydra/internal/deadline"
)

// Regime is one dated version of a law that asks for something after an incident.
type Regime struct {
	Header `yaml:",inline"`

	Name   Text   `yaml:"name"`
	Duties []Duty `yaml:"duties"`
}

// Duty returns one duty of the regime; ErrNoDuty when it is unknown.
func (r Regime) Duty(id string) (Duty, error) {
	for _, d := range r.Duties {
		if d.ID == id {
			return d, nil
		}
	}
	return Duty{}, ErrNoDuty.With("ID", id)
}

// Recipient is who must be told, or where something must be written down.
type Recipient string

// The recipients.
const (
	ToAuthority    Recipient = "authority"
	ToDataSubjects Recipient = "data_subjects"
	ToRegister     Recipient = "register"
)

// Moment is the event from which a duty's time runs.
type Moment string

// The moments.
const (
	Aware            Moment = "aware"              // the controller is aware (GDPR Art. 33(1))
	Decided          Moment = "decided"            // the risk was decided upon
	Classified       Moment = "classified"         // DORA: classified as major
	PreviousStepSent Moment = "previous_step_sent" // NIS2, CRA: the step before was sent
	MeasureAvailable Moment = "measure_available"  // CRA: a corrective measure exists
	Handled          Moment = "handled"            // NIS2: the incident is over
)

// Moments is when each moment of a case was; a moment that has not come is absent.
type Moments map[Moment]time.Time

// Level is the outcome of the risk assessment, in the GDPR's three steps.
type Level string

// The levels, lowest first.
const (
	RiskUnlikely Level = "unlikely"
	RiskLikely   Level = "risk"
	HighRisk     Level = "high_risk"
)

func (l Level) rank() int {
	switch l {
	case HighRisk:
		return 2
	case RiskLikely:
		return 1
	}
	return 0
}

// Binding tells a limit of the law from an aim of the firm's own.
type Binding string

// The bindings.
const (
	ByLaw    Binding = "law"
	ByTarget Binding = "target" // an internal planning target, never to be shown as law
)

// Limit is how long a duty has.
type Limit struct {
	Amount  int           `yaml:"amount"`
	Unit    deadline.Unit `yaml:"unit"`
	Binding Binding       `yaml:"binding"`
}

// Cap is a second limit from another moment; the earlier of the two counts (DORA:
// four hours after classification, at most 24 hours after awareness).
type Cap struct {
	From   Moment        `yaml:"from"`
	Amount int           `yaml:"amount"`
	Unit   deadline.Unit `yaml:"unit"`
}

// Duty is one thing a regime asks for.
type Duty struct {
	ID              string    `yaml:"id"`
	Article         string    `yaml:"article"`
	Name            Text      `yaml:"name"`
	Summary         Text      `yaml:"summary"`
	Recipient       Recipient `yaml:"recipient"`
	NeededAt        Level     `yaml:"needed_at"` // at this level and above; unlikely: always
	StartsFrom      Moment    `yaml:"starts_from"`
	Limit           *Limit    `yaml:"limit"` // nil: neither the law nor the firm sets one
	AlternativeCap  *Cap      `yaml:"alternative_cap"`
	NeedsLateReason bool      `yaml:"needs_late_reason"`
	Ladder          Ladder    `yaml:"ladder"`
}

// IsNeeded reports whether the duty exists at a level of risk.
func (d Duty) IsNeeded(l Level) bool { return l.rank() >= d.NeededAt.rank() }

// IsLegal reports whether the duty's limit is one of the law.
func (d Duty) IsLegal() bool { return d.Limit != nil && d.Limit.Binding == ByLaw }

// Deadline computes when the duty ends, given what has happened so far: the earlier
// of its limit and its alternative cap. ErrNoLimit when there is no limit,
// ErrNotStarted when none of its moments has come; else the errors of deadline.
func (d Duty) Deadline(at Moments, loc *time.Location, cal deadline.Calendar) (deadline.Deadline, error) {
	if d.Limit == nil {
		return deadline.Deadline{}, ErrNoLimit.With("ID", d.ID)
	}
	first, err := run(at[d.StartsFrom], deadline.Period{Amount: d.Limit.Amount, Unit: d.Limit.Unit}, loc, cal)
	if d.AlternativeCap == nil || (err != nil && !errors.Is(err, ErrNotStarted)) {
		return first, err
	}
	second, capErr := run(at[d.AlternativeCap.From],
		deadline.Period{Amount: d.AlternativeCap.Amount, Unit: d.AlternativeCap.Unit}, loc, cal)
	switch {
	case errors.Is(capErr, ErrNotStarted):
		return first, err
	case capErr != nil:
		return deadline.Deadline{}, capErr
	case err != nil || second.Exact.Before(first.Exact):
		return second, nil
	}
	return first, nil
}

func run(start time.Time, p deadline.Period, loc *time.Location, cal deadline.Calendar) (deadline.Deadline, error) {
	if start.IsZero() {
		return deadline.Deadline{}, ErrNotStarted
	}
	if p.Unit == deadline.UnitHours {
		return deadline.Hours(p.Amount, start, loc)
	}
	if loc == nil {
		return deadline.Deadline{}, deadline.ErrZone
	}
	return deadline.FromDay(p, deadline.DateOf(start.In(loc)), loc, cal)
}

func (l *loader) addRegime(c *checker, r Regime) {
	c.name("$.id", r.ID)
	c.text("$.name", r.Name)
	c.need(len(r.Duties) > 0, "$.duties", "the list is empty")
	seen := make(map[string]bool)
	for i, d := range r.Duties {
		at := index("$.duties", i)
		c.need(!seen[d.ID], at+".id", "%q is there twice", d.ID)
		seen[d.ID] = true
		d.check(c, at)
	}
	add(c, l.packs.regimes, r)
}

func (d Duty) check(c *checker, at string) {
	c.name(at+".id", d.ID)
	c.need(d.Article != "", at+".article", "the article is missing")
	c.text(at+".name", d.Name)
	c.text(at+".summary", d.Summary)
	oneOf(c, at+".recipient", d.Recipient, ToAuthority, ToDataSubjects, ToRegister)
	oneOf(c, at+".needed_at", d.NeededAt, RiskUnlikely, RiskLikely, HighRisk)
	moment(c, at+".starts_from", d.StartsFrom)
	if d.Limit != nil {
		period(c, at+".limit", deadline.Period{Amount: d.Limit.Amount, Unit: d.Limit.Unit})
		oneOf(c, at+".limit.binding", d.Limit.Binding, ByLaw, ByTarget)
	}
	if d.AlternativeCap != nil {
		c.need(d.Limit != nil, at+".alternative_cap", "there is no limit that it could cap")
		c.need(d.AlternativeCap.From != d.StartsFrom, at+".alternative_cap.from", "it must run from another moment than the limit")
		moment(c, at+".alternative_cap.from", d.AlternativeCap.From)
		period(c, at+".alternative_cap", deadline.Period{Amount: d.AlternativeCap.Amount, Unit: d.AlternativeCap.Unit})
	}
	c.need(!d.NeedsLateReason || d.IsLegal(), at+".needs_late_reason", "reasons for lateness need a limit of the law")
	d.Ladder.check(c, at+".ladder", d.Limit)
}

func moment(c *checker, at string, m Moment) {
	oneOf(c, at, m, Aware, Decided, Classified, PreviousStepSent, MeasureAvailable, Handled)
}

func period(c *checker, at string, p deadline.Period) {
	if err := p.Check(); err != nil {
		c.fail(at, "%s", fmt.Sprint(err))
	}
}
