package contact

import (
	"strings"
	"time"
	"unicode/utf8"

	"clepsydra/internal/fault"
)

// Named refusals of what somebody typed about a person.
var (
	ErrUndeclared   = fault.New(fault.Invalid, "fields.undeclared")
	ErrSecret       = fault.New(fault.Invalid, "fields.secret")
	ErrTooLong      = fault.New(fault.Invalid, "contact.field_too_long").With("Max", maxText)
	ErrBadMail      = fault.New(fault.Invalid, "fields.bad_mail").At(string(FieldEmail))
	ErrBadPhone     = fault.New(fault.Invalid, "fields.bad_phone").At(string(FieldPhone))
	ErrBadPostcode  = fault.New(fault.Invalid, "fields.bad_postcode").At(string(FieldPostcode))
	ErrBadCountry   = fault.New(fault.Invalid, "fields.bad_country").At(string(FieldCountry))
	ErrBadLanguage  = fault.New(fault.Invalid, "fields.bad_language").At(string(FieldLanguage))
	ErrBadBirthDate = fault.New(fault.Invalid, "fields.bad_birth_date").At(string(FieldBirthDate))
	ErrBadChoice    = fault.New(fault.Invalid, "fields.bad_choice")
	ErrNobody       = fault.New(fault.Invalid, "fields.nobody")
	ErrThere        = fault.New(fault.Conflict, "fields.there")
	ErrChanged      = fault.New(fault.Conflict, "fields.changed")
)

// Editing is what is needed to read what somebody typed. Country is that of a
// telephone number without one while the person has none; Now fills the moment
// somebody unsubscribed.
type Editing struct {
	Declared *Declaration
	Country  string
	Now      time.Time
}

// Apply changes fields of c as they were typed and returns those that are different
// now. It takes everything or, with a fault per field, nothing: fields nobody
// declared, values that cannot be, national numbers, payment cards and passwords
// are refused. An empty value takes the old one out.
func (e Editing) Apply(c Contact, changes map[Field]string) (Contact, []Field, error) {
	var faults fault.List
	after := c
	for f, typed := range changes {
		value := cell(typed)
		switch {
		case value != "" && !e.Declared.Stores(f):
			faults.Add(ErrUndeclared.At(string(f)))
		case value != "" && HoldsSecret(value):
			faults.Add(ErrSecret.At(string(f)))
		case utf8.RuneCountInString(value) > maxText:
			faults.Add(ErrTooLong.At(string(f)))
		default:
			if err := e.set(&after, f, value, changes); err != nil {
				faults.Add(err)
			}
		}
	}
	if err := e.checkPostcode(&after, changes); err != nil {
		faults.Add(err)
	}
	after.renameFrom(c)
	if len(faults) == 0 && after.isNobody() {
		faults.Add(ErrNobody)
	}
	if err := faults.OrNil(); err != nil {
		return c, nil, err
	}
	return after, Different(c, after), nil
}

func (e Editing) set(c *Contact, f Field, value string, changes map[Field]string) *fault.Error {
	switch f {
	case FieldEmail:
		address, several, ok := parseMail(value)
		if !ok || several {
			return ErrBadMail
		}
		c.Email = address
	case FieldPhone:
		return e.setPhone(c, value, changes)
	case FieldCountry:
		code := newPlaces().country(value)
		if value != "" && code == "" {
			return ErrBadCountry
		}
		c.Country = code
	case FieldLanguage:
		c.Language = languageOf(value)
		if value != "" && c.Language == "" {
			return ErrBadLanguage
		}
	case FieldBirthDate:
		day, ok := ParseDate(value, OrderDayMonthYear, DateOf(e.Now))
		if value != "" && (!ok || day.After(DateOf(e.Now))) {
			return ErrBadBirthDate
		}
		c.BirthDate = day
	case FieldMarketing:
		return e.setMarketing(c, Marketing(value))
	default:
		return e.setText(c, f, value)
	}
	return nil
}

// setPhone keeps a number as E.164. One that only might exist is taken: numbering
// plans change faster than tables.
func (e Editing) setPhone(c *Contact, value string, changes map[Field]string) *fault.Error {
	if value == "" || value == c.Phone {
		c.Phone = value
		return nil
	}
	country := e.Country
	if typed, ok := changes[FieldCountry]; ok && typed != "" {
		if code := newPlaces().country(typed); code != "" {
			country = code
		}
	} else if c.Country != "" {
		country = c.Country
	}
	number, _ := parsePhone(value, country)
	if !strings.HasPrefix(number, "+") || strings.ContainsAny(number, " ./()-") {
		return ErrBadPhone
	}
	c.Phone = number
	return nil
}

