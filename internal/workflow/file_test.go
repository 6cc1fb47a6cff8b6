package workflow_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"clepsydra/internal/workflow"
	"clepsydra/workflows"
)

func read(t testing.TB, name string) string {
	t.Helper()
	src, err := workflows.FS.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(src)
}

func TestOwnFilesRuleAndSayWhereTheyComeFrom(t *testing.T) {
	t.Parallel()
	cnil := read(t, "authorities/FR-CNIL.yaml")
	own := workflow.Own{
		"authorities/FR-CNIL.yaml": []byte(strings.Replace(cnil, "short: {nl: CNIL", "short: {nl: De CNIL", 1)),
		"authorities/FR-TEST.yaml": []byte(strings.Replace(cnil, "id: FR-CNIL", "id: FR-TEST", 1)),
	}
	p, err := workflow.LoadWith(workflows.FS, own, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if a, err := p.Authority("FR-CNIL"); err != nil || a.Short["nl"] != "De CNIL" {
		t.Errorf("the own file does not rule: %v, %v", a.Short, err)
	}
	if len(p.AuthoritiesOf("FR")) != 2 {
		t.Error("the new authority is not there")
	}
	over, ok := p.File(workflow.KindAuthority, "FR-CNIL", "1")
	if !ok || over.Origin != workflow.OwnOverShipped || over.HiddenYAML != cnil || over.HiddenSHA256 != workflow.Hash([]byte(cnil)) ||
		over.SHA256 != workflow.Hash(own["authorities/FR-CNIL.yaml"]) || over.Path != "authorities/FR-CNIL.yaml" {
		t.Errorf("over shipped: %v %v %v", ok, over.Origin, over.Path)
	}
	if added, ok := p.File(workflow.KindAuthority, "FR-TEST", "1"); !ok || added.Origin != workflow.OwnFile || added.HiddenYAML != "" {
		t.Errorf("added: %v %v", ok, added.Origin)
	}
	if _, ok := p.File(workflow.KindAuthority, "FR-CNIL", "2"); ok {
		t.Error("a version that nobody has")
	}
}

// TestFilesDescribeEveryPack: whatever the kind, people can see what it is.
func TestFilesDescribeEveryPack(t *testing.T) {
	t.Parallel()
	seen := map[workflow.Kind]bool{}
	for _, f := range load(t).Files() {
		seen[f.Kind] = true
		if f.ID == "" || f.Version == "" || len(f.Sources) == 0 || !f.Sources[0].Seen.IsValid() || f.Origin != workflow.Shipped ||
			workflow.KindOf(f.Path) != f.Kind || f.SHA256 != workflow.Hash([]byte(f.YAML)) || read(t, f.Path) != f.YAML {
			t.Errorf("%s says too little of itself: %q %q %v", f.Path, f.ID, f.Version, f.Sources)
		}
		hasName := f.Kind != workflow.KindHolidays && f.Kind.Folder() != "."
		if hasName != (f.Name.In("nl", "BE") != "") || hasName && f.ValidFrom.IsZero() {
			t.Errorf("%s: name %v, from %v", f.Path, f.Name, f.ValidFrom)
		}
	}
	for _, k := range workflow.Kinds() {
		if !seen[k] {
			t.Errorf("no pack of the kind %s", k)
		}
		if _, err := workflows.Schema(string(k)); err != nil {
			t.Error(err)
		}
	}
}

// TestOwnCopiesChangeNothing: laying shipped files over themselves gives the same
// packs, whichever they are.
func TestOwnCopiesChangeNothing(t *testing.T) {
	t.Parallel()
	few := fstest.MapFS{}
	for _, name := range []string{"categories.yaml", "edpb.yaml", "ladders.yaml", "holidays/BE.yaml", "regimes/gdpr.yaml", "authorities/BE-GBA.yaml", "scenarios/other.yaml"} {
		few[name] = &fstest.MapFile{Data: []byte(read(t, name))}
	}
	for name, src := range laid(t, "testdata/good/assessment.yaml") {
		few[name] = &fstest.MapFile{Data: src}
	}
	base, err := workflow.Load(few, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	shipped := base.Files()
	rapid.Check(t, func(r *rapid.T) {
		own := workflow.Own{}
		for _, f := range rapid.SliceOfN(rapid.SampledFrom(shipped), 0, 5).Draw(r, "own") {
			own[f.Path] = []byte(f.YAML)
		}
		p, err := workflow.LoadWith(few, own, time.Now)
		if err != nil {
			r.Fatal(err)
		}
		for i, f := range p.Files() {
			_, isOwn := own[f.Path]
			if f.SHA256 != shipped[i].SHA256 || isOwn != (f.Origin == workflow.OwnOverShipped) {
				r.Fatalf("%s: %s", f.Path, f.Origin)
			}
		}
	})
}

func TestStraysAreRefused(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"regime/gdpr.yaml", "regimes/gdpr.yml", "regimes/be/gdpr.yaml", "gdpr.yaml", "schemas/x.yaml"} {
		_, err := workflow.LoadWith(workflows.FS, workflow.Own{name: []byte("id: gdpr\n")}, time.Now)
		var problems workflow.Problems
		if !errors.As(err, &problems) || len(problems) != 1 || problems[0].File != name || !strings.Contains(problems[0].Text, "regimes") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReadOwnTakesWhatIsYAML(t *testing.T) {
	t.Parallel()
	own, err := workflow.ReadOwn(fstest.MapFS{
		"regimes/a.yaml": {Data: []byte("a")}, "regime/b.yml": {Data: []byte("b")}, "README.md": {}, ".git/c.yaml": {}, "regimes/.a.yaml": {},
	})
	if err != nil || len(own) != 2 || string(own["regimes/a.yaml"]) != "a" || string(own["regime/b.yml"]) != "b" {
		t.Errorf("%v, %v", own, err)
	}
	if _, err := workflow.LoadDir(workflows.FS, filepath.Join(t.TempDir(), "nowhere"), time.Now); err == nil {
		t.Error("a folder that is not there was read")
	}
}

func TestGatherFindsTheKind(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
		return path
	}
	in := write("mine/regimes/a.yaml", "id: a\n")
	line := write("b.yaml", "# yaml-language-server: $schema=https://example.com/authority.schema.json\n")
	cat := write("categories.yaml", "x: 1\n")
	g, err := workflow.Gather([]string{filepath.Join(dir, "mine"), in, line, cat})
	var names []string
	for name := range g.Own {
		names = append(names, name)
	}
	slices.Sort(names)
	if err != nil || !slices.Equal(names, []string{"authorities/b.yaml", "categories.yaml", "regimes/a.yaml"}) || g.Paths["regimes/a.yaml"] != in {
		t.Errorf("%v, %v, %v", names, g.Paths, err)
	}
	other := write("other/regimes/a.yaml", "id: a\n")
	if _, err := workflow.Gather([]string{in, other}); err == nil || !strings.Contains(err.Error(), other) {
		t.Errorf("two files of the same name: %v", err)
	}
	if _, err := workflow.Gather([]string{write("c.yaml", "# $schema=regime\n")}); err == nil || !strings.Contains(err.Error(), "$schema=") {
		t.Errorf("a file of no kind: %v", err)
	}
}
