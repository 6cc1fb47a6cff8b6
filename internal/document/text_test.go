package document_test

import (
	"strings"
	"testing"

	"clepsydra/internal/document"
)

// spellings are names that must come out on paper exactly as they are.
var spellings = []string{
	"Zoë D’Hondt-Ångström", "Łukasz Żółkiewski", "Ștefania Țurcanu", "Şükrü İğneli", "Nguyễn Thị Hồng Đào",
	"Phạm Văn Ưỡng", "Ελευθερία Παπαδοπούλου", "Ἀριστοτέλης", "Олександра Їжакевич", "Ђорђе Његошевић",
	"Йордан Щерев", "Þórunn Æsa Guðmundsdóttir", "Håkon Sjøgård", "José Ñíguez", "Ġużè Żarb", "Āboliņš Ķēniņš",
	"Václav Dvořák", "Őry Bűbáj", "Jürgen Weißmüller", "Cœur d’Œuvre", "Màiri NicDhòmhnaill", "Ŵyn Ŷnys", "Größe €",
	// Letters whose number holds the bytes that PDF strings must escape: \r ( ) \ and the line feed.
	"Ċikku Kučera", "Шевченко Щука", `Ŝtefan (jr.) \ 12`,
}

func TestEverySpellingOfEuropeIsPrintable(t *testing.T) {
	t.Parallel()
	ts := typesetter(t)
	for _, name := range spellings {
		if problems := ts.Check(name); len(problems) != 0 {
			t.Errorf("%s: %v", name, problems)
		}
		if got, ok := ts.Transliterate(name); !ok || got != name {
			t.Errorf("Transliterate(%q) = %q, %v", name, got, ok)
		}
	}
}

func TestCleanBringsTextIntoPrintableForm(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want string }{
		{"plain", "Gent 9000", "Gent 9000"},
		{"decomposed", "Zoe\u0308 N\u0303i\u0301guez", "Zoë Ñíguez"},
		{"decomposed Vietnamese", "Nguye\u0302\u0303n", "Nguyễn"},
		{"zero width and marks", "a\u200Bb\u200Dc\uFEFFd\u00ADe\u200Ff\uFE0F", "abcdef"},
		{"blanks", "a\tb\u2003c\u3000d", "a b c d"},
		{"no-break blank stays", "12\u202Fkm\u00A0x", "12\u00A0km\u00A0x"},
		{"line ends", "a\r\nb\rc\u2028d", "a\nb\nc\nd"},
		{"controls", "a\x00b\x1Bc\x7F", "abc"},
		{"broken bytes", "a\xffb", "a\uFFFDb"},
		{"no-break hyphen", "a\u2011b", "a-b"},
	} {
		if got := document.Clean(c.in); got != c.want {
			t.Errorf("%s: Clean(%q) = %q, want %q", c.name, c.in, got, c.want)
		}
	}
}

func TestCheckNamesWhatCannotBePrinted(t *testing.T) {
	t.Parallel()
	ts := typesetter(t)
	for _, c := range []struct {
		text, code string
		kind       document.Kind
		index      int
		lawful     bool
		instead    string
	}{
		{"Jan 😀", "U+1F600", document.Symbol, 4, true, ""},
		{"محمد", "U+0645", document.Script, 0, false, ""},
		{"שלום", "U+05E9", document.Script, 0, false, ""},
		{"王小明", "U+738B", document.Script, 0, false, ""},
		{"Ｊan", "U+FF2A", document.Script, 0, true, "J"},
		{"𝓐nna", "U+1D4D0", document.Script, 0, true, "A"},
		{"a\xff", "U+FFFD", document.Broken, 1, false, ""},
		{"e\u0323\u0301\u0302", "U+0301", document.Accent, 1, true, ""},
		{"✓ ja", "U+2713", document.Symbol, 0, true, "x"},
	} {
		problems := ts.Check(c.text)
		if len(problems) == 0 {
			t.Errorf("%q: no problem found", c.text)
			continue
		}
		p := problems[0]
		if p.Code() != c.code || p.Kind != c.kind || p.Index != c.index || p.Lawful != c.lawful || p.Instead != c.instead {
			t.Errorf("%q: %s %+v", c.text, p.Code(), p)
		}
	}
}

func TestTransliterateIsLawfulOrRefuses(t *testing.T) {
	t.Parallel()
	ts := typesetter(t)
	for _, c := range []struct {
		in, want string
		ok       bool
	}{
		{"Jan 😀 Peeters 🎉", "Jan Peeters", true},
		{"👩‍👩‍👧 Familie Maes", "Familie Maes", true},
		{"Ｊａｎ　Ｐｅｅｔｅｒｓ", "Jan Peeters", true},
		{"𝓐nna", "Anna", true},
		{"🇧🇪", "", false},
		{"محمد Peeters", "محمد Peeters", false},
		{"王小明", "王小明", false},
		{"a\xffb", "a\uFFFDb", false},
	} {
		got, ok := ts.Transliterate(c.in)
		if ok != c.ok || got != c.want {
			t.Errorf("Transliterate(%q) = %q, %v; want %q, %v", c.in, got, ok, c.want, c.ok)
		}
		if ok && len(ts.Check(got)) > 0 {
			t.Errorf("Transliterate(%q) is still not printable: %q", c.in, got)
		}
	}
}

func TestLegibleLosesNothing(t *testing.T) {
	t.Parallel()
	ts := typesetter(t)
	got := ts.Legible("Mail aan 王 😀 ✓")
	if got != "Mail aan [U+738B] [U+1F600] x" {
		t.Fatalf("got %q", got)
	}
}

func FuzzText(f *testing.F) {
	ts := typesetter(f)
	for _, s := range append(spellings, "😀", "محمد", "\xff\xfe", "a\u0301\u0302", "\x00", "\n\n", strings.Repeat("W", 300)) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if again := document.Clean(document.Clean(s)); again != document.Clean(s) {
			t.Fatalf("Clean(%q) is not stable", s)
		}
		if got, ok := ts.Transliterate(s); ok && len(ts.Check(got)) > 0 {
			t.Fatalf("Transliterate(%q) = %q, not printable", s, got)
		}
		if len(ts.Check(ts.Legible(s))) > 0 {
			t.Fatalf("Legible(%q) is not printable", s)
		}
		writeAnything(t, ts, s)
	})
}
