package firm

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"clepsydra/internal/fault"
)

// Laws is what the firm said about itself so that the laws that concern it can be
// proposed, and the clocks of its own contracts.
type Laws struct {
	Answers map[string]Answer // by the id of the question; absent: not known yet
	Clocks  []OwnClock        // every version there ever was: incidents keep theirs
}

// Answer is an answer about the firm with who gave it, when.
type Answer struct {
	Yes bool
	By  string // account
	At  time.Time
}

// OwnClock is a time limit that a contract or an insurer sets.
type OwnClock struct {
	ID      string // "own_1"; never used for another clock
	Version int    // counts from 1; a changed clock is a new version
	Name    string
	To      string // insurer or contract_partner
	Whom    string // who must be told, such as the name of the insurer
	Contact string // how: telephone, address
	Amount  int
	Unit    string // hours or days; a day is 24 hours
	From    string // aware or reported
	Note    string
	By      string // account that wrote this version
	At      time.Time
	EndedAt time.Time // zero: still offered to new incidents
}

// The values of To, Unit and From.
const (
	ClockToInsurer = "insurer"
	ClockToPartner = "contract_partner"
	ClockHours     = "hours"
	ClockDays      = "days"
	ClockAware     = "aware"
	ClockReported  = "reported"
)

// Named refusals of a clock.
var (
	ErrClockName   = fault.New(fault.Invalid, "laws.clock_name_missing")
	ErrClockWhom   = fault.New(fault.Invalid, "laws.clock_whom_missing")
	ErrClockTo     = fault.New(fault.Invalid, "laws.clock_to_unknown")
	ErrClockAmount = fault.New(fault.Invalid, "laws.clock_amount")
	ErrClockUnit   = fault.New(fault.Invalid, "laws.clock_unit_unknown")
	ErrClockFrom   = fault.New(fault.Invalid, "laws.clock_from_unknown")
	ErrClockLong   = fault.New(fault.Invalid, "laws.clock_text_too_long")
	ErrNoClock     = fault.New(fault.NotFound, "laws.no_clock")
)

// Bounds of a clock: no contract names more, and a longer text is a slip.
const (
	mostDays  = 365
	mostRunes = 300
)

// Check says what is missing or wrong, by field.
func (c OwnClock) Check() error {
	var l fault.List
	add := func(cond bool, e *fault.Error) {
		if cond {
			l.Add(e)
		}
	}
	add(strings.TrimSpace(c.Name) == "", ErrClockName.At("name"))
	add(strings.TrimSpace(c.Whom) == "", ErrClockWhom.At("whom"))
	add(c.To != ClockToInsurer && c.To != ClockToPartner, ErrClockTo.At("to"))
	add(c.Unit != ClockHours && c.Unit != ClockDays, ErrClockUnit.At("unit"))
	add(c.From != ClockAware && c.From != ClockReported, ErrClockFrom.At("from"))
	most := mostDays
	if c.Unit == ClockHours {
		most *= 24
	}
	add(c.Amount < 1 || c.Amount > most, ErrClockAmount.At("amount").With("Most", most))
	for field, text := range map[string]string{"name": c.Name, "whom": c.Whom, "contact": c.Contact, "note": c.Note} {
		add(len([]rune(text)) > mostRunes, ErrClockLong.At(field).With("Most", mostRunes))
	}
	return l.OrNil()
}

// IsSame reports whether two versions say the same.
func (c OwnClock) IsSame(o OwnClock) bool {
	return c.Name == o.Name && c.To == o.To && c.Whom == o.Whom && c.Contact == o.Contact && c.Amount == o.Amount &&
		c.Unit == o.Unit && c.From == o.From && c.Note == o.Note
}

// Current returns the latest version of every clock that has not ended, in the order
// in which they were first written.
func (l Laws) Current() []OwnClock {
	var out []OwnClock
	for _, c := range l.Clocks {
		if last, ok := l.Latest(c.ID); ok && last.Version == c.Version && c.EndedAt.IsZero() {
			out = append(out, c)
		}
	}
	return out
}

// Latest returns the latest version of a clock; false when there is none.
func (l Laws) Latest(id string) (OwnClock, bool) {
	var out OwnClock
	for _, c := range l.Clocks {
		if c.ID == id && c.Version > out.Version {
			out = c
		}
	}
	return out, out.ID != ""
}

// Version returns one version of a clock; ErrNoClock when there is none.
func (l Laws) Version(id, version string) (OwnClock, error) {
	for _, c := range l.Clocks {
		if c.ID == id && fmt.Sprint(c.Version) == version {
			return c, nil
		}
	}
	return OwnClock{}, ErrNoClock
}

// Put adds a clock, or a new version of the one with its id; writing the same again
// changes nothing. The list it was called on stays as it was.
func (l Laws) Put(c OwnClock, by string, now time.Time) (Laws, error) {
	if err := c.Check(); err != nil {
		return l, err
	}
	last, ok := l.Latest(c.ID)
	switch {
	case c.ID != "" && (!ok || !last.EndedAt.IsZero()):
		return l, ErrNoClock
	case ok && last.IsSame(c):
		return l, nil
	case !ok:
		ids := map[string]bool{}
		for _, known := range l.Clocks {
			ids[known.ID] = true
		}
		if slices.ContainsFunc(l.Current(), c.IsSame) {
			return l, nil // the form was sent twice
		}
		c.ID = fmt.Sprintf("%s%d", OwnPrefix, len(ids)+1)
	}
	c.Version, c.By, c.At, c.EndedAt = last.Version+1, by, now, time.Time{}
	l.Clocks = append(append([]OwnClock(nil), l.Clocks...), c)
	return l, nil
}

// OwnPrefix begins the id of every clock of the firm's own.
const OwnPrefix = "own_"

// End takes a clock out of use. Incidents that have it keep it.
func (l Laws) End(id string, now time.Time) (Laws, error) {
	last, ok := l.Latest(id)
	if !ok {
		return l, ErrNoClock
	}
	l.Clocks = append([]OwnClock(nil), l.Clocks...)
	for k := range l.Clocks {
		if l.Clocks[k].ID == id && l.Clocks[k].Version == last.Version && l.Clocks[k].EndedAt.IsZero() {
			l.Clocks[k].EndedAt = now
		}
	}
	return l, nil
}

// Say keeps an answer about the firm; known false takes it back to "not known yet".
// An answer that stays as it was keeps who gave it and when.
func (l Laws) Say(question string, yes, known bool, by string, now time.Time) Laws {
	before, had := l.Answers[question]
	if had == known && before.Yes == (yes && known) {
		return l
	}
	out := make(map[string]Answer, len(l.Answers)+1)
	for id, a := range l.Answers {
		out[id] = a
	}
	delete(out, question)
	if known {
		out[question] = Answer{Yes: yes, By: by, At: now}
	}
	l.Answers = out
	return l
}
