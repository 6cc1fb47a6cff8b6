package communication

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
)

// Digest computes the hash of a frozen list, person by person in order. It covers
// what a letter is made of, so that the list which was told is the list that was
// frozen.
type Digest struct{ h hash.Hash }

// NewDigest starts a digest.
func NewDigest() *Digest { return &Digest{sha256.New()} }

// Add takes in the next person.
func (d *Digest) Add(p Person) error {
	b, err := json.Marshal([]any{
		p.Position, p.ContactID, p.Name, p.Organisation, p.Street, p.Postcode, p.City, p.Country,
		p.Email, p.Language, p.Data,
	})
	if err != nil {
		return fmt.Errorf("communication: digest: %w", err)
	}
	d.h.Write(append(b, '\n'))
	return nil
}

// Sum returns the digest in hexadecimal digits.
func (d *Digest) Sum() string { return hex.EncodeToString(d.h.Sum(nil)) }