func (e Editing) setMarketing(c *Contact, m Marketing) *fault.Error {
	if m == c.Marketing {
		return nil
	}
	c.Marketing, c.UnsubscribedAt = m, time.Time{}
	switch m {
	case MarketingUnsubscribed:
		c.UnsubscribedAt = e.Now
	case MarketingUnknown, MarketingSubscribed:
	default:
		return ErrBadChoice.At(string(FieldMarketing))
	}
	return nil
}

func (e Editing) setText(c *Contact, f Field, value string) *fault.Error {
	if own, ok := e.Declared.OwnField(f); ok {
		read, ok := own.Read(value, OrderDayMonthYear, DateOf(e.Now))
		if !ok {
			return keyOwnUnfit(own.Kind).at(f).With("Value", shown(value))
		}
		c.Extra = c.Extra.With(f, read)
		return nil
	}
	if to := c.text(f); to != nil {
		*to = value
		return nil
	}
	if value == "" {
		c.Clear(f)
		return nil
	}
	return ErrUndeclared.At(string(f))
}

// text is where a field that is a plain text stands; nil for any other.
func (c *Contact) text(f Field) *string {
	switch f {
	case FieldNumber:
		return &c.CustomerNumber
	case FieldName:
		return &c.Name
	case FieldGiven:
		return &c.GivenName
	case FieldFamily:
		return &c.FamilyName
	case FieldOrganisation:
		return &c.Organisation
	case FieldEmail:
		return &c.Email
	case FieldPhone:
		return &c.Phone
	case FieldStreet:
		return &c.Street
	case FieldPostcode:
		return &c.Postcode
	case FieldCity:
		return &c.City
	case FieldCountry:
		return &c.Country
	case FieldLanguage:
		return &c.Language
	}
	return nil
}

// Value gives a field as a form shows it.
func (c Contact) Value(f Field) string {
	if to := c.text(f); to != nil {
		return *to
	}
	switch f {
	case FieldBirthDate:
		return c.BirthDate.String()
	case FieldMarketing:
		return string(c.Marketing)
	}
	if f.IsOwn() {
		return c.Extra.Get(f)
	}
	return ""
}

// Different lists the stored fields in which two contacts differ.
func Different(a, b Contact) []Field {
	var out []Field
	fields := Stored()
	for _, f := range append(a.Extra.Fields(), b.Extra.Fields()...) {
		if a.Extra.Get(f) != b.Extra.Get(f) && !containsField(fields, f) {
			fields = append(fields, f)
		}
	}
	for _, f := range fields {
		if a.Value(f) != b.Value(f) {
			out = append(out, f)
		}
	}
	return out
}

func containsField(all []Field, f Field) bool {
	for _, one := range all {
		if one == f {
			return true
		}
	}
	return false
}

// checkPostcode looks whether a typed postcode can be one of the country.
func (e Editing) checkPostcode(c *Contact, changes map[Field]string) *fault.Error {
	if _, typed := changes[FieldPostcode]; !typed || c.Postcode == "" {
		return nil
	}
	country := c.Country
	if country == "" {
		country = e.Country
	}
	forms := newAddressForms(newPlaces())
	code, _ := forms.splitCode(c.Postcode)
	if !forms.fitsCountry(padCode(code, country), country) {
		return ErrBadPostcode
	}
	c.Postcode = padCode(code, country)
	return nil
}

// renameFrom writes the full name anew when only its parts were changed.
func (c *Contact) renameFrom(before Contact) {
	parts := joinWords(before.GivenName, before.FamilyName)
	if c.Name == before.Name && (before.Name == parts || before.Name == "") {
		if joined := joinWords(c.GivenName, c.FamilyName); joined != parts {
			c.Name = joined
		}
	}
}

func (c Contact) isNobody() bool {
	return c.Name == "" && c.Organisation == "" && c.Email == "" && (c.Street == "" || c.Postcode == "" && c.City == "")
}

// HoldsSecret reports whether a text is or holds what no customer file may keep: a
// national number, a payment card, a stored password.
func HoldsSecret(s string) bool {
	if len(s) < 7 {
		return false
	}
	if strings.Contains(s, withheld) || isSecretHash(s) {
		return true
	}
	for _, at := range newDetector().look(s) {
		if at.believed || at.mayStand && at.passed {
			return true
		}
	}
	return false
}

// IsRefusedLabel reports whether a field may not be declared because of its name
// alone: national numbers, payment cards, passwords.
func IsRefusedLabel(label string) bool {
	return refusedHeading(label, parseWords(refusedTable)) != ""
}

// Topic is what a free text seems to tell of that is specially protected (Art. 9
// and 10 GDPR): health, religion, union, origin or crime; empty for none.
func Topic(text string) (string, error) {
	w, err := newWordFinder()
	if err != nil {
		return "", err
	}
	return w.topic(text), nil
}
