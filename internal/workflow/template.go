package workflow

import (
	"slices"
	"strings"
)

// templateFile holds the canonical questions; there is one list for all authorities.
const templateFile = "edpb.yaml"

// FieldKind is what sort of answer a question takes.
type FieldKind string

// The kinds of answer. A yes_no is a choice of two.
const (
	TextField    FieldKind = "text"
	ChoiceField  FieldKind = "choice" // one of its options
	ManyField    FieldKind = "many"   // any of its options
	NumberField  FieldKind = "number"
	InstantField FieldKind = "instant" // a day, with its time where known
	YesNoField   FieldKind = "yes_no"
)

// HasOptions reports whether an answer is picked from a list.
func (k FieldKind) HasOptions() bool {
	return k == ChoiceField || k == ManyField || k == YesNoField
}

// Circumstance names a circumstance in which a question is asked at all.
type Circumstance string

// The circumstances. An empty one is always.
const (
	Whenever      Circumstance = ""
	WhenFollowUp  Circumstance = "follow_up"       // an earlier notification exists
	WhenWithdrawn Circumstance = "withdrawal"      // it is taken back
	WhenLate      Circumstance = "late"            // the 72 hours are over (GDPR Art. 33(1))
	WhenTold      Circumstance = "told"            // a processor told us (GDPR Art. 33(2))
	WhenInformed  Circumstance = "people_told"     // the people have been told
	WhenNeeded    Circumstance = "people_needed"   // they must be told (GDPR Art. 34)
	WhenSilent    Circumstance = "people_not_told" // they are not told, and why
)

// FactOrigin is where a fact that answers a question comes from.
type FactOrigin string

// The origins. Empty: nowhere, a responder types the answer.
const (
	FromFilings  FactOrigin = "filings"
	FromIncident FactOrigin = "incident"
	FromFirm     FactOrigin = "firm"
	FromLead     FactOrigin = "lead"
	FromMoments  FactOrigin = "moments"
	FromTriage   FactOrigin = "triage"
	FromScenario FactOrigin = "scenario"
	FromPeople   FactOrigin = "people"
	FromRisk     FactOrigin = "risk"
)

// Template is the EDPB's common template as the canonical list of questions: what is
// answered once, whatever the authority and its form.
type Template struct {
	Header `yaml:",inline"`

	Sections []TemplateSection `yaml:"sections"`
}

// TemplateSection is a chapter of the template.
type TemplateSection struct {
	ID        string      `yaml:"id"`
	Title     Text        `yaml:"title"`
	Questions []Canonical `yaml:"questions"`
}

// Canonical is one canonical question. Answers are stored under its id.
type Canonical struct {
	ID      string     `yaml:"id"`
	Row     int        `yaml:"row"` // of the EDPB template; two questions may share one
	Kind    FieldKind  `yaml:"kind"`
	Article string     `yaml:"article"` // that asks for it; may be missing
	First   bool       `yaml:"first"`   // a first notification should not go without
	Origin  FactOrigin `yaml:"origin"`
	Fixed   bool       `yaml:"fixed"` // follows from its origin; changed there, never typed here
	// Withdrawal says that it is asked when a notification is taken back, too.
	Withdrawal bool         `yaml:"withdrawal"`
	When       Circumstance `yaml:"when"`
	Only       *Earlier     `yaml:"only"`   // asked only after one of these answers
	Unless     *Earlier     `yaml:"unless"` // not asked after one of these answers
	Label      Text         `yaml:"label"`
	Hint       Text         `yaml:"hint"` // may be missing
	Options    []Choice     `yaml:"options"`
}

// IsLegal reports whether Art. 33(3)(a) to (d) asks for it: no form can do without.
func (q Canonical) IsLegal() bool { return strings.HasPrefix(q.Article, "33(3)") }

// Has reports whether an option belongs to the question.
func (q Canonical) Has(option string) bool {
	return slices.ContainsFunc(q.Options, func(c Choice) bool { return c.ID == option })
}

// Earlier is an answer to another question.
type Earlier struct {
	Question string   `yaml:"question"`
	Answer   []string `yaml:"answer"` // any of these options
}

// Choice is one option of a question.
type Choice struct {
	ID    string `yaml:"id"`
	Label Text   `yaml:"label"`
}

