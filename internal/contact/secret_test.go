package contact

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
)

// inside finds the secret in one cell of a column that holds nothing else.
func inside(cell string) secret {
	c := newCensus(1)
	c.count([]string{cell})
	g := &guard{detector: newDetector(), verdicts: c.verdicts(), headings: []faultKey{""}}
	return g.inCell(0, cell)
}

// TestSingleSecrets finds one number in a text, and leaves telephones, accounts and
// order numbers alone.
func TestSingleSecrets(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]secret{
		"Jan 85.07.30-033.28":                      secretBelgian,
		"belde 0471 23 45 67 85073003328":          secretBelgian,
		"kaart 4111 1111 1111 1111 vervalt 12/27":  secretCard,
		"Sécu 2 95 10 99 126 111 93":               secretFrench,
		"né en Corse 2 53 07 2B 073 004 70":        secretFrench,
		"RV 15 070649 C 103":                       secretPension,
		"matricule 1893120105732":                  secretLux,
		"BSN: 111222333":                           secretDutch,
		`{"bsn":"111222333"}`:                      secretDutch,
		"Steuer-ID 86 095 742 719":                 secretTax,
		"PPSN 1234567T":                            secretIrish,
		"$2y$10$abcdefghijklmnopqrstuv":            secretHash,
		"5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8": secretHash,
		"bestelling 111222333":                     secretNone,
		"86095742719":                              secretNone,
		"1234567T":                                 secretNone,
		"+32 471 23 45 67":                         secretNone,
		"0032471234567":                            secretNone,
		"BE68 5390 0754 7034":                      secretNone,
		"Dorpsstraat 12 bus 3, 3000 Leuven":        secretNone,
		"85.07.30-033.29":                          secretNone,
		"5b1f0c3e-9a43-4a0b-8f1b-0c3e9a434a0b":     secretNone,
		"order ORD-2026-000012345":                 secretNone,
	} {
		if got := inside(cell); got != want {
			t.Errorf("%q: %q, want %q", cell, got, want)
		}
	}
}

const withSecrets = "Naam;E-mail;Rijksnr;Opmerking;Gemeente\n" +
	"Jan Peeters;jan@example.be;85.07.30-033.28;belt graag;Gent\n" +
	"An Smet 93051822361;an@example.be;93.05.18-223.61;;Gent\n" +
	"Bo Wit;bo@example.be;00.01.25-567.77;kaart 4111 1111 1111 1111;Gent\n" +
	"Cas Bos;cas@example.be;;;Gent\n"

// TestARowWithASecretIsRefused names line and column, and never the number.
func TestARowWithASecretIsRefused(t *testing.T) {
	t.Parallel()
	f, rows := readAll(t, withSecrets, belgian())
	if f.Columns[2].Why != ByRefusal || !hasWarning(f.Warnings, secretBelgian.columnKey()) {
		t.Errorf("columns %+v", f.Columns)
	}
	an := rows[1]
	if an.Line != 3 || !errors.Is(an.Rejected, secretBelgian.cellKey().fault()) || an.Rejected.Args["Column"] != "Naam" || an.Contact.Name != "" {
		t.Errorf("%+v", an)
	}
	if bo := rows[2]; bo.Rejected != nil || !hasWarning(f.Warnings, keyColumnHidden) {
		t.Errorf("a card in a column that is left out: %+v, %v", bo, f.Warnings)
	}
}

// TestNothingSecretIsKept looks for every number in the bytes that are kept, packed
// and unpacked, and reads the same rows from them.
func TestNothingSecretIsKept(t *testing.T) {
	t.Parallel()
	for name, data := range map[string]string{
		"csv": withSecrets, "utf-16": utf16Bytes(withSecrets, false, true), "old mac": strings.ReplaceAll(withSecrets, "\n", "\r"),
	} {
		kept, err := Cleaned([]byte(data), belgian())
		if err != nil {
			t.Fatal(err)
		}
		f, rows := readAll(t, string(kept), belgian())
		plain, want := readAll(t, data, belgian())
		raw, err := f.again()
		if err != nil {
			t.Fatal(err)
		}
		text := string(kept)
		for {
			rec, err := raw.next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			text += strings.Join(rec.fields, "|") + "\n"
		}
		for _, secret := range []string{"033.28", "93051822361", "223.61", "567.77", "1111"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s: %s is kept", name, secret)
			}
		}
		if f.SourceHash == "" || len(rows) != len(want) || len(f.Warnings) != len(plain.Warnings) {
			t.Fatalf("%s: %d rows, want %d; warnings %v, want %v", name, len(rows), len(want), f.Warnings, plain.Warnings)
		}
		for i, r := range rows {
			if r.Line != want[i].Line || r.Contact != want[i].Contact || (r.Rejected == nil) != (want[i].Rejected == nil) {
				t.Errorf("%s: %+v, want %+v", name, r, want[i])
			}
		}
		again, err := Cleaned(kept, belgian())
		if err != nil || !bytes.Equal(again, kept) {
			t.Errorf("%s: cleaning twice changes it, %v", name, err)
		}
	}
}

