package mail_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"

	"clepsydra/internal/alert"
	"clepsydra/internal/mail"
)

func message() mail.Message {
	return mail.Message{
		To: "an@firm.example", Subject: "INC-2026-0012: délai, ÄÖÜ", Text: "Zeer dringend: één uur.\n",
		HTML: "<p>één uur</p>", MessageID: "0190-ab@firm.example", Headers: map[string]string{"X-Clepsydra": "reminder"},
	}
}

func TestMailArrivesWithBothParts(t *testing.T) {
	t.Parallel()
	s := (&server{}).start(t)
	if err := s.sender(t).Send(context.Background(), message()); err != nil {
		t.Fatal(err)
	}
	got, err := netmail.ReadMessage(bytes.NewReader(s.mails()[0]))
	if err != nil {
		t.Fatal(err)
	}
	subject, _ := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject"))
	if subject != "INC-2026-0012: délai, ÄÖÜ" || got.Header.Get("Message-Id") != "<0190-ab@firm.example>" ||
		got.Header.Get("X-Clepsydra") != "reminder" || got.Header.Get("Auto-Submitted") != "auto-generated" || got.Header.Get("Date") == "" {
		t.Errorf("headers %v", got.Header)
	}
	_, params, err := mime.ParseMediaType(got.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	parts := multipart.NewReader(got.Body, params["boundary"])
	for _, want := range []string{"text/plain|Zeer dringend: één uur.", "text/html|<p>één uur</p>"} {
		p, err := parts.NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(quotedprintable.NewReader(p))
		kind, _, _ := strings.Cut(p.Header.Get("Content-Type"), ";")
		if have := kind + "|" + strings.TrimSpace(string(body)); have != want {
			t.Errorf("part %q, want %q", have, want)
		}
	}
}

func TestMailOverTLSAndSignedIn(t *testing.T) {
	t.Parallel()
	s := (&server{secure: true, auth: true}).start(t)
	cfg := s.config()
	cfg.User, cfg.Password = "jan", "secret"
	sender, err := mail.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := sender.Test(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := sender.Send(context.Background(), message()); err != nil {
		t.Fatal(err)
	}
	if len(s.mails()) != 1 {
		t.Fatal("not delivered")
	}
}

func TestFailuresAreClassified(t *testing.T) {
	t.Parallel()
	refuse := func(code int) error {
		return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 1, 1}, Message: "an@firm.example unknown"}
	}
	cases := []struct {
		name   string
		server *server
		change func(*mail.Config)
		class  alert.Class
		reason string
	}{
		{"busy at recipient", &server{rcpt: refuse(451)}, nil, alert.Temporary, "busy"},
		{"unknown recipient", &server{rcpt: refuse(550)}, nil, alert.Permanent, "recipient"},
		{"busy at data", &server{data: refuse(452)}, nil, alert.Temporary, "busy"},
		{"refused content", &server{data: refuse(554)}, nil, alert.Permanent, "refused"},
		{"TLS not offered", &server{}, func(c *mail.Config) { c.TLS = mail.TLSMandatory }, alert.Permanent, "tls"},
		{"unknown certificate", &server{secure: true}, func(c *mail.Config) { c.Roots = nil }, alert.Permanent, "tls"},
		{"wrong password", &server{secure: true, auth: true}, func(c *mail.Config) { c.User, c.Password = "jan", "no" }, alert.Permanent, "auth"},
		{"no sign-in offered", &server{secure: true}, func(c *mail.Config) { c.User, c.Password = "jan", "secret" }, alert.Permanent, "auth"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := c.server.start(t)
			cfg := s.config()
			if c.change != nil {
				c.change(&cfg)
			}
			sender, err := mail.New(cfg)
			if err != nil {
				t.Fatal(err)
			}
			err = sender.Send(context.Background(), message())
			var failure *alert.SendError
			if !errors.As(err, &failure) || failure.Class != c.class || failure.Reason != c.reason {
				t.Fatalf("got %v", err)
			}
			if strings.Contains(err.Error(), "an@firm") || strings.Contains(err.Error(), "for jan") {
				t.Errorf("the error names a person: %v", err)
			}
			if len(s.mails()) != 0 {
				t.Error("the mail was delivered all the same")
			}
		})
	}
}

