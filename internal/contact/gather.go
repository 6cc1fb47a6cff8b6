package contact

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"iter"
	"strings"
)

// FormatRows is not a file: rows that another program handed over, such as a
// database or a web shop.
const FormatRows Format = "rows"

// Gather makes a kept file of rows that another program hands over, so that they
// go the way of every import: national numbers, payment cards and passwords are
// taken out before anything is kept. headings is asked once, after the last row:
// rows may be shorter than it, as long as their columns stay in place. Row numbers
// count from 1. It fails with ErrEmpty without rows or headings, with ErrTooManyRows
// beyond o.MaxRows, and with the first error that rows yields.
func Gather(rows iter.Seq2[[]string, error], headings func() []string, o Options) ([]byte, error) {
	most := o.MaxRows
	if most <= 0 {
		most = DefaultMaxRows
	}
	next, stop := iter.Pull2(rows)
	defer stop()
	packed, err := newSpool(&handed{pull: next, most: most}, nil)
	if err != nil {
		return nil, err
	}
	head := headings()
	if len(head) == 0 {
		return nil, ErrEmpty
	}
	f := &File{Format: FormatRows, most: most}
	f.again = func() (recordReader, error) {
		return &titled{head: record{fields: head}, rows: spoolOf(packed.packed), width: len(head)}, nil
	}
	if f.reader, err = f.again(); err != nil {
		return nil, err
	}
	o.Mapping = nil // the guard looks at every column, whatever becomes of it
	if err := f.prepare(o); err != nil {
		return nil, err
	}
	if len(f.pending) == 0 {
		return nil, ErrEmpty
	}
	sum := sha256.New()
	for _, h := range head {
		fmt.Fprintf(sum, "%d:%s", len(h), h)
	}
	sum.Write(packed.packed)
	return f.keep(hex.EncodeToString(sum.Sum(nil)))
}

// handed reads the rows as they come.
type handed struct {
	pull func() ([]string, error, bool)
	most int
	line int
}

func (h *handed) expect(int) {}

func (h *handed) close() error { return nil }

func (h *handed) next() (record, error) {
	cells, err, ok := h.pull()
	if !ok {
		return record{}, io.EOF
	}
	if err != nil {
		return record{}, err
	}
	if h.line++; h.line > h.most {
		return record{}, ErrTooManyRows.With("Max", h.most)
	}
	for i, c := range cells {
		if len(c) > maxSpoolField {
			return record{}, ErrTooLarge
		}
		cells[i] = strings.ToValidUTF8(strings.ReplaceAll(c, "\x00", ""), "\uFFFD")
	}
	return record{line: h.line, fields: cells}, nil
}

// titled is rows with their headings in front, all of one width.
type titled struct {
	head  record
	rows  *spool
	width int
	begun bool
}

func (t *titled) expect(int) {}

func (t *titled) close() error { return nil }

func (t *titled) next() (record, error) {
	if !t.begun {
		t.begun = true
		return t.head, nil
	}
	r, err := t.rows.next()
	if err != nil {
		return r, err
	}
	for len(r.fields) < t.width {
		r.fields = append(r.fields, "")
	}
	return r, nil
}

// nestedHeading is the last part of a heading such as "customer.address.city",
// which says what the value is. Shipping addresses say nothing of the person.
func nestedHeading(heading string) string {
	at := strings.LastIndexByte(heading, '.')
	if at < 0 {
		return ""
	}
	path := strings.ToLower(heading[:at])
	for _, away := range []string{"ship", "deliver", "lever", "livrais", "liefer"} {
		if strings.Contains(path, away) {
			return ""
		}
	}
	return heading[at+1:]
}

// findNumber takes the "id" of another program for the customer number when nothing
// else is one: it is what tells its customers apart when a mail address changes.
func (m *mapper) findNumber(chosen map[int]Field) {
	if !m.nested || m.index(FieldNumber) >= 0 {
		return
	}
	for i := range m.columns {
		c := &m.columns[i]
		if _, ok := chosen[i]; !ok && c.Why == ByUnknown && foldKey(c.Header) == "id" {
			c.Field, c.Why = FieldNumber, ByHeader
			return
		}
	}
}
