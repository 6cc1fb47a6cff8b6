package document

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strings"
)

// Dialect is how a CSV file is written: RFC 4180 with the separator the receiving
// program expects. European spreadsheets want ';' and the byte order mark, without
// which they take UTF-8 for something else.
type Dialect struct {
	Comma rune // 0: ','
	BOM   bool
}

// WriteCSV writes the table as CSV with a heading line. A cell that a spreadsheet
// would take for a formula (it begins with = + - @, tab or return) gets an
// apostrophe in front, unless it is a number of a Number column.
func WriteCSV(ctx context.Context, w io.Writer, t Table, d Dialect) error {
	if err := t.check(); err != nil {
		return fmt.Errorf("write csv: %w", err)
	}
	if d.BOM {
		if _, err := io.WriteString(w, "\uFEFF"); err != nil {
			return fmt.Errorf("write csv: %w", err)
		}
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if d.Comma != 0 {
		out.Comma = d.Comma
	}
	record := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		record[i] = harmless(Text, c.Title)
	}
	for i := -1; i < len(t.Rows); i++ {
		if i >= 0 {
			for j, c := range t.Columns {
				record[j] = harmless(c.Kind, cell(t.Rows[i], j))
			}
		}
		if err := out.Write(record); err != nil {
			return fmt.Errorf("write csv: line %d: %w", i+2, err)
		}
		if i%1000 == 0 && ctx.Err() != nil {
			return fmt.Errorf("write csv: %w", ctx.Err())
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write csv: %w", err)
	}
	return nil
}

func harmless(kind ColumnKind, text string) string {
	text = clearText(text)
	if text == "" || !strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return text
	}
	if _, ok := number(text); ok && kind == Number {
		return text
	}
	return "'" + text
}
