package signup

import (
	"time"

	"clepsydra/internal/contact"
	"clepsydra/internal/fault"
	"clepsydra/internal/processing"
	"clepsydra/internal/workflow"
)

// RunID identifies a re-permission run (UUIDv7).
type RunID string

// Run asks people on an old list once whether they still want to be written to.
// Whoever says yes has a consent with proof from then on; who does not answer in time
// is not written to again for the purpose. Texts are by language.
type Run struct {
	ID        RunID
	Purpose   processing.PurposeID
	Subject   workflow.Text
	Body      workflow.Text
	Ground    string // why the firm may write to them once; see Grounds
	Until     time.Time
	StartedBy string // account
	StartedAt time.Time
	SentAt    time.Time // zero: not everybody has been written to yet
	EndedAt   time.Time // zero: answers still count
}

// Grounds are why a firm may ask at all. There is none for people it has no tie with:
// the mail that asks is itself marketing (Art. 13 ePrivacy; XII.13 WER, 11.7 Tw, § 7 UWG).
func Grounds() []string { return []string{"own_customers", "unclear_proof"} }

// EntryState is where one person of a run stands.
type EntryState string

// The states: waiting -> sent -> kept, refused or dropped; or waiting -> skipped when
// he left, objected or cannot be reached in the meantime.
const (
	Waiting EntryState = "waiting"
	Mailed  EntryState = "sent"
	Kept    EntryState = "kept"    // said yes
	Refused EntryState = "refused" // said no
	Dropped EntryState = "dropped" // did not answer in time
	Skipped EntryState = "skipped" // not written to
)

// EntryStates lists them in the order of a page.
func EntryStates() []EntryState {
	return []EntryState{Waiting, Mailed, Kept, Refused, Dropped, Skipped}
}

// Entry is one person of a run.
type Entry struct {
	RunID      RunID
	ContactID  contact.ID
	State      EntryState
	SentAt     time.Time
	AnsweredAt time.Time
}

// Named refusals of runs.
var (
	ErrRunUnknown  = fault.New(fault.NotFound, "repermission.unknown")
	ErrRunPurpose  = fault.New(fault.Invalid, "repermission.purpose_wrong").At("purpose")
	ErrRunText     = fault.New(fault.Invalid, "repermission.text_missing")
	ErrRunUntil    = fault.New(fault.Invalid, "repermission.until_wrong").At("until")
	ErrRunGround   = fault.New(fault.Invalid, "repermission.ground_missing").At("ground")
	ErrRunNobody   = fault.New(fault.Invalid, "repermission.nobody").At("people")
	ErrRunEveryone = fault.New(fault.Invalid, "repermission.whom_missing").At("people")
	ErrRunNoMail   = fault.New(fault.Conflict, "repermission.no_mail")
	ErrRunEnded    = fault.New(fault.NotFound, "repermission.ended")
)

// Shortest and longest time to answer, in days.
const (
	leastAnswer = 7
	mostAnswer  = 180
)

// Check refuses a run that could not be defended: a purpose that rests on something
// else than consent, no reason to write, a text missing in a language in which people
// are written to, a term that is too short to be fair or so long that it is none.
func (r Run) Check(rec processing.Record, languages []string, now time.Time) error {
	var l fault.List
	p, ok := rec.Purpose(r.Purpose)
	if !ok || !p.IsInUse() || p.Basis != processing.Consent || !p.Uses(processing.ByMail) {
		l.Add(ErrRunPurpose)
	}
	known := false
	for _, g := range Grounds() {
		known = known || g == r.Ground
	}
	if !known {
		l.Add(ErrRunGround)
	}
	for _, lang := range languages {
		if r.Subject[lang] == "" {
			l.Add(ErrRunText.At("subject_" + lang))
		}
		if r.Body[lang] == "" {
			l.Add(ErrRunText.At("body_" + lang))
		}
		if len([]rune(r.Subject[lang])) > mostTitle {
			l.Add(ErrTooLong.At("subject_"+lang).With("Max", mostTitle))
		}
		if len([]rune(r.Body[lang])) > mostText {
			l.Add(ErrTooLong.At("body_"+lang).With("Max", mostText))
		}
	}
	if r.Until.Before(now.AddDate(0, 0, leastAnswer-1)) || r.Until.After(now.AddDate(0, 0, mostAnswer+1)) {
		l.Add(ErrRunUntil.With("Min", leastAnswer).With("Max", mostAnswer))
	}
	return l.OrNil()
}

// Answer notes what somebody said. It reports whether that changed anything: the same
// answer twice is one. A yes after a no counts, and a no after a yes; after the end
// nothing does (ErrRunEnded).
func (e *Entry) Answer(yes bool, run Run, now time.Time) (changed bool, err error) {
	to := Refused
	if yes {
		to = Kept
	}
	if e.State == to {
		return false, nil
	}
	if e.State != Mailed && e.State != Kept && e.State != Refused || !run.EndedAt.IsZero() || !now.Before(run.Until) {
		return false, ErrRunEnded
	}
	e.State, e.AnsweredAt = to, now
	return true, nil
}

// Words are what a consent given by answering points to: the mail as it was written.
func (r Run) Words(lang string) string { return joined([]string{r.Subject[lang], r.Body[lang]}) }

// LastDay turns the chosen day into the moment it is over in the firm's zone.
func LastDay(day contact.Date, zone *time.Location) time.Time {
	return time.Date(day.Year, day.Month, day.Day+1, 0, 0, 0, 0, zone).UTC()
}
