package deadline_test

import (
	"testing"
	"time"

	"clepsydra/internal/deadline"
)

// table is a calendar written out by hand for the years the vectors touch.
type table struct {
	from, to int
	days     map[string]string
	doubtful map[string]string
}

func (c table) Holiday(d deadline.Date) (string, bool) { n, ok := c.days[d.String()]; return n, ok }

func (c table) Covers(year int) bool { return year >= c.from && year <= c.to }

func (c table) Doubtful(d deadline.Date) (string, bool) {
	n, ok := c.doubtful[d.String()]
	return n, ok
}

func belgium() table {
	return table{from: 2026, to: 2027, doubtful: map[string]string{"2026-11-02": "All Souls"}, days: map[string]string{
		"2026-01-01": "New Year", "2026-04-06": "Easter Monday", "2026-05-01": "Labour Day",
		"2026-05-14": "Ascension", "2026-05-25": "Whit Monday", "2026-07-21": "National Day",
		"2026-08-15": "Assumption", "2026-11-01": "All Saints", "2026-11-11": "Armistice",
		"2026-12-25": "Christmas", "2027-01-01": "New Year", "2027-03-29": "Easter Monday",
	}}
}

func netherlands() table {
	return table{from: 2026, to: 2027, days: map[string]string{
		"2026-01-01": "New Year", "2026-04-06": "Easter Monday", "2026-04-27": "King's Day",
		"2026-05-14": "Ascension", "2026-05-25": "Whit Monday", "2026-12-25": "Christmas",
		"2026-12-26": "Boxing Day", "2027-01-01": "New Year",
	}}
}

// germany has Good Friday and Easter Monday: the only common way to meet Art. 3(5).
func germany() table {
	return table{from: 2026, to: 2026, days: map[string]string{
		"2026-04-03": "Good Friday", "2026-04-06": "Easter Monday",
	}}
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func instant(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func day(t testing.TB, s string) deadline.Date {
	t.Helper()
	d, err := deadline.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func keys(d deadline.Deadline) []string {
	out := make([]string, len(d.Steps))
	for i, s := range d.Steps {
		out[i] = s.Key
	}
	return out
}
