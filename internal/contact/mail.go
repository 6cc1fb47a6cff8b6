package contact

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// parseMail reads the first mail address of a cell: bare, with mailto:, or in
// angle brackets behind a name. several says that more followed. It checks the
// form only; an address in another script is as good as any.
func parseMail(s string) (address string, several, ok bool) {
	s = strings.TrimSpace(s)
	if i := strings.IndexByte(s, '<'); i >= 0 {
		if j := strings.IndexByte(s[i:], '>'); j > 0 {
			s = s[i+1 : i+j]
		}
	}
	if len(s) > 7 && strings.EqualFold(s[:7], "mailto:") {
		s = s[7:]
	}
	parts := strings.FieldsFunc(s, func(r rune) bool { return r == ';' || r == ',' || r == ' ' || r == '|' })
	if len(parts) == 0 {
		return "", false, s == ""
	}
	for _, p := range parts[1:] {
		if !strings.Contains(p, "@") {
			return "", false, false
		}
	}
	if !isMail(parts[0]) {
		return "", false, false
	}
	return parts[0], len(parts) > 1, true
}

// isMail checks the form of one address by the limits of RFC 5321 and what mail
// servers take in practice.
func isMail(s string) bool {
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at > 64 || len(s) > 254 || !utf8.ValidString(s) {
		return false
	}
	local, domain := s[:at], s[at+1:]
	if local[0] == '.' || local[len(local)-1] == '.' || strings.Contains(local, "..") {
		return false
	}
	for _, r := range local {
		if r <= ' ' || r == 0x7F || unicode.IsSpace(r) || isHidden(r) || strings.ContainsRune(`()<>[]:;@\,"`, r) {
			return false
		}
	}
	labels := strings.Split(domain, ".")
	if len(labels) < 2 {
		return false
	}
	for _, l := range labels {
		if !isDomainLabel(l) {
			return false
		}
	}
	return !isDigits(labels[len(labels)-1]) && utf8.RuneCountInString(labels[len(labels)-1]) >= 2
}

func isDomainLabel(l string) bool {
	if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' {
		return false
	}
	for _, r := range l {
		if r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.M, r) {
			return false
		}
	}
	return true
}

// IsMail reports whether s is a mail address that can be written to.
func IsMail(s string) bool { return isMail(s) }
