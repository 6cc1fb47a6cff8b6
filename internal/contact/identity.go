package contact

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"
	"unicode"
)

// Identity is what the same person is recognised by, as hashes: comparable and
// small, so that a whole file can be compared without holding it.
type Identity struct {
	name, organisation, mail, number, address uint64
	birth                                     Date
	placed                                    bool // any part of an address is known
}

// IdentityOf computes the identity of a contact.
func IdentityOf(c Contact) Identity {
	id := Identity{
		name:         hashOf("name", sortedWords(c.Name)),
		organisation: hashOf("name", sortedWords(c.Organisation)),
		mail:         hashOf("mail", strings.ToLower(c.Email)),
		number:       hashOf("number", strings.ToLower(c.CustomerNumber)),
		birth:        c.BirthDate,
		placed:       c.hasAddress(),
	}
	street, code := foldKey(c.Street), foldKey(c.Postcode)
	if street != "" && code != "" {
		id.address = hashOf("address", code+"\n"+street)
	}
	return id
}

// sortedWords makes "Peeters, Jan" and "Jan Peeters" one name. A name of signs
// only stays what it is.
func sortedWords(s string) string {
	folded := Fold(s)
	words := strings.FieldsFunc(folded, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.M, r) })
	if len(words) == 0 {
		return folded
	}
	slices.Sort(words)
	return strings.Join(words, " ")
}

// hashOf is 0 for an empty text and never 0 for another. The kind keeps a name
// and a number that are spelled alike apart.
func hashOf(kind, s string) uint64 {
	if s == "" {
		return 0
	}
	sum := sha256.Sum256([]byte(kind + "\n" + s))
	return binary.LittleEndian.Uint64(sum[:]) | 1
}

// called is the hash of the name, else of the organisation.
func (a Identity) called() uint64 {
	if a.name != 0 {
		return a.name
	}
	return a.organisation
}

// postal is the key of name, postcode and street together; 0 unless all three
// are known.
func (a Identity) postal() uint64 {
	if a.called() == 0 || a.address == 0 {
		return 0
	}
	return (a.called()*0x9E3779B97F4A7C15 ^ a.address) | 1
}

// sameMail: one mail address is one person, unless both the name and the
// customer number say otherwise (a couple that shares a mailbox).
func (a Identity) sameMail(b Identity) bool {
	return a.mail != 0 && a.mail == b.mail && !(differ(a.called(), b.called()) && differ(a.number, b.number))
}

// sameNumber: one customer number is one person, unless the names differ. Two
// systems count their customers alike, and a person wrongly taken for another
// would never be told of a leak.
func (a Identity) sameNumber(b Identity) bool {
	return a.number != 0 && a.number == b.number && !differ(a.called(), b.called())
}

// samePostal: the same name at the same door is one person, unless mail, number
// or birth date differ (father and son).
func (a Identity) samePostal(b Identity) bool {
	return a.postal() != 0 && a.postal() == b.postal() && !differ(a.mail, b.mail) && !differ(a.number, b.number) &&
		(a.birth == b.birth || a.birth.IsZero() || b.birth.IsZero())
}

func differ(a, b uint64) bool { return a != 0 && b != 0 && a != b }

// filledFrom is the identity after Contact.FillFrom.
func (a Identity) filledFrom(b Identity) Identity {
	fill := func(to *uint64, from uint64) {
		if *to == 0 {
			*to = from
		}
	}
	fill(&a.name, b.name)
	fill(&a.organisation, b.organisation)
	fill(&a.mail, b.mail)
	fill(&a.number, b.number)
	if !a.placed {
		a.address, a.placed = b.address, b.placed
	}
	if a.birth.IsZero() {
		a.birth = b.birth
	}
	return a
}

// person is somebody already known: from the store, or from an earlier row.
type person struct {
	identity Identity
	contact  *Contact // nil in a dry run
	stored   bool     // was there before the file
	isNew    bool     // not written yet
	changed  bool
}

// matcher finds the person a row is about.
type matcher struct {
	people               []person
	mail, number, postal map[uint64][]int32
}

func newMatcher() *matcher {
	return &matcher{mail: map[uint64][]int32{}, number: map[uint64][]int32{}, postal: map[uint64][]int32{}}
}

func (m *matcher) add(p person) {
	i := int32(len(m.people))
	m.people = append(m.people, p)
	m.index(i, Identity{}, p.identity)
}

// index enters the keys that are new since before.
func (m *matcher) index(i int32, before, now Identity) {
	enter := func(table map[uint64][]int32, old, key uint64) {
		if key != 0 && key != old {
			table[key] = append(table[key], i)
		}
	}
	enter(m.mail, before.mail, now.mail)
	enter(m.number, before.number, now.number)
	enter(m.postal, before.postal(), now.postal())
}

// find returns the person a row is about: by mail address, else by customer
// number, else by name and address; those who were there before the file come
// first. It is -1 for somebody new.
func (m *matcher) find(id Identity) int {
	if i := m.first(m.mail[id.mail], id.sameMail); i >= 0 {
		return i
	}
	if i := m.first(m.number[id.number], id.sameNumber); i >= 0 {
		return i
	}
	return m.first(m.postal[id.postal()], id.samePostal)
}

func (m *matcher) first(list []int32, same func(Identity) bool) int {
	best := -1
	for _, i := range list {
		p := m.people[i]
		if !same(p.identity) {
			continue
		}
		if p.stored {
			return int(i)
		}
		if best < 0 {
			best = int(i)
		}
	}
	return best
}

// replace notes that the person is known by something else from now on.
func (m *matcher) replace(i int, now Identity) {
	p := &m.people[i]
	m.index(int32(i), p.identity, now)
	p.identity = now
}

// fill notes that the person took over what the row knows.
func (m *matcher) fill(i int, id Identity) {
	p := &m.people[i]
	now := p.identity.filledFrom(id)
	m.index(int32(i), p.identity, now)
	p.identity = now
}
