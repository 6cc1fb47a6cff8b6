package workflow

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"strings"

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

var (
	// wrongType is what the library says of a value that does not fit.
	wrongType = regexp.MustCompile(`^cannot unmarshal (\S+) into Go (?:struct field \S+|value) of type (\S+)$`)
	// unknownKey is what it says of a key that no pack has.
	unknownKey = regexp.MustCompile(`^unknown field "([^"]*)"$`)
	// wrongLength is what package time says of a length of time.
	wrongLength = regexp.MustCompile(`^time: .*duration ("[^"]*")$`)
)

// plain says what is wrong without words of the programming language, and how to
// mend it.
func plain(message string) string {
	if m := wrongType.FindStringSubmatch(message); m != nil {
		return "this should be " + sortOf(m[2]) + ", and not " + sortOf(m[1])
	}
	if m := unknownKey.FindStringSubmatch(message); m != nil {
		return fmt.Sprintf("the key %q is not known here: mend its spelling or move it to where it belongs", m[1])
	}
	if m := wrongLength.FindStringSubmatch(message); m != nil {
		return m[1] + " is not a length of time such as 90m or 4h"
	}
	return message
}

// sortOf says what a type is for whoever writes a pack.
func sortOf(goType string) string {
	switch {
	case strings.HasPrefix(goType, "int"), strings.HasPrefix(goType, "uint"), strings.HasPrefix(goType, "float"):
		return "a number"
	case strings.HasPrefix(goType, "[]"):
		return "a list"
	case goType == "bool":
		return "true or false"
	case goType == "string":
		return "a text"
	}
	return "a group of keys"
}

// quoted is the first word that an error message has in quotes.
var quoted = regexp.MustCompile(`"([^"]+)"`)

// decodeProblem takes the place out of the library's error. Dates and lengths of
// time read themselves and know no place; theirs is where the refused word stands.
func (c *checker) decodeProblem(err error) Problem {
	p := Problem{File: c.file, Text: strings.TrimSpace(err.Error())}
	var y yaml.Error
	if errors.As(err, &y) {
		p.Text = plain(y.GetMessage())
		if t := y.GetToken(); t != nil && t.Position != nil {
			p.Line, p.Column = t.Position.Line, t.Position.Column
		}
		return p
	}
	p.Text = plain(p.Text)
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
	file    string
	src     []byte
	refused *Problem  // why it could not be decoded at all
	tree    *ast.File // parsed when the first problem needs a place
}

// stem is the file name without folder and extension.
func (c *checker) stem() string { return strings.TrimSuffix(path.Base(c.file), ".yaml") }

// fail notes a problem at a YAML path such as $.duties[0].limit. When the path does
// not exist, because something is missing there, the nearest parent gives the place.
func (c *checker) fail(at, format string, args ...any) {
	p := Problem{File: c.file, Text: strings.TrimPrefix(at, "$.") + ": " + fmt.Sprintf(format, args...)}
	p.Line, p.Column = c.place(at)
	c.problems = append(c.problems, p)
	if c.watch != nil {
		c.watch()
	}
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
