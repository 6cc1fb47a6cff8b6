package app_test

import (
	"go/parser"
	"go/token"
	"strconv"
	"testing"
)

// importsOf returns the import paths of one file.
func importsOf(t *testing.T, path string) []string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]string, len(f.Imports))
	for k, i := range f.Imports {
		if out[k], err = strconv.Unquote(i.Path.Value); err != nil {
			t.Fatal(err)
		}
	}
	return out
}
