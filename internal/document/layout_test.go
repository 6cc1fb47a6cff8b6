package document

import (
	"bytes"
	"compress/zlib"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestWrapKeepsTextAndWidth(t *testing.T) {
	t.Parallel()
	ts, err := NewTypesetter()
	if err != nil {
		t.Fatal(err)
	}
	s := bodyStyle()
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOf(rapid.StringMatching(`[A-Za-zéß/\-]{1,40}`)).Draw(t, "words")
		width := rapid.Float64Range(15, 160).Draw(t, "width")
		text := strings.Join(words, " ")
		lines := ts.wrap(s, width, text)
		if got, want := strings.Join(lines, ""), text; strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(want, " ", "") {
			t.Fatalf("wrap lost text: %q from %q", got, want)
		}
		for _, l := range lines {
			if w := ts.measure(s, strings.TrimRight(l, " ")); w > width+0.2 {
				t.Fatalf("line %q is %.1f mm wide, room is %.1f", l, w, width)
			}
		}
	})
}

func TestWrapBreaksWhereReadersExpect(t *testing.T) {
	t.Parallel()
	ts, err := NewTypesetter()
	if err != nil {
		t.Fatal(err)
	}
	s := bodyStyle()
	for _, c := range []struct {
		text  string
		width float64
		want  []string
	}{
		{"", 50, nil},
		{"a\n\nb", 50, []string{"a", "", "b"}},
		{"aan het bestuur", ts.measure(s, "aan het b"), []string{"aan het", "bestuur"}},
		{"vice-voorzitter", ts.measure(s, "voorzitter"), []string{"vice-", "voorzitter"}},
		{"op 12-06-2026", ts.measure(s, "12-06-2026"), []string{"op", "12-06-2026"}},
		{"de fuite\u00A0: oui", ts.measure(s, "de fuite"), []string{"de", "fuite\u00A0:", "oui"}},
		{"een  twee", ts.measure(s, "twee"), []string{"een", "twee"}},
		{"- AAAEGvG", ts.measure(s, "- AAAEGv"), []string{"-", "AAAEGv", "G"}},
	} {
		if got := ts.wrap(s, c.width+0.05, c.text); strings.Join(got, "|") != strings.Join(c.want, "|") {
			t.Errorf("wrap(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

func TestFlowKeepsTiedRowsTogether(t *testing.T) {
	t.Parallel()
	line := func(keep bool) row { return row{height: 10, keep: keep} }
	for _, c := range []struct {
		name string
		rows []row
		room float64
		want int
	}{
		{"all fit", []row{line(false), line(false)}, 20, 2},
		{"heading goes with its text", []row{line(false), line(true), line(false)}, 20, 1},
		{"chain longer than a page is torn", []row{line(true), line(true), line(true)}, 20, 2},
		{"a row higher than the page still goes on it", []row{{height: 50}, line(false)}, 20, 1},
		{"space above counts but not on top", []row{{height: 10, before: 30}, {height: 10, before: 5}}, 20, 1},
	} {
		if got := fitting(c.rows, frame{0, c.room}); got != c.want {
			t.Errorf("%s: %d rows, want %d", c.name, got, c.want)
		}
	}
}

// TestEveryGlyphIsInTheFont looks where text extraction cannot: into the map from
// characters to glyphs of the font in the file. Glyph 0 is the empty box.
func TestEveryGlyphIsInTheFont(t *testing.T) {
	t.Parallel()
	ts, err := NewTypesetter()
	if err != nil {
		t.Fatal(err)
	}
	text := "Ștefania Țurcanu Nguyễn Hồng Đào Ελευθερία Їжакевич Þórunn Łódź Åß€ ő ű"
	s := &sheet{}
	for f := range faceCount {
		st := bodyStyle()
		st.face = f
		s.spans = append(s.spans, span{x: 20, y: 50, style: st, text: text})
	}
	d, err := drawSheets(ts, nil, SampleRun().Created, []*sheet{s})
	if err != nil {
		t.Fatal(err)
	}
	maps := glyphMaps(t, d)
	if len(maps) != int(faceCount) {
		t.Fatalf("%d glyph maps, want %d", len(maps), faceCount)
	}
	for i, m := range maps {
		for _, r := range text {
			if r != ' ' && m[2*r] == 0 && m[2*r+1] == 0 {
				t.Errorf("font %d: %c has no glyph", i, r)
			}
		}
		if m[2*'Ж'] != 0 || m[2*'Ж'+1] != 0 {
			t.Errorf("font %d holds a letter nobody used: it is not a subset", i)
		}
	}
}

func glyphMaps(t *testing.T, d *drawn) [][]byte {
	t.Helper()
	var maps [][]byte
	for _, object := range d.shared {
		content, err := streamOf(object)
		if err != nil {
			continue // an object without a stream
		}
		z, err := zlib.NewReader(bytes.NewReader(content))
		if err != nil {
			continue // a stream that is not compressed
		}
		data, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		if len(data) == 2*0x10000 {
			maps = append(maps, data)
		}
	}
	return maps
}

func TestTakeApartRefusesAnUnknownStructure(t *testing.T) {
	t.Parallel()
	for _, pdf := range []string{"", "startxref\n9999\n%%EOF", "xref\n0 2\nstartxref\n0\n", "1 0 obj\nstartxref\n0"} {
		if _, err := objectsOf([]byte(pdf)); err == nil {
			t.Errorf("%q was taken for a document", pdf)
		}
	}
}
