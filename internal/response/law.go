package response

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/deadline"
	"clepsydra/internal/firm"
	"clepsydra/internal/incident"
	"clepsydra/internal/obligation"
	"clepsydra/internal/workflow"
)

// RegimeOf returns one version of a regime: of a rule pack, or of a clock of the
// firm's own. workflow.ErrNoVersion or firm.ErrNoClock when it is unknown.
func (s *Service) RegimeOf(f firm.Firm, id, version string) (workflow.Regime, error) {
	if !IsOwnClock(id) {
		return s.d.Packs.RegimeVersion(id, version)
	}
	clock, err := f.Laws.Version(id, version)
	if err != nil {
		return workflow.Regime{}, err
	}
	return s.ownRegime(clock), nil
}

// RuleOf returns the rule behind an obligation, whichever regime it is of.
func (s *Service) RuleOf(f firm.Firm, o obligation.Obligation) (workflow.Duty, error) {
	regime, err := s.RegimeOf(f, o.Regime, o.RegimeVersion)
	if err != nil {
		return workflow.Duty{}, err
	}
	return regime.Duty(string(o.Duty))
}

// DutyName is what a duty of a regime is called, with the law it is of where that is
// not the GDPR: "NIS2: Early warning".
func DutyName(r workflow.Regime, o obligation.Obligation, lang, country string) string {
	law := r.Name.In(lang, country)
	rule, err := r.Duty(string(o.Duty))
	switch {
	case err != nil || IsOwnClock(r.ID):
		return law
	case o.IsOfGDPR():
		return rule.Name.In(lang, country)
	}
	colon := ": "
	if lang == "fr" {
		colon = " : "
	}
	return law + colon + rule.Name.In(lang, country)
}

// IsOwnClock reports whether a regime is a clock that the firm defined itself.
func IsOwnClock(regime string) bool { return strings.HasPrefix(regime, firm.OwnPrefix) }

// ownRegime makes a regime with one duty of a clock of the firm's own. Its words are
// the firm's, the same in every language.
func (s *Service) ownRegime(c firm.OwnClock) workflow.Regime {
	ladder, _ := s.d.Packs.Ladder("day")
	unit := deadline.UnitHours
	if c.Unit == firm.ClockDays {
		unit = deadline.UnitDays
	}
	if unit == deadline.UnitDays || c.Amount > 24 {
		ladder, _ = s.d.Packs.Ladder("three_days")
	}
	if unit == deadline.UnitDays && c.Amount >= 7 {
		ladder, _ = s.d.Packs.Ladder("weeks")
	}
	from := workflow.Aware
	if c.From == firm.ClockReported {
		from = workflow.ReportIn
	}
	duty := workflow.Duty{
		ID: c.ID, Article: c.Name, Name: same(c.Name), Summary: same(c.Note), Recipient: workflow.Recipient(c.To),
		NeededAt: workflow.RiskUnlikely, StartsFrom: from, Rule: workflow.ElapsedRule, Ladder: ladder,
		Limit:   &workflow.Limit{Amount: c.Amount, Unit: unit, Binding: workflow.ByContract},
		Channel: same(strings.Trim(c.Whom+", "+c.Contact, ", ")),
	}
	return workflow.Regime{
		Header: workflow.Header{ID: c.ID, Version: strconv.Itoa(c.Version)}, Name: same(c.Name), Summary: same(c.Note), Duties: []workflow.Duty{duty},
	}
}

// same is a text that is the same in every language; nil of an empty one.
func same(text string) workflow.Text {
	if text == "" {
		return nil
	}
	return workflow.Text{"en": text}
}

// Law is a regime that applies to an incident, with all its steps.
type Law struct {
	Regime workflow.Regime
	Answer obligation.Applied // zero for the GDPR, which every breach has
	Steps  []LawStep
}

// LawStep is one step of a law: what the rule says, whether its clock runs, and the
// obligation and its filings, where there are some. An obligation without an id is
// one that does not exist.
type LawStep struct {
	obligation.Step
	Obligation obligation.Obligation
	Filings    []obligation.Filing
}

