package app_test

import (
	"context"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"clepsydra/internal/app"
	"clepsydra/internal/firm"
)

// postbox is a mail server on this machine that hands over what it was given.
type postbox struct {
	t       *testing.T
	arrived chan received
}

// received is one mail as somebody reads it.
type received struct {
	to, subject, text string
	header            mail.Header
}

// withPost gives the firm of a program a mail server.
func withPost(t *testing.T, a *app.App) *postbox {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &postbox{t: t, arrived: make(chan received, 100)}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &carrier{p: p}, nil }))
	server.Domain = "localhost"
	go func() { _ = server.Serve(l) }() // ends with Close
	t.Cleanup(func() { _ = server.Close() })
	ctx := context.Background()
	f, err := a.Firms.Get(ctx, a.DB.R)
	if err != nil {
		t.Fatal(err)
	}
	at := l.Addr().(*net.TCPAddr)
	f.SMTP = firm.SMTP{Host: "127.0.0.1", Port: at.Port, From: "Hoeve Ter Linde <info@example.com>", TLS: "none"}
	if err := a.Firms.Put(ctx, a.DB.W, f); err != nil {
		t.Fatal(err)
	}
	return p
}

// next waits for a mail.
func (p *postbox) next() received {
	p.t.Helper()
	select {
	case r := <-p.arrived:
		return r
	case <-time.After(30 * time.Second):
		p.t.Fatal("no mail came")
		return received{}
	}
}

// carrier is one conversation with a sender.
type carrier struct {
	p  *postbox
	to string
}

func (*carrier) Reset()                               {}
func (*carrier) Logout() error                        { return nil }
func (*carrier) Mail(string, *smtp.MailOptions) error { return nil }
func (c *carrier) Rcpt(to string, _ *smtp.RcptOptions) error {
	c.to = to
	return nil
}

func (c *carrier) Data(r io.Reader) error {
	m, err := mail.ReadMessage(r)
	if err != nil {
		return err
	}
	text, err := plainText(m)
	if err != nil {
		return err
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		return err
	}
	c.p.arrived <- received{c.to, subject, text, m.Header}
	return nil
}

// plainText is the text twin of a mail.
func plainText(m *mail.Message) (string, error) {
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		return "", err
	}
	part, err := multipart.NewReader(m.Body, params["boundary"]).NextRawPart()
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(quotedprintable.NewReader(part))
	return string(b), err
}

var linkShape = regexp.MustCompile(`http://[^\s]+`)

// link is the path of the first address in the mail.
func (r received) link(t *testing.T, base string) string {
	t.Helper()
	path, ok := strings.CutPrefix(linkShape.FindString(r.text), base)
	if !ok {
		t.Fatalf("no link to us in %q", r.text)
	}
	return path
}
