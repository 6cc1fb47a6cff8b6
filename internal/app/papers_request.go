package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"clepsydra/internal/document"
	"clepsydra/internal/firm"
	"clepsydra/internal/locale"
	"clepsydra/internal/request"
	"clepsydra/internal/web"
)

// requestPrinter makes the letters and copies of requests.
type requestPrinter struct {
	ts    *document.Typesetter
	texts *locale.Bundle
}

// Letter writes a letter to the person. A name that the fonts lack is spelt with the
// letters they have: a letter that names him oddly is better than none.
func (p requestPrinter) Letter(ctx context.Context, w io.Writer, f firm.Firm, l request.Letter, at time.Time) error {
	t := p.texts.For(l.Language, f.Country, f.Location())
	out := document.Letter{
		PersonRef: l.Reference, Language: l.Language, Recipient: p.all(l.Recipient), PlaceDate: p.spell(l.Date), RefLines: []string{l.Reference},
		Subject: p.spell(l.Subject), Stamp: document.Stamp{Mark: document.Final, Text: t.T("paper.final", nil), PageOf: t.T("paper.page_of", nil)},
	}
	out.Blocks = append(out.Blocks, document.Block{Paragraphs: []string{p.spell(l.Greeting)}})
	for _, b := range l.Blocks {
		out.Blocks = append(out.Blocks, document.Block{Heading: p.spell(b.Heading), Paragraphs: p.all(b.Paragraphs), Bullets: p.all(b.Bullets)})
	}
	for k, line := range l.Closing {
		if k > 0 && k == len(l.Closing)-1 {
			out.Closing = append(out.Closing, "", "")
		}
		out.Closing = append(out.Closing, p.spell(line))
	}
	run := document.Run{Letterhead: letterhead(f), Window: document.WindowFor(f.Country), Title: l.Subject, Created: at}
	err := p.ts.WriteLetter(ctx, w, run, out)
	if errors.Is(err, document.ErrAddress) {
		out.Recipient = out.Recipient[:1]
		err = p.ts.WriteLetter(ctx, w, run, out)
	}
	if err != nil {
		return fmt.Errorf("app: letter of a request: %w", err)
	}
	return nil
}

func (p requestPrinter) spell(text string) string {
	if s, ok := p.ts.Transliterate(document.Clean(text)); ok {
		return s
	}
	return p.ts.Legible(document.Clean(text))
}

func (p requestPrinter) all(texts []string) []string {
	out := make([]string, len(texts))
	for k, t := range texts {
		out[k] = p.spell(t)
	}
	return out
}

// Copy writes everything about a person in words, section by section.
func (p requestPrinter) Copy(ctx context.Context, w io.Writer, f firm.Firm, c request.Copy, lang, ref string) error {
	t := p.texts.For(lang, f.Country, f.Location())
	form := document.Form{
		Title: t.T("requests.copy_title", nil), Subtitle: ref + " · " + t.Date(c.At), Language: t.Lang(), Letterhead: letterhead(f), Created: c.At,
		Intro: []string{t.T("requests.copy_intro", map[string]any{"Firm": f.Name}), t.T("requests.copy_rights", nil)},
		Stamp: stampOf(t, ref, true, 0, ""),
	}
	number := 0
	for _, s := range c.Sections {
		number++
		out := document.Section{Number: strconv.Itoa(number), Title: t.T("requests.section_"+s.Key, nil)}
		for k, e := range s.Entries {
			out.Rows = append(out.Rows, entryRows(t, e, k, len(s.Entries))...)
		}
		if len(out.Rows) == 0 {
			out.Rows = []document.Row{{Label: t.T("requests.section_none", nil)}}
		}
		form.Sections = append(form.Sections, out)
	}
	if err := p.ts.WriteForm(ctx, w, form); err != nil {
		return fmt.Errorf("app: copy of the data: %w", err)
	}
	return nil
}

// entryRows are the lines of one thing: a row for each value of a single one, one row
// for each of several.
func entryRows(t *locale.Printer, e request.Entry, k, of int) []document.Row {
	var rows []document.Row
	var joined []string
	for _, f := range e {
		if f.IsEmpty() {
			continue
		}
		value := f.ValueIn(t)
		rows = append(rows, document.Row{Label: f.LabelIn(t), Value: strings.Split(value, "\n"), Note: f.SourceIn(t)})
		joined = append(joined, f.LabelIn(t)+t.T("assess.colon", nil)+" "+value)
	}
	if of == 1 {
		return rows
	}
	return []document.Row{{Label: strconv.Itoa(k + 1), Value: joined}}
}

// Requests writes the register of requests as pdf, xlsx or csv.
func (p papers) Requests(ctx context.Context, w io.Writer, format string, r web.RegisterTable) error {
	t := p.texts.For(r.Lang, r.Firm.Country, r.Firm.Location())
	table := document.Table{
		Title: t.T("requests.register", nil), Subtitle: r.Firm.Name + " · " + t.Date(r.At), Language: r.Lang,
		Intro: []string{t.T("requests.register_intro", nil)}, Rows: r.Rows, Created: r.At, Landscape: true,
		Stamp: stampOf(t, t.T("requests.register", nil), true, 0, ""),
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
	return fmt.Errorf("app: register of requests as %q", format)
}
