package journal

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"
)

// Facts that name people of the customer file: one, or several with blanks between.
const (
	FactContact = "contact"
	FactShown   = "shown"
)

// people are everybody the entry is about, sorted, each once.
func (e Entry) people() []string {
	out := slices.Clone(e.People)
	if e.Case.Kind == "contact" {
		out = append(out, e.Case.ID)
	}
	out = append(out, e.Facts[FactContact])
	out = append(out, strings.Fields(e.Facts[FactShown])...)
	out = slices.DeleteFunc(out, func(id string) bool { return id == "" })
	slices.Sort(out)
	return slices.Compact(out)
}

// isAct reports whether the entry is about the customer file at all; a search that
// found nobody is.
func (e Entry) isAct(people int) bool {
	noun, _, _ := strings.Cut(e.Kind, ".")
	return people > 0 || e.Case.Kind == "contact" || e.Case.Kind == "import" || noun == "contact" || e.Kind == "segment.used"
}

// PeopleHash is a fingerprint of a set of people: SHA-256, hexadecimal, of their
// sorted identifiers. It keeps a set that is too long for a fact provable.
func PeopleHash(ids []string) string {
	sorted := slices.Sorted(slices.Values(ids))
	sum := sha256.Sum256([]byte(strings.Join(sorted, "\n")))
	return hex.EncodeToString(sum[:])
}

// Act is an entry about people of the customer file: a look, a search, an export
// or a change. People is how many it is about; RecordedAt is UTC.
type Act struct {
	Seq        int64
	Kind       string
	Case       Case
	Actor      Actor
	RecordedAt time.Time
	People     int
	Facts      map[string]string
}

// Mark is a place in the list of acts, the latest first.
type Mark struct {
	At  time.Time
	Seq int64
}

// IsZero reports whether the mark is the beginning of the list.
func (m Mark) IsZero() bool { return m.Seq == 0 }

// Mark is the place of an act.
func (a Act) Mark() Mark { return Mark{a.RecordedAt, a.Seq} }

// ActQuery narrows Acts; empty fields do not. From belongs to the time, To does
// not. Person also finds what was done to an import that brought the person, when
// Imports names it. Before is where the page before ended.
type ActQuery struct {
	Person  string
	Imports []string
	Account string
	Kinds   []string
	Except  []string // kinds that are left out
	From    time.Time
	To      time.Time
	Before  Mark
	Limit   int // 0: 50
}
