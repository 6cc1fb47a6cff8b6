package document

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"clepsydra/internal/fault"
)

// ErrCellTooLong: a cell is longer than a spreadsheet can hold (32,767 characters).
// It is refused rather than cut, since a register must be complete.
var ErrCellTooLong = fault.New(fault.TooLarge, "document.cell_too_long")

const sheetName = "Data"

// WriteXLSX writes the table as a spreadsheet: one sheet, a fixed heading row with
// filters, numbers and dates as such. Texts are stored as texts, so a cell that
// begins with "=" is never a formula. The stamp goes into the printed footer and
// the properties of the file.
func WriteXLSX(ctx context.Context, w io.Writer, t Table) (err error) {
	if err := t.check(); err != nil {
		return fmt.Errorf("write xlsx: %w", err)
	}
	f := excelize.NewFile()
	defer func() {
		if e := f.Close(); err == nil && e != nil {
			err = fmt.Errorf("write xlsx: close: %w", e)
		}
	}()
	if err := fillBook(ctx, f, t); err != nil {
		return fmt.Errorf("write xlsx: %w", err)
	}
	if err := f.Write(w); err != nil {
		return fmt.Errorf("write xlsx: %w", err)
	}
	return nil
}

func fillBook(ctx context.Context, f *excelize.File, t Table) error {
	if err := f.SetSheetName("Sheet1", sheetName); err != nil {
		return fmt.Errorf("name sheet: %w", err)
	}
	s, err := newBookStyles(f)
	if err != nil {
		return err
	}
	out, err := f.NewStreamWriter(sheetName)
	if err != nil {
		return fmt.Errorf("open sheet: %w", err)
	}
	if err := prepareSheet(out, t); err != nil {
		return err
	}
	heads := make([]any, len(t.Columns))
	for i, c := range t.Columns {
		heads[i] = excelize.Cell{StyleID: s.head, Value: clearText(c.Title)}
	}
	if err := out.SetRow("A1", heads); err != nil {
		return fmt.Errorf("heading: %w", err)
	}
	for i, r := range t.Rows {
		if i%500 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		cells, err := s.cells(t.Columns, r)
		if err != nil {
			return err
		}
		if err := out.SetRow("A"+strconv.Itoa(i+2), cells); err != nil {
			return fmt.Errorf("row %d: %w", i+1, err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("flush: %w", err)
	}
	return describeBook(f, t)
}

// prepareSheet sets what must stand before the first row.
func prepareSheet(out *excelize.StreamWriter, t Table) error {
	for i, c := range t.Columns {
		width := 12 + 6*min(share(c), 8)
		if err := out.SetColWidth(i+1, i+1, width); err != nil {
			return fmt.Errorf("column %d: %w", i+1, err)
		}
	}
	err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
	if err != nil {
		return fmt.Errorf("fix heading: %w", err)
	}
	return nil
}

// describeBook sets filter, printed footer and properties.
func describeBook(f *excelize.File, t Table) error {
	last, err := excelize.CoordinatesToCellName(len(t.Columns), len(t.Rows)+1)
	if err != nil {
		return fmt.Errorf("last cell: %w", err)
	}
	if err := f.AutoFilter(sheetName, "A1:"+last, nil); err != nil {
		return fmt.Errorf("filter: %w", err)
	}
	st := t.Stamp
	about := clearText(joined(st.word(), st.Reference, st.Version, st.hash()))
	footer := "&L" + strings.ReplaceAll(about, "&", "&&") + "&R&P / &N"
	if len(footer) < 250 { // the format allows 255 characters
		if err := f.SetHeaderFooter(sheetName, &excelize.HeaderFooterOptions{OddFooter: footer}); err != nil {
			return fmt.Errorf("footer: %w", err)
		}
	}
	at := t.Created.UTC().Format(time.RFC3339)
	err = f.SetDocProps(&excelize.DocProperties{Title: clearText(t.Title), Subject: clearText(t.Subtitle),
		Description: about, Creator: "Clepsydra", LastModifiedBy: "Clepsydra", Created: at, Modified: at})
	if err != nil {
		return fmt.Errorf("properties: %w", err)
	}
	return nil
}

// bookStyles are the numbers excelize gave to the styles of cells.
type bookStyles struct{ head, text, date, moment int }

func newBookStyles(f *excelize.File) (s bookStyles, err error) {
	day, moment := "yyyy-mm-dd", "yyyy-mm-dd hh:mm"
	wrapped := &excelize.Alignment{Vertical: "top", WrapText: true}
	for _, want := range []struct {
		id    *int
		style excelize.Style
	}{
		{&s.head, excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: wrapped,
			Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"EFF4F6"}}}},
		{&s.text, excelize.Style{Alignment: wrapped}},
		{&s.date, excelize.Style{Alignment: wrapped, CustomNumFmt: &day}},
		{&s.moment, excelize.Style{Alignment: wrapped, CustomNumFmt: &moment}},
	} {
		if *want.id, err = f.NewStyle(&want.style); err != nil {
			return s, fmt.Errorf("style: %w", err)
		}
	}
	return s, nil
}

func (s bookStyles) cells(columns []Column, row []string) ([]any, error) {
	out := make([]any, len(columns))
	for i, c := range columns {
		text := clearText(cell(row, i))
		if utf8.RuneCountInString(text) > excelize.TotalCellChars {
			return nil, ErrCellTooLong.With("column", c.Title)
		}
		out[i] = s.typed(c.Kind, text)
	}
	return out, nil
}

// typed stores a cell as its kind when it reads as such. Dates are written in UTC:
// spreadsheets know no time zones.
func (s bookStyles) typed(kind ColumnKind, text string) excelize.Cell {
	switch kind {
	case Number:
		if v, ok := number(text); ok {
			return excelize.Cell{StyleID: s.text, Value: v}
		}
	case Date:
		if at, err := time.Parse(time.DateOnly, text); err == nil {
			return excelize.Cell{StyleID: s.date, Value: at}
		}
		if at, err := time.Parse(time.RFC3339, text); err == nil {
			return excelize.Cell{StyleID: s.moment, Value: at.UTC()}
		}
	}
	return excelize.Cell{StyleID: s.text, Value: text}
}

// number reads plain decimal numbers only: "1e5", "Inf" and "0x10" are texts, and
// so is a number with leading zeros, which is a code.
func number(text string) (float64, bool) {
	digits := strings.TrimPrefix(text, "-")
	if digits == "" || strings.Trim(digits, "0123456789.") != "" || len(digits) > 15 ||
		len(digits) > 1 && digits[0] == '0' && digits[1] != '.' {
		return 0, false
	}
	v, err := strconv.ParseFloat(text, 64)
	return v, err == nil
}

// clearText drops what XML and CSV cannot hold: broken bytes and controls. Nothing
// else is changed: a spreadsheet shows every script.
func clearText(text string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0x7F || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
}
