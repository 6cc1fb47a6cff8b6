package retention

import (
	"bytes"
	"fmt"

	"github.com/goccy/go-yaml"

	"clepsydra/workflows"
)

// Books is how long the law of a country asks to keep invoices, in years after the
// end of the year of the document.
type Books struct {
	Country   string `yaml:"country"`
	From      int    `yaml:"from"` // first year of documents; 0: any
	Years     int    `yaml:"years"`
	Source    string `yaml:"source"`
	Certainty string `yaml:"certainty"` // high, medium or low
}

const booksFile = "record/bookkeeping.yaml"

// BooksOf returns the terms of a country, the latest first; none for a country that
// is not known.
func BooksOf(country string) ([]Books, error) {
	text, err := workflows.FS.ReadFile(booksFile)
	if err != nil {
		return nil, fmt.Errorf("retention: %w", err)
	}
	var file struct {
		Version string  `yaml:"version"`
		Seen    string  `yaml:"seen"`
		Terms   []Books `yaml:"terms"`
	}
	if err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(&file); err != nil {
		return nil, fmt.Errorf("retention: %s: %w", booksFile, err)
	}
	var out []Books
	for _, b := range file.Terms {
		if b.Country == country {
			out = append(out, b)
		}
	}
	return out, nil
}
