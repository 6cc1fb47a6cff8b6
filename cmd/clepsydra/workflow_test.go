package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// put writes a pack where an operator would keep it.
func put(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// shippedPack is the text of a pack of the program, to make an own one of.
func shippedPack(t *testing.T, name string) string {
	t.Helper()
	src, err := os.ReadFile(filepath.Join("../../workflows", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(src)
}

func TestWorkflowCheckSaysWhereAndWhat(t *testing.T) {
	text := shippedPack(t, "authorities/FR-CNIL.yaml")
	dir := t.TempDir()
	bad := put(t, dir, "authorities/FR-CNIL.yaml", strings.Replace(text, "filing: web_form", "filing: pigeon", 1))
	for _, arg := range []string{bad, dir, filepath.Dir(bad)} {
		status, out, errs := command(t, "workflow", "check", arg)
		if status != 1 || !strings.Contains(out, filepath.Join("authorities", "FR-CNIL.yaml")+":1") || !strings.Contains(out, "web_form") || !strings.Contains(errs, "1 problem") {
			t.Errorf("%s: status %d, %q, %q", arg, status, out, errs)
		}
	}
	var got packCheck
	status, out, _ := command(t, "workflow", "check", "--json", bad)
	decode(t, out, &got)
	if status != 1 || got.Good || len(got.Problems) != 1 || got.Problems[0].Line < 2 || got.Problems[0].Column != 9 || got.Problems[0].File != bad {
		t.Errorf("status %d, %+v", status, got)
	}
	good := put(t, dir, "authorities/FR-CNIL.yaml", text+"# our own remark\n")
	if status, out, errs := command(t, "workflow", "check", good); status != 0 || strings.Count(out, "\n") != 1 {
		t.Errorf("a good file: status %d, %q, %q", status, out, errs)
	}
}

func TestWorkflowCheckTellsTheKindByTheFirstLine(t *testing.T) {
	dir := t.TempDir()
	path := put(t, dir, "FR-CNIL.yaml", shippedPack(t, "authorities/FR-CNIL.yaml"))
	if status, _, errs := command(t, "workflow", "check", path); status != 0 {
		t.Errorf("status %d, %q", status, errs)
	}
	for _, arg := range []string{put(t, dir, "what.yaml", "id: x\n"), filepath.Join(dir, "nowhere.yaml"), t.TempDir()} {
		if status, _, errs := command(t, "workflow", "check", arg); status != 2 || !strings.Contains(errs, filepath.Base(arg)) {
			t.Errorf("%s: status %d, %q", arg, status, errs)
		}
	}
	if status, _, _ := command(t, "workflow", "check"); status != 2 {
		t.Errorf("no file: status %d", status)
	}
}

func TestWorkflowListShowsWhereEachPackComesFrom(t *testing.T) {
	dir := t.TempDir()
	text := shippedPack(t, "authorities/FR-CNIL.yaml")
	put(t, dir, "authorities/FR-CNIL.yaml", text+"# our own remark\n")
	put(t, dir, "authorities/FR-TEST.yaml", strings.Replace(text, "id: FR-CNIL", "id: FR-TEST", 1))
	t.Setenv("CLEPSYDRA_PACKS", dir)
	status, out, errs := command(t, "workflow", "list", "--json")
	if status != 0 {
		t.Fatalf("status %d: %s", status, errs)
	}
	var got []listedPack
	decode(t, out, &got)
	origins := map[string]string{}
	for _, p := range got {
		origins[p.File] = string(p.Origin)
		if len(p.SHA256) != 64 || p.Kind == "" || p.ID == "" {
			t.Errorf("%+v", p)
		}
	}
	for file, want := range map[string]string{
		"authorities/FR-CNIL.yaml": "own_over_shipped", "authorities/FR-TEST.yaml": "own", "regimes/gdpr.yaml": "shipped", "categories.yaml": "shipped",
	} {
		if origins[file] != want {
			t.Errorf("%s is %q", file, origins[file])
		}
	}
	if _, out, _ := command(t, "workflow", "list"); !strings.Contains(out, "own_over_shipped") {
		t.Error(out)
	}
	if _, err := os.Stat(os.Getenv("CLEPSYDRA_DATA")); err == nil {
		t.Error("listing made a data folder")
	}
}

func TestServeDoesNotStartOnABadPack(t *testing.T) {
	dir := t.TempDir()
	for name, want := range map[string]string{"regime/gdpr.yaml": "regimes", "regimes/gdpr.yml": ".yaml"} {
		path := put(t, dir, name, "id: gdpr\n")
		t.Setenv("CLEPSYDRA_PACKS", dir)
		status, _, errs := command(t, "serve")
		if status != 1 || !strings.Contains(errs, name+": ") || !strings.Contains(errs, want) || !strings.Contains(errs, "--shipped-rules") {
			t.Errorf("%s: status %d, %q", name, status, errs)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWorkflowSchema(t *testing.T) {
	for _, kind := range []string{"regime", "authority", "scenario", "holidays", "categories"} {
		status, out, errs := command(t, "workflow", "schema", kind)
		var got map[string]any
		if decode(t, out, &got); status != 0 || got["properties"] == nil {
			t.Errorf("%s: status %d, %q", kind, status, errs)
		}
	}
	if status, _, errs := command(t, "workflow", "schema", "law"); status != 2 || !strings.Contains(errs, "regime") {
		t.Errorf("status %d, %q", status, errs)
	}
}
