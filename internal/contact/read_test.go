package contact

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf16"

	"golang.org/x/text/encoding/charmap"
)

// belgian is how most tests read: a Belgian firm writing Dutch.
func belgian() Options {
	return Options{DefaultCountry: "BE", DefaultLanguage: "nl", Today: Date{2026, 11, 22}}
}

// readAll opens a file and returns its rows.
func readAll(t testing.TB, data string, o Options) (*File, []Row) {
	t.Helper()
	f, err := Open(strings.NewReader(data), int64(len(data)), o)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	rows, err := rowsOf(f)
	if err != nil {
		t.Fatalf("read: %v", err)
	}
	return f, rows
}

func rowsOf(f *File) ([]Row, error) {
	var rows []Row
	for {
		r, err := f.Next()
		if errors.Is(err, io.EOF) {
			return rows, f.Close()
		}
		if err != nil {
			return rows, errors.Join(err, f.Close())
		}
		rows = append(rows, r)
	}
}

func utf16Bytes(s string, bigEndian, mark bool) string {
	var b bytes.Buffer
	units := utf16.Encode([]rune(s))
	if mark {
		units = append([]uint16{0xFEFF}, units...)
	}
	for _, u := range units {
		if bigEndian {
			b.Write([]byte{byte(u >> 8), byte(u)})
		} else {
			b.Write([]byte{byte(u), byte(u >> 8)})
		}
	}
	return b.String()
}

