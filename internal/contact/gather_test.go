package contact

import (
	"bytes"
	"errors"
	"io"
	"iter"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// handing yields rows.
func handing(rows ...[]string) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		for _, r := range rows {
			if !yield(slices.Clone(r), nil) {
				return
			}
		}
	}
}

func gathered(t *testing.T, headings []string, o Options, rows ...[]string) *File {
	t.Helper()
	kept, err := Gather(handing(rows...), func() []string { return headings }, o)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Open(bytes.NewReader(kept), int64(len(kept)), o)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestRowsOfAnotherProgramGoTheWayOfAFile(t *testing.T) {
	t.Parallel()
	f := gathered(t, []string{"customer.name", "customer.email", "billing.city", "shipping.city", "person.bsn", "colour"}, belgian(),
		[]string{"Ann Vos", "ann@example.com", "Leuven", "Gent", "123456782"},
		[]string{"Bob 85.07.30-033.28", "bob@example.com"},
		[]string{"", "", "", ""},
		[]string{"Cas\x00 Maes", "cas@example.com", "", "", "", "\xff"},
	)
	if f.Format != FormatRows || !f.HasHeader || f.SourceHash == "" {
		t.Errorf("%s, header %t, hash %q", f.Format, f.HasHeader, f.SourceHash)
	}
	want := []Field{FieldName, FieldEmail, FieldCity, FieldNone, FieldNone, FieldNone}
	for i, c := range f.Columns {
		if c.Field != want[i] {
			t.Errorf("%s is %q, want %q", c.Header, c.Field, want[i])
		}
	}
	if f.Columns[4].Why != ByRefusal {
		t.Errorf("the national number is left out for %q", f.Columns[4].Why)
	}
	rows, err := rowsOf(f)
	if err != nil || len(rows) != 3 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if rows[0].Line != 1 || rows[0].Contact.Email != "ann@example.com" || rows[1].Rejected == nil || rows[2].Line != 4 || rows[2].Contact.Name != "Cas Maes" {
		t.Errorf("%+v", rows)
	}
}

func TestANumberBehindAStreetIsThatOfTheHouse(t *testing.T) {
	t.Parallel()
	f := gathered(t, []string{"name", "address.street", "address.number", "order.number"}, belgian(), []string{"Ann", "Dorp", "12", "77"})
	if f.Columns[2].Field != FieldHouseNumber || f.Columns[3].Field != FieldNone {
		t.Errorf("%+v", f.Columns)
	}
}

// What may not be kept is not in what is kept.
func TestNothingForbiddenIsGathered(t *testing.T) {
	t.Parallel()
	kept, err := Gather(handing([]string{"Ann", "ann@example.com", "4111 1111 1111 1111", "geheim1"}), func() []string {
		return []string{"name", "email", "remark", "password"}
	}, belgian())
	if err != nil {
		t.Fatal(err)
	}
	f, err := Open(bytes.NewReader(kept), int64(len(kept)), belgian())
	if err != nil {
		t.Fatal(err)
	}
	for {
		rec, err := f.nextRecord()
		if errors.Is(err, io.EOF) {
			break
		}
		if all := strings.Join(rec.fields, " "); err != nil || strings.Contains(all, "4111") || strings.Contains(all, "geheim1") {
			t.Errorf("kept %q, %v", all, err)
		}
	}
}

func TestGatherSaysWhyNot(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	fails := func(yield func([]string, error) bool) { yield(nil, broken) }
	one := func() []string { return []string{"email"} }
	for name, c := range map[string]struct {
		rows     iter.Seq2[[]string, error]
		headings func() []string
		want     error
	}{
		"nobody":    {handing(), one, ErrEmpty},
		"no column": {handing([]string{}), func() []string { return nil }, ErrEmpty},
		"blank":     {handing([]string{" "}), one, ErrEmpty},
		"broken":    {fails, one, broken},
		"too many":  {handing([]string{"a"}, []string{"b"}, []string{"c"}), one, ErrTooManyRows},
	} {
		if _, err := Gather(c.rows, c.headings, Options{MaxRows: 2, Today: Date{2026, 11, 22}}); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// The same rows have the same hash, others another; a choice by heading holds
// wherever the column stands.
func TestAChoiceByHeadingFollowsItsColumn(t *testing.T) {
	t.Parallel()
	o := belgian()
	o.Named = map[string]Field{"a": FieldName, "b": FieldNone}
	f := gathered(t, []string{"b", "email", "a"}, o, []string{"x", "ann@example.com", "Ann"})
	g := gathered(t, []string{"a", "b", "email"}, o, []string{"Ann", "x", "ann@example.com"})
	for _, f := range []*File{f, g} {
		rows, err := rowsOf(f)
		if err != nil || rows[0].Contact.Name != "Ann" {
			t.Errorf("%+v %v", rows, err)
		}
	}
	again := gathered(t, []string{"b", "email", "a"}, o, []string{"x", "ann@example.com", "Ann"})
	if f.SourceHash != again.SourceHash || f.SourceHash == g.SourceHash {
		t.Error("the hash does not tell rows apart")
	}
}

// Whatever was taken over can be put back.
func TestWhatWasTakenOverIsRestored(t *testing.T) {
	t.Parallel()
	text := rapid.SampledFrom([]string{"", "a", "b"})
	contacts := rapid.Custom(func(t *rapid.T) Contact {
		return Contact{
			Name: text.Draw(t, "name"), Email: text.Draw(t, "mail"), Phone: text.Draw(t, "phone"), Street: text.Draw(t, "street"),
			City: text.Draw(t, "city"), Country: text.Draw(t, "country"), Language: text.Draw(t, "language"),
			BirthDate: rapid.SampledFrom([]Date{{}, {1980, 5, 1}, {1990, 12, 31}}).Draw(t, "born"),
			Marketing: rapid.SampledFrom([]Marketing{MarketingUnknown, MarketingSubscribed, MarketingUnsubscribed}).Draw(t, "marketing"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		before, from := contacts.Draw(t, "before"), contacts.Draw(t, "from")
		c := before
		changed := c.TakeOver(Row{Contact: from, statesCountry: rapid.Bool().Draw(t, "c"), statesLanguage: rapid.Bool().Draw(t, "l")})
		if before.Marketing == MarketingUnsubscribed && c.Marketing != MarketingUnsubscribed {
			t.Fatal("a source subscribed somebody again")
		}
		if before.Email != "" && from.Email == "" && c.Email != before.Email {
			t.Fatal("an empty value replaced a known one")
		}
		c.Restore(unpackPrevious(packPrevious(changed)))
		if c != before {
			t.Fatalf("%+v\nwant %+v\nchanged %+v", c, before, changed)
		}
	})
}
