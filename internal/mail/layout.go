package mail

import (
	"fmt"
	htmltemplate "html/template"
	"io/fs"
	"strings"
	texttemplate "text/template"

	"clepsydra/internal/alert"
)

// Page is what a mail says, before its form. Every field is plain text; the
// layouts escape it.
type Page struct {
	Language string // nl, fr, de or en
	Firm     string // shown above; empty: the product's name
	Title    string
	Lead     string
	Facts    []alert.Fact
	Progress string
	ListHead string
	List     []string
	Button   string // label of the link; empty: no link
	Link     string
	Footer   string
	Stop     string // label of the link that ends such mails; empty: no link
	StopLink string
}

// Layouts are the two forms of a mail, parsed once at start.
type Layouts struct {
	html *htmltemplate.Template
	text *texttemplate.Template
}

// ParseLayouts reads mail/notice.html and mail/notice.txt from the folder of
// templates. A missing or broken file is an error: the program does not start.
func ParseLayouts(templates fs.FS) (*Layouts, error) {
	html, err := htmltemplate.New("notice.html").Option("missingkey=error").ParseFS(templates, "mail/notice.html")
	if err != nil {
		return nil, fmt.Errorf("parse mail layout: %w", err)
	}
	text, err := texttemplate.New("notice.txt").Option("missingkey=error").ParseFS(templates, "mail/notice.txt")
	if err != nil {
		return nil, fmt.Errorf("parse mail layout: %w", err)
	}
	return &Layouts{html: html, text: text}, nil
}

// Render fills both forms of a page.
func (l *Layouts) Render(p Page) (text, html string, err error) {
	var t, h strings.Builder
	if err := l.text.Execute(&t, p); err != nil {
		return "", "", fmt.Errorf("render mail text: %w", err)
	}
	if err := l.html.Execute(&h, p); err != nil {
		return "", "", fmt.Errorf("render mail html: %w", err)
	}
	return t.String(), h.String(), nil
}

// Alert makes the mail of an alert for one responder: the same allowed fields as
// in Slack, refused in the same way. key (a reminder's identifier) makes the
// message ID, so that a repeated sending is the same mail.
func (l *Layouts) Alert(a alert.Alert, tr alert.Translator, to Recipient) (Message, error) {
	if err := a.Check(); err != nil {
		return Message{}, alert.Stop("not_allowed", err)
	}
	text := alert.Compose(a, tr)
	plain, html, err := l.Render(Page{
		Language: a.Language, Firm: to.Firm, Title: text.Title, Lead: text.Lead, Facts: text.Facts,
		Progress: text.Progress, ListHead: text.MissingHead, List: text.Missing,
		Button: text.Open, Link: text.Link, Footer: text.Footer,
	})
	if err != nil {
		return Message{}, err
	}
	m := Message{To: to.Address, Subject: text.Title, Text: plain, HTML: html}
	if to.Key != "" {
		m.MessageID = IDFor(to.Key, to.From)
	}
	return m, nil
}

// Recipient says to whom an alert goes and as what: Key is the identifier of the
// reminder and person, the same for every attempt; From is the sender's address.
type Recipient struct {
	Address string
	Firm    string
	Key     string
	From    string
}
