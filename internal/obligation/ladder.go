package obligation

import (
	"strconv"
	"time"
)

// Rung is one step of a ladder of reminders, as the rule pack describes it. Its
// instant lies AfterStart of the clock, or BeforeDue (negative: after) its end.
type Rung struct {
	Key        string
	FromStart  bool          // offset counts from the start; else back from the end
	Offset     time.Duration // forward from the start, or back from the end
	Mild       bool          // skipped once when somebody has taken it on
	UnseenOnly bool          // only when nobody has taken it on
	Escalates  bool
	Broadcast  bool
	Asked      []string      // roles: lead, deputy, director
	Repeat     time.Duration // comes again at this distance while the duty is open; 0: once
}

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
	Escalates    bool
	Broadcast    bool
	Asked        []string
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

// lastStretch is the time before the end in which nothing is skipped, put off
// or kept quiet.
const lastStretch = 12 * time.Hour

// Quiet hours in the firm's zone: outside the last stretch a reminder that falls
// between them waits for the morning.
const (
	quietFrom  = 20
	quietUntil = 7
)

// Plan lays out the reminders of an open obligation, one per rung, in the order
// of the ladder. loc is the firm's zone, for the quiet hours. Rungs that need an
// end are left out when the duty has none.
func Plan(o Obligation, rungs []Rung, loc *time.Location) []Reminder {
	var out []Reminder
	for _, r := range rungs {
		at, ok := r.instant(o)
		if !ok {
			continue
		}
		out = append(out, Reminder{
			ObligationID: o.ID, Rung: r.Key, DueAt: quiet(at, o, r, loc), Mild: r.Mild, UnseenOnly: r.UnseenOnly,
			Escalates: r.Escalates, Broadcast: r.Broadcast, Asked: r.Asked, Repeat: r.Repeat, State: Planned,
		})
	}
	return out
}

func (r Rung) instant(o Obligation) (time.Time, bool) {
	if r.FromStart {
		at := o.StartedAt.Add(r.Offset)
		// A clock that started long ago has no use for a rung after its end.
		return at, o.EndAt().IsZero() || !at.After(o.EndAt()) || r.Offset == 0
	}
	if o.EndAt().IsZero() {
		return time.Time{}, false
	}
	at := o.EndAt().Add(-r.Offset)
	return at, at.After(o.StartedAt)
}

// quiet moves a reminder out of the night, unless it is the first word about the
// clock, an escalation, or would then fall into the last stretch.
func quiet(at time.Time, o Obligation, r Rung, loc *time.Location) time.Time {
	if r.Escalates || r.FromStart && r.Offset == 0 {
		return at
	}
	local := at.In(loc)
	day := local
	switch {
	case local.Hour() >= quietFrom:
		day = local.AddDate(0, 0, 1)
	case local.Hour() >= quietUntil:
		return at
	}
	morning := time.Date(day.Year(), day.Month(), day.Day(), quietUntil, 0, 0, 0, loc).UTC()
	if end := o.EndAt(); !end.IsZero() && morning.After(end.Add(-lastStretch)) {
		return at
	}
	return morning
}

// Verdict says what to do with a reminder whose time has come.
type Verdict struct {
	Send  bool
	State ReminderState // when not sent
	Why   string
	With  []Reminder // others of the same obligation that are due too: one message for all
}

// Judge re-reads the present: a reminder of a settled duty is cancelled, one that
// was dealt with stays, an escalation is skipped when somebody has taken it on,
// and so is the first mild one after that, but none in the last stretch. all are
// the reminders of the obligation, r among them.
func Judge(o Obligation, r Reminder, all []Reminder, now time.Time) Verdict {
	switch {
	case r.State != Planned:
		return Verdict{State: r.State, Why: r.Why}
	case !o.IsOpen():
		return Verdict{State: Cancelled, Why: "settled"}
	}
	last := !o.EndAt().IsZero() && !r.DueAt.Before(o.EndAt().Add(-lastStretch))
	seen := !o.AcknowledgedAt.IsZero()
	switch {
	case seen && r.UnseenOnly:
		return Verdict{State: Skipped, Why: "acknowledged"}
	case seen && r.Mild && !last && !skippedBefore(all):
		return Verdict{State: Skipped, Why: "acknowledged"}
	}
	v := Verdict{Send: true}
	for _, other := range all {
		if other.ID != r.ID && other.State == Planned && !other.DueAt.After(now) {
			v.With = append(v.With, other)
		}
	}
	return v
}

func skippedBefore(all []Reminder) bool {
	for _, r := range all {
		if r.State == Skipped && r.Mild {
			return true
		}
	}
	return false
}

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
	next.Rung = "late_" + strconv.Itoa(sent+1)
	next.DueAt = now.Add(r.Repeat)
	return next, true
}