func TestServerThatIsDownIsTemporary(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	sender, err := mail.New(mail.Config{Host: "127.0.0.1", Port: port, From: "a@firm.example", TLS: mail.TLSNone})
	if err != nil {
		t.Fatal(err)
	}
	if err := sender.Send(context.Background(), message()); alert.ClassOf(err) != alert.Temporary {
		t.Fatalf("got %v", err)
	}
}

func TestServerThatHangsUpIsTemporary(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		c, err := l.Accept()
		if err == nil {
			_ = c.Close()
		}
	}()
	sender, err := mail.New(mail.Config{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, From: "a@firm.example", TLS: mail.TLSNone})
	if err != nil {
		t.Fatal(err)
	}
	if err := sender.Send(context.Background(), message()); alert.ClassOf(err) != alert.Temporary {
		t.Fatalf("got %v", err)
	}
}

func TestNothingInjectsAHeaderOrARecipient(t *testing.T) {
	t.Parallel()
	s := (&server{}).start(t)
	cases := map[string]func(*mail.Message){
		"subject":          func(m *mail.Message) { m.Subject = "x\r\nBcc: evil@example.org" },
		"bare newline":     func(m *mail.Message) { m.Subject = "x\nBcc: evil@example.org" },
		"recipient":        func(m *mail.Message) { m.To = "an@firm.example\r\nBcc: evil@example.org" },
		"two recipients":   func(m *mail.Message) { m.To = "an@firm.example, evil@example.org" },
		"named recipient":  func(m *mail.Message) { m.To = "evil <an@firm.example>" },
		"no recipient":     func(m *mail.Message) { m.To = "" },
		"message ID":       func(m *mail.Message) { m.MessageID = "a@b>\r\nX: y" },
		"header value":     func(m *mail.Message) { m.Headers = map[string]string{"X-A": "b\r\nBcc: evil@example.org"} },
		"header name":      func(m *mail.Message) { m.Headers = map[string]string{"X-A: b\r\nBcc": "evil@example.org"} },
		"header of ours":   func(m *mail.Message) { m.Headers = map[string]string{"bCC": "evil@example.org"} },
		"content header":   func(m *mail.Message) { m.Headers = map[string]string{"Content-Type": "text/html"} },
		"resent recipient": func(m *mail.Message) { m.Headers = map[string]string{"Resent-To": "evil@example.org"} },
	}
	for name, spoil := range cases {
		m := message()
		spoil(&m)
		if err := s.sender(t).Send(context.Background(), m); alert.ClassOf(err) != alert.Permanent {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(s.mails()) != 0 {
		t.Error("a spoilt mail was sent")
	}
}

func TestConfigRefusesWhatCannotWork(t *testing.T) {
	t.Parallel()
	good := mail.Config{Host: "mail.firm.example", Port: 587, From: "a@firm.example", Password: "secret"}
	with := func(change func(*mail.Config)) mail.Config {
		c := good
		change(&c)
		return c
	}
	cases := []struct {
		name string
		cfg  mail.Config
		want error
	}{
		{"good", good, nil},
		{"opportunistic", with(func(c *mail.Config) { c.TLS = mail.TLSOpportunistic }), nil},
		{"no host", with(func(c *mail.Config) { c.Host = " " }), mail.ErrNoHost},
		{"port", with(func(c *mail.Config) { c.Port = 70000 }), mail.ErrBadPort},
		{"from", with(func(c *mail.Config) { c.From = "firm" }), mail.ErrBadFrom},
		{"clear text to another machine", with(func(c *mail.Config) { c.TLS = mail.TLSNone }), mail.ErrBadTLS},
		{"unknown mode", with(func(c *mail.Config) { c.TLS = "maybe" }), mail.ErrBadTLS},
	}
	for _, c := range cases {
		if err := c.cfg.Check(); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if s := fmt.Sprintf("%v %+v %#v", good, good, good); strings.Contains(s, "secret") {
		t.Errorf("the password is printed: %s", s)
	}
}

func TestTheSameKeyGivesTheSameMessageID(t *testing.T) {
	if got := mail.IDFor("0190-ab", "Clepsydra <c@firm.example>"); got != "0190-ab@firm.example" {
		t.Errorf("got %q", got)
	}
}
