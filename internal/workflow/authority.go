package workflow

import (
	"net/url"
	"regexp"
)

// Filing is the way in which an authority takes a notification.
type Filing string

// The ways of filing.
const (
	WebForm    Filing = "web_form"    // answers are typed into the authority's page
	FormUpload Filing = "form_upload" // a form file is filled in and uploaded
)

// Certainty is how sure we are of what a pack says about an authority.
type Certainty string

// The certainties.
const (
	Found  Certainty = "found" // read at the source on the day seen
	High   Certainty = "high"
	Medium Certainty = "medium"
	Low    Certainty = "low"
)

// Authority is a supervisory authority (GDPR Art. 4(21)) and how it is told.
type Authority struct {
	Header `yaml:",inline"` // the id is written "BE-GBA"

	Country   string       `yaml:"country"` // "BE"
	Name      Text         `yaml:"name"`
	Short     Text         `yaml:"short"`
	URL       string       `yaml:"url"` // where to begin filing
	Filing    Filing       `yaml:"filing"`
	Languages []string     `yaml:"languages"` // in which it accepts a notification
	How       Text         `yaml:"how"`       // what to do there, in two or three sentences
	Receipt   Text         `yaml:"receipt"`   // what proves that it was received
	Certainty Certainty    `yaml:"certainty"`
	Front     []FrontField `yaml:"front"` // asked before the fields of the EDPB template; may be empty
}

// Accepts reports whether the authority takes a notification in the language.
func (a Authority) Accepts(lang string) bool { return contains(a.Languages, lang) }

// FieldKind is what sort of answer a front field takes.
type FieldKind string

// The kinds of field.
const (
	TextField   FieldKind = "text"
	ChoiceField FieldKind = "choice"
)

// FrontField is one question that the authority puts in front of the EDPB order.
type FrontField struct {
	ID       string    `yaml:"id"`
	Label    Text      `yaml:"label"`
	Hint     Text      `yaml:"hint"` // may be missing
	Kind     FieldKind `yaml:"kind"`
	Required bool      `yaml:"required"`
	Pattern  string    `yaml:"pattern"` // regular expression of the whole answer; empty: any
	EDPB     int       `yaml:"edpb"`    // row of the EDPB template with the same question; 0: none
	Choices  []Choice  `yaml:"choices"`
}

// Matches reports whether an answer has the form the field wants. An empty answer
// has: whether it is missing is another question.
func (f FrontField) Matches(answer string) bool {
	if answer == "" {
		return true
	}
	if f.Kind == ChoiceField {
		for _, c := range f.Choices {
			if c.ID == answer {
				return true
			}
		}
		return false
	}
	re, err := regexp.Compile("^(?:" + f.Pattern + ")$")
	return f.Pattern == "" || (err == nil && re.MatchString(answer))
}

// Choice is one answer of a choice field.
type Choice struct {
	ID    string `yaml:"id"`
	Label Text   `yaml:"label"`
}

var authorityID = regexp.MustCompile(`^[A-Z]{2}-[A-Z]+$`)

func (l *loader) addAuthority(c *checker, a Authority) {
	c.need(authorityID.MatchString(a.ID), "$.id", "%q is not an id such as BE-GBA", a.ID)
	c.country("$.country", a.Country)
	_, known := l.packs.holidays[a.Country]
	c.need(known, "$.country", "there is no holidays/%s.yaml, so no deadline in days could be computed", a.Country)
	c.text("$.name", a.Name)
	c.text("$.short", a.Short)
	u, err := url.Parse(a.URL)
	c.need(err == nil && u.Scheme == "https" && u.Host != "", "$.url", "%q is not an https address", a.URL)
	oneOf(c, "$.filing", a.Filing, WebForm, FormUpload)
	c.need(len(a.Languages) > 0, "$.languages", "the list is empty")
	for i, lang := range a.Languages {
		oneOf(c, index("$.languages", i), lang, Languages()...)
	}
	c.text("$.how", a.How)
	c.text("$.receipt", a.Receipt)
	oneOf(c, "$.certainty", a.Certainty, Found, High, Medium, Low)
	seen := make(map[string]bool)
	for i, f := range a.Front {
		at := index("$.front", i)
		c.need(!seen[f.ID], at+".id", "%q is there twice", f.ID)
		seen[f.ID] = true
		f.check(c, at)
	}
	add(c, l.packs.authorities, a)
}

func (f FrontField) check(c *checker, at string) {
	c.name(at+".id", f.ID)
	c.text(at+".label", f.Label)
	if f.Hint != nil {
		c.text(at+".hint", f.Hint)
	}
	oneOf(c, at+".kind", f.Kind, TextField, ChoiceField)
	c.need((f.Kind == ChoiceField) == (len(f.Choices) > 0), at+".choices", "choices belong to a field of the kind choice, and to no other")
	_, err := regexp.Compile("^(?:" + f.Pattern + ")$")
	c.need(err == nil, at+".pattern", "%q is not a regular expression", f.Pattern)
	c.need(f.Pattern == "" || f.Kind == TextField, at+".pattern", "only a text can have a pattern")
	c.need(f.EDPB >= 0 && f.EDPB <= 126, at+".edpb", "%d is not a row of the EDPB template (1 to 126)", f.EDPB)
	for i, choice := range f.Choices {
		c.name(index(at+".choices", i)+".id", choice.ID)
		c.text(index(at+".choices", i)+".label", choice.Label)
	}
}
