package document

import (
	"unicode"
	"unicode/utf8"
)

// mm is the number of PDF points in a millimetre.
const mm = 72 / 25.4

// style is how a piece of text is set: face, size in points, leading (distance of
// baselines) in millimetres, ink.
type style struct {
	face    face
	size    float64
	leading float64
	ink     ink
}

// measure returns the width of a cleaned text in millimetres.
func (ts *Typesetter) measure(s style, text string) float64 {
	var units int
	widths := &ts.fonts[s.face].width
	for _, r := range text {
		if r < 0x10000 {
			units += int(widths[r])
		}
	}
	return float64(units) * s.size / 1000 / mm
}

// breaker is the state of wrap: the line that grows and the last place in it where
// it may end. Places are byte offsets, widths are in 1/1000 of the size.
type breaker struct {
	text       string
	lines      []string
	start      int // where the growing line begins
	end, next  int // where it would end at the last break (-1: none), where the next would begin
	units      int // width of the growing line
	unitsAfter int // its width up to next
}

// wrap breaks a cleaned text into lines no wider than width millimetres. It breaks
// at blanks, which vanish, and after a hyphen or slash between letters (dates and
// telephone numbers stay whole); a word wider than the line is cut. A no-break
// space holds. An empty text is no line, an empty line between two others is kept.
func (ts *Typesetter) wrap(s style, width float64, text string) []string {
	if text == "" {
		return nil
	}
	limit := int(width * mm * 1000 / s.size)
	widths := &ts.fonts[s.face].width
	b := breaker{text: text, end: -1}
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		w := 0
		if r < 0x10000 {
			w = int(widths[r])
		}
		if r == '\n' {
			b.lines = append(b.lines, text[b.start:i])
			b.start, b.end, b.units, w = i+n, -1, 0, 0
		}
		// Twice when the word after the last break is itself too long for a line.
		for b.units+w > limit && i > b.start && r != ' ' && r != '\n' {
			b.breakBefore(i)
		}
		b.units += w
		i += n
		b.noteBreak(r, i-n, i)
	}
	return append(b.lines, text[b.start:])
}

// breakBefore ends the growing line at its last break, or before the character at
// i when the line is one long word.
func (b *breaker) breakBefore(i int) {
	if b.end > b.start {
		b.lines = append(b.lines, b.text[b.start:b.end])
		b.units -= b.unitsAfter
		b.start = b.next
	} else {
		b.lines = append(b.lines, b.text[b.start:i])
		b.start, b.units = i, 0
	}
	b.end = -1
}

// noteBreak remembers that the line may end at the character r, which lies from
// offset i to after.
func (b *breaker) noteBreak(r rune, i, after int) {
	switch r {
	case ' ':
		if b.next != i || b.end < 0 && i > b.start { // the first of several blanks ends the line
			b.end = i
		}
	case '-', '/', '\u2013', '\u2014':
		before, _ := utf8.DecodeLastRuneInString(b.text[:i])
		follows, _ := utf8.DecodeRuneInString(b.text[after:])
		if i <= b.start || !unicode.IsLetter(before) || !unicode.IsLetter(follows) {
			return
		}
		b.end = after
	default:
		return
	}
	b.next, b.unitsAfter = after, b.units
}
