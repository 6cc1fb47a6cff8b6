package contact

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"clepsydra/internal/fault"
)

// keptMagic begins a file that was cleaned before it was kept.
const keptMagic = "CLEPSYDRA-KEPT-1\n"

// maxKeptHead bounds what stands before the rows of a kept file.
const maxKeptHead = 4 << 20

// keptHead is what is known of the file a kept one was made from.
type keptHead struct {
	Format    Format           `json:"format"`
	Encoding  Encoding         `json:"encoding,omitempty"`
	Delimiter rune             `json:"delimiter,omitempty"`
	Sheet     string           `json:"sheet,omitempty"`
	Hash      string           `json:"sha256"`
	Width     int              `json:"width"`
	Refused   map[int]faultKey `json:"refused"`
	Hidden    map[int]int      `json:"hidden"`
	IBAN      []int            `json:"iban,omitempty"`
	Hints     map[int]hint     `json:"hints,omitempty"`
	Warnings  []keptWarning    `json:"warnings,omitempty"`
}

type keptWarning struct {
	Key  string         `json:"key"`
	Args map[string]any `json:"args,omitempty"`
}

// Cleaned returns what may be kept of a file until somebody decides about it: the
// file itself, or, when it holds national numbers, payment cards or passwords, its
// rows without them. Workbooks and address cards are always kept as rows, for they
// hold more than was looked at: further sheets, authors, pictures. Refused columns are empty in it; where a single number stood,
// only its kind is left, so that the row is still refused with its reason. Lines
// and columns stay where they were. It fails as Open does.
func Cleaned(content []byte, o Options) (_ []byte, err error) {
	src := bytes.NewReader(content)
	f, err := Open(src, src.Size(), o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if f.SourceHash != "" || f.Format == FormatCSV && !f.guard.foundAny() {
		return content, nil
	}
	sum := sha256.Sum256(content)
	return f.keep(hex.EncodeToString(sum[:]))
}

// keep writes down the rows of an open file without what may not be kept. hash is
// that of what they came from.
func (f *File) keep(hash string) ([]byte, error) {
	head := keptHead{
		Format: f.Format, Encoding: f.Encoding, Delimiter: f.Delimiter, Sheet: f.Sheet,
		Hash: hash, Width: len(f.Columns), Refused: map[int]faultKey{}, Hidden: map[int]int{}, Hints: f.guard.hints,
	}
	for i, v := range f.guard.verdicts {
		if key := f.guard.columnKey(i); key != "" {
			head.Refused[i] = key
		}
		if v.hidden > 0 {
			head.Hidden[i] = v.hidden
		}
		if v.iban {
			head.IBAN = append(head.IBAN, i)
		}
	}
	for _, w := range f.fromReading {
		head.Warnings = append(head.Warnings, keptWarning{w.Key, w.Args})
	}
	rows, err := f.again()
	if err != nil {
		return nil, err
	}
	rows.expect(len(f.Columns))
	s, err := newSpool(rows, func(r *record) { f.guard.clean(r, f.behind) })
	if err != nil {
		return nil, err
	}
	return head.with(s.packed)
}

func (h keptHead) with(rows []byte) ([]byte, error) {
	data, err := json.Marshal(h)
	if err != nil {
		return nil, fmt.Errorf("keep file: %w", err)
	}
	out := binary.AppendUvarint([]byte(keptMagic), uint64(len(data)))
	return append(append(out, data...), rows...), nil
}

// clean empties what may not be kept. Rows up to the headings, which ends at line
// behind, keep the headings of refused columns.
func (g *guard) clean(r *record, behind int) {
	for i, cell := range r.fields {
		switch {
		case r.line > behind && g.columnKey(min(i, len(g.verdicts)-1)) != "":
			r.fields[i] = ""
		case r.line <= behind && g.inHeading(cell):
			r.fields[i] = ""
		default:
			if kind := g.inCell(i, cell); kind != secretNone {
				r.fields[i] = withheld + string(kind)
			}
		}
	}
}

// foundAny reports whether anything in the file may not be kept.
func (g *guard) foundAny() bool {
	for i, v := range g.verdicts {
		if g.columnKey(i) != "" || v.hidden > 0 {
			return true
		}
	}
	return g.inPreamble
}

// openKept reads a cleaned file.
func (f *File) openKept(src io.ReaderAt, size int64) error {
	content := make([]byte, size)
	if _, err := src.ReadAt(content, 0); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read kept file: %w", err)
	}
	rest := content[len(keptMagic):]
	n, used := binary.Uvarint(rest)
	if used <= 0 || n > maxKeptHead || n > uint64(len(rest)-used) {
		return ErrDamaged
	}
	var head keptHead
	if err := json.Unmarshal(rest[used:used+int(n)], &head); err != nil {
		return ErrDamaged.Because(err)
	}
	if head.Width < 0 || head.Width > maxSpoolFields || !isKnownFormat(head.Format) {
		return ErrDamaged
	}
	packed := rest[used+int(n):]
	f.Format, f.Encoding, f.Delimiter, f.Sheet, f.SourceHash = head.Format, head.Encoding, head.Delimiter, head.Sheet, head.Hash
	f.again = func() (recordReader, error) { return spoolOf(packed), nil }
	f.reader = spoolOf(packed)
	f.guard = head.guard()
	for _, w := range head.Warnings {
		e := fault.New(fault.Invalid, w.Key)
		for name, v := range w.Args {
			e = e.With(name, v)
		}
		f.warn(e)
	}
	return nil
}

// guard is what the census of the whole file had found.
func (h keptHead) guard() *guard {
	g := &guard{detector: newDetector(), verdicts: make([]verdict, h.Width), headings: make([]faultKey, h.Width), hints: h.Hints}
	for i, key := range h.Refused {
		if i >= 0 && i < h.Width {
			g.headings[i] = key
		}
	}
	for i, n := range h.Hidden {
		if i >= 0 && i < h.Width {
			g.verdicts[i].hidden = n
		}
	}
	for _, i := range h.IBAN {
		if i >= 0 && i < h.Width {
			g.verdicts[i].iban = true
		}
	}
	return g
}

func isKnownFormat(f Format) bool {
	return f == FormatCSV || f == FormatXLSX || f == FormatVCard || f == FormatRows
}
