package web

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// Shown is what every template executes with: the visit, the page's own data, and
// why its form was refused.
type Shown struct {
	V      *Visit
	D      any
	Errors Errors
}

// views are the parsed pages. Each page is a set of its own: the layout, all
// parts, and the page's blocks "title" and "content".
type views struct{ sets map[string]*set }

// set is one page. A template that ran cannot be copied any more, so the first
// copy stays unused, and copies in use are kept for the next visitor.
type set struct {
	source *template.Template
	entry  string
	free   chan *view
}

// view is one copy of a set; its functions speak to the visit it works for.
type view struct {
	t *template.Template
	v *Visit
}

// freeViews is how many copies of a page are kept. More visitors at once only cost
// a copy each.
const freeViews = 8

const partSet = " parts"

func loadViews(files fs.FS, a *assets) (*views, error) {
	base := template.New("").Funcs((&view{}).funcs(a))
	for _, folder := range []string{"layout", "partials"} {
		if err := parseAll(base, files, folder); err != nil {
			return nil, err
		}
	}
	vs := &views{sets: map[string]*set{partSet: newSet(base, "")}}
	pages, err := fs.Glob(files, "pages/*.html")
	if err != nil {
		return nil, fmt.Errorf("web: list pages: %w", err)
	}
	for _, file := range pages {
		name := strings.TrimSuffix(path.Base(file), ".html")
		t, err := base.Clone()
		if err != nil {
			return nil, fmt.Errorf("web: page %s: %w", name, err)
		}
		b, err := fs.ReadFile(files, file)
		if err != nil {
			return nil, fmt.Errorf("web: page %s: %w", name, err)
		}
		if _, err := t.Parse(string(b)); err != nil {
			return nil, fmt.Errorf("web: page %s: %w", name, err)
		}
		vs.sets[name] = newSet(t, "base")
	}
	for name, one := range vs.sets {
		if err := one.check(a); err != nil {
			return nil, fmt.Errorf("web: page %s: %w", name, err)
		}
	}
	return vs, nil
}

func newSet(t *template.Template, entry string) *set {
	return &set{source: t, entry: entry, free: make(chan *view, freeViews)}
}

// parseAll parses every file of a folder under its bare name.
func parseAll(t *template.Template, files fs.FS, folder string) error {
	names, err := fs.Glob(files, folder+"/*.html")
	if err != nil {
		return fmt.Errorf("web: list %s: %w", folder, err)
	}
	for _, file := range names {
		b, err := fs.ReadFile(files, file)
		if err != nil {
			return fmt.Errorf("web: %s: %w", file, err)
		}
		if _, err := t.New(strings.TrimSuffix(path.Base(file), ".html")).Parse(string(b)); err != nil {
			return fmt.Errorf("web: %s: %w", file, err)
		}
	}
	return nil
}

// check makes the first copy and lets html/template look at it: what it finds
// unsafe or missing shows at the start and not at the first visitor.
func (s *set) check(a *assets) error {
	w, err := s.take(a)
	if err != nil {
		return err
	}
	entries := []string{s.entry}
	if s.entry == "" {
		entries = nil
		for _, t := range w.t.Templates() {
			if t.Name() != "" && t.Name() != "base" {
				entries = append(entries, t.Name())
			}
		}
	}
	for _, name := range entries {
		var unsafe *template.Error
		// It fails for want of data; only what the escaper says counts.
		if err := w.t.ExecuteTemplate(io.Discard, name, nil); errors.As(err, &unsafe) {
			return err
		}
	}
	s.give(w)
	return nil
}

func (s *set) take(a *assets) (*view, error) {
	select {
	case w := <-s.free:
		return w, nil
	default:
	}
	t, err := s.source.Clone()
	if err != nil {
		return nil, fmt.Errorf("web: copy template: %w", err)
	}
	w := &view{t: t}
	t.Funcs(w.funcs(a))
	return w, nil
}

func (s *set) give(w *view) {
	w.v = nil
	select {
	case s.free <- w:
	default:
	}
}

// page renders a page in its layout. Nothing is sent before all of it is there.
func (vs *views) page(v *Visit, name string, data Shown) error {
	s, ok := vs.sets[name]
	if !ok {
		return fmt.Errorf("web: there is no page %q", name)
	}
	return s.render(v, s.entry, data)
}

func (vs *views) part(v *Visit, name string, data Shown) error {
	return vs.sets[partSet].render(v, name, data)
}

func (s *set) render(v *Visit, entry string, data Shown) error {
	w, err := s.take(v.S.assets)
	if err != nil {
		return err
	}
	w.v = v
	var out bytes.Buffer
	if err := w.t.ExecuteTemplate(&out, entry, data); err != nil {
		return fmt.Errorf("web: render %s: %w", entry, err)
	}
	s.give(w)
	v.C.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	v.C.Vary(fiber.HeaderCookie, "HX-Request")
	return v.C.Send(out.Bytes())
}
