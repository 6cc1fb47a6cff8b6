package workflow

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/types"
)

// reserved are the names in an expression that are not questions or values.
var reserved = []string{"points", "tags", "max", "min", "len", "any", "in", "not", "and", "or", "true", "false", "nil"}

// surveyor checks one assessment. env grows question by question, so that an
// expression can only look back.
type surveyor struct {
	*checker
	a      *Assessment
	env    types.Map
	points types.Map
	tags   types.Map
	asked  map[string]*Question
}

func (l *loader) addAssessment(c *checker, a Assessment) {
	c.name("$.id", a.ID)
	c.text("$.name", a.Name)
	c.text("$.intro", a.Intro)
	oneOf(c, "$.subject", a.Subject, OfIncident, OfFirm)
	s := &surveyor{checker: c, a: &a, points: types.Map{}, tags: types.Map{}, asked: make(map[string]*Question)}
	s.env = types.Map{"points": s.points, "tags": s.tags}
	s.outcomes()
	c.need(len(a.Groups) > 0, "$.groups", "the list is empty")
	groups := make(map[string]bool)
	for i := range a.Groups {
		at, g := index("$.groups", i), &a.Groups[i]
		c.name(at+".id", g.ID)
		c.need(!groups[g.ID], at+".id", "%q is there twice", g.ID)
		groups[g.ID] = true
		c.text(at+".title", g.Title)
		c.maybe(at+".intro", g.Intro)
		c.need(len(g.Questions) > 0, at+".questions", "the list is empty")
		for k := range g.Questions {
			s.question(index(at+".questions", k), &g.Questions[k])
		}
	}
	s.values()
	s.rules()
	s.cases()
	add(c, l.packs.assessments, a)
}

// maybe checks a text that may be missing.
func (c *checker) maybe(at string, t Text) {
	if t != nil {
		c.text(at, t)
	}
}

// fresh checks a name that expressions will use.
func (s *surveyor) fresh(at, id string) {
	s.name(at, id)
	_, taken := s.env[id]
	s.need(!taken && !slices.Contains(reserved, id), at, "the name %q is taken", id)
}

func (s *surveyor) outcomes() {
	s.need(len(s.a.Outcomes) > 1, "$.outcomes", "there must be two outcomes or more")
	seen := make(map[string]bool)
	for i, r := range s.a.Outcomes {
		at := index("$.outcomes", i)
		s.name(at+".id", r.ID)
		s.need(!seen[r.ID], at+".id", "%q is there twice", r.ID)
		seen[r.ID] = true
		s.text(at+".name", r.Name)
		s.text(at+".meaning", r.Meaning)
		if s.a.Subject == OfIncident {
			oneOf(s.checker, at+".level", r.Level, RiskUnlikely, RiskLikely, HighRisk)
			s.need(i == 0 || r.Level.rank() >= s.a.Outcomes[i-1].Level.rank(), at+".level", "the outcomes must stand from the mildest to the gravest")
		} else {
			s.need(r.Level == "", at+".level", "only an assessment of incidents has levels of risk")
		}
	}
	s.need(seen[s.a.Safe], "$.safe", "%q is not an outcome", s.a.Safe)
}

func (s *surveyor) question(at string, q *Question) {
	s.fresh(at+".id", q.ID)
	oneOf(s.checker, at+".kind", q.Kind, OneOption, ManyOptions, ANumber, FreeText)
	s.text(at+".text", q.Text)
	s.text(at+".short", q.Short)
	s.maybe(at+".help", q.Help)
	if !q.When.IsZero() {
		s.condition(at+".when", &q.When, s.env)
	}
	s.need(q.Weight >= 0, at+".weight", "a weight cannot be negative")
	s.need((q.Kind == ANumber) == (q.Most > 0), at+".most", "a number has the gravest that is thinkable, and nothing else has")
	s.need(q.None == nil || q.Kind == ManyOptions, at+".none", "only a question with many answers can have none")
	s.maybe(at+".none", q.None)
	s.options(at, q)
	s.need(q.Worst == nil || q.Kind == ManyOptions, at+".worst", "only a question with many answers can have a worst of its own")
	for i, id := range q.Worst {
		_, known := q.Option(id)
		s.need(known, index(at+".worst", i), "the question has no option %q", id)
	}
	switch q.Kind {
	case ManyOptions:
		s.env[q.ID] = types.Array(types.String)
	case ANumber:
		s.env[q.ID] = types.Float64
	default:
		s.env[q.ID] = types.String
	}
	names := types.Map{}
	for _, name := range q.PointNames() {
		s.name(at+".options", name)
		names[name] = types.Float64
	}
	s.asked[q.ID] = q
	s.points[q.ID] = names
	s.tags[q.ID] = types.Array(types.String)
}

