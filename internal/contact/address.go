package contact

import (
	"regexp"
	"strings"
)

// postal is an address as it goes on an envelope.
type postal struct {
	street, postcode, city, country string
}

// addressForms are compiled once per file.
type addressForms struct {
	codeCity *regexp.Regexp // "3000 Leuven", "B-3000 Leuven", "1234 AB Amsterdam"
	code     *regexp.Regexp
	inLine   *regexp.Regexp // "Dorpsstraat 1 3000 Leuven"
	dutch    *regexp.Regexp
	places   *places
}

func newAddressForms(p *places) *addressForms {
	const code = `(?:([A-Z]{1,2})[- ])?([1-9]\d{3} ?[A-Z]{2}|\d{5}|\d{4})`
	return &addressForms{
		codeCity: regexp.MustCompile(`^(?i:` + code + `)\s+(\pL[^\d]*?(?:\s(?i:cedex)\s?\d{0,2}|\s\d{1,2})?)$`),
		code:     regexp.MustCompile(`^(?i:` + code + `)$`),
		inLine:   regexp.MustCompile(`^(.*\pL.*\s\d+\s?[\pL\d/\-]{0,4}|\d+\s?[a-z]{0,3},?\s\pL.*?)\s+((?:[A-Z]{1,2}-)?(?:[1-9]\d{3} ?[A-Z]{2}|\d{5}|\d{4})\s+\pL[^\d]*)$`),
		dutch:    regexp.MustCompile(`(?i)^([1-9]\d{3})\s?([A-Z]{2})$`),
		places:   p,
	}
}

// splitAddress takes an address in one cell apart. sure is false when parts had
// to be guessed; ok is false when it could not be done and nothing is lost by
// keeping the cell as it is.
func (a *addressForms) splitAddress(s string) (p postal, sure, ok bool) {
	parts := addressParts(s)
	if n := len(parts); n > 1 {
		if c := a.places.country(parts[n-1]); c != "" {
			p.country, parts = c, parts[:n-1]
		}
	}
	for i := len(parts) - 1; i > 0; i-- {
		if a.code.MatchString(parts[i]) {
			continue // "6211 GM" is a Dutch postcode, not the town of Gm
		}
		if m := a.codeCity.FindStringSubmatch(parts[i]); m != nil {
			p.street = strings.Join(parts[:i], ", ")
			p.city = m[3]
			a.setCode(&p, m[1], m[2])
			return p, i == len(parts)-1, i == len(parts)-1
		}
	}
	if len(parts) == 1 {
		if m := a.inLine.FindStringSubmatch(parts[0]); m != nil {
			mc := a.codeCity.FindStringSubmatch(m[2])
			if mc == nil {
				return p, false, false
			}
			p.street, p.city = strings.TrimSuffix(strings.TrimSpace(m[1]), ","), mc[3]
			a.setCode(&p, mc[1], mc[2])
			return p, true, true
		}
		return p, false, false
	}
	return a.codeApart(p, parts)
}

// codeApart reads parts in which the postcode stands alone: town before it as in
// American order (with or without a region), or behind it.
func (a *addressForms) codeApart(p postal, parts []string) (postal, bool, bool) {
	for i := len(parts) - 1; i > 0; i-- {
		m := a.code.FindStringSubmatch(parts[i])
		if m == nil {
			continue
		}
		switch {
		case i == len(parts)-1 && i >= 2:
			p.city = parts[i-1]
			p.street = strings.Join(parts[:i-1], ", ")
			if i > 2 && !strings.ContainsAny(parts[i-2], "0123456789") {
				// street, town, region, postcode
				p.city, p.street = parts[i-2], strings.Join(parts[:i-2], ", ")
			}
		case i == len(parts)-2:
			p.city, p.street = parts[i+1], strings.Join(parts[:i], ", ")
		default:
			return p, false, false
		}
		a.setCode(&p, m[1], m[2])
		return p, i < 3, true
	}
	return p, false, false
}

// addressParts cuts at line ends, at double spaces (Mailchimp) or at commas.
func addressParts(s string) []string {
	s = strings.NewReplacer("\r\n", "  ", "\n", "  ", "\r", "  ", "\t", "  ").Replace(s)
	sep := ","
	if strings.Contains(strings.TrimSpace(s), "  ") {
		sep = "  "
	}
	var parts []string
	for _, p := range strings.Split(s, sep) {
		if p = Clean(strings.Trim(p, " ,")); p != "" {
			parts = append(parts, p)
		}
	}
	return parts
}

func splitsAsAddress(s string) bool {
	return strings.ContainsAny(s, ",\n") || strings.Contains(s, "  ")
}

// setCode sets the postcode and what its prefix or form says about the country.
func (a *addressForms) setCode(p *postal, prefix, code string) {
	p.postcode = a.tidyCode(code)
	if c := a.places.country(prefix); c != "" && p.country == "" && prefix != "" {
		p.country = c
	}
}

// tidyCode writes a Dutch postcode as "1234 AB" and leaves others alone.
func (a *addressForms) tidyCode(code string) string {
	if m := a.dutch.FindStringSubmatch(code); m != nil {
		return m[1] + " " + strings.ToUpper(m[2])
	}
	return code
}

// splitCode takes "B-3000" apart.
func (a *addressForms) splitCode(s string) (code, country string) {
	m := a.code.FindStringSubmatch(s)
	if m == nil {
		return s, ""
	}
	if m[1] != "" {
		country = a.places.country(m[1])
	}
	return a.tidyCode(m[2]), country
}

// fitsCountry reports whether a postcode can be one of that country; it judges
// only the countries it knows.
func (a *addressForms) fitsCountry(code, country string) bool {
	switch country {
	case "BE", "LU", "AT", "CH":
		return len(code) == 4 && isDigits(code)
	case "DE", "FR", "ES", "IT":
		return len(code) == 5 && isDigits(code)
	case "NL":
		return a.dutch.MatchString(code)
	}
	return true
}

// padCode gives back the zeros that a spreadsheet took from a postcode.
func padCode(code, country string) string {
	if (country == "DE" || country == "FR" || country == "ES" || country == "IT") && len(code) == 4 && isDigits(code) {
		return "0" + code
	}
	return code
}

// streetParts is a street as files with separate columns write it.
type streetParts struct {
	street, number, box, country, language string
}

// join puts street, number and box together as they are written there: number
// first in France, "bus" or "bte" before a Belgian box.
func (s streetParts) join() string {
	line := s.street
	switch {
	case s.number == "" || hasWord(line, s.number):
	case line == "":
		line = s.number
	case s.country == "FR":
		line = s.number + " " + line
	default:
		line += " " + s.number
	}
	switch {
	case s.box == "" || line == "":
		return line
	case s.country == "BE" && s.language == "fr" && isDigits(s.box):
		return line + " bte " + s.box
	case s.country == "BE" && isDigits(s.box):
		return line + " bus " + s.box
	}
	return line + " " + s.box
}

func hasWord(s, word string) bool {
	for _, w := range strings.Fields(s) {
		if strings.EqualFold(strings.Trim(w, ","), word) {
			return true
		}
	}
	return false
}
