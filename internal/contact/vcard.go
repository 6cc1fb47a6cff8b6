package contact

import (
	"errors"
	"io"
	"strings"

	"github.com/emersion/go-vcard"
)

// cardReader reads address cards (vCard 2.1, 3.0 and 4.0) as the rows of a table
// whose first row holds headings. The library reads one card; this reader finds
// where each begins, writes version 2.1 as the library knows it (see oldcard.go)
// and leaves pictures, sounds and keys out before anything looks at them.
type cardReader struct {
	lines   *lineReader
	started bool
	own     []Field
}

// The properties of our own cards that vCard has no name for.
const (
	cardNumber    = "X-CUSTOMER-NUMBER"
	cardMarketing = "X-MARKETING"
)

// cardHeadings are the columns a card becomes. The note is shown as a column that
// is left out.
func cardHeadings(own []Field) []string {
	names := []string{
		"Name", "First name", "Last name", "Organisation", "E-mail", "Phone", "Mobile",
		"Street", "Address 2", "Postcode", "City", "Country", "Birth date", "Language", "customer_number", "marketing", "NOTE",
	}
	for _, f := range own {
		names = append(names, string(f))
	}
	return names
}

// cardProperty is where a card keeps an own field: X-OWN-SHOE-SIZE for x_shoe_size.
func cardProperty(f Field) string {
	name := strings.TrimPrefix(string(f), OwnPrefix)
	return "X-OWN-" + strings.ToUpper(strings.ReplaceAll(name, "_", "-"))
}

// openCards turns the cards into rows, in memory.
func (f *File) openCards(src io.ReaderAt, size int64, o Options) error {
	kind, err := decideEncoding(src, size)
	if err != nil {
		return err
	}
	if o.Encoding != EncodingAuto && o.Encoding != kind.encoding {
		kind.encoding, kind.mixed = o.Encoding, o.Encoding == EncodingUTF8
	}
	f.Encoding = kind.encoding
	s, err := newSpool(&cardReader{lines: newLineReader(decoded(src, size, kind)), own: o.Declared.OwnKeys()}, nil)
	if err != nil {
		return err
	}
	f.useSpool(s)
	return nil
}

func (c *cardReader) expect(int) {}

func (c *cardReader) close() error { return nil }

// next returns the next card, then io.EOF. A card that never ends, ends with the
// next one or with the file.
func (c *cardReader) next() (record, error) {
	if !c.started {
		c.started = true
		return record{line: 0, fields: cardHeadings(c.own)}, nil
	}
	for {
		line, text, err := c.card()
		if err != nil {
			return record{}, err
		}
		rec := record{line: line}
		if len(text) > maxLine {
			rec.fault = keyRowTooLong
			return rec, nil
		}
		card, err := vcard.NewDecoder(strings.NewReader(text)).Decode()
		if err != nil {
			rec.fault = keyCardUnreadable
			return rec, nil
		}
		if k := strings.ToLower(card.Value(vcard.FieldKind)); k != "" && k != "individual" && k != "org" {
			continue // a group or a place is nobody
		}
		rec.fields = cardFields(card, c.own)
		return rec, nil
	}
}

// card collects one card as text of version 3.0, with the line it begins in. A card
// inside a card (AGENT of version 2.1) is passed over.
func (c *cardReader) card() (line int, text string, err error) {
	var b strings.Builder
	inside, depth, agent := false, 0, false
	for {
		p, err := c.property()
		if errors.Is(err, io.EOF) && inside {
			break
		}
		if err != nil {
			return 0, "", err
		}
		mark := strings.ToUpper(strings.TrimSpace(p.text))
		begins, ends := mark == "BEGIN:VCARD", mark == "END:VCARD"
		switch {
		case begins && !inside:
			inside, line = true, p.number
			b.WriteString("BEGIN:VCARD\r\n")
		case begins && (agent || depth > 0):
			depth++
		case begins: // the card before has no end
			c.lines.giveBack([]physicalLine{p})
			ends = true
		case ends && depth > 0:
			depth, ends = depth-1, false
		case inside && depth == 0 && b.Len() <= maxLine:
			if plain := plainProperty(p.text); plain != "" {
				b.WriteString(plain + "\r\n")
			}
		}
		if ends && inside {
			break
		}
		agent = depth == 0 && (strings.HasPrefix(mark, "AGENT") && strings.HasSuffix(mark, ":") || agent && mark == "")
	}
	b.WriteString("END:VCARD\r\n")
	return line, b.String(), nil
}

