package workflow

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Languages are the languages in which every text must exist.
func Languages() []string { return []string{"nl", "fr", "de", "en"} }

// Text is one text in several languages. Keys are a language ("nl") or a language
// with a country ("nl-BE") where the country has its own words.
type Text map[string]string

// In returns the text for a language and a country: the country's own words, else
// the language, else English. An unknown language gives English, never nothing.
func (t Text) In(lang, country string) string {
	for _, key := range []string{lang + "-" + country, lang, "en", "nl", "fr", "de"} {
		if s := t[key]; s != "" {
			return s
		}
	}
	return ""
}

// Fill puts the firm's name and a date into the places a text of a pack may have:
// {firm} and {date}. Packs with any other place are refused by Load.
func Fill(s, firm, date string) string {
	return strings.NewReplacer("{firm}", firm, "{date}", date).Replace(s)
}

var (
	// variant is a text key with a country.
	variant = regexp.MustCompile(`^(nl|fr|de|en)-[A-Z]{2}$`)
	// hole is anything in braces.
	hole = regexp.MustCompile(`\{[^}]*\}?`)
	// ident is what a name in a pack looks like: it is stored with incidents.
	ident = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
)

// text checks that t exists in every language, that its other keys are variants by
// country, and that it has no places to fill in but those named.
func (c *checker) text(at string, t Text, places ...string) {
	if len(t) == 0 {
		c.fail(at, "the text is missing")
		return
	}
	for _, lang := range Languages() {
		c.need(strings.TrimSpace(t[lang]) != "", at, "the text is missing in %q", lang)
	}
	for _, key := range slices.Sorted(maps.Keys(t)) {
		s := t[key]
		isLanguage := contains(Languages(), key)
		c.need(isLanguage || variant.MatchString(key), at, "%q is not a language nor a language with a country", key)
		c.need(s == strings.TrimSpace(s), at, "the text in %q begins or ends with a space", key)
		for _, h := range hole.FindAllString(s, -1) {
			c.need(contains(places, h), at, "the text in %q has a place %s that nothing fills", key, h)
		}
	}
}

// texts checks a list of texts; it must have at least one.
func (c *checker) texts(at string, list []Text, places ...string) {
	c.need(len(list) > 0, at, "the list is empty")
	for i, t := range list {
		c.text(index(at, i), t, places...)
	}
}
