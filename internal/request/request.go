// Package request is what people ask about their own data (Art. 12 to 22 GDPR, and
// taking back a consent, Art. 7(3)): what was asked, who it was, until when it must be
// answered and what became of each part.
//
//	open -> closed
//
// The month runs on the same obligations and reminders as the duties of an incident;
// clock.go only computes its ends. Identity is checked in proportion (Art. 12(6)): by
// what the firm already knows, never by a copy of an identity card. When a request is
// long done, what names the person goes and the rest proves that it was answered.
package request

import (
	"slices"
	"strings"
	"time"

	"clepsydra/internal/contact"
	"clepsydra/internal/fault"
)

// ID identifies a request (UUIDv7).
type ID string

// Kind is one thing that people may ask.
type Kind string

// The kinds, in the order in which they are offered.
const (
	Access             Kind = "access"              // Art. 15
	Correction         Kind = "correction"          // Art. 16
	Erasure            Kind = "erasure"             // Art. 17
	ObjectionMarketing Kind = "objection_marketing" // Art. 21(2): absolute
	Withdrawal         Kind = "withdrawal"          // Art. 7(3)
	Portability        Kind = "portability"         // Art. 20
	Restriction        Kind = "restriction"         // Art. 18
	Objection          Kind = "objection"           // Art. 21(1): is weighed
)

// Kinds lists them.
func Kinds() []Kind {
	return []Kind{Access, Correction, Erasure, ObjectionMarketing, Withdrawal, Portability, Restriction, Objection}
}

// Via is how a request came in.
type Via string

// The ways. No form is prescribed: each of them starts the month.
const (
	ByForm    Via = "form"
	ByMail    Via = "mail"
	ByPhone   Via = "phone"
	ByLetter  Via = "letter"
	InPerson  Via = "person"
	ByAnother Via = "other"
)

// Ways lists those that are typed in.
func Ways() []Via { return []Via{ByMail, ByPhone, ByLetter, InPerson, ByAnother} }

// State is whether the request still has to be answered.
type State string

// The states.
const (
	Open   State = "open"
	Closed State = "closed"
)

// Matching says who of the customer file asks.
type Matching string

// The answers. Nobody is one too: then there are no data, and the person is told so.
const (
	NotLooked Matching = ""
	Found     Matching = "found"
	Nobody    Matching = "nobody"
)

// Request is one request. Instants are UTC. Name to Said are what names the person;
// they are empty once StrippedAt is set.
type Request struct {
	ID              ID
	Ref             string // REQ-2026-0001
	SendKey         string // of a form that must not count twice
	Via             Via
	Items           []Item
	Name            string
	Email           string
	Phone           string
	Address         string
	CustomerNumber  string
	Said            string // in the person's words, or the mail as it came
	Language        string
	ReceivedAt      time.Time
	ContactID       contact.ID
	Matching        Matching
	Identity        Identity
	Told            []Told
	LawVersion      string
	LeadID          string // account in charge; empty: the firm's lead
	State           State
	ExtendedAt      time.Time
	ExtensionReason string
	PausedAt        time.Time // the month stands still since then; zero: it runs
	PausedDays      int       // whole days it stood still before
	DueAt           time.Time // the strict end, as the obligation has it
	GatheredAt      time.Time
	GatheredHash    string // of the copy that was looked at last
	AnsweredAt      time.Time
	AnsweredHow     How
	LateReason      string
	Note            string // what the firm adds to the answer
	ClosedAt        time.Time
	StrippedAt      time.Time
	CreatedAt       time.Time
	UpdatedAt       time.Time
}

// Told is a recipient of the data who must hear of a correction, an erasure or a
// restriction (Art. 19). Why says why it cannot be done, where it cannot.
type Told struct {
	Recipient string    `json:"recipient"`
	At        time.Time `json:"at,omitzero"`
	By        string    `json:"by,omitempty"`
	Why       string    `json:"why,omitempty"`
}

// IsDone reports whether the recipient was told, or why he cannot be was recorded.
func (t Told) IsDone() bool { return !t.At.IsZero() }

// How is the way in which the answer went out.
type How string

// The ways of answering.
const (
	AnswerByMail   How = "mail"
	AnswerByPost   How = "post"
	AnswerInPerson How = "person"
)

// Hows lists them.
func Hows() []How { return []How{AnswerByMail, AnswerByPost, AnswerInPerson} }

