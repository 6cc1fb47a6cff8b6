package app

import (
	"context"
	"fmt"
	"io"

	"clepsydra/internal/document"
	"clepsydra/internal/web"
)

// Scan writes a scan of the firm: a draft until it is concluded.
func (p papers) Scan(ctx context.Context, w io.Writer, s web.ScanPaper) error {
	t := p.texts.For(s.Lang, s.Firm.Country, s.Firm.Location())
	form := document.Form{
		Title: s.Title, Subtitle: s.Subtitle, Language: s.Lang, Intro: s.Intro, Letterhead: letterhead(s.Firm),
		Created: s.At, Stamp: stampOf(t, s.Reference, s.Final, 0, ""),
	}
	for _, section := range s.Sections {
		out := document.Section{Title: section.Title}
		for _, r := range section.Rows {
			out.Rows = append(out.Rows, document.Row{Label: r.Label, Article: r.Source, Value: r.Text, Note: r.Note})
		}
		form.Sections = append(form.Sections, out)
	}
	if err := p.ts.WriteForm(ctx, w, form); err != nil {
		return fmt.Errorf("app: scan: %w", err)
	}
	return nil
}
