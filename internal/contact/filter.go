package contact

// keyFilter remembers keys in four megabytes however many they are. It may take
// a key for known that is not, and never the other way round: a key it does not
// know need not be looked up. (A Bloom filter with two places per key.)
type keyFilter struct{ bits []uint64 }

const filterBits = 1 << 25

func newKeyFilter() *keyFilter { return &keyFilter{bits: make([]uint64, filterBits/64)} }

// add enters the keys of somebody.
func (f *keyFilter) add(id Identity) {
	for _, key := range [...]uint64{id.mail, id.number, id.postal()} {
		for _, at := range bitsOf(key) {
			if key != 0 {
				f.bits[at/64] |= 1 << (at % 64)
			}
		}
	}
}

// mayKnow reports whether somebody with one of these keys may have been added.
func (f *keyFilter) mayKnow(id Identity) bool {
	for _, key := range [...]uint64{id.mail, id.number, id.postal()} {
		at := bitsOf(key)
		if key != 0 && f.bits[at[0]/64]>>(at[0]%64)&1 == 1 && f.bits[at[1]/64]>>(at[1]%64)&1 == 1 {
			return true
		}
	}
	return false
}

// bitsOf takes two independent parts of a key, which is a hash already.
func bitsOf(key uint64) [2]uint64 {
	return [2]uint64{(key >> 1) % filterBits, (key >> 33) % filterBits}
}
