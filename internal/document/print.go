package document

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
)

// PrintFiles prints a run as numbered files of run.PerFile letters. create opens
// file n (from 1); each file is closed before the next is opened. It returns the
// index of what was printed and what was held back. On an error (of next, create
// or a write; or ctx.Err() after a cancel) the open file is closed, unfinished,
// and the caller throws the run's files away.
//
// Memory stays bounded however long the run is; only the index grows, by about a
// hundred bytes per letter.
func (ts *Typesetter) PrintFiles(ctx context.Context, run Run, next Next,
	create func(n int) (io.WriteCloser, error), progress Progress) (Index, error) {
	p, err := newProduction(ts, run, next, progress)
	if err != nil {
		return Index{}, fmt.Errorf("print files: %w", err)
	}
	p.perFile = run.PerFile
	if p.perFile <= 0 {
		p.perFile = defaultPerFile
	}
	out := printFiles{run: run, index: p.index, perFile: p.perFile, create: create}
	err = p.each(ctx, out.add)
	if err == nil {
		err = out.end()
	} else if out.open != nil {
		err = errors.Join(err, out.open.Close())
	}
	if err != nil {
		return *p.index, fmt.Errorf("print files: %w", err)
	}
	p.index.Sheets = p.planner.sheets
	return *p.index, nil
}

// Preflight plans a run without drawing it: the index tells how many pages and
// sheets there will be and which letters would be held back. It takes a fraction
// of the time of printing, so it can stand before the button that prints.
func (ts *Typesetter) Preflight(ctx context.Context, run Run, next Next, progress Progress) (Index, error) {
	p, err := newProduction(ts, run, next, progress)
	if err != nil {
		return Index{}, fmt.Errorf("preflight: %w", err)
	}
	for more := true; more; {
		c := new(chunk)
		if more, err = p.fill(ctx, c); err != nil {
			return *p.index, fmt.Errorf("preflight: %w", err)
		}
		p.index.note(c, 0, 0)
		p.progress(p.taken)
	}
	for i := range p.index.Letters {
		p.index.Letters[i].FirstPage = 1
	}
	p.index.Sheets = p.planner.sheets
	return *p.index, nil
}

// printFiles writes chunks into the file that is open.
type printFiles struct {
	run     Run
	index   *Index
	perFile int
	create  func(n int) (io.WriteCloser, error)
	open    io.WriteCloser
	a       *assembly
	file    File
}

func (o *printFiles) add(c *chunk) error {
	if o.open == nil {
		number := o.file.Number + 1
		w, err := o.create(number)
		if err != nil {
			return fmt.Errorf("create file %d: %w", number, err)
		}
		o.open, o.a = w, newAssembly(w)
		o.file = File{Number: number, FirstSheet: c.letters[0].firstSheet}
	}
	resources := o.a.addShared(c.drawn)
	o.index.note(c, o.file.Number, o.a.pages)
	o.a.addPages(c.drawn, resources, 0, len(c.drawn.pages))
	if o.a.err != nil {
		return fmt.Errorf("write file %d: %w", o.file.Number, o.a.err)
	}
	o.file.Letters += len(c.letters)
	o.file.LastSheet = c.letters[len(c.letters)-1].lastSheet()
	if o.file.Letters >= o.perFile {
		return o.end()
	}
	return nil
}

// end finishes the open file, if there is one.
func (o *printFiles) end() error {
	if o.open == nil {
		return nil
	}
	o.file.Pages = o.a.pages
	title := o.run.Title
	if title != "" {
		title = fmt.Sprintf("%s (%d)", title, o.file.Number)
	}
	err := errors.Join(o.a.finish(facts{title: title, created: o.run.Created}), o.open.Close())
	o.open, o.a = nil, nil
	o.index.Files = append(o.index.Files, o.file)
	return err
}

