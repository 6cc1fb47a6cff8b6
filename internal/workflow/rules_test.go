package workflow

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"clepsydra/workflows"
)

// rule is one check in the source: a call of need, fail or oneOf.
type rule struct {
	file     string
	from, to int // its lines
	text     string
}

// rulesInSource finds the checks of packs.
func rulesInSource(t *testing.T) []rule {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var out []rule
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || file == "problem.go" {
			continue // problem.go defines them
		}
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && isRule(call) {
				from, to := set.Position(call.Pos()), set.Position(call.End())
				out = append(out, rule{file, from.Line, to.Line, literals(call)})
			}
			return true
		})
	}
	return out
}

func isRule(call *ast.CallExpr) bool {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name == "oneOf"
	case *ast.SelectorExpr:
		return f.Sel.Name == "need" || f.Sel.Name == "fail"
	}
	return false
}

// literals are the literals of a call, which tell people which check it is.
func literals(call *ast.CallExpr) string {
	var out []string
	for _, arg := range call.Args {
		ast.Inspect(arg, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				out = append(out, lit.Value)
			}
			return true
		})
	}
	return strings.Join(out, " ")
}

// TestEveryRuleHasABadFile loads each file of testdata/bad and notes which checks
// complain. A check that never does is one that nobody has seen at work.
func TestEveryRuleHasABadFile(t *testing.T) {
	t.Parallel()
	seen := map[string]map[int]bool{}
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	few := fewPacks(t)
	risk, err := workflows.FS.ReadFile("assessments/breach_risk.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name, src := testFile(t, file)
		own := Own{name: src}
		if strings.Contains(file, "scenario_assess") { // the only files that look at this large pack
			own["assessments/breach_risk.yaml"] = risk
		}
		l := newLoader(few, own, time.Now)
		l.watch = func() { noteCallers(seen) }
		l.load()
	}
	for _, c := range templateChanges() {
		l := newLoader(few, c.changed(t), time.Now)
		l.watch = func() { noteCallers(seen) }
		l.load()
	}
	var missing []string
	for _, r := range rulesInSource(t) {
		lines := slices.Collect(maps.Keys(seen[r.file]))
		if !slices.ContainsFunc(lines, func(n int) bool { return r.from <= n && n <= r.to }) {
			missing = append(missing, fmt.Sprintf("%s:%d %s", r.file, r.from, r.text))
		}
	}
	if len(missing) > 0 {
		t.Errorf("%d checks have no file in testdata/bad that they refuse:\n%s", len(missing), strings.Join(missing, "\n"))
	}
}

// fewPacks is one or two packs of each kind, so that trying hundreds of files is quick.
func fewPacks(t *testing.T) fstest.MapFS {
	t.Helper()
	few := fstest.MapFS{}
	for _, name := range []string{
		"categories.yaml", "edpb.yaml", "ladders.yaml", "holidays/BE.yaml", "regimes/gdpr.yaml", "regimes/nis2.yaml", "authorities/FR-CNIL.yaml", "scenarios/wrong_recipient_post.yaml",
	} {
		src, err := workflows.FS.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		few[name] = &fstest.MapFile{Data: src}
	}
	name, src := testFile(t, "testdata/good/assessment.yaml")
	few[name] = &fstest.MapFile{Data: src}
	return few
}

// noteCallers notes the lines through which a problem was reached.
func noteCallers(seen map[string]map[int]bool) {
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	for {
		f, more := frames.Next()
		file := filepath.Base(f.File)
		if seen[file] == nil {
			seen[file] = map[int]bool{}
		}
		seen[file][f.Line] = true
		if !more {
			return
		}
	}
}
