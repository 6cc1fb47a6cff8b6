package contact

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"
)

// Import is one file that was taken over: the provenance of its people
// (Art. 14(2)(f) and 30). All instants are UTC.
type Import struct {
	ID         ImportID
	FileName   string
	FileHash   string // SHA-256 of the file, hexadecimal
	Format     Format
	ActorKind  string
	ActorID    string
	Rows       int
	Accepted   int
	Duplicates int
	Filled     int
	Rejected   int
	Changed    int // known people of whom a leading source changed a value; not stored
	ImportedAt time.Time
	UndoneAt   time.Time // zero: in force
	SourceID   string    // of the source it was pulled from; empty for a file
	// Leads says that what is stated replaces what is known (see TakeOver). It is not
	// stored.
	Leads bool
}

// NewImport starts the record of an import.
func NewImport() (Import, error) {
	id, err := uuid.NewV7()
	return Import{ID: ImportID(id.String())}, err
}

// Match is somebody an import found who was there already, and the fields it
// filled in.
type Match struct {
	ContactID ID
	Line      int
	Filled    []Field
	Changed   []Change
}

// changes are what one batch does to the store.
type changes struct {
	created []created
	updated []Contact
	matches []Match
}

// created is somebody new with what is computed from him.
type created struct {
	Contact
	identity Identity
	search   string
}

// landing works out the changes of an import batch by batch. It is pure: the
// store brings the people who may be meant and writes the result.
type landing struct {
	id    ImportID
	now   time.Time
	tally Tally
	leads bool        // what a row states replaces what is known
	met   map[ID]bool // whom a leading source has spoken of
	fresh bool        // nobody was in the store before
	guard Screen      // nil: nobody is screened
	seen  *keyFilter  // keys of the people this import wrote
}

// doubtful are those of a batch who may be in the store already.
func (l *landing) doubtful(ids []Identity) []Identity {
	if !l.fresh {
		return ids
	}
	var out []Identity
	for _, id := range ids {
		if l.seen.mayKnow(id) {
			out = append(out, id)
		}
	}
	return out
}

// settle compares one batch with the stored people it may be about and with
// itself. Later batches meet the people of this one in the store.
func (l *landing) settle(b batch, stored []Contact) (changes, error) {
	var ch changes
	m := newMatcher()
	for i := range stored {
		m.add(person{identity: IdentityOf(stored[i]), contact: &stored[i], stored: stored[i].Source.ImportID != l.id})
	}
	searches := map[*Contact]string{}
	for i, r := range b.rows {
		if !l.tally.note(r) {
			continue
		}
		if at := m.find(b.identity[i]); at >= 0 {
			ch.matches = append(ch.matches, l.merge(m, at, r, b.identity[i]))
			continue
		}
		c, err := l.create(r)
		if err != nil {
			return ch, err
		}
		searches[c] = b.search[i]
		m.add(person{identity: b.identity[i], contact: c, isNew: true})
	}
	for _, p := range m.people {
		if p.isNew || p.changed {
			l.seen.add(p.identity)
		}
		switch {
		case p.isNew:
			one := created{*p.contact, p.identity, searches[p.contact]}
			if p.changed {
				one.identity, one.search = IdentityOf(one.Contact), one.searchText()
			}
			ch.created = append(ch.created, one)
		case p.changed:
			ch.updated = append(ch.updated, *p.contact)
		}
	}
	return ch, nil
}

func (l *landing) create(r Row) (*Contact, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	c := r.Contact
	c.ID, c.CreatedAt, c.UpdatedAt = ID(id.String()), l.now, l.now
	c.Source = Source{ImportID: l.id, Line: r.Line}
	l.tally.accept(c)
	return &c, nil
}

func (l *landing) merge(m *matcher, at int, r Row, id Identity) Match {
	p := &m.people[at]
	l.tally.Duplicates++
	if p.contact.refuseFrom(r.Contact) {
		p.contact.UpdatedAt, p.changed = l.now, true
		if p.stored {
			l.tally.Refused = append(l.tally.Refused, p.contact.ID)
		}
	}
	var changed []Change
	if l.leads && p.stored && !l.met[p.contact.ID] { // of somebody who stands twice the first row counts
		l.met[p.contact.ID] = true
		changed = p.contact.TakeOver(r)
	}
	filled := p.contact.FillFrom(r.Contact)
	if len(filled) > 0 {
		l.tally.Filled++
	}
	if len(changed) > 0 {
		l.tally.Changed++
	}
	if len(filled)+len(changed) > 0 {
		p.contact.UpdatedAt, p.changed = l.now, true
	}
	if len(changed) > 0 {
		m.replace(at, IdentityOf(*p.contact))
	} else {
		m.fill(at, id)
	}
	return Match{ContactID: p.contact.ID, Line: r.Line, Filled: filled, Changed: changed}
}

// read is one batch on its way from the reading to the writing.
type read struct {
	batch batch
	err   error
}

// readAhead reads the file beside the writing, a few batches ahead of it. The
// channel ends with a read whose err is io.EOF or the failure; it stops early
// when ctx ends.
func readAhead(ctx context.Context, f *File) <-chan read {
	out := make(chan read, 4)
	go func() {
		defer close(out)
		defer func() {
			// A panic here would take the whole program down, and with it whoever
			// is reporting a leak at this moment.
			if r := recover(); r != nil {
				select {
				case out <- read{err: fmt.Errorf("read rows: panic: %v", r)}:
				case <-ctx.Done():
				}
			}
		}()
		for ctx.Err() == nil {
			b, err := readBatch(f)
			select {
			case out <- read{b, err}:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return out
}

// isEnd tells the end of a file from a failure.
func isEnd(err error) bool { return errors.Is(err, io.EOF) }
