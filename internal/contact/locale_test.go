package contact

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/goccy/go-yaml"
)

// TestEveryKeyIsTranslated keeps the four languages complete, with the same
// placeholders in each.
func TestEveryKeyIsTranslated(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("problem.go")
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, m := range regexp.MustCompile(`"(contact\.\w+)"`).FindAllStringSubmatch(string(source), -1) {
		keys = append(keys, m[1])
	}
	for _, f := range append(Fields(), "none") {
		keys = append(keys, "contact.field_"+string(f))
	}
	hole := regexp.MustCompile(`\{\{\.\w+\}\}`)
	var english map[string]string
	for _, lang := range []string{"en", "nl", "fr", "de"} {
		data, err := os.ReadFile("../../templates/locales/contact." + lang + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		texts := map[string]string{}
		if err := yaml.UnmarshalWithOptions(data, &texts, yaml.Strict()); err != nil {
			t.Fatal(err)
		}
		if lang == "en" {
			english = texts
		}
		for _, k := range keys {
			if texts[k] == "" {
				t.Errorf("%s: %s is missing", lang, k)
			}
			if a, b := hole.FindAllString(texts[k], -1), hole.FindAllString(english[k], -1); !slices.Equal(a, b) {
				t.Errorf("%s: %s has %v, English has %v", lang, k, a, b)
			}
		}
		if len(texts) != len(keys) {
			t.Errorf("%s: %d texts for %d keys", lang, len(texts), len(keys))
		}
	}
}
