package document

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Clean brings a text into the form in which it is checked and printed: composed
// (NFC: an e followed by a combining acute becomes é), without characters that
// have no ink (zero width, soft hyphen, direction marks, variation selectors,
// controls), every kind of blank one blank but for the no-break space, every kind
// of line end one "\n". Bytes that are no UTF-8 become U+FFFD.
func Clean(text string) string {
	if plain(text) {
		return text
	}
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\r\n", "\n")
	return norm.NFC.String(strings.Map(inked, text))
}

// plain reports whether text is printable ASCII, as most of it is.
func plain(text string) bool {
	for i := range len(text) {
		if text[i] < 0x20 || text[i] > 0x7E {
			return false
		}
	}
	return true
}

func inked(r rune) rune {
	switch {
	case r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029' || r == '\u0085':
		return '\n'
	case r == '\t':
		return ' '
	case r == '\u00A0' || r == '\u202F' || r == '\u2007':
		return '\u00A0'
	case r == '\u2011': // the no-break hyphen prints as a hyphen
		return '-'
	case unicode.Is(unicode.Zs, r):
		return ' '
	case r == '\u00AD' || r == '\u034F' || unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r),
		unicode.Is(unicode.Variation_Selector, r):
		return -1
	}
	return r
}

// Kind says why a character cannot be printed.
type Kind string

// The kinds of Problem.
const (
	Broken Kind = "broken" // bytes that are no text: the import used a wrong encoding
	Symbol Kind = "symbol" // emoji, ornaments: may be left out
	Accent Kind = "accent" // an accent no font places well on its letter
	Script Kind = "script" // a letter of a script the fonts do not have
)

// Problem is one character of a text that would not come out on paper. Index
// counts characters of the cleaned text from 0. Instead is what may be printed in
// its place (often nothing) when Lawful is true; when it is false only a person
// can decide: write the name otherwise, or send by mail.
type Problem struct {
	Rune    rune
	Index   int
	Kind    Kind
	Instead string
	Lawful  bool
}

// Code writes the character the way it can be shown anywhere: U+1F600.
func (p Problem) Code() string { return fmt.Sprintf("%U", p.Rune) }

// Check returns every character of text, after Clean, that the fonts lack. No
// problems means that each character prints as itself.
func (ts *Typesetter) Check(text string) []Problem {
	var problems []Problem
	index := 0
	for _, r := range Clean(text) {
		if r != '\n' && !ts.has(r) {
			p := Problem{Rune: r, Index: index, Kind: kindOf(r)}
			p.Instead, p.Lawful = ts.instead(r, p.Kind)
			problems = append(problems, p)
		}
		index++
	}
	return problems
}

// firstUnprintable returns the first character of a cleaned text the fonts lack.
func (ts *Typesetter) firstUnprintable(cleaned string) (rune, bool) {
	for _, r := range cleaned {
		if r != '\n' && !ts.has(r) {
			return r, true
		}
	}
	return 0, false
}

func kindOf(r rune) Kind {
	switch {
	case r == utf8.RuneError || unicode.In(r, unicode.Co, unicode.Cs):
		return Broken
	case unicode.Is(unicode.M, r):
		return Accent
	case unicode.In(r, unicode.S, unicode.P):
		return Symbol
	}
	return Script
}

// instead looks for the lawful replacement of one character: its compatibility
// form (fullwidth and mathematical letters, ligatures), nothing for ornaments and
// for accents without a place. An accent may go because the letter stays: the post
// and the person still recognise the name.
func (ts *Typesetter) instead(r rune, kind Kind) (string, bool) {
	if kind == Broken {
		return "", false
	}
	if plainForm := Clean(norm.NFKC.String(string(r))); plainForm != string(r) {
		if _, missing := ts.firstUnprintable(plainForm); !missing {
			return plainForm, true
		}
	}
	if s, ok := look(r); ok {
		return s, true
	}
	return "", kind == Symbol || kind == Accent
}

// look gives the characters that only look unusual: dashes, quotes and ticks that
// word processors insert and the fonts lack.
func look(r rune) (string, bool) {
	switch r {
	case '✓', '✔', '☑':
		return "x", true
	case '☐', '☒':
		return "□", true
	case '●', '⚫', '•':
		return "•", true
	case '➔', '➜', '➝', '➞':
		return "→", true
	case '、':
		return ",", true
	case '。':
		return ".", true
	}
	return "", false
}

// Transliterate returns text with every unprintable character replaced by its
// lawful stand-in, cleaned, with blanks tidied. It returns false, and the cleaned
// text as it was, when some character has none (Arabic, Hebrew, Chinese, broken
// bytes) or when nothing would be left of the text.
func (ts *Typesetter) Transliterate(text string) (string, bool) {
	cleaned := Clean(text)
	if _, missing := ts.firstUnprintable(cleaned); !missing {
		return cleaned, true
	}
	var out strings.Builder
	for _, r := range cleaned {
		if r == '\n' || ts.has(r) {
			out.WriteRune(r)
			continue
		}
		s, ok := ts.instead(r, kindOf(r))
		if !ok {
			return cleaned, false
		}
		out.WriteString(s)
	}
	tidy := tidyBlanks(out.String())
	return tidy, tidy != ""
}

// tidyBlanks closes the gaps that dropped characters leave.
func tidyBlanks(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = strings.Join(strings.FieldsFunc(line, func(r rune) bool { return r == ' ' }), " ")
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// Legible returns text with every unprintable character either replaced as by
// Transliterate or written as its code, [U+1F600]. Forms, tables and records use
// it: a record must be complete, and an emoji in a description must not keep a
// notification from being printed. Letters never use it.
func (ts *Typesetter) Legible(text string) string {
	cleaned := Clean(text)
	if _, missing := ts.firstUnprintable(cleaned); !missing {
		return cleaned
	}
	var out strings.Builder
	for _, r := range cleaned {
		if r == '\n' || ts.has(r) {
			out.WriteRune(r)
		} else if s, ok := ts.instead(r, kindOf(r)); ok && s != "" {
			out.WriteString(s)
		} else {
			fmt.Fprintf(&out, "[%U]", r)
		}
	}
	return out.String()
}
