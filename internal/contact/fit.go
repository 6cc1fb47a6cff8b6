package contact

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// Fit is how well somebody fits what was asked; less is better.
type Fit uint8

// The fits, in the order of a result.
const (
	FitsExactly Fit = iota // a whole mail address, number, phone or name
	FitsWords              // every word is the beginning of one
	FitsParts              // some word is in the middle of one
	fitsNot
)

// sought is a text that is looked for: all words, or the number alone.
type sought struct {
	words  [][]byte
	whole  []byte // what a line must be to fit exactly
	number []byte // digits without their leading zeros; empty when it is no number
}

func (q Query) sought() sought {
	words, number := q.terms()
	s := sought{whole: []byte(strings.Join(words, " ")), number: []byte(number)}
	for _, w := range words {
		s.words = append(s.words, []byte(w))
	}
	return s
}

// isAnything reports whether every text fits.
func (s sought) isAnything() bool { return len(s.words) == 0 }

// isIn reports whether a folded text contains what is sought.
func (s sought) isIn(text []byte) bool {
	for _, w := range s.words {
		if !contains(text, w) {
			return len(s.number) > 0 && contains(text, s.number)
		}
	}
	return true
}

// contains does what bytes.Contains does, in pieces for which there is a faster
// way: most texts are a little too long for it.
func contains(text, w []byte) bool {
	const piece = 64
	if len(w) > piece/2 || len(text) > 2*piece-piece/2 {
		return bytes.Contains(text, w)
	}
	if len(text) <= piece {
		return bytes.Contains(text, w)
	}
	return bytes.Contains(text[:piece], w) || bytes.Contains(text[piece+1-len(w):], w)
}

// fit says how a folded text of lines fits. Without words everything does.
func (s sought) fit(text []byte) Fit {
	best := s.fitWords(text)
	if best > FitsWords && len(s.number) > 0 {
		best = min(best, s.fitNumber(text))
	}
	return best
}

func (s sought) fitWords(text []byte) Fit {
	best := FitsWords
	for _, w := range s.words {
		at := bytes.Index(text, w)
		if at < 0 {
			return fitsNot
		}
		if best == FitsWords && !startsWord(text, w, at) {
			best = FitsParts
		}
	}
	if best == FitsWords && hasLine(text, s.whole) {
		return FitsExactly
	}
	return best
}

// wholePhone is how many digits make a phone number.
const wholePhone = 7

// fitNumber takes a phone number that ends so for exact: its country code is not
// what people type.
func (s sought) fitNumber(text []byte) Fit {
	at := bytes.Index(text, s.number)
	if at < 0 {
		return fitsNot
	}
	end := at + len(s.number)
	if end < len(text) && text[end] != '\n' {
		return FitsParts
	}
	line := text[bytes.LastIndexByte(text[:at], '\n')+1 : end]
	if len(line) > 0 && line[0] == '+' && len(line)-len(s.number) <= 4 && len(s.number) >= wholePhone {
		return FitsExactly
	}
	return FitsParts
}

// startsWord reports whether w begins a word anywhere in the text; it occurs
// first at at.
func startsWord(text, w []byte, at int) bool {
	for {
		if at == 0 || !isSearchByte(text[at-1]) {
			return true
		}
		next := bytes.Index(text[at+1:], w)
		if next < 0 {
			return false
		}
		at += 1 + next
	}
}

func isSearchByte(b byte) bool {
	return b >= utf8.RuneSelf || b >= 'a' && b <= 'z' || b >= '0' && b <= '9' || b >= 'A' && b <= 'Z'
}

// hasLine reports whether one of the lines is just that.
func hasLine(text, line []byte) bool {
	if len(line) == 0 {
		return false
	}
	for len(text) >= len(line) {
		at := bytes.Index(text, line)
		if at < 0 {
			return false
		}
		end := at + len(line)
		if (at == 0 || text[at-1] == '\n') && (end == len(text) || text[end] == '\n') {
			return true
		}
		text = text[end:]
		if len(text) > 0 && text[0] != '\n' {
			// The next hit cannot begin a line before the next line end.
			nl := bytes.IndexByte(text, '\n')
			if nl < 0 {
				return false
			}
			text = text[nl:]
		}
	}
	return false
}
