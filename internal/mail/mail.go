// Package mail sends mail through the firm's SMTP server.
//
// It carries alerts to responders when Slack is silent or not used, and is meant
// for every other mail the program writes. A failed sending says through
// alert.SendError whether trying again can help. Errors never hold an address or
// the server's own words, because servers repeat the recipient in them.
package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net"
	"net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"clepsydra/internal/alert"
	"clepsydra/internal/fault"
)

// Errors of the settings and of messages that cannot be sent as they are.
var (
	ErrNoHost     = fault.New(fault.Invalid, "alert.mail_no_host").At("host")
	ErrBadPort    = fault.New(fault.Invalid, "alert.mail_bad_port").At("port")
	ErrBadFrom    = fault.New(fault.Invalid, "alert.mail_bad_from").At("from")
	ErrBadTLS     = fault.New(fault.Invalid, "alert.mail_bad_tls").At("tls")
	ErrBadAddress = fault.New(fault.Invalid, "alert.mail_bad_address").At("to")
	ErrBadHeader  = fault.New(fault.Invalid, "alert.mail_bad_header")
)

// TLSMode says how the connection to the server is protected.
type TLSMode string

// The modes. Mandatory never sends in clear (STARTTLS, or TLS from the start on
// port 465); Opportunistic encrypts when the server can; None is for a server on
// this machine only.
const (
	TLSMandatory     TLSMode = "mandatory"
	TLSOpportunistic TLSMode = "opportunistic"
	TLSNone          TLSMode = "none"
)

// implicitTLSPort is where servers speak TLS from the first byte.
const implicitTLSPort = 465

// sendTimeout is how long one conversation with the server may take.
const sendTimeout = 20 * time.Second

// Config are the settings of the SMTP server. The zero TLS mode is mandatory.
type Config struct {
	Host     string
	Port     int
	User     string // empty: no authentication
	Password string // secret
	From     string // address, or "Name <address>"
	TLS      TLSMode
	Roots    *x509.CertPool // nil: those of the system
}

// String shows the settings without the password.
func (c Config) String() string {
	return fmt.Sprintf("mail.Config{%s:%d %s}", c.Host, c.Port, c.TLS)
}

// GoString shows the settings without the password.
func (c Config) GoString() string { return c.String() }

// LogValue keeps the password out of the log.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }

// Check reports the first setting that cannot work.
func (c Config) Check() error {
	if strings.TrimSpace(c.Host) == "" || strings.ContainsAny(c.Host, " \r\n/") {
		return ErrNoHost
	}
	if c.Port < 1 || c.Port > 65535 {
		return ErrBadPort
	}
	if _, err := mail.ParseAddress(c.From); err != nil || hasBreak(c.From) {
		return ErrBadFrom
	}
	switch c.TLS {
	case "", TLSMandatory, TLSOpportunistic:
		return nil
	case TLSNone:
		if isLoopback(c.Host) {
			return nil
		}
	}
	return ErrBadTLS
}

// Sender sends mails one by one; each opens its own connection. It is safe for
// several goroutines.
type Sender struct {
	cfg Config
}

// New makes a sender. It does not connect.
func New(cfg Config) (*Sender, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	return &Sender{cfg: cfg}, nil
}

// Send hands one mail to the server. nil means that the server took it. The error
// is an *alert.SendError: Permanent when the mail, the recipient or the settings
// are refused, Temporary for everything that may pass.
func (s *Sender) Send(ctx context.Context, m Message) error {
	msg, err := m.build(s.cfg.From)
	if err != nil {
		return alert.Stop("message", err)
	}
	client, err := s.client()
	if err != nil {
		return alert.Stop("settings", fmt.Errorf("mail settings: %w", err))
	}
	conn, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return connectFailure(err)
	}
	err = client.SendWithSMTPClient(conn, msg)
	// The server has the mail or it has not: how the farewell went does not count,
	// or a delivered mail would be sent again.
	_ = client.CloseWithSMTPClient(conn)
	if err != nil && !msg.IsDelivered() {
		return sendFailure(err)
	}
	return nil
}

// Test connects, encrypts and signs in without sending anything. The error is an
// *alert.SendError.
func (s *Sender) Test(ctx context.Context) error {
	client, err := s.client()
	if err != nil {
		return alert.Stop("settings", fmt.Errorf("mail settings: %w", err))
	}
	conn, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return connectFailure(err)
	}
	_ = client.CloseWithSMTPClient(conn) // the test was to get this far
	return nil
}

// client makes go-mail's client with our settings.
func (s *Sender) client() (*gomail.Client, error) {
	opts := []gomail.Option{
		gomail.WithPort(s.cfg.Port),
		gomail.WithTimeout(sendTimeout),
		gomail.WithTLSConfig(&tls.Config{ServerName: s.cfg.Host, MinVersion: tls.VersionTLS12, RootCAs: s.cfg.Roots}),
	}
	switch {
	case s.cfg.TLS == TLSNone:
		opts = append(opts, gomail.WithTLSPolicy(gomail.NoTLS))
	case s.cfg.Port == implicitTLSPort:
		opts = append(opts, gomail.WithSSL())
	case s.cfg.TLS == TLSOpportunistic:
		opts = append(opts, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	default:
		opts = append(opts, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if s.cfg.User != "" {
		auth := gomail.SMTPAuthAutoDiscover
		if s.cfg.TLS == TLSNone {
			auth = gomail.SMTPAuthPlainNoEnc // never leaves this machine
		}
		opts = append(opts, gomail.WithSMTPAuth(auth), gomail.WithUsername(s.cfg.User), gomail.WithPassword(s.cfg.Password))
	}
	return gomail.NewClient(s.cfg.Host, opts...)
}

// isLoopback reports whether host is this machine.
func isLoopback(host string) bool {
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
