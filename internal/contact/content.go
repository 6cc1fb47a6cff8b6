package contact

import (
	"regexp"
	"strings"
	"unicode"
)

// patterns are the shapes a value can have. They are compiled once per file.
type patterns struct {
	phone, postcode, postcodeCity, street *regexp.Regexp
	places                                *places
}

func newPatterns(p *places) *patterns {
	return &patterns{
		phone:        regexp.MustCompile(`^(\+|00)?[\d\s./()\-]{8,20}$`),
		postcode:     regexp.MustCompile(`(?i)^(?:[A-Z]{1,2}-)?(?:[1-9]\d{3}\s?[A-Z]{2}|\d{4,5})$`),
		postcodeCity: regexp.MustCompile(`(?i)^(?:[A-Z]{1,2}-)?(?:[1-9]\d{3}\s?[A-Z]{2}|\d{4,5})\s+\pL[\pL\s'’.\-/()]+$`),
		street:       regexp.MustCompile(`^\pL[\pL\s'’.\-]*\s\d+\s?\pL{0,3}\b.{0,20}$|^\d+[a-z]?,?\s(?:\pL+[\s'’.\-]?)+`),
		places:       p,
	}
}

// looksLike says which field a single value could be; FieldNone when it could be
// anything. Names are told from towns by their neighbours, not here.
func (p *patterns) looksLike(s string) Field {
	switch {
	case s == "":
		return FieldNone
	case looksLikeMail(s):
		return FieldEmail
	case strings.HasPrefix(s, "{") && strings.HasSuffix(s, "}"):
		return FieldAttributes
	case p.postcode.MatchString(s):
		return FieldPostcode
	case looksLikeDate(s):
		return FieldBirthDate
	case p.looksLikePhone(s):
		return FieldPhone
	case p.postcodeCity.MatchString(s):
		return FieldPostcodeCity
	case strings.ContainsAny(s, "0123456789") && splitsAsAddress(s):
		return FieldAddress
	case p.street.MatchString(s):
		return FieldStreet
	case isLanguageCode(s):
		return FieldLanguage
	case (len(s) > 3 || strings.ToUpper(s) == s) && p.places.country(s) != "": // An and Jo are people
		return FieldCountry
	case looksLikeWords(s):
		return FieldName
	}
	return FieldNone
}

func looksLikeMail(s string) bool {
	address, _, ok := parseMail(s)
	return ok && address != ""
}

func looksLikeDate(s string) bool {
	p, ok := dateParts(s)
	return ok && !isDigits(s) && len(p[0])+len(p[2]) >= 3
}

func (p *patterns) looksLikePhone(s string) bool {
	if !p.phone.MatchString(s) {
		return false
	}
	d := digitsOf(s)
	return len(d) >= 8 && len(d) <= 15 && (s[0] == '+' || s[0] == '0' || s[0] == '(')
}

func isLanguageCode(s string) bool {
	return len(s) <= 5 && len(s) >= 2 && languageOf(s) != ""
}

func looksLikeWords(s string) bool {
	letters := 0
	for _, r := range s {
		switch {
		case unicode.IsLetter(r) || unicode.Is(unicode.M, r):
			letters++
		case unicode.IsDigit(r):
			return false
		}
	}
	return letters >= 2
}

func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// columnLook is what most values of a column look like, and how many there are.
func (p *patterns) columnLook(values []string) (Field, int) {
	counts := map[Field]int{}
	filled := 0
	for _, v := range values {
		if v == "" {
			continue
		}
		filled++
		counts[p.looksLike(v)]++
	}
	for f, n := range counts {
		if n*10 >= filled*6 {
			return f, filled
		}
	}
	return FieldNone, filled
}