func win1252(t testing.TB, s string) string {
	t.Helper()
	out, err := charmap.Windows1252.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestDialects reads one table in every encoding, delimiter and line end.
func TestDialects(t *testing.T) {
	t.Parallel()
	const table = "Naam|E-mail|Straat|Postcode|Plaats\n" +
		"Renée Çelik|renee@example.be|Köstraße 1|3000|Leuven\n" +
		"\"Jan \"\"de\"\" Smet\"|jan@example.be|\"Kade 2\nbus 3\"|1000|Brussel\n"
	encodings := map[string]func(string) string{
		"utf-8":          func(s string) string { return s },
		"utf-8 mark":     func(s string) string { return "\uFEFF" + s },
		"utf-16le":       func(s string) string { return utf16Bytes(s, false, false) },
		"utf-16le mark":  func(s string) string { return utf16Bytes(s, false, true) },
		"utf-16be":       func(s string) string { return utf16Bytes(s, true, false) },
		"utf-16be mark":  func(s string) string { return utf16Bytes(s, true, true) },
		"windows-1252":   func(s string) string { return win1252(t, s) },
		"utf-8 no break": func(s string) string { return strings.TrimRight(s, "\r\n") },
		"utf-8 zeros":    func(s string) string { return s + "\x00\x00" },
	}
	for name, encode := range encodings {
		for _, delim := range []string{",", ";", "\t", "|"} {
			for _, end := range []string{"\n", "\r\n", "\r"} {
				t.Run(name+strings.Trim(strconvQuote(delim+end), `"`), func(t *testing.T) {
					t.Parallel()
					text := strings.ReplaceAll(strings.ReplaceAll(table, "|", delim), "\n", end)
					_, rows := readAll(t, encode(text), belgian())
					if len(rows) != 2 {
						t.Fatalf("got %d rows, want 2", len(rows))
					}
					a, b := rows[0].Contact, rows[1].Contact
					if a.Name != "Renée Çelik" || a.Street != "Köstraße 1" || a.City != "Leuven" {
						t.Errorf("first row: %+v", a)
					}
					if b.Name != `Jan "de" Smet` || b.Street != "Kade 2 bus 3" || b.Postcode != "1000" {
						t.Errorf("second row: %+v", b)
					}
					if rows[0].Line != 2 || rows[1].Line != 3 {
						t.Errorf("lines %d and %d, want 2 and 3", rows[0].Line, rows[1].Line)
					}
				})
			}
		}
	}
}

func strconvQuote(s string) string {
	return strings.NewReplacer("\n", "LF", "\r", "CR", "\t", "tab").Replace(" " + s)
}

// TestLateAccent puts the only byte that is not ASCII far into the file, past
// every buffer that a sample would look at.
func TestLateAccent(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("name,email\n")
	for range 40_000 {
		b.WriteString("Jan Peeters,jan@example.be\n")
	}
	b.WriteString("Ren\xE9e,renee@example.be\n")
	f, rows := readAll(t, b.String(), belgian())
	if f.Encoding != Encoding1252 {
		t.Errorf("encoding %q", f.Encoding)
	}
	if last := rows[len(rows)-1]; last.Contact.Name != "Renée" || last.Line != 40_002 {
		t.Errorf("last row: line %d %q", last.Line, last.Contact.Name)
	}
}

// TestMixedEncoding reads a UTF-8 file into which an old system wrote one name.
func TestMixedEncoding(t *testing.T) {
	t.Parallel()
	f, rows := readAll(t, "name,email\nRenée,a@example.be\nZoë,c@example.be\nJos\xE9,b@example.be\n", belgian())
	if rows[0].Contact.Name != "Renée" || rows[2].Contact.Name != "José" || !hasWarning(f.Warnings, keyMixedEncoding) {
		t.Errorf("%+v, warnings %v", rows, f.Warnings)
	}
}

func hasWarning(list []Problem, key faultKey) bool {
	for _, p := range list {
		if p.Fault.Key == string(key) {
			return true
		}
	}
	return false
}

// TestRaggedRows rejects the rows that do not fit, with their physical line, and
// reads all others.
func TestRaggedRows(t *testing.T) {
	t.Parallel()
	_, rows := readAll(t, "\xEF\xBB\xBFname;email;city\n"+
		"Jan;jan@example.be;Gent\n"+
		"An;an@example.be\n"+ // line 3: too few
		"\n"+
		"\"Piet\nHein\";piet@example.be;Gent\n"+ // line 5 and 6
		"Els;els@example.be;Gent;extra\n"+ // line 7: too many
		"Bo;bo@example.be;Gent;;\n"+ // only empty fields too many
		";;\n"+
		"Cas;not a mail;Gent\n", belgian()) // line 10
	want := []struct {
		line int
		key  faultKey
	}{{2, ""}, {3, keyRowTooFew}, {5, ""}, {7, keyRowTooMany}, {8, ""}, {10, keyMailInvalid}}
	if len(rows) != len(want) {
		t.Fatalf("got %d rows: %+v", len(rows), rows)
	}
	for i, w := range want {
		got := ""
		if rows[i].Rejected != nil {
			got = rows[i].Rejected.Key
		}
		if rows[i].Line != w.line || got != string(w.key) {
			t.Errorf("row %d: line %d %q, want line %d %q", i, rows[i].Line, got, w.line, w.key)
		}
	}
	if rows[2].Contact.Name != "Piet Hein" {
		t.Errorf("quoted newline: %q", rows[2].Contact.Name)
	}
}

// TestStrayQuotes loses no row to a quote that was never closed or never opened.
func TestStrayQuotes(t *testing.T) {
	t.Parallel()
	_, rows := readAll(t, "name,email,city\n"+
		"Jan \"de smid\" Smet,jan@example.be,Gent\n"+
		"\"An,an@example.be,Gent\n"+ // never closed, until the next quote
		"Bo,bo@example.be,Gent\n"+
		"\"Cas \"de\" Wit\",cas@example.be,Gent\n"+
		"Dé 5\" pijp,de@example.be,Gent\n"+
		"\"Els,els@example.be,Gent\n", belgian()) // never closed until the end
	var names []string
	for _, r := range rows {
		if r.Rejected != nil {
			t.Errorf("line %d rejected: %v", r.Line, r.Rejected)
		}
		names = append(names, r.Contact.Name)
	}
	want := `Jan "de smid" Smet|An|Bo|Cas "de" Wit|Dé 5" pijp|Els`
	if got := strings.Join(names, "|"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestRefusedFiles gives each file that is no table a reason of its own.
func TestRefusedFiles(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		data string
		want error
	}{
		"empty":          {"", ErrEmpty},
		"blank":          {"\n\n  \n", ErrEmpty},
		"only commas":    {",,,\n,,,\n", ErrEmpty},
		"pdf":            {"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n1 0 obj", ErrPDF},
		"jpeg":           {"\xFF\xD8\xFF\xE0\x00\x10JFIF", ErrImage},
		"png":            {"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", ErrImage},
		"old excel":      {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + strings.Repeat("\x00", 600), ErrOldExcel},
		"locked excel":   {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + strings.Repeat("\x00", 600) + utf16Bytes("EncryptedPackage", false, false), ErrLocked},
		"html":           {"\n<html><table><tr><td>Jan</td></tr></table></html>", ErrMarkup},
		"xml":            {"<?xml version=\"1.0\"?><Workbook/>", ErrMarkup},
		"gzip":           {"\x1F\x8B\x08\x00\x00\x00", ErrArchive},
		"broken zip":     {"PK\x03\x04 nothing behind it", ErrDamaged},
		"binary":         {strings.Repeat("\x01\x02\x03\x04\x05abc", 50), ErrNotATable},
		"sqlite":         {"SQLite format 3\x00\x10\x00", ErrNotATable},
		"utf-16 of html": {utf16Bytes("<html><body>", false, true), ErrMarkup},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Open(strings.NewReader(c.data), int64(len(c.data)), belgian())
			if !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

// TestHeaderOnly reads nobody and says so.
func TestHeaderOnly(t *testing.T) {
	t.Parallel()
	f, rows := readAll(t, "Voornaam;Achternaam;E-mail\r\n", belgian())
	if len(rows) != 0 || !hasWarning(f.Warnings, keyNoRows) {
		t.Errorf("rows %d, warnings %v", len(rows), f.Warnings)
	}
}

// TestLongFields keeps the file when one cell is absurd.
func TestLongFields(t *testing.T) {
	t.Parallel()
	huge := strings.Repeat("x", maxLine+10)
	_, rows := readAll(t, "name,email\n"+huge+",a@example.be\n"+strings.Repeat("y", 400)+",b@example.be\nJan,jan@example.be\n", belgian())
	if len(rows) != 3 {
		t.Fatalf("got %d rows", len(rows))
	}
	if !errors.Is(rows[0].Rejected, keyRowTooLong.fault()) || !errors.Is(rows[1].Rejected, keyFieldTooLong.fault()) || rows[2].Rejected != nil {
		t.Errorf("%v, %v, %v", rows[0].Rejected, rows[1].Rejected, rows[2].Rejected)
	}
	if rows[2].Line != 4 {
		t.Errorf("line %d, want 4", rows[2].Line)
	}
}

// TestTooManyRows stops at the bound instead of filling the disk.
func TestTooManyRows(t *testing.T) {
	t.Parallel()
	o := belgian()
	o.MaxRows = 2
	data := "name,email\na b,a@example.be\nc d,c@example.be\ne f,e@example.be\n"
	f, err := Open(strings.NewReader(data), int64(len(data)), o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rowsOf(f); !errors.Is(err, ErrTooManyRows) {
		t.Errorf("got %v", err)
	}
}

// TestWrappedLines reads a file that a spreadsheet saved with each line as a
// whole in quotes.
func TestWrappedLines(t *testing.T) {
	t.Parallel()
	_, rows := readAll(t, "\"naam,email,straat\"\r\n\"Jan,jan@example.be,\"\"Kade 1, bus 2\"\"\"\r\n\"An,an@example.be,Kade 2\"\r\n", belgian())
	if len(rows) != 2 || rows[0].Contact.Street != "Kade 1, bus 2" || rows[1].Contact.Email != "an@example.be" {
		t.Errorf("%+v", rows)
	}
}

// TestTrapsTogether reads one file with the small traps in it: "+32 (0)", leading
// zeros, doubled quotes, names from right to left, emoji, formulas, three orders of
// dates each in its own file.
func TestTrapsTogether(t *testing.T) {
	t.Parallel()
	_, rows := readAll(t, "Klantnummer;Naam;E-mail;Telefoon;Postcode;Gemeente;Land;Geboortedatum\n"+
		"00017;\"Jan \"\"de\"\" Smet\";jan@example.be;+32 (0)471 23 45 67;01067;Dresden;Duitsland;31/12/1980\n"+
		"00018;שלום כהן 🌸;an@example.be;0471 23 45 67;3000;Leuven;België;01/02/1980\n"+
		"00019;=2+3;bo@example.be;;3000;Leuven;België;05/06/1980\n", belgian())
	a, b, c := rows[0].Contact, rows[1].Contact, rows[2].Contact
	if a.CustomerNumber != "00017" || a.Name != `Jan "de" Smet` || a.Phone != "+32471234567" || a.Postcode != "01067" || a.BirthDate != (Date{1980, 12, 31}) {
		t.Errorf("%+v", a)
	}
	if b.Name != "שלום כהן 🌸" || b.BirthDate != (Date{1980, 2, 1}) || c.Name != "=2+3" {
		t.Errorf("%+v\n%+v", b, c)
	}
	for _, day := range []string{"1980-12-31", "31.12.1980", "12/31/1980"} {
		_, rows := readAll(t, "naam;email;geboortedatum\nJan;jan@example.be;"+day+"\n", belgian())
		if rows[0].Contact.BirthDate != (Date{1980, 12, 31}) {
			t.Errorf("%s: %v", day, rows[0].Contact.BirthDate)
		}
	}
}

// TestTwoHundredThousandRows are read one by one.
func TestTwoHundredThousandRows(t *testing.T) {
	t.Parallel()
	data := "naam;email\n" + strings.Repeat("Jan Peeters;jan@example.be\n", 200_000)
	f, err := Open(strings.NewReader(data), int64(len(data)), belgian())
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for {
		r, err := f.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || r.Rejected != nil {
			t.Fatal(err, r.Rejected)
		}
		n++
	}
	if n != 200_000 {
		t.Errorf("%d rows", n)
	}
}
