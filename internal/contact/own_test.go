package contact

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// ownDeclaration is that of a shop with one field of every kind.
func ownDeclaration() *Declaration {
	return NewDeclaration(
		[]Field{FieldName, FieldGiven, FieldFamily, FieldOrganisation, FieldNumber, FieldEmail, FieldPhone, FieldAddress, FieldLanguage, FieldBirthDate, FieldMarketing},
		[]OwnField{
			{Key: "x_note", Names: []string{"Tafelwens"}, Kind: KindText},
			{Key: "x_weight", Names: []string{"Gewicht"}, Kind: KindNumber},
			{Key: "x_since", Names: []string{"Klant sinds"}, Kind: KindDate},
			{Key: "x_gift", Names: []string{"Cadeau"}, Kind: KindYesNo},
			{Key: "x_size", Names: []string{"Maat"}, Kind: KindChoice, Choices: []string{"Klein", "Groot"}},
		})
}

func TestOwnValuesAreReadByTheirKind(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind Kind
		raw  string
		want string
		ok   bool
	}{
		{KindNumber, "12,50", "12.5", true}, {KindNumber, "1.234,5", "1234.5", true}, {KindNumber, "1,234.5", "1234.5", true},
		{KindNumber, "1.234.567", "1234567", true}, {KindNumber, "-0", "0", true}, {KindNumber, "007", "7", true}, {KindNumber, " 1 000 ", "1000", true},
		{KindNumber, "twelve", "", false}, {KindNumber, "1,2,3,", "", false}, {KindNumber, strings.Repeat("9", 31), "", false}, {KindNumber, "", "", true},
		{KindDate, "31/12/2024", "2024-12-31", true}, {KindDate, "2031-05-01", "2031-05-01", true}, {KindDate, "31/02/2024", "", false}, {KindDate, "soon", "", false},
		{KindYesNo, "Ja", "yes", true}, {KindYesNo, "nein", "no", true}, {KindYesNo, "perhaps", "", false},
		{KindChoice, "groot", "Groot", true}, {KindChoice, "XL", "", false},
		{KindText, "  zonder  noten ", "zonder noten", true}, {KindText, strings.Repeat("é", 301), "", false}, {KindText, strings.Repeat("é", 300), strings.Repeat("é", 300), true},
	} {
		o := OwnField{Key: "x_a", Kind: c.kind, Choices: []string{"Klein", "Groot"}}
		if got, ok := o.Read(c.raw, OrderDayMonthYear, Date{2026, time.November, 22}); got != c.want || ok != c.ok {
			t.Errorf("%s %q: %q %v, want %q %v", c.kind, c.raw, got, ok, c.want, c.ok)
		}
	}
}

// FuzzOwnValue reads anything as a value of any kind: what is stored reads as itself
// again, is no longer than a field, and is valid text.
func FuzzOwnValue(f *testing.F) {
	for _, s := range []string{"12,5", "1.2.3", "-", ".", "31/12/99", "2026-02-30", "ja", "Groot", "'=x", "=1+1", "\xff", "\u202e", "00.00", "9999-12-31"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		for _, k := range Kinds() {
			o := OwnField{Key: "x_a", Kind: k, Choices: []string{"Klein", "Groot"}}
			today := Date{2026, time.November, 22}
			once, ok := o.Read(raw, OrderDayMonthYear, today)
			if !ok && once != "" {
				t.Fatalf("%s: refused and %q", k, once)
			}
			if !utf8.ValidString(once) || utf8.RuneCountInString(once) > maxText {
				t.Fatalf("%s: %q", k, once)
			}
			if twice, ok := o.Read(once, OrderDayMonthYear, today); (!ok || twice != once) && !strings.HasPrefix(once, "'") {
				t.Fatalf("%s: %q, then %q %v", k, once, twice, ok)
			}
		}
	})
}

