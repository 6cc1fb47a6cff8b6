package workflow

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/types"
	"github.com/expr-lang/expr/vm"
)

// maxNodes bounds the size of an expression: what is longer cannot be read and
// checked by a person either.
const maxNodes = 120

// Expression is a condition or a sum in a pack, in the language of
// github.com/expr-lang/expr. It reads the names that its pack gives it and nothing
// else: it cannot write, call out, or run for ever. It is compiled when the pack is
// loaded, against the types of those names, so that a misspelt one is a problem of
// the file and not of the incident.
type Expression struct {
	Text    string
	program *vm.Program
}

// UnmarshalText keeps the source; it is compiled by the check of its pack.
func (e *Expression) UnmarshalText(b []byte) error {
	e.Text = string(b)
	return nil
}

// UnmarshalYAML does the same without writing the file out again, which the library
// does for a type that only reads text, at the price of the whole file each time.
func (e *Expression) UnmarshalYAML(read func(any) error) error { return read(&e.Text) }

// MarshalText writes the source.
func (e Expression) MarshalText() ([]byte, error) { return []byte(e.Text), nil }

// IsZero reports whether there is no expression.
func (e Expression) IsZero() bool { return e.Text == "" }

// True runs a condition. It fails only when names has not what the pack declared.
func (e Expression) True(names map[string]any) (bool, error) {
	v, err := e.run(names)
	if err != nil {
		return false, err
	}
	is, ok := v.(bool)
	if !ok {
		return false, fmt.Errorf("workflow: %q is no condition", e.Text)
	}
	return is, nil
}

// Value runs an expression that gives a number (float64), a text or a truth.
func (e Expression) Value(names map[string]any) (any, error) {
	v, err := e.run(names)
	if n, ok := v.(int); ok {
		return float64(n), err
	}
	return v, err
}

func (e Expression) run(names map[string]any) (any, error) {
	if e.program == nil {
		return nil, fmt.Errorf("workflow: %q was not compiled", e.Text)
	}
	v, err := expr.Run(e.program, names)
	if err != nil {
		return nil, fmt.Errorf("workflow: run %q: %w", e.Text, err)
	}
	return v, nil
}

// compile prepares an expression of the pack at a place and notes a problem when it
// cannot be understood. It returns the type of its value, nil after a problem.
func (c *checker) compile(at string, e *Expression, env types.Map, more ...expr.Option) reflect.Type {
	program, err := expr.Compile(e.Text, append(more, expr.Env(env), expr.MaxNodes(maxNodes), expr.DisableAllBuiltins(),
		expr.EnableBuiltin("max"), expr.EnableBuiltin("min"), expr.EnableBuiltin("len"), expr.EnableBuiltin("any"))...)
	if err != nil {
		var f *file.Error
		if errors.As(err, &f) {
			c.fail(at, "%q cannot be understood at character %d: %s", e.Text, f.Column+1, f.Message)
		} else {
			c.fail(at, "%q cannot be understood: %v", e.Text, err)
		}
		return nil
	}
	e.program = program
	return program.Node().Type()
}

// condition compiles an expression that must be true or false. An empty one is
// allowed where the caller says so.
func (c *checker) condition(at string, e *Expression, env types.Map) {
	if t := c.compile(at, e, env); t != nil {
		c.need(t.Kind() == reflect.Bool, at, "%q is a %s, not a condition that holds or does not", e.Text, t.Kind())
	}
}
