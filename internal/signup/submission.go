package signup

import (
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"

	"clepsydra/internal/contact"
	"clepsydra/internal/fault"
	"clepsydra/internal/processing"
)

// What a visitor may have got wrong.
var (
	ErrMail       = fault.New(fault.Invalid, "signup.mail_wrong").At("email")
	ErrValue      = fault.New(fault.Invalid, "signup.value_missing")
	ErrLong       = fault.New(fault.Invalid, "signup.value_too_long")
	ErrBirth      = fault.New(fault.Invalid, "signup.birth_wrong").At("birth_date")
	ErrKind       = fault.New(fault.Invalid, "signup.value_wrong")
	ErrForbidden  = fault.New(fault.Invalid, "signup.value_forbidden") // Art. 87, 5(1)(c); national law
	ErrNotRead    = fault.New(fault.Invalid, "signup.notice_unread").At("read")
	ErrNothing    = fault.New(fault.Invalid, "signup.nothing_ticked").At("boxes")
	ErrNotOffered = fault.New(fault.Invalid, "signup.not_offered").At("boxes")
	ErrTooYoung   = fault.New(fault.Invalid, "signup.too_young").At("birth_date")
	ErrNeedsValue = fault.New(fault.Invalid, "signup.channel_needs")
)

// mostValue is the longest value, in characters.
const mostValue = 200

// Typed is what a visitor sent. Values are by field; an address by its parts.
type Typed struct {
	Language string
	Values   map[contact.Field]string
	Ticked   []string // keys of boxes
	Read     bool     // has read the privacy notice
}

// Submission is what waits for the click in the mail. Boxes are keys; all of them
// were shown.
type Submission struct {
	Language string                   `json:"language"`
	Values   map[contact.Field]string `json:"values"`
	Boxes    []string                 `json:"boxes,omitempty"`
	// Notice is the permanent address of the privacy statement that stood beside the
	// form, with its hash; empty: only the address of the form's version is known.
	Notice string `json:"notice,omitempty"`
}

// Inputs lists the fields that a page shows for an asked field: an address has four.
func Inputs(f contact.Field) []contact.Field {
	if f == contact.FieldAddress {
		return []contact.Field{contact.FieldStreet, contact.FieldPostcode, contact.FieldCity, contact.FieldCountry}
	}
	return []contact.Field{f}
}

// Take checks what a visitor sent against the version he was shown. Nothing is kept
// that was not asked, and nobody agrees to a box that was not on his page. country is
// the firm's, for whoever gives none; age tells from how many years on somebody there
// may agree by himself. The faults are a fault.List.
func (v Version) Take(r processing.Record, t Typed, age func(country string) int, country string, today contact.Date) (Submission, error) {
	var l fault.List
	s := Submission{Language: v.Definition.Speaks(t.Language), Values: map[contact.Field]string{}}
	for _, a := range v.Definition.Fields {
		f, _ := declared(r, a.Field)
		for _, in := range Inputs(a.Field) {
			value := contact.Clean(t.Values[in])
			needed := a.Required && !(a.Field == contact.FieldAddress && in == contact.FieldCountry)
			if err := checkValue(in, f, value, needed, today); err != nil {
				l.Add(err)
			} else if value != "" {
				s.Values[in] = value
			}
		}
	}
	s.Values[contact.FieldEmail] = strings.ToLower(s.Values[contact.FieldEmail])
	if home := s.Values[contact.FieldCountry]; len(home) == 2 {
		country = strings.ToUpper(home)
		s.Values[contact.FieldCountry] = country
	} else {
		delete(s.Values, contact.FieldCountry)
	}
	if phone := s.Values[contact.FieldPhone]; phone != "" {
		number := contact.PhoneKey(phone, country)
		if number == "" {
			l.Add(ErrKind.At(string(contact.FieldPhone)))
		}
		if strings.HasPrefix(number, "+") {
			s.Values[contact.FieldPhone] = number
		}
	}
	if years := age(country); IsTooYoung(parseDay(s.Values[contact.FieldBirthDate]), years, today) {
		l.Add(ErrTooYoung.With("Age", years))
	}
	v.takeBoxes(&l, &s, r, t)
	if !t.Read {
		l.Add(ErrNotRead)
	}
	return s, l.OrNil()
}

