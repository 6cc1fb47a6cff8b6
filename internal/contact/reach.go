package contact

import (
	"strings"

	"golang.org/x/net/idna"
)

// MailKey is the form in which two spellings of a mail address are compared: trimmed,
// in small letters, the domain as the network writes it. Empty for what has no "@".
func MailKey(s string) string {
	s = strings.ToLower(Clean(s))
	local, domain, ok := cutLast(s, "@")
	if !ok || local == "" || domain == "" {
		return ""
	}
	domain = strings.TrimSuffix(domain, ".")
	if ascii, err := idna.Lookup.ToASCII(domain); err == nil {
		domain = ascii
	}
	return local + "@" + domain
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// PhoneKey is the form in which two spellings of a telephone number are compared:
// E.164 where it can be read, else its digits. country is where a number without a
// country code belongs. Empty for what is no number.
func PhoneKey(s, country string) string {
	s = Clean(s)
	if s == "" || len(digitsOf(s)) < 5 {
		return ""
	}
	if isE164(s) {
		return s
	}
	if number, warning := parsePhone(s, country); warning == "" {
		return number
	}
	return digitsOf(s)
}

func isE164(s string) bool {
	return len(s) >= 8 && len(s) <= 16 && s[0] == '+' && s[1] != '0' && isDigits(s[1:])
}

// PostalKey is the form in which two spellings of a name at an address are compared.
// Empty unless name (or organisation), postcode and street are known.
func PostalKey(c Contact) string {
	name := sortedWords(c.Name)
	if name == "" {
		name = sortedWords(c.Organisation)
	}
	street, code := foldKey(c.Street), foldKey(c.Postcode)
	if name == "" || street == "" || code == "" {
		return ""
	}
	return name + "\n" + code + "\n" + street
}
