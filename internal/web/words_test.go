package web

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"clepsydra/internal/locale"
	"clepsydra/templates"
)

var (
	// keyInPage is {{t "key"}}, {{n "key"}}, (t "key"), (n "key"). Keys that are
	// computed by print are checked where their values are known.
	keyInPage = regexp.MustCompile(`[({ ]([tn]) "([a-z_]+\.[A-Za-z_]+)"`)
	keyInCode = regexp.MustCompile(`(?:fault\.New\(fault\.[A-Za-z]+, |Flash\(|\.[TN]\()"([a-z_]+\.[A-Za-z_]+)"`)
)

// texts are the keys of one language.
func texts(t *testing.T, lang string) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	files, err := fs.Glob(templates.FS, "locales/*."+lang+".yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		b, err := fs.ReadFile(templates.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		var m map[string]any
		if err := yaml.UnmarshalWithOptions(b, &m, yaml.Strict()); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for key := range m {
			if out[key] {
				t.Errorf("%s: %s is there twice", name, key)
			}
			out[key] = true
		}
	}
	return out
}

func keysIn(t *testing.T, root string, suffix string, shape *regexp.Regexp) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, suffix) || strings.HasSuffix(path, "_test.go") {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range shape.FindAllStringSubmatch(string(b), -1) {
			if key := m[len(m)-1]; !strings.HasSuffix(key, "_") { // the rest of it is computed
				out[key] = path
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestEveryWordExistsInEveryLanguage(t *testing.T) {
	used := keysIn(t, "../../templates", ".html", keyInPage)
	for key, path := range keysIn(t, "..", ".go", keyInCode) {
		used[key] = path
	}
	for _, role := range everyone() {
		if role != "" {
			used["account.role_"+string(role)], used["account.role_text_"+string(role)] = "roles", "roles"
		}
	}
	if len(used) < 300 {
		t.Fatalf("only %d keys were found: the pattern is wrong", len(used))
	}
	english := texts(t, "en")
	for _, lang := range locale.Languages() {
		have := texts(t, lang)
		for key, path := range used {
			if !have[key] {
				t.Errorf("%s: %s is missing (%s)", lang, key, path)
			}
		}
		for key := range english {
			if !have[key] {
				t.Errorf("%s: %s is only in English", lang, key)
			}
		}
	}
}
