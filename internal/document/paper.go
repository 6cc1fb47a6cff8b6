package document

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"time"
)

// paper is what forms, tables and records have in common: rows that flow over
// pages with the same head and foot.
type paper struct {
	ts       *Typesetter
	title    string
	language string
	stamp    Stamp
	created  time.Time
	wide     bool
	logo     *logo
	first    []row                   // title block, on the first page only
	again    func() ([]row, float64) // head of every page and its height; may be nil
}

// side is the margin left and right of a paper; narrower than a letter's, since
// these papers hold columns.
const (
	side       = 20.0
	paperTop   = 18.0
	chunkPages = 400 // pages drawn in one gofpdf document
)

func (p *paper) width() float64 {
	if p.wide {
		return paperHeight - 2*side
	}
	return paperWidth - 2*side
}

// write sets the rows and writes the file. Texts in the rows must be Legible.
func (p *paper) write(ctx context.Context, w io.Writer, rows []row) error {
	var sheets []*sheet
	flow(append(p.first, rows...), func() (*sheet, frame) {
		s := &sheet{wide: p.wide, logo: p.logo != nil && len(sheets) == 0}
		sheets = append(sheets, s)
		top := paperTop
		if s.logo {
			top = 12 + p.logo.height + 4
		}
		if p.again != nil && len(sheets) > 1 {
			head, height := p.again()
			for _, r := range head {
				s.place(r, top)
			}
			top += height
		}
		return s, frame{top, s.height() - 23}
	})
	p.number(sheets)
	return p.print(ctx, w, sheets)
}

// number prints the feet, when the number of pages is known.
func (p *paper) number(sheets []*sheet) {
	st := p.stamp
	for i, s := range sheets {
		s.watermark = p.ts.Legible(st.watermark())
		p.ts.placeFoot(s, foot{
			left: [2]string{p.ts.Legible(joined(st.word(), st.Reference)), p.ts.Legible(joined(st.Version, st.hash()))},
			right: [2]string{p.ts.Legible(numbers(st.PageOf, "%d / %d", i+1, len(sheets))),
				p.created.UTC().Format("2006-01-02 15:04 UTC")},
		}, side, side+p.width())
	}
}

func (p *paper) print(ctx context.Context, w io.Writer, sheets []*sheet) error {
	a := newAssembly(w)
	for from := 0; from < len(sheets); from += chunkPages {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("print: %w", err)
		}
		part := sheets[from:min(from+chunkPages, len(sheets))]
		d, err := drawSheets(p.ts, p.logo, p.created, part)
		if err != nil {
			return fmt.Errorf("print: %w", err)
		}
		a.addPages(d, a.addShared(d), 0, len(part))
	}
	if err := a.finish(facts{title: p.title, language: p.language, created: p.created}); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

// titleRows is the head of the first page: title, what it is about, introduction.
func (p *paper) titleRows(title, subtitle string, intro []string) []row {
	big := style{face: bold, size: 17, leading: 7.6, ink: teal}
	under := style{face: regular, size: 10.5, leading: 5, ink: grey}
	text := style{face: regular, size: 9.5, leading: 4.5}
	rows := p.paragraph(big, title, 0)
	rows = append(rows, p.paragraph(under, subtitle, 1)...)
	for i, t := range intro {
		gap := 2.0
		if i == 0 {
			gap = 4
		}
		rows = append(rows, p.paragraph(text, t, gap)...)
	}
	if len(rows) > 0 {
		rows[len(rows)-1].keep = true
	}
	return rows
}

func (p *paper) paragraph(s style, text string, gap float64) []row {
	return linesToRows(s, side, p.ts.wrap(s, p.width(), p.ts.Legible(text)), gap)
}

// line is one line of a column, in its own style.
type line struct {
	text string
	style
}

// lines breaks paragraphs for a column.
func (p *paper) lines(s style, width float64, texts ...string) []line {
	var out []line
	for _, t := range texts {
		for _, l := range p.ts.wrap(s, width, p.ts.Legible(t)) {
			out = append(out, line{l, s})
		}
	}
	return out
}

// column is a cell of a strip of text: its lines, where it stands, how wide it is.
type column struct {
	x, width float64
	right    bool // set flush right
	lines    []line
}

// strips puts columns side by side as one row per line, so that a long answer may
// go on over the page. All lines have the same leading. A band, if it has ink, is
// put behind.
func (p *paper) strips(columns []column, leading float64, band ink, banded bool) []row {
	n := 0
	for _, c := range columns {
		n = max(n, len(c.lines))
	}
	rows := make([]row, n)
	for i := range rows {
		r := row{height: leading, keep: i < n-1 && (i == 0 || i == n-2)}
		if banded {
			r.boxes = append(r.boxes, box{x: side - 2, w: p.width() + 4, h: leading + 0.02, ink: band})
		}
		for _, c := range columns {
			if i >= len(c.lines) {
				continue
			}
			l := c.lines[i]
			x := c.x
			if c.right {
				x += c.width - p.ts.measure(l.style, l.text)
			}
			r.spans = append(r.spans, span{x: x, y: leading * 0.74, style: l.style, text: l.text})
		}
		rows[i] = r
	}
	return rows
}

// rule is a thin line across the page with some room about it.
func (p *paper) rule(before, after float64) row {
	return row{before: before, height: after, boxes: []box{{x: side - 2, w: p.width() + 4, h: 0.15, ink: hair}}}
}

// counted writes a word with its number: "Ontbreekt: 3".
func counted(word string, n int) string { return word + ": " + strconv.Itoa(n) }
