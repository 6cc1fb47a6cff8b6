package app

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"clepsydra/internal/communication"
	"clepsydra/internal/document"
	"clepsydra/internal/firm"
	"clepsydra/internal/response"
)

// printer gives finished letters to the typesetter.
type printer struct {
	ts    *document.Typesetter
	speak func(lang, country string) words
}

// words is the part of a translator that papers need.
type words interface {
	T(key string, args map[string]any) string
}

// Printable reports whether every character of text has a glyph.
func (p printer) Printable(text string) bool { return len(p.ts.Check(document.Clean(text))) == 0 }

// Spell writes text with characters that can be printed; false when it cannot.
func (p printer) Spell(text string) (string, bool) { return p.ts.Transliterate(text) }

// Print writes the letters of one file and returns its pages and whom it held.
func (p printer) Print(ctx context.Context, w io.Writer, job response.Printing) (int, []communication.Person, error) {
	run := document.Run{
		Letterhead: letterhead(job.Firm), Window: document.WindowFor(job.Firm.Country), Title: job.Ref, Created: job.At,
	}
	next, byRef := p.letters(job)
	var index document.Index
	var err error
	if job.Format == communication.Separate {
		names := func(l document.Letter, _ int) string { return job.Names(byRef[l.PersonRef]) }
		index, err = p.ts.WriteZIP(ctx, w, run, next, names, nil)
	} else {
		index, err = p.ts.WriteMerged(ctx, w, run, next, nil)
	}
	if err != nil {
		return 0, nil, fmt.Errorf("app: print letters: %w", err)
	}
	pages := 0
	for _, e := range index.Letters {
		pages += e.Pages
	}
	var held []communication.Person
	for _, h := range index.Held {
		held = append(held, byRef[h.PersonRef].Person)
	}
	return pages, held, nil
}

// letters hands the letters over one by one and remembers them by their reference.
func (p printer) letters(job response.Printing) (document.Next, map[string]communication.Letter) {
	byRef := make(map[string]communication.Letter, len(job.Letters))
	k := 0
	return func() (document.Letter, bool, error) {
		if k == len(job.Letters) {
			return document.Letter{}, false, nil
		}
		l := job.Letters[k]
		k++
		out := p.letter(job, l)
		byRef[out.PersonRef] = l
		return out, true, nil
	}, byRef
}

func (p printer) letter(job response.Printing, l communication.Letter) document.Letter {
	out := document.Letter{
		PersonRef: job.Ref + "-" + strconv.Itoa(l.Person.Position), Language: l.Language, Recipient: l.Recipient,
		PlaceDate: l.Date, RefLines: []string{l.Reference}, Subject: l.Subject, Stamp: p.stamp(job, l),
	}
	out.Blocks = append(out.Blocks, document.Block{Paragraphs: append([]string{l.Salutation}, l.Intro...)})
	for _, b := range l.Blocks {
		out.Blocks = append(out.Blocks, document.Block{Heading: b.Heading, Paragraphs: b.Paragraphs, Bullets: b.Items})
	}
	// Room for a signature between the greeting and the name.
	for k, line := range l.Closing {
		if k > 0 && k == len(l.Closing)-1 {
			out.Closing = append(out.Closing, "", "")
		}
		out.Closing = append(out.Closing, line)
	}
	return out
}

func (p printer) stamp(job response.Printing, l communication.Letter) document.Stamp {
	t := p.speak(l.Language, job.Firm.Country)
	s := document.Stamp{
		Mark: document.Draft, Text: t.T("paper.draft", nil), Hash: job.Hash,
		PageOf: t.T("paper.page_of", nil), SheetOf: t.T("paper.sheet", map[string]any{"Letter": l.Person.Position, "Total": job.Total}) + " · %d",
	}
	if job.Version > 0 {
		s.Version = "v" + strconv.Itoa(job.Version)
	}
	if job.Final {
		s.Mark, s.Text = document.Final, t.T("paper.final", nil)
	}
	return s
}

// letterhead is how the firm writes on its papers.
func letterhead(f firm.Firm) document.Letterhead {
	sender := compact(f.Name, f.Street, strings.TrimSpace(f.Postcode+" "+f.City))
	return document.Letterhead{Sender: sender, Contact: compact(f.Phone, f.Email, f.Website), Logo: f.Logo}
}

func compact(parts ...string) []string {
	var out []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}