// LawsOf returns the laws that apply to an incident: the GDPR for a breach, and
// those that somebody said apply.
func (s *Service) LawsOf(ctx context.Context, db bun.IDB, i incident.Incident, f firm.Firm) ([]Law, error) {
	b, err := s.docket(ctx, db, i)
	if err != nil {
		return nil, err
	}
	var out []Law
	if i.IsBreach() {
		regime, err := s.d.Packs.RegimeVersion(i.Regime, i.RegimeVer)
		if err != nil {
			return nil, err
		}
		out = append(out, Law{Regime: regime, Steps: b.steps(regime, obligation.StepsOf(regime, b.caseOf()))})
	}
	for _, a := range b.answers {
		if !a.Applies {
			continue
		}
		regime, err := s.RegimeOf(f, a.Regime, a.Version)
		if err != nil {
			return nil, err
		}
		out = append(out, Law{Regime: regime, Answer: a, Steps: b.steps(regime, obligation.StepsOf(regime, b.caseOf()))})
	}
	return out, nil
}

// docket is everything that the steps of the laws of an incident depend on.
type docket struct {
	incident  incident.Incident
	answers   []obligation.Applied
	duties    map[obligation.Duty]obligation.Obligation
	filings   map[obligation.ID][]obligation.Filing
	moments   map[incident.MomentKind]time.Time
	decidedAt time.Time // the latest decision on the risk
}

func (s *Service) docket(ctx context.Context, db bun.IDB, i incident.Incident) (docket, error) {
	b := docket{incident: i, duties: map[obligation.Duty]obligation.Obligation{}, filings: map[obligation.ID][]obligation.Filing{}}
	var err error
	if b.answers, err = obligation.AppliedTo(ctx, db, i.ID); err != nil {
		return b, err
	}
	list, err := obligation.OfIncident(ctx, db, i.ID)
	if err != nil {
		return b, err
	}
	for _, o := range list {
		b.duties[o.Duty] = o
	}
	filings, err := obligation.FilingsOfIncidents(ctx, db, []string{string(i.ID)})
	if err != nil {
		return b, err
	}
	for _, f := range filings[i.ID] {
		b.filings[f.ObligationID] = append(b.filings[f.ObligationID], f)
	}
	history, err := incident.MomentsOf(ctx, db, i.ID)
	if err != nil {
		return b, err
	}
	b.moments = incident.LatestMoments(history)
	decisions, err := incident.DecisionsOf(ctx, db, i.ID)
	for _, d := range decisions {
		if d.Kind == "risk" {
			b.decidedAt = d.MadeAt
		}
	}
	return b, err
}

// aware is when the firm knew: of the breach, or of an incident that is none.
func (b docket) aware() time.Time {
	if b.incident.IsBreach() {
		return b.incident.Moments.Aware.At
	}
	return b.moments[incident.AwareOther]
}

// caseOf is what the steps of any regime but the GDPR look at.
func (b docket) caseOf() obligation.Case {
	c := obligation.Case{
		Moments: workflow.Moments{}, Level: workflow.Level(b.incident.Risk),
		Sent: map[obligation.Duty][]time.Time{}, Asked: map[obligation.Duty]bool{},
	}
	for m, at := range map[workflow.Moment]time.Time{
		workflow.Aware: b.aware(), workflow.Classified: b.moments[incident.Classified], workflow.Decided: b.decidedAt,
		workflow.MeasureAvailable: b.moments[incident.MeasureReady], workflow.Handled: b.moments[incident.Handled],
		workflow.ReportIn: b.incident.Moments.Reported.At,
	} {
		if !at.IsZero() {
			c.Moments[m] = at
		}
	}
	for duty, o := range b.duties {
		c.Asked[duty] = true
		for _, f := range b.filings[o.ID] {
			if f.Phase != obligation.Withdrawal {
				c.Sent[duty] = append(c.Sent[duty], f.FiledAt)
			}
		}
	}
	return c
}

func (b docket) steps(r workflow.Regime, steps []obligation.Step) []LawStep {
	out := make([]LawStep, len(steps))
	for k, s := range steps {
		out[k] = LawStep{Step: s}
		if o, ok := b.duties[obligation.Duty(s.Rule.ID)]; ok && o.Regime == r.ID {
			out[k].Obligation, out[k].Filings = o, b.filings[o.ID]
		}
	}
	return out
}
