package contact

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

// dialectOf writes a table in some dialect; quoting is what the standard asks
// for, or everywhere.
func writeTable(table [][]string, delim, end string, always, lastEnd bool) string {
	var b strings.Builder
	for i, row := range table {
		for j, f := range row {
			if j > 0 {
				b.WriteString(delim)
			}
			if always || strings.ContainsAny(f, "\"\r\n"+delim) || strings.TrimSpace(f) != f {
				f = `"` + strings.ReplaceAll(f, `"`, `""`) + `"`
			}
			b.WriteString(f)
		}
		if i < len(table)-1 || lastEnd {
			b.WriteString(end)
		}
	}
	return b.String()
}

// TestAnyDialectReadsBack writes any table in any dialect and reads the same
// records, each at the line where it starts.
func TestAnyDialectReadsBack(t *testing.T) {
	t.Parallel()
	field := rapid.StringOfN(rapid.OneOf(rapid.SampledFrom([]rune("ab,;\t|\"'\n\r é€ü漢🌸ש=+")), rapid.Rune()), 0, 12, -1)
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(2, 6).Draw(t, "width")
		row := rapid.SliceOfN(field.Filter(func(s string) bool { return !strings.ContainsRune(s, 0) }), width, width)
		table := rapid.SliceOfN(row, 1, 12).Draw(t, "table")
		delim := rapid.SampledFrom([]string{",", ";", "\t", "|"}).Draw(t, "delim")
		end := rapid.SampledFrom([]string{"\n", "\r\n", "\r"}).Draw(t, "end")
		text := writeTable(table, delim, end, rapid.Bool().Draw(t, "always"), rapid.Bool().Draw(t, "lastEnd"))
		encoded, kind := text, textKind{encoding: EncodingUTF8}
		if rapid.Bool().Draw(t, "utf16") {
			big := rapid.Bool().Draw(t, "big")
			encoded, kind.encoding = utf16Bytes(text, big, false), EncodingUTF16L
			if big {
				kind.encoding = EncodingUTF16B
			}
		}
		r := newCSVReader(decoded(strings.NewReader(encoded), int64(len(encoded)), kind), rune(delim[0]))
		r.expect(width)
		line := 1
		for i, want := range table {
			rec, err := r.next()
			if err != nil {
				t.Fatalf("record %d: %v", i, err)
			}
			if !slices.Equal(rec.fields, want) {
				t.Fatalf("record %d: got %q, want %q, in %q", i, rec.fields, want, text)
			}
			if rec.line != line {
				t.Fatalf("record %d: line %d, want %d, in %q", i, rec.line, line, text)
			}
			line += 1 + lineEnds(want)
		}
		if _, err := r.next(); !errors.Is(err, io.EOF) {
			t.Fatalf("more than was written: %v", err)
		}
	})
}

// lineEnds counts the line ends inside the fields of a row; CR LF is one, and a
// CR and a LF of two fields never meet.
func lineEnds(row []string) int {
	n := 0
	for _, f := range row {
		n += strings.Count(f, "\n") + strings.Count(f, "\r") - strings.Count(f, "\r\n")
	}
	return n
}

// TestCleanIsStable cleans once and for all, into text that any database takes.
func TestCleanIsStable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := string(rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "bytes")) + rapid.String().Draw(t, "text")
		once := Clean(s)
		if twice := Clean(once); twice != once {
			t.Fatalf("%q, then %q", once, twice)
		}
		if !utf8.ValidString(once) || strings.ContainsAny(once, "\x00\n\r\t") || !norm.NFC.IsNormalString(once) {
			t.Fatalf("not clean: %q", once)
		}
	})
}

// TestFoldIsStable folds a folded text into itself, so that a search finds it.
func TestFoldIsStable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "text")
		if once := Fold(s); Fold(once) != once {
			t.Fatalf("%q folds to %q and then to %q", s, once, Fold(once))
		}
	})
}

// TestFillLosesNothing keeps every known field, whatever the other row says, and
// takes it back on Clear.
func TestFillLosesNothing(t *testing.T) {
	t.Parallel()
	some := rapid.SampledFrom([]string{"", "", "a", "b"})
	gen := rapid.Custom(func(t *rapid.T) Contact {
		return Contact{
			CustomerNumber: some.Draw(t, "number"), Name: some.Draw(t, "name"), Email: some.Draw(t, "mail"),
			Phone: some.Draw(t, "phone"), Street: some.Draw(t, "street"), Postcode: some.Draw(t, "postcode"),
			City: some.Draw(t, "city"), Country: some.Draw(t, "country"), Language: some.Draw(t, "language"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := gen.Draw(t, "a"), gen.Draw(t, "b")
		c := a
		filled := c.FillFrom(b)
		if a.Email != "" && c.Email != a.Email || a.Name != "" && c.Name != a.Name || a.Street != "" && c.Street != a.Street {
			t.Fatalf("%+v became %+v", a, c)
		}
		if got, want := IdentityOf(c), IdentityOf(a).filledFrom(IdentityOf(b)); got != want {
			t.Fatalf("identity %+v, want %+v", got, want)
		}
		if len(c.FillFrom(b)) > 0 {
			t.Fatal("filled twice")
		}
		if slices.Contains(filled, FieldAddress) && a.Country != "" {
			return // an address comes with its country, which is not given back
		}
		for _, f := range filled {
			c.Clear(f)
		}
		if c != a {
			t.Fatalf("%+v, back to %+v", a, c)
		}
	})
}

// TestCountAddsUp counts every row once, in every order of the same people.
func TestCountAddsUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 1200).Draw(t, "rows")
		kinds := rapid.IntRange(1, 50).Draw(t, "people")
		var b strings.Builder
		b.WriteString("name,email\n")
		for i := range n {
			fmt.Fprintf(&b, "Jan %d,jan%d@example.be\n", i%kinds, i%kinds)
		}
		f, err := Open(strings.NewReader(b.String()), int64(b.Len()), belgian())
		if err != nil {
			t.Fatal(err)
		}
		tally, err := Count(context.Background(), f, nil)
		if err != nil {
			t.Fatal(err)
		}
		if tally.Rows != n || tally.Accepted != min(n, kinds) || tally.Duplicates != n-min(n, kinds) {
			t.Fatalf("%d rows of %d people: %+v", n, kinds, tally)
		}
	})
}
