package watch

import (
	"slices"
	"strings"
	"time"

	"clepsydra/internal/journal"
)

// Window is a stretch of time, its end not included, in UTC.
type Window struct{ From, To time.Time }

// Finding is a rule that an account went over within one window.
type Finding struct {
	Rule    Rule
	Account string
	Window  Window
	Count   int
}

// WindowOf is the window of a rule that an instant falls into, in the firm's zone;
// false when the rule does not look at that time.
func (r Rule) WindowOf(at time.Time, zone *time.Location) (Window, bool) {
	local := at.In(zone)
	day := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, zone)
	from, to := day, day.AddDate(0, 0, 1)
	switch {
	case r.Window == "hour":
		past := time.Duration(local.Minute())*time.Minute + time.Duration(local.Second())*time.Second + time.Duration(local.Nanosecond())
		from = local.Add(-past)
		to = from.Add(time.Hour)
	case r.Hours != nil:
		var in bool
		if day, from, to, in = r.Hours.around(local, day); !in {
			return Window{}, false
		}
	}
	if len(r.Days) > 0 && !slices.Contains(r.Days, dayName(day.Weekday())) {
		return Window{}, false
	}
	return Window{from.UTC(), to.UTC()}, true
}

// around finds the part of the day that local is in. A part that goes over midnight
// belongs to the day on which it began.
func (h Hours) around(local, day time.Time) (began, from, to time.Time, in bool) {
	begin, end := minutes(h.From), minutes(h.To)
	now := local.Hour()*60 + local.Minute()
	overnight := end < begin
	switch {
	case !overnight && (now < begin || now >= end), overnight && now >= end && now < begin:
		return day, day, day, false
	case overnight && now < end:
		day = day.AddDate(0, 0, -1)
	}
	last := day
	if overnight {
		last = day.AddDate(0, 0, 1)
	}
	at := func(d time.Time, m int) time.Time {
		return time.Date(d.Year(), d.Month(), d.Day(), m/60, m%60, 0, 0, d.Location())
	}
	return day, at(day, begin), at(last, end), true
}

// minutes reads a time of the day that was checked before.
func minutes(s string) int {
	m, err := clock(s)
	if err != nil {
		return 0
	}
	return m
}

// Reach is how far back a window that holds an instant can begin.
const Reach = 49 * time.Hour

// Find compares the acts of one account with every rule and returns each window in
// which it went over, the earliest first per rule. Acts may come in any order.
func (p Pack) Find(account string, acts []journal.Act, zone *time.Location) []Finding {
	var out []Finding
	for _, r := range p.Rules {
		counts := map[Window]*count{}
		var order []Window
		for _, a := range acts {
			if !r.Measure.counts(a) {
				continue
			}
			w, ok := r.WindowOf(a.RecordedAt, zone)
			if !ok {
				continue
			}
			if counts[w] == nil {
				counts[w] = &count{people: map[string]bool{}}
				order = append(order, w)
			}
			counts[w].add(r.Measure, a)
		}
		slices.SortFunc(order, func(a, b Window) int { return a.From.Compare(b.From) })
		for _, w := range order {
			if n := counts[w].n; n > r.MoreThan {
				out = append(out, Finding{r, account, w, n})
			}
		}
	}
	return out
}

// counts reports whether an act matters to a measure.
func (m Measure) counts(a journal.Act) bool {
	switch m {
	case Opened:
		return SortOf(a.Kind) == Viewed
	case Searches:
		return SortOf(a.Kind) == Searched
	}
	return SortOf(a.Kind) == Exported
}

type count struct {
	n      int
	people map[string]bool
}

func (c *count) add(m Measure, a journal.Act) {
	switch m {
	case Opened:
		c.people[a.Case.ID] = true
		c.n = len(c.people)
	case Searches:
		c.n++
	default:
		c.n += a.People
	}
}

func weekdays() []time.Weekday {
	return []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}
}

func dayName(d time.Weekday) string { return strings.ToLower(d.String()) }