// property reads one line with those that continue it: lines that begin with a
// space, and, in quoted-printable, lines after one that ends in "=".
func (c *cardReader) property() (physicalLine, error) {
	first, err := c.lines.next()
	if err != nil {
		return physicalLine{}, err
	}
	p := first
	quoted := isQuotedPrintable(first.text)
	for {
		next, err := c.lines.next()
		if errors.Is(err, io.EOF) {
			return p, nil
		}
		if err != nil {
			return physicalLine{}, err
		}
		soft := quoted && strings.HasSuffix(p.text, "=")
		folded := next.text != "" && (next.text[0] == ' ' || next.text[0] == '\t')
		switch {
		case !soft && !folded || strings.EqualFold(strings.TrimSpace(next.text), "END:VCARD"):
			c.lines.giveBack([]physicalLine{next})
			return p, nil
		case len(p.text) > maxLine: // the picture goes on and nobody looks at it
		case soft:
			p.text = strings.TrimSuffix(p.text, "=") + strings.TrimLeft(next.text, " \t")
		default:
			p.text += next.text[1:]
		}
	}
}

// cardFields are the cells of a card, in the order of cardHeadings.
func cardFields(card vcard.Card, own []Field) []string {
	name := components(card.Value(vcard.FieldName))
	var address []string
	if a := card.Preferred(vcard.FieldAddress); a != nil {
		address = components(a.Value)
	}
	part := func(list []string, i int) string {
		if i < len(list) {
			return strings.TrimSpace(list[i])
		}
		return ""
	}
	phone, mobile := cardPhones(card)
	street := part(address, 2)
	if street == "" {
		street = part(address, 0) // a post office box
	}
	full := unescaped(card.PreferredValue(vcard.FieldFormattedName))
	if full == "" {
		full = joinWords(joinWords(part(name, 1), part(name, 2)), part(name, 0))
	}
	org := part(components(card.PreferredValue(vcard.FieldOrganization)), 0)
	if full == org {
		full = "" // the card of a firm
	}
	fields := []string{
		full, part(name, 1), part(name, 0), org,
		strings.TrimPrefix(unescaped(card.PreferredValue(vcard.FieldEmail)), "mailto:"), phone, mobile,
		street, part(address, 1), part(address, 5), part(address, 3), part(address, 6),
		cardDay(card.Value(vcard.FieldBirthday)), card.PreferredValue(vcard.FieldLanguage),
		unescaped(card.Value(cardNumber)), card.Value(cardMarketing), unescaped(card.Value(vcard.FieldNote)),
	}
	for _, f := range own {
		fields = append(fields, unescaped(card.Value(cardProperty(f))))
	}
	return fields
}

// cardPhones are the preferred number that is no mobile and no fax, and the
// preferred mobile one.
func cardPhones(card vcard.Card) (phone, mobile string) {
	for _, f := range card[vcard.FieldTelephone] {
		value := strings.TrimPrefix(unescaped(f.Value), "tel:")
		value, _, _ = strings.Cut(value, ";ext=")
		switch p := f.Params; {
		case p.HasType("fax") || p.HasType("pager"):
		case p.HasType("cell"):
			if mobile == "" || p.HasType("pref") {
				mobile = value
			}
		case phone == "" || p.HasType("pref"):
			phone = value
		}
	}
	return phone, mobile
}

// cardDay writes a birthday as the other readers know it; one without its year is
// left out.
func cardDay(s string) string {
	s, _, _ = strings.Cut(s, "T")
	if strings.HasPrefix(s, "--") {
		return ""
	}
	if len(s) == 8 && isDigits(s) {
		return s[:4] + "-" + s[4:6] + "-" + s[6:]
	}
	return s
}

// components splits a value at the semicolons that part it.
func components(s string) []string {
	var parts []string
	start := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case ';':
			parts, start = append(parts, unescaped(s[start:i])), i+1
		}
	}
	return append(parts, unescaped(s[start:]))
}

// unescaped takes off what the library leaves on.
func unescaped(s string) string {
	return strings.NewReplacer(`\;`, ";", `\:`, ":", `\N`, "\n").Replace(s)
}
