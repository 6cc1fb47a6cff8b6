package document

import (
	"embed"
	"fmt"
	"strings"

	"github.com/jung-kurt/gofpdf"
	xfont "golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// Noto Sans, under the SIL Open Font License in fonts/OFL.txt, which has to travel
// with the fonts and therefore with the program. Fonts are embedded in every PDF:
// print shops refuse files that rely on fonts of the reader.
//
//go:embed fonts/NotoSans-Regular.ttf fonts/NotoSans-Bold.ttf fonts/OFL.txt
var fontFiles embed.FS

// FontLicence returns the licence text of the embedded fonts, for the page that
// lists what the program is made of.
func FontLicence() string {
	text, err := fontFiles.ReadFile("fonts/OFL.txt")
	if err != nil {
		return ""
	}
	return string(text)
}

type face int

const (
	regular face = iota
	bold
	faceCount
)

// family is the name under which gofpdf knows the font.
const family = "noto"

func (f face) style() string { return [...]string{"", "B"}[f] }

// name is the font's own name, under which a PDF lists it.
func (f face) name() string { return [...]string{"NotoSans-Regular", "NotoSans-Bold"}[f] }

func (f face) fileName() string { return "fonts/" + f.name() + ".ttf" }

// runeSet is a set of the runes below 0x10000, the only ones gofpdf can encode.
type runeSet [0x10000 / 64]uint64

func (s *runeSet) add(r rune) { s[r>>6] |= 1 << (r & 63) }

func (s *runeSet) has(r rune) bool {
	return r >= 0 && r < 0x10000 && s[r>>6]&(1<<(r&63)) != 0
}

// font is one face: the runes it may print, their advance in 1/1000 of the size,
// and the file cut to those runes for gofpdf.
type font struct {
	covered runeSet
	width   [0x10000]uint16
	cut     []byte
}

// printed lists the ranges that may reach paper: Latin, Greek and Cyrillic with
// the signs of ordinary text. A range holds only what is set left to right,
// one glyph per character, without shaping: combining marks are absent because
// gofpdf cannot place them.
func printed() [][2]rune {
	return [][2]rune{
		{0x20, 0x7E}, {0xA0, 0xAC}, {0xAE, 0x2FF}, {0x370, 0x482}, {0x48A, 0x52F},
		{0x1D00, 0x1DBF}, {0x1E00, 0x1FFF}, {0x2010, 0x2027}, {0x2030, 0x205E},
		{0x2070, 0x209C}, {0x20A0, 0x20C0}, {0x2100, 0x218B}, {0x2190, 0x21FF},
		{0x2200, 0x22FF}, {0x25A0, 0x25FF}, {0x2C60, 0x2C7F}, {0x2E17, 0x2E17},
		{0xA640, 0xA66E}, {0xA680, 0xA69D}, {0xA720, 0xA7CA}, {0xFB00, 0xFB06},
	}
}

func (f *font) load(which face) error {
	data, err := fontFiles.ReadFile(which.fileName())
	if err != nil {
		return fmt.Errorf("read font: %w", err)
	}
	parsed, err := sfnt.Parse(data)
	if err != nil {
		return fmt.Errorf("parse %s: %w", which.fileName(), err)
	}
	var keep strings.Builder
	for _, span := range printed() {
		for r := span[0]; r <= span[1]; r++ {
			if err := f.measureGlyph(parsed, r, &keep); err != nil {
				return err
			}
		}
	}
	f.cut = gofpdf.UTF8CutFont(data, keep.String())
	return nil
}

// measureGlyph adds r to the font when there is a glyph for it. GlyphIndex is 0
// for a missing character: what prints as an empty box.
func (f *font) measureGlyph(parsed *sfnt.Font, r rune, keep *strings.Builder) error {
	var buf sfnt.Buffer
	glyph, err := parsed.GlyphIndex(&buf, r)
	if err != nil {
		return fmt.Errorf("glyph of %U: %w", r, err)
	}
	if glyph == 0 {
		return nil
	}
	// At 1000 pixels per em the advance is in the thousandths PDF counts in.
	advance, err := parsed.GlyphAdvance(&buf, glyph, fixed.I(1000), xfont.HintingNone)
	if err != nil {
		return fmt.Errorf("advance of %U: %w", r, err)
	}
	if advance <= 0 {
		return nil
	}
	f.covered.add(r)
	f.width[r] = uint16(advance.Round())
	keep.WriteRune(r)
	return nil
}

// has reports whether r prints as itself in every face.
func (ts *Typesetter) has(r rune) bool {
	for f := range ts.fonts {
		if !ts.fonts[f].covered.has(r) {
			return false
		}
	}
	return true
}
