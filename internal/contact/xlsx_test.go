package contact

import (
	"archive/zip"
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// sheet makes a workbook of rows, under an empty first sheet.
func sheet(t testing.TB, rows [][]any) string {
	t.Helper()
	f := excelize.NewFile()
	defer func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}()
	if _, err := f.NewSheet("Klanten"); err != nil {
		t.Fatal(err)
	}
	for i, row := range rows {
		at, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.SetSheetRow("Klanten", at, &row); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestWorkbook reads numbers, days, gaps and long telephone numbers as they are
// meant.
func TestWorkbook(t *testing.T) {
	t.Parallel()
	data := sheet(t, [][]any{
		{"Klanten 2026"},
		{},
		{"Klantnummer", "Naam", "E-mail", "GSM", "Straat", "Nr", "Postcode", "Plaats", "Land", "Geboortedatum"},
		{17, "Renée Çelik 🌸", "renee@example.be", 32471234567, "Kerkstraat", 1, 3000, "Leuven", "België", 29221},
		{},
		{18, "Jörg", "j@example.de", "", "Hauptstr.", 5, 1067, "Dresden", "Duitsland", ""},
		{19, "An"},
		{20, "Bo", "no mail"},
	})
	f, err := Open(strings.NewReader(data), int64(len(data)), belgian())
	if err != nil {
		t.Fatal(err)
	}
	rows, err := rowsOf(f)
	if err != nil {
		t.Fatal(err)
	}
	if f.Format != FormatXLSX || f.Sheet != "Klanten" || len(rows) != 4 {
		t.Fatalf("%s %s: %d rows", f.Format, f.Sheet, len(rows))
	}
	renee := rows[0].Contact
	want := Contact{
		CustomerNumber: "17", Name: "Renée Çelik 🌸", Email: "renee@example.be", Phone: "+32471234567",
		Street: "Kerkstraat 1", Postcode: "3000", City: "Leuven", Country: "BE", Language: "nl",
		BirthDate: Date{1980, 1, 1}, Source: Source{Line: 4},
	}
	if renee != want {
		t.Errorf("got  %+v\nwant %+v", renee, want)
	}
	if c := rows[1].Contact; c.Postcode != "01067" || c.Country != "DE" || rows[1].Line != 6 {
		t.Errorf("line %d: %+v", rows[1].Line, c)
	}
	if rows[2].Rejected != nil || !errors.Is(rows[3].Rejected, keyMailInvalid.fault()) || rows[3].Line != 8 {
		t.Errorf("%+v", rows[2:])
	}
}

// TestWorkbookRefused names what is wrong with a packed file.
func TestWorkbookRefused(t *testing.T) {
	t.Parallel()
	packed := func(names ...string) string {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for _, n := range names {
			w, err := z.Create(n)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.Write([]byte("<x/>")); err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	good := sheet(t, [][]any{{"naam", "email"}, {"Jan", "jan@example.be"}})
	cases := map[string]struct {
		data string
		want error
	}{
		"zip":           {packed("a.txt"), ErrArchive},
		"open document": {packed("mimetype", "content.xml"), ErrOpenDocument},
		"letter":        {packed("word/document.xml"), ErrNotATable},
		"no sheets":     {packed("xl/workbook.xml"), ErrDamaged},
		"empty":         {sheet(t, nil), ErrNoSheet},
		"cut off":       {good[:len(good)/2], ErrDamaged},
		"bomb":          {bomb(t), ErrTooLarge},
	}
	for name, c := range cases {
		_, err := Open(strings.NewReader(c.data), int64(len(c.data)), belgian())
		if !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}

// bomb is a small file that unpacks to more than may be held.
func bomb(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("xl/workbook.xml")
	if err != nil {
		t.Fatal(err)
	}
	block := make([]byte, 1<<20)
	for range maxUnpacked>>20 + 1 {
		if _, err := w.Write(block); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestPlainNumber writes exponents out.
func TestPlainNumber(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"3.2471234567E+10": "32471234567", "1E+5": "100000", "3000": "3000", "E+1": "E+1", "1.234E+2": "1.234E+2", "Jan": "Jan", "1E+99": "1E+99",
	} {
		if got := plainNumber(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}
