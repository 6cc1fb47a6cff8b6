package obligation

import (
	"strconv"
	"strings"
	"time"

	"clepsydra/internal/workflow"
)

// ReminderState is what became of a reminder.
type ReminderState string

// The states. A failed reminder reached nobody by any channel.
const (
	Planned   ReminderState = "planned"
	Sent      ReminderState = "sent"
	Skipped   ReminderState = "skipped"
	Cancelled ReminderState = "cancelled"
	Failed    ReminderState = "failed"
)

// Reminder is one rung of one obligation: a row before it is a message.
type Reminder struct {
	ID           string
	ObligationID ID
	Rung         string
	DueAt        time.Time
	Mild         bool
	UnseenOnly   bool
	Broadcast    bool
	Asked        []string // roles: lead, deputy, director
	Channels     []string // slack, mail
	Repeat       time.Duration
	State        ReminderState
	Why          string // why skipped, cancelled or failed: a code
	SentAt       time.Time
	SlackChannel string
	SlackTS      string
	Mails        int
	Attempts     int
	LastError    string
}

// lastStretch is the time before the end in which nothing is skipped or put off.
const lastStretch = 12 * time.Hour

// Plan lays out the reminders of an open obligation, one per rung of its ladder.
// loc is the firm's zone, for the quiet hours. Rungs that count from an end are
// left out when the duty has none, and a rung whose time lies before the clock
// started or, counted from the start, after its end has no use.
func Plan(o Obligation, l workflow.Ladder, loc *time.Location) []Reminder {
	var out []Reminder
	end := o.EndAt()
	for _, r := range l.Rungs {
		at, ok := r.At(o.StartedAt, end)
		if !ok || r.AfterStart != nil && *r.AfterStart > 0 && !end.IsZero() && !at.Before(end) {
			continue
		}
		out = append(out, Reminder{
			ObligationID: o.ID, Rung: r.Key, DueAt: l.SendAt(r, at, end, loc).UTC(), Mild: r.Mild,
			UnseenOnly: r.OnlyIf == workflow.Unacknowledged, Broadcast: r.Broadcast,
			Asked: words(r.Audience), Channels: words(r.Channels), Repeat: r.Every, State: Planned,
		})
	}
	return out
}

func words[T ~string](in []T) []string {
	out := make([]string, len(in))
	for k, v := range in {
		out[k] = string(v)
	}
	return out
}

// Verdict says what to do with a reminder whose time has come.
type Verdict struct {
	Send  bool
	State ReminderState // when not sent
	Why   string
	With  []Reminder // others of the same obligation that are due too: one message for all
}

// Judge re-reads the present: a reminder of a settled duty is cancelled, one that
// was dealt with or whose time has not come stays, an escalation is skipped when
// somebody has taken it on, and so is the first mild one after that, but none in
// the last stretch. all are the reminders of the obligation, r among them.
func Judge(o Obligation, r Reminder, all []Reminder, now time.Time) Verdict {
	switch {
	case r.State != Planned:
		return Verdict{State: r.State, Why: r.Why}
	case !o.IsOpen():
		return Verdict{State: Cancelled, Why: "settled"}
	case r.DueAt.After(now):
		return Verdict{State: Planned}
	}
	last := !o.EndAt().IsZero() && !now.Before(o.EndAt().Add(-lastStretch))
	seen := !o.AcknowledgedAt.IsZero()
	switch {
	case seen && r.UnseenOnly:
		return Verdict{State: Skipped, Why: "acknowledged"}
	case seen && r.Mild && !last && !skippedBefore(all):
		return Verdict{State: Skipped, Why: "acknowledged"}
	}
	v := Verdict{Send: true}
	for _, other := range all {
		isHeldBack := seen && other.UnseenOnly // its own judgement will skip it
		if other.ID != r.ID && other.State == Planned && !other.DueAt.After(now) && !isHeldBack {
			v.With = append(v.With, other)
		}
	}
	return v
}

// Lacking returns those of the planned reminders that existing ones do not stand
// for, so that a ladder can be laid out again at any time: after a crash, after a
// waiver was taken back, or when the clock was set anew. What was dealt with stands
// for a rung when that was not before the rung is due now; a "one day left" that
// went out for an earlier deadline must be said again for the later one, under a
// name of its own. A repeating rung goes on after the last time it was sent.
func Lacking(planned, existing []Reminder) []Reminder {
	names := make(map[string]bool, len(existing))
	for _, e := range existing {
		names[e.Rung] = true
	}
	var out []Reminder
	for _, p := range planned {
		stands, last := standing(p, existing)
		if stands {
			continue
		}
		if p.Repeat > 0 && !last.IsZero() && p.DueAt.Before(last.Add(p.Repeat)) {
			p.DueAt = last.Add(p.Repeat)
		}
		base := p.Rung
		if p.Repeat > 0 {
			base = repeated
		}
		for n := 2; names[p.Rung]; n++ {
			p.Rung = base + "_" + strconv.Itoa(n)
		}
		names[p.Rung] = true
		out = append(out, p)
	}
	return out
}

// standing reports whether an existing reminder stands for p, and when one of the
// same rung was last dealt with.
func standing(p Reminder, existing []Reminder) (bool, time.Time) {
	var last time.Time
	for _, e := range existing {
		if !isSameRung(p, e) || e.State == Cancelled {
			continue
		}
		at := e.SentAt
		if at.IsZero() {
			at = e.DueAt
		}
		if e.State == Planned || p.Repeat <= 0 && !at.Before(p.DueAt) {
			return true, at
		}
		if at.After(last) {
			last = at
		}
	}
	return false, last
}

// isSameRung reports whether e is p's rung or an earlier turn of it.
func isSameRung(p, e Reminder) bool {
	if p.Repeat > 0 {
		return e.Repeat > 0
	}
	tail, ok := strings.CutPrefix(e.Rung, p.Rung)
	if !ok || tail == "" {
		return ok
	}
	_, err := strconv.Atoi(strings.TrimPrefix(tail, "_"))
	return tail[0] == '_' && err == nil
}

func skippedBefore(all []Reminder) bool {
	for _, r := range all {
		if r.State == Skipped && r.Mild {
			return true
		}
	}
	return false
}

// repeated is what the turns of a repeating rung after the first are called.
const repeated = "late"

// Again returns the next reminder of a repeating rung that was just sent; false
// when it does not repeat. The first is named after its rung, the next late_2 and
// so on, so that each is a row of its own.
func Again(r Reminder, sent int, now time.Time) (Reminder, bool) {
	if r.Repeat <= 0 {
		return Reminder{}, false
	}
	next := r
	next.ID, next.State, next.Why, next.SentAt = "", Planned, "", time.Time{}
	next.SlackChannel, next.SlackTS, next.Mails, next.Attempts, next.LastError = "", "", 0, 0, ""
	next.Rung = repeated + "_" + strconv.Itoa(sent+1)
	next.DueAt = now.Add(r.Repeat)
	return next, true
}
