package workflow_test

import (
	"bytes"
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"clepsydra/internal/workflow"
	"clepsydra/workflows"
)

// update rewrites testdata/bad.golden from what Load says now; read the difference.
var update = flag.Bool("update", false, "rewrite testdata/bad.golden")

// laid reads one file of testdata as an operator's own. Its first line says where it
// belongs.
func laid(t testing.TB, file string) workflow.Own {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(src), "\n")
	name, ok := strings.CutPrefix(first, "# file: ")
	if !ok {
		t.Fatalf("%s does not say where it belongs", file)
	}
	own := workflow.Own{name: src}
	if name == "categories.yaml" {
		// Other categories: the assessment and the fast lanes that name the shipped ones
		// have no place, nor what scenarios propose to that assessment.
		trial, err := os.ReadFile("testdata/good/assessment.yaml")
		if err != nil {
			t.Fatal(err)
		}
		own["assessments/breach_risk.yaml"] = bytes.Replace(trial, []byte("\nid: trial\n"), []byte("\nid: breach_risk\n"), 1)
		for name, file := range shipped(t) {
			if strings.HasPrefix(name, "scenarios/") {
				own[name], _, _ = bytes.Cut(file.Data, []byte("assess:\n"))
			}
		}
	}
	return own
}

// shipped copies the shipped packs, so that a test may change them.
func shipped(t testing.TB) fstest.MapFS {
	t.Helper()
	all := make(fstest.MapFS)
	err := fs.WalkDir(workflows.FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		src, err := workflows.FS.ReadFile(name)
		all[name] = &fstest.MapFile{Data: src}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func testdata(t testing.TB, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %d files, %v", pattern, len(files), err)
	}
	return files
}

func TestLoadAcceptsGoodFiles(t *testing.T) {
	t.Parallel()
	for _, file := range testdata(t, "testdata/good/*.yaml") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			if _, err := workflow.LoadWith(workflows.FS, laid(t, file), time.Now); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestLoadRefusesBadFiles compares what Load says about each bad file with
// testdata/bad.golden: file, line, column and words.
func TestLoadRefusesBadFiles(t *testing.T) {
	files := testdata(t, "testdata/bad/*.yaml")
	said := make([]string, len(files))
	var all sync.WaitGroup
	for i, file := range files {
		own := laid(t, file)
		all.Go(func() {
			_, err := workflow.LoadWith(workflows.FS, own, time.Now)
			var problems workflow.Problems
			if !errors.As(err, &problems) {
				t.Errorf("%s was accepted: %v", file, err)
				return
			}
			said[i] = "== " + filepath.Base(file) + "\n" + problems.Error() + "\n"
		})
	}
	all.Wait()
	got := strings.Join(said, "")
	const golden = "testdata/bad.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	compare(t, string(want), got)
}

func compare(t *testing.T, want, got string) {
	t.Helper()
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(w), len(g)) {
		var a, b string
		if i < len(w) {
			a = w[i]
		}
		if i < len(g) {
			b = g[i]
		}
		if a != b {
			t.Fatalf("line %d\n got %s\nwant %s", i+1, b, a)
		}
	}
}

func TestLoadNeedsEveryFolder(t *testing.T) {
	t.Parallel()
	for _, folder := range []string{"holidays/", "regimes/", "authorities/", "scenarios/", "assessments/", "categories.yaml", "edpb.yaml"} {
		all := shipped(t)
		for name := range all {
			if strings.HasPrefix(name, folder) {
				delete(all, name)
			}
		}
		if _, err := workflow.Load(all, time.Now); err == nil || !strings.Contains(err.Error(), strings.TrimSuffix(folder, "/")) {
			t.Errorf("without %s: %v", folder, err)
		}
	}
}
