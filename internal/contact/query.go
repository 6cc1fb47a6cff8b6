package contact

import (
	"strings"
	"unicode"
)

// Query says which contacts are meant. All conditions hold together; a zero
// Query means everybody who is not erased.
type Query struct {
	Text string // any part of name, mail, phone, postcode, town or number; words in any order
	Criteria
	Today  Date   // decides who is a minor; needed when Minor is asked for
	Erased bool   // include the erased ones; an Index has none
	Offset int    // of Find
	After  Cursor // of an Index: the last one of the page before
	Limit  int    // 0 means DefaultPage, at most MaxPage
}

// Sizes of a page.
const (
	DefaultPage = 50
	MaxPage     = 500
)

// Page is a part of the contacts a Query found. Total counts all of them, unless
// More says that there are more than that. Next is where an Index goes on; zero
// when this was the last page.
type Page struct {
	Contacts []Contact
	Total    int
	More     bool
	Next     Cursor
}

// Cursor is the place in a result behind one person: how well he fits and who he
// is. It holds no personal data and may stand in an address.
type Cursor struct {
	Fit Fit
	ID  ID
}

// IsZero reports whether the cursor is before everybody.
func (c Cursor) IsZero() bool { return c.ID == "" }

func (q Query) limit() int {
	if q.Limit <= 0 {
		return DefaultPage
	}
	return min(q.Limit, MaxPage)
}

// terms are the folded words that must all occur. A text of digits and signs is
// one number: 0471 23 45 67 finds +32471234567, whose zero is gone.
func (q Query) terms() (words []string, number string) {
	const most = 200
	text := q.Text
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "")
	}
	text = Clean(text)
	words = strings.Fields(Fold(text))
	if strings.IndexFunc(text, unicode.IsLetter) < 0 {
		if d := strings.TrimLeft(digitsOf(text), "0"); len(d) >= 4 {
			number = d
		}
	}
	return words, number
}

// pattern makes a LIKE pattern that finds s anywhere, with ! as the escape.
func pattern(s string) string {
	return "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(s) + "%"
}
