package consent

import (
	"bytes"
	"fmt"
	"io/fs"
	"slices"

	"github.com/goccy/go-yaml"

	"clepsydra/internal/deadline"
	"clepsydra/internal/processing"
	"clepsydra/internal/workflow"
)

// Need is what a country asks before somebody is written to for marketing.
type Need string

// The needs, from the strictest.
const (
	NeedsConsent   Need = "consent"   // a yes beforehand
	NeedsRegister  Need = "register"  // unless he stands on the country's list of those who want no calls
	NeedsNothing   Need = "objection" // unless he objected (Art. 21(2))
	NeedsPublished Need = "published" // only an address that was made known for that
)

// Country is the rules of marketing of one country, from workflows/marketing.
type Country struct {
	Country    string        `yaml:"country"` // ISO 3166-1 alpha-2
	Version    string        `yaml:"version"`
	Seen       deadline.Date `yaml:"seen"`
	Source     string        `yaml:"source"`
	ConsentAge AgeRule       `yaml:"consent_age"`
	Rules      []Rule        `yaml:"rules"`
}

// AgeRule is from which age a child's own consent counts (Art. 8(1)), in years.
type AgeRule struct {
	Years     int                `yaml:"years"`
	Article   string             `yaml:"article"`
	Certainty workflow.Certainty `yaml:"certainty"`
}

// Rule is what holds for one channel from one day to another.
type Rule struct {
	Channel   processing.Channel `yaml:"channel"`
	ValidFrom deadline.Date      `yaml:"valid_from"`
	ValidTo   deadline.Date      `yaml:"valid_to"` // last day; zero: no end known
	Needs     Need               `yaml:"needs"`
	Article   string             `yaml:"article"`
	Source    string             `yaml:"source"`
	Certainty workflow.Certainty `yaml:"certainty"`
	SoftOptIn *SoftRule          `yaml:"soft_opt_in"` // nil: there is none
	// LegalPersons is for addresses of an organisation that name nobody (info@);
	// nil: as for people.
	LegalPersons *LegalRule    `yaml:"legal_persons"`
	Note         workflow.Text `yaml:"note"` // what else to mind, shown to people
}

// SoftRule is on which conditions a firm may write to its own customers without
// consent (Art. 13(2) Directive 2002/58/EC).
type SoftRule struct {
	Article string `yaml:"article"`
	// Months after the purchase in which it must be used; 0: the law names no term.
	Months    int                `yaml:"months"`
	Certainty workflow.Certainty `yaml:"certainty"`
}

// LegalRule is what holds for addresses of an organisation.
type LegalRule struct {
	Needs     Need               `yaml:"needs"`
	Article   string             `yaml:"article"`
	Certainty workflow.Certainty `yaml:"certainty"`
}

// Law is the rules of all countries.
type Law struct {
	countries  map[string]Country
	impersonal []string
}

// impersonalFile lists how mail addresses begin that belong to nobody in particular.
const lawFolder, impersonalFile = "marketing", "marketing/impersonal.yaml"

// LoadLaw reads the rules out of the workflows/ folder. The error names the file.
func LoadLaw(fsys fs.FS) (*Law, error) {
	l := &Law{countries: map[string]Country{}}
	var words struct {
		Version string   `yaml:"version"`
		Source  string   `yaml:"source"`
		Begin   []string `yaml:"begin"`
	}
	if err := decode(fsys, impersonalFile, &words); err != nil {
		return nil, err
	}
	l.impersonal = words.Begin
	names, err := fs.Glob(fsys, lawFolder+"/??.yaml")
	if err != nil {
		return nil, fmt.Errorf("consent: %w", err)
	}
	for _, name := range names {
		var c Country
		if err := decode(fsys, name, &c); err != nil {
			return nil, err
		}
		if err := c.check(name); err != nil {
			return nil, err
		}
		l.countries[c.Country] = c
	}
	return l, nil
}

func decode(fsys fs.FS, name string, v any) error {
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		return fmt.Errorf("consent: %w", err)
	}
	if err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(v); err != nil {
		return fmt.Errorf("consent: %s: %w", name, err)
	}
	return nil
}

// check refuses a country whose rules could not be applied.
func (c Country) check(name string) error {
	if name != lawFolder+"/"+c.Country+".yaml" || c.Version == "" || c.Source == "" || c.Seen.IsZero() {
		return fmt.Errorf("consent: %s: its head is not whole, or the file is called otherwise than its country", name)
	}
	if c.ConsentAge.Years < 13 || c.ConsentAge.Years > 16 || c.ConsentAge.Article == "" {
		return fmt.Errorf("consent: %s: Art. 8(1) knows ages from 13 to 16 only", name)
	}
	for i, r := range c.Rules {
		if !slices.Contains(processing.Channels(), r.Channel) || !r.Needs.isKnown() || r.Article == "" || r.Source == "" || r.Certainty == "" || r.ValidFrom.IsZero() {
			return fmt.Errorf("consent: %s: rule %d is not whole", name, i+1)
		}
		if r.LegalPersons != nil && !r.LegalPersons.Needs.isKnown() {
			return fmt.Errorf("consent: %s: rule %d: legal_persons is not known", name, i+1)
		}
		for _, other := range c.Rules[:i] {
			if other.Channel == r.Channel && overlap(other, r) {
				return fmt.Errorf("consent: %s: rule %d overlaps another for %s", name, i+1, r.Channel)
			}
		}
	}
	return nil
}

func (n Need) isKnown() bool {
	return slices.Contains([]Need{NeedsConsent, NeedsRegister, NeedsNothing, NeedsPublished}, n)
}

func overlap(a, b Rule) bool {
	return (a.ValidTo.IsZero() || a.ValidTo.String() >= b.ValidFrom.String()) &&
		(b.ValidTo.IsZero() || b.ValidTo.String() >= a.ValidFrom.String())
}

// Countries lists those with rules of their own, sorted.
func (l *Law) Countries() []Country {
	out := make([]Country, 0, len(l.countries))
	for _, c := range l.countries {
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b Country) int {
		if a.Country < b.Country {
			return -1
		}
		return 1
	})
	return out
}

// strictest is what holds where no rule is known: a yes beforehand, by whatever
// channel.
func strictest(c processing.Channel) Rule {
	return Rule{Channel: c, Needs: NeedsConsent, Article: "Art. 13(1) Directive 2002/58/EC; Art. 6(1)(a) GDPR", Certainty: workflow.Low}
}

// Rule returns what held in a country for a channel on a day. A country or day
// without a rule gets the strictest one, with known false.
func (l *Law) Rule(country string, ch processing.Channel, on deadline.Date) (r Rule, known bool) {
	for _, r := range l.countries[country].Rules {
		day := on.String()
		if r.Channel == ch && r.ValidFrom.String() <= day && (r.ValidTo.IsZero() || day <= r.ValidTo.String()) {
			return r, true
		}
	}
	return strictest(ch), false
}

// strictestAge is the age where no rule is known (Art. 8(1) GDPR).
const strictestAge = 16

// Age is from which age a child's own consent counts in a country.
func (l *Law) Age(country string) AgeRule {
	if c, ok := l.countries[country]; ok {
		return c.ConsentAge
	}
	return AgeRule{Years: strictestAge, Article: "Art. 8(1) GDPR"}
}
