package watch_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"clepsydra/internal/journal"
	"clepsydra/internal/watch"
)

func brussels(t interface{ Fatal(...any) }) *time.Location {
	zone, err := time.LoadLocation("Europe/Brussels")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func viewed(at time.Time, who, person string) journal.Act {
	return journal.Act{Kind: "contact.viewed", Actor: journal.Actor{Kind: journal.ByAccount, ID: who}, Case: journal.Case{Kind: "contact", ID: person}, RecordedAt: at.UTC(), People: 1}
}

func pack(t *testing.T) watch.Pack {
	t.Helper()
	p, err := watch.Load()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestShippedRulesSpeakExactlyAboveTheirLine(t *testing.T) {
	t.Parallel()
	p, zone := pack(t), brussels(t)
	for _, r := range p.Rules {
		at := time.Date(2026, 11, 20, 14, 0, 0, 0, zone) // a Friday afternoon
		if r.Hours != nil {
			at = time.Date(2026, 11, 20, 23, 0, 0, 0, zone)
		}
		if len(r.Days) > 0 {
			at = time.Date(2026, 11, 22, 14, 0, 0, 0, zone)
		}
		only := watch.Pack{Rules: []watch.Rule{r}}
		var acts []journal.Act
		for k := range r.MoreThan + 1 {
			a := viewed(at.Add(time.Duration(k)*time.Second), "a", fmt.Sprint(k))
			switch r.Measure {
			case watch.Searches:
				a.Kind = "contact.searched"
			case watch.Exports:
				a.Kind = "contact.exported"
			}
			acts = append(acts, a)
		}
		if got := only.Find("a", acts[1:], zone); len(got) != 0 {
			t.Errorf("%s at its line: %v", r.ID, got)
		}
		if got := only.Find("a", acts, zone); len(got) != 1 || got[0].Count != r.MoreThan+1 {
			t.Errorf("%s above its line: %v", r.ID, got)
		}
		if r.Measure == watch.Opened {
			acts[0].Case.ID = acts[1].Case.ID // the same person twice counts once
			if got := only.Find("a", acts, zone); len(got) != 0 {
				t.Errorf("%s counts a person twice", r.ID)
			}
		}
	}
}

func TestWindowsFollowTheFirmsClock(t *testing.T) {
	t.Parallel()
	zone := brussels(t)
	at := func(text string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	night := watch.Rule{Window: "day", Hours: &watch.Hours{From: "22:00", To: "06:00"}}
	saturdayNight := night
	saturdayNight.Days = []string{"saturday"}
	for _, c := range []struct {
		rule           watch.Rule
		at, from, till string
	}{
		{watch.Rule{Window: "hour"}, "2026-11-20 14:59", "2026-11-20 14:00", "2026-11-20 15:00"},
		{watch.Rule{Window: "day"}, "2026-11-20 00:00", "2026-11-20 00:00", "2026-11-21 00:00"},
		{watch.Rule{Window: "day"}, "2026-10-25 23:59", "2026-10-25 00:00", "2026-10-26 00:00"}, // 25 hours
		{night, "2026-11-20 22:00", "2026-11-20 22:00", "2026-11-21 06:00"},
		{night, "2026-11-21 05:59", "2026-11-20 22:00", "2026-11-21 06:00"},
		{night, "2026-11-21 06:00", "", ""},
		{night, "2026-11-20 21:59", "", ""},
		{saturdayNight, "2026-11-22 03:00", "2026-11-21 22:00", "2026-11-22 06:00"}, // Sunday morning of Saturday's night
		{saturdayNight, "2026-11-21 03:00", "", ""},
		{watch.Rule{Window: "day", Days: []string{"sunday"}}, "2026-11-21 12:00", "", ""},
	} {
		w, ok := c.rule.WindowOf(at(c.at), zone)
		if c.from == "" {
			if ok {
				t.Errorf("%s is in %v", c.at, w)
			}
			continue
		}
		if !ok || !w.From.Equal(at(c.from)) || !w.To.Equal(at(c.till)) {
			t.Errorf("%s: %v to %v, %v", c.at, w.From.In(zone), w.To.In(zone), ok)
		}
	}
}

func TestAnInstantIsInItsOwnWindow(t *testing.T) {
	t.Parallel()
	zone := brussels(t)
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(1.7e9, 1.9e9).Draw(t, "at"), 0)
		r := watch.Rule{Window: rapid.SampledFrom([]string{"hour", "day"}).Draw(t, "window")}
		if r.Window == "day" && rapid.Bool().Draw(t, "hours") {
			clock := func(name string) string {
				return fmt.Sprintf("%02d:%02d", rapid.IntRange(0, 23).Draw(t, name), rapid.IntRange(0, 59).Draw(t, name))
			}
			r.Hours = &watch.Hours{From: clock("from"), To: clock("to")}
			if r.Hours.From == r.Hours.To { // which the pack refuses
				r.Hours = nil
			}
		}
		w, ok := r.WindowOf(at, zone)
		if !ok {
			return
		}
		if at.Before(w.From) || !at.Before(w.To) || at.Sub(w.From) > watch.Reach {
			t.Fatalf("%v is not in %v", at, w)
		}
		if again, ok := r.WindowOf(w.From, zone); !ok || again != w {
			t.Fatalf("the window %v begins in %v", w, again)
		}
	})
}

func TestFoldingLosesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
		var acts []journal.Act
		for k := range rapid.IntRange(0, 60).Draw(t, "n") {
			now = now.Add(-time.Duration(rapid.IntRange(0, 40).Draw(t, "gap")) * time.Minute)
			a := viewed(now, rapid.SampledFrom([]string{"a", "b"}).Draw(t, "who"), rapid.SampledFrom([]string{"p", "q"}).Draw(t, "person"))
			a.Kind = rapid.SampledFrom([]string{"contact.viewed", "contact.exported", "contact.corrected"}).Draw(t, "kind")
			a.Seq = int64(1000 - k)
			acts = append(acts, a)
		}
		most := rapid.IntRange(1, 10).Draw(t, "most")
		rest, total := acts, 0
		for len(rest) > 0 {
			lines, used := watch.Fold(rest, most)
			if used == 0 || len(lines) > most {
				t.Fatalf("%d lines of %d", len(lines), used)
			}
			for _, l := range lines {
				total += l.Times
				if l.RecordedAt.Sub(l.First) > watch.FoldWithin || l.Times > 1 && l.Kind != "contact.viewed" {
					t.Fatalf("folded too much: %+v", l)
				}
			}
			rest = rest[used:]
		}
		if total != len(acts) {
			t.Fatalf("%d of %d acts are shown", total, len(acts))
		}
	})
}

func TestTheReaderIsNeverAskedAboutHimself(t *testing.T) {
	t.Parallel()
	names := []string{"", "a", "b", "c", "d"}
	rapid.Check(t, func(t *rapid.T) {
		one := func(label string) string { return rapid.SampledFrom(names).Draw(t, label) }
		c := watch.Circle{Lead: one("lead"), Deputy: one("deputy"), LastResort: one("last"), DPOs: []string{one("dpo")}, Others: []string{one("other")}}
		reader := rapid.SampledFrom(names[1:]).Draw(t, "reader")
		asked := c.Asked(reader)
		if slices.Contains(asked, reader) || slices.Contains(asked, "") {
			t.Fatalf("%v of %+v for %s", asked, c, reader)
		}
		alone := true
		for _, id := range append(append([]string{c.Lead, c.Deputy, c.LastResort}, c.DPOs...), c.Others...) {
			alone = alone && (id == "" || id == reader)
		}
		if alone != (len(asked) == 0) {
			t.Fatalf("%v of %+v for %s", asked, c, reader)
		}
		if reader == c.Lead && c.LastResort != "" && c.LastResort != reader && !slices.Contains(asked, c.LastResort) {
			t.Fatalf("the lead read, and the last resort was not told: %v of %+v", asked, c)
		}
	})
}

func TestExplaining(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	a := watch.Alert{Account: "reader"}
	if _, _, err := a.Explain("reader", "why", false, now); err == nil {
		t.Error("one's own reading")
	}
	if got, _, err := a.Explain("reader", "why", true, now); err != nil || got.IsOpen() {
		t.Error("alone", err)
	}
	for _, reason := range []string{"  ", strings.Repeat("x", 2001)} {
		if _, _, err := a.Explain("lead", reason, false, now); err == nil {
			t.Errorf("%d characters", len(reason))
		}
	}
	if got, text, err := a.Explain("lead", " stock count ", false, now); err != nil || got.IsOpen() || text != "stock count" {
		t.Error(got, text, err)
	}
}

func TestBadRulesAreRefused(t *testing.T) {
	t.Parallel()
	good := "version: \"1\"\nvalid_from: 2026-01-01\nsource: s\nseen: 2026-01-01\ncertainty: low\nrules:\n  - id: x\n    measure: opened\n    window: day\n    more_than: 3\n    hours: {from: \"22:00\", to: \"06:00\"}\n    days: [sunday]\n    title: {nl: a, fr: a, de: a, en: a}\n    why: {nl: a, fr: a, de: a, en: a}\n"
	if _, err := watch.Parse([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for _, c := range [][2]string{
		{"measure: opened", "measure: smelled"}, {"window: day", "window: hour"}, {"window: day", "window: year"}, {"more_than: 3", "more_than: 0"},
		{"22:00", "25:00"}, {"06:00", "22:00"}, {"sunday", "someday"}, {"de: a, ", ""}, {"id: x", "id: \"\""}, {"more_than", "most"}, {"2026-01-01", "soon"}, {"source: s", "source: \"\""},
	} {
		if _, err := watch.Parse([]byte(strings.Replace(good, c[0], c[1], 1))); err == nil {
			t.Errorf("%s instead of %s is taken", c[1], c[0])
		}
	}
}
