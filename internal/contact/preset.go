package contact

import (
	"fmt"

	"github.com/goccy/go-yaml"

	"clepsydra/workflows"
)

// Preset is the known export of one tool: what its columns are, and what the file
// as a whole says about its people.
type Preset struct {
	ID        string             `yaml:"id"`
	Name      string             `yaml:"name"`
	Certainty string             `yaml:"certainty"` // of the headings: high, medium, low
	Marks     []string           `yaml:"marks"`     // headings that must all be there
	Columns   map[Field][]string `yaml:"columns"`
	LeftOut   []string           `yaml:"left_out"` // known, and not needed
	Status    Marketing          `yaml:"status"`   // of everybody in it; empty: the rows say
	Note      string             `yaml:"note"`
}

// presetFile is where the known exports stand.
const presetFile = "presets/exports.yaml"

// Presets reads the known exports, the special before the general. A mistake in
// the file is an error of the program.
func Presets() ([]Preset, error) {
	data, err := workflows.FS.ReadFile(presetFile)
	if err != nil {
		return nil, fmt.Errorf("contact: presets: %w", err)
	}
	var file struct {
		Presets []Preset `yaml:"presets"`
	}
	if err := yaml.UnmarshalWithOptions(data, &file, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("contact: presets: %s: %w", presetFile, err)
	}
	return file.Presets, nil
}

// presetOf finds the tool a file comes from by its headings; the zero preset when
// it is none that is known.
func presetOf(headings []string) (Preset, error) {
	if len(headings) == 0 {
		return Preset{}, nil
	}
	all, err := Presets()
	if err != nil {
		return Preset{}, err
	}
	there := map[string]bool{}
	for _, h := range headings {
		there[foldKey(h)] = true
	}
	for _, p := range all {
		found := true
		for _, m := range p.Marks {
			found = found && there[foldKey(m)]
		}
		if found {
			return p, nil
		}
	}
	return Preset{}, nil
}

// fields is what each heading is, folded; FieldNone for those left out.
func (p Preset) fields() map[string]Field {
	words := map[string]Field{}
	for _, h := range p.LeftOut {
		words[foldKey(h)] = FieldNone
	}
	for f, list := range p.Columns {
		for _, h := range list {
			words[foldKey(h)] = f
		}
	}
	return words
}
