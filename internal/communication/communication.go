// Package communication tells the people affected (Art. 34 GDPR): who they are,
// the list of them that was frozen, the texts in their languages, the letter of
// each and the runs that print them.
//
// A person is picked from the customer file, may be excluded with a reason, and
// becomes part of a snapshot when the list is frozen. People found later form the
// next snapshot with letters of their own. Opting out of marketing plays no part
// here; somebody erased cannot be written to and is counted as such.
package communication

import (
	"time"

	"clepsydra/internal/fault"
	"clepsydra/internal/incident"
)

// Channel is the way by which a person is reached.
type Channel string

// The channels. A letter goes by post where there is an address; by mail where
// there is only a mail address or somebody decided so; nobody can be reached by
// ByNone, and that is counted.
const (
	ByPost Channel = "post"
	ByMail Channel = "mail"
	ByNone Channel = "none"
)

// Channels lists them in the order in which a run prints: each has files of its
// own.
func Channels() []Channel { return []Channel{ByPost, ByMail, ByNone} }

// LetterState is what became of a person's letter.
//
//	"" -> held | made -> sent -> returned
type LetterState string

// The states. Held: it cannot be printed as it stands and waits for a decision.
const (
	NoLetter LetterState = ""
	Held     LetterState = "held"
	Made     LetterState = "made"
	Sent     LetterState = "sent"
	Returned LetterState = "returned"
)

// Person is one of the people affected, as copied from the customer file. The
// copy is refreshed at freezing and then stays.
type Person struct {
	IncidentID   incident.ID
	ContactID    string
	SnapshotID   string // empty: not frozen yet
	Position     int    // place in the frozen list, from 1; the letter's number
	PickedVia    string // all, import, segment or search
	PickedAt     time.Time
	Excluded     string   // reason; empty: not excluded
	Data         []string // categories that leaked of this person; empty: those of the incident
	Name         string
	Organisation string
	Street       string
	Postcode     string
	City         string
	Country      string
	Email        string
	Language     string
	BirthDate    string
	PrintName    string // spelling for paper where the name cannot be printed
	Channel      Channel
	Letter       LetterState
	LetterAt     time.Time
}

// EnvelopeName is how the person is written on paper.
func (p Person) EnvelopeName() string {
	switch {
	case p.PrintName != "":
		return p.PrintName
	case p.Name != "":
		return p.Name
	}
	return p.Organisation
}

// HasAddress reports whether a letter can be addressed.
func (p Person) HasAddress() bool { return p.Street != "" && p.City != "" }

// ChannelFor picks the way to reach somebody: post first (a letter is proof and
// needs no consent), then mail.
func ChannelFor(hasAddress, hasMail bool) Channel {
	switch {
	case hasAddress:
		return ByPost
	case hasMail:
		return ByMail
	}
	return ByNone
}

// Snapshot is a frozen list. Hash is over every line of it in order; see Digest.
type Snapshot struct {
	ID         string
	IncidentID incident.ID
	Number     int
	People     int
	Hash       string
	FrozenBy   string
	FrozenAt   time.Time
}

// Text is what a letter says in one language: the contents of Art. 34(2) in plain
// words. Lines are paragraphs; in Consequences, Measures and Advice each line is
// an item.
type Text struct {
	Language     string
	Nature       string
	Consequences string
	Measures     string
	Advice       string
	UpdatedBy    string
	UpdatedAt    time.Time
}

// Missing lists the required contents that are empty: nature, likely consequences
// and measures. The contact point comes from the firm.
func (t Text) Missing() []string {
	var out []string
	for _, f := range []struct{ name, value string }{
		{"nature", t.Nature}, {"consequences", t.Consequences}, {"measures", t.Measures},
	} {
		if len(lines(f.value)) == 0 {
			out = append(out, f.name)
		}
	}
	return out
}

// Format is how the letters of a run are put into files.
type Format string

// The formats.
const (
	Merged   Format = "merged"   // print files of many letters
	Separate Format = "separate" // one PDF per person, in ZIP files
)

// RunState is how far a run has come.
type RunState string

// The states of a run.
const (
	Queued    RunState = "queued"
	Running   RunState = "running"
	Done      RunState = "done"
	Cancelled RunState = "cancelled"
	Failed    RunState = "failed"
)

// Run is one printing of a snapshot. Paper is the approved text, empty for a
// draft, which is marked as such on every page.
type Run struct {
	ID         string
	IncidentID incident.ID
	SnapshotID string
	PaperID    string
	Format     Format
	State      RunState
	Total      int     // people in the snapshot
	Done       int     // people whose letter is in a file, or who have none
	Channel    Channel // whose letters are being printed; empty before the first
	Position   int     // up to which they are, in this channel
	Held       int
	Error      string
	StartedBy  string
	StartedAt  time.Time
	FinishedAt time.Time
}

// IsFinal reports whether the run prints an approved text.
func (r Run) IsFinal() bool { return r.PaperID != "" }

// IsActive reports whether it still has work to do.
func (r Run) IsActive() bool { return r.State == Queued || r.State == Running }

// File is one file of a run. First and Last are positions in the snapshot.
type File struct {
	RunID   string
	Number  int
	Name    string
	First   int
	Last    int
	Letters int
	Pages   int
	SHA256  string
	Size    int
}

// Counts says how many people there are of each sort, for the picker and for the
// reconciliation with the pile of envelopes.
type Counts struct {
	All, Excluded, Post, Mail, None, Held, Made, Sent, Returned int
	Unsubscribed, Erased, Restricted, Minors                    int
	Languages, Countries                                        map[string]int
}

// Addressed is how many people are to be told.
func (c Counts) Addressed() int { return c.All - c.Excluded - c.None }

// Named refusals.
var (
	ErrNobody          = fault.New(fault.Conflict, "communication.nobody")
	ErrNotFrozen       = fault.New(fault.Conflict, "communication.not_frozen")
	ErrPersonNotFound  = fault.New(fault.NotFound, "communication.person_not_found")
	ErrPersonFrozen    = fault.New(fault.Conflict, "communication.person_frozen")
	ErrExcludeReason   = fault.New(fault.Invalid, "communication.exclude_reason")
	ErrTextMissing     = fault.New(fault.Invalid, "communication.text_missing")
	ErrNotApproved     = fault.New(fault.Conflict, "communication.not_approved")
	ErrRunNotFound     = fault.New(fault.NotFound, "communication.run_not_found")
	ErrRunActive       = fault.New(fault.Conflict, "communication.run_active")
	ErrRunEnded        = fault.New(fault.Conflict, "communication.run_ended")
	ErrFileNotFound    = fault.New(fault.NotFound, "communication.file_not_found")
	ErrFileErased      = fault.New(fault.NotFound, "communication.file_erased")
	ErrSnapshotMissing = fault.New(fault.NotFound, "communication.snapshot_not_found")
	ErrFormatUnknown   = fault.New(fault.Invalid, "communication.format_unknown")
	ErrNotHeld         = fault.New(fault.Conflict, "communication.not_held")
	ErrNotSent         = fault.New(fault.Conflict, "communication.not_sent")
	ErrUnprintable     = fault.New(fault.Invalid, "communication.unprintable")
)