// TestOwnFieldsComeBack is the identity of an export that is imported again.
func TestOwnFieldsComeBack(t *testing.T) {
	t.Parallel()
	d := ownDeclaration()
	for _, format := range []Format{FormatCSV, FormatXLSX, FormatVCard} {
		t.Run(string(format), func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				want := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Contact {
					c := customer(t)
					c.Extra = ExtraOf(map[Field]string{
						"x_note":   rapid.SampledFrom([]string{"", "aan het raam; \"stil\"", "=SUM(A1)", "-", "línea, dos", "+32", "@x", "7"}).Draw(t, "note"),
						"x_weight": rapid.SampledFrom([]string{"", "-1.5", "1.234", "0", "1000000"}).Draw(t, "weight"),
						"x_since":  rapid.SampledFrom([]string{"", "2019-02-03", "2031-12-31"}).Draw(t, "since"),
						"x_gift":   rapid.SampledFrom([]string{"", "yes", "no"}).Draw(t, "gift"),
						"x_size":   rapid.SampledFrom([]string{"", "Klein", "Groot"}).Draw(t, "size"),
					})
					return c
				}), 1, 4).Draw(t, "people")
				data := exportedOwn(t, format, d.OwnKeys(), want)
				f, err := Open(bytes.NewReader(data), int64(len(data)), Options{Today: Date{2026, time.November, 22}, Declared: d})
				if err != nil {
					t.Fatal(err)
				}
				defer f.Close()
				for _, c := range want {
					row, err := f.Next()
					if err != nil {
						t.Fatal(err)
					}
					if row.Contact.Source = (Source{}); row.Contact != c {
						t.Fatalf("got  %+v\nwant %+v\n%v %v", row.Contact, c, row.Rejected, row.Warnings)
					}
				}
				if _, err := f.Next(); !errors.Is(err, io.EOF) {
					t.Fatal(err)
				}
			})
		})
	}
}

