package processing

import (
	"bytes"
	"fmt"

	"github.com/goccy/go-yaml"

	"clepsydra/workflows"
)

// starterFile is the proposal every firm begins with.
const starterFile = "record/starter.yaml"

// Record is the purposes and the fields together, in the order they are shown.
type Record struct {
	Purposes []Purpose `yaml:"purposes"`
	Fields   []Field   `yaml:"fields"`
}

// Starter is the shipped proposal. Nothing in it is confirmed.
func Starter() (Record, error) {
	text, err := workflows.FS.ReadFile(starterFile)
	if err != nil {
		return Record{}, fmt.Errorf("processing: %w", err)
	}
	var file struct {
		Version   string `yaml:"version"`
		Source    string `yaml:"source"`
		Seen      string `yaml:"seen"`
		Certainty string `yaml:"certainty"`
		Record    `yaml:",inline"`
	}
	if err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(&file); err != nil {
		return Record{}, fmt.Errorf("processing: %s: %w", starterFile, err)
	}
	return file.Record, nil
}

// Purpose returns a purpose by its id.
func (r Record) Purpose(id PurposeID) (Purpose, bool) {
	for _, p := range r.Purposes {
		if p.ID == id {
			return p, true
		}
	}
	return Purpose{}, false
}
