package contact

import (
	"strings"
	"unicode/utf8"
)

// mostDigits bounds a number: more is an identifier and belongs into a text.
const mostDigits = 30

// Read gives the value of an own field as it is stored: numbers with a point, days
// as 2006-01-02, yes and no in English, choices as they were declared. It reports
// false, and gives nothing, for what the field cannot hold. Empty is no value.
func (o OwnField) Read(raw string, order DateOrder, today Date) (value string, ok bool) {
	s := cell(raw)
	if s == "" {
		return "", true
	}
	switch o.Kind {
	case KindNumber:
		return readNumber(s)
	case KindDate:
		return readDay(s, order, today)
	case KindYesNo:
		return readYesNo(s)
	case KindChoice:
		for _, c := range o.Choices {
			if foldKey(c) == foldKey(s) && (foldKey(s) != "" || c == s) {
				return c, true
			}
		}
		return "", false
	}
	if len(s) > maxText && utf8.RuneCountInString(s) > maxText || strings.Contains(s, withheld) {
		return "", false
	}
	return s, true
}

// readNumber reads a number as people here write it: the last of comma and point
// divides when both are there, and the only one always does ("1,5" and "1.5");
// signs that come more than once part thousands.
func readNumber(s string) (string, bool) {
	sign := ""
	if rest, found := strings.CutPrefix(s, "-"); found {
		sign, s = "-", rest
	}
	s = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "'", "", "’", "").Replace(s)
	comma, point := strings.LastIndexByte(s, ','), strings.LastIndexByte(s, '.')
	at := max(comma, point)
	if at >= 0 && strings.Count(s, s[at:at+1]) > 1 {
		at = -1
	}
	whole, part := s, ""
	if at >= 0 {
		whole, part = s[:at], s[at+1:]
		if part != "" && !isDigits(part) {
			return "", false
		}
	}
	if groups := strings.FieldsFunc(whole, func(r rune) bool { return r == ',' || r == '.' }); strings.ContainsAny(whole, ",.") {
		if len(groups) < 2 || strings.Count(whole, ",")+strings.Count(whole, ".") != len(groups)-1 {
			return "", false
		}
		for _, g := range groups[1:] {
			if len(g) != 3 {
				return "", false
			}
		}
	}
	whole = strings.NewReplacer(",", "", ".", "").Replace(whole)
	if whole == "" && part == "" || whole != "" && !isDigits(whole) || len(whole)+len(part) > mostDigits {
		return "", false
	}
	whole, part = strings.TrimLeft(whole, "0"), strings.TrimRight(part, "0")
	if whole == "" {
		whole = "0"
	}
	if part != "" {
		whole += "." + part
	}
	if whole == "0" {
		return whole, true
	}
	return sign + whole, true
}

// readDay reads a day, which unlike a birthday may lie ahead when its year is
// written in full.
func readDay(s string, order DateOrder, today Date) (string, bool) {
	if d, ok := ParseDate(s, order, today); ok && !d.IsZero() {
		return d.String(), true
	}
	ahead := today.AddYears(100)
	parts, ok := dateParts(s)
	if !ok || len(parts[0]) != 4 && len(parts[2]) != 4 {
		return "", false
	}
	d, ok := ParseDate(s, order, ahead)
	if !ok || d.IsZero() || d.Year > 9999 {
		return "", false
	}
	return d.String(), true
}

func readYesNo(s string) (string, bool) {
	switch foldKey(s) {
	case "yes", "ja", "oui", "true", "waar", "vrai", "wahr", "1", "j", "y", "o", "x":
		return "yes", true
	case "no", "nee", "neen", "non", "nein", "false", "onwaar", "faux", "falsch", "0", "n":
		return "no", true
	}
	return "", false
}

// own reads the columns of the firm's own fields. A value that does not fit is left
// out with a warning: the person is still taken over.
func (d *draft) own() {
	if len(d.p.own) == 0 {
		return
	}
	values := map[Field]string{}
	for _, c := range d.p.own {
		if c.index >= len(d.cells) {
			continue
		}
		value, ok := c.field.Read(d.cells[c.index], c.order, d.p.options.Today)
		if !ok {
			d.warn(keyOwnUnfit(c.field.Kind), c.field.Key, Clean(d.cells[c.index]))
			continue
		}
		values[c.field.Key] = value
	}
	d.row.Contact.Extra = ExtraOf(values)
}

// ownColumn is a column that holds an own field.
type ownColumn struct {
	field OwnField
	index int
	order DateOrder
}

// keyOwnUnfit says that a value is not what its field holds.
func keyOwnUnfit(k Kind) faultKey {
	switch k {
	case KindNumber, KindDate, KindYesNo, KindChoice:
		return faultKey("fields.unfit_" + string(k))
	}
	return "fields.unfit_text"
}

// restrict takes out of a row what was not declared.
func (d *draft) restrict() {
	for _, f := range d.p.undeclared {
		d.row.Contact.Clear(f)
	}
}
