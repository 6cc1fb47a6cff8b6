package web

import (
	"bytes"
	"fmt"
	"html/template"
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

// views are all pages in one set of templates. Pages say "title" and "content" each in
// their own way; see pages.go for how they live side by side. A template that ran
// cannot be copied any more, so the source stays unused, and copies in use are kept
// for the next visitor.
type views struct {
	source *template.Template
	pages  map[string]bool
	free   chan *view
}

// view is one copy of the set; its functions speak to the visit it works for.
type view struct {
	t *template.Template
	v *Visit
}

// freeViews is how many copies are kept. More visitors at once only cost a copy each.
const freeViews = 8

func loadViews(files fs.FS, a *assets) (*views, error) {
	base := template.New("").Funcs((&view{}).funcs(a))
	for _, folder := range []string{"layout", "partials"} {
		if err := parseAll(base, files, folder); err != nil {
			return nil, err
		}
	}
	vs := &views{source: base, pages: map[string]bool{}, free: make(chan *view, freeViews)}
	shared := newCallers(base)
	pages, err := fs.Glob(files, "pages/*.html")
	if err != nil {
		return nil, fmt.Errorf("web: list pages: %w", err)
	}
	for _, file := range pages {
		name := strings.TrimSuffix(path.Base(file), ".html")
		b, err := fs.ReadFile(files, file)
		if err != nil {
			return nil, fmt.Errorf("web: page %s: %w", name, err)
		}
		page, err := template.New("").Funcs((&view{}).funcs(a)).Parse(string(b))
		if err != nil {
			return nil, fmt.Errorf("web: page %s: %w", name, err)
		}
		if err := shared.join(base, name, page); err != nil {
			return nil, fmt.Errorf("web: page %s: %w", name, err)
		}
		vs.pages[name] = true
	}
	return vs, nil
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

func (vs *views) take(a *assets) (*view, error) {
	select {
	case w := <-vs.free:
		return w, nil
	default:
	}
	t, err := vs.source.Clone()
	if err != nil {
		return nil, fmt.Errorf("web: copy templates: %w", err)
	}
	w := &view{t: t}
	t.Funcs(w.funcs(a))
	return w, nil
}

func (vs *views) give(w *view) {
	w.v = nil
	select {
	case vs.free <- w:
	default:
	}
}

// page renders a page in its layout. Nothing is sent before all of it is there.
func (vs *views) page(v *Visit, name string, data Shown) error {
	if !vs.pages[name] {
		return fmt.Errorf("web: there is no page %q", name)
	}
	return vs.render(v, ofPage(name, layoutName), data)
}

// part renders a partial alone.
func (vs *views) part(v *Visit, name string, data Shown) error { return vs.render(v, name, data) }

func (vs *views) render(v *Visit, entry string, data Shown) error {
	w, err := vs.take(v.S.assets)
	if err != nil {
		return err
	}
	w.v = v
	var out bytes.Buffer
	if err := w.t.ExecuteTemplate(&out, entry, data); err != nil {
		return fmt.Errorf("web: render %s: %w", entry, err)
	}
	vs.give(w)
	v.C.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	v.C.Vary(fiber.HeaderCookie, "HX-Request")
	return v.C.Send(out.Bytes())
}
