package contact

import (
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// parsePhone gives a number in E.164 form, read as one of country where it has
// no country code. A number that looks wrong is kept all the same: numbering
// plans change faster than tables. warning is empty when the number is sound.
func parsePhone(s, country string) (number string, warning faultKey) {
	first := firstPhone(s)
	if isRounded(first) {
		return "", keyPhoneRounded
	}
	if n := len(digitsOf(first)); n < 5 || n > 20 || len(first) > 40 {
		return shown(s), keyPhoneUncertain
	}
	if n := nationalPhone(first, country); n != "" {
		return n, ""
	}
	for _, attempt := range phoneAttempts(first, country) {
		parsed, err := phonenumbers.Parse(attempt, country)
		if err == nil && phonenumbers.IsValidNumber(parsed) {
			return phonenumbers.Format(parsed, phonenumbers.E164), ""
		}
	}
	parsed, err := phonenumbers.Parse(first, country)
	if err != nil || !phonenumbers.IsPossibleNumber(parsed) {
		return shown(s), keyPhoneUncertain
	}
	return phonenumbers.Format(parsed, phonenumbers.E164), keyPhoneUncertain
}

// nationalPhone reads the usual form, a national number with its zero, without
// the many patterns of the full reading. It is empty for any other form.
func nationalPhone(s, country string) string {
	switch country {
	case "BE", "NL", "FR", "DE":
	default:
		return ""
	}
	d := digitsOf(s)
	if len(d) < 9 || len(d) > 12 || d[0] != '0' || d[1] == '0' || strings.Trim(s, "0123456789 ./-") != "" {
		return ""
	}
	code := phonenumbers.GetCountryCodeForRegion(country)
	national, err := strconv.ParseUint(d[1:], 10, 64)
	if err != nil {
		return ""
	}
	code32 := int32(code)
	if !phonenumbers.IsValidNumber(&phonenumbers.PhoneNumber{CountryCode: &code32, NationalNumber: &national}) {
		return ""
	}
	return "+" + strconv.Itoa(code) + d[1:]
}

// phoneAttempts lists how a number may be meant. Spreadsheets take away a
// leading zero or plus, and people write +32 (0)16.
func phoneAttempts(s, country string) []string {
	s = strings.Replace(s, "(0)", "", 1)
	out := []string{s}
	d := digitsOf(s)
	if s[0] == '+' || d == "" || d[0] == '0' {
		return out
	}
	if code := phonenumbers.GetCountryCodeForRegion(country); code == 0 || len(d) > 9 {
		out = append(out, "+"+d)
	}
	return append(out, "0"+d)
}

// firstPhone is the first of several numbers in one cell.
func firstPhone(s string) string {
	for _, sep := range []string{" / ", ";", "|", ",", " of ", " ou ", " oder ", " or "} {
		if before, _, found := strings.Cut(s, sep); found && len(digitsOf(before)) >= 8 {
			s = before
		}
	}
	if before, after, found := strings.Cut(s, "/"); found && len(digitsOf(before)) >= 8 && len(digitsOf(after)) >= 8 {
		s = before
	}
	return strings.TrimSpace(s)
}

// isRounded recognises a number that a spreadsheet wrote with an exponent: its
// last digits are lost.
func isRounded(s string) bool {
	mantissa, exponent, found := strings.Cut(strings.ToUpper(s), "E+")
	return found && isDigits(exponent) && strings.Trim(mantissa, "0123456789.,") == ""
}
