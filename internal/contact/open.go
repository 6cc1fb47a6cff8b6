package contact

import (
	"errors"
	"io"
	"maps"
	"slices"
	"strings"

	"clepsydra/internal/fault"
)

// Options are what the user may say about a file; zero values mean: decide
// yourself.
type Options struct {
	Encoding  Encoding
	Delimiter rune
	Header    Header
	Mapping   map[int]Field // by column from 0; FieldNone leaves it out
	// Named is the mapping by heading, for what comes again and again and may come
	// with its columns in another order. Mapping goes before it.
	Named           map[string]Field
	DefaultCountry  string // ISO code of people whose country is not stated
	DefaultLanguage string // nl, fr, de, en
	Today           Date   // for two-digit years; required with birth dates
	MaxRows         int    // 0 means DefaultMaxRows
	// Declared is what may be stored; columns of anything else are shown and left
	// out. nil: every shipped field.
	Declared *Declaration
	// Remembered is how a file with the same headings was mapped last time; it is
	// used while Mapping says nothing.
	Remembered map[int]Field
	// Recall finds Remembered by File.Headings, when nothing was chosen.
	Recall func(headings string) (map[int]Field, error)
}

// What one file may hold at most, in rows and in bytes.
const (
	DefaultMaxRows = 1_000_000
	MaxFileSize    = 256 << 20
)

// Header says whether the first row holds headings.
type Header string

// The answers.
const (
	HeaderAuto Header = ""
	HeaderYes  Header = "yes"
	HeaderNo   Header = "no"
)

// How much of a file is looked at before it is read: rows for the mapping, and
// rows in which the headings may stand below a title.
const (
	sampleRows   = 250
	preambleRows = 10
)

// File is an open file of customers, read row by row. It holds a few hundred
// rows in memory and not the file.
type File struct {
	Format     Format
	Encoding   Encoding // empty for a workbook
	Delimiter  rune     // 0 for a workbook
	Sheet      string   // of a workbook
	HasHeader  bool
	Columns    []Column
	Warnings   []Problem // about the file and its columns
	Preset     Preset    // the export it is; zero for any other file
	SourceHash string    // of the file a cleaned one was made from; empty for any other
	Screen     Screen    // looks at people before they are taken; nil: nobody does
	Headings   string    // hash of the folded headings; empty without headings
	reader     recordReader
	again      func() (recordReader, error) // the rows once more, from the first
	guard      *guard
	behind     int // line of the headings, 0 without
	// fromReading are the warnings about the reading of the text: a cleaned file
	// cannot find them again.
	fromReading []*fault.Error
	pending     []record
	parser      *rowParser
	rows, most  int
}

// Open recognises a file by its content and gets ready to read it. A file that
// cannot be read gives a fault that says why and what to do.
func Open(src io.ReaderAt, size int64, o Options) (*File, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if size > MaxFileSize {
		return nil, ErrTooLarge
	}
	format, err := decideFormat(src, size)
	if err != nil {
		return nil, err
	}
	f := &File{Format: format, most: o.MaxRows}
	if f.most <= 0 {
		f.most = DefaultMaxRows
	}
	switch format {
	case FormatXLSX:
		err = f.openWorkbook(src, size)
	case FormatVCard:
		err = f.openCards(src, size, o)
	case formatKept:
		err = f.openKept(src, size)
	default:
		err = f.openText(src, size, o)
	}
	if err != nil {
		return nil, err
	}
	if err := f.prepare(o); err != nil {
		return nil, errors.Join(err, f.reader.close())
	}
	return f, nil
}

func (o Options) check() error {
	if _, ok := o.Encoding.charset(); !ok && o.Encoding != EncodingAuto && o.Encoding != EncodingUTF8 {
		return ErrBadOption.At("encoding").With("Value", shown(string(o.Encoding)))
	}
	if strings.ContainsRune("\"\r\n", o.Delimiter) {
		return ErrBadOption.At("delimiter").With("Value", "")
	}
	for _, f := range slices.Concat(slices.Collect(maps.Values(o.Mapping)), slices.Collect(maps.Values(o.Named))) {
		if f != FieldNone && !f.IsOwn() && !IsField(f) {
			return ErrBadOption.At("mapping").With("Value", shown(string(f)))
		}
	}
	return nil
}

func (f *File) openWorkbook(src io.ReaderAt, size int64) error {
	w, err := openWorkbook(src, size)
	if err != nil {
		return err
	}
	f.Sheet = w.sheet
	if w.others > 0 {
		f.warn(keyOtherSheets.fault().With("Sheet", shown(w.sheet)).With("Count", w.others))
	}
	// A workbook is slow to take apart: once is enough, and before the database is
	// asked for anything.
	s, err := newSpool(w, nil)
	if err != nil {
		return err
	}
	f.useSpool(s)
	return nil
}

func (f *File) useSpool(s *spool) {
	f.reader = s
	f.again = func() (recordReader, error) { return spoolOf(s.packed), nil }
}

func (f *File) openText(src io.ReaderAt, size int64, o Options) error {
	kind, err := decideEncoding(src, size)
	if err != nil {
		return err
	}
	switch {
	case o.Encoding != EncodingAuto && o.Encoding != kind.encoding:
		kind.encoding, kind.mixed = o.Encoding, o.Encoding == EncodingUTF8
	case kind.mixed:
		f.warn(keyMixedEncoding.fault())
	case kind.encoding == Encoding1252 && o.Encoding == EncodingAuto:
		f.warn(keyEncodingGuessed.fault())
	}
	f.Encoding = kind.encoding
	d := dialect{delim: o.Delimiter}
	if d.delim == 0 {
		if d, err = decideDelimiter(decoded(src, size, kind)); err != nil {
			return err
		}
	}
	f.Delimiter = d.delim
	f.again = func() (recordReader, error) {
		r := newCSVReader(decoded(src, size, kind), d.delim)
		r.wrapped = d.wrapped
		r.expect(d.width)
		return r, nil
	}
	f.reader, err = f.again()
	return err
}

