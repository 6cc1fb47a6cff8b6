package document

import (
	"context"
	"fmt"
	"io"
	"strings"
)

// wholeRecord is the height in millimetres up to which a record is not torn.
const wholeRecord = 125.0

// WriteRecordsPDF writes a table of many columns as one card per row: the first
// two columns are its heading, each other column is a line with its title left and
// the value right. An empty cell is printed as a dash, so that a reader sees that
// nothing was recorded. Characters the fonts lack are printed as their code.
func (ts *Typesetter) WriteRecordsPDF(ctx context.Context, w io.Writer, t Table) error {
	if err := t.check(); err != nil {
		return fmt.Errorf("write records: %w", err)
	}
	p := ts.tablePaper(t)
	var rows []row
	for i, r := range t.Rows {
		rows = append(rows, p.recordRows(t.Columns, r)...)
		if i%1000 == 0 && ctx.Err() != nil {
			return fmt.Errorf("write records: %w", ctx.Err())
		}
	}
	if err := p.write(ctx, w, rows); err != nil {
		return fmt.Errorf("write records: %w", err)
	}
	return nil
}

func (p *paper) recordRows(columns []Column, values []string) []row {
	head := style{face: bold, size: 10.5, leading: 5.2, ink: teal}
	heading := strings.TrimSpace(cell(values, 0))
	if len(columns) > 1 {
		heading = joined(heading, strings.TrimSpace(cell(values, 1)))
	}
	if heading == "" {
		heading = "–"
	}
	rows := p.strips([]column{{x: side, lines: p.lines(head, p.width(), heading)}}, head.leading, mist, true)
	rows = p.padBand(rows, mist, false)
	rows[0].before = 6
	tieAll(rows)
	rows = append(rows, row{height: 1, keep: true})
	for i := 2; i < len(columns); i++ {
		rows = append(rows, p.pairRows(columns[i].Title, cell(values, i))...)
	}
	if heightOf(rows) <= wholeRecord {
		tieAll(rows[:len(rows)-1])
	}
	rows[len(rows)-1].keep = false
	return rows
}

func (p *paper) pairRows(title, value string) []row {
	if strings.TrimSpace(value) == "" {
		value = "–"
	}
	const pairLeading = 4.3
	x := side + labelWidth + valueGap
	return p.strips([]column{
		{x: side, lines: p.lines(style{face: regular, size: 8.5, ink: grey}, labelWidth, title)},
		{x: x, lines: p.lines(style{face: regular, size: 9}, p.width()-labelWidth-valueGap, value)},
	}, pairLeading, mist, false)
}
