package stewardship

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/fault"
	"clepsydra/internal/firm"
	"clepsydra/internal/processing"
	"clepsydra/internal/signup"
)

// The kinds of work of sign-ups in the queue; they are stored and never renamed.
const (
	WorkSignupMail        = "signup.mail"        // pending sign-up: mail the link to confirm, or to the preferences
	WorkRepermissionSend  = "repermission.send"  // run: write to who waits
	WorkRepermissionClose = "repermission.close" // run: drop who did not answer
)

// SignupQueue keeps work durably, inside the caller's transaction. The key makes it
// unique among the work that waits.
type SignupQueue interface {
	PutSignup(ctx context.Context, tx bun.IDB, kind, id string, at time.Time) error
}

// SignupMailer sends one mail to one person. refused says that this one address does
// not take it, which concerns no other mail.
type SignupMailer interface {
	SendSignup(ctx context.Context, f firm.Firm, m SignupMail) (refused bool, err error)
}

// SignupMail is one mail in plain words. Key is the same at every try. Unsubscribe is
// the address that ends such mails in one click (RFC 8058); empty for a mail that only
// answers what somebody did just now.
type SignupMail struct {
	To          string
	Language    string
	Subject     string
	Lead        string
	Button      string
	Link        string
	Footer      string
	Key         string
	Unsubscribe string
}

// SignupWords are translations in one language and country.
type SignupWords interface {
	T(key string, args map[string]any) string
	N(key string, count int, args map[string]any) string
	Date(t time.Time) string
	DateTime(t time.Time) string
}

// SignupDeps is what the service works with.
type SignupDeps struct {
	Contacts *Service
	Firms    interface {
		Get(ctx context.Context, db bun.IDB) (firm.Firm, error)
	}
	Queue  SignupQueue
	Mailer SignupMailer
	Speak  func(lang, country string, zone *time.Location) SignupWords
	Key    []byte // of the links
}

// Signups carries out the verbs of sign-up forms, preferences and re-permission.
type Signups struct {
	*Service
	d     SignupDeps
	links signup.Links
	terms signup.Terms
}

// NewSignups makes the service and registers what it keeps about people with the verbs
// that erase and merge.
func NewSignups(d SignupDeps) (*Signups, error) {
	terms, err := signup.LoadTerms()
	if err != nil {
		return nil, err
	}
	s := &Signups{Service: d.Contacts, d: d, links: signup.NewLinks(d.Key), terms: terms}
	d.Contacts.OnErase("signup", s.eraser())
	d.Contacts.OnMerge("signup", s.mover())
	return s, nil
}

// Links makes and reads the links in mails.
func (s *Signups) Links() signup.Links { return s.links }

// Terms are how long links work and the ages of consent.
func (s *Signups) Terms() signup.Terms { return s.terms }

// ErrNoMail refuses to publish what could not send its mails.
var ErrSignupNoMail = fault.New(fault.Conflict, "signup.no_mail")

// ErrSignupClosed refuses a form that takes nobody any more.
var ErrSignupClosed = fault.New(fault.NotFound, "signup.form_closed")

// Record is the firm's record of processing.
func (s *Signups) Record(ctx context.Context) (processing.Record, error) {
	return processing.Get(ctx, s.db.R)
}
