package contact

import (
	"cmp"
	"hash/fnv"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// DoubleWhy says why two people may be one.
type DoubleWhy string

// The reasons.
const (
	SameMail    DoubleWhy = "mail"    // one mail address, in whatever spelling
	SamePhone   DoubleWhy = "phone"   // one number, and names that do not exclude it
	SamePlace   DoubleWhy = "name"    // one name in one postcode
	SwappedName DoubleWhy = "swapped" // the same with first and last name turned around
)

// Pair is two people who may be one. Strength counts the reasons, the sure ones
// twice.
type Pair struct {
	A, B     Contact
	Why      []DoubleWhy
	Strength int
}

// WhyDouble says why two people may be one; nothing when there is no reason.
func WhyDouble(a, b Contact) (why []DoubleWhy, strength int) {
	add := func(w DoubleWhy, n int) { why, strength = append(why, w), strength+n }
	if k := mailKey(a.Email); k != "" && k == mailKey(b.Email) {
		add(SameMail, 2)
	}
	if isE164(a.Phone) && a.Phone == b.Phone && mayBeOneName(a, b) {
		add(SamePhone, 1)
	}
	if k := placeKey(a); k != "" && k == placeKey(b) {
		if Fold(a.Name) == Fold(b.Name) {
			add(SamePlace, 2)
		} else {
			add(SwappedName, 2)
		}
	}
	return why, strength
}

// mailKey is one for all spellings of a mailbox: capitals, what stands behind a plus
// sign, and the points that Google does not read.
func mailKey(s string) string {
	local, domain, ok := strings.Cut(strings.ToLower(s), "@")
	if !ok {
		return ""
	}
	if before, _, tagged := strings.Cut(local, "+"); tagged && before != "" {
		local = before
	}
	if domain == "googlemail.com" {
		domain = "gmail.com"
	}
	if domain == "gmail.com" {
		local = strings.ReplaceAll(local, ".", "")
	}
	return local + "@" + domain
}

// placeKey is one for a name in a postcode, whatever the order of its words.
func placeKey(c Contact) string {
	name := c.Name
	if name == "" {
		name = c.Organisation
	}
	words, code := sortedWords(name), foldKey(c.Postcode)
	if words == "" || code == "" {
		return ""
	}
	return words + "\n" + code
}

// mayBeOneName: two names may belong to one person when either is not known, they
// share a word, or a word of one is the initial of one of the other.
func mayBeOneName(a, b Contact) bool {
	x, y := strings.Fields(sortedWords(a.Name)), strings.Fields(sortedWords(b.Name))
	if len(x) == 0 || len(y) == 0 {
		return true
	}
	for _, w := range x {
		for _, v := range y {
			if w == v || len(w) == 1 && strings.HasPrefix(v, w) || len(v) == 1 && strings.HasPrefix(w, v) {
				return true
			}
		}
	}
	return false
}

// mostAlike is how many people may share a phone number or a mail address before it
// says nothing any more: the one of an office.
const mostAlike = 20

// MostPairs is how many pairs are listed at a time; the next come when these are
// settled.
const MostPairs = 10_000

// doubleFinder finds people with a key in common among very many, in little memory:
// sixteen bytes per person and as many per key.
type doubleFinder struct {
	ids  []uuid.UUID
	keys []sharedKey
}

// sharedKey is one key of the person at a place; keys of the sure kinds come first.
type sharedKey struct {
	key  uint64
	at   int32
	kind uint8
}

// The kinds of keys, the sure ones first.
const (
	byMail uint8 = iota
	byPlace
	byPhone
)

func compareKeys(a, b sharedKey) int {
	return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.key, b.key), cmp.Compare(a.at, b.at))
}

func (d *doubleFinder) add(id uuid.UUID, c Contact) {
	at := int32(len(d.ids))
	d.ids = append(d.ids, id)
	enter := func(kind uint8, s string) {
		if s == "" {
			return
		}
		h := fnv.New64a()
		h.Write([]byte(s)) // a hash never fails
		d.keys = append(d.keys, sharedKey{h.Sum64(), at, kind})
	}
	enter(byMail, mailKey(c.Email))
	if isE164(c.Phone) {
		enter(byPhone, c.Phone)
	}
	enter(byPlace, placeKey(c))
}

// mostCandidates bounds the pairs that are looked at: some turn out to be no doubles.
const mostCandidates = 3 * MostPairs

// pairs are those who share a key, each pair once, the sure keys first, without those
// that were settled. Hashes may meet by chance, so each pair is still to be looked at.
func (d *doubleFinder) pairs(settled map[[2]ID]bool) [][2]ID {
	slices.SortFunc(d.keys, compareKeys)
	seen := map[[2]int32]bool{}
	var out [][2]ID
	for i := 0; i < len(d.keys) && len(out) < mostCandidates; {
		k := i
		for k < len(d.keys) && d.keys[k].key == d.keys[i].key && d.keys[k].kind == d.keys[i].kind {
			k++
		}
		if n := k - i; n > 1 && n <= mostAlike {
			for _, p := range everyTwo(d.keys[i:k]) {
				ids := [2]ID{ID(d.ids[p[0]].String()), ID(d.ids[p[1]].String())}
				if !seen[p] && !settled[ids] {
					seen[p] = true
					out = append(out, ids)
				}
			}
		}
		i = k
	}
	return out
}

// everyTwo are the pairs of those who share one key.
func everyTwo(keys []sharedKey) [][2]int32 {
	var out [][2]int32
	for x := range keys {
		for y := x + 1; y < len(keys); y++ {
			out = append(out, [2]int32{keys[x].at, keys[y].at})
		}
	}
	return out
}
