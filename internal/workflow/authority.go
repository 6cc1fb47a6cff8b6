package workflow

import (
	"net/url"
	"regexp"

	"clepsydra/internal/deadline"
)

// Filing is the way in which an authority takes a notification.
type Filing string

// The ways of filing.
const (
	WebForm    Filing = "web_form"    // answers are typed into the authority's page
	FormUpload Filing = "form_upload" // a form file is filled in and uploaded
)

// Device is what a form can be filled in on.
type Device string

// The devices.
const (
	AnyDevice    Device = "any"
	ComputerOnly Device = "computer"
)

// Saving says whether a half-filled form can be kept.
type Saving string

// The answers to that.
const (
	CanSave       Saving = "yes"
	CannotSave    Saving = "no"
	SavingUnknown Saving = "unknown"
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

	Country    string    `yaml:"country"` // "BE"
	Name       Text      `yaml:"name"`
	Short      Text      `yaml:"short"`
	Competence Text      `yaml:"competence"` // who must notify here, in one sentence
	URL        string    `yaml:"url"`        // where to begin filing
	Phone      string    `yaml:"phone"`      // for questions about filing; empty: not known
	Filing     Filing    `yaml:"filing"`
	Device     Device    `yaml:"device"`
	Session    Session   `yaml:"session"`
	Languages  []string  `yaml:"languages"` // in which it accepts a notification
	How        Text      `yaml:"how"`       // what to do there, in two or three sentences
	Warning    Text      `yaml:"warning"`   // what goes wrong there; may be missing
	Receipt    Text      `yaml:"receipt"`   // what proves that it was received
	Phases     Phases    `yaml:"phases"`
	MaxText    int       `yaml:"max_text"` // longest text where the form's limit is not known, in characters
	Certainty  Certainty `yaml:"certainty"`
	// Groups are its questions in its order. Empty: it is notified in the order of the
	// EDPB template.
	Groups []AuthorityGroup `yaml:"groups"`
}

// Session is what the authority's page does to somebody who takes long.
type Session struct {
	Minutes int    `yaml:"minutes"` // until it ends; 0: not known
	Saves   Saving `yaml:"saves"`
}

// Phases say how each part of a notification is handed in (GDPR Art. 33(4)).
type Phases struct {
	Initial       Text `yaml:"initial"`
	Supplementary Text `yaml:"supplementary"`
	Withdrawal    Text `yaml:"withdrawal"`
}

// Of returns the text for a phase by its name; none when it is unknown.
func (p Phases) Of(phase string) Text {
	return map[string]Text{"initial": p.Initial, "supplementary": p.Supplementary, "withdrawal": p.Withdrawal}[phase]
}

// Accepts reports whether the authority takes a notification in the language.
func (a Authority) Accepts(lang string) bool { return contains(a.Languages, lang) }

// AuthorityGroup is a chapter of the authority's own form.
type AuthorityGroup struct {
	Number    string        `yaml:"number"` // as on the form; empty: counted
	Title     Text          `yaml:"title"`
	Certainty Certainty     `yaml:"certainty"` // of the group and its order
	Seen      deadline.Date `yaml:"seen"`
	Questions []Asked       `yaml:"questions"`
}

// Asked is one question of the authority's form. It is mapped onto canonical
// questions; one without is the authority's alone and needs an id, a kind and a label
// in every language.
type Asked struct {
	ID        string        `yaml:"id"`        // missing: that of the first canonical question
	EDPB      []string      `yaml:"edpb"`      // canonical questions it takes together, the main one first
	Label     PartText      `yaml:"label"`     // what it says in the languages accepted; others may be missing
	Hint      Text          `yaml:"hint"`      // missing: that of the canonical question
	Kind      FieldKind     `yaml:"kind"`      // missing: that of the canonical question
	Required  *bool         `yaml:"required"`  // in a first notification; missing: as the canonical question
	Pattern   string        `yaml:"pattern"`   // regular expression of the whole answer; empty: any
	Max       int           `yaml:"max"`       // longest answer in characters, when the form's limit is known
	Certainty Certainty     `yaml:"certainty"` // missing: that of the group
	When      Circumstance  `yaml:"when"`
	Options   []AskedOption `yaml:"options"` // missing: those of the canonical question
}

// AskedOption is one option of the authority's list as it is written.
type AskedOption struct {
	ID    string   `yaml:"id"`
	Label PartText `yaml:"label"` // missing languages: those of the first canonical option
	Is    []string `yaml:"is"`    // canonical options it stands for; missing: the one with the same id, if there is one
}

// PartText is a text in some languages only: the others are taken from the canonical
// question. Those that the authority accepts must be there.
type PartText map[string]string

var authorityID = regexp.MustCompile(`^[A-Z]{2}-[A-Z]+$`)

func (l *loader) addAuthority(c *checker, a Authority) {
	c.need(authorityID.MatchString(a.ID), "$.id", "%q is not an id such as BE-GBA", a.ID)
	c.country("$.country", a.Country)
	_, known := l.packs.holidays[a.Country]
	c.need(known, "$.country", "there is no holidays/%s.yaml, so no deadline in days could be computed", a.Country)
	c.text("$.name", a.Name)
	c.text("$.short", a.Short)
	c.text("$.competence", a.Competence)
	u, err := url.Parse(a.URL)
	c.need(err == nil && u.Scheme == "https" && u.Host != "", "$.url", "%q is not an https address", a.URL)
	oneOf(c, "$.filing", a.Filing, WebForm, FormUpload)
	oneOf(c, "$.device", a.Device, AnyDevice, ComputerOnly)
	oneOf(c, "$.session.saves", a.Session.Saves, CanSave, CannotSave, SavingUnknown)
	c.need(a.Session.Minutes >= 0, "$.session.minutes", "the length of a session cannot be less than nothing")
	c.need(len(a.Languages) > 0, "$.languages", "the list is empty")
	for i, lang := range a.Languages {
		oneOf(c, index("$.languages", i), lang, Languages()...)
	}
	c.text("$.how", a.How)
	if a.Warning != nil {
		c.text("$.warning", a.Warning)
	}
	c.text("$.receipt", a.Receipt)
	c.text("$.phases.initial", a.Phases.Initial)
	c.text("$.phases.supplementary", a.Phases.Supplementary)
	c.text("$.phases.withdrawal", a.Phases.Withdrawal)
	c.need(a.MaxText > 0, "$.max_text", "the longest text must be 1 or more characters")
	oneOf(c, "$.certainty", a.Certainty, Found, High, Medium, Low)
	if len(a.Groups) > 0 && len(l.packs.template.Sections) > 0 { // without a template every question would seem wrong
		(&asking{checker: c, a: a, t: l.packs.template}).check()
	}
	add(c, l.packs.authorities, a)
}