// Named refusals.
var (
	ErrNotFound      = fault.New(fault.NotFound, "requests.not_found")
	ErrKinds         = fault.New(fault.Invalid, "requests.kinds_missing").At("kinds")
	ErrReach         = fault.New(fault.Invalid, "requests.reach_missing").At("email")
	ErrEmail         = fault.New(fault.Invalid, "requests.email_unusable").At("email")
	ErrName          = fault.New(fault.Invalid, "requests.name_missing").At("name")
	ErrReceived      = fault.New(fault.Invalid, "requests.received_future").At("received")
	ErrReceivedOld   = fault.New(fault.Invalid, "requests.received_old").At("received")
	ErrLong          = fault.New(fault.TooLarge, "requests.too_long").At("said")
	ErrClosed        = fault.New(fault.Conflict, "requests.closed_already")
	ErrNotMatched    = fault.New(fault.Conflict, "requests.match_first")
	ErrIdentityFirst = fault.New(fault.Conflict, "requests.identity_first")
	ErrNotAsked      = fault.New(fault.NotFound, "requests.kind_not_asked")
	ErrOutcome       = fault.New(fault.Invalid, "requests.outcome_unknown").At("outcome")
	ErrGround        = fault.New(fault.Invalid, "requests.ground_unknown").At("ground")
	ErrReason        = fault.New(fault.Invalid, "requests.reason_missing").At("reason")
	ErrAbsolute      = fault.New(fault.Invalid, "requests.objection_absolute").At("outcome")
	ErrNotDecided    = fault.New(fault.Conflict, "requests.not_decided")
	ErrNotCarriedOut = fault.New(fault.Conflict, "requests.not_carried_out").At("outcome")
	ErrAnswered      = fault.New(fault.Conflict, "requests.answered_already")
	ErrNotAnswered   = fault.New(fault.Conflict, "requests.not_answered")
	ErrLate          = fault.New(fault.Invalid, "requests.late_reason_missing").At("late_reason")
	ErrTold          = fault.New(fault.Conflict, "requests.recipients_open")
	ErrHow           = fault.New(fault.Invalid, "requests.how_unknown").At("how")
)

// Limits of what a stranger may send.
const (
	maxLine = 200
	maxSaid = 20000
)

// Check says what is missing of a request that comes in. One that was typed in may
// lack everything but what is asked: not knowing is an answer.
func (r Request) Check(now time.Time) error {
	var l fault.List
	if len(r.Items) == 0 {
		l.Add(ErrKinds)
	}
	for _, i := range r.Items {
		if !slices.Contains(Kinds(), i.Kind) {
			l.Add(ErrKinds)
			break
		}
	}
	if r.Via == ByForm && strings.TrimSpace(r.Name) == "" {
		l.Add(ErrName)
	}
	switch {
	case r.Via == ByForm && r.Email == "" && r.Phone == "" && r.Address == "":
		l.Add(ErrReach)
	case r.Email != "" && !contact.IsMail(r.Email):
		l.Add(ErrEmail)
	}
	for _, line := range []string{r.Name, r.Email, r.Phone, r.CustomerNumber} {
		if len([]rune(line)) > maxLine {
			l.Add(ErrLong.At("name"))
			break
		}
	}
	if len([]rune(r.Said)) > maxSaid || len([]rune(r.Address)) > maxSaid {
		l.Add(ErrLong)
	}
	switch {
	case r.ReceivedAt.After(now.Add(time.Minute)):
		l.Add(ErrReceived)
	case r.ReceivedAt.Before(now.AddDate(-5, 0, 0)):
		l.Add(ErrReceivedOld)
	}
	return l.OrNil()
}

// IsOpen reports whether the request still has to be answered.
func (r Request) IsOpen() bool { return r.State == Open }

// IsPaused reports whether the month stands still.
func (r Request) IsPaused() bool { return !r.PausedAt.IsZero() }

// IsExtended reports whether the two further months were taken (Art. 12(3)).
func (r Request) IsExtended() bool { return !r.ExtendedAt.IsZero() }

// IsAnswered reports whether the answer went out.
func (r Request) IsAnswered() bool { return !r.AnsweredAt.IsZero() }

// IsLate reports whether the strict end has passed without an answer, or had when it
// went out. A month that stands still is never late.
func (r Request) IsLate(now time.Time) bool {
	if r.IsAnswered() {
		return !r.AnsweredAt.Before(r.DueAt)
	}
	return r.IsOpen() && !r.IsPaused() && !now.Before(r.DueAt)
}

// Item returns the part of that kind.
func (r Request) Item(k Kind) (Item, bool) {
	for _, i := range r.Items {
		if i.Kind == k {
			return i, true
		}
	}
	return Item{}, false
}

// Asks reports whether the request has that part.
func (r Request) Asks(k Kind) bool { _, ok := r.Item(k); return ok }

// KindCodes lists what is asked.
func (r Request) KindCodes() []string {
	out := make([]string, len(r.Items))
	for k, i := range r.Items {
		out[k] = string(i.Kind)
	}
	return out
}

// WantsCopy reports whether the answer holds a copy of the data.
func (r Request) WantsCopy() bool {
	for _, k := range []Kind{Access, Portability} {
		if i, ok := r.Item(k); ok && (i.Outcome == Done || i.Outcome == Partly) && r.Matching == Found {
			return true
		}
	}
	return false
}

// Strip takes out what names the person. The reference, what was asked, how it ended
// and when stay: a receipt without the data.
func (r *Request) Strip(now time.Time) {
	r.Name, r.Email, r.Phone, r.Address, r.CustomerNumber, r.Said, r.Note = "", "", "", "", "", "", ""
	r.ContactID, r.Identity.Question, r.Identity.Doubt, r.Identity.Reason = "", "", "", ""
	for k := range r.Items {
		r.Items[k].Reason = ""
	}
	r.SendKey, r.StrippedAt = "", now
}
