package document

import (
	"bytes"
	"math"
	"strconv"
	"time"

	"github.com/jung-kurt/gofpdf"
)

// canvas draws sheets into one gofpdf document.
//
// A text whose characters the document has already seen is written as a content
// operator directly; only a text with a new character goes through gofpdf's Text,
// which notes the character for the font subset. The bytes on the page are the
// same, the work is a third.
type canvas struct {
	ts    *Typesetter
	pdf   *gofpdf.Fpdf
	logo  *logo
	seen  [faceCount]runeSet
	style style   // as last set on the page
	high  float64 // height of the page in points
	buf   []byte  // operators not yet handed to gofpdf
}

// newCanvas starts a document with both faces loaded, uncompressed: pages are
// compressed when they are assembled.
func newCanvas(ts *Typesetter, l *logo, created time.Time) *canvas {
	pdf := gofpdf.New("P", "mm", "A4", "")
	pdf.SetCatalogSort(true) // else maps give a new order of objects at every run
	pdf.SetCreationDate(created)
	pdf.SetModificationDate(created)
	pdf.SetCompression(false)
	pdf.SetMargins(0, 0, 0)
	pdf.SetAutoPageBreak(false, 0)
	for f := range ts.fonts {
		// A copy: gofpdf pads font tables in place, so documents drawn at the same
		// time may not share the bytes.
		pdf.AddUTF8FontFromBytes(family, face(f).style(), bytes.Clone(ts.fonts[f].cut))
	}
	if l != nil {
		pdf.RegisterImageOptionsReader("logo", gofpdf.ImageOptions{ImageType: "PNG"}, bytes.NewReader(l.png))
	}
	return &canvas{ts: ts, pdf: pdf, logo: l}
}

// draw adds a page.
func (c *canvas) draw(s *sheet) error {
	c.pdf.AddPageFormat(orientation(s), gofpdf.SizeType{Wd: paperWidth, Ht: paperHeight})
	c.style, c.high = style{}, s.height()*mm
	c.setInk(black)
	if s.watermark != "" {
		c.drawWatermark(s)
	}
	for _, b := range s.boxes {
		c.drawBox(b)
	}
	for _, t := range s.spans {
		c.drawSpan(t)
	}
	c.flush()
	if s.logo && c.logo != nil {
		c.pdf.ImageOptions("logo", marginLeft, 12, c.logo.width, c.logo.height, false, gofpdf.ImageOptions{ImageType: "PNG"}, 0, "")
	}
	if err := c.pdf.Error(); err != nil {
		return ErrTypesetting.Because(err)
	}
	return nil
}

func orientation(s *sheet) string {
	if s.wide {
		return "L"
	}
	return "P"
}

// setInk changes colour by operator: gofpdf's own text colour would wrap every
// text in a saved state.
func (c *canvas) setInk(i ink) {
	for _, part := range i.colour() {
		c.buf = strconv.AppendFloat(c.buf, part, 'f', 2, 64)
		c.buf = append(c.buf, ' ')
	}
	c.buf = append(c.buf, "rg\n"...)
	c.style.ink = i
}

func (c *canvas) drawBox(b box) {
	if b.ink != c.style.ink {
		c.setInk(b.ink)
	}
	c.number(b.x * mm)
	c.number(c.high - (b.y+b.h)*mm)
	c.number(b.w * mm)
	c.number(b.h * mm)
	c.buf = append(c.buf, "re f\n"...)
}

func (c *canvas) drawSpan(t span) {
	if t.ink != c.style.ink {
		c.setInk(t.ink)
	}
	if t.face != c.style.face || t.size != c.style.size {
		c.flush()
		c.pdf.SetFont(family, t.face.style(), t.size)
		c.style.face, c.style.size = t.face, t.size
	}
	if c.isNew(t.face, t.text) {
		c.flush()
		c.pdf.Text(t.x, t.y, t.text)
		return
	}
	c.buf = append(c.buf, "BT "...)
	c.number(t.x * mm)
	c.number(c.high - t.y*mm)
	c.buf = append(c.buf, "Td ("...)
	c.encode(t.text)
	c.buf = append(c.buf, ") Tj ET\n"...)
}

// isNew notes the characters of text and reports whether one was not seen before.
func (c *canvas) isNew(f face, text string) bool {
	seen, news := &c.seen[f], false
	for _, r := range text {
		if !seen.has(r) {
			seen.add(r)
			news = true
		}
	}
	return news
}

// encode writes text in UTF-16BE as the inside of a PDF string. Every rune has been
// checked to lie below U+10000.
func (c *canvas) encode(text string) {
	for _, r := range text {
		c.escaped(byte(r >> 8))
		c.escaped(byte(r))
	}
}

func (c *canvas) escaped(b byte) {
	switch b {
	case '\\', '(', ')':
		c.buf = append(c.buf, '\\', b)
	case '\r':
		c.buf = append(c.buf, '\\', 'r')
	default:
		c.buf = append(c.buf, b)
	}
}

func (c *canvas) number(v float64) {
	c.buf = strconv.AppendFloat(c.buf, v, 'f', 2, 64)
	c.buf = append(c.buf, ' ')
}

func (c *canvas) flush() {
	if len(c.buf) > 0 {
		c.pdf.RawWriteStr(string(c.buf[:len(c.buf)-1])) // gofpdf adds the line end
		c.buf = c.buf[:0]
	}
}

// drawWatermark writes the word from corner to corner, under the text.
func (c *canvas) drawWatermark(s *sheet) {
	st := style{face: bold, size: 100, ink: pale}
	room := math.Hypot(s.width(), s.height()) * 0.72
	st.size = min(130, st.size*room/c.ts.measure(st, s.watermark))
	width, angle := c.ts.measure(st, s.watermark), math.Atan2(s.height(), s.width())
	x, y := s.width()/2, s.height()/2
	c.flush()
	c.pdf.TransformBegin()
	c.pdf.TransformRotate(angle*180/math.Pi, x, y)
	c.drawSpan(span{x: x - width/2, y: y + st.size*0.12, style: st, text: s.watermark})
	c.flush()
	c.pdf.TransformEnd()
	c.style = style{} // the saved state came back: black, and whatever font was set before
	c.setInk(black)
	c.pdf.SetFont(family, "", 1) // gofpdf believes the watermark's font is still set
}
