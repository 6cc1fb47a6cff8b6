package demo

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// Page is an answer of the program. Path is where it came from after redirects.
type Page struct {
	Status int
	Path   string
	Header http.Header
	Body   []byte
	root   *html.Node // nil unless HTML
}

// Text is what a reader sees of the page, without the layout.
func (p *Page) Text() string {
	var b strings.Builder
	p.each(func(n *html.Node) bool {
		if n.Type == html.ElementNode && (n.Data == "script" || n.Data == "style" || n.Data == "template") {
			return false
		}
		if n.Type == html.TextNode {
			if text := strings.Join(strings.Fields(n.Data), " "); text != "" {
				b.WriteString(text + " ")
			}
		}
		return true
	})
	return strings.TrimSpace(b.String())
}

// Refusals are the reasons that a page gives for refusing what was typed; the
// page's whole text when it marks none.
func (p *Page) Refusals() []string {
	var out []string
	p.each(func(n *html.Node) bool {
		if n.Type != html.ElementNode || attr(n, "role") != "alert" && !strings.Contains(attr(n, "class"), "invalid-feedback") {
			return true
		}
		out = append(out, strings.Join(strings.Fields(content(n)), " "))
		return false
	})
	if len(out) == 0 {
		out = append(out, shorten(p.Text()))
	}
	return out
}

// Links returns the addresses that the page leads to, in order.
func (p *Page) Links() []string {
	var out []string
	p.each(func(n *html.Node) bool {
		if n.Type == html.ElementNode && n.Data == "a" {
			if href := attr(n, "href"); href != "" {
				out = append(out, href)
			}
		}
		return true
	})
	return out
}

// LinkTo returns the first link whose address has the part; false when none has.
func (p *Page) LinkTo(part string) (string, bool) {
	for _, l := range p.Links() {
		if strings.Contains(l, part) {
			return l, true
		}
	}
	return "", false
}

// Forms returns the forms of the page, in order.
func (p *Page) Forms() []*Form {
	var out []*Form
	p.each(func(n *html.Node) bool {
		if n.Type == html.ElementNode && n.Data == "form" {
			out = append(out, p.readForm(n))
		}
		return true
	})
	return out
}

// Form returns the first form that leads to an address with that ending and has
// all the fields.
func (p *Page) Form(ending string, fields ...string) (*Form, error) {
	var seen []string
	for _, f := range p.Forms() {
		path, _, _ := strings.Cut(f.Action, "?")
		leads := strings.HasSuffix(path, ending) ||
			slices.ContainsFunc(f.buttons, func(b button) bool { return b.action != "" && strings.HasSuffix(b.action, ending) })
		if leads && !slices.ContainsFunc(fields, func(name string) bool { return !f.Has(name) }) {
			return f, nil
		}
		seen = append(seen, f.Action+" ("+strings.Join(f.names, ", ")+")")
	}
	return nil, fmt.Errorf("page %s (status %d) has no form to …%s with %v; it has: %s", p.Path, p.Status, ending, fields, strings.Join(seen, "; "))
}

// FormFor returns the form that leads to an address with that ending and holds
// values, given as name=value in a field or on a button: one of several alike.
func (p *Page) FormFor(ending string, holds ...string) (*Form, error) {
	for _, f := range p.Forms() {
		path, _, _ := strings.Cut(f.Action, "?")
		if strings.HasSuffix(path, ending) && !slices.ContainsFunc(holds, func(h string) bool { return !f.holds(h) }) {
			return f, nil
		}
	}
	return nil, fmt.Errorf("page %s (status %d) has no form to …%s with %v", p.Path, p.Status, ending, holds)
}

func (f *Form) holds(pair string) bool {
	name, value, _ := strings.Cut(pair, "=")
	return slices.Contains(f.values[name], value) || slices.ContainsFunc(f.buttons, func(b button) bool { return b.name == name && b.value == value })
}

func (p *Page) each(visit func(*html.Node) bool) {
	if p.root != nil {
		walk(p.root, visit)
	}
}

// walk visits a tree from the top; false leaves a branch out.
func walk(n *html.Node, visit func(*html.Node) bool) {
	if !visit(n) {
		return
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		walk(c, visit)
	}
}

func attr(n *html.Node, name string) string {
	v, _ := lookAttr(n, name)
	return v
}

func lookAttr(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func (p *Page) readForm(n *html.Node) *Form {
	f := &Form{Action: attr(n, "action"), Method: strings.ToUpper(attr(n, "method")), values: url.Values{}, offers: map[string][]string{}, multipart: attr(n, "enctype") == "multipart/form-data"}
	if f.Action == "" {
		f.Action = p.Path
	}
	if f.Method == "" {
		f.Method = http.MethodGet
	}
	id := attr(n, "id")
	read := func(c *html.Node) bool {
		f.read(c)
		return true
	}
	walk(n, read)
	p.each(func(c *html.Node) bool { // fields that stand elsewhere and name the form
		if id != "" && c.Type == html.ElementNode && attr(c, "form") == id {
			f.read(c)
		}
		return c != n
	})
	return f
}

// read takes a field with the value that it holds.
func (f *Form) read(n *html.Node) {
	if n.Type != html.ElementNode {
		return
	}
	name := attr(n, "name")
	if _, off := lookAttr(n, "disabled"); off {
		return
	}
	switch n.Data {
	case "input":
		f.readInput(n, name)
	case "button":
		f.buttons = append(f.buttons, button{name, attr(n, "value"), attr(n, "formaction")})
	case "select":
		f.name(name)
		f.readSelect(n, name)
	case "textarea":
		f.name(name)
		f.values.Set(name, content(n))
	}
}

func (f *Form) name(name string) {
	if name != "" && !f.Has(name) {
		f.names = append(f.names, name)
	}
}

func (f *Form) readInput(n *html.Node, name string) {
	switch attr(n, "type") {
	case "submit", "image":
		f.buttons = append(f.buttons, button{name, attr(n, "value"), attr(n, "formaction")})
		return
	case "file":
		f.name(name)
		return
	case "checkbox", "radio":
		f.name(name)
		value, ok := lookAttr(n, "value")
		if !ok {
			value = "on"
		}
		f.offers[name] = append(f.offers[name], value)
		if _, on := lookAttr(n, "checked"); on {
			f.values.Add(name, value)
		}
		return
	}
	if name != "" {
		f.name(name)
		f.values.Add(name, attr(n, "value"))
	}
}

func (f *Form) readSelect(n *html.Node, name string) {
	first, chosen := "", false
	seen := false
	walk(n, func(o *html.Node) bool {
		if o.Type != html.ElementNode || o.Data != "option" {
			return true
		}
		value, ok := lookAttr(o, "value")
		if !ok {
			value = strings.TrimSpace(content(o))
		}
		f.offers[name] = append(f.offers[name], value)
		if !seen {
			first, seen = value, true
		}
		if _, on := lookAttr(o, "selected"); on {
			f.values.Add(name, value)
			chosen = true
		}
		return false
	})
	if _, many := lookAttr(n, "multiple"); !chosen && !many && seen {
		f.values.Set(name, first)
	}
}

func content(n *html.Node) string {
	var b strings.Builder
	walk(n, func(c *html.Node) bool {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
		return true
	})
	return b.String()
}
