package app_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// listed is what go list tells of a package.
type listed struct {
	ImportPath string
	Dir        string
	GoFiles    []string
	Imports    []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Dir,GoFiles,Imports", "clepsydra/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// mayImport says which of our packages each may import. A package that is not
// listed is new here: decide where it belongs.
func mayImport() map[string][]string {
	domain := []string{"fault", "database", "incident", "deadline", "workflow"}
	return map[string][]string{
		"fault":         {},
		"config":        {},
		"deadline":      {},
		"alert":         {"fault"},
		"locale":        {"fault"},
		"document":      {"fault"},
		"workflow":      {"deadline", "fault"},
		"database":      {"fault", "db"},
		"job":           {"database", "fault"},
		"journal":       {"database", "fault"},
		"slackbot":      {"alert", "fault"},
		"mail":          {"alert", "fault"},
		"rulebook":      {"database", "journal", "workflow"},
		"firm":          {"database", "fault"},
		"account":       {"database", "fault", "firm", "journal"},
		"incident":      {"database", "fault"},
		"contact":       {"database", "fault", "workflows"},
		"processing":    {"contact", "fault", "workflow", "workflows"},
		"consent":       {"contact", "database", "deadline", "fault", "processing", "workflow"},
		"source":        {"contact", "database", "fault", "firm"},
		"fetch":         {"contact", "fault", "source"},
		"retention":     {"contact", "database", "deadline", "fault", "processing", "workflows"},
		"obligation":    domain,
		"request":       {"contact", "database", "deadline", "fault", "workflow", "workflows"},
		"notification":  append(domain, "obligation"),
		"communication": append(domain, "contact"),
		"assessment":    {"database", "fault", "workflow"},
		"recall":        domain,
		"fastlane":      append(domain, "recall"),
		"register":      append(domain, "obligation", "notification", "communication"),
		"watch":         {"database", "fault", "journal", "workflow", "workflows"},
		"signup":        {"contact", "database", "fault", "processing", "workflow", "workflows"},
		"stewardship":   {"alert", "assessment", "consent", "contact", "database", "deadline", "fault", "firm", "journal", "obligation", "processing", "request", "retention", "signup", "source", "watch", "workflow"},
		"response":      append(domain, "account", "alert", "assessment", "communication", "firm", "journal", "notification", "obligation", "recall", "fastlane"),
		// Below here is what speaks to the world and what puts it together.
		"web":  nil,
		"app":  nil,
		"demo": nil, "bench": nil,
	}
}

func TestPackagesImportOnlyWhatTheyMay(t *testing.T) {
	t.Parallel()
	allowed := mayImport()
	for _, p := range packages(t) {
		name, ok := strings.CutPrefix(p.ImportPath, "clepsydra/internal/")
		if !ok || strings.Contains(name, "/") {
			continue
		}
		may, known := allowed[name]
		if !known {
			t.Errorf("package %s is not in the table", name)
			continue
		}
		for _, i := range p.Imports {
			ours, ok := strings.CutPrefix(i, "clepsydra/")
			if !ok {
				continue
			}
			ours = strings.TrimPrefix(ours, "internal/")
			if ours == "app" && name != "demo" && name != "bench" {
				t.Errorf("%s imports app", name)
			}
			if may != nil && !slices.Contains(may, ours) {
				t.Errorf("%s imports %s", name, ours)
			}
		}
		if name == "web" && slices.Contains(p.Imports, "clepsydra/internal/document") {
			t.Error("web imports document: papers come through an interface")
		}
	}
}

// whereAllowed says in which files a library may appear: a package, or a file
// name that begins with the given word.
func whereAllowed() map[string]func(pkg, file string) bool {
	in := func(names ...string) func(string, string) bool {
		return func(pkg, _ string) bool { return slices.Contains(names, pkg) }
	}
	return map[string]func(pkg, file string) bool{
		"github.com/jung-kurt/gofpdf":    in("document"),
		"github.com/xuri/excelize":       in("document", "contact"),
		"github.com/slack-go/slack":      in("slackbot"),
		"github.com/go-sql-driver/mysql": in("fetch"),
		"github.com/gofiber/fiber":       in("web", "app"),
		"github.com/uptrace/bun": func(pkg, file string) bool {
			// Stores, the packages of verbs, and what opens or queues.
			return strings.HasPrefix(file, "store") || slices.Contains([]string{
				"database", "databasetest", "job", "response", "stewardship", "app", "account", "bench", "demo",
			}, pkg)
		},
	}
}

func TestLibrariesStayInTheirRooms(t *testing.T) {
	t.Parallel()
	rules := whereAllowed()
	for _, p := range packages(t) {
		pkg := filepath.Base(p.ImportPath)
		for _, file := range p.GoFiles {
			for _, i := range importsOf(t, filepath.Join(p.Dir, file)) {
				for lib, ok := range rules {
					if strings.HasPrefix(i, lib) && !ok(pkg, file) {
						t.Errorf("%s/%s imports %s", pkg, file, i)
					}
				}
			}
		}
	}
}
