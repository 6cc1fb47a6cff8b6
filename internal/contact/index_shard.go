package contact

import (
	"math/bits"

	"github.com/google/uuid"
)

// Sizes of a shard. Each of its people has one bit in each of the signatures, so
// that one machine word tells of 64 people whether they may contain a gram.
const (
	shardSize  = 1 << 14
	shardWords = shardSize / 64
	signatures = 256
	mostText   = 4000 // bytes of a person's text that are searched
)

// shard holds some people: their texts one after another, what they can be
// counted by, and a signature file of the three-letter parts of the texts. (A
// signature may promise a part that is not there, never the other way round.)
type shard struct {
	used  int // places given out; some may be empty again
	live  [shardWords]uint64
	signs [signatures][shardWords]uint64
	texts []byte
	dead  int // bytes of texts that nobody uses
	at    [shardSize]uint32
	size  [shardSize]uint16
	ids   [shardSize]uuid.UUID
	facts [shardSize]facts
}

func newShard() *shard { return &shard{} }

func (s *shard) text(k int) []byte { return s.texts[s.at[k] : s.at[k]+uint32(s.size[k])] }

func (s *shard) set(k int, e entry) {
	text := e.text
	if len(text) > mostText {
		text = text[:mostText]
	}
	s.at[k], s.size[k] = uint32(len(s.texts)), uint16(len(text))
	s.texts = append(s.texts, text...)
	s.ids[k], s.facts[k] = e.id, e.facts
	word, bit := k/64, uint64(1)<<(k%64)
	s.live[word] |= bit
	eachGram(text, func(g uint8) { s.signs[g][word] |= bit })
}

// clear empties a place and overwrites what was there.
func (s *shard) clear(k int) {
	clear(s.text(k))
	s.dead += int(s.size[k])
	word, bit := k/64, uint64(1)<<(k%64)
	s.live[word] &^= bit
	for g := range s.signs {
		s.signs[g][word] &^= bit
	}
	s.at[k], s.size[k], s.ids[k], s.facts[k] = 0, 0, uuid.UUID{}, facts{}
	if s.dead > 1<<16 && s.dead > len(s.texts)/2 {
		s.squeeze()
	}
}

// squeeze gives the room of dead texts back.
func (s *shard) squeeze() {
	texts := make([]byte, 0, len(s.texts)-s.dead)
	for k := range s.used {
		text := s.text(k)
		s.at[k] = uint32(len(texts))
		texts = append(texts, text...)
	}
	clear(s.texts)
	s.texts, s.dead = texts, 0
}

// answer looks through the shard and adds to r. first is the number of its first
// place in the index.
func (s *shard) answer(a ask, first int, r *answer) {
	for word := range (s.used + 63) / 64 {
		for left := s.candidates(a, word); left != 0; left &= left - 1 {
			k := word*64 + bits.TrailingZeros64(left)
			if !a.want.all && !a.want.fits(&s.facts[k], first+k) {
				continue
			}
			text := s.text(k)
			if !a.sought.isIn(text) {
				continue
			}
			r.total++
			if a.most == 0 || !a.sought.canBeExact() && r.isBeyond(text, a.most) {
				continue
			}
			h := hit{fit: a.sought.fit(text), at: first + k, text: text, id: s.ids[k]}
			if a.after == nil || h.compare(*a.after) > 0 {
				r.keep(h, a.most)
			}
		}
	}
}

// candidates are those of 64 people who may contain what is sought: all its words
// or, where it is one, the number.
func (s *shard) candidates(a ask, word int) uint64 {
	left := s.live[word]
	for _, g := range a.grams {
		left &= s.signs[g][word]
	}
	if len(a.sought.number) == 0 {
		return left
	}
	number := s.live[word]
	for _, g := range a.number {
		number &= s.signs[g][word]
	}
	return left | number
}

// eachGram calls fn with the number of each three-byte part of a text. Parts
// across blanks and lines are left out: nobody looks for them.
func eachGram(text string, fn func(uint8)) {
	for k := 0; k+3 <= len(text); k++ {
		a, b, c := text[k], text[k+1], text[k+2]
		if c == ' ' || c == '\n' {
			k += 2
			continue
		}
		if a == ' ' || a == '\n' || b == ' ' || b == '\n' {
			continue
		}
		fn(gram(a, b, c))
	}
}

func gram(a, b, c byte) uint8 {
	return uint8((uint32(a) | uint32(b)<<8 | uint32(c)<<16) * 2654435761 >> 24)
}

// appendGrams adds the signatures in which everybody who contains w must be.
func appendGrams(to []uint8, w []byte) []uint8 {
	eachGram(string(w), func(g uint8) { to = append(to, g) })
	return to
}
