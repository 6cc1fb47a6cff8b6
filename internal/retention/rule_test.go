package retention

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"clepsydra/internal/deadline"
	"clepsydra/internal/processing"
)

func day(s string) deadline.Date {
	d, err := deadline.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func purpose(id string, months int, from processing.Start, then processing.Outcome) processing.Purpose {
	return processing.Purpose{ID: processing.PurposeID(id), Retention: processing.Retention{Months: months, From: from, Then: then}}
}

func TestTheProposalGivesAPlan(t *testing.T) {
	t.Parallel()
	r, err := processing.Starter()
	if err != nil {
		t.Fatal(err)
	}
	p := PlanOf(r, Defaults(), day("2026-11-22"))
	if !p.IsReady() || p.Active != day("2023-11-22") || !p.Collected.IsZero() || p.Then != processing.ThenAnonymise || p.Archive != nil {
		t.Errorf("%+v", p)
	}
	p = PlanOf(r, Settings{Archive: true}, day("2026-11-22"))
	if p.Then != processing.ThenArchive || p.KeepUntil(day("2023-11-01")) != day("2033-11-01") {
		t.Errorf("with the archive: %+v", p)
	}
}

func TestWhoIsDue(t *testing.T) {
	t.Parallel()
	brussels, err := time.LoadLocation("Europe/Brussels")
	if err != nil {
		t.Fatal(err)
	}
	at := func(s string) time.Time {
		v, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return v.In(brussels)
	}
	activity := PlanOf(processing.Record{Purposes: []processing.Purpose{
		purpose("a", 24, processing.FromActivity, processing.ThenErase), purpose("b", 36, processing.FromActivity, processing.ThenErase),
	}}, Defaults(), day("2026-11-22"))
	both := PlanOf(processing.Record{Purposes: []processing.Purpose{
		purpose("a", 12, processing.FromActivity, processing.ThenErase), purpose("b", 24, processing.FromCollection, processing.ThenAnonymise),
	}}, Defaults(), day("2026-11-22"))
	undecided := PlanOf(processing.Record{Purposes: []processing.Purpose{
		purpose("a", 12, processing.FromActivity, processing.ThenErase), purpose("b", 0, "", ""),
	}}, Defaults(), day("2026-11-22"))
	for name, c := range map[string]struct {
		p                 Plan
		active, collected string
		want              bool
	}{
		"the last second of the last day": {activity, "2023-11-22T22:59:59Z", "2015-01-01T00:00:00Z", true},
		"the first second after it":       {activity, "2023-11-22T23:00:00Z", "2015-01-01T00:00:00Z", false},
		"only the shorter is over":        {activity, "2024-06-01T00:00:00Z", "2015-01-01T00:00:00Z", false},
		"both over":                       {both, "2025-11-22T10:00:00Z", "2024-11-22T10:00:00Z", true},
		"collected too lately":            {both, "2024-11-23T10:00:00Z", "2024-11-23T10:00:00Z", false},
		"active too lately":               {both, "2025-11-23T10:00:00Z", "2020-01-01T10:00:00Z", false},
		"a purpose without a term":        {undecided, "2001-01-01T00:00:00Z", "2001-01-01T00:00:00Z", false},
		"no purpose at all":               {Plan{}, "2001-01-01T00:00:00Z", "2001-01-01T00:00:00Z", false},
	} {
		if got := c.p.IsDue(at(c.active), at(c.collected)); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestMonthsAreCalendarMonths(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		on     string
		months int
		want   string
	}{
		{"2026-11-22", 36, "2023-11-22"}, {"2025-02-28", 12, "2024-02-29"}, {"2024-02-29", 12, "2023-02-28"},
		{"2025-03-01", 12, "2024-03-01"}, {"2026-06-30", 1, "2026-05-31"}, {"2026-03-31", 1, "2026-02-28"},
	} {
		if got := Cutoff(day(c.on), c.months); got != day(c.want) {
			t.Errorf("%d months before %s: %s, want %s", c.months, c.on, got, c.want)
		}
	}
}

// TestTheCutoffIsTheLatestDayThatIsOver: that day plus the months is not after today,
// the day after it is.
func TestTheCutoffIsTheLatestDayThatIsOver(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		on := day("2020-01-01").AddDays(rapid.IntRange(0, 5000).Draw(t, "day"))
		months := rapid.IntRange(1, 240).Draw(t, "months")
		d := Cutoff(on, months)
		if d.AddMonths(months).After(on) || !d.AddDays(1).AddMonths(months).After(on) {
			t.Fatalf("%s less %d months is %s", on, months, d)
		}
	})
}

// TestNoPublishedGroupIsSmallAndNoDifferenceIsolatesAnybody: whatever leaves, in
// whatever portions, every figure that is shown counts at least five, and so does
// every change of one.
func TestNoPublishedGroupIsSmallAndNoDifferenceIsolatesAnybody(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		counts, shown := map[string]int{}, map[string]int{}
		for range rapid.IntRange(1, 12).Draw(t, "rounds") {
			for _, g := range rapid.SliceOfN(rapid.SampledFrom([]string{"BE 30", "BE 32", "NL 12", "FR 75", ""}), 0, 25).Draw(t, "people") {
				counts[g]++
			}
			next := Publish(shown, counts)
			total, all := 0, 0
			for _, n := range counts {
				all += n
			}
			for g, n := range next {
				total += n
				if n < Least {
					t.Fatalf("%q has %d people: %v", g, n, next)
				}
				if d := n - shown[g]; d != 0 && d < Least && d > -Least {
					t.Fatalf("%q went from %d to %d", g, shown[g], n)
				}
			}
			for g, n := range shown {
				if _, ok := next[g]; !ok && n < Least {
					t.Fatalf("%q of %d went", g, n)
				}
			}
			if total > all {
				t.Fatalf("%d shown of %d", total, all)
			}
			shown = next
		}
	})
}

func TestFiguresAreShownWhenTheyAreManyEnough(t *testing.T) {
	t.Parallel()
	got := Publish(nil, map[string]int{"BE": 12, "NL": 3, "FR": 2, "DE": 7})
	if len(got) != 3 || got["BE"] != 12 || got["DE"] != 7 || got[Other] != 5 {
		t.Errorf("%v", got)
	}
	got = Publish(nil, map[string]int{"BE": 12, "NL": 3}) // three alone would stand out
	if len(got) != 1 || got[Other] != 15 {
		t.Errorf("%v", got)
	}
}

func TestBooksAreKeptAsTheCountryAsks(t *testing.T) {
	t.Parallel()
	for country, want := range map[string]int{"BE": 10, "NL": 7, "FR": 10, "DE": 8, "LU": 10, "IE": 6, "XX": 0} {
		got, err := BooksOf(country)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) == 0 && want == 0 {
			continue
		}
		if len(got) == 0 || got[0].Years != want || got[0].Source == "" || got[0].Certainty == "" || got[len(got)-1].From != 0 {
			t.Errorf("%s: %+v, want %d years", country, got, want)
		}
	}
}