// WriteMerged prints a run as one file, whatever PerFile says. The file is written
// as it grows: 100,000 letters take no more memory than 1,000.
func (ts *Typesetter) WriteMerged(ctx context.Context, w io.Writer, run Run, next Next, progress Progress) (Index, error) {
	p, err := newProduction(ts, run, next, progress)
	if err != nil {
		return Index{}, fmt.Errorf("write merged: %w", err)
	}
	a := newAssembly(w)
	file := File{Number: 1, FirstSheet: 1}
	err = p.each(ctx, func(c *chunk) error {
		p.index.note(c, file.Number, a.pages)
		a.addPages(c.drawn, a.addShared(c.drawn), 0, len(c.drawn.pages))
		return a.err
	})
	if err == nil {
		err = a.finish(facts{title: run.Title, created: run.Created})
	}
	if err != nil {
		return *p.index, fmt.Errorf("write merged: %w", err)
	}
	file.Letters, file.Pages, file.LastSheet = len(p.index.Letters), a.pages, p.planner.sheets
	p.index.Files, p.index.Sheets = []File{file}, p.planner.sheets
	return *p.index, nil
}

// Each prints every letter of a run as a PDF of its own and hands the finished
// bytes to consume, in order, on the caller's goroutine. The bytes are valid until
// consume returns. An error of consume ends the run.
func (ts *Typesetter) Each(ctx context.Context, run Run, next Next,
	consume func(l Letter, e Entry, pdf []byte) error, progress Progress) (Index, error) {
	p, err := newProduction(ts, run, next, progress)
	if err != nil {
		return Index{}, fmt.Errorf("letters one by one: %w", err)
	}
	var pdf []byte
	err = p.each(ctx, func(c *chunk) error {
		from, files := len(p.index.Letters), newLetterFiles(c.drawn)
		p.index.note(c, 0, 0)
		page := 0
		for i, set := range c.letters {
			about := facts{title: set.letter.Subject, language: set.letter.Language, created: run.Created}
			if pdf, err = files.write(pdf, page, page+len(set.sheets), about); err != nil {
				return err
			}
			page += len(set.sheets)
			p.index.Letters[from+i].FirstPage = 1
			if err := consume(set.letter, p.index.Letters[from+i], pdf); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return *p.index, fmt.Errorf("letters one by one: %w", err)
	}
	p.index.Sheets = p.planner.sheets
	return *p.index, nil
}

// WriteZIP prints a run as a ZIP of one PDF per letter. name gives the file name
// for a letter and its number in the run; it must be different for each. PDFs are
// stored as they are, since they are compressed already.
func (ts *Typesetter) WriteZIP(ctx context.Context, w io.Writer, run Run, next Next,
	name func(l Letter, n int) string, progress Progress) (Index, error) {
	z := zip.NewWriter(w)
	index, err := ts.Each(ctx, run, next, func(l Letter, e Entry, pdf []byte) error {
		file, err := z.CreateHeader(&zip.FileHeader{Name: name(l, e.Letter), Method: zip.Store, Modified: run.Created.UTC()})
		if err != nil {
			return fmt.Errorf("add letter %d: %w", e.Letter, err)
		}
		_, err = file.Write(pdf)
		return err
	}, progress)
	if err != nil {
		return index, fmt.Errorf("write zip: %w", err)
	}
	if err := z.Close(); err != nil {
		return index, fmt.Errorf("write zip: %w", err)
	}
	return index, nil
}

// WriteLetter prints one letter, for a preview. Its error is that of CheckLetter
// when the letter cannot be printed.
func (ts *Typesetter) WriteLetter(ctx context.Context, w io.Writer, run Run, l Letter) error {
	given := false
	index, err := ts.Each(ctx, run, func() (Letter, bool, error) {
		first := !given
		given = true
		return l, first, nil
	}, func(_ Letter, _ Entry, pdf []byte) error {
		_, err := w.Write(pdf)
		return err
	}, nil)
	if err != nil {
		return fmt.Errorf("write letter: %w", err)
	}
	if len(index.Held) > 0 {
		return index.Held[0].Reason
	}
	return nil
}

// note adds the letters of a chunk to the index; pages is how many pages the file
// had before.
func (x *Index) note(c *chunk, file, pages int) {
	for i := range c.letters {
		l := &c.letters[i]
		x.Letters = append(x.Letters, Entry{Letter: l.number, PersonRef: l.letter.PersonRef, File: file,
			FirstPage: pages + 1, Pages: l.pages, FirstSheet: l.firstSheet})
		pages += len(l.sheets)
	}
}

// lastSheet is the running number of a letter's last sheet of paper.
func (l *planned) lastSheet() int {
	if l.duplex {
		return l.firstSheet + len(l.sheets)/2 - 1
	}
	return l.firstSheet + len(l.sheets) - 1
}
