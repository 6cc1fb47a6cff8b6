// Package register is the read side: the register of Art. 33(5) GDPR with every
// breach, notified or not, the board with the running clocks, and the figures.
// It changes nothing.
package register

import (
	"strings"
	"time"

	"clepsydra/internal/incident"
	"clepsydra/internal/obligation"
)

// Entry is one breach of the register: facts, effects and remedial action, the
// decisions with their reasons, and what was filed.
type Entry struct {
	Incident  incident.Incident
	Duties    []obligation.Obligation
	Filings   []obligation.Filing
	Decisions []incident.Decision
	Answers   map[string]string // typed answers of the notification that were given
	Evidence  []incident.Evidence
	People    int  // on frozen lists
	Frozen    bool // People is exact
	Sent      int  // letters sent
}

// Duty returns the obligation of that duty; false when the case has none.
func (e Entry) Duty(d obligation.Duty) (obligation.Obligation, bool) {
	for _, o := range e.Duties {
		if o.Duty == d {
			return o, true
		}
	}
	return obligation.Obligation{}, false
}

// LastReason returns the reason of the latest decision of a kind, or nothing.
func (e Entry) LastReason(kind string) string {
	reason := ""
	for _, d := range e.Decisions {
		if d.Kind == kind {
			reason = d.Reason
		}
	}
	return reason
}

// HoursToNotify is the time from awareness to the first filing; false while there
// is none.
func (e Entry) HoursToNotify() (float64, bool) {
	aware := e.Incident.Moments.Aware.At
	for _, f := range e.Filings {
		if f.Phase == obligation.Initial && !aware.IsZero() {
			return f.FiledAt.Sub(aware).Hours(), true
		}
	}
	return 0, false
}

// Step is one stage of the way through an incident. Link is the part of the
// incident's pages where it is done.
type Step struct {
	Key  string // translation key: step.<key>
	Link string // "", people, notification, letters, clocks, close
	Done bool
}

// Progress is what the steps look at.
type Progress struct {
	Incident     incident.Incident
	Duties       []obligation.Obligation
	Frozen       bool
	Approved     bool // an approved version of the notification exists
	LettersReady bool // an approved text of the letters exists
}

// Steps returns the way of an incident in order: what is done and what comes. The
// first that is not done is the next thing the law needs.
func Steps(p Progress) []Step {
	i := p.Incident
	steps := []Step{{Key: "triage", Done: i.Verdict != ""}}
	if !i.IsBreach() {
		steps = append(steps, otherLaws(p.Duties)...)
		if i.IsOpen() && i.Verdict != "" {
			steps = append(steps, Step{Key: "close", Link: "close"})
		}
		return steps
	}
	steps = append(steps,
		Step{Key: "aware", Done: !i.Moments.Aware.At.IsZero()},
		Step{Key: "risk", Link: "risk", Done: i.Risk != ""},
	)
	for _, o := range p.Duties {
		switch o.Duty {
		case obligation.NotifyAuthority:
			if o.State != obligation.Waived {
				steps = append(steps,
					Step{Key: "approve_notification", Link: "notification", Done: p.Approved || !o.IsOpen()},
					Step{Key: "file", Link: "notification", Done: !o.IsOpen()})
			}
		case obligation.InformPeople:
			if o.State != obligation.Waived {
				told := !o.IsOpen()
				steps = append(steps,
					Step{Key: "freeze", Link: "people", Done: p.Frozen || told},
					Step{Key: "approve_letters", Link: "letters", Done: p.LettersReady || told},
					Step{Key: "send_letters", Link: "letters", Done: told})
			}
		}
	}
	steps = append(steps, otherLaws(p.Duties)...)
	return append(steps, Step{Key: "close", Link: "close", Done: i.Status == incident.Closed})
}

// otherLaws is one step for all that laws besides the GDPR, and contracts, ask for;
// none when they ask for nothing.
func otherLaws(duties []obligation.Obligation) []Step {
	asked, done := false, true
	for _, o := range duties {
		if o.IsOfGDPR() || o.State == obligation.Waived {
			continue
		}
		asked, done = true, done && !o.IsOpen()
	}
	if !asked {
		return nil
	}
	return []Step{{Key: "clocks", Link: "clocks", Done: done}}
}

// Next returns the first step that is not done; false when there is none.
func Next(steps []Step) (Step, bool) {
	for _, s := range steps {
		if !s.Done {
			return s, true
		}
	}
	return Step{}, false
}

// NextFor returns the first step that is not done and that serves a duty: telling
// the people does not wait for the authority's papers, nor the other way round.
func NextFor(d obligation.Duty, steps []Step) (Step, bool) {
	other := map[obligation.Duty]string{obligation.NotifyAuthority: "letters people clocks", obligation.InformPeople: "notification clocks"}[d]
	if other == "" {
		other = "risk notification letters people" // a step of another law waits for none of these
	}
	for _, s := range steps {
		if !s.Done && (s.Link == "" || !strings.Contains(other, s.Link)) {
			return s, true
		}
	}
	return Next(steps)
}

// Clock is one running duty on the board.
type Clock struct {
	Incident   incident.Incident
	Obligation obligation.Obligation
	Steps      []Step
	Dots       []Dot
}

// Dot is something that happened on the way to the deadline.
type Dot struct {
	Key string // translation key: dot.<key>
	At  time.Time
}

// Used is the part of the way from the start to the end that is behind us, from
// 0 to 1. A clock without an end has used nothing.
func (c Clock) Used(now time.Time) float64 {
	end := c.Obligation.EndAt()
	whole := end.Sub(c.Obligation.StartedAt)
	if end.IsZero() || whole <= 0 {
		return 0
	}
	return min(1, max(0, float64(now.Sub(c.Obligation.StartedAt))/float64(whole)))
}

// dots lists what happened to the incident since its clock started.
func dots(i incident.Incident, o obligation.Obligation) []Dot {
	all := []Dot{
		{"aware", i.Moments.Aware.At}, {"contained", i.Contained}, {"taken_on", o.AcknowledgedAt},
	}
	var out []Dot
	for _, d := range all {
		if !d.At.IsZero() && !d.At.Before(o.StartedAt) {
			out = append(out, d)
		}
	}
	return out
}

// Board is what the first page shows.
type Board struct {
	Clocks  []Clock
	Reports []incident.Incident // reported, not triaged yet, the oldest first
	Waiting int                 // how many reports there are in all
	Told    Figures
	At      time.Time
}

// Figures sum up the notifications of a period.
type Figures struct {
	Notified int // breaches whose authority was told
	InTime   int
	Hours    []float64 // from awareness to filing, per breach, oldest first
}

// Median returns the middle of the hours; false when there are none.
func (f Figures) Median() (float64, bool) { return median(f.Hours) }

// ClockOf is the clock of one duty of an incident.
func ClockOf(i incident.Incident, o obligation.Obligation, steps []Step) Clock {
	return Clock{Incident: i, Obligation: o, Steps: steps, Dots: dots(i, o)}
}
