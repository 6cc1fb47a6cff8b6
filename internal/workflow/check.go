package workflow

import (
	"fmt"
	"slices"
	"strings"

	"clepsydra/internal/deadline"
)

// index writes the path of one entry of a list.
func index(at string, i int) string { return fmt.Sprintf("%s[%d]", at, i) }

func contains(list []string, s string) bool { return slices.Contains(list, s) }

// name checks an identifier that is stored with incidents.
func (c *checker) name(at, s string) {
	c.need(ident.MatchString(s), at, "%q is not a name of small letters, digits and underscores", s)
}

// oneOf checks a word that has a closed list of values.
func oneOf[T ~string](c *checker, at string, v T, allowed ...T) {
	if slices.Contains(allowed, v) {
		return
	}
	words := make([]string, len(allowed))
	for i, a := range allowed {
		if words[i] = string(a); a == "" {
			words[i] = "nothing"
		}
	}
	c.fail(at, "%q is not one of %s", string(v), strings.Join(words, ", "))
}

// origin checks that a pack says where its facts come from and when they were seen.
func (c *checker) origin(source string, seen deadline.Date) {
	c.need(strings.TrimSpace(source) != "", "$.source", "the source is missing")
	c.need(seen.IsValid(), "$.seen", "the day on which the source was seen is missing")
}

// country checks a code of two capital letters.
func (c *checker) country(at, code string) {
	ok := len(code) == 2 && strings.ToUpper(code) == code && code[0] >= 'A' && code[0] <= 'Z'
	c.need(ok, at, "%q is not a country code such as BE", code)
}
