package contact

import (
	"errors"
	"strings"
	"testing"
)

// TestCards reads every version, with the traps of each.
func TestCards(t *testing.T) {
	t.Parallel()
	zoe := Contact{
		Name: "Zoé Dupont", GivenName: "Zoé", FamilyName: "Dupont", Email: "zoe@example.be", Phone: "+32471234567",
		Street: "Rue Haute 12", Postcode: "1000", City: "Bruxelles", Country: "BE", Language: "fr", BirthDate: Date{1980, 5, 13},
	}
	for name, data := range map[string]string{
		"2.1": "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:Dupont;Zo=E9\r\nFN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Zo=C3=\r\n=A9 Dupont\r\n" +
			"TEL;CELL;VOICE:+32 471 23 45 67\r\nEMAIL;INTERNET:zoe@example.be\r\nADR;HOME;QUOTED-PRINTABLE:;;Rue Haute 12;Bruxelles;;1000;Belgique\r\nBDAY:19800513\r\n" +
			"LANGUAGE:fr\r\nPHOTO;ENCODING=BASE64;TYPE=JPEG:/9j/4AAQ\r\n SkZJRg\r\n\r\nAGENT:\r\nBEGIN:VCARD\r\nVERSION:2.1\r\nN:Elders;Iemand\r\nEMAIL:elders@example.be\r\nEND:VCARD\r\nLANG:fr\r\nEND:VCARD\r\n",
		"3.0": "BEGIN:VCARD\nVERSION:3.0\nN:Dupont;Zoé;;;\nFN:Zoé\n  Dupont\nTEL;TYPE=FAX:+32 2 511 11 11\nTEL;TYPE=CELL:+32471234567\nitem1.EMAIL;type=INTERNET;type=pref:zoe@example.be\n" +
			"item1.X-ABLabel:_$!<Work>!$_\nADR;TYPE=HOME:;;Rue Haute 12;Bruxelles;;1000;Belgique\nBDAY:1980-05-13T00:00:00Z\nLANG:fr\nEND:VCARD\n",
		"4.0": "BEGIN:VCARD\rVERSION:4.0\rN:Dupont;Zoé;;;\rFN:Zoé Dupont\rTEL;VALUE=uri;TYPE=\"cell,voice\":tel:+32-471-23-45-67\rEMAIL;PREF=2:oud@example.be\rEMAIL;PREF=1:zoe@example.be\r" +
			"ADR;LABEL=\"Rue Haute 12: Bruxelles\":;;Rue Haute 12;Bruxelles;;1000;Belgique\rBDAY:19800513\rLANG:fr\rEND:VCARD\r",
	} {
		_, rows := readAll(t, data, belgian())
		if len(rows) != 1 || rows[0].Rejected != nil {
			t.Errorf("%s: %+v", name, rows)
			continue
		}
		want := zoe
		want.Source.Line = 1
		if rows[0].Contact != want {
			t.Errorf("%s: got  %+v\nwant %+v", name, rows[0].Contact, want)
		}
	}
}

// TestCardTraps: a card without its end, a group, a firm, a card that is nobody,
// escaped signs, a secret in a field that is taken over.
func TestCardTraps(t *testing.T) {
	t.Parallel()
	f, rows := readAll(t, "BEGIN:VCARD\nVERSION:3.0\nFN:Zonder Einde\nEMAIL:een@example.be\n"+
		"BEGIN:VCARD\nVERSION:4.0\nKIND:group\nFN:Vrienden\nEND:VCARD\n"+ // line 5
		"BEGIN:VCARD\nVERSION:3.0\nN:;;;;\nFN:Bakkerij\\, Zonen\nORG:Bakkerij\\, Zonen;Winkel\nEMAIL:winkel@example.be\nEND:VCARD\n"+ // 10
		"BEGIN:VCARD\nVERSION:3.0\nTEL:016 12 34 56\nEND:VCARD\n"+ // 17
		"BEGIN:VCARD\nVERSION:3.0\nFN:Jan 85.07.30-033.28\nEMAIL:jan@example.be\nEND:VCARD\n"+ // 21
		"BEGIN:VCARD\nVERSION:3.0\nFN:Laatste\nEMAIL:laatste@example.be\n", belgian())
	if f.Format != FormatVCard || len(rows) != 5 {
		t.Fatalf("%s: %+v", f.Format, rows)
	}
	want := []struct {
		line int
		who  string
		key  faultKey
	}{{1, "Zonder Einde", ""}, {10, "Bakkerij, Zonen", ""}, {17, "", keyRowNobody}, {21, "", secretBelgian.cellKey()}, {26, "Laatste", ""}}
	for i, w := range want {
		r := rows[i]
		if r.Line != w.line || (w.key == "") != (r.Rejected == nil) || w.key != "" && !errors.Is(r.Rejected, w.key.fault()) ||
			w.key == "" && r.Contact.DisplayName() != w.who {
			t.Errorf("%d: %+v, want %+v", i, r, w)
		}
	}
	if rows[1].Contact.Name != "" || rows[1].Contact.Organisation != "Bakkerij, Zonen" {
		t.Errorf("a firm became a person: %+v", rows[1].Contact)
	}
}

// FuzzCards reads anything as address cards.
func FuzzCards(f *testing.F) {
	f.Add("VERSION:2.1\nN;QUOTED-PRINTABLE:a=\n=E9;b\nEND:VCARD\n")
	f.Add("AGENT:\nBEGIN:VCARD\nEND:VCARD\nEND:VCARD\nx")
	f.Add("ADR;\";:;;\\;;\nTEL;=:1\n :\nBEGIN:VCARD\n")
	f.Fuzz(func(t *testing.T, s string) {
		data := "BEGIN:VCARD\n" + s
		file, err := Open(strings.NewReader(data), int64(len(data)), belgian())
		if err != nil {
			return
		}
		rows, err := rowsOf(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			checkRow(t, r)
		}
	})
}