func exportedOwn(t interface{ Fatal(...any) }, f Format, own []Field, list []Contact) []byte {
	var out bytes.Buffer
	e, err := NewExporter(f, &out, own...)
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

func openDeclared(t *testing.T, data string, o Options) (*File, []Row) {
	t.Helper()
	o.Today, o.DefaultCountry = Date{2026, time.November, 22}, "BE"
	f, err := Open(strings.NewReader(data), int64(len(data)), o)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := rowsOf(f)
	if err != nil {
		t.Fatal(err)
	}
	return f, rows
}

// TestNothingUndeclaredIsStored leaves a recognised column out when its field is not
// declared, whoever asks for it, and says so.
func TestNothingUndeclaredIsStored(t *testing.T) {
	t.Parallel()
	const data = "Naam;E-mail;Geboortedatum;Straat;Postcode;Plaats;Gewicht\nJan Peeters;jan@example.be;01/02/1980;Dorp 1;3000;Leuven;12,5\n"
	d := NewDeclaration([]Field{FieldName, FieldEmail}, nil)
	for _, mapping := range []map[int]Field{nil, {0: FieldName, 1: FieldEmail, 2: FieldBirthDate, 3: FieldStreet, 6: "x_weight"}} {
		f, rows := openDeclared(t, data, Options{Declared: d, Mapping: mapping})
		got := rows[0].Contact
		got.Source = Source{}
		if want := (Contact{Name: "Jan Peeters", Email: "jan@example.be"}); got != want {
			t.Errorf("stored %+v", got)
		}
		if c := f.Columns[2]; c.Field != FieldNone || c.Why != ByUndeclared || c.Meant != FieldBirthDate {
			t.Errorf("column %+v", c)
		}
	}
	f, rows := openDeclared(t, data, Options{Declared: ownDeclaration()})
	if rows[0].Contact.Extra != `{"x_weight":"12.5"}` || f.Columns[6].Why != ByHeader {
		t.Errorf("own field %q %+v", rows[0].Contact.Extra, f.Columns[6])
	}
	_, rows = openDeclared(t, strings.Replace(data, "12,5", "veel", 1), Options{Declared: ownDeclaration()})
	if len(rows[0].Warnings) != 1 || rows[0].Warnings[0].Key != "fields.unfit_number" || rows[0].Contact.Extra != "" {
		t.Errorf("warnings %v", rows[0].Warnings)
	}
}

// TestAttributesKeepOnlyWhatIsDeclared holds a JSON column to the same rule.
func TestAttributesKeepOnlyWhatIsDeclared(t *testing.T) {
	t.Parallel()
	_, rows := openDeclared(t, "email,name,attributes\na@example.be,An,\"{\"\"city\"\":\"\"Gent\"\",\"\"birthday\"\":\"\"1980-01-02\"\"}\"\n", Options{Declared: NewDeclaration([]Field{FieldEmail, FieldName}, nil)})
	if c := rows[0].Contact; c.City != "" || !c.BirthDate.IsZero() || c.Country != "" {
		t.Errorf("stored %+v", c)
	}
}

// TestARememberedMappingIsUsedAndSaysSo until somebody chooses again.
func TestARememberedMappingIsUsedAndSaysSo(t *testing.T) {
	t.Parallel()
	const data = "Naam;Ref;E-mail\nJan;K1;jan@example.be\n"
	first, _ := openDeclared(t, data, Options{})
	again, rows := openDeclared(t, strings.Replace(data, "Naam;Ref", "NAAM; ref", 1), Options{Remembered: map[int]Field{0: FieldName, 1: FieldNumber, 2: FieldEmail}})
	if first.Headings == "" || first.Headings != again.Headings {
		t.Errorf("hashes %q %q", first.Headings, again.Headings)
	}
	if c := again.Columns; c[1].Field != FieldNumber || c[1].Why != ByMemory || c[0].Why != ByHeader || rows[0].Contact.CustomerNumber != "K1" {
		t.Errorf("columns %+v", c)
	}
	chosen, _ := openDeclared(t, data, Options{Mapping: map[int]Field{1: FieldNone}, Remembered: map[int]Field{1: FieldNumber}})
	if c := chosen.Columns[1]; c.Field != FieldNone {
		t.Errorf("chosen %+v", c)
	}
}

func TestTypedValuesAreChecked(t *testing.T) {
	t.Parallel()
	e := Editing{Declared: ownDeclaration(), Country: "BE", Now: noon()}
	before := Contact{ID: "1", Name: "Jan Peeters", GivenName: "Jan", FamilyName: "Peeters", Email: "jan@example.be", Country: "BE", Postcode: "3000"}
	for name, c := range map[string]struct {
		change map[Field]string
		want   string // key of the refusal, or the fields that changed
	}{
		"mail":         {map[Field]string{FieldEmail: "jan(at)example"}, "fields.bad_mail"},
		"two mails":    {map[Field]string{FieldEmail: "a@example.be, b@example.be"}, "fields.bad_mail"},
		"phone":        {map[Field]string{FieldPhone: "12"}, "fields.bad_phone"},
		"phone read":   {map[Field]string{FieldPhone: "0471 23 45 67"}, "[phone]"},
		"postcode":     {map[Field]string{FieldPostcode: "30000"}, "fields.bad_postcode"},
		"abroad":       {map[Field]string{FieldPostcode: "75001", FieldCountry: "Frankrijk"}, "[postcode country]"},
		"country":      {map[Field]string{FieldCountry: "Narnia"}, "fields.bad_country"},
		"language":     {map[Field]string{FieldLanguage: "tlh"}, "fields.bad_language"},
		"born ahead":   {map[Field]string{FieldBirthDate: "2030-01-01"}, "fields.bad_birth_date"},
		"born":         {map[Field]string{FieldBirthDate: "1980-01-31"}, "[birth_date]"},
		"national":     {map[Field]string{FieldStreet: "RR 85.07.30-033.28"}, "fields.secret"},
		"card":         {map[Field]string{"x_note": "4111 1111 1111 1111"}, "fields.secret"},
		"unknown own":  {map[Field]string{"x_other": "1"}, "fields.undeclared"},
		"own":          {map[Field]string{"x_weight": "1,5", "x_size": "GROOT"}, "[x_size x_weight]"},
		"own unfit":    {map[Field]string{"x_gift": "maybe"}, "fields.unfit_yes_no"},
		"marketing":    {map[Field]string{FieldMarketing: "always"}, "fields.bad_choice"},
		"nobody":       {map[Field]string{FieldName: "", FieldGiven: "", FieldFamily: "", FieldEmail: ""}, "fields.nobody"},
		"renamed":      {map[Field]string{FieldName: "Jan Peeters", FieldFamily: "de Smet"}, "[name family_name]"},
		"nothing new":  {map[Field]string{FieldEmail: " jan@example.be "}, "[]"},
		"too long":     {map[Field]string{FieldCity: strings.Repeat("a", 301)}, "contact.field_too_long"},
		"not declared": {map[Field]string{FieldUnsubscribed: "2020-01-01"}, "fields.undeclared"},
	} {
		after, different, err := e.Apply(before, c.change)
		got := fmt.Sprint(different)
		if err != nil {
			if got = err.Error(); after != before {
				t.Errorf("%s: refused and changed", name)
			}
		}
		if !strings.Contains(got, c.want) {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	after, _, err := e.Apply(before, map[Field]string{FieldMarketing: "unsubscribed"})
	if err != nil || !after.UnsubscribedAt.Equal(noon()) {
		t.Errorf("unsubscribed %v %v", after.UnsubscribedAt, err)
	}
}

// TestWhoMayBeOne lists the reasons for which two are shown side by side.
func TestWhoMayBeOne(t *testing.T) {
	t.Parallel()
	jan := Contact{ID: "a", Name: "Jan Peeters", Email: "jan.peeters@gmail.com", Phone: "+32471234567", Postcode: "3000"}
	for name, c := range map[string]struct {
		other Contact
		want  string
	}{
		"spelling": {Contact{Name: "J", Email: "JanPeeters+shop@googlemail.com"}, "[mail]"},
		"phone":    {Contact{Name: "J. Peeters", Phone: "+32471234567"}, "[phone]"},
		"house":    {Contact{Name: "Els Maes", Phone: "+32471234567"}, "[]"},
		"unnamed":  {Contact{Phone: "+32471234567"}, "[phone]"},
		"swapped":  {Contact{Name: "Peeters Jan", Postcode: "3000"}, "[swapped]"},
		"accents":  {Contact{Name: "JÁN PEETERS", Postcode: "3000"}, "[name]"},
		"far away": {Contact{Name: "Jan Peeters", Postcode: "9000"}, "[]"},
		"nothing":  {Contact{}, "[]"},
	} {
		if why, _ := WhyDouble(jan, c.other); fmt.Sprint(why) != c.want {
			t.Errorf("%s: %v, want %s", name, why, c.want)
		}
		if a, n := WhyDouble(jan, c.other); n != func() int { _, m := WhyDouble(c.other, jan); return m }() {
			t.Errorf("%s: %v is not the same the other way", name, a)
		}
	}
}

// TestMergedTakesWhatWasChosen and keeps every no and every restriction.
func TestMergedTakesWhatWasChosen(t *testing.T) {
	t.Parallel()
	a := Contact{ID: "a", Name: "Jan", Email: "jan@example.be", Marketing: MarketingSubscribed, Extra: `{"x_size":"Groot"}`}
	b := Contact{ID: "b", Name: "Jan Peeters", FamilyName: "Peeters", Email: "peeters@example.be", Phone: "+3216", Street: "Dorp 1", City: "Leuven", Marketing: MarketingUnsubscribed, RestrictedAt: noon()}
	got, taken := Merged(a, b, Choices{FieldName: "b"}, noon())
	if got.ID != "a" || got.Name != "Jan Peeters" || got.FamilyName != "Peeters" || got.Email != "jan@example.be" || got.Phone != "+3216" || got.City != "Leuven" ||
		got.Marketing != MarketingUnsubscribed || got.RestrictedAt != noon() || got.Extra != a.Extra {
		t.Errorf("merged %+v", got)
	}
	if fmt.Sprint(taken) != "[name family_name phone street city marketing]" {
		t.Errorf("taken %v", taken)
	}
}
