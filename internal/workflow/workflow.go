// Package workflow loads and checks the rule packs of workflows/: what the law
// asks and when, which authority takes it, what to do in each kind of incident,
// which data can leak, and the public holidays of each country.
//
// Law is dated data, not code: 72 hours may become 96, and an incident keeps the
// version that was in force when it was opened. The packs are decoded strictly, so
// that a misspelt key stops the program at its start, with file, line and column,
// and not in the hour of an incident. An operator's own files may be laid over the
// shipped ones. The format is described in workflows/README.md.
//
// One file each: regime.go (with ladder.go), authority.go, scenario.go, assessment.go
// (with assessment_check.go and expression.go), holiday.go and category.go hold the
// kinds and their checks; header.go and text.go what all have. load.go reads and
// orders, problem.go says where something is wrong, file.go tells where each pack
// comes from, gather.go finds files on disk.
package workflow

import (
	"slices"
	"time"

	"clepsydra/internal/deadline"
	"clepsydra/internal/fault"
)

// The refusals of this package.
var (
	ErrNoRegime     = fault.New(fault.NotFound, "workflow.no_regime")
	ErrNoVersion    = fault.New(fault.NotFound, "workflow.no_version")
	ErrNoScenario   = fault.New(fault.NotFound, "workflow.no_scenario")
	ErrNoAuthority  = fault.New(fault.NotFound, "workflow.no_authority")
	ErrNoAssessment = fault.New(fault.NotFound, "workflow.no_assessment")
	ErrNoCalendar   = fault.New(fault.NotFound, "workflow.no_calendar")
	ErrNoCategory   = fault.New(fault.NotFound, "workflow.no_category")
	ErrNoDuty       = fault.New(fault.NotFound, "workflow.no_duty")
	ErrNotStarted   = fault.New(fault.Conflict, "workflow.duty_not_started")
	ErrNoLimit      = fault.New(fault.Conflict, "workflow.duty_without_limit")
)

// Packs is everything that was loaded. It does not change after Load and may be
// read by many goroutines at once. The lists and maps inside what it returns are
// shared: read them, do not write into them.
type Packs struct {
	now         func() time.Time
	regimes     versions[Regime]
	scenarios   versions[Scenario]
	authorities versions[Authority]
	assessments versions[Assessment]
	categories  []Category // in the order of the file
	dataTypes   []DataType
	template    Template
	holidays    map[string]*holidays // by country
	files       []File
	ladders     map[string]Ladder // shared, by name
	asked       []string          // ids of the questions about the firm, sorted
}

// Regime returns the version of a regime that is in force at the instant. The day
// is taken in at's own location, because a law enters into force at a local
// midnight: pass at.In(the firm's zone). ErrNoRegime when there is none, and for a
// proposal, which is never applied.
func (p *Packs) Regime(id string, at time.Time) (Regime, error) {
	r, ok := p.regimes.at(id, at)
	if !ok || !r.IsLaw() {
		return Regime{}, ErrNoRegime.With("ID", id).With("Day", deadline.DateOf(at).String())
	}
	return r, nil
}

// RegimeVersion returns one version by its name, for an incident that was opened
// under it. ErrNoVersion when it is unknown.
func (p *Packs) RegimeVersion(id, version string) (Regime, error) {
	r, ok := p.regimes.version(id, version)
	if !ok {
		return Regime{}, ErrNoVersion.With("ID", id).With("Version", version)
	}
	return r, nil
}

// Regimes returns the version in force of every regime at the instant, proposals
// among them, sorted by id: for people to read, not to be applied.
func (p *Packs) Regimes(at time.Time) []Regime { return p.regimes.all(at) }

// RegimeIDs lists the regimes that have at least one version, sorted.
func (p *Packs) RegimeIDs() []string {
	return p.regimes.ids()
}

// Scenarios returns the scenario cards of today in the order in which they are shown.
func (p *Packs) Scenarios() []Scenario {
	out := p.scenarios.all(p.now())
	slices.SortFunc(out, func(a, b Scenario) int { return a.Order - b.Order })
	return out
}

// Scenario returns the version of a scenario that is in force today;
// ErrNoScenario when there is none.
func (p *Packs) Scenario(id string) (Scenario, error) {
	s, ok := p.scenarios.at(id, p.now())
	if !ok {
		return Scenario{}, ErrNoScenario.With("ID", id)
	}
	return s, nil
}

// Authorities returns all authorities of today, sorted by id.
func (p *Packs) Authorities() []Authority { return p.authorities.all(p.now()) }

// AuthoritiesOf returns the authorities of a country ("BE"); none is an empty list.
func (p *Packs) AuthoritiesOf(country string) []Authority {
	var out []Authority
	for _, a := range p.Authorities() {
		if a.Country == country {
			out = append(out, a)
		}
	}
	return out
}

// Authority returns the version of an authority that holds today; ErrNoAuthority
// when there is none.
func (p *Packs) Authority(id string) (Authority, error) {
	a, ok := p.authorities.at(id, p.now())
	if !ok {
		return Authority{}, ErrNoAuthority.With("ID", id)
	}
	return a, nil
}

// Assessments returns the assessments of today, sorted by id.
func (p *Packs) Assessments() []Assessment { return p.assessments.all(p.now()) }

// Assessment returns the version of an assessment that is in force today;
// ErrNoAssessment when there is none.
func (p *Packs) Assessment(id string) (Assessment, error) {
	return p.AssessmentAt(id, p.now())
}

// AssessmentAt returns the version of an assessment that is in force at the instant,
// in at's own location; ErrNoAssessment when there is none.
func (p *Packs) AssessmentAt(id string, at time.Time) (Assessment, error) {
	a, ok := p.assessments.at(id, at)
	if !ok {
		return Assessment{}, ErrNoAssessment.With("ID", id)
	}
	return a, nil
}

// AssessmentVersion returns one version by its name, for answers that were given
// under it. ErrNoVersion when it is unknown.
func (p *Packs) AssessmentVersion(id, version string) (Assessment, error) {
	a, ok := p.assessments.version(id, version)
	if !ok {
		return Assessment{}, ErrNoVersion.With("ID", id).With("Version", version)
	}
	return a, nil
}

// Categories returns the categories of data that can leak, in their order.
func (p *Packs) Categories() []Category { return slices.Clone(p.categories) }

// Category returns one category; ErrNoCategory when it is unknown.
func (p *Packs) Category(id string) (Category, error) {
	for _, c := range p.categories {
		if c.ID == id {
			return c, nil
		}
	}
	return Category{}, ErrNoCategory.With("ID", id)
}

// DataTypes returns the kinds of data of the authority's form, in their order.
func (p *Packs) DataTypes() []DataType { return slices.Clone(p.dataTypes) }

// Calendar returns the public holidays of a country ("BE") with their names in the
// first language of that country; ErrNoCalendar when there is no list.
func (p *Packs) Calendar(country string) (deadline.Calendar, error) {
	return p.CalendarIn(country, "")
}

// CalendarIn is Calendar with the names in the language asked for ("nl").
func (p *Packs) CalendarIn(country, lang string) (deadline.Calendar, error) {
	h, ok := p.holidays[country]
	if !ok {
		return nil, ErrNoCalendar.With("Country", country)
	}
	if lang == "" {
		lang = h.Language
	}
	return calendar{h, lang}, nil
}

// Countries lists the countries whose holidays are known, sorted.
func (p *Packs) Countries() []string {
	out := make([]string, 0, len(p.holidays))
	for c := range p.holidays {
		out = append(out, c)
	}
	slices.Sort(out)
	return out
}
