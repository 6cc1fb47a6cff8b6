package notification

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// Tick says that the answer to a question was copied into the authority's form, by
// whom and when. Each filing begins a new round with no ticks.
type Tick struct {
	Question string // id of the row
	Round    int    // filings before this one
	Hash     string // of the text that was copied
	By       string // account
	At       time.Time
}

// HashOf is the fingerprint of a row's text.
func HashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// TickState is what became of a tick.
type TickState string

// The states of a tick. Outdated: the answer changed after it was copied.
const (
	NotTicked TickState = ""
	Ticked    TickState = "ticked"
	Outdated  TickState = "outdated"
)

// StateFor compares a tick with the row as it stands now.
func (t Tick) StateFor(r Row) TickState {
	switch {
	case t.At.IsZero():
		return NotTicked
	case t.Hash != HashOf(r.Text):
		return Outdated
	}
	return Ticked
}
