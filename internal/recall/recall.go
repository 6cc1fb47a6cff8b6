// Package recall is getting data back from people who were never meant to have
// them: the wrong recipients of a letter or a mail. Each is asked through a secret
// link, or by telephone, what was done with it and that it is gone now.
//
// What a recipient answers lowers or raises the risk to the people affected (EDPB
// Guidelines 9/2022: a recipient who confirms deletion), so every answer is kept
// with its moment and the very words that were shown. The rule files are pure;
// the present comes in as a parameter.
package recall

import (
	"net/mail"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"clepsydra/internal/fault"
	"clepsydra/internal/incident"
)

// ID identifies a wrong recipient (UUIDv7).
type ID string

// Channel is how a recipient is asked.
type Channel string

// The channels.
const (
	ByMail Channel = "mail"
	ByPost Channel = "post"
)

// State is how far the asking has come.
type State string

// The states of a recipient. NoAnswer is what a responder gives up with; an
// answer that comes after all still counts.
const (
	ToAsk     State = "to_ask"
	Asked     State = "asked"
	Confirmed State = "confirmed"
	Refused   State = "refused" // keeps it
	NoAnswer  State = "no_answer"
)

// Limits of what is typed.
const (
	MaxName = 200
	MaxText = 2000
)

// LinkLife is how long a link works: long enough for a letter and a holiday. It is
// a habit of this program, no rule of law.
const LinkLife = 60 * 24 * time.Hour

// Named refusals.
var (
	ErrNotFound     = fault.New(fault.NotFound, "recall.not_found")
	ErrNameMissing  = fault.New(fault.Invalid, "recall.name_missing")
	ErrNameTooLong  = fault.New(fault.Invalid, "recall.name_too_long")
	ErrBadEmail     = fault.New(fault.Invalid, "recall.email_malformed")
	ErrEmailMissing = fault.New(fault.Invalid, "recall.email_missing")
	ErrBadChannel   = fault.New(fault.Invalid, "recall.channel_missing")
	ErrBadLanguage  = fault.New(fault.Invalid, "recall.language_unknown")
	ErrAnswered     = fault.New(fault.Conflict, "recall.answered_already")
	ErrSourceGone   = fault.New(fault.Invalid, "recall.source_unknown")
)

// Recipient is somebody who got what was meant for another. Instants are UTC; a
// zero one means that it has not happened.
type Recipient struct {
	ID         ID
	IncidentID incident.ID
	Name       string // name or description; free text
	Email      string // may be empty
	Channel    Channel
	Language   string
	PassedBy   ID // the recipient who passed it on to this one; usually empty
	AddedBy    string
	AddedAt    time.Time
	AskedAt    time.Time
	GivenUpAt  time.Time
	Link       Link
	Mail       MailState
	Answers    []Answer // oldest first; the latest counts
}

// MailState is what became of the mail with the link.
type MailState string

// The states of the mail.
const (
	NotMailed   MailState = ""
	MailQueued  MailState = "queued"
	MailSent    MailState = "sent"
	MailRefused MailState = "refused" // the receiving side does not take it, ever
)

// Check refuses a recipient that nobody could be asked by. The error names every
// field that is wrong.
func (r Recipient) Check(languages []string) error {
	var l fault.List
	if n := utf8.RuneCountInString(strings.TrimSpace(r.Name)); n == 0 {
		l.Add(ErrNameMissing.At("name"))
	} else if n > MaxName {
		l.Add(ErrNameTooLong.At("name").With("Max", MaxName))
	}
	switch a, err := mail.ParseAddress(r.Email); {
	case r.Email == "" && r.Channel == ByMail:
		l.Add(ErrEmailMissing.At("email"))
	case r.Email != "" && (err != nil || a.Address != r.Email || len(r.Email) > MaxName):
		l.Add(ErrBadEmail.At("email"))
	}
	if r.Channel != ByMail && r.Channel != ByPost {
		l.Add(ErrBadChannel.At("channel"))
	}
	for _, lang := range languages {
		if lang == r.Language {
			return l.OrNil()
		}
	}
	l.Add(ErrBadLanguage.At("language"))
	return l.OrNil()
}

// Answer returns the answer that counts; false while there is none.
func (r Recipient) Answer() (Answer, bool) {
	if len(r.Answers) == 0 {
		return Answer{}, false
	}
	return r.Answers[len(r.Answers)-1], true
}

// Latest returns the answers, the latest first.
func (r Recipient) Latest() []Answer {
	out := slices.Clone(r.Answers)
	slices.Reverse(out)
	return out
}

// State computes how far the asking has come.
func (r Recipient) State() State {
	a, ok := r.Answer()
	switch {
	case ok && a.Fate == Kept:
		return Refused
	case ok:
		return Confirmed
	case !r.GivenUpAt.IsZero():
		return NoAnswer
	case !r.AskedAt.IsZero():
		return Asked
	}
	return ToAsk
}

// Ask records that the link was sent. Asking again takes back that nobody
// answered; an answer needs no asking any more.
func (r *Recipient) Ask(now time.Time) error {
	if len(r.Answers) > 0 {
		return ErrAnswered
	}
	r.AskedAt, r.GivenUpAt = now, time.Time{}
	return nil
}

// GiveUp records that no answer came.
func (r *Recipient) GiveUp(now time.Time) error {
	if len(r.Answers) > 0 {
		return ErrAnswered
	}
	r.GivenUpAt = now
	return nil
}
