package document

import (
	"context"
	"fmt"
	"io"
	"time"
)

// ColumnKind says how the cells of a column are set and stored.
type ColumnKind string

// The kinds. Number cells are set flush right and stored as numbers where they can
// be read as such (decimal point); Date cells are RFC 3339 or 2006-01-02 and are
// stored as dates. A cell that does not read as its kind stays text.
const (
	Text   ColumnKind = "text"
	Number ColumnKind = "number"
	Date   ColumnKind = "date"
)

// Column heads a column. Width is its share of the line; 0 counts as 1.
type Column struct {
	Title string
	Width float64
	Kind  ColumnKind
}

// Table is rows of cells under columns. A row may be shorter than the columns, its
// last cells are then empty; a longer one is ErrColumns.
type Table struct {
	Title, Subtitle string
	Language        string
	Intro           []string
	Columns         []Column
	Rows            [][]string
	Stamp           Stamp
	Landscape       bool
	Created         time.Time
}

func (t *Table) check() error {
	if len(t.Columns) == 0 {
		return ErrColumns.Because(fmt.Errorf("no columns"))
	}
	for i, r := range t.Rows {
		if len(r) > len(t.Columns) {
			return ErrColumns.With("row", i+1).Because(fmt.Errorf("row %d: %d cells, %d columns", i+1, len(r), len(t.Columns)))
		}
	}
	return nil
}

// cell returns a cell, empty when the row is short.
func cell(row []string, column int) string {
	if column < len(row) {
		return row[column]
	}
	return ""
}

func (ts *Typesetter) tablePaper(t Table) *paper {
	p := &paper{ts: ts, title: t.Title, language: t.Language, stamp: t.Stamp, created: t.Created, wide: t.Landscape}
	p.first = p.titleRows(t.Title, t.Subtitle, t.Intro)
	return p
}

// WriteTablePDF writes the table as a grid whose head is repeated on each page. It
// reads well up to about eight columns, twelve in Landscape; for more take
// WriteRecordsPDF. Characters the fonts lack are printed as their code.
func (ts *Typesetter) WriteTablePDF(ctx context.Context, w io.Writer, t Table) error {
	if err := t.check(); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	p := ts.tablePaper(t)
	places := p.columnPlaces(t.Columns)
	head := p.headRows(t.Columns, places)
	p.again = func() ([]row, float64) { return stacked(head), heightOf(head) + 1 }
	rows := append([]row(nil), head...)
	rows[0].before = 6
	for i, r := range t.Rows {
		if i > 0 {
			rows = append(rows, p.rule(0.6, 0.4))
			rows[len(rows)-1].keep = true
		}
		rows = append(rows, p.cellRows(t.Columns, places, r)...)
		if i%1000 == 0 && ctx.Err() != nil {
			return fmt.Errorf("write table: %w", ctx.Err())
		}
	}
	if err := p.write(ctx, w, rows); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	return nil
}

// columnPlaces divides the line by the widths asked for.
func (p *paper) columnPlaces(columns []Column) []column {
	var total float64
	for _, c := range columns {
		total += share(c)
	}
	const gutter = 2.5
	room := p.width() - gutter*float64(len(columns)-1)
	places, x := make([]column, len(columns)), side
	for i, c := range columns {
		w := room * share(c) / total
		places[i] = column{x: x, width: w, right: c.Kind == Number}
		x += w + gutter
	}
	return places
}

func share(c Column) float64 {
	if c.Width > 0 {
		return c.Width
	}
	return 1
}

func cellStyle() style { return style{face: regular, size: 8.5, leading: 4} }

func (p *paper) headRows(columns []Column, places []column) []row {
	s := cellStyle()
	s.face = bold
	cells := append([]column(nil), places...)
	for i, c := range columns {
		cells[i].lines = p.lines(s, places[i].width, c.Title)
	}
	rows := p.padBand(p.strips(cells, s.leading, mist, true), mist, false)
	tieAll(rows)
	return rows
}

func (p *paper) cellRows(columns []Column, places []column, values []string) []row {
	s := cellStyle()
	cells := append([]column(nil), places...)
	for i := range columns {
		cells[i].lines = p.lines(s, places[i].width, cell(values, i))
	}
	rows := p.strips(cells, s.leading, mist, false)
	if len(rows) == 0 {
		rows = []row{{height: s.leading}}
	}
	tieAll(rows[:len(rows)-1])
	rows[0].before = 0.8
	return rows
}

// stacked moves rows to their places one under the other, for a head that is
// placed as a whole.
func stacked(rows []row) []row {
	out, y := make([]row, len(rows)), 0.0
	for i, r := range rows {
		moved := row{height: r.height}
		for _, b := range r.boxes {
			b.y += y
			moved.boxes = append(moved.boxes, b)
		}
		for _, t := range r.spans {
			t.y += y
			moved.spans = append(moved.spans, t)
		}
		out[i], y = moved, y+r.height
	}
	return out
}
