package mail_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"clepsydra/internal/mail"
)

// server is an SMTP server in this process that remembers what it took. rcpt and
// data hold the refusal of that step, nil for none.
type server struct {
	mu     sync.Mutex
	taken  [][]byte
	rcpts  []string
	rcpt   error
	data   error
	auth   bool // asks for jan/secret
	secure bool
	port   int
	roots  *x509.CertPool
}

// start serves until the test ends; secure offers STARTTLS.
func (s *server) start(t *testing.T) *server {
	t.Helper()
	srv := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{s: s}, nil }))
	srv.Domain, srv.AllowInsecureAuth = "localhost", true
	srv.ErrorLog = log.New(io.Discard, "", 0)
	if s.secure {
		srv.TLSConfig, s.roots = selfSigned(t)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.port = l.Addr().(*net.TCPAddr).Port
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = srv.Serve(l) // ends with the error of the closed listener
	}()
	t.Cleanup(func() {
		_ = srv.Close()
		_ = l.Close() // Close does not know a listener that Serve has not seen yet
		<-done
	})
	return s
}

func (s *server) config() mail.Config {
	cfg := mail.Config{Host: "127.0.0.1", Port: s.port, From: "Clepsydra <clepsydra@firm.example>", TLS: mail.TLSNone, Roots: s.roots}
	if s.secure {
		cfg.TLS = mail.TLSMandatory
	}
	return cfg
}

func (s *server) sender(t *testing.T) *mail.Sender {
	t.Helper()
	out, err := mail.New(s.config())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (s *server) mails() [][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.taken
}

// session is one conversation.
type session struct {
	s     *server
	known bool
}

func (c *session) AuthMechanisms() []string {
	if !c.s.auth {
		return nil
	}
	return []string{sasl.Plain}
}

func (c *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "jan" || password != "secret" {
			return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "no for jan"}
		}
		c.known = true
		return nil
	}), nil
}

func (c *session) Mail(string, *smtp.MailOptions) error {
	if c.s.auth && !c.known {
		return errors.New("not signed in")
	}
	return nil
}

func (c *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.s.rcpts = append(c.s.rcpts, to)
	return c.s.rcpt
}

func (c *session) Data(r io.Reader) error {
	var b bytes.Buffer
	if _, err := b.ReadFrom(r); err != nil {
		return err
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if c.s.data != nil {
		return c.s.data
	}
	c.s.taken = append(c.s.taken, b.Bytes())
	return nil
}

func (c *session) Reset()        {}
func (c *session) Logout() error { return nil }

// selfSigned makes a certificate for 127.0.0.1 and the pool that trusts it.
func selfSigned(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.ParseIP("127.0.0.1")}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, pool
}
