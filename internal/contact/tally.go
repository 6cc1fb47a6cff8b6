package contact

import (
	"context"
	"errors"
	"io"
)

// How many findings of one file are listed one by one; the rest is counted.
const (
	listedRejections = 10_000
	listedWarnings   = 1_000
	sampleContacts   = 10
)

// batchRows is how many rows are compared and written together.
const batchRows = 500

// Tally counts what became of the rows of a file. Rows is the sum of Accepted
// (new people), Duplicates (known already, in the store or earlier in the file)
// and RejectedCount. Filled counts the known people who gained a field, Changed those
// of whom a leading source changed one.
type Tally struct {
	Rows, Accepted, Duplicates, Filled, Changed, RejectedCount, WarningCount int

	// Refusing counts the rows that say no to marketing, Blocked those that do not but
	// are on the suppression list: they are taken, as unsubscribed.
	Refusing, Blocked int
	// Refused are people who were there before and of whom the file says no.
	Refused []ID

	Rejected []Problem // the first ten thousand
	Warnings []Problem // the first thousand, those about the file before all
	Sample   []Contact // the first new people
}

func (t *Tally) note(r Row) (taken bool) {
	t.Rows++
	for _, w := range r.Warnings {
		if r.Rejected != nil {
			break
		}
		if t.WarningCount++; len(t.Warnings) < listedWarnings {
			t.Warnings = append(t.Warnings, Problem{Line: r.Line, Fault: w})
		}
	}
	if r.Rejected == nil {
		return true
	}
	if t.RejectedCount++; len(t.Rejected) < listedRejections {
		t.Rejected = append(t.Rejected, Problem{Line: r.Line, Fault: r.Rejected})
	}
	return false
}

func (t *Tally) accept(c Contact) {
	if t.Accepted++; len(t.Sample) < sampleContacts {
		t.Sample = append(t.Sample, c)
	}
}

// finish counts the warnings about the file and says how many are not listed.
func (t *Tally) finish(f *File) {
	t.WarningCount += len(f.Warnings)
	t.Warnings = append(append([]Problem(nil), f.Warnings...), t.Warnings...)
	more := t.RejectedCount - len(t.Rejected) + t.WarningCount - len(t.Warnings)
	if more > 0 {
		t.WarningCount++
		t.Warnings = append(t.Warnings, Problem{Fault: keyMoreNotListed.fault().With("Count", more)})
	}
}

// batch is some rows of a file with what is computed from each, made beside the
// writing.
type batch struct {
	rows     []Row
	identity []Identity
	search   []string
}

// readBatch reads the next rows; it returns io.EOF with the last of them.
func readBatch(f *File) (batch, error) {
	b := batch{
		rows:     make([]Row, 0, batchRows),
		identity: make([]Identity, 0, batchRows),
		search:   make([]string, 0, batchRows),
	}
	for len(b.rows) < batchRows {
		r, err := f.Next()
		if err != nil {
			return b, err
		}
		var id Identity
		text := ""
		if r.Rejected == nil {
			id, text = IdentityOf(r.Contact), r.Contact.searchText()
		}
		b.rows, b.identity, b.search = append(b.rows, r), append(b.identity, id), append(b.search, text)
	}
	return b, nil
}

// Lookup returns the stored contacts that share a key with one of these.
type Lookup func(ctx context.Context, ids []Identity) ([]Contact, error)

// Count reads a file to its end and says what an import would do with it. It
// writes nothing. A nil lookup compares the rows with one another only. Memory
// grows by about a hundred bytes per new person.
func Count(ctx context.Context, f *File, lookup Lookup) (Tally, error) {
	var t Tally
	m := newMatcher()
	seen := map[ID]bool{}
	for {
		b, err := readBatch(f)
		if err != nil && !errors.Is(err, io.EOF) {
			return t, err
		}
		if cerr := ctx.Err(); cerr != nil {
			return t, cerr
		}
		if serr := screen(ctx, f.Screen, b, &t); serr != nil {
			return t, serr
		}
		if lookup != nil {
			if lerr := m.load(ctx, lookup, b.identity, seen); lerr != nil {
				return t, lerr
			}
		}
		for i, r := range b.rows {
			t.countRow(m, r, b.identity[i])
		}
		if err != nil {
			t.finish(f)
			return t, nil
		}
	}
}

func (t *Tally) countRow(m *matcher, r Row, id Identity) {
	if !t.note(r) {
		return
	}
	if i := m.find(id); i >= 0 {
		t.Duplicates++
		m.fill(i, id)
		return
	}
	t.accept(r.Contact)
	m.add(person{identity: id})
}

// load enters the stored people a batch may be about, each once.
func (m *matcher) load(ctx context.Context, lookup Lookup, ids []Identity, seen map[ID]bool) error {
	stored, err := lookup(ctx, ids)
	if err != nil {
		return err
	}
	for i := range stored {
		if c := &stored[i]; !seen[c.ID] {
			seen[c.ID] = true
			m.add(person{identity: IdentityOf(*c), stored: true})
		}
	}
	return nil
}
