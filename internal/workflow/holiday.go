package workflow

import (
	"time"

	"clepsydra/internal/deadline"
)

// holidays is the public holidays of one country as its file has them, and every
// day of the years covered.
type holidays struct {
	Country  string        `yaml:"country"`
	Language string        `yaml:"language"` // in which names are given when none is asked for
	Source   string        `yaml:"source"`
	Seen     deadline.Date `yaml:"seen"`
	FromYear int           `yaml:"from_year"`
	ToYear   int           `yaml:"to_year"`
	Days     []holiday     `yaml:"days"`

	sure     map[deadline.Date]Text
	doubtful map[deadline.Date]Text
}

// holiday is one rule. Exactly one of On, Easter, Nth and Dates says when it is.
type holiday struct {
	ID       string          `yaml:"id"`
	Name     Text            `yaml:"name"`
	On       string          `yaml:"on"`     // "12-25"
	Easter   *int            `yaml:"easter"` // days after Easter Sunday, negative before
	Nth      *nth            `yaml:"nth"`
	Dates    []deadline.Date `yaml:"dates"`
	IfSunday string          `yaml:"if_sunday"` // "previous_day": kept on the Saturday before
	FromYear int             `yaml:"from_year"` // 0: as long as the file covers
	ToYear   int             `yaml:"to_year"`
	Doubtful string          `yaml:"doubtful"` // why the sources disagree; such a day moves no deadline
}

// nth is a weekday of a month: the first Monday of August, the last of October (-1).
type nth struct {
	Month   int    `yaml:"month"`
	Weekday string `yaml:"weekday"`
	Number  int    `yaml:"number"`
}

// calendar shows the holidays of a country in one language.
type calendar struct {
	*holidays
	lang string
}

// Holiday implements deadline.Calendar.
func (c calendar) Holiday(d deadline.Date) (string, bool) {
	name, ok := c.sure[d]
	return name.In(c.lang, c.Country), ok
}

// Doubtful implements deadline.Doubter.
func (c calendar) Doubtful(d deadline.Date) (string, bool) {
	name, ok := c.doubtful[d]
	return name.In(c.lang, c.Country), ok
}

// Covers implements deadline.Calendar.
func (c calendar) Covers(year int) bool { return year >= c.FromYear && year <= c.ToYear }

// Easter returns Easter Sunday of a year in the Gregorian calendar (1583 and later),
// by the method of Meeus, Jones and Butcher.
func Easter(year int) deadline.Date {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	g := (8*b + 13) / 25
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 19*l) / 433
	month := (h + l - 7*m + 90) / 25
	day := (h + l - 7*m + 33*month + 19) % 32
	return deadline.Date{Year: year, Month: time.Month(month), Day: day}
}

// in gives the days of the rule in a year.
func (h holiday) in(year int) []deadline.Date {
	if year < h.FromYear || (h.ToYear != 0 && year > h.ToYear) {
		return nil
	}
	switch {
	case h.On != "":
		d, err := deadline.ParseDate(time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).Format("2006-") + h.On)
		if err != nil {
			return nil // 29 February
		}
		if d.Weekday() == time.Sunday && h.IfSunday != "" {
			d = d.AddDays(-1)
		}
		return []deadline.Date{d}
	case h.Easter != nil:
		return []deadline.Date{Easter(year).AddDays(*h.Easter)}
	case h.Nth != nil:
		return []deadline.Date{h.Nth.in(year)}
	}
	var out []deadline.Date
	for _, d := range h.Dates {
		if d.Year == year {
			out = append(out, d)
		}
	}
	return out
}

func weekdays() map[string]time.Weekday {
	return map[string]time.Weekday{
		"monday": time.Monday, "tuesday": time.Tuesday, "wednesday": time.Wednesday,
		"thursday": time.Thursday, "friday": time.Friday,
	}
}

func (n nth) in(year int) deadline.Date {
	want := weekdays()[n.Weekday]
	if n.Number < 0 {
		last := deadline.DateOf(time.Date(year, time.Month(n.Month)+1, 0, 0, 0, 0, 0, time.UTC))
		return last.AddDays(-(int(last.Weekday()-want+7) % 7))
	}
	first := deadline.Date{Year: year, Month: time.Month(n.Month), Day: 1}
	return first.AddDays(int(want-first.Weekday()+7)%7 + 7*(n.Number-1))
}

func (l *loader) addHolidays(c *checker, h holidays) {
	h.check(c)
	h.sure, h.doubtful = make(map[deadline.Date]Text), make(map[deadline.Date]Text)
	for year := h.FromYear; year <= h.ToYear && h.ToYear-h.FromYear < 200; year++ {
		for _, rule := range h.Days {
			for _, d := range rule.in(year) {
				if rule.Doubtful != "" {
					h.doubtful[d] = rule.Name
				} else {
					h.sure[d] = rule.Name
				}
			}
		}
	}
	l.packs.holidays[h.Country] = &h
}

func (h holidays) check(c *checker) {
	c.country("$.country", h.Country)
	c.need(h.Country == c.stem(), "$.country", "the file of %q must be called %s.yaml", h.Country, h.Country)
	oneOf(c, "$.language", h.Language, Languages()...)
	c.origin(h.Source, h.Seen)
	c.need(h.FromYear >= 1583 && h.ToYear >= h.FromYear && h.ToYear-h.FromYear < 200, "$.from_year",
		"the years %d to %d are not a span of at most 200 years", h.FromYear, h.ToYear)
	c.need(len(h.Days) > 0, "$.days", "the list is empty")
	seen := make(map[string]bool)
	for i, d := range h.Days {
		at := index("$.days", i)
		c.name(at+".id", d.ID)
		c.need(!seen[d.ID], at+".id", "%q is there twice", d.ID)
		seen[d.ID] = true
		c.text(at+".name", d.Name)
		d.check(c, at)
	}
}

func (h holiday) check(c *checker, at string) {
	rules := 0
	for _, is := range []bool{h.On != "", h.Easter != nil, h.Nth != nil, len(h.Dates) > 0} {
		if is {
			rules++
		}
	}
	c.need(rules == 1, at, "exactly one of on, easter, nth and dates must say when the day is")
	if h.On != "" {
		_, err := deadline.ParseDate("2024-" + h.On)
		c.need(err == nil, at+".on", "%q is not a month and a day such as 12-25", h.On)
	}
	if h.Nth != nil {
		_, known := weekdays()[h.Nth.Weekday]
		c.need(known, at+".nth.weekday", "%q is not a weekday from monday to friday", h.Nth.Weekday)
		c.need(h.Nth.Month >= 1 && h.Nth.Month <= 12, at+".nth.month", "%d is not a month", h.Nth.Month)
		c.need(h.Nth.Number == -1 || (h.Nth.Number >= 1 && h.Nth.Number <= 4), at+".nth.number",
			"%d is not 1 to 4, or -1 for the last", h.Nth.Number)
	}
	oneOf(c, at+".if_sunday", h.IfSunday, "", "previous_day")
	c.need(h.IfSunday == "" || h.On != "", at+".if_sunday", "only a fixed date can fall on a Sunday by chance")
}