// prepare reads the first rows, finds the header and decides the mapping.
func (f *File) prepare(o Options) error {
	for _, w := range f.Warnings {
		f.fromReading = append(f.fromReading, w.Fault)
	}
	if err := f.readSample(); err != nil {
		return err
	}
	header, at := f.findHeader(o.Header)
	var headings []string
	width, _ := commonWidth(f.pending)
	if f.HasHeader = header; header {
		headings, f.behind = f.pending[at].fields, f.pending[at].line
		width = len(headings)
		if f.Format == FormatCSV {
			for width > 1 && strings.TrimSpace(headings[width-1]) == "" && !f.filledAt(width-1, at+1) {
				width--
			}
		}
		if at > 0 {
			f.warn(keyLinesSkipped.fault().With("Count", at))
		}
		f.pending = f.pending[at+1:]
	}
	if f.Format == FormatXLSX {
		for _, r := range f.pending {
			width = max(width, len(r.fields))
		}
	}
	f.reader.expect(width)
	err := f.standGuard(headings, width)
	if err != nil {
		return err
	}
	if f.Preset, err = presetOf(headings); err != nil {
		return err
	}
	f.Headings = headingsHash(headings)
	if o.Recall != nil && len(o.Mapping)+len(o.Named) == 0 && f.Headings != "" {
		if o.Remembered, err = o.Recall(f.Headings); err != nil {
			return err
		}
	}
	f.mapColumns(headings, width, o)
	if len(f.pending) == 0 {
		f.warn(keyNoRows.fault())
	}
	return nil
}

// byPlace is the mapping by column, with what was chosen by heading put in place.
func (o Options) byPlace(headings []string) map[int]Field {
	if len(o.Named) == 0 {
		return o.Mapping
	}
	out := map[int]Field{}
	for i, h := range headings {
		if f, ok := o.Named[cell(h)]; ok {
			out[i] = f
		}
	}
	maps.Copy(out, o.Mapping)
	return out
}

// filledAt reports whether a row of the sample, from that one on, holds
// something in column i.
func (f *File) filledAt(i, from int) bool {
	for _, r := range f.pending[from:] {
		if i < len(r.fields) && strings.TrimSpace(r.fields[i]) != "" {
			return true
		}
	}
	return false
}

func (f *File) mapColumns(headings []string, width int, o Options) {
	o.Mapping = o.byPlace(headings)
	pl := newPlaces()
	m := newMapper(headings, f.pending, width, newPatterns(pl), f.guard)
	m.preset, m.declared, m.nested = f.Preset.fields(), o.Declared, f.Format == FormatRows
	chosen, why := o.Mapping, ByUser
	if len(chosen) == 0 {
		chosen, why = o.Remembered, ByMemory
	}
	m.decide(headings != nil, chosen)
	if len(chosen) > 0 {
		plain := newMapper(headings, f.pending, width, m.patterns, f.guard)
		plain.preset, plain.declared, plain.nested = m.preset, m.declared, m.nested
		plain.decide(headings != nil, nil)
		m.creditReasons(plain.columns, why)
	}
	f.Columns = m.columns
	for _, w := range m.warnings {
		f.warn(w)
	}
	p := &rowParser{
		options: o, columns: map[Field]int{}, places: pl, forms: newAddressForms(pl),
		words: m.words, width: width, ragged: f.Format == FormatXLSX, guard: f.guard, all: f.Columns, status: f.Preset.Status,
		undeclared: o.Declared.undeclared(),
	}
	for _, c := range m.columns {
		if own, ok := o.Declared.OwnField(c.Field); ok {
			p.own = append(p.own, ownColumn{own, c.Index, guessOrder(m.values[c.Index])})
		}
		if _, taken := p.columns[c.Field]; c.Field != FieldNone && !taken {
			p.columns[c.Field] = c.Index
		}
	}
	if i, ok := p.columns[FieldBirthDate]; ok {
		p.order = guessOrder(m.values[i])
	}
	f.parser = p
}

func (f *File) readSample() error {
	for len(f.pending) < sampleRows+preambleRows {
		rec, err := f.reader.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if len(f.pending) == 0 && f.Format == FormatCSV {
			if _, ok := separatorLine(strings.Join(rec.fields, string(f.Delimiter))); ok && rec.line == 1 {
				continue
			}
		}
		if !rec.isBlank() {
			f.pending = append(f.pending, rec)
		}
	}
	if len(f.pending) == 0 {
		return ErrEmpty
	}
	return nil
}

func (f *File) warn(e *fault.Error) { f.Warnings = append(f.Warnings, Problem{Fault: e}) }

// Next returns the next row that is not blank, or io.EOF. A row that cannot be
// taken is returned with its reason and the reading goes on.
func (f *File) Next() (Row, error) {
	for {
		rec, err := f.nextRecord()
		if err != nil {
			return Row{}, err
		}
		if rec.isBlank() {
			continue
		}
		if f.rows++; f.rows > f.most {
			return Row{}, ErrTooManyRows.With("Max", f.most)
		}
		return f.parser.parse(rec), nil
	}
}

func (f *File) nextRecord() (record, error) {
	if len(f.pending) > 0 {
		rec := f.pending[0]
		f.pending = f.pending[1:]
		return rec, nil
	}
	return f.reader.next()
}

// Close lets go of the file.
func (f *File) Close() error { return f.reader.close() }
