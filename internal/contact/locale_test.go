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
	intake := []string{}
	for _, s := range secrets() {
		intake = append(intake, string(s.columnKey()), string(s.cellKey()))
	}
	for _, m := range regexp.MustCompile(`"(intake\.\w+)"`).FindAllStringSubmatch(string(source), -1) {
		intake = append(intake, m[1])
	}
	intakeTexts := func(lang string) map[string]string {
		texts := map[string]string{}
		data, err := os.ReadFile("../../templates/locales/intake." + lang + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		if err := yaml.UnmarshalWithOptions(data, &texts, yaml.Strict()); err != nil {
			t.Fatal(err)
		}
		return texts
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
		for _, k := range intake {
			if intakeTexts(lang)[k] == "" {
				t.Errorf("%s: %s is missing", lang, k)
			}
		}
		if len(texts) != len(keys) {
			t.Errorf("%s: %d texts for %d keys", lang, len(texts), len(keys))
		}
	}
}
