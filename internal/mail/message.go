package mail

import (
	"net/mail"
	"regexp"
	"slices"
	"strings"

	gomail "github.com/wneessen/go-mail"
)

// Message is one mail to one person. Text is always there; HTML is its twin and
// may be empty. MessageID (without brackets) should be the same for every attempt,
// so that a repeat can be recognised; see IDFor.
type Message struct {
	To        string
	Subject   string
	Text      string
	HTML      string
	MessageID string
	Headers   map[string]string // further headers, never one of those set here
}

// headerName is the shape of a header name. Compiled once, only read.
var headerName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]{0,60}$`)

// messageIDShape is left@right of characters that need no quoting.
var messageIDShape = regexp.MustCompile(`^[A-Za-z0-9._+:-]+@[A-Za-z0-9.-]+$`)

// IDFor makes a message ID from the key of the thing that is sent, such as a
// reminder's identifier, and the sender's address. The same key gives the same ID.
func IDFor(key, from string) string {
	domain := "localhost"
	if a, err := mail.ParseAddress(from); err == nil {
		domain = a.Address[strings.LastIndexByte(a.Address, '@')+1:]
	}
	return key + "@" + domain
}

// build makes the mail, refusing whatever could add a header or a recipient.
func (m Message) build(from string) (*gomail.Msg, error) {
	to, err := mail.ParseAddress(m.To)
	if err != nil || hasBreak(m.To) || to.Name != "" {
		return nil, ErrBadAddress
	}
	if hasBreak(m.Subject) || m.MessageID != "" && !messageIDShape.MatchString(m.MessageID) {
		return nil, ErrBadHeader
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := msg.From(from); err != nil {
		return nil, ErrBadFrom
	}
	if err := msg.To(to.Address); err != nil {
		return nil, ErrBadAddress
	}
	msg.Subject(m.Subject)
	msg.SetDate()
	if m.MessageID != "" {
		msg.SetMessageIDWithValue(m.MessageID)
	}
	// RFC 3834: no holiday replies to a machine.
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	for name, value := range m.Headers {
		if !headerName.MatchString(name) || isOurs(name) || hasBreak(value) {
			return nil, ErrBadHeader
		}
		msg.SetGenHeader(gomail.Header(name), value)
	}
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	return msg, nil
}

// isOurs reports whether a header is set here and cannot be given from outside.
func isOurs(name string) bool {
	n := strings.ToLower(name)
	ours := []string{
		"from", "to", "cc", "bcc", "sender", "subject", "date", "message-id", "return-path", "received",
		"mime-version", "auto-submitted",
	}
	return slices.Contains(ours, n) || strings.HasPrefix(n, "content-") || strings.HasPrefix(n, "resent-")
}

// hasBreak reports whether s holds a character that ends a header line.
func hasBreak(s string) bool { return strings.ContainsAny(s, "\r\n\x00") }
