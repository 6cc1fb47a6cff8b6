package workflow

import (
	"maps"
	"slices"
	"time"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/types"
)

// Applies says whom a regime concerns: plain questions about the firm, and what
// follows from their answers. When is about the firm alone; Incident, which may be
// missing, about the case at hand.
type Applies struct {
	Questions []FirmQuestion `yaml:"questions"`
	When      Expression     `yaml:"when"`
	Incident  Expression     `yaml:"incident"`
	Why       Text           `yaml:"why"`
}

// FirmQuestion is a question about the firm that is answered with yes or no.
type FirmQuestion struct {
	ID   string `yaml:"id"` // unique among all regimes; expressions call it by this name
	Text Text   `yaml:"text"`
	Help Text   `yaml:"help"`
}

// Facts are what expressions know besides the answers: of the firm, its country and
// sector; of the incident, what triage found.
type Facts struct {
	Country         string // of the firm
	Sector          string // private or public
	Breach          bool   // a personal data breach
	Confidentiality bool
	Integrity       bool
	Availability    bool
	Risk            string // unlikely, risk, high_risk; empty: not decided
	Scenario        string
}

// Answers are what the firm said; a question without an answer is not known yet.
type Answers map[string]bool

// Verdict is whether a regime concerns a firm.
type Verdict string

// The verdicts. Unclear means that questions without an answer decide it.
const (
	Concerns Verdict = "yes"
	Unclear  Verdict = "unclear"
	Spares   Verdict = "no"
)

// Proposal is a regime with whether it concerns the firm, and the questions that
// still decide it.
type Proposal struct {
	Regime  Regime
	Verdict Verdict
	Open    []FirmQuestion
}

func (a *Applies) check(c *checker, regime string) {
	if a == nil {
		return
	}
	for i, q := range a.Questions {
		at := index("$.applies.questions", i)
		c.name(at+".id", q.ID)
		c.text(at+".text", q.Text)
		c.text(at+".help", q.Help)
		_, isFact := facts(Facts{})[q.ID]
		c.need(!isFact, at+".id", "%q is the name of a fact", q.ID)
		owner, taken := c.questionOwner[q.ID]
		c.need(!taken || owner == regime, at+".id", "%q is a question of the regime %q", q.ID, owner)
		c.questionOwner[q.ID] = regime
	}
	c.need(!a.When.IsZero(), "$.applies.when", "the expression is missing")
	c.text("$.applies.why", a.Why)
}

// compileIn compiles the expressions, once every question is known.
func (a *Applies) compileIn(c *checker) {
	if a == nil {
		return
	}
	whole := types.Map{
		"country": types.String, "sector": types.String, "breach": types.Bool, "confidentiality": types.Bool,
		"integrity": types.Bool, "availability": types.Bool, "risk": types.String, "scenario": types.String,
	}
	firm := types.Map{"country": types.String, "sector": types.String}
	for id := range c.questionOwner {
		firm[id], whole[id] = types.Bool, types.Bool
	}
	for _, e := range []struct {
		at   string
		expr *Expression
		env  types.Map
	}{{"$.applies.when", &a.When, firm}, {"$.applies.incident", &a.Incident, whole}} {
		if !e.expr.IsZero() {
			c.condition(e.at, e.expr, e.env)
		}
	}
}

// facts are what an expression reads, without the answers.
func facts(f Facts) map[string]any {
	return map[string]any{
		"country": f.Country, "sector": f.Sector, "breach": f.Breach, "confidentiality": f.Confidentiality,
		"integrity": f.Integrity, "availability": f.Availability, "risk": f.Risk, "scenario": f.Scenario,
	}
}

// Proposals returns the regimes in force at the instant that can concern a firm of
// the country, each with whether it does, in the order of their ids. at is taken in
// its own location, as by Regime. With an incident, what it asks of the case counts
// too; without one only the firm.
func (p *Packs) Proposals(at time.Time, said Answers, f Facts, hasCase bool) []Proposal {
	var out []Proposal
	for _, r := range p.regimes.all(at) {
		if r.IsLaw() && r.Applies != nil && r.IsFor(f.Country) {
			out = append(out, p.propose(r, said, f, hasCase))
		}
	}
	return out
}

func (p *Packs) propose(r Regime, said Answers, f Facts, hasCase bool) Proposal {
	holds := func(unknown bool) bool {
		env := facts(f)
		for _, id := range p.asked {
			env[id] = unknown
		}
		maps.Copy(env, toAny(said))
		return isTrue(r.Applies.When, env) && (!hasCase || r.Applies.Incident.IsZero() || isTrue(r.Applies.Incident, env))
	}
	out := Proposal{Regime: r, Verdict: Spares}
	switch surely, maybe := holds(false), holds(true); {
	case surely && maybe:
		out.Verdict = Concerns
	case surely || maybe:
		out.Verdict, out.Open = Unclear, p.openQuestions(r, said)
	}
	return out
}

func toAny(said Answers) map[string]any {
	out := make(map[string]any, len(said))
	for id, yes := range said {
		out[id] = yes
	}
	return out
}

func isTrue(e Expression, env map[string]any) bool {
	yes, err := e.True(env)
	return err == nil && yes
}

// FirmQuestions returns the questions about the firm, in the order of the regimes that
// can concern a firm of the country at the instant.
func (p *Packs) FirmQuestions(at time.Time, country string) []FirmQuestion {
	var out []FirmQuestion
	for _, r := range p.regimes.all(at) {
		if r.IsLaw() && r.Applies != nil && r.IsFor(country) {
			out = append(out, r.Applies.Questions...)
		}
	}
	return out
}

// openQuestions are those that the expressions of a regime name and nobody answered.
func (p *Packs) openQuestions(r Regime, said Answers) []FirmQuestion {
	named := &names{}
	for _, e := range []Expression{r.Applies.When, r.Applies.Incident} {
		if e.program != nil {
			node := e.program.Node()
			ast.Walk(&node, named)
		}
	}
	var out []FirmQuestion
	for _, id := range named.list {
		q, known := p.question(id)
		if _, answered := said[id]; known && !answered {
			out = append(out, q)
		}
	}
	return out
}

// question finds a question in whatever version of a regime has it.
func (p *Packs) question(id string) (FirmQuestion, bool) {
	for _, versions := range p.regimes {
		for _, r := range slices.Backward(versions) {
			if r.Applies == nil {
				continue
			}
			for _, q := range r.Applies.Questions {
				if q.ID == id {
					return q, true
				}
			}
		}
	}
	return FirmQuestion{}, false
}

// names gathers the names in an expression, each once.
type names struct{ list []string }

// Visit implements ast.Visitor.
func (n *names) Visit(node *ast.Node) {
	if id, ok := (*node).(*ast.IdentifierNode); ok && !slices.Contains(n.list, id.Value) {
		n.list = append(n.list, id.Value)
	}
}
