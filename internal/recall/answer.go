package recall

import (
	"strings"
	"time"
	"unicode/utf8"

	"clepsydra/internal/fault"
)

// Use is what a recipient did with it.
type Use string

// What can have been done with it. Unsure is an answer: somebody else in the house
// may have opened it. It counts like Read.
const (
	Unopened Use = "unopened"
	Read     Use = "read"
	PassedOn Use = "passed_on"
	Unsure   Use = "unsure"
)

// Uses lists them in the order in which they are asked.
func Uses() []Use { return []Use{Unopened, Read, PassedOn, Unsure} }

// Fate is what happens with it now.
type Fate string

// What can happen with it. Kept is a refusal.
const (
	Deleted   Fate = "deleted" // everywhere, with trash and backup copies
	Destroyed Fate = "destroyed"
	Returned  Fate = "returned" // or will be
	Kept      Fate = "kept"
)

// Fates lists them in the order in which they are asked.
func Fates() []Fate { return []Fate{Deleted, Destroyed, Returned, Kept} }

// Via is how an answer reached the firm.
type Via string

// The ways. All but ByLink are written down by a responder.
const (
	ByLink   Via = "link"
	ByPhone  Via = "phone"
	InPerson Via = "person"
	InText   Via = "text" // a letter or a mail of the recipient's own
)

// ByHand lists the ways that a responder writes down.
func ByHand() []Via { return []Via{ByPhone, InPerson, InText} }

// Named refusals of an answer.
var (
	ErrUseMissing    = fault.New(fault.Invalid, "recall.use_missing")
	ErrFateMissing   = fault.New(fault.Invalid, "recall.fate_missing")
	ErrStandsMissing = fault.New(fault.Invalid, "recall.stands_missing")
	ErrViaMissing    = fault.New(fault.Invalid, "recall.via_missing")
	ErrGivenMissing  = fault.New(fault.Invalid, "recall.given_missing")
	ErrTextTooLong   = fault.New(fault.Invalid, "recall.text_too_long")
)

// Answer is what one recipient said. It is never changed: a later one takes its
// place and the earlier one stays visible.
type Answer struct {
	ID         string
	Use        Use
	Fate       Fate
	PassedTo   string // to whom, in the recipient's words; may be empty
	Stands     bool   // "I keep no copy and have told nobody"
	Name       string // may be empty
	Note       string // of the responder who wrote it down
	Via        Via
	Language   string
	Version    string // of the wording that was shown; see WordingVersion
	Wording    string // the words themselves
	EvidenceID string // of a paper or picture that proves it; may be empty
	RecordedBy string // account; empty for the link
	GivenAt    time.Time
	RecordedAt time.Time
}

// Check refuses an answer that says too little. Somebody who keeps it need not say
// that he keeps no copy. The error names every field that is wrong.
func (a Answer) Check() error {
	var l fault.List
	if !contains(Uses(), a.Use) {
		l.Add(ErrUseMissing.At("use"))
	}
	if !contains(Fates(), a.Fate) {
		l.Add(ErrFateMissing.At("fate"))
	} else if a.Fate != Kept && !a.Stands {
		l.Add(ErrStandsMissing.At("stands"))
	}
	for field, text := range map[string]string{"passed_to": a.PassedTo, "note": a.Note} {
		if utf8.RuneCountInString(text) > MaxText {
			l.Add(ErrTextTooLong.At(field).With("Max", MaxText))
		}
	}
	if utf8.RuneCountInString(a.Name) > MaxName {
		l.Add(ErrNameTooLong.At("answer_name").With("Max", MaxName))
	}
	if a.Via != ByLink && !contains(ByHand(), a.Via) {
		l.Add(ErrViaMissing.At("via"))
	}
	return l.OrNil()
}

// clean takes the blanks away, and words that belong to another choice.
func (a Answer) clean() Answer {
	a.PassedTo, a.Name, a.Note = strings.TrimSpace(a.PassedTo), strings.TrimSpace(a.Name), strings.TrimSpace(a.Note)
	if a.Use != PassedOn {
		a.PassedTo = ""
	}
	if a.Fate == Kept {
		a.Stands = false
	}
	return a
}

// Give adds an answer. The link takes one answer only: the second sending is
// refused with ErrAnswered and changes nothing. A responder may write down a later
// one, for a recipient who thought again or for a mistake of his own.
func (r *Recipient) Give(a Answer) error {
	if a.Via == ByLink && len(r.Answers) > 0 {
		return ErrAnswered
	}
	a = a.clean()
	if err := a.Check(); err != nil {
		return err
	}
	r.Answers = append(r.Answers, a)
	return nil
}

func contains[T comparable](all []T, one T) bool {
	for _, x := range all {
		if x == one {
			return true
		}
	}
	return false
}
