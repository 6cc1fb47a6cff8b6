package app

import (
	"context"
	"io"

	"clepsydra/internal/document"
	"clepsydra/internal/web"
)

// Receipt writes the receipt of an erasure as a PDF.
func (p papers) Receipt(ctx context.Context, w io.Writer, r web.RegisterTable) error {
	t := p.texts.For(r.Lang, r.Firm.Country, r.Firm.Location())
	title := t.T("retention.receipt", nil)
	table := document.Table{
		Title: title, Subtitle: r.Firm.Name + " · " + t.Date(r.At), Language: r.Lang,
		Intro: []string{t.T("retention.receipt_intro", nil)}, Rows: r.Rows, Created: r.At, Stamp: stampOf(t, title, true, 0, ""),
	}
	for _, c := range r.Columns {
		table.Columns = append(table.Columns, document.Column{Title: c})
	}
	return p.ts.WriteRecordsPDF(ctx, w, table)
}
