package watch

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"github.com/goccy/go-yaml"

	"clepsydra/internal/workflow"
	"clepsydra/workflows"
)

// Measure is what a rule counts of one account.
type Measure string

// The measures.
const (
	Opened   Measure = "opened"   // people opened one by one, each counted once
	Searches Measure = "searches" // searches of the customer file
	Exports  Measure = "exported" // people in files that left, counted per file
)

// Rule says when reading is unusual. It counts within an hour of the clock, a day,
// or, with Hours, the part of a day or night they name; with Days only on those
// days. Times are the firm's.
type Rule struct {
	ID       string        `yaml:"id"`
	Measure  Measure       `yaml:"measure"`
	Window   string        `yaml:"window"` // hour or day
	MoreThan int           `yaml:"more_than"`
	Hours    *Hours        `yaml:"hours,omitempty"`
	Days     []string      `yaml:"days,omitempty"` // monday ... sunday
	Title    workflow.Text `yaml:"title"`
	Why      workflow.Text `yaml:"why"`
}

// Hours is a part of the day, "22:00" to "06:00"; To before From is the next day.
type Hours struct {
	From string `yaml:"from"`
	To   string `yaml:"to"`
}

// Pack is the rules with where they come from.
type Pack struct {
	Version   string `yaml:"version"`
	ValidFrom string `yaml:"valid_from"`
	Source    string `yaml:"source"`
	Seen      string `yaml:"seen"`
	Certainty string `yaml:"certainty"`
	Rules     []Rule `yaml:"rules"`
}

const packFile = "watch.yaml"

// Load reads and checks the shipped rules.
func Load() (Pack, error) {
	text, err := workflows.FS.ReadFile(packFile)
	if err != nil {
		return Pack{}, fmt.Errorf("watch: %w", err)
	}
	return Parse(text)
}

// Parse reads rules strictly: an unknown field or a rule that could never hold is
// an error that names the rule.
func Parse(text []byte) (Pack, error) {
	var p Pack
	if err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(&p); err != nil {
		return Pack{}, fmt.Errorf("watch: %s: %w", packFile, err)
	}
	if p.Version == "" || p.Source == "" || p.Certainty == "" {
		return Pack{}, fmt.Errorf("watch: %s: version, source and certainty are needed", packFile)
	}
	for _, day := range []string{p.ValidFrom, p.Seen} {
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			return Pack{}, fmt.Errorf("watch: %s: %q is no date", packFile, day)
		}
	}
	seen := map[string]bool{}
	for _, r := range p.Rules {
		if err := r.check(); err != nil {
			return Pack{}, fmt.Errorf("watch: %s: rule %q: %w", packFile, r.ID, err)
		}
		if seen[r.ID] {
			return Pack{}, fmt.Errorf("watch: %s: rule %q is there twice", packFile, r.ID)
		}
		seen[r.ID] = true
	}
	return p, nil
}

// Rule returns a rule by its id.
func (p Pack) Rule(id string) (Rule, bool) {
	for _, r := range p.Rules {
		if r.ID == id {
			return r, true
		}
	}
	return Rule{}, false
}

func (r Rule) check() error {
	switch {
	case r.ID == "":
		return fmt.Errorf("has no id")
	case r.Measure != Opened && r.Measure != Searches && r.Measure != Exports:
		return fmt.Errorf("measure %q is not known", r.Measure)
	case r.Window != "hour" && r.Window != "day":
		return fmt.Errorf("window %q is not known", r.Window)
	case r.MoreThan < 1:
		return fmt.Errorf("more_than must be at least 1")
	case r.Hours != nil && r.Window != "day":
		return fmt.Errorf("hours need the window day")
	}
	if r.Hours != nil {
		from, err := clock(r.Hours.From)
		if err != nil {
			return err
		}
		to, err := clock(r.Hours.To)
		if err != nil {
			return err
		}
		if from == to {
			return fmt.Errorf("hours are empty")
		}
	}
	for _, d := range r.Days {
		if !slices.ContainsFunc(weekdays(), func(w time.Weekday) bool { return dayName(w) == d }) {
			return fmt.Errorf("day %q is not known", d)
		}
	}
	for _, lang := range []string{"nl", "fr", "de", "en"} {
		if r.Title[lang] == "" || r.Why[lang] == "" {
			return fmt.Errorf("title or why is missing in %s", lang)
		}
	}
	return nil
}

// clock reads "22:00" as minutes of the day.
func clock(s string) (int, error) {
	t, err := time.Parse("15:04", s)
	if err != nil {
		return 0, fmt.Errorf("%q is no time of the day", s)
	}
	return t.Hour()*60 + t.Minute(), nil
}
