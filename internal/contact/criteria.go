package contact

import (
	"strconv"
	"strings"
	"time"
)

// Answer is what a yes-or-no criterion asks for; the zero value does not narrow.
type Answer string

// The answers.
const (
	Either Answer = ""
	Yes    Answer = "yes"
	No     Answer = "no"
)

// Unknown as a country or language means those for whom none is known.
const Unknown = "-"

// Criteria narrow the customer file to some people. All of them hold together;
// a zero field does not narrow, so zero Criteria mean everybody.
type Criteria struct {
	ImportID     ImportID `json:"import,omitempty"`        // people this import created or found
	Country      string   `json:"country,omitempty"`       // ISO 3166-1 alpha-2, or Unknown
	Language     string   `json:"language,omitempty"`      // nl, fr, de, en, or Unknown
	PostcodeFrom string   `json:"postcode_from,omitempty"` // the first postcode or the beginning of one
	PostcodeTo   string   `json:"postcode_to,omitempty"`   // the last one; "30" takes all that begin with 30
	CreatedFrom  string   `json:"created_from,omitempty"`  // first day, 2006-01-02 in UTC
	CreatedTo    string   `json:"created_to,omitempty"`    // last day, 2006-01-02 in UTC
	BirthFrom    int      `json:"birth_from,omitempty"`    // first year; people without a birth date are out
	BirthTo      int      `json:"birth_to,omitempty"`      // last year
	Unsubscribed Answer   `json:"unsubscribed,omitempty"`
	Mail         Answer   `json:"mail,omitempty"`  // has a mail address
	Post         Answer   `json:"post,omitempty"`  // a letter can be addressed
	Phone        Answer   `json:"phone,omitempty"` // has a telephone number
	Minor        Answer   `json:"minor,omitempty"` // under eighteen; an unknown birth date is not a minor
}

// IsZero reports whether the criteria mean everybody.
func (c Criteria) IsZero() bool { return c == Criteria{} }

// Normal returns the criteria as they are compared: postcodes in capitals without
// blanks, ranges the right way round, values that are none taken out.
func (c Criteria) Normal() Criteria {
	c.Country = normalCode(c.Country, strings.ToUpper)
	c.Language = normalCode(c.Language, strings.ToLower)
	c.PostcodeFrom, c.PostcodeTo = postcodeKey(c.PostcodeFrom), postcodeKey(c.PostcodeTo)
	c.CreatedFrom, c.CreatedTo = realDay(c.CreatedFrom), realDay(c.CreatedTo)
	c.BirthFrom, c.BirthTo = realYear(c.BirthFrom), realYear(c.BirthTo)
	if c.CreatedFrom != "" && c.CreatedTo != "" && c.CreatedFrom > c.CreatedTo {
		c.CreatedFrom, c.CreatedTo = c.CreatedTo, c.CreatedFrom
	}
	if c.BirthFrom != 0 && c.BirthTo != 0 && c.BirthFrom > c.BirthTo {
		c.BirthFrom, c.BirthTo = c.BirthTo, c.BirthFrom
	}
	for _, a := range []*Answer{&c.Unsubscribed, &c.Mail, &c.Post, &c.Phone, &c.Minor} {
		if *a != Yes && *a != No {
			*a = Either
		}
	}
	return c
}

func normalCode(s string, fold func(string) string) string {
	s = fold(strings.TrimSpace(s))
	if s == Unknown || len(s) == 2 && isASCII(s) {
		return s
	}
	return ""
}

// postcodeLength is how much of a postcode is compared: all of it everywhere in
// Europe.
const postcodeLength = 8

// postcodeKey is the form in which postcodes are compared.
func postcodeKey(s string) string {
	s = strings.ToUpper(strings.ReplaceAll(strings.TrimSpace(s), " ", ""))
	if !isASCII(s) {
		return ""
	}
	return s[:min(len(s), postcodeLength)]
}

func realDay(s string) string {
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return ""
	}
	return s
}

func realYear(y int) int {
	if y < 1800 || y > 2999 {
		return 0
	}
	return y
}

// createdBetween are the instants of the days: from is included, to is not. A
// zero time does not narrow.
func (c Criteria) createdBetween() (from, to time.Time) {
	if t, err := time.Parse(time.DateOnly, c.CreatedFrom); err == nil {
		from = t
	}
	if t, err := time.Parse(time.DateOnly, c.CreatedTo); err == nil {
		to = t.AddDate(0, 0, 1)
	}
	return from, to
}

// adultSince is the last birthday of an adult on a day: whoever was born later is
// a minor.
func adultSince(today Date) string {
	return strconv.Itoa(today.Year-18) + today.String()[4:]
}
