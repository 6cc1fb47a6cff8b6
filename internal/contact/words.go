package contact

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/goccy/go-yaml"

	"clepsydra/workflows"
)

// hint is the first place in a column of notes where a word points to specially
// protected data (Art. 9 and 10 GDPR).
type hint struct {
	Topic string `json:"topic"`
	Line  int    `json:"line"`
}

// isNoteHeading reports whether a column holds free text.
func isNoteHeading(heading string) bool {
	key := foldKey(heading)
	for _, w := range []string{
		"opmerking", "notitie", "nota", "omschrijving", "commentaar", "memo", "remarque", "note", "commentaire", "observation",
		"bemerkung", "notiz", "anmerkung", "kommentar", "comment", "remark", "description",
	} {
		if key == w || key == w+"s" || key == w+"en" || key == w+"n" || key == "customer"+w || key == "klant"+w {
			return true
		}
	}
	return false
}

// wordFinder knows the words, by word or by several in a row.
type wordFinder struct {
	single  map[string]string
	several map[string]string
}

// newWordFinder reads the lists of all languages: people write in any.
func newWordFinder() (*wordFinder, error) {
	const file = "words/sensitive.yaml"
	data, err := workflows.FS.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("contact: words: %w", err)
	}
	var lists struct {
		Topics []struct {
			ID    string              `yaml:"id"`
			Words map[string][]string `yaml:"words"`
		} `yaml:"topics"`
	}
	if err := yaml.UnmarshalWithOptions(data, &lists, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("contact: words: %s: %w", file, err)
	}
	w := &wordFinder{single: map[string]string{}, several: map[string]string{}}
	for _, t := range lists.Topics {
		for _, words := range t.Words {
			for _, word := range words {
				if strings.Contains(word, " ") {
					w.several[word] = t.ID
				} else {
					w.single[word] = t.ID
				}
			}
		}
	}
	return w, nil
}

// topic is what a text seems to tell of; empty when nothing of that kind.
func (w *wordFinder) topic(text string) string {
	words := strings.FieldsFunc(Fold(text), func(r rune) bool { return !unicode.IsLetter(r) })
	for _, word := range words {
		if t := w.single[word]; t != "" {
			return t
		}
	}
	line := " " + strings.Join(words, " ") + " "
	for phrase, t := range w.several {
		if strings.Contains(line, " "+phrase+" ") {
			return t
		}
	}
	return ""
}

// hintIn looks into the notes of one row.
func (g *guard) hintIn(rec record) {
	for i := range g.notes {
		if _, found := g.hints[i]; found || i >= len(rec.fields) || rec.fields[i] == "" {
			continue
		}
		if t := g.words.topic(rec.fields[i]); t != "" {
			g.hints[i] = hint{t, rec.line}
		}
	}
}

// isTopic keeps the topic of a made-up kept file out of the keys of texts.
func isTopic(s string) bool {
	switch s {
	case "health", "religion", "union", "origin", "crime":
		return true
	}
	return false
}
