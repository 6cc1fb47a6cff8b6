package contact

import "strings"

// numberToken is digits with single separators between their groups, as people
// write long numbers: "85.07.30-033.28".
type numberToken struct {
	from   int // byte where it starts
	digits string
	groups []digitGroup
}

// digitGroup is a run of digits of a token.
type digitGroup struct{ byte, digit, size int }

// to is the byte behind the token.
func (t numberToken) to() int {
	last := t.groups[len(t.groups)-1]
	return last.byte + last.size
}

// isForeignPhone reports whether the token is a telephone number with its
// country.
func (t numberToken) isForeignPhone(s string) bool {
	if t.from > 0 && s[t.from-1] == '+' {
		return true
	}
	// "00.01.25-…" is somebody born in 2000: no country here begins with 0 or 1.
	return len(t.digits) >= 11 && len(t.digits) <= 15 && t.digits[:2] == "00" && t.digits[2] > '1'
}

// numberTokens takes a text apart. Digits that touch a letter belong to a word
// and are left out with everything up to the next token.
func numberTokens(s string) []numberToken {
	var tokens []numberToken
	for i := 0; i < len(s); {
		if !isDigit(s[i]) {
			i++
			continue
		}
		t, end := oneToken(s, i)
		inWord := i > 0 && isWordByte(s[i-1]) || end < len(s) && isWordByte(s[end])
		if !inWord {
			tokens = append(tokens, t)
		}
		i = end
	}
	return tokens
}

func oneToken(s string, at int) (numberToken, int) {
	t := numberToken{from: at}
	var digits strings.Builder
	i := at
	for i < len(s) {
		start := i
		for i < len(s) && isDigit(s[i]) {
			i++
		}
		t.groups = append(t.groups, digitGroup{byte: start, digit: digits.Len(), size: i - start})
		digits.WriteString(s[start:i])
		if i+1 >= len(s) || strings.IndexByte(" .-/", s[i]) < 0 || !isDigit(s[i+1]) {
			break
		}
		i++
	}
	t.digits = digits.String()
	return t, i
}

// letteredWord is a word of digits and letters, joined over single spaces, in
// upper case.
type letteredWord struct {
	text     string
	from, to int
}

// letteredWords finds words that begin with a digit and hold a letter. Groups
// parted by spaces are tried joined and apart.
func letteredWords(s string) []letteredWord {
	var words []letteredWord
	var runs []letteredWord
	flush := func() {
		for i := range runs {
			text := ""
			for k := i; k < len(runs) && len(text) <= 15; k++ {
				text += runs[k].text
				if isDigit(text[0]) && strings.ContainsAny(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") && len(text) >= 8 && len(text) <= 15 {
					words = append(words, letteredWord{text, runs[i].from, runs[k].to})
				}
			}
		}
		runs = runs[:0]
	}
	for i := 0; i < len(s); {
		if !isWordByte(s[i]) {
			i++
			continue
		}
		start := i
		for i < len(s) && isWordByte(s[i]) {
			i++
		}
		if i-start > 15 || !hasDigits(s[start:i], 1) && i-start > 2 {
			flush()
			continue
		}
		if n := len(runs); n > 0 && (start != runs[n-1].to+1 || s[start-1] != ' ') {
			flush()
		}
		runs = append(runs, letteredWord{strings.ToUpper(s[start:i]), start, i})
	}
	flush()
	return words
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// isWordByte counts every byte beyond ASCII as part of a word.
func isWordByte(c byte) bool {
	return isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80
}
