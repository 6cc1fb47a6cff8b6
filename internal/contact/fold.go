package contact

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold makes two spellings of a text comparable: lower case, without accents,
// with the letters that have no accent form written out (ß, ø, æ, ł). Other
// scripts stay.
func Fold(s string) string {
	if isLowerASCII(s) {
		return s
	}
	if isASCII(s) {
		return strings.ToLower(s)
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range norm.NFKD.String(s) {
		if unicode.Is(unicode.Mn, r) {
			continue
		}
		r = unicode.ToLower(r)
		if w := foldLetter(r); w != "" {
			b.WriteString(w)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func foldLetter(r rune) string {
	switch r {
	case 'ß':
		return "ss"
	case 'ø':
		return "o"
	case 'æ':
		return "ae"
	case 'œ':
		return "oe"
	case 'ł':
		return "l"
	case 'đ', 'ð':
		return "d"
	case 'þ':
		return "th"
	case 'ı':
		return "i"
	}
	return ""
}

// foldKey folds and keeps letters and digits only, for names that are compared
// whatever their hyphens, dots and spaces.
func foldKey(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, Fold(s))
}

// Clean makes a cell a text: NFC, one line, single spaces, trimmed. Every script
// and emoji stays; control characters, byte order marks and the marks that turn
// the direction of the text around go, because they only hide something.
func Clean(s string) string {
	if isPlain(s) {
		return strings.TrimSpace(s)
	}
	var b strings.Builder
	b.Grow(len(s))
	space := false
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		switch {
		case unicode.IsSpace(r):
			space = b.Len() > 0
			continue
		case isHidden(r):
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	return norm.NFC.String(b.String())
}

func isHidden(r rune) bool {
	return unicode.IsControl(r) || r == '\uFEFF' || r == '\u200B' || r == '\u2060' ||
		(r >= '\u202A' && r <= '\u202E') || (r >= '\u2066' && r <= '\u2069')
}

// cell cleans a cell of a file. A leading apostrophe is the guard spreadsheets
// put before numbers and formulas; before a letter it belongs to the name ('t
// Hooft). What looks like a formula stays as the text it is.
func cell(s string) string {
	s = Clean(s)
	if len(s) > 1 && s[0] == '\'' && strings.IndexByte("=+-@0123456789", s[1]) >= 0 {
		s = s[1:]
	}
	switch s {
	case `\N`, "#N/A", "#N/B", "#NV", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!":
		return ""
	}
	return s
}

// isPlain reports whether s is printable ASCII without double spaces, which is
// most cells.
func isPlain(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c > '~' || (c == ' ' && i > 0 && s[i-1] == ' ') {
			return false
		}
	}
	return true
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func isLowerASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf || (s[i] >= 'A' && s[i] <= 'Z') {
			return false
		}
	}
	return true
}
