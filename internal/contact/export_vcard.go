package contact

import (
	"io"
	"strings"
	"unicode/utf8"
)

// vcardExporter writes vCards 4.0 (RFC 6350). Whether somebody wants mailings has
// no property of its own there, so it stands in X-MARKETING; a program that does
// not know it keeps it.
type vcardExporter struct {
	w   io.Writer
	own []Field
}

func (e vcardExporter) Write(c Contact) error {
	var b strings.Builder
	line := func(name string, parts ...string) {
		if strings.Join(parts, "") == "" {
			return
		}
		for i, p := range parts {
			parts[i] = escapeVCard(p)
		}
		foldLine(&b, name+":"+strings.Join(parts, ";"))
	}
	foldLine(&b, "BEGIN:VCARD")
	foldLine(&b, "VERSION:4.0")
	line("UID", vcardUID(c.ID))
	name := c.DisplayName()
	if name == "" {
		name = c.Phone // FN must be there
	}
	foldLine(&b, "FN:"+escapeVCard(name))
	if c.GivenName+c.FamilyName != "" {
		line("N", c.FamilyName, c.GivenName, "", "", "")
	}
	line("ORG", c.Organisation)
	line("EMAIL", c.Email)
	line("TEL", c.Phone)
	if c.hasAddress() || c.Country != "" {
		line("ADR", "", "", c.Street, c.City, "", c.Postcode, c.Country)
	}
	line("LANG", c.Language)
	line("BDAY", strings.ReplaceAll(c.BirthDate.String(), "-", ""))
	line(cardNumber, c.CustomerNumber)
	line(cardMarketing, string(c.Marketing))
	line("X-UNSUBSCRIBED-AT", instantText(c.UnsubscribedAt))
	for _, f := range e.own {
		line(cardProperty(f), c.Extra.Get(f))
	}
	if !c.UpdatedAt.IsZero() {
		line("REV", c.UpdatedAt.UTC().Format("20060102T150405Z"))
	}
	foldLine(&b, "END:VCARD")
	_, err := io.WriteString(e.w, b.String())
	return err
}

func (e vcardExporter) Close() error { return nil }

func vcardUID(id ID) string {
	if id == "" {
		return ""
	}
	return "urn:uuid:" + string(id)
}

// escapeVCard writes a value so that none of its characters divides it.
func escapeVCard(s string) string {
	return strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`).Replace(s)
}

// foldLine writes a line in pieces of at most 75 bytes, never through a character.
func foldLine(b *strings.Builder, s string) {
	for most := 75; len(s) > most; most = 74 {
		cut := most
		for cut > 1 && !utf8.RuneStart(s[cut]) {
			cut--
		}
		b.WriteString(s[:cut] + "\r\n ")
		s = s[cut:]
	}
	b.WriteString(s + "\r\n")
}
