package consent

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"clepsydra/internal/processing"
)

// Standing is where a person stands for one purpose by one channel.
type Standing string

// The standings. Silent means that nothing is known.
const (
	Silent      Standing = ""
	IsGiven     Standing = "given"
	IsSoft      Standing = "soft_opt_in"
	IsWithdrawn Standing = "withdrawn"
	IsObjected  Standing = "objected"
)

// Stops reports whether the person said no.
func (s Standing) Stops() bool { return s == IsWithdrawn || s == IsObjected }

// State is the present for one purpose and channel, with the event that made it.
// The zero State is Silent.
type State struct {
	Standing Standing
	Since    time.Time // UTC
	Event    Event
}

// IsProven reports whether a yes can be shown.
func (s State) IsProven() bool { return s.Event.IsProven() }

// States is the present of one person.
type States map[Use]State

// Present replays what a person said, in any order, to where he stands now. Of what
// was said at the same moment a no comes last, and so counts. A soft opt-in never
// undoes a no; only a consent does, and lifting an objection leaves no consent behind
// that was there before it.
func Present(events []Event) States {
	sorted := slices.SortedFunc(slices.Values(events), inOrder)
	replays := map[Use]*replay{}
	for _, e := range sorted {
		r := replays[e.Use()]
		if r == nil {
			r = &replay{}
			replays[e.Use()] = r
		}
		r.follow(e)
	}
	out := make(States, len(replays))
	for use, r := range replays {
		if s := r.state(); s.Standing != Silent {
			out[use] = s
		}
	}
	return out
}

// inOrder sorts by moment, then yes before no, then by identifier: the same events
// always replay to the same present.
func inOrder(a, b Event) int {
	return cmp.Or(a.At.Compare(b.At), a.Kind.weight()-b.Kind.weight(), strings.Compare(string(a.ID), string(b.ID)))
}

func (k Kind) weight() int {
	return slices.Index([]Kind{ObjectionLifted, SoftOptIn, Given, Withdrawn, Objected}, k)
}

// replay is the present while events of one use are followed.
type replay struct{ given, soft, withdrawn, objected *Event }

func (r *replay) follow(e Event) {
	switch e.Kind {
	case Given:
		r.given, r.withdrawn, r.objected = &e, nil, nil
	case SoftOptIn:
		r.soft = &e
	case Withdrawn:
		r.given = nil
		if r.withdrawn == nil {
			r.withdrawn = &e
		}
	case Objected:
		if r.objected == nil {
			r.objected = &e
		}
		if r.given != nil && r.withdrawn == nil {
			r.withdrawn = &e
		}
		r.given = nil
	case ObjectionLifted:
		r.objected = nil
	}
}

func (r *replay) state() State {
	for _, s := range []struct {
		standing Standing
		e        *Event
	}{{IsObjected, r.objected}, {IsWithdrawn, r.withdrawn}, {IsGiven, r.given}, {IsSoft, r.soft}} {
		if s.e != nil {
			return State{s.standing, s.e.At, *s.e}
		}
	}
	return State{}
}

// Of is where the person stands for a purpose: what he said about all marketing holds
// for each marketing purpose, unless he gave his consent to that one afterwards.
func (s States) Of(p processing.Purpose, c processing.Channel) State {
	own, all := s[Use{p.ID, c}], s[Use{AllMarketing, c}]
	switch {
	case !p.Marketing || all.Standing == Silent:
		return own
	case own.Standing == Silent, own.Standing == IsSoft && !all.Standing.Stops() && all.IsProven():
		return all
	case all.Standing.Stops() && !own.Standing.Stops() && !(own.Standing == IsGiven && own.Since.After(all.Since)):
		return all
	}
	return own
}
