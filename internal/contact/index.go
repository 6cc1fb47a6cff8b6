package contact

import (
	"bytes"
	"context"
	"encoding/binary"
	"runtime"
	"slices"
	"sync"

	"github.com/google/uuid"
)

// Index answers searches and counts out of memory. It is a copy of what the
// customer file is searched by, kept up to date from what the database says has
// changed; the database stays the truth, and people are read from it before they
// are shown. It works alike for both databases, costs an import nothing, and
// leaves nothing on a disk that would have to be erased.
//
// A million people take some 200 MB and a scan of a few milliseconds. One Index
// serves many goroutines.
type Index struct {
	mu      sync.RWMutex
	shards  []*shard
	slots   map[uuid.UUID]int // where a person is: shard times shardSize and place
	free    []int
	imports map[ImportID]uint32
	matched map[ImportID]map[int]bool // places of people an import found; read when asked for

	refreshing sync.Mutex // one refresh at a time
	seen       position   // of the changes in the database
	loaded     bool
}

// NewIndex makes an empty index. It fills itself at the first question, or with
// Refresh.
func NewIndex() *Index {
	return &Index{slots: map[uuid.UUID]int{}, imports: map[ImportID]uint32{}, matched: map[ImportID]map[int]bool{}}
}

// entry is what the index keeps of a person.
type entry struct {
	id    uuid.UUID
	text  string
	facts facts
}

// put adds a person or replaces what is known of him. The caller holds the lock.
func (x *Index) put(e entry) {
	if at, ok := x.slots[e.id]; ok {
		s := x.shards[at/shardSize]
		s.clear(at % shardSize)
		s.set(at%shardSize, e)
		return
	}
	at := x.room()
	x.shards[at/shardSize].set(at%shardSize, e)
	x.slots[e.id] = at
}

// room is a place nobody has.
func (x *Index) room() int {
	if n := len(x.free); n > 0 {
		at := x.free[n-1]
		x.free = x.free[:n-1]
		return at
	}
	last := len(x.shards) - 1
	if last < 0 || x.shards[last].used == shardSize {
		x.shards = append(x.shards, newShard())
		last++
	}
	at := last*shardSize + x.shards[last].used
	x.shards[last].used++
	return at
}

// drop forgets a person: his text is overwritten.
func (x *Index) drop(id uuid.UUID) {
	at, ok := x.slots[id]
	if !ok {
		return
	}
	x.shards[at/shardSize].clear(at % shardSize)
	delete(x.slots, id)
	x.free = append(x.free, at)
}

// importNumber is a small number for an import.
func (x *Index) importNumber(id ImportID) uint32 {
	if id == "" {
		return 0
	}
	n, ok := x.imports[id]
	if !ok {
		n = uint32(len(x.imports) + 1)
		x.imports[id] = n
	}
	return n
}

// hit is somebody who fits.
type hit struct {
	fit  Fit
	at   int
	text []byte
	id   uuid.UUID
}

// compare orders hits: the better fit first, then by name.
func (h hit) compare(o hit) int {
	if h.fit != o.fit {
		return int(h.fit) - int(o.fit)
	}
	if c := bytes.Compare(h.text, o.text); c != 0 {
		return c
	}
	return bytes.Compare(h.id[:], o.id[:])
}

// ask is a question as the shards answer it.
type ask struct {
	sought sought
	grams  []sign   // signatures of the words
	pairs  []uint16 // of the words of two bytes
	number []sign   // signatures of the number, which is enough alone
	starts []sign   // signatures of who may have all words at the beginning of some
	line   sign     // signature of who fits exactly
	exact  bool     // somebody may fit exactly
	want   criterion
	after  *hit // nil: from the first
	most   int  // how many of the best are wanted; negative: all, in no order
}

// asked prepares q. The caller holds the lock.
func (x *Index) asked(q Query, most int) ask {
	a := ask{sought: q.sought(), want: x.criterion(q), most: most}
	for _, w := range a.sought.words {
		a.grams, a.starts = appendGrams(a.grams, w), append(a.starts, startSign(string(w)))
		if len(w) == 2 {
			two := pairsOf(w[0], w[1])
			a.pairs = append(a.pairs, two[:]...)
		}
	}
	a.number = appendGrams(nil, a.sought.number)
	a.line, a.exact = lineSign(string(a.sought.whole)), !a.sought.isAnything()
	if id, err := uuid.Parse(string(q.After.ID)); err == nil {
		if at, ok := x.slots[id]; ok {
			s := x.shards[at/shardSize]
			a.after = &hit{fit: q.After.Fit, at: at, text: s.text(at % shardSize), id: id}
		}
	}
	return a
}

// answer is what some shards found. Once it was cut, last is what a newcomer must
// beat.
type answer struct {
	total int
	best  []hit
	cut   bool
	last  hit    // of those kept, after the cut
	first uint64 // first bytes of its text
	more  bool   // not all were counted
}

// parallelFrom is how many shards are worth a second worker.
const parallelFrom = 8

// scan asks all shards, by several workers when there are many.
func (x *Index) scan(ctx context.Context, a ask) answer {
	workers := 1
	if len(x.shards) >= parallelFrom {
		workers = min(4, runtime.GOMAXPROCS(0))
	}
	answers := make([]answer, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for k := w; k < len(x.shards) && ctx.Err() == nil; k += workers {
				x.shards[k].answer(a, k*shardSize, &answers[w])
			}
		})
	}
	wg.Wait()
	out := answers[0]
	for _, more := range answers[1:] {
		out.total += more.total
		out.more = out.more || more.more
		out.best = append(out.best, more.best...)
	}
	if a.most >= 0 {
		slices.SortFunc(out.best, hit.compare)
		out.best = out.best[:min(len(out.best), a.most)]
	}
	return out
}

// ManyPeople is up to how many a search counts exactly.
const ManyPeople = 1000

// consider counts somebody who may fit, at best as h says, and keeps him when he
// may be among the best. Once many were found, those who could not be shown anyway
// are not looked at.
func (r *answer) consider(a ask, h hit) {
	beyond := r.isBeyond(h, a.most)
	if beyond && a.most > 0 && a.exact && r.total >= ManyPeople {
		r.more = true
		return
	}
	if !a.sought.isIn(h.text) {
		return
	}
	r.total++
	if beyond {
		return
	}
	h.fit = a.sought.fit(h.text)
	if a.after == nil || h.compare(*a.after) > 0 {
		r.keep(h, a.most)
	}
}

// isPast does for most what consider does, by the first bytes of a text alone:
// whoever is behind all that are kept is counted at most. It reports whether that
// was so.
func (r *answer) isPast(a ask, hope Fit, first uint64) bool {
	if !r.cut || a.exact && r.total < ManyPeople || hope < r.last.fit || hope == r.last.fit && first <= r.first {
		return false
	}
	if a.exact {
		r.more = true
	} else {
		r.total++
	}
	return true
}

// isBeyond reports whether somebody is behind all that are kept.
func (r *answer) isBeyond(h hit, most int) bool {
	return most == 0 || r.cut && h.compare(r.last) > 0
}

// keep remembers a hit when it may be among the best, sorting now and then.
func (r *answer) keep(h hit, most int) {
	if r.isBeyond(h, most) {
		return
	}
	r.best = append(r.best, h)
	if most > 0 && len(r.best) >= 2*most {
		slices.SortFunc(r.best, hit.compare)
		r.best, r.cut, r.last = r.best[:most], true, r.best[most-1]
		var first [8]byte
		copy(first[:], r.last.text)
		r.first = binary.BigEndian.Uint64(first[:])
	}
}
