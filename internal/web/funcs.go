package web

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"clepsydra/internal/account"
	"clepsydra/internal/locale"
	"clepsydra/internal/workflow"
)

// funcs are what templates call. Those that speak use the visit for which the
// copy works at the moment.
func (w *view) funcs(a *assets) template.FuncMap {
	p := func() *locale.Printer { return w.v.P }
	return template.FuncMap{
		// {{t "key" "Name" value ...}}
		"t": func(key string, pairs ...any) (string, error) {
			args, err := pairsOf(pairs)
			return p().T(key, args), err
		},
		// {{n "key" count "Name" value ...}}
		"n": func(key string, count int, pairs ...any) (string, error) {
			args, err := pairsOf(pairs)
			return p().N(key, count, args), err
		},
		"fault":    func(err error) string { return p().Fault(err) },
		"date":     func(t time.Time) string { return p().Date(t) },
		"datetime": func(t time.Time) string { return p().DateTime(t) },
		"short":    func(t time.Time) string { return p().Short(t) },
		"time":     func(t time.Time) string { return p().Time(t) },
		"iso":      func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"local": func(t time.Time) string { // value of <input type="datetime-local">
			if t.IsZero() {
				return ""
			}
			return t.In(p().Zone()).Format(instantLayout)
		},
		"num":   func(n int) string { return p().Number(n) },
		"icon":  a.icon,
		"asset": a.of,
		"csrf": func() template.HTML {
			return template.HTML(`<input type="hidden" name="` + tokenField + `" value="` + w.v.Token() + `">`)
		},
		"once":      onceKey,
		"can":       func(permission string) bool { return w.v.Is(account.Permission(permission)) },
		"text":      func(text workflow.Text) string { return text.In(p().Lang(), p().Country()) },
		"languages": locale.Languages,
		"megabytes": func(bytes int) int { return bytes >> 20 },
		"upper":     strings.ToUpper,
		"has":       func(all []string, one string) bool { return slices.Contains(all, one) },
		"add":       func(a, b int) int { return a + b },
		"lines":     func(text string) []string { return strings.Split(text, "\n") },
		"errs":      func(e Errors, field string) []string { return e.Of(field) },
		"dict":      func(pairs ...any) (map[string]any, error) { return pairsOf(pairs) },
		"list":      func(all ...any) []any { return all },
		// {{template "part" (sub . .D.Something)}} gives a part the same shape
		// inside a page as it has alone.
		"sub": func(shown Shown, data any) Shown { return Shown{V: shown.V, D: data, Errors: shown.Errors} },
	}
}

// pairsOf makes a map of names and values in turn; nil of none.
func pairsOf(pairs []any) (map[string]any, error) {
	if len(pairs) == 0 {
		return nil, nil
	}
	if len(pairs)%2 != 0 {
		return nil, fmt.Errorf("a name without a value in %v", pairs)
	}
	out := make(map[string]any, len(pairs)/2)
	for k := 0; k < len(pairs); k += 2 {
		name, ok := pairs[k].(string)
		if !ok {
			return nil, fmt.Errorf("%v is not a name", pairs[k])
		}
		out[name] = pairs[k+1]
	}
	return out, nil
}

// onceKey is a random key for a form that must not count twice.
func onceKey() string {
	b := make([]byte, 16)
	rand.Read(b) // never fails (crypto/rand)
	return hex.EncodeToString(b)
}
