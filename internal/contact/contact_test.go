package contact

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
)

// TestReach says who can be written to: an opt-out from marketing has no say,
// an erasure has.
func TestReach(t *testing.T) {
	t.Parallel()
	c := Contact{Name: "Jan", Email: "jan@example.be", Street: "Kade 1", Postcode: "3000", City: "Leuven", Marketing: MarketingUnsubscribed, UnsubscribedAt: noon()}
	if !c.CanReceiveMail() || !c.CanReceivePost() {
		t.Error("somebody who unsubscribed cannot be told of a leak")
	}
	for _, clear := range []func(*Contact){
		func(c *Contact) { c.Street = "" }, func(c *Contact) { c.Postcode = "" }, func(c *Contact) { c.City = "" },
	} {
		d := c
		if clear(&d); d.CanReceivePost() {
			t.Errorf("post to %+v", d)
		}
	}
	c.ErasedAt = noon()
	if c.CanReceiveMail() || c.CanReceivePost() || !c.IsErased() {
		t.Error("somebody erased can be written to")
	}
}

// TestIsMinor changes on the eighteenth birthday.
func TestIsMinor(t *testing.T) {
	t.Parallel()
	on := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 9, 0, 0, 0, time.UTC) }
	cases := []struct {
		born Date
		on   time.Time
		want bool
	}{
		{Date{2008, 11, 23}, on(2026, 11, 22), true},
		{Date{2008, 11, 22}, on(2026, 11, 22), false},
		{Date{2008, 11, 21}, on(2026, 11, 22), false},
		{Date{2008, 2, 29}, on(2026, 2, 28), true},
		{Date{2008, 2, 29}, on(2026, 3, 1), false},
		{Date{}, on(2026, 11, 22), false},
	}
	for _, c := range cases {
		if got := (Contact{BirthDate: c.born}).IsMinor(c.on); got != c.want {
			t.Errorf("born %v on %v: %v", c.born, c.on, got)
		}
	}
}

// TestParseDate reads the three orders and refuses days that are none.
func TestParseDate(t *testing.T) {
	t.Parallel()
	today := Date{2026, 11, 22}
	cases := []struct {
		in    string
		order DateOrder
		want  string
	}{
		{"1980-05-13", OrderDayMonthYear, "1980-05-13"}, {"13/05/1980", OrderDayMonthYear, "1980-05-13"},
		{"05/13/1980", OrderMonthDayYear, "1980-05-13"}, {"13.5.80", OrderDayMonthYear, "1980-05-13"},
		{"01-02-26", OrderDayMonthYear, "2026-02-01"}, {"01-02-27", OrderDayMonthYear, "1927-02-01"},
		{"1980-05-13 00:00:00", OrderDayMonthYear, "1980-05-13"}, {"1980-05-13T00:00:00Z", OrderDayMonthYear, "1980-05-13"},
		{"19800513", OrderDayMonthYear, "1980-05-13"}, {"29354", OrderDayMonthYear, "1980-05-13"},
		{"29/02/2023", OrderDayMonthYear, ""}, {"31/12/2026", OrderDayMonthYear, ""}, {"13/13/1980", OrderDayMonthYear, ""},
		{"05/13", OrderDayMonthYear, ""}, {"gisteren", OrderDayMonthYear, ""}, {"01/01/1899", OrderDayMonthYear, ""}, {"", OrderDayMonthYear, ""},
	}
	for _, c := range cases {
		d, ok := ParseDate(c.in, c.order, today)
		if got := d.String(); ok != (c.want != "") || (ok && got != c.want) {
			t.Errorf("%q %s: %s %v, want %s", c.in, c.order, got, ok, c.want)
		}
	}
}

// TestSamePerson decides who is one person and who only looks like one.
func TestSamePerson(t *testing.T) {
	t.Parallel()
	jan := Contact{CustomerNumber: "1", Name: "Jan Peeters", Email: "jan@x.be", Street: "Kade 1", Postcode: "3000"}
	cases := map[string]struct {
		other Contact
		want  bool
	}{
		"same mail":                   {Contact{Name: "J. Peeters", Email: "JAN@X.BE"}, true},
		"couple with one mailbox":     {Contact{CustomerNumber: "2", Name: "An Smet", Email: "jan@x.be"}, false},
		"same number":                 {Contact{CustomerNumber: "1", Name: "peeters jan"}, true},
		"number of another system":    {Contact{CustomerNumber: "1", Name: "Bo Wit"}, false},
		"same door":                   {Contact{Name: "Peeters, Jan", Street: "Kade 1", Postcode: "3000"}, true},
		"same door, other spelling":   {Contact{Name: "JAN PEETERS", Street: "kade  1", Postcode: "3000"}, true},
		"father and son":              {Contact{Name: "Jan Peeters", Email: "son@x.be", Street: "Kade 1", Postcode: "3000"}, false},
		"same name, another postcode": {Contact{Name: "Jan Peeters", Street: "Kade 1", Postcode: "9000"}, false},
		"nothing in common":           {Contact{Name: "Jan Peeters"}, false},
	}
	for name, c := range cases {
		m := newMatcher()
		m.add(person{identity: IdentityOf(jan)})
		if got := m.find(IdentityOf(c.other)) >= 0; got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestLandStopsWhenCancelled ends the reading beside it and leaves nobody.
func TestLandStopsWhenCancelled(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		data := shopFile(20_000)
		f, err := Open(strings.NewReader(data), int64(len(data)), belgian())
		if err != nil {
			t.Fatal(err)
		}
		in, err := NewImport()
		if err != nil {
			t.Fatal(err)
		}
		in.ImportedAt = noon()
		ctx, cancel := context.WithCancel(context.Background())
		err = db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
			cancel()
			_, err := Land(ctx, tx, f, &in)
			return err
		})
		if err == nil {
			t.Error("a cancelled import succeeded")
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
		if n, err := CountOf(context.Background(), db.R, Query{}); n != 0 || err != nil {
			t.Errorf("%d contacts, %v", n, err)
		}
	})
}

// TestEachAcrossBatches gives everybody once, and stops when told to.
func TestEachAcrossBatches(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		land(t, db, shopFile(2*eachBatch+1))
		all := everybody(t, db, Query{})
		seen := map[ID]bool{}
		var ids []ID
		for _, c := range all {
			seen[c.ID] = true
			ids = append(ids, c.ID)
		}
		if len(all) != 2*eachBatch+1 || len(seen) != len(all) {
			t.Errorf("%d contacts, %d of them different", len(all), len(seen))
		}
		back, err := ByIDs(context.Background(), db.R, append(ids, "nobody"))
		if err != nil || fmt.Sprint(back) != fmt.Sprint(all) {
			t.Errorf("by ids: %d, %v", len(back), err)
		}
		if err := Each(context.Background(), db.R, Query{}, func([]Contact) error { return errStop }); !errors.Is(err, errStop) {
			t.Errorf("got %v", err)
		}
	})
}
