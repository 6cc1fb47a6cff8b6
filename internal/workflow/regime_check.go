package workflow

import (
	"fmt"
	"slices"
	"strings"

	"clepsydra/internal/deadline"
)

func (l *loader) addRegime(c *checker, r Regime) {
	c.name("$.id", r.ID)
	c.need(!strings.HasPrefix(r.ID, "own_"), "$.id", "names that begin with own_ are those of the firm's own clocks")
	oneOf(c, "$.status", r.Status, "", InForce, Proposed)
	c.text("$.name", r.Name)
	c.text("$.summary", r.Summary)
	oneOf(c, "$.certainty", r.Certainty, Found, High, Medium, Low)
	c.countries("$.countries", r.Countries)
	for i, p := range r.National {
		p.check(c, index("$.national", i))
	}
	c.need(r.IsLaw() || r.Applies == nil, "$.applies", "a proposal is never applied")
	r.Applies.check(c, r.ID)
	c.need(len(r.Duties) > 0, "$.duties", "the list is empty")
	r.Duties = slices.Clone(r.Duties) // the shared ladders go into ours
	for i := range r.Duties {
		at := index("$.duties", i)
		d := &r.Duties[i]
		d.check(c, at)
		d.checkPlace(c, at, r.Duties[:i])
		owner, taken := l.dutyOwner[d.ID]
		c.need(!taken || owner == r.ID, at+".id", "%q is a duty of the regime %q", d.ID, owner)
		l.dutyOwner[d.ID] = r.ID
	}
	l.later = append(l.later, func() { r.Applies.compileIn(c) })
	add(c, l.packs.regimes, r)
}

func (c *checker) countries(at string, list []string) {
	for i, code := range list {
		c.country(index(at, i), code)
	}
}

func (p NationalPoint) check(c *checker, at string) {
	c.countries(at+".countries", p.Countries)
	c.need(p.Article != "", at+".article", "the article is missing")
	c.text(at+".text", p.Text)
	c.need(strings.TrimSpace(p.Source) != "", at+".source", "the source is missing")
	oneOf(c, at+".certainty", p.Certainty, Found, High, Medium, Low)
}

func (d *Duty) check(c *checker, at string) {
	c.name(at+".id", d.ID)
	c.need(d.Article != "", at+".article", "the article is missing")
	c.text(at+".name", d.Name)
	c.text(at+".summary", d.Summary)
	oneOf(c, at+".recipient", d.Recipient, recipients()...)
	oneOf(c, at+".needed_at", d.NeededAt, RiskUnlikely, RiskLikely, HighRisk)
	moment(c, at+".starts_from", d.StartsFrom)
	d.checkLimit(c, at)
	c.need(!d.NeedsLateReason || d.IsLegal(), at+".needs_late_reason", "reasons for lateness need a limit of the law")
	if d.Channel != nil {
		c.text(at+".channel", d.Channel)
	}
	for i, t := range d.Content {
		c.text(index(at+".content", i), t)
	}
	d.checkLadder(c, at)
}

func (d *Duty) checkLimit(c *checker, at string) {
	oneOf(c, at+".rule", d.Rule, "", EU1182, ElapsedRule, NoRule)
	c.need(d.Rule != NoRule || d.Limit == nil, at+".rule", "there is a limit, so there is something to count")
	if d.Limit != nil {
		d.period(c, at+".limit", deadline.Period{Amount: d.Limit.Amount, Unit: d.Limit.Unit})
		oneOf(c, at+".limit.binding", d.Limit.Binding, ByLaw, ByTarget)
	}
	if d.AlternativeCap != nil {
		c.need(d.Limit != nil, at+".alternative_cap", "there is no limit that it could cap")
		c.need(d.AlternativeCap.From != d.StartsFrom, at+".alternative_cap.from", "it must run from another moment than the limit")
		moment(c, at+".alternative_cap.from", d.AlternativeCap.From)
		d.period(c, at+".alternative_cap", deadline.Period{Amount: d.AlternativeCap.Amount, Unit: d.AlternativeCap.Unit})
	}
}

// checkPlace checks how a duty hangs on those before it. Only an earlier one can be
// named, so that no step waits for itself.
func (d *Duty) checkPlace(c *checker, at string, earlier []Duty) {
	known := make([]string, len(earlier))
	for i, e := range earlier {
		known[i] = e.ID
	}
	c.need(!contains(known, d.ID), at+".id", "%q is there twice", d.ID)
	for _, named := range [][2]string{{"previous", d.Previous}, {"follows", d.Follows}, {"instead_of", d.InsteadOf}} {
		key, id := named[0], named[1]
		c.need(id == "" || contains(known, id), at+"."+key, "%q is not a duty that stands before this one", id)
	}
	fromStep := d.StartsFrom == PreviousStepSent || d.AlternativeCap != nil && d.AlternativeCap.From == PreviousStepSent
	c.need(!fromStep || d.Previous != "", at+".previous", "which step starts the time is missing")
	c.need(fromStep || d.Previous == "", at+".previous", "the time does not run from a step")
	c.need(!d.FromLast || d.Previous != "", at+".from_last", "there is no previous step")
	c.need(d.InsteadOf == "" || d.OptionalOnRequest, at+".instead_of", "only an optional step can stand in for another")
}

// checkLadder checks the duty's own ladder or puts the shared one in its place.
func (d *Duty) checkLadder(c *checker, at string) {
	if d.LadderAs == "" {
		d.Ladder.check(c, at+".ladder", d.Limit)
		return
	}
	c.need(len(d.Ladder.Rungs) == 0, at+".ladder", "there is a ladder_as already")
	shared, ok := c.packs.ladders[d.LadderAs]
	c.need(ok, at+".ladder_as", "%q is not a ladder of ladders.yaml", d.LadderAs)
	d.Ladder = shared
}

func moment(c *checker, at string, m Moment) {
	oneOf(c, at, m, Aware, Decided, Classified, PreviousStepSent, MeasureAvailable, Handled)
}

func (d *Duty) period(c *checker, at string, p deadline.Period) {
	if err := p.Check(); err != nil {
		c.fail(at, "%s", fmt.Sprint(err))
	}
	c.need(d.Rule != ElapsedRule || p.Unit != deadline.UnitMonths, at+".unit", "a month has no fixed length that could elapse")
}
