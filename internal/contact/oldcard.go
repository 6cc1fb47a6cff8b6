package contact

import (
	"io"
	"mime/quotedprintable"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
)

// plainProperty writes a line of a card as version 3.0 writes it: parameters with
// their names, the value decoded. It returns nothing for a line that is no property
// and for properties nobody here needs: pictures, sounds, keys.
func plainProperty(line string) string {
	head, value, found := cutOutsideQuotes(line)
	if !found {
		return ""
	}
	names := strings.Split(head, ";")
	name := strings.ToUpper(names[0])
	if _, behind, grouped := strings.Cut(name, "."); grouped {
		name = behind
	}
	switch name {
	case "PHOTO", "LOGO", "SOUND", "KEY", "AGENT", "BEGIN", "END":
		return ""
	}
	out := names[0]
	coded, charset := "", ""
	for _, p := range names[1:] {
		key, v, named := strings.Cut(p, "=")
		key = strings.ToUpper(strings.TrimSpace(key))
		if !named {
			switch key {
			case "QUOTED-PRINTABLE", "BASE64", "8BIT", "7BIT":
				key, v = "ENCODING", key
			case "":
				continue
			default:
				key, v = "TYPE", strings.ToLower(key)
			}
		}
		switch key {
		case "ENCODING":
			coded = strings.ToUpper(v)
		case "CHARSET":
			charset = v
		default:
			out += ";" + key + "=" + v
		}
	}
	switch coded {
	case "QUOTED-PRINTABLE":
		value = decodeQuoted(value, charset)
	case "B", "BASE64":
		return ""
	}
	return out + ":" + value
}

// cutOutsideQuotes parts a line at its first colon that is not inside the quotes
// of a parameter.
func cutOutsideQuotes(s string) (head, value string, found bool) {
	quoted := false
	for i := range len(s) {
		switch s[i] {
		case '"':
			quoted = !quoted
		case ':':
			if !quoted {
				return s[:i], s[i+1:], i > 0
			}
		}
	}
	return "", "", false
}

func isQuotedPrintable(line string) bool {
	head, _, found := cutOutsideQuotes(line)
	return found && strings.Contains(strings.ToUpper(head), "QUOTED-PRINTABLE")
}

// decodeQuoted decodes each component of a value: a semicolon that was encoded is
// part of the text, one that was not parts it.
func decodeQuoted(value, charset string) string {
	parts := strings.Split(value, ";")
	for i, p := range parts {
		raw, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(p)))
		if err != nil && len(raw) == 0 {
			continue // not encoded after all
		}
		text := inCharset(raw, charset)
		parts[i] = strings.NewReplacer("\r\n", `\n`, "\n", `\n`, "\r", `\n`, ";", `\;`).Replace(text)
	}
	return strings.Join(parts, ";")
}

// inCharset reads bytes as the card says, else as UTF-8, else as Windows-1252.
func inCharset(raw []byte, charset string) string {
	if charset != "" && !strings.EqualFold(charset, "utf-8") {
		if e, err := htmlindex.Get(charset); err == nil {
			if text, err := e.NewDecoder().Bytes(raw); err == nil {
				return string(text)
			}
		}
	}
	if utf8.Valid(raw) {
		return string(raw)
	}
	text, err := charmap.Windows1252.NewDecoder().Bytes(raw)
	if err != nil {
		return strings.ToValidUTF8(string(raw), "")
	}
	return string(text)
}
