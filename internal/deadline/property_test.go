package deadline_test

import (
	"slices"
	"testing"
	"time"

	"clepsydra/internal/deadline"

	"pgregory.net/rapid"
)

func euZones() []string {
	return []string{
		"Europe/Brussels", "Europe/Amsterdam", "Europe/Paris", "Europe/Berlin", "Europe/Luxembourg",
		"Europe/Dublin", "Europe/Lisbon", "Europe/Helsinki", "Europe/Athens", "Atlantic/Azores", "Atlantic/Canary",
	}
}

// drawStart draws an instant of 2020-2035, half of them near a change of clocks.
func drawStart(t *rapid.T, label string) time.Time {
	if rapid.Bool().Draw(t, label+" near change") {
		year := rapid.IntRange(2020, 2035).Draw(t, label+" year")
		month := rapid.SampledFrom([]time.Month{time.March, time.October}).Draw(t, label+" month")
		change := time.Date(year, month, 31, 1, 0, 0, 0, time.UTC)
		change = change.AddDate(0, 0, -int(change.Weekday()))
		return change.Add(time.Duration(rapid.Int64Range(-80*3600, 80*3600).Draw(t, label+" off")) * time.Second)
	}
	from := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
	to := time.Date(2036, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
	return time.UnixMicro(rapid.Int64Range(from, to-1).Draw(t, label)).UTC()
}

func TestHoursProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		loc := zone(t, rapid.SampledFrom(euZones()).Draw(r, "zone"))
		n := rapid.IntRange(1, 240).Draw(r, "n")
		a, b := drawStart(r, "a"), drawStart(r, "b")
		if b.Before(a) {
			a, b = b, a
		}
		da, err := deadline.Hours(n, a, loc)
		if err != nil {
			r.Fatal(err)
		}
		db, err := deadline.Hours(n, b, loc)
		if err != nil {
			r.Fatal(err)
		}
		if got := da.Exact.Sub(a); got != time.Duration(n)*3600*time.Second {
			r.Fatalf("exact is %v after the start", got)
		}
		if grace := da.Statutory.Sub(da.Exact); grace <= 0 || grace > time.Hour {
			r.Fatalf("statutory is %v after exact", grace)
		}
		local := da.Statutory.In(loc)
		if local.Minute() != 0 || local.Second() != 0 || local.Nanosecond() != 0 {
			r.Fatalf("statutory end %v is not a full hour", local)
		}
		if db.Exact.Before(da.Exact) || db.Statutory.Before(da.Statutory) {
			r.Fatal("a later start gave an earlier end")
		}
		if !da.Due.Equal(da.Exact) {
			r.Fatal("what is shown is not the strict end")
		}
	})
}

// scattered is a calendar with a holiday on every day whose number fits a pattern
// drawn by the test: far denser than any real one.
type scattered struct{ step, phase int }

func (c scattered) Holiday(d deadline.Date) (string, bool) {
	n := deadline.Date{Year: 2000, Month: 1, Day: 1}.DaysUntil(d)
	return "feast", (n+c.phase)%c.step == 0
}

func (scattered) Covers(year int) bool { return year >= 2019 && year <= 2050 }

func isWorkingDay(c deadline.Calendar, d deadline.Date) bool {
	_, feast := c.Holiday(d)
	return !feast && d.Weekday() != time.Saturday && d.Weekday() != time.Sunday
}

func TestDayProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		loc := zone(t, rapid.SampledFrom(euZones()).Draw(r, "zone"))
		cal := scattered{rapid.IntRange(2, 40).Draw(r, "step"), rapid.IntRange(0, 39).Draw(r, "phase")}
		p := deadline.Period{
			Amount: rapid.IntRange(1, 24).Draw(r, "amount"),
			Unit:   rapid.SampledFrom([]deadline.Unit{deadline.UnitDays, deadline.UnitWeeks, deadline.UnitMonths}).Draw(r, "unit"),
		}
		received := deadline.DateOf(drawStart(r, "received").In(loc))
		d, err := deadline.FromDay(p, received, loc, cal)
		if err != nil {
			r.Fatal(err)
		}
		checkLastDay(r, d, received, cal)
		if want := d.LastDay.AddDays(1).In(loc); !d.Exact.Equal(want) || !d.Statutory.Equal(want) {
			r.Fatalf("end %v, want %v", d.Exact, want)
		}
		if deadline.DateOf(d.Due) != d.LastDay || !d.Due.Add(time.Second).Equal(d.Exact) {
			r.Fatalf("due %v on last day %v", d.Due, d.LastDay)
		}
		next, err := deadline.FromDay(p, received.AddDays(1), loc, cal)
		if err != nil || next.LastDay.Before(d.LastDay) {
			r.Fatalf("received a day later, ends on %v instead of %v (%v)", next.LastDay, d.LastDay, err)
		}
	})
}

// checkLastDay states Art. 3(2), 3(4) and 3(5) again, in another way than the code.
func checkLastDay(r *rapid.T, d deadline.Deadline, received deadline.Date, cal deadline.Calendar) {
	nominal := nominalEnd(d.Period, received)
	if d.LastDay.Before(nominal) {
		r.Fatalf("last day %v is before the nominal end %v", d.LastDay, nominal)
	}
	if !isWorkingDay(cal, d.LastDay) {
		r.Fatalf("last day %v is not a working day", d.LastDay)
	}
	open := 0
	for x := received.AddDays(1); !x.After(d.LastDay); x = x.AddDays(1) {
		if isWorkingDay(cal, x) {
			open++
		}
	}
	isLong := d.Unit != deadline.UnitDays || d.Amount >= 2
	if isLong && open < 2 {
		r.Fatalf("only %d working days from %v to %v", open, received, d.LastDay)
	}
	lengthened := slices.Contains(keys(d), "deadline.step_two_working_days")
	if lengthened && open != 2 {
		r.Fatalf("lengthened to %d working days", open)
	}
	for x := nominal; !lengthened && x.Before(d.LastDay); x = x.AddDays(1) {
		if isWorkingDay(cal, x) {
			r.Fatalf("working day %v between %v and %v was passed over", x, nominal, d.LastDay)
		}
	}
}

// nominalEnd counts months down until the date exists.
func nominalEnd(p deadline.Period, received deadline.Date) deadline.Date {
	switch p.Unit {
	case deadline.UnitDays:
		return received.AddDays(p.Amount)
	case deadline.UnitWeeks:
		return received.AddDays(7 * p.Amount)
	}
	months := int(received.Month) - 1 + p.Amount
	end := deadline.Date{Year: received.Year + months/12, Month: time.Month(months%12 + 1), Day: received.Day}
	for !end.IsValid() {
		end.Day--
	}
	return end
}
