package demo

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/mail"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
)

// Letter is one mail as it arrived.
type Letter struct {
	From, To string
	Raw      []byte
}

// Header returns a header field of the mail; empty when it cannot be read.
func (l Letter) Header(name string) string {
	m, err := mail.ReadMessage(bytes.NewReader(l.Raw))
	if err != nil {
		return ""
	}
	return m.Header.Get(name)
}

// Mailbox is a mail server on this machine that keeps what it is given.
type Mailbox struct {
	server *smtp.Server
	host   string
	port   int

	mu      sync.Mutex
	letters []Letter
}

// NewMailbox starts a mail server on a free port. Close ends it.
func NewMailbox() (*Mailbox, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("demo: mail server: %w", err)
	}
	at := l.Addr().(*net.TCPAddr)
	m := &Mailbox{host: at.IP.String(), port: at.Port}
	m.server = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &delivery{box: m}, nil }))
	m.server.Domain, m.server.MaxMessageBytes = "localhost", 32<<20
	m.server.ReadTimeout, m.server.WriteTimeout = time.Minute, time.Minute
	m.server.EnableSMTPUTF8 = true
	go func() { _ = m.server.Serve(l) }() // ends with Close
	return m, nil
}

// Host is the address the server listens on.
func (m *Mailbox) Host() string { return m.host }

// Port is the port the server listens on.
func (m *Mailbox) Port() int { return m.port }

// Close ends the server.
func (m *Mailbox) Close() error {
	if err := m.server.Close(); !errors.Is(err, smtp.ErrServerClosed) {
		return err
	}
	return nil
}

// Letters returns what arrived so far, in order.
func (m *Mailbox) Letters() []Letter {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]Letter(nil), m.letters...)
}

// WriteFiles writes every mail into a folder, numbered in the order they came.
func (m *Mailbox) WriteFiles(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("demo: mails: %w", err)
	}
	for k, l := range m.Letters() {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%05d.eml", k+1)), l.Raw, 0o600); err != nil {
			return fmt.Errorf("demo: mails: %w", err)
		}
	}
	return nil
}

// delivery is one conversation with a sender.
type delivery struct {
	box *Mailbox
	now Letter
	to  []string
}

// Reset forgets the mail begun.
func (d *delivery) Reset() { d.now, d.to = Letter{}, nil }

// Logout ends the conversation.
func (d *delivery) Logout() error { return nil }

// Mail begins a mail.
func (d *delivery) Mail(from string, _ *smtp.MailOptions) error {
	d.now.From = from
	return nil
}

// Rcpt adds somebody to receive it.
func (d *delivery) Rcpt(to string, _ *smtp.RcptOptions) error {
	d.to = append(d.to, to)
	return nil
}

// Data takes the mail, once for each who receives it.
func (d *delivery) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	d.box.mu.Lock()
	defer d.box.mu.Unlock()
	for _, to := range d.to {
		d.box.letters = append(d.box.letters, Letter{From: d.now.From, To: to, Raw: raw})
	}
	return nil
}