func (s *surveyor) options(at string, q *Question) {
	hasOptions := q.Kind == OneOption || q.Kind == ManyOptions
	s.need(hasOptions == (len(q.Options) > 0), at+".options", "options belong to the kinds one and many, and to no other")
	s.need(q.Kind != OneOption || len(q.Options) > 1, at+".options", "a choice needs two options or more")
	seen := make(map[string]bool)
	for k := range q.Options {
		o, oAt := &q.Options[k], index(at+".options", k)
		s.name(oAt+".id", o.ID)
		s.need(o.ID != UnknownOption, oAt+".id", "%q is what every question can be answered with anyway", o.ID)
		s.need(!seen[o.ID], oAt+".id", "%q is there twice", o.ID)
		seen[o.ID] = true
		if o.Label == nil {
			o.Label = s.packs.categoryName(o.ID)
			s.need(o.Label != nil, oAt+".label", "the text is missing, and %q is not a category of data", o.ID)
		} else {
			s.text(oAt+".label", o.Label)
		}
		s.maybe(oAt+".help", o.Help)
		s.maybe(oAt+".if", o.If)
		for i, tag := range o.Tags {
			s.name(index(oAt+".tags", i), tag)
		}
	}
}

// UnknownOption is the answer "not known yet" in a file of answers.
const UnknownOption = "unknown"

func (p *Packs) categoryName(id string) Text {
	for _, c := range p.categories {
		if c.ID == id {
			return c.Name
		}
	}
	return nil
}

func (s *surveyor) values() {
	for i := range s.a.Values {
		v, at := &s.a.Values[i], index("$.values", i)
		s.fresh(at+".id", v.ID)
		t := s.compile(at+".is", &v.Is, s.env)
		if t == nil {
			s.env[v.ID] = types.Any
			continue
		}
		switch t.Kind() {
		case reflect.Bool:
			s.env[v.ID] = types.Bool
		case reflect.String:
			s.env[v.ID] = types.String
		default:
			// Whole and broken numbers mix; what is no number is refused here.
			s.compile(at+".is", &v.Is, s.env, expr.AsFloat64())
			s.env[v.ID] = types.Float64
		}
	}
	for i, f := range s.a.Figures {
		at := index("$.figures", i)
		known := slices.ContainsFunc(s.a.Values, func(v Value) bool { return v.ID == f.Value })
		s.need(known, at+".value", "%q is not a value of this assessment", f.Value)
		s.text(at+".name", f.Name)
		s.maybe(at+".help", f.Help)
	}
}

func (s *surveyor) rules() {
	s.need(len(s.a.Rules) > 0, "$.rules", "the list is empty")
	seen := make(map[string]bool)
	for i := range s.a.Rules {
		r, at := &s.a.Rules[i], index("$.rules", i)
		s.name(at+".id", r.ID)
		s.need(!seen[r.ID], at+".id", "%q is there twice", r.ID)
		seen[r.ID] = true
		s.condition(at+".when", &r.When, s.env)
		s.need(s.a.Rank(r.Outcome) > 0, at+".outcome", "%q is not an outcome that a rule can reach (the first one stands when no rule holds)", r.Outcome)
		s.text(at+".reason", r.Reason)
	}
	for i := range s.a.Notes {
		n, at := &s.a.Notes[i], index("$.notes", i)
		s.name(at+".id", n.ID)
		s.need(!seen[n.ID], at+".id", "%q is there twice", n.ID)
		seen[n.ID] = true
		s.condition(at+".when", &n.When, s.env)
		s.text(at+".text", n.Text)
	}
}

// cases checks that the examples answer questions that exist with options that
// exist. Whether the rules reach their outcomes is a test's work.
func (s *surveyor) cases() {
	seen := make(map[string]bool)
	for i, e := range s.a.Examples {
		at := index("$.examples", i)
		s.need(strings.TrimSpace(e.ID) != "" && !seen[e.ID], at+".id", "%q is missing or there twice", e.ID)
		seen[e.ID] = true
		s.text(at+".title", e.Title)
		s.need(strings.TrimSpace(e.Source) != "", at+".source", "the source is missing")
		s.need(s.a.Rank(e.Outcome) >= 0, at+".outcome", "%q is not an outcome", e.Outcome)
		for _, id := range slices.Sorted(maps.Keys(e.Answers)) {
			s.answer(at+".answers."+id, id, e.Answers[id])
		}
	}
}

// answer checks one answer as a case writes it.
func (s *surveyor) answer(at, id string, v any) {
	q, ok := s.asked[id]
	if !ok {
		s.fail(at, "there is no question %q", id)
		return
	}
	s.chosen(at, *q, v)
}

// chosen checks one answer as a case or a scenario writes it: the options exist, and
// a list is one only where several may be chosen.
func (c *checker) chosen(at string, q Question, v any) {
	var chosen []string
	switch v := v.(type) {
	case string:
		chosen = []string{v}
	case []any:
		for _, o := range v {
			word, isWord := o.(string)
			c.need(isWord, at, "%v is not the name of an option", o)
			chosen = append(chosen, word)
		}
	}
	isList := reflect.TypeOf(v) != nil && reflect.TypeOf(v).Kind() == reflect.Slice
	c.need(isList == (q.Kind == ManyOptions), at, "a list belongs to a question with many answers, and to no other")
	if q.Kind != OneOption && q.Kind != ManyOptions {
		return
	}
	for _, o := range chosen {
		_, known := q.Option(o)
		c.need(known, at, "the question %q has no option %q", q.ID, o)
	}
}
