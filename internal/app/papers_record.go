package app

import (
	"context"
	"fmt"
	"io"
	"strings"

	"clepsydra/internal/document"
	"clepsydra/internal/web"
)

// Record writes the record of processing (Art. 30 GDPR) as pdf, or as xlsx with one
// row for each answer.
func (p papers) Record(ctx context.Context, w io.Writer, format string, r web.ScanPaper) error {
	switch format {
	case "pdf":
		return p.Scan(ctx, w, r)
	case "xlsx":
	default:
		return fmt.Errorf("app: record as %q", format)
	}
	t := p.texts.For(r.Lang, r.Firm.Country, r.Firm.Location())
	table := document.Table{
		Title: r.Title, Subtitle: r.Firm.Name + " · " + t.Date(r.At), Language: r.Lang, Created: r.At,
		Columns: []document.Column{
			{Title: t.T("record.column_part", nil), Width: 2}, {Title: t.T("record.column_what", nil), Width: 2},
			{Title: t.T("record.column_article", nil), Width: 1}, {Title: t.T("record.column_answer", nil), Width: 4},
		},
		Stamp: stampOf(t, r.Reference, r.Final, 0, ""),
	}
	for _, s := range r.Sections {
		for _, row := range s.Rows {
			table.Rows = append(table.Rows, []string{s.Title, row.Label, row.Source, strings.Join(row.Text, "\n")})
		}
	}
	return document.WriteXLSX(ctx, w, table)
}
