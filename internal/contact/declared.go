package contact

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
)

// Kind is what the values of the firm's own field look like.
type Kind string

// The kinds.
const (
	KindText   Kind = "text"
	KindNumber Kind = "number"
	KindDate   Kind = "date"
	KindYesNo  Kind = "yes_no"
	KindChoice Kind = "choice"
)

// Kinds lists them in the order they are offered.
func Kinds() []Kind { return []Kind{KindText, KindNumber, KindDate, KindYesNo, KindChoice} }

// OwnField is a field the firm declared itself, as far as reading and writing
// values need it. Names are what a heading of a file may call it.
type OwnField struct {
	Key     Field
	Names   []string
	Kind    Kind
	Choices []string
}

// Declaration is what may be stored about a person (Art. 5(1)(c) GDPR). The nil
// declaration allows every shipped field and no own one: it is for reading files
// outside any firm.
type Declaration struct {
	shipped map[Field]bool
	own     []OwnField
	words   map[string]Field // folded names of the own fields
}

// NewDeclaration makes a declaration of shipped fields and own ones.
func NewDeclaration(shipped []Field, own []OwnField) *Declaration {
	d := &Declaration{shipped: map[Field]bool{}, own: own, words: map[string]Field{}}
	for _, f := range shipped {
		d.shipped[f] = true
	}
	for _, o := range own {
		for _, name := range append([]string{string(o.Key)}, o.Names...) {
			if key := foldKey(name); key != "" {
				if _, taken := d.words[key]; !taken {
					d.words[key] = o.Key
				}
			}
		}
	}
	return d
}

// Own lists the own fields in the order they are shown.
func (d *Declaration) Own() []OwnField {
	if d == nil {
		return nil
	}
	return d.own
}

// OwnKeys are the keys of the own fields.
func (d *Declaration) OwnKeys() []Field {
	var keys []Field
	for _, o := range d.Own() {
		keys = append(keys, o.Key)
	}
	return keys
}

// OwnField returns one of the firm's own fields.
func (d *Declaration) OwnField(key Field) (OwnField, bool) {
	for _, o := range d.Own() {
		if o.Key == key {
			return o, true
		}
	}
	return OwnField{}, false
}

// Stores reports whether values of a field of a contact may be stored.
func (d *Declaration) Stores(f Field) bool {
	if d == nil {
		return !f.IsOwn()
	}
	switch f {
	case FieldName:
		return d.shipped[f] || d.shipped[FieldGiven] || d.shipped[FieldFamily]
	case FieldStreet, FieldPostcode, FieldCity, FieldCountry:
		return d.shipped[f] || d.shipped[FieldAddress]
	case FieldUnsubscribed:
		return d.shipped[FieldMarketing]
	}
	if f.IsOwn() {
		_, ok := d.OwnField(f)
		return ok
	}
	return d.shipped[f]
}

// Reads reports whether a column of a file may be read as f: it, or what it
// becomes a part of, may be stored.
func (d *Declaration) Reads(f Field) bool {
	if d == nil {
		return f == FieldNone || IsField(f)
	}
	switch f {
	case FieldNone, FieldAttributes:
		return true
	}
	return d.Stores(f) || slices.ContainsFunc(f.wholes(), d.Stores)
}

// wholes are the stored fields a column is a part of.
func (f Field) wholes() []Field {
	switch f {
	case FieldGiven, FieldFamily:
		return []Field{FieldName}
	case FieldInfix:
		return []Field{FieldFamily, FieldName}
	case FieldMobile:
		return []Field{FieldPhone}
	case FieldAddress, FieldPostcodeCity:
		return []Field{FieldStreet, FieldPostcode, FieldCity}
	case FieldHouseNumber, FieldBox, FieldStreet2:
		return []Field{FieldStreet}
	case FieldOptedOut, FieldUnsubscribed:
		return []Field{FieldMarketing}
	}
	return nil
}

// DeclaredAs is the key under which a column's field is declared: the whole of an
// address or a name for its parts.
func (f Field) DeclaredAs() Field {
	switch f {
	case FieldInfix:
		return FieldFamily
	case FieldMobile:
		return FieldPhone
	case FieldStreet, FieldHouseNumber, FieldBox, FieldStreet2, FieldPostcode, FieldPostcodeCity, FieldCity, FieldCountry:
		return FieldAddress
	case FieldOptedOut, FieldUnsubscribed:
		return FieldMarketing
	}
	return f
}

// Columns lists what a column may be read as, own fields last.
func (d *Declaration) Columns() []Field {
	var out []Field
	for _, f := range Fields() {
		if d.Reads(f) {
			out = append(out, f)
		}
	}
	return append(out, d.OwnKeys()...)
}

// Stored lists the fields of a contact in the order they are shown.
func Stored() []Field {
	return []Field{
		FieldName, FieldGiven, FieldFamily, FieldOrganisation, FieldNumber, FieldEmail, FieldPhone,
		FieldStreet, FieldPostcode, FieldCity, FieldCountry, FieldLanguage, FieldBirthDate, FieldMarketing,
	}
}

// Editable lists the fields that may be filled in by hand, own ones last.
func (d *Declaration) Editable() []Field {
	var out []Field
	for _, f := range Stored() {
		if d.Stores(f) {
			out = append(out, f)
		}
	}
	return append(out, d.OwnKeys()...)
}

// undeclared lists the stored shipped fields that a row must not keep; empty for
// most firms, so that reading a file costs nothing more.
func (d *Declaration) undeclared() []Field {
	var out []Field
	for _, f := range Stored() {
		if !d.Stores(f) {
			out = append(out, f)
		}
	}
	return out
}

// called is the own field of a heading.
func (d *Declaration) called(heading string) (Field, bool) {
	if d == nil || heading == "" {
		return FieldNone, false
	}
	f, ok := d.words[foldKey(heading)]
	return f, ok
}

// headingsHash makes files with the same columns known again, whatever the case
// and the spaces of their headings.
func headingsHash(headings []string) string {
	if len(headings) == 0 {
		return ""
	}
	h := sha256.New()
	for _, s := range headings {
		io.WriteString(h, foldKey(s)+"\n") // a hash never fails
	}
	return hex.EncodeToString(h.Sum(nil))
}
