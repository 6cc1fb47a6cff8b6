package signup

import (
	"time"

	"github.com/google/uuid"

	"clepsydra/internal/contact"
)

// PendingID identifies a sign-up that waits for its click, or somebody's request for
// the link to his preferences (UUIDv7).
type PendingID string

// Pending is a sign-up between the form and the click in the mail. Until then it is
// no consent and nobody is in the customer file. After the click only ContactID is
// left of it, so that a second click finds what the first did; at ExpiresAt it goes.
type Pending struct {
	ID          PendingID
	FormID      FormID // empty: a request for the link to one's preferences
	Version     int
	AddressKey  string // see Links.AddressKey
	Once        string // of the web form; the same twice is one sign-up
	Submission  Submission
	ContactID   contact.ID // after the click
	CreatedAt   time.Time
	ExpiresAt   time.Time
	ConfirmedAt time.Time // zero: not clicked
}

// mostPending is how many mails one address gets per day for sign-ups that nobody
// confirms: a form must not be a way to flood a stranger's mailbox.
const mostPending = 3

// MayMail reports whether another mail may go to an address that already got so many
// since a day.
func MayMail(recent int) bool { return recent < mostPending }

// IsConfirmed reports whether the link was clicked.
func (p Pending) IsConfirmed() bool { return !p.ConfirmedAt.IsZero() }

// Check says why the link does not work any more.
func (p Pending) Check(now time.Time) error {
	if !now.Before(p.ExpiresAt) {
		return ErrLinkExpired
	}
	return nil
}

// Confirm notes the click and forgets what was typed: it is in the customer file now.
func (p *Pending) Confirm(id contact.ID, now time.Time) {
	p.ContactID, p.ConfirmedAt = id, now
	p.Submission = Submission{Language: p.Submission.Language, Boxes: p.Submission.Boxes}
}

// NewID makes an identifier (UUIDv7).
func NewID() (string, error) {
	id, err := uuid.NewV7()
	return id.String(), err
}
