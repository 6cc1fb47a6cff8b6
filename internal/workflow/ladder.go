package workflow

import (
	"slices"
	"time"

	"clepsydra/internal/deadline"
)

// Ladder is the reminders of a duty and the rules they keep.
type Ladder struct {
	Quiet Quiet `yaml:"quiet"`
	// SnoozeUntil is how long before the end a reminder may be put off at the
	// latest; zero: as far as one likes.
	SnoozeUntil time.Duration `yaml:"snooze_until"`
	Rungs       []Rung        `yaml:"rungs"`
}

// Quiet is the hours in which nobody is disturbed, by the local clock. It does not
// hold for urgent rungs, nor in the last stretch before the end.
type Quiet struct {
	FromHour  int           `yaml:"from_hour"` // 20: from 20:00
	ToHour    int           `yaml:"to_hour"`   // 7: until 07:00
	NotInLast time.Duration `yaml:"not_in_last"`
}

// Audience is who is asked to act.
type Audience string

// The audiences.
const (
	ToLead     Audience = "lead"
	ToDeputy   Audience = "deputy"
	ToDirector Audience = "director"
)

// Channel is how a reminder travels.
type Channel string

// The channels.
const (
	BySlack Channel = "slack"
	ByMail  Channel = "mail"
)

// Condition keeps a rung back unless it holds when the rung is due.
type Condition string

// The conditions; the empty one always holds.
const (
	Always         Condition = ""
	Unacknowledged Condition = "unacknowledged"
)

// Rung is one reminder. Exactly one of AfterStart, BeforeDue and AfterDue says when.
type Rung struct {
	Key        string         `yaml:"key"`
	Name       Text           `yaml:"name"`
	AfterStart *time.Duration `yaml:"after_start"`
	BeforeDue  *time.Duration `yaml:"before_due"`
	AfterDue   *time.Duration `yaml:"after_due"`
	Every      time.Duration  `yaml:"every"` // repeated until the duty is met; zero: once
	Audience   []Audience     `yaml:"audience"`
	Channels   []Channel      `yaml:"channels"`
	Broadcast  bool           `yaml:"broadcast"` // said in the channel, not only in the thread or to one person
	Mild       bool           `yaml:"mild"`      // skipped when the rung before it was acknowledged
	Urgent     bool           `yaml:"urgent"`    // sent in quiet hours too
	OnlyIf     Condition      `yaml:"only_if"`
}

// At returns when the rung is due, given start and end of the duty. It is false when
// the rung counts from an end that the duty has not (zero due), or when it would
// fall before the start, as 36 hours before the end of a 24-hour limit does.
func (r Rung) At(start, due time.Time) (time.Time, bool) {
	switch {
	case r.AfterStart != nil:
		return start.Add(*r.AfterStart), true
	case due.IsZero():
		return time.Time{}, false
	case r.BeforeDue != nil:
		at := due.Add(-*r.BeforeDue)
		return at, !at.Before(start)
	}
	return due.Add(*r.AfterDue), true
}

// SendAt moves a reminder that falls into the quiet hours of loc to their end. It
// stays where it is when the rung is urgent, when the last stretch before due has
// begun, and when waiting would reach into that stretch it goes out as it begins.
func (l Ladder) SendAt(r Rung, at, due time.Time, loc *time.Location) time.Time {
	if r.Urgent || l.Quiet.FromHour == l.Quiet.ToHour {
		return at
	}
	local := at.In(loc)
	h := local.Hour()
	if isQuiet := h >= l.Quiet.FromHour || h < l.Quiet.ToHour; !isQuiet {
		return at
	}
	day := local.Day()
	if h >= l.Quiet.FromHour {
		day++
	}
	end := time.Date(local.Year(), local.Month(), day, l.Quiet.ToHour, 0, 0, 0, loc).UTC()
	if due.IsZero() {
		return end
	}
	last := due.Add(-l.Quiet.NotInLast)
	switch {
	case !at.Before(last):
		return at
	case end.After(last):
		return last
	}
	return end
}

func (l Ladder) check(c *checker, at string, limit *Limit) {
	c.need(len(l.Rungs) > 0, at+".rungs", "the list is empty")
	q := l.Quiet
	c.need(q.FromHour >= 0 && q.FromHour < 24 && q.ToHour >= 0 && q.ToHour <= q.FromHour, at+".quiet",
		"quiet hours must run over midnight, such as from_hour 20 to_hour 7")
	c.need(q.NotInLast >= 0 && l.SnoozeUntil >= 0, at, "a length of time is negative")
	seen := make(map[string]bool)
	for i, r := range l.Rungs {
		rungAt := index(at+".rungs", i)
		c.need(!seen[r.Key], rungAt+".key", "%q is there twice", r.Key)
		seen[r.Key] = true
		r.check(c, rungAt, limit)
		if r.BeforeDue != nil && r.Mild {
			c.need(*r.BeforeDue > q.NotInLast, rungAt+".mild", "a reminder of the last %v cannot be mild", q.NotInLast)
		}
	}
}

func (r Rung) check(c *checker, at string, limit *Limit) {
	c.name(at+".key", r.Key)
	c.text(at+".name", r.Name)
	set := 0
	for _, offset := range []*time.Duration{r.AfterStart, r.BeforeDue, r.AfterDue} {
		if offset != nil {
			set++
			c.need(*offset >= 0, at, "a length of time is negative")
		}
	}
	c.need(set == 1, at, "exactly one of after_start, before_due and after_due must say when")
	c.need(limit != nil || r.AfterStart != nil, at, "the duty has no limit, so a rung can only count from its start")
	if limit != nil && limit.Unit == deadline.UnitHours && r.BeforeDue != nil {
		c.need(*r.BeforeDue < time.Duration(limit.Amount)*time.Hour, at+".before_due", "it lies before the start of the duty")
	}
	c.need(r.Every >= 0, at+".every", "a length of time is negative")
	c.need(r.Every == 0 || r.BeforeDue == nil, at+".every", "only a rung after the start or after the end can repeat")
	c.need(r.Every == 0 || r.Every >= time.Hour, at+".every", "more often than once an hour is noise")
	people(c, at, r)
	oneOf(c, at+".only_if", r.OnlyIf, Always, Unacknowledged)
}

func people(c *checker, at string, r Rung) {
	c.need(len(r.Audience) > 0, at+".audience", "nobody is asked")
	for i, a := range r.Audience {
		oneOf(c, index(at+".audience", i), a, ToLead, ToDeputy, ToDirector)
		c.need(!slices.Contains(r.Audience[:i], a), index(at+".audience", i), "%q is there twice", a)
	}
	c.need(len(r.Channels) > 0, at+".channels", "there is no channel")
	for i, ch := range r.Channels {
		oneOf(c, index(at+".channels", i), ch, BySlack, ByMail)
		c.need(!slices.Contains(r.Channels[:i], ch), index(at+".channels", i), "%q is there twice", ch)
	}
}
