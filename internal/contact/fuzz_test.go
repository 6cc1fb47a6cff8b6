package contact

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzOpen reads anything as a file: it is refused with a reason or read to its
// end, and every line number is inside the file.
func FuzzOpen(f *testing.F) {
	for _, s := range []string{
		"name,email\nJan,jan@example.be\n", "\xEF\xBB\xBFnaam;email\r\n\"a\r\nb\";x@y.be\r\n", "sep=;\na;b\n",
		"a\tb\rc\td\r", "\"", "\"\"\"", "a,\"b\nc\n", "\xFF\xFEa\x00,\x00", "PK\x03\x04", "\x00\x00\x00", "a;b;c\n1;2\n1;2;3;4\n",
		utf16Bytes("naam;email\nJan;jan@example.be\n", true, true), "email\n\x80\x81\xFF@x.be\n",
		`email,attributes` + "\n" + `a@b.be,"{""city"":""Gent"",""x"":{""zip"":1}}"` + "\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Open(strings.NewReader(string(data)), int64(len(data)), belgian())
		if err != nil {
			return
		}
		rows, err := rowsOf(file)
		if err != nil {
			t.Fatalf("opened but not read: %v", err)
		}
		last := 0
		for _, r := range rows {
			if r.Line <= last || r.Line > len(data)+1 {
				t.Fatalf("line %d after %d", r.Line, last)
			}
			last = r.Line
			checkRow(t, r)
		}
	})
}

// FuzzRow reads anything as the cells of a row.
func FuzzRow(f *testing.F) {
	f.Add("Jan", "jan@example.be", "0471 23 45 67", "Dorpsstraat 1, 3000 Leuven", "01/02/1980", "België", `{"city":"Gent"}`)
	f.Add("", "", "(0)", "  ", "99999", "'", "{")
	f.Add("\xFF", "<>", "+", ",\n,", "--", "x", "{}")
	const header = "name,email,phone,address,birthdate,country,attributes"
	file, err := Open(strings.NewReader(header+"\nx,a@b.be,x,x,01/01/2000,x,{}\n"), int64(len(header)+36), belgian())
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, a, b, c, d, e, g, h string) {
		checkRow(t, file.parser.parse(record{line: 1, fields: []string{a, b, c, d, e, g, h}}))
	})
}

// checkRow holds what is true of every row that is taken.
func checkRow(t *testing.T, r Row) {
	t.Helper()
	c := r.Contact
	if r.Rejected != nil {
		if r.Rejected.Key == "" {
			t.Fatal("rejected without a reason")
		}
		return
	}
	if c.DisplayName() == "" && c.Street == "" {
		t.Fatalf("nobody was taken: %+v", c)
	}
	for _, s := range []string{c.Name, c.Email, c.Phone, c.Street, c.Postcode, c.City, c.CustomerNumber, c.searchText()} {
		if !utf8.ValidString(s) || strings.ContainsAny(strings.ReplaceAll(s, "\n", ""), "\x00\r\t") {
			t.Fatalf("not clean: %q", s)
		}
	}
	if c.Email != "" && !isMail(c.Email) {
		t.Fatalf("mail %q", c.Email)
	}
	if len(c.Country) != 0 && len(c.Country) != 2 {
		t.Fatalf("country %q", c.Country)
	}
	if !c.BirthDate.IsZero() && !c.BirthDate.isReal() {
		t.Fatalf("birth date %v", c.BirthDate)
	}
}