// TestOtherSheetsAreNotKept: nobody looked at them.
func TestOtherSheetsAreNotKept(t *testing.T) {
	t.Parallel()
	data := sheet(t, [][]any{{"Naam", "E-mail"}, {"Jan", "jan@example.be"}})
	kept, err := Cleaned([]byte(data), belgian())
	if err != nil || bytes.HasPrefix(kept, []byte("PK")) {
		t.Fatalf("the workbook itself is kept, %v", err)
	}
	f, rows := readAll(t, string(kept), belgian())
	if f.Format != FormatXLSX || len(rows) != 1 || rows[0].Contact.Email != "jan@example.be" {
		t.Errorf("%s %+v", f.Format, rows)
	}
}

// TestAHeadingThatIsASecretIsNotShown: the first row of a file without headings may
// be taken for one.
func TestAHeadingThatIsASecretIsNotShown(t *testing.T) {
	t.Parallel()
	o := belgian()
	o.Header = HeaderYes
	f, _ := readAll(t, "Jan;85.07.30-033.28\nAn;\n", o)
	for _, c := range f.Columns {
		if strings.Contains(c.Label(), "033") {
			t.Errorf("shown as %s", c.Label())
		}
	}
}

// FuzzCleaned keeps anything: what is kept can be read again and holds no secret
// that stands alone.
func FuzzCleaned(f *testing.F) {
	f.Add([]byte(withSecrets))
	f.Add([]byte("a;b\n85073003328;4111111111111111\n"))
	f.Add([]byte("85073003328\n"))
	f.Add([]byte(keptMagic + "\x02{}"))
	f.Add([]byte("BEGIN:VCARD\nN:a;b\nNOTE:85073003328\nEND:VCARD\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		kept, err := Cleaned(data, belgian())
		if err != nil {
			return
		}
		file, err := Open(bytes.NewReader(kept), int64(len(kept)), belgian())
		if err != nil {
			t.Fatalf("kept but not opened: %v", err)
		}
		if _, err := rowsOf(file); err != nil {
			t.Fatalf("kept but not read: %v", err)
		}
	})
}

// FuzzDetector looks into anything and stays inside it.
func FuzzDetector(f *testing.F) {
	f.Add("Jan 85.07.30-033.28 BSN 111222333")
	f.Add("2 53 07 2B 073 004 70é9 9 9 9 9 9 9 9 9 9 9 9 9")
	f.Fuzz(func(t *testing.T, s string) {
		for _, at := range newDetector().look(s) {
			if at.from < 0 || at.to > len(s) || at.from >= at.to {
				t.Fatalf("%d to %d of %d", at.from, at.to, len(s))
			}
		}
	})
}

// TestNotesWithProtectedWordsWarn, with the line, from the file and from what is
// kept of it.
func TestNotesWithProtectedWordsWarn(t *testing.T) {
	t.Parallel()
	for topic, note := range map[string]string{
		"health": "is zwanger, belt later", "religion": "Mange HALAL", "union": "ist in der Gewerkschaft", "crime": "has a criminal record", "": "belt graag, union street",
	} {
		data := "Naam;E-mail;Opmerkingen\nJan;jan@example.be;\nAn 85.07.30-033.28;an@example.be;" + note + "\n"
		kept, err := Cleaned([]byte(data), belgian())
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range []string{data, string(kept)} {
			f, _ := readAll(t, d, belgian())
			found := ""
			for _, w := range f.Warnings {
				if name, ok := strings.CutPrefix(w.Fault.Key, "intake.words_"); ok && w.Fault.Args["Line"] == 3 {
					found = name
				}
			}
			if found != topic {
				t.Errorf("%q: %q, want %q", note, found, topic)
			}
		}
	}
}
