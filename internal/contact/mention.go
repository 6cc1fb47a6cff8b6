package contact

import (
	"strings"
	"unicode"
)

// Blank is what stands in a text where something about an erased person stood.
const Blank = "[…]"

// Mention knows what a person is called, so that free text about him is found when
// he is erased. A text mentions him when it holds his mail address, his telephone
// number, his customer number when that is no ordinary number, or his given and
// family name. Case, accents and what stands between words do not matter. A name of
// one short word is too common to go by.
type Mention struct {
	mails, names [][]string // sequences of words, any of which is enough
	parts        [][]string // words that are enough all together
	weak         [][]string // what goes as well once somebody is meant
	phone        string     // last digits
	likes        []string   // see Likes
}

// How much of a number has to be there.
const (
	phoneTail   = 8
	longNumber  = 7
	mixedNumber = 5
	ownName     = 8 // letters of a name of one word
)

// MentionOf prepares the search for a person.
func MentionOf(c Contact) Mention {
	var m Mention
	if c.Email != "" {
		m.mails = append(m.mails, foldedWords(c.Email))
		m.likes = append(m.likes, c.Email)
	}
	if isTelling(c.CustomerNumber) {
		m.mails = append(m.mails, foldedWords(c.CustomerNumber))
		m.likes = append(m.likes, longestASCII(c.CustomerNumber))
	}
	if d := digits(c.Phone); len(d) >= phoneTail {
		m.phone = d[len(d)-phoneTail:]
	}
	m.name(c)
	for _, s := range []string{
		c.Name, c.GivenName, c.FamilyName, c.Organisation, c.Street, c.Postcode, c.CustomerNumber, c.BirthDate.String(), localDate(c.BirthDate),
	} {
		if w := foldedWords(s); len(strings.Join(w, "")) > 2 {
			m.weak = append(m.weak, w)
		}
	}
	for _, v := range c.Extra.Values() {
		if w := foldedWords(v); len(strings.Join(w, "")) > 3 {
			m.weak = append(m.weak, w)
		}
	}
	return m
}

func (m *Mention) name(c Contact) {
	given, family := foldedWords(c.GivenName), foldedWords(c.FamilyName)
	full := foldedWords(c.Name)
	rare := ""
	switch {
	case len(given) > 0 && len(family) > 0:
		m.parts = append(append(m.parts, given), family)
		rare = c.FamilyName
	case len(full) > 1:
		for _, w := range full {
			m.parts = append(m.parts, []string{w})
		}
		rare = c.Name
	case len(full) == 1 && len([]rune(full[0])) >= ownName:
		m.parts = append(m.parts, full)
		rare = c.Name
	default:
		return
	}
	if len(full) > 1 {
		m.names = append(m.names, full)
	}
	m.likes = append(m.likes, longestASCII(rare))
}

// Likes are pieces of text of which every text that mentions the person holds one,
// in whatever case: a database narrows by them. An empty piece means that any text
// may. Phone is left to Tail.
func (m Mention) Likes() []string { return m.likes }

// Tail is the end of the telephone number without signs, empty when there is none.
func (m Mention) Tail() string { return m.phone }

// IsIn reports whether a text mentions the person.
func (m Mention) IsIn(text string) bool {
	t := wordsOf(text)
	for _, seq := range append(m.mails, m.names...) {
		if t.first(seq, 0) >= 0 {
			return true
		}
	}
	if m.phone != "" && len(t.phones(m.phone)) > 0 {
		return true
	}
	for _, p := range m.parts {
		if t.first(p, 0) < 0 {
			return false
		}
	}
	return len(m.parts) > 0
}

// Redact takes out of a text everything about the person and reports whether it
// mentioned him at all; a text that does not stays as it is.
func (m Mention) Redact(text string) (string, bool) {
	if !m.IsIn(text) {
		return text, false
	}
	t := wordsOf(text)
	cut := t.phones(m.phone)
	for _, list := range [][][]string{m.mails, m.names, m.parts, m.weak} {
		for _, seq := range list {
			for at := t.first(seq, 0); at >= 0; at = t.first(seq, at+1) {
				cut = append(cut, [2]int{t[at].from, t[at+len(seq)-1].to})
			}
		}
	}
	return without(text, cut), true
}

