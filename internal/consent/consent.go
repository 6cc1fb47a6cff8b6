// Package consent is what people said about being written to: each consent with its
// proof (Art. 7(1) GDPR), each withdrawal (Art. 7(3)), each objection (Art. 21), and
// the keyed hashes by which somebody who said no is not written to again.
//
// What people said is a list of events that only grows; the present is replayed
// from it (Present). Whether somebody may be written to for a purpose is a Verdict
// with its reason and its article, by the dated rules of workflows/marketing.
// The rule files are pure; store*.go alone know the database.
package consent

import (
	"time"

	"clepsydra/internal/contact"
	"clepsydra/internal/processing"
)

// ID identifies an event (UUIDv7).
type ID string

// AllMarketing stands for every marketing purpose at once, in objections and
// withdrawals: "no advertising any more" (Art. 21(2)). Nobody can consent to it: a
// consent is for one purpose (recital 32).
const AllMarketing processing.PurposeID = "*marketing"

// Kind says what an event did.
type Kind string

// The kinds. A soft opt-in is no consent: a customer was told of similar products and
// did not object.
const (
	Given           Kind = "given"
	Withdrawn       Kind = "withdrawn"
	Objected        Kind = "objected"
	ObjectionLifted Kind = "objection_lifted"
	SoftOptIn       Kind = "soft_opt_in"
)

// Kinds lists them.
func Kinds() []Kind { return []Kind{Given, SoftOptIn, Withdrawn, Objected, ObjectionLifted} }

// Stops reports whether the event forbids writing to the person.
func (k Kind) Stops() bool { return k == Withdrawn || k == Objected }

// How says in which way the person said it.
type How string

// The ways.
const (
	HowForm            How = "form"
	HowDoubleOptIn     How = "double_opt_in"
	HowPhone           How = "phone"
	HowPaper           How = "paper"
	HowPurchase        How = "purchase"
	HowBoughtList      How = "bought_list"
	HowImport          How = "import"
	HowPreferences     How = "preferences"
	HowRepermission    How = "repermission"
	HowUnsubscribeLink How = "unsubscribe_link"
	HowRequest         How = "request"
)

// Hows lists the ways.
func Hows() []How {
	return []How{
		HowForm, HowDoubleOptIn, HowPhone, HowPaper, HowPurchase, HowBoughtList, HowImport,
		HowPreferences, HowRepermission, HowUnsubscribeLink, HowRequest,
	}
}

// Event is one thing a person said about one purpose and one channel. Events are
// never changed nor taken back; a later one says otherwise. At is when the person said
// it, RecordedAt when it was written down, both UTC.
type Event struct {
	ID         ID // empty when recorded: it gets one
	ContactID  contact.ID
	Purpose    processing.PurposeID
	Channel    processing.Channel
	Kind       Kind
	At         time.Time // zero when recorded: now
	RecordedAt time.Time // filled in when recorded
	How        How
	Wording    Wording
	Proof      Proof
}

// Wording is what the person was shown or told, word for word.
type Wording struct {
	Text     string `json:"text,omitempty"`
	Version  string `json:"version,omitempty"`  // of the form or text
	Language string `json:"language,omitempty"` // nl, fr, de, en
	Notice   string `json:"notice,omitempty"`   // version or address of the privacy statement linked
}

// Proof is what shows that it was said. All of it goes when the person is erased.
type Proof struct {
	FileID     string `json:"file,omitempty"` // of a recording or a scan; see File
	FileSHA256 string `json:"file_sha256,omitempty"`
	Address    string `json:"address,omitempty"` // web address of the form or page
	Note       string `json:"note,omitempty"`
	// Guardian: who holds parental responsibility said it for a child (Art. 8).
	Guardian bool             `json:"guardian,omitempty"`
	Trace    *Trace           `json:"trace,omitempty"`
	Purchase *Purchase        `json:"purchase,omitempty"`
	List     *List            `json:"list,omitempty"`
	ImportID contact.ImportID `json:"import,omitempty"` // of a file that said so
	Line     int              `json:"line,omitempty"`   // of that file
}

// Trace is the two steps of a double opt-in, UTC.
type Trace struct {
	AskedAt     time.Time `json:"asked_at,omitzero"`
	MailedAt    time.Time `json:"mailed_at,omitzero"`
	ConfirmedAt time.Time `json:"confirmed_at,omitzero"`
}

// Purchase is what a soft opt-in rests on.
type Purchase struct {
	On               contact.Date `json:"on"`                // day of the sale
	Similar          bool         `json:"similar"`           // only for own similar products
	ObjectionOffered bool         `json:"objection_offered"` // at the moment the address was taken
}

// List is the list that a consent was bought with.
type List struct {
	Origin string       `json:"origin,omitempty"` // where the seller collected it
	Seller string       `json:"seller,omitempty"`
	On     contact.Date `json:"on"`    // day it was bought
	Named  bool         `json:"named"` // the wording named this firm as a recipient
}

// Use is one purpose by one channel: what people say yes or no to.
type Use struct {
	Purpose processing.PurposeID
	Channel processing.Channel
}

// Use is what the event is about.
func (e Event) Use() Use { return Use{e.Purpose, e.Channel} }

// Repeats reports whether the event says what another said already, such as when a form
// was sent twice.
func (e Event) Repeats(other Event) bool {
	return e.Use() == other.Use() && e.Kind == other.Kind && e.How == other.How && e.At.Equal(other.At)
}

// IsProven reports whether the event could be shown to an authority (Art. 7(1)): the
// words and the way they were answered, or a file. What an import merely claims is
// not.
func (e Event) IsProven() bool {
	if e.Kind == SoftOptIn {
		return e.Proof.Purchase != nil
	}
	switch e.How {
	case HowImport:
		return false
	case HowPhone, HowPaper:
		return e.Proof.FileSHA256 != "" && e.Wording.Text != ""
	case HowBoughtList:
		return e.Proof.FileSHA256 != "" && e.Wording.Text != "" && e.Proof.List != nil && e.Proof.List.Named
	}
	return e.Wording.Text != "" || e.Proof.FileSHA256 != ""
}