func (v Version) takeBoxes(l *fault.List, s *Submission, r processing.Record, t Typed) {
	for _, key := range t.Ticked {
		b, ok := v.Box(key)
		p, known := r.Purpose(b.Purpose)
		switch {
		case !ok || !known || !p.IsInUse():
			l.Add(ErrNotOffered)
		case b.Channel != processing.ByMail && !s.has(b.Channel):
			l.Add(ErrNeedsValue.At("box_" + key))
		case !slices.Contains(s.Boxes, key):
			s.Boxes = append(s.Boxes, key)
		}
	}
	if len(t.Ticked) == 0 && v.Definition.For == "" {
		l.Add(ErrNothing)
	}
}

// has reports whether the values tell how to reach somebody that way.
func (s Submission) has(c processing.Channel) bool {
	switch c {
	case processing.ByPhone, processing.BySMS:
		return s.Values[contact.FieldPhone] != ""
	case processing.ByPost:
		return s.Values[contact.FieldStreet] != "" && s.Values[contact.FieldPostcode] != "" && s.Values[contact.FieldCity] != ""
	}
	return s.Values[contact.FieldEmail] != ""
}

func checkValue(in contact.Field, f processing.Field, value string, needed bool, today contact.Date) *fault.Error {
	at := string(in)
	switch {
	case value == "" && !needed:
		return nil
	case value == "":
		return ErrValue.At(at)
	case len([]rune(value)) > mostValue:
		return ErrLong.At(at).With("Max", mostValue)
	case in != contact.FieldEmail && contact.HoldsSecret(value):
		return ErrForbidden.At(at)
	case in == contact.FieldEmail && !IsAddress(value):
		return ErrMail
	case in == contact.FieldBirthDate:
		if d := parseDay(value); d.IsZero() || d.After(today) || d.Year < 1900 {
			return ErrBirth
		}
	case in.IsOwn() && !fits(f, value):
		return ErrKind.At(at)
	}
	return nil
}

// fits reports whether a value is of the kind the firm declared.
func fits(f processing.Field, value string) bool {
	switch f.Kind {
	case processing.KindNumber:
		_, err := strconv.ParseFloat(strings.ReplaceAll(value, ",", "."), 64)
		return err == nil
	case processing.KindDate:
		return !parseDay(value).IsZero()
	case processing.KindYesNo:
		return value == "yes" || value == "no"
	case processing.KindChoice:
		return slices.Contains(f.Choices, value)
	}
	return true
}

// IsAddress reports whether s is one bare mail address that a server can take.
func IsAddress(s string) bool {
	a, err := mail.ParseAddress(s)
	if err != nil || a.Name != "" || a.Address != s || len(s) > 254 || strings.ContainsAny(s, " <>\"\r\n\x00") {
		return false
	}
	_, domain, _ := strings.Cut(s, "@")
	return strings.Contains(strings.Trim(domain, "."), ".") && !strings.HasPrefix(domain, ".") && !strings.HasSuffix(domain, ".")
}

func parseDay(s string) contact.Date {
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return contact.Date{}
	}
	return contact.DateOf(d)
}

// Contact is the person the values describe. It has no identifier yet.
func (s Submission) Contact() contact.Contact {
	get := func(f contact.Field) string { return s.Values[f] }
	c := contact.Contact{
		Email: get(contact.FieldEmail), Name: get(contact.FieldName), GivenName: get(contact.FieldGiven), FamilyName: get(contact.FieldFamily),
		Organisation: get(contact.FieldOrganisation), Phone: get(contact.FieldPhone), CustomerNumber: get(contact.FieldNumber),
		Street: get(contact.FieldStreet), Postcode: get(contact.FieldPostcode), City: get(contact.FieldCity), Country: get(contact.FieldCountry),
		Language: s.Language, BirthDate: parseDay(get(contact.FieldBirthDate)),
	}
	if c.Name == "" {
		c.Name = strings.TrimSpace(c.GivenName + " " + c.FamilyName)
	}
	own := map[contact.Field]string{}
	for f, value := range s.Values {
		if f.IsOwn() {
			own[f] = value
		}
	}
	c.Extra = contact.ExtraOf(own)
	return c
}
