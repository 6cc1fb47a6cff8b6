package workflow

import (
	"errors"
	"time"

	"clepsydra/internal/deadline"
)

// Duty is one thing a regime asks for, or one step of several.
type Duty struct {
	ID         string    `yaml:"id"` // unique among all regimes
	Article    string    `yaml:"article"`
	Name       Text      `yaml:"name"`
	Summary    Text      `yaml:"summary"`
	Recipient  Recipient `yaml:"recipient"`
	NeededAt   Level     `yaml:"needed_at"` // at this level and above; unlikely: always
	StartsFrom Moment    `yaml:"starts_from"`
	Previous   string    `yaml:"previous"`  // the duty whose sending starts this one, for previous_step_sent
	FromLast   bool      `yaml:"from_last"` // its last sending counts and not the first
	Follows    string    `yaml:"follows"`   // exists only after that duty was done
	// OptionalOnRequest marks a step that exists only when somebody asks for it.
	OptionalOnRequest bool `yaml:"optional_on_request"`
	// InsteadOf is the duty that falls away when this optional step is taken.
	InsteadOf       string   `yaml:"instead_of"`
	Limit           *Limit   `yaml:"limit"` // nil: neither the law nor the firm sets one
	AlternativeCap  *Cap     `yaml:"alternative_cap"`
	Rule            Counting `yaml:"rule"`
	NeedsLateReason bool     `yaml:"needs_late_reason"`
	Channel         Text     `yaml:"channel"` // where to send it; may be missing
	Content         []Text   `yaml:"content"` // what must be in it; may be missing
	Ladder          Ladder   `yaml:"ladder"`
	LadderAs        string   `yaml:"ladder_as"` // a ladder of ladders.yaml, in place of ladder
}

// IsNeeded reports whether the duty exists at a level of risk.
func (d Duty) IsNeeded(l Level) bool { return l.rank() >= d.NeededAt.rank() }

// IsLegal reports whether the duty's limit binds: one of the law or of a contract,
// and not an aim of the firm's own.
func (d Duty) IsLegal() bool { return d.Limit != nil && d.Limit.Binding != ByTarget }

// After returns the duties that must be done before this one exists; none for a
// first step.
func (d Duty) After() []string {
	var out []string
	for _, id := range []string{d.Follows, d.Previous} {
		if id != "" && !contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// Moments is when each moment of a case was; a moment that has not come is absent.
type Moments map[Moment]time.Time

// Deadline computes when the duty ends, given what has happened so far: the earlier
// of its limit and its alternative cap. ErrNoLimit when there is no limit,
// ErrNotStarted when none of its moments has come; else the errors of deadline.
func (d Duty) Deadline(at Moments, loc *time.Location, cal deadline.Calendar) (deadline.Deadline, error) {
	if d.Limit == nil {
		return deadline.Deadline{}, ErrNoLimit.With("ID", d.ID)
	}
	run := counter{d.Rule, loc, cal}
	start := at[d.StartsFrom]
	first, err := run.from(start, deadline.Period{Amount: d.Limit.Amount, Unit: d.Limit.Unit})
	if d.AlternativeCap == nil || (err != nil && !errors.Is(err, ErrNotStarted)) {
		return first, err
	}
	second, capErr := run.from(at[d.AlternativeCap.From],
		deadline.Period{Amount: d.AlternativeCap.Amount, Unit: d.AlternativeCap.Unit})
	switch {
	case errors.Is(capErr, ErrNotStarted):
		return first, err
	case capErr != nil:
		return deadline.Deadline{}, capErr
	case err != nil:
		return second, nil
	case d.AlternativeCap.LiftedWhenLater && start.After(second.Exact):
		return first, nil
	case second.Exact.Before(first.Exact):
		return second, nil
	}
	return first, nil
}

// StartAt is the earliest of the moments from which the duty runs; zero when none
// has come.
func (d Duty) StartAt(at Moments) time.Time {
	start := at[d.StartsFrom]
	if d.AlternativeCap == nil {
		return start
	}
	if other := at[d.AlternativeCap.From]; start.IsZero() || !other.IsZero() && other.Before(start) {
		start = other
	}
	return start
}

// counter counts periods by a rule, in a zone, with a country's holidays.
type counter struct {
	rule Counting
	loc  *time.Location
	cal  deadline.Calendar
}

func (c counter) from(start time.Time, p deadline.Period) (deadline.Deadline, error) {
	switch {
	case start.IsZero():
		return deadline.Deadline{}, ErrNotStarted
	case c.rule == ElapsedRule:
		return deadline.Elapsed(p, start, c.loc)
	case p.Unit == deadline.UnitHours:
		return deadline.Hours(p.Amount, start, c.loc)
	case c.loc == nil:
		return deadline.Deadline{}, deadline.ErrZone
	}
	return deadline.FromDay(p, deadline.DateOf(start.In(c.loc)), c.loc, c.cal)
}
