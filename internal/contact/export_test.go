package contact

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"
)

// customer draws somebody as an import leaves him behind.
func customer(t *rapid.T) Contact {
	pick := func(name string, from ...string) string { return rapid.SampledFrom(from).Draw(t, name) }
	given := pick("given", "Renée", "=1+1", "张伟", "O'Neill", "Jan;Piet", "An \"x\"", "'t", "-", "Ümit, jr.")
	family := pick("family", "Çelik", "van den Berg", "@home", "+32", "de Smet", "👩‍🌾")
	c := Contact{
		Name: given + " " + family, GivenName: given, FamilyName: family, Organisation: pick("org", "", "Hoeve; Zoon & Co", "=SUM(A1)"),
		Email: pick("mail", "", "jan@example.com", "an.b+c@voorbeeld.be"), Phone: pick("phone", "", "+32471234567", "+31612345678"),
		Language: pick("language", "", "nl", "fr", "de", "en"), CustomerNumber: pick("number", "K1", "00017", "=cmd"),
		Marketing: Marketing(pick("marketing", "", "subscribed", "unsubscribed")),
		BirthDate: rapid.SampledFrom([]Date{{}, {1980, 2, 29}, {2012, 12, 1}}).Draw(t, "birth"),
	}
	if rapid.Bool().Draw(t, "address") {
		c.Street, c.Postcode, c.City, c.Country = pick("street", "Lindestraat 1 bus 2", "Rue de l'Église 3"), pick("code", "3000", "1000"), pick("city", "Leuven", "Saint-Josse"), "BE"
	}
	return c
}

func exported(t interface{ Fatal(...any) }, f Format, list ...Contact) []byte {
	var out bytes.Buffer
	e, err := NewExporter(f, &out)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		if err := e.Write(c); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestWhatWasExportedComesBack reads tables that were written here: everybody is
// the same, whatever signs his name has.
func TestWhatWasExportedComesBack(t *testing.T) {
	t.Parallel()
	for _, format := range []Format{FormatCSV, FormatXLSX, FormatVCard} {
		t.Run(string(format), func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				want := rapid.SliceOfN(rapid.Custom(customer), 1, 4).Draw(t, "people")
				data := exported(t, format, want...)
				f, err := Open(bytes.NewReader(data), int64(len(data)), Options{Today: Date{2026, time.November, 22}})
				if err != nil {
					t.Fatal(err)
				}
				defer f.Close()
				for _, c := range want {
					row, err := f.Next()
					if err != nil {
						t.Fatal(err)
					}
					got := row.Contact
					got.Source = Source{}
					if got != c {
						t.Fatalf("got  %+v\nwant %+v", got, c)
					}
				}
				if _, err := f.Next(); !errors.Is(err, io.EOF) {
					t.Fatal(err)
				}
			})
		})
	}
}

// TestNoCellRuns begins no cell with a sign that a spreadsheet acts on.
func TestNoCellRuns(t *testing.T) {
	t.Parallel()
	data := string(exported(t, FormatCSV, Contact{Name: "=cmd|' /C calc'!A0", GivenName: "+1", FamilyName: "-1", Organisation: "@SUM(1)", City: "\tx"}))
	line := strings.Split(data, "\r\n")[1]
	for _, cell := range strings.Split(line, ";") {
		if cell = strings.Trim(cell, `"`); cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") {
			t.Errorf("%q runs", cell)
		}
	}
	book, err := excelize.OpenReader(bytes.NewReader(exported(t, FormatXLSX, Contact{Name: "=1+1"})))
	if err != nil {
		t.Fatal(err)
	}
	if f, err := book.GetCellFormula("Sheet1", "B2"); f != "" || err != nil {
		t.Errorf("formula %q, %v", f, err)
	}
	if v, err := book.GetCellValue("Sheet1", "B2"); v != "=1+1" || err != nil {
		t.Errorf("value %q, %v", v, err)
	}
}

// TestVCards keeps lines short, whole characters whole, and values undivided.
func TestVCards(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := customer(t)
		c.Name += strings.Repeat("é", rapid.IntRange(0, 90).Draw(t, "long"))
		c.City = rapid.SampledFrom([]string{"a;b,c\\d", "x\nEND:VCARD", ""}).Draw(t, "city")
		card := string(exported(t, FormatVCard, c))
		for line := range strings.SplitSeq(strings.TrimSuffix(card, "\r\n"), "\r\n") {
			if len(line) > 75 || !utf8.ValidString(line) || strings.ContainsAny(line, "\r\n") {
				t.Fatalf("line %q of %d", line, len(line))
			}
		}
		flat := strings.ReplaceAll(card, "\r\n ", "")
		if strings.Count(flat, "\r\nEND:VCARD\r\n") != 1 || !strings.Contains(flat, "\r\nFN:"+escapeVCard(c.DisplayName())+"\r\n") {
			t.Fatal(card)
		}
		if (c.Marketing != "") != strings.Contains(flat, "X-MARKETING:"+string(c.Marketing)+"\r\n") {
			t.Fatal(card)
		}
	})
}

// TestJSONIsWhole is an array for nobody, one and many.
func TestJSONIsWhole(t *testing.T) {
	t.Parallel()
	for n := range 3 {
		var got []map[string]any
		if err := json.Unmarshal(exported(t, FormatJSON, make([]Contact, n)...), &got); err != nil || len(got) != n {
			t.Errorf("%d: %v, %v", n, got, err)
		}
	}
	if _, err := NewExporter("exe", io.Discard); !errors.Is(err, ErrExportFormat) {
		t.Error(err)
	}
}
