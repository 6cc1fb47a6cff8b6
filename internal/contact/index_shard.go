package contact

import (
	"encoding/binary"
	"math/bits"
	"strings"

	"github.com/google/uuid"
)

// Sizes of a shard. Each of its people has one bit in each of the signatures, so
// that one machine word tells of 64 people whether they may contain a gram.
const (
	shardSize  = 1 << 14
	shardWords = shardSize / 64
	signatures = 512
	pairs      = 512
	mostText   = 4000 // bytes of a person's text that are searched
)

// shard holds some people: their texts one after another, what they can be
// counted by, and a signature file of the three-letter parts, the beginnings of words and the lines of the texts. (A
// signature may promise a part that is not there, never the other way round.)
type shard struct {
	used  int // places given out; some may be empty again
	live  [shardWords]uint64
	signs [signatures][shardWords]uint64
	pairs [pairs][shardWords]uint64 // of the two-byte parts, for words no longer than that
	texts []byte
	dead  int // bytes of texts that nobody uses
	at    [shardSize]uint32
	size  [shardSize]uint16
	ids   [shardSize]uuid.UUID
	facts [shardSize]facts
	first [shardSize]uint64 // first eight bytes of the texts: most are told apart by them
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
	var first [8]byte
	copy(first[:], text)
	s.first[k] = binary.BigEndian.Uint64(first[:])
	word, bit := k/64, uint64(1)<<(k%64)
	s.live[word] |= bit
	mark := func(g sign) { s.signs[g][word] |= bit }
	eachGram(text, mark)
	for k := range len(text) - 1 {
		for _, p := range pairsOf(text[k], text[k+1]) {
			s.pairs[p][word] |= bit
		}
	}
	for line := range strings.SplitSeq(text, "\n") {
		mark(lineSign(line))
	}
	for k := range len(text) {
		if k == 0 || !isWordByte(text[k-1]) {
			mark(startSign(text[k:]))
			mark(startSign(text[k : k+1]))
		}
	}
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
	for p := range s.pairs {
		s.pairs[p][word] &^= bit
	}
	s.at[k], s.size[k], s.ids[k], s.facts[k], s.first[k] = 0, 0, uuid.UUID{}, facts{}, 0
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
		exact, starts := s.signs[a.line][word], s.all(a.starts, word)
		left, number := s.candidates(a, word)
		for ; left != 0; left &= left - 1 {
			at := bits.TrailingZeros64(left)
			k := word*64 + at
			if !a.want.all && !a.want.fits(&s.facts[k], first+k) {
				continue
			}
			hope := FitsParts
			switch {
			case a.exact && (exact|number)>>at&1 == 1:
				hope = FitsExactly
			case starts>>at&1 == 1:
				hope = FitsWords
			}
			if r.isPast(a, hope, s.first[k]) {
				continue
			}
			r.consider(a, hit{fit: hope, at: first + k, text: s.text(k), id: s.ids[k]})
		}
	}
}

// all are those of 64 people who have all of some signatures.
func (s *shard) all(grams []sign, word int) uint64 {
	left := s.live[word]
	for _, g := range grams {
		left &= s.signs[g][word]
	}
	return left
}

// candidates are those of 64 people who may contain what is sought: all its words
// or, where it is one, the number.
func (s *shard) candidates(a ask, word int) (either, number uint64) {
	words := s.all(a.grams, word)
	for _, p := range a.pairs {
		words &= s.pairs[p][word]
	}
	if len(a.sought.number) == 0 {
		return words, 0
	}
	number = s.all(a.number, word)
	return words | number, number
}

// sign is the number of a signature.
type sign uint16

// eachGram calls fn with the signature of each three-byte part of a text. Parts
// across blanks and lines are left out: nobody looks for them.
func eachGram(text string, fn func(sign)) {
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

func gram(a, b, c byte) sign {
	return sign((uint32(a) | uint32(b)<<8 | uint32(c)<<16) * 2654435761 >> 23)
}

// pairsOf are the two numbers of a two-byte part. A rare part that shares one of them
// with what everybody has, such as the end of addresses, seldom shares the other too.
func pairsOf(a, b byte) [2]uint16 {
	both := uint32(a) | uint32(b)<<8
	return [2]uint16{uint16(both * 2654435761 >> 24), pairs/2 + uint16(both*2246822519>>24)}
}

// startSign is the signature of a word that begins so; two letters count.
func startSign(word string) sign {
	if len(word) == 1 {
		return gram(1, word[0], 0)
	}
	return gram(1, word[0], word[1])
}

// lineSign is the signature of a whole line.
func lineSign(line string) sign {
	h := uint32(2166136261) // FNV-1a
	for k := range len(line) {
		h = (h ^ uint32(line[k])) * 16777619
	}
	return sign((h ^ h>>15) * 2654435761 >> 23)
}

// appendGrams adds the signatures that everybody has who contains w.
func appendGrams(to []sign, w []byte) []sign {
	eachGram(string(w), func(g sign) { to = append(to, g) })
	return to
}