// without puts Blank in the place of every part of text.
func without(text string, cut [][2]int) string {
	gone := make([]bool, len(text))
	for _, c := range cut {
		for i := c[0]; i < c[1]; i++ {
			gone[i] = true
		}
	}
	var b strings.Builder
	for i := range len(text) {
		switch {
		case !gone[i]:
			b.WriteByte(text[i])
		case i == 0 || !gone[i-1]:
			b.WriteString(Blank)
		}
	}
	return b.String()
}

// word is a word of a text, folded, and where it stands.
type word struct {
	folded   string
	from, to int
}

type wordList []word

// wordsOf splits a text, plain or inside JSON, into words of letters and digits.
func wordsOf(text string) wordList {
	var out wordList
	from := -1
	end := func(i int) {
		if from >= 0 {
			out = append(out, word{Fold(text[from:i]), from, i})
			from = -1
		}
	}
	skip := 0
	for i, r := range text {
		switch {
		case skip > 0:
			skip--
		case r == '\\':
			end(i)
			skip = escaped(text[i+1:])
		case r == '…': // what was blanked keeps its neighbours apart
			end(i)
			out = append(out, word{"…", i, i + len("…")})
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.M, r):
			if from < 0 {
				from = i
			}
		default:
			end(i)
		}
	}
	end(len(text))
	return out
}

// escaped is how many signs after a backslash belong to it.
func escaped(rest string) int {
	switch {
	case rest == "":
		return 0
	case strings.IndexByte("nrtbf", rest[0]) >= 0:
		return 1
	case rest[0] == 'u' && len(rest) > 4 && isHexWord(rest[1:5]):
		return 5
	}
	return 0
}

func isHexWord(s string) bool { return strings.Trim(s, "0123456789abcdefABCDEF") == "" }

// first is where a sequence of words begins, from a place on; -1 for nowhere.
func (t wordList) first(seq []string, from int) int {
	if len(seq) == 0 {
		return -1
	}
	for i := from; i+len(seq) <= len(t); i++ {
		same := true
		for k, w := range seq {
			if t[i+k].folded != w {
				same = false
				break
			}
		}
		if same {
			return i
		}
	}
	return -1
}

// phones are the places of numbers that end in tail, however they are grouped.
func (t wordList) phones(tail string) [][2]int {
	var out [][2]int
	if tail == "" {
		return nil
	}
	for end := range t {
		all := ""
		for i := end; i >= 0 && digits(t[i].folded) == t[i].folded; i-- {
			all = t[i].folded + all
			if strings.HasSuffix(all, tail) {
				out = append(out, [2]int{t[i].from, t[end].to})
			}
			if len(all) > 2*phoneTail {
				break
			}
		}
	}
	return out
}

func foldedWords(s string) []string {
	t := wordsOf(s)
	out := make([]string, len(t))
	for i, w := range t {
		out[i] = w.folded
	}
	return out
}

// isTelling reports whether a customer number could hardly mean anything else.
func isTelling(s string) bool {
	d := digits(s)
	return len(d) >= longNumber || len(d) > 0 && len(s) >= mixedNumber && strings.ContainsFunc(s, unicode.IsLetter)
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// localDate writes a day as most of Europe does.
func localDate(d Date) string {
	if d.IsZero() {
		return ""
	}
	y, rest, _ := strings.Cut(d.String(), "-")
	m, day, _ := strings.Cut(rest, "-")
	return day + "/" + m + "/" + y
}

// longestASCII is the longest piece of a name that is written alike with and
// without accents.
func longestASCII(s string) string {
	best := ""
	for _, piece := range strings.FieldsFunc(s, func(r rune) bool {
		return r >= 0x80 || !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}) {
		if len(piece) > len(best) {
			best = piece
		}
	}
	if len(best) < 2 {
		return ""
	}
	return best
}
