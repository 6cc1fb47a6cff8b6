package web

import (
	"errors"
	"html/template"
	"io"
	"strings"
	"testing"

	"clepsydra/templates"
)

// TestEveryTemplateIsSafeAndWhole lets html/template look at all pages and parts: what
// it finds unsafe or missing shows here and not at the first visitor. They are built
// into the program, so the start need not look again.
func TestEveryTemplateIsSafeAndWhole(t *testing.T) {
	t.Parallel()
	a, err := loadAssets(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	vs, err := loadViews(templates.FS, a)
	if err != nil {
		t.Fatal(err)
	}
	w, err := vs.take(a)
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, one := range w.t.Templates() {
		page, name, isPage := strings.Cut(one.Name(), "/")
		// Parts of a page are seen through it, in the place where they stand.
		if page == "" || page == layoutName || isPage && name != layoutName {
			continue
		}
		seen++
		var unsafe *template.Error
		// It fails for want of data; only what the escaper says counts.
		if err := w.t.ExecuteTemplate(io.Discard, one.Name(), nil); errors.As(err, &unsafe) {
			t.Errorf("%s: %v", one.Name(), err)
		}
	}
	if seen <= len(vs.pages) {
		t.Errorf("only %d of %d pages and the parts were seen", seen, len(vs.pages))
	}
}

func BenchmarkLoadViews(b *testing.B) {
	a, err := loadAssets(templates.FS)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := loadViews(templates.FS, a); err != nil {
			b.Fatal(err)
		}
	}
}
