package processing

import (
	"crypto/rand"
	"encoding/hex"
)

// NewID makes an id of 16 hexadecimal digits behind a prefix, such as "own_" for what
// the firm adds to its record.
func NewID(prefix string) (string, error) {
	b := make([]byte, 8)
	if _, err := rand.Read(b); err != nil {
		return "", err
	}
	return prefix + hex.EncodeToString(b), nil
}
