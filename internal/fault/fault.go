// Package fault holds the few kinds of error the program knows and the safe
// text that may be shown for each.
//
// An error made here carries a translation key and its arguments beside the
// internal cause: what a person reads is never what a library said. The kind
// becomes an HTTP status or an exit code in one place only. The package imports
// nothing of ours.
package fault

import (
	"errors"
	"strings"
)

// Kind says what sort of thing went wrong, from the caller's point of view.
type Kind string

// The kinds. Internal is what every error is that was not made here.
const (
	Internal     Kind = "internal"
	Invalid      Kind = "invalid"      // the input cannot be accepted as it is
	Unauthorized Kind = "unauthorized" // nobody is signed in
	Forbidden    Kind = "forbidden"    // signed in, but not allowed
	NotFound     Kind = "not_found"
	Conflict     Kind = "conflict" // the thing changed, or is in a state that refuses
	TooLarge     Kind = "too_large"
	TooMany      Kind = "too_many" // throttled
	Unavailable  Kind = "unavailable"
)

// Error is an error that may be shown to people. Key is a translation key, Args
// its placeholders, Field the form field it belongs to (empty: the whole form).
// Err is the internal cause, for the log only.
type Error struct {
	Kind  Kind
	Key   string
	Args  map[string]any
	Field string
	Err   error
}

// New makes an error of kind k whose text is the translation of key.
func New(k Kind, key string) *Error { return &Error{Kind: k, Key: key} }

// Error gives the internal text: the key, the field and the cause. It is for the
// log and never for a page.
func (e *Error) Error() string {
	parts := []string{string(e.Kind), e.Key}
	if e.Field != "" {
		parts = append(parts, "field "+e.Field)
	}
	if e.Err != nil {
		parts = append(parts, e.Err.Error())
	}
	return strings.Join(parts, ": ")
}

// Unwrap gives the internal cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is a fault with the same key, so that a named error
// is still recognised after At, With or Because made a copy of it.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Key == e.Key && t.Kind == e.Kind
}

// At returns a copy that belongs to the form field of that name.
func (e *Error) At(field string) *Error {
	c := *e
	c.Field = field
	return &c
}

// With returns a copy with one more placeholder value. The value is shown to
// people: it must not hold what they may not see.
func (e *Error) With(name string, value any) *Error {
	c := *e
	c.Args = make(map[string]any, len(e.Args)+1)
	for k, v := range e.Args {
		c.Args[k] = v
	}
	c.Args[name] = value
	return &c
}

// Because returns a copy that keeps the internal cause.
func (e *Error) Because(err error) *Error {
	c := *e
	c.Err = err
	return &c
}

// List is several faults found in one input, in the order of its fields.
type List []*Error

// Error joins the internal texts.
func (l List) Error() string {
	parts := make([]string, len(l))
	for i, e := range l {
		parts[i] = e.Error()
	}
	return strings.Join(parts, "; ")
}

// Unwrap lets errors.Is and errors.As look at each fault.
func (l List) Unwrap() []error {
	out := make([]error, len(l))
	for i, e := range l {
		out[i] = e
	}
	return out
}

// Add appends e unless it is nil.
func (l *List) Add(e *Error) {
	if e != nil {
		*l = append(*l, e)
	}
}

// OrNil returns the list as an error, or nil when it is empty.
func (l List) OrNil() error {
	if len(l) == 0 {
		return nil
	}
	return l
}

// KindOf returns the kind of err: that of the first fault in its chain, Internal
// for any other error, and the empty kind for nil.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// All returns every fault in err, in order: one, those of a List, or those of
// several errors that were joined; nil when there is none.
func All(err error) []*Error {
	switch e := err.(type) {
	case nil:
		return nil
	case *Error:
		return []*Error{e}
	case interface{ Unwrap() []error }:
		var out []*Error
		for _, one := range e.Unwrap() {
			out = append(out, All(one)...)
		}
		return out
	}
	return All(errors.Unwrap(err))
}
