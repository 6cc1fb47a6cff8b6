package app

import (
	"context"
	"fmt"
	"io"
	"strings"

	"clepsydra/internal/document"
	"clepsydra/internal/processing"
	"clepsydra/internal/web"
)

// Notice writes a privacy statement as a PDF: a draft until it is published. What must
// stand out (Art. 21(4) GDPR) stands in a section of its own.
func (p papers) Notice(ctx context.Context, w io.Writer, n web.NoticePaper) error {
	t := p.texts.For(n.Lang, n.Firm.Country, n.Firm.Location())
	form := document.Form{
		Language: n.Lang, Letterhead: letterhead(n.Firm), Created: n.At,
		Stamp: stampOf(t, t.T("notice.title", nil), n.Version > 0, n.Version, n.Hash),
	}
	if n.Version > 0 {
		form.Subtitle = t.T("notice.version_of", map[string]any{"Version": n.Version, "When": t.Date(n.At)})
	}
	inPurpose := false
	for _, b := range n.Blocks {
		inPurpose = b.Sort == processing.PurposeBlock || inPurpose && b.Sort == processing.ItemBlock
		switch last := len(form.Sections) - 1; {
		case b.Sort == processing.TitleBlock:
			form.Title = b.Text
		case b.Sort == processing.SectionBlock:
			form.Sections = append(form.Sections, document.Section{Title: b.Text})
		case last < 0:
			form.Intro = append(form.Intro, b.Text)
		default:
			form.Sections[last].Rows = noticeRows(form.Sections[last].Rows, b, inPurpose)
		}
	}
	if err := p.ts.WriteForm(ctx, w, form); err != nil {
		return fmt.Errorf("app: notice: %w", err)
	}
	return nil
}

// noticeRows adds a block. The name of a purpose begins a row, and the items below it
// belong to that; elsewhere an item such as "Access: you may know" is a row of its own.
func noticeRows(rows []document.Row, b processing.Block, inPurpose bool) []document.Row {
	label, text, named := strings.Cut(b.Text, ": ")
	switch {
	case b.Sort == processing.PurposeBlock:
		return append(rows, document.Row{Label: b.Text})
	case b.Sort == processing.ItemBlock && inPurpose:
		last := &rows[len(rows)-1]
		last.Value = append(last.Value, "– "+b.Text)
		return rows
	case b.Sort == processing.ItemBlock && named:
		return append(rows, document.Row{Label: strings.TrimSpace(label), Value: []string{text}})
	}
	return append(rows, document.Row{Value: []string{b.Text}})
}
