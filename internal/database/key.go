package database

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// Key is the one secret from which every other is derived: that of the SQLite
// file and those of single fields. It prints as a mask.
type Key struct{ master []byte }

const keyBytes = 32

// String hides the key, so that no log can show it.
func (Key) String() string { return "[key]" }

// IsZero reports whether there is no key.
func (k Key) IsZero() bool { return len(k.master) == 0 }

// Derive gives 32 bytes that belong to the named use and tell nothing about the
// keys of other uses (HKDF with SHA-256).
func (k Key) Derive(use string) []byte {
	out, err := hkdf.Key(sha256.New, k.master, nil, "clepsydra "+use, keyBytes)
	if err != nil {
		panic(err) // only for an output longer than HKDF allows
	}
	return out
}

func (k Key) hex(use string) string { return hex.EncodeToString(k.Derive(use)) }

// NewKey makes a fresh random key.
func NewKey() Key {
	b := make([]byte, keyBytes)
	rand.Read(b) // never fails (crypto/rand)
	return Key{b}
}

// ParseKey reads a key written as 64 hexadecimal digits, blanks around it
// allowed; anything else gives ErrKeyMalformed.
func ParseKey(s string) (Key, error) {
	b, err := hex.DecodeString(strings.TrimSpace(s))
	if err != nil || len(b) != keyBytes {
		return Key{}, ErrKeyMalformed
	}
	return Key{b}, nil
}

// LoadKey finds the key: the given text when there is one, else the file at
// path. When neither exists and mayCreate is set, it creates the file, readable
// by its owner only, and reports so; when it is not set (the data are already
// there), the answer is ErrKeyMissing, because a new key could not open them.
func LoadKey(text, path string, mayCreate bool) (k Key, created bool, err error) {
	if text != "" {
		k, err = ParseKey(text)
		return k, false, err
	}
	b, err := os.ReadFile(path)
	if err == nil {
		k, err = ParseKey(string(b))
		return k, false, err
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return Key{}, false, fmt.Errorf("read key file: %w", err)
	}
	if !mayCreate {
		return Key{}, false, ErrKeyMissing.With("Path", path)
	}
	k = NewKey()
	return k, true, writeKey(path, k)
}

// writeKey never overwrites: two first starts at once must not leave data behind
// a key that the other start replaced.
func writeKey(path string, k Key) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("create key file: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.WriteString(hex.EncodeToString(k.master) + "\n"); err != nil {
		return fmt.Errorf("write key file: %w", err)
	}
	return f.Sync()
}
