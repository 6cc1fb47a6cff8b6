package firm_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"clepsydra/internal/firm"
)

func clock() firm.OwnClock {
	return firm.OwnClock{Name: "Cyber policy", To: firm.ClockToInsurer, Whom: "Insurer", Amount: 24, Unit: firm.ClockHours, From: firm.ClockAware}
}

func TestOwnClockCheck(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		edit func(*firm.OwnClock)
		want error
	}{
		{"good", func(*firm.OwnClock) {}, nil},
		{"a year of days", func(c *firm.OwnClock) { c.Unit, c.Amount = firm.ClockDays, 365 }, nil},
		{"more than a year", func(c *firm.OwnClock) { c.Unit, c.Amount = firm.ClockDays, 366 }, firm.ErrClockAmount},
		{"no hours", func(c *firm.OwnClock) { c.Amount = 0 }, firm.ErrClockAmount},
		{"a year of hours", func(c *firm.OwnClock) { c.Amount = 365 * 24 }, nil},
		{"more hours", func(c *firm.OwnClock) { c.Amount = 365*24 + 1 }, firm.ErrClockAmount},
		{"no name", func(c *firm.OwnClock) { c.Name = " " }, firm.ErrClockName},
		{"nobody", func(c *firm.OwnClock) { c.Whom = "" }, firm.ErrClockWhom},
		{"unknown kind", func(c *firm.OwnClock) { c.To = "aunt" }, firm.ErrClockTo},
		{"unknown unit", func(c *firm.OwnClock) { c.Unit = "months" }, firm.ErrClockUnit},
		{"unknown start", func(c *firm.OwnClock) { c.From = "noticed" }, firm.ErrClockFrom},
		{"long note", func(c *firm.OwnClock) { c.Note = strings.Repeat("é", 301) }, firm.ErrClockLong},
		{"note that fits", func(c *firm.OwnClock) { c.Note = strings.Repeat("é", 300) }, nil},
	}
	for _, tt := range tests {
		c := clock()
		tt.edit(&c)
		if err := c.Check(); tt.want == nil && err != nil || tt.want != nil && !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
}

func TestOwnClockVersions(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	put := func(l firm.Laws, c firm.OwnClock) firm.Laws {
		l, err := l.Put(c, "lotte", now)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	first := put(put(firm.Laws{}, clock()), clock()) // the form was sent twice
	if len(first.Clocks) != 1 || first.Clocks[0].ID != "own_1" || first.Clocks[0].Version != 1 || first.Clocks[0].By != "lotte" {
		t.Fatalf("%+v", first)
	}
	changed := clock()
	changed.ID, changed.Amount = "own_1", 48
	l := put(first, changed)
	if len(first.Clocks) != 1 || len(l.Clocks) != 2 || len(l.Current()) != 1 || l.Current()[0].Amount != 48 {
		t.Fatalf("%+v", l.Current())
	}
	if old, err := l.Version("own_1", "1"); err != nil || old.Amount != 24 {
		t.Errorf("the old version: %+v, %v", old, err)
	}
	l, err := l.End("own_1", now)
	if err != nil || len(l.Current()) != 0 {
		t.Errorf("it ended and is offered: %+v, %v", l.Current(), err)
	}
	if l = put(l, clock()); l.Current()[0].ID != "own_2" {
		t.Errorf("an id is used again: %+v", l.Current())
	}
	for _, id := range []string{"own_1", "own_7"} {
		c := clock()
		c.ID, c.Amount = id, 7
		if _, err := l.Put(c, "x", now); !errors.Is(err, firm.ErrNoClock) {
			t.Errorf("%s: %v", id, err)
		}
	}
	if _, err := l.Version("own_1", "9"); !errors.Is(err, firm.ErrNoClock) {
		t.Error(err)
	}
	if _, err := l.End("own_9", now); !errors.Is(err, firm.ErrNoClock) {
		t.Error(err)
	}
}

func TestAnswersKeepWhoGaveThem(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	var l firm.Laws
	l = l.Say("bank", true, true, "lotte", now)
	l = l.Say("bank", true, true, "jan", now.Add(time.Hour))
	if a := l.Answers["bank"]; !a.Yes || a.By != "lotte" || !a.At.Equal(now) {
		t.Errorf("the same answer again: %+v", a)
	}
	l = l.Say("bank", false, true, "jan", now.Add(time.Hour))
	if a := l.Answers["bank"]; a.Yes || a.By != "jan" {
		t.Errorf("another answer: %+v", a)
	}
	if l = l.Say("bank", false, false, "jan", now); len(l.Answers) != 0 {
		t.Errorf("not known yet: %+v", l.Answers)
	}
	if l.Say("bank", false, false, "jan", now).Answers == nil {
		t.Error("answers are gone")
	}
}
