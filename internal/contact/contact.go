// Package contact holds the people in the customer file: who they are, where
// they can be reached, and where each of them came from.
//
// It reads the files firms have (spreadsheets, exports of shops and mailing
// tools in any dialect), keeps only the declared fields (Art. 5(1)(c) GDPR) and
// finds the same person again. The rule files are pure; store.go alone knows the
// database.
package contact

import (
	"strings"
	"time"
)

// ID identifies a contact (UUIDv7).
type ID string

// ImportID identifies one import of a file (UUIDv7).
type ImportID string

// Marketing says what is known about mail the law does not ask for. It never
// decides about a communication under Art. 34: somebody who opted out of
// marketing still gets that letter.
type Marketing string

// The marketing states.
const (
	MarketingUnknown      Marketing = ""
	MarketingSubscribed   Marketing = "subscribed"
	MarketingUnsubscribed Marketing = "unsubscribed"
)

// Contact is a natural person we hold reach data for. Texts are NFC and
// trimmed, in any script; empty means not known.
type Contact struct {
	ID             ID
	CustomerNumber string
	Name           string // full name as it is written on an envelope
	GivenName      string
	FamilyName     string // with its particle: "van den Berg"
	Organisation   string
	Email          string
	Phone          string // E.164 where it could be read, else as given
	Street         string // street, number and box; lines separated by ", "
	Postcode       string // with its leading zeros; Dutch ones as "1234 AB"
	City           string
	Country        string // ISO 3166-1 alpha-2
	Language       string // nl, fr, de, en or empty
	BirthDate      Date
	Marketing      Marketing
	UnsubscribedAt time.Time // zero: never, or not known
	ErasedAt       time.Time // zero: not erased (Art. 17)
	RestrictedAt   time.Time // zero: processing is not restricted (Art. 18)
	ActiveAt       time.Time // last activity that counts for retention; zero: not known, CreatedAt stands for it
	Extra          Extra     // values of the firm's own fields
	Source         Source
	CreatedAt      time.Time
	UpdatedAt      time.Time
}

// Source is where a contact came from (Art. 14(2)(f)). Both are empty for one
// that was typed in.
type Source struct {
	ImportID ImportID
	Line     int // physical line of the file, or row of the sheet
}

// DisplayName is what a list shows: the name, else the organisation, else the
// mail address, else the customer number.
func (c Contact) DisplayName() string {
	for _, s := range []string{c.Name, c.Organisation, c.Email, c.CustomerNumber} {
		if s != "" {
			return s
		}
	}
	return ""
}

// IsErased reports whether the person was erased and cannot be written to.
func (c Contact) IsErased() bool { return !c.ErasedAt.IsZero() }

// CanReceivePost reports whether a letter can be addressed: street, postcode and
// city are known. An empty country is the firm's own.
func (c Contact) CanReceivePost() bool {
	return !c.IsErased() && c.Street != "" && c.Postcode != "" && c.City != ""
}

// CanReceiveMail reports whether there is a mail address to write to. Marketing
// has no say in it.
func (c Contact) CanReceiveMail() bool { return !c.IsErased() && c.Email != "" }

// IsMinor reports whether the person is under eighteen on that day. An unknown
// birth date is not a minor.
func (c Contact) IsMinor(on time.Time) bool {
	if c.BirthDate.IsZero() {
		return false
	}
	return c.BirthDate.AddYears(18).After(DateOf(on))
}

// FillFrom takes over what c does not know yet from other and returns the names
// of the fields it filled. Nothing that was known changes. The address is taken
// as a whole or not at all, so that no street meets another town.
func (c *Contact) FillFrom(other Contact) []Field {
	var filled []Field
	take := func(f Field, to *string, from string) {
		if *to == "" && from != "" {
			*to = from
			filled = append(filled, f)
		}
	}
	take(FieldNumber, &c.CustomerNumber, other.CustomerNumber)
	take(FieldName, &c.Name, other.Name)
	take(FieldGiven, &c.GivenName, other.GivenName)
	take(FieldFamily, &c.FamilyName, other.FamilyName)
	take(FieldOrganisation, &c.Organisation, other.Organisation)
	take(FieldEmail, &c.Email, other.Email)
	take(FieldPhone, &c.Phone, other.Phone)
	if c.Street == "" && c.Postcode == "" && c.City == "" && other.hasAddress() {
		c.Street, c.Postcode, c.City, c.Country = other.Street, other.Postcode, other.City, other.Country
		filled = append(filled, FieldAddress)
	}
	take(FieldCountry, &c.Country, other.Country)
	take(FieldLanguage, &c.Language, other.Language)
	if c.BirthDate.IsZero() && !other.BirthDate.IsZero() {
		c.BirthDate = other.BirthDate
		filled = append(filled, FieldBirthDate)
	}
	if c.Marketing == MarketingUnknown && other.Marketing != MarketingUnknown {
		c.Marketing, c.UnsubscribedAt = other.Marketing, other.UnsubscribedAt
		filled = append(filled, FieldMarketing)
	}
	for _, f := range other.Extra.Fields() {
		if c.Extra.Get(f) == "" {
			c.Extra = c.Extra.With(f, other.Extra.Get(f))
			filled = append(filled, f)
		}
	}
	return filled
}

// Clear empties a field; FieldAddress empties the whole address.
func (c *Contact) Clear(f Field) {
	switch f {
	case FieldNumber:
		c.CustomerNumber = ""
	case FieldName:
		c.Name = ""
	case FieldGiven:
		c.GivenName = ""
	case FieldFamily:
		c.FamilyName = ""
	case FieldOrganisation:
		c.Organisation = ""
	case FieldEmail:
		c.Email = ""
	case FieldPhone:
		c.Phone = ""
	case FieldAddress:
		c.Street, c.Postcode, c.City, c.Country = "", "", "", ""
	case FieldStreet:
		c.Street = ""
	case FieldPostcode:
		c.Postcode = ""
	case FieldCity:
		c.City = ""
	case FieldCountry:
		c.Country = ""
	case FieldLanguage:
		c.Language = ""
	case FieldBirthDate:
		c.BirthDate = Date{}
	case FieldMarketing:
		c.Marketing, c.UnsubscribedAt = MarketingUnknown, time.Time{}
	default:
		if f.IsOwn() {
			c.Extra = c.Extra.With(f, "")
		}
	}
}

// Without is c without the values of some fields, for a reader who may not see them.
func (c Contact) Without(fields []Field) Contact {
	for _, f := range fields {
		c.Clear(f)
	}
	return c
}

func (c Contact) hasAddress() bool { return c.Street != "" || c.Postcode != "" || c.City != "" }

// searchText is the folded text a search looks into: any part of name, mail,
// phone, postcode, city and customer number.
func (c Contact) searchText() string {
	parts := []string{c.Name, c.Organisation, c.Email, c.Phone, c.Postcode, c.City, c.CustomerNumber}
	if !strings.Contains(c.Name, c.GivenName) || !strings.Contains(c.Name, c.FamilyName) {
		parts = append(parts, c.GivenName, c.FamilyName)
	}
	if joined := strings.ReplaceAll(c.Postcode, " ", ""); joined != c.Postcode {
		parts = append(parts, joined)
	}
	kept := parts[:0]
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return Fold(strings.Join(kept, "\n"))
}
