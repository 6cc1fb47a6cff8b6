package workflow_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"clepsydra/internal/workflow"
)

// allLimited are the duties of every shipped regime that have a limit.
func allLimited(t testing.TB) []workflow.Duty {
	t.Helper()
	var out []workflow.Duty
	for _, r := range load(t).Regimes(today()) {
		for _, d := range r.Duties {
			if d.Limit != nil {
				out = append(out, d)
			}
		}
	}
	return out
}

// drawMoments draws a moment for everything a duty runs from.
func drawMoments(r *rapid.T, d workflow.Duty, label string) workflow.Moments {
	draw := func(name string) time.Time {
		from := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
		return time.Unix(from+rapid.Int64Range(0, 3*365*86400).Draw(r, label+name), 0).UTC()
	}
	at := workflow.Moments{d.StartsFrom: draw("start")}
	if d.AlternativeCap != nil {
		at[d.AlternativeCap.From] = at[d.StartsFrom].Add(-time.Duration(rapid.Int64Range(0, 72*3600).Draw(r, label+"before")) * time.Second)
	}
	return at
}

// TestEndsOfEveryLaw: the strict end never lies after the statutory reading, no end
// lies before its start, and a later start never gives an earlier end.
func TestEndsOfEveryLaw(t *testing.T) {
	t.Parallel()
	duties := allLimited(t)
	loc, cal := zone(t, "Europe/Brussels"), calendar(t, "BE")
	rapid.Check(t, func(r *rapid.T) {
		d := rapid.SampledFrom(duties).Draw(r, "duty")
		at := drawMoments(r, d, "")
		end, err := d.Deadline(at, loc, cal)
		if err != nil {
			r.Fatal(err)
		}
		if end.Exact.After(end.Statutory) {
			r.Fatalf("%s: strict %v after statutory %v", d.ID, end.Exact, end.Statutory)
		}
		if !end.Exact.After(d.StartAt(at)) {
			r.Fatalf("%s ends %v before it starts %v", d.ID, end.Exact, d.StartAt(at))
		}
		moved := workflow.Moments{}
		for m, was := range at {
			moved[m] = was.Add(time.Duration(rapid.Int64Range(0, 40*86400).Draw(r, "later "+string(m))) * time.Second)
		}
		later, err := d.Deadline(moved, loc, cal)
		if err != nil {
			r.Fatal(err)
		}
		if later.Exact.Before(end.Exact) {
			r.Fatalf("%s: from %v until %v, but from the later %v until %v", d.ID, at, end.Exact, moved, later.Exact)
		}
	})
}
