package workflow

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Problem is one thing that is wrong in a rule pack. Line and Column count from 1;
// they are 0 when the whole file is meant.
type Problem struct {
	File         string
	Line, Column int
	Text         string
}

// Error writes "regimes/gdpr.yaml:12:5: what is wrong".
func (p Problem) Error() string {
	if p.Line == 0 {
		return p.File + ": " + p.Text
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Text)
}

// Problems is everything that is wrong, one per line.
type Problems []Problem

// Error joins the problems with line breaks.
func (l Problems) Error() string {
	lines := make([]string, len(l))
	for i, p := range l {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// loader collects packs and problems while the files are read.
type loader struct {
	fsys     fs.FS
	packs    *Packs
	problems Problems
}

// each decodes every YAML file of a folder and hands it to add.
func each[T any](l *loader, folder string, add func(*checker, T)) {
	names, err := fs.Glob(l.fsys, folder+"/*.yaml")
	if err != nil || len(names) == 0 {
		l.problems = append(l.problems, Problem{File: folder, Text: "the folder has no YAML file"})
		return
	}
	read := make([]struct {
		v T
		c *checker
		p *Problem
	}, len(names))
	var wg sync.WaitGroup
	for i, name := range names { // reading takes most of the time, and files do not know each other
		wg.Go(func() { read[i].c, read[i].p = l.readFile(name, &read[i].v) })
	}
	wg.Wait()
	for _, r := range read {
		if r.p != nil {
			l.problems = append(l.problems, *r.p)
			continue
		}
		add(r.c, r.v)
	}
}

// decode reads one file strictly into v and returns what notes further problems.
func (l *loader) decode(name string, v any) (*checker, bool) {
	c, p := l.readFile(name, v)
	if p != nil {
		l.problems = append(l.problems, *p)
	}
	return c, p == nil
}

// readFile is decode without noting the problem; it may run beside others.
func (l *loader) readFile(name string, v any) (*checker, *Problem) {
	src, err := fs.ReadFile(l.fsys, name)
	if err != nil {
		return nil, &Problem{File: name, Text: "the file cannot be read: " + err.Error()}
	}
	c := &checker{loader: l, file: name, src: src}
	if err := yaml.UnmarshalWithOptions(src, v, yaml.Strict()); err != nil {
		p := c.decodeProblem(err)
		return nil, &p
	}
	return c, nil
}

// quoted is the first word that an error message has in quotes.
var quoted = regexp.MustCompile(`"([^"]+)"`)

// decodeProblem takes the place out of the library's error. Dates and lengths of
// time read themselves and know no place; theirs is where the refused word stands.
func (c *checker) decodeProblem(err error) Problem {
	p := Problem{File: c.file, Text: strings.TrimSpace(err.Error())}
	var y yaml.Error
	if errors.As(err, &y) {
		p.Text = y.GetMessage()
		if t := y.GetToken(); t != nil && t.Position != nil {
			p.Line, p.Column = t.Position.Line, t.Position.Column
		}
		return p
	}
	if word := quoted.FindStringSubmatch(p.Text); word != nil && c.parse() {
		f := &finder{value: word[1]}
		for _, doc := range c.tree.Docs {
			ast.Walk(f, doc)
		}
		p.Line, p.Column = f.line, f.column
	}
	return p
}

// finder looks for the first node that has a value.
type finder struct {
	value        string
	line, column int
}

// Visit implements ast.Visitor.
func (f *finder) Visit(n ast.Node) ast.Visitor {
	if t := n.GetToken(); f.line == 0 && t != nil && t.Value == f.value {
		f.line, f.column = t.Position.Line, t.Position.Column
	}
	return f
}

// checker notes what is wrong in one file, with its place.
type checker struct {
	*loader
	file string
	src  []byte
	tree *ast.File // parsed when the first problem needs a place
}

// stem is the file name without folder and extension.
func (c *checker) stem() string { return strings.TrimSuffix(path.Base(c.file), ".yaml") }

// fail notes a problem at a YAML path such as $.duties[0].limit. When the path does
// not exist, because something is missing there, the nearest parent gives the place.
func (c *checker) fail(at, format string, args ...any) {
	p := Problem{File: c.file, Text: strings.TrimPrefix(at, "$.") + ": " + fmt.Sprintf(format, args...)}
	p.Line, p.Column = c.place(at)
	c.problems = append(c.problems, p)
}

// need notes a problem when ok is false.
func (c *checker) need(ok bool, at, format string, args ...any) {
	if !ok {
		c.fail(at, format, args...)
	}
}

// parse makes the syntax tree, once, for a file that has a problem.
func (c *checker) parse() bool {
	if c.tree == nil {
		tree, err := parser.ParseBytes(c.src, 0)
		if err != nil {
			return false
		}
		c.tree = tree
	}
	return true
}

func (c *checker) place(at string) (line, column int) {
	if !c.parse() {
		return 0, 0
	}
	for at != "" && at != "$" {
		if node := c.node(at); node != nil {
			return node.GetToken().Position.Line, node.GetToken().Position.Column
		}
		at = at[:max(strings.LastIndexAny(at, ".["), 0)]
	}
	return 1, 1
}

func (c *checker) node(at string) ast.Node {
	p, err := yaml.PathString(at)
	if err != nil {
		return nil
	}
	node, err := p.FilterFile(c.tree)
	if err != nil || node == nil || node.GetToken() == nil {
		return nil
	}
	return node
}
