package processing

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/goccy/go-yaml"

	"clepsydra/internal/workflow"
	"clepsydra/workflows"
)

// Choice is one line that is offered ready, with its article where it has one.
type Choice struct {
	ID      string        `json:"id" yaml:"id"`
	Article string        `json:"article,omitempty" yaml:"article"`
	Name    workflow.Text `json:"name" yaml:"name"`
}

// Adequacy is a decision of the Commission on a country (Art. 45). Days are
// "2006-01-02" and inclusive; an empty Until: no end is set. Scope names what it is
// limited to, "commercial" or "certified"; empty: everything.
type Adequacy struct {
	Country   string `yaml:"country"`
	Decision  string `yaml:"decision"`
	From      string `yaml:"from"`
	Until     string `yaml:"until"`
	Scope     string `yaml:"scope"`
	Certainty string `yaml:"certainty"`
}

// Lists is what the record is filled from: ready choices, the points of a contract
// and the countries.
type Lists struct {
	Subjects, Recipients, Measures []Choice
	ContractPoints                 []Choice
	EEA, Others                    []string
	Adequate                       []Adequacy
}

// Has reports whether a choice is among some.
func Has(list []Choice, id string) bool {
	return slices.ContainsFunc(list, func(c Choice) bool { return c.ID == id })
}

// head is what every file of data says about itself.
type head struct {
	Version   string `yaml:"version"`
	Source    string `yaml:"source"`
	Seen      string `yaml:"seen"`
	Certainty string `yaml:"certainty"`
}

// LoadLists reads the shipped lists.
func LoadLists() (Lists, error) {
	var choices struct {
		Head       head     `yaml:",inline"`
		Subjects   []Choice `yaml:"subjects"`
		Recipients []Choice `yaml:"recipients"`
		Measures   []Choice `yaml:"measures"`
	}
	var contract struct {
		Head   head     `yaml:",inline"`
		Points []Choice `yaml:"points"`
	}
	var countries struct {
		Head     head       `yaml:",inline"`
		EEA      []string   `yaml:"eea"`
		Adequate []Adequacy `yaml:"adequate"`
		Others   []string   `yaml:"others"`
	}
	for file, into := range map[string]any{"choices": &choices, "processor": &contract, "countries": &countries} {
		name := "record/" + file + ".yaml"
		text, err := workflows.FS.ReadFile(name)
		if err != nil {
			return Lists{}, fmt.Errorf("processing: %w", err)
		}
		if err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(into); err != nil {
			return Lists{}, fmt.Errorf("processing: %s: %w", name, err)
		}
	}
	return Lists{
		Subjects: choices.Subjects, Recipients: choices.Recipients, Measures: choices.Measures,
		ContractPoints: contract.Points, EEA: countries.EEA, Adequate: countries.Adequate, Others: countries.Others,
	}, nil
}

// Place is where data are stored, as Chapter V GDPR sees it.
type Place string

// The places.
const (
	Nowhere      Place = ""         // not known yet
	InEEA        Place = "eea"      // no transfer
	Adequate     Place = "adequate" // outside, with a decision in force that day
	ThirdCountry Place = "third"    // outside, without one
)

// IsOutside reports whether data that are stored there have left the EEA.
func (p Place) IsOutside() bool { return p == Adequate || p == ThirdCountry }

// Where says what a country is on a day, which is "2006-01-02".
func (l Lists) Where(country, day string) Place {
	switch {
	case country == "":
		return Nowhere
	case slices.Contains(l.EEA, country):
		return InEEA
	}
	if _, ok := l.DecisionOn(country, day); ok {
		return Adequate
	}
	return ThirdCountry
}

// DecisionOn returns the decision on a country that is in force on a day.
func (l Lists) DecisionOn(country, day string) (Adequacy, bool) {
	for _, a := range l.Adequate {
		if a.Country == country && a.From <= day && (a.Until == "" || day <= a.Until) {
			return a, true
		}
	}
	return Adequacy{}, false
}

// IsCountry reports whether a country can be chosen.
func (l Lists) IsCountry(code string) bool { return slices.Contains(l.Countries(), code) }

// Countries lists all that can be chosen: the EEA, those with a decision, others.
func (l Lists) Countries() []string {
	out := slices.Clone(l.EEA)
	for _, a := range l.Adequate {
		out = append(out, a.Country)
	}
	return append(out, l.Others...)
}
