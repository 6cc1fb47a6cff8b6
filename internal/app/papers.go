package app

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"clepsydra/internal/document"
	"clepsydra/internal/locale"
	"clepsydra/internal/notification"
	"clepsydra/internal/web"
)

// papers makes the PDFs and spreadsheets that pages offer.
type papers struct {
	ts    *document.Typesetter
	texts *locale.Bundle
}

// Notification writes the authority's notification in the order of its form, with
// what a first notification lacks marked and what may follow named as such. A paper is not a filing, and it says so.
func (p papers) Notification(ctx context.Context, w io.Writer, d notification.Dossier, info web.Paper) error {
	t := p.texts.For(d.Language, info.Firm.Country, info.Firm.Location())
	form := document.Form{
		Title: t.T("paper.notification", nil), Subtitle: t.T("paper.notification_to", map[string]any{"Authority": info.Authority}),
		Language: d.Language, Intro: []string{t.T("paper.not_a_filing", nil)}, Letterhead: letterhead(info.Firm),
		MissingText: t.T("paper.missing", nil), Created: info.At,
		Stamp: stampOf(t, d.Reference, info.Final, info.Version, info.Hash),
	}
	for _, c := range d.Chapters {
		s := document.Section{Number: c.Number, Title: c.Title}
		for _, r := range c.Rows {
			row := document.Row{Number: r.Number, Label: r.Label, Article: article(t, r.Article), Missing: r.First && r.State == notification.Missing}
			if r.State == notification.Missing && !r.First {
				row.Note = t.T("companion.may_follow", nil)
			}
			if r.Changed && r.Before != "" {
				row.Note = t.T("companion.before", nil) + " " + strings.ReplaceAll(r.Before, "\n", " · ")
			}
			if r.Text != "" {
				row.Value = strings.Split(r.Text, "\n")
			}
			s.Rows = append(s.Rows, row)
		}
		form.Sections = append(form.Sections, s)
	}
	if err := p.ts.WriteForm(ctx, w, form); err != nil {
		return fmt.Errorf("app: notification: %w", err)
	}
	return nil
}

// article writes "33(3)(a)" with the law's name in the language.
func article(t *locale.Printer, a string) string {
	if a == "" {
		return ""
	}
	return t.T("paper.gdpr", map[string]any{"Article": a})
}

func stampOf(t *locale.Printer, ref string, final bool, version int, hash string) document.Stamp {
	s := document.Stamp{
		Mark: document.Draft, Text: t.T("paper.draft", nil), Reference: ref, Hash: hash, PageOf: t.T("paper.page_of", nil),
	}
	if version > 0 {
		s.Version = "v" + strconv.Itoa(version)
	}
	if final {
		s.Mark, s.Text = document.Final, t.T("paper.final", nil)
	}
	return s
}

// Register writes the register of breaches as pdf, xlsx or csv.
func (p papers) Register(ctx context.Context, w io.Writer, format string, r web.RegisterTable) error {
	t := p.texts.For(r.Lang, r.Firm.Country, r.Firm.Location())
	table := document.Table{
		Title: t.T("paper.register", nil), Subtitle: r.Firm.Name + " · " + t.Date(r.At), Language: r.Lang,
		Intro: []string{t.T("paper.register_intro", nil)}, Rows: r.Rows, Created: r.At,
		Stamp: stampOf(t, t.T("paper.register", nil), true, 0, ""),
	}
	for _, c := range r.Columns {
		table.Columns = append(table.Columns, document.Column{Title: c})
	}
	switch format {
	case "pdf":
		return p.ts.WriteRecordsPDF(ctx, w, table)
	case "xlsx":
		return document.WriteXLSX(ctx, w, table)
	case "csv":
		return document.WriteCSV(ctx, w, table, document.Dialect{Comma: separator(r.Lang), BOM: true})
	}
	return fmt.Errorf("app: register as %q", format)
}

// Log writes who looked at whom as csv.
func (p papers) Log(ctx context.Context, w io.Writer, r web.RegisterTable) error {
	t := p.texts.For(r.Lang, r.Firm.Country, r.Firm.Location())
	table := document.Table{Title: t.T("watch.title", nil), Language: r.Lang, Rows: r.Rows, Created: r.At}
	for _, c := range r.Columns {
		table.Columns = append(table.Columns, document.Column{Title: c, Width: 1})
	}
	return document.WriteCSV(ctx, w, table, document.Dialect{Comma: separator(r.Lang), BOM: true})
}

// RefusedRows writes the rows an import would refuse as xlsx or csv.
func (p papers) RefusedRows(ctx context.Context, w io.Writer, format string, r web.RegisterTable) error {
	t := p.texts.For(r.Lang, r.Firm.Country, r.Firm.Location())
	table := document.Table{
		Title: t.T("intake.rows_title", nil), Subtitle: r.Firm.Name + " · " + t.Date(r.At), Language: r.Lang,
		Intro: []string{t.T("intake.rows_intro", nil)}, Rows: r.Rows, Created: r.At,
	}
	for i, c := range r.Columns {
		column := document.Column{Title: c, Width: 2}
		if i == 0 {
			column.Kind, column.Width = document.Number, 1
		}
		table.Columns = append(table.Columns, column)
	}
	switch format {
	case "xlsx":
		return document.WriteXLSX(ctx, w, table)
	case "csv":
		return document.WriteCSV(ctx, w, table, document.Dialect{Comma: separator(r.Lang), BOM: true})
	}
	return fmt.Errorf("app: refused rows as %q", format)
}

// separator is what a spreadsheet program set to that language expects.
func separator(lang string) rune {
	if lang == "en" {
		return ','
	}
	return ';'
}