// Question returns a canonical question by its id.
func (t Template) Question(id string) (Canonical, bool) {
	for _, s := range t.Sections {
		for _, q := range s.Questions {
			if q.ID == id {
				return q, true
			}
		}
	}
	return Canonical{}, false
}

// Legal lists the questions of Art. 33(3), in their order.
func (t Template) Legal() []string {
	var out []string
	for _, s := range t.Sections {
		for _, q := range s.Questions {
			if q.IsLegal() {
				out = append(out, q.ID)
			}
		}
	}
	return out
}

func (l *loader) addTemplate(c *checker, t Template) {
	seen := make(map[string]bool)
	for i, s := range t.Sections {
		at := index("$.sections", i)
		c.name(at+".id", s.ID)
		c.text(at+".title", s.Title)
		c.need(len(s.Questions) > 0, at+".questions", "the list is empty")
		for k, q := range s.Questions {
			where := index(at+".questions", k)
			c.need(!seen[q.ID], where+".id", "%q is there twice", q.ID)
			q.check(c, where, t, seen)
			seen[q.ID] = true
		}
	}
	c.need(len(t.Legal()) > 0, "$.sections", "no question carries an article of Art. 33(3)")
	l.checkCodes(c, t)
	add(c, make(versions[Template]), t)
	l.packs.template = t
}

func (q Canonical) check(c *checker, at string, t Template, before map[string]bool) {
	c.name(at+".id", q.ID)
	c.need(q.Row >= 1 && q.Row <= 126, at+".row", "%d is not a row of the EDPB template (1 to 126)", q.Row)
	checkKind(c, at+".kind", q.Kind)
	oneOf(c, at+".origin", q.Origin, "", FromFilings, FromIncident, FromFirm, FromLead, FromMoments, FromTriage, FromScenario, FromPeople, FromRisk)
	c.need(!q.Fixed || q.Origin != "", at+".fixed", "what is fixed needs an origin, or nobody could ever answer it")
	checkWhen(c, at+".when", q.When)
	c.text(at+".label", q.Label)
	if q.Hint != nil {
		c.text(at+".hint", q.Hint)
	}
	c.need(q.Kind.HasOptions() == (len(q.Options) > 0), at+".options", "options belong to the kinds choice, many and yes_no, and to no other")
	for i, o := range q.Options {
		c.name(index(at+".options", i)+".id", o.ID)
		c.text(index(at+".options", i)+".label", o.Label)
		c.need(!slices.ContainsFunc(q.Options[:i], func(x Choice) bool { return x.ID == o.ID }), index(at+".options", i)+".id", "%q is there twice", o.ID)
	}
	for key, cond := range map[string]*Earlier{"only": q.Only, "unless": q.Unless} {
		if cond != nil {
			cond.check(c, at+"."+key, t, before)
		}
	}
}

func (d Earlier) check(c *checker, at string, t Template, before map[string]bool) {
	q, known := t.Question(d.Question)
	c.need(known && before[d.Question], at+".question", "%q is not a question that comes before", d.Question)
	c.need(len(d.Answer) > 0, at+".answer", "the list is empty")
	for i, a := range d.Answer {
		c.need(!known || q.Has(a), index(at+".answer", i), "%q is not an option of %q", a, d.Question)
	}
}

// checkCodes holds the codes that scenarios and categories use against the options.
func (l *loader) checkCodes(c *checker, t Template) {
	types := make([]string, len(l.packs.dataTypes))
	for k, d := range l.packs.dataTypes {
		types[k] = d.ID
	}
	for id, codes := range map[string][]string{"incident": IncidentCodes(), "cause": CauseCodes(), "data": types} {
		q, known := t.Question(id)
		c.need(known, "$.sections", "there is no question %q", id)
		for _, code := range codes {
			c.need(!known || q.Has(code), "$.sections", "the question %q has no option %q", id, code)
		}
	}
}

func checkKind(c *checker, at string, k FieldKind) {
	oneOf(c, at, k, TextField, ChoiceField, ManyField, NumberField, InstantField, YesNoField)
}

func checkWhen(c *checker, at string, w Circumstance) {
	oneOf(c, at, w, Whenever, WhenFollowUp, WhenWithdrawn, WhenLate, WhenTold, WhenInformed, WhenNeeded, WhenSilent)
}
