package workflow

import (
	"math"
	"slices"
)

// Assessment is a set of questions in plain words with the rules that draw a
// conclusion from the answers: whether a breach must be notified, whether a firm
// needs a data protection officer. The engine that runs it is package assessment.
//
// Outcomes are ordered from the mildest to the gravest; the gravest that any rule
// reaches counts, the first one when none does. So a rule can only raise, and a
// factor that lowers does so by keeping a rule from holding.
type Assessment struct {
	Header `yaml:",inline"`

	Name     Text     `yaml:"name"`
	Intro    Text     `yaml:"intro"`
	Subject  Subject  `yaml:"subject"`
	Safe     string   `yaml:"safe"` // outcome proposed at most while not enough is known
	Outcomes []Result `yaml:"outcomes"`
	Groups   []Group  `yaml:"groups"`
	Values   []Value  `yaml:"values"`
	Rules    []Rule   `yaml:"rules"`
	Notes    []Note   `yaml:"notes"`
	Figures  []Figure `yaml:"figures"`
	Examples []Case   `yaml:"examples"`
}

// Subject is what an assessment judges.
type Subject string

// The subjects.
const (
	OfIncident Subject = "incident"
	OfFirm     Subject = "firm"
)

// Result is one outcome. Level ties it to the risk of an incident; empty for the
// assessments of a firm.
type Result struct {
	ID      string `yaml:"id"`
	Level   Level  `yaml:"level"`
	Name    Text   `yaml:"name"`
	Meaning Text   `yaml:"meaning"` // what to do now, one or two sentences
}

// Group is questions that belong on one page.
type Group struct {
	ID        string     `yaml:"id"`
	Title     Text       `yaml:"title"`
	Intro     Text       `yaml:"intro"`
	Questions []Question `yaml:"questions"`
}

// QuestionKind is what sort of answer a question takes.
type QuestionKind string

// The kinds. A free text never moves the outcome; it is kept and printed.
const (
	OneOption   QuestionKind = "one"
	ManyOptions QuestionKind = "many"
	ANumber     QuestionKind = "number"
	FreeText    QuestionKind = "text"
)

// Question is one question. Options stand from the least to the gravest: that order
// says what an unknown answer may be at best and at worst, and which answers weigh.
type Question struct {
	ID     string       `yaml:"id"`
	Kind   QuestionKind `yaml:"kind"`
	Text   Text         `yaml:"text"`
	Short  Text         `yaml:"short"`  // a few words, for reasons: "Who has the data"
	Help   Text         `yaml:"help"`   // examples from a shop's life
	Source string       `yaml:"source"` // article or guideline behind the question
	When   Expression   `yaml:"when"`   // asked only if it holds; empty: always
	Open   bool         `yaml:"open"`   // may still turn out otherwise: what-if looks at it
	Weight float64      `yaml:"weight"` // in the likeness of two cases; 0: 1
	Silent bool         `yaml:"silent"` // only opens other questions: no reason by itself
	Most   float64      `yaml:"most"`   // for a number: the gravest that is thinkable
	None   Text         `yaml:"none"`   // for many: "nothing of this"
	// Worst is what "not known yet" may turn out to be at worst, for a question with
	// many answers whose gravest would be out of proportion; missing: all of them.
	Worst   []string `yaml:"worst"`
	Options []Option `yaml:"options"`
}

// Option is one answer of a question. Points and tags are what the values and rules
// of the pack read.
type Option struct {
	ID     string             `yaml:"id"`
	Label  Text               `yaml:"label"` // missing: the category of data with that id
	Help   Text               `yaml:"help"`
	If     Text               `yaml:"if"` // the same as a condition: "if the recipient confirms deletion"
	Points map[string]float64 `yaml:"points"`
	Tags   []string           `yaml:"tags"`
}

// Value is a name for a sum or a condition that rules use.
type Value struct {
	ID     string     `yaml:"id"`
	Is     Expression `yaml:"is"`
	Note   string     `yaml:"note"` // why, for whoever reads the pack
	Source string     `yaml:"source"`
}

// Rule reaches an outcome when its condition holds.
type Rule struct {
	ID      string     `yaml:"id"`
	When    Expression `yaml:"when"`
	Outcome string     `yaml:"outcome"`
	Reason  Text       `yaml:"reason"`
	Source  string     `yaml:"source"`
}

// Note is something to consider that does not move the outcome.
type Note struct {
	ID     string     `yaml:"id"`
	When   Expression `yaml:"when"`
	Text   Text       `yaml:"text"`
	Source string     `yaml:"source"`
}

// Figure is a value that is shown with its name, such as a part of a score.
type Figure struct {
	Value string `yaml:"value"`
	Name  Text   `yaml:"name"`
	Help  Text   `yaml:"help"`
}

// Case is a published case with its answers and the outcome that its author gives.
// It is shown as the nearest example, and it is what the rules are tested against.
type Case struct {
	ID      string         `yaml:"id"`
	Source  string         `yaml:"source"`
	Title   Text           `yaml:"title"`
	Outcome string         `yaml:"outcome"`
	Note    string         `yaml:"note"` // what the source leaves open, for whoever reads the pack
	Answers map[string]any `yaml:"answers"`
}

// Questions lists the questions of all groups in their order.
func (a Assessment) Questions() []Question {
	var out []Question
	for _, g := range a.Groups {
		out = append(out, g.Questions...)
	}
	return out
}

// Question returns one question; false when the pack has none of that name.
func (a Assessment) Question(id string) (Question, bool) {
	for _, q := range a.Questions() {
		if q.ID == id {
			return q, true
		}
	}
	return Question{}, false
}

// Rank is the place of an outcome, 0 for the mildest; -1 when it is unknown.
func (a Assessment) Rank(outcome string) int {
	return slices.IndexFunc(a.Outcomes, func(r Result) bool { return r.ID == outcome })
}

// Option returns one option; false when the question has none of that name.
func (q Question) Option(id string) (Option, bool) {
	k := slices.IndexFunc(q.Options, func(o Option) bool { return o.ID == id })
	if k < 0 {
		return Option{}, false
	}
	return q.Options[k], true
}

// OptionIDs lists the ids of the options in their order.
func (q Question) OptionIDs() []string {
	ids := make([]string, len(q.Options))
	for k, o := range q.Options {
		ids[k] = o.ID
	}
	return ids
}

// PointNames lists the names of the points that the options have, sorted.
func (q Question) PointNames() []string {
	seen := make(map[string]bool)
	var out []string
	for _, o := range q.Options {
		for name := range o.Points {
			if !seen[name] {
				seen[name] = true
				out = append(out, name)
			}
		}
	}
	slices.Sort(out)
	return out
}

// IsWhole reports whether a number is one that a number question takes.
func IsWhole(n float64) bool { return n >= 0 && n == math.Trunc(n) && n < 1e15 }
