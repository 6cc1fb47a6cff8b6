package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"clepsydra/internal/fault"
)

// Named refusals of a password.
var (
	ErrPasswordShort  = fault.New(fault.Invalid, "account.password_short")
	ErrPasswordLong   = fault.New(fault.Invalid, "account.password_long")
	ErrPasswordCommon = fault.New(fault.Invalid, "account.password_common")
	ErrPasswordOwn    = fault.New(fault.Invalid, "account.password_own")
)

// Length of a password in characters. The upper end only keeps a request small.
const (
	minPassword = 12
	maxPassword = 200
)

// CheckPassword refuses passwords that are short, well known or made of the
// person's own name or address. It asks for no special characters: length is what
// counts.
func CheckPassword(password string, a Account) error {
	low := strings.ToLower(password)
	switch n := utf8.RuneCountInString(password); {
	case n < minPassword:
		return ErrPasswordShort.At("password").With("Min", minPassword)
	case n > maxPassword:
		return ErrPasswordLong.At("password").With("Max", maxPassword)
	}
	if isCommon(low) {
		return ErrPasswordCommon.At("password")
	}
	local, _, _ := strings.Cut(strings.ToLower(a.Email), "@")
	for _, own := range []string{strings.ToLower(a.Email), local, strings.ToLower(strings.ReplaceAll(a.Name, " ", ""))} {
		if len(own) > 3 && (low == own || strings.Trim(strings.ReplaceAll(low, own, ""), "0123456789!.-_ ") == "") {
			return ErrPasswordOwn.At("password")
		}
	}
	return nil
}

// isCommon knows the shapes of long passwords that everybody tries first: one
// character or a short piece over and over, rows of the keyboard, counting.
func isCommon(low string) bool {
	for n := 1; n <= 4; n++ {
		if len(low)%n == 0 && strings.Repeat(low[:n], len(low)/n) == low {
			return true
		}
	}
	for _, row := range []string{"12345678901234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "azertyuiopqsdfghjklmwxcvbn", "qwertzuiopasdfghjklyxcvbnm"} {
		if strings.Contains(row, low) {
			return true
		}
	}
	trimmed := strings.Trim(low, "0123456789!?.-_ ")
	for _, word := range []string{"password", "wachtwoord", "motdepasse", "passwort", "clepsydra", "welkom", "welcome", "bonjour", "willkommen"} {
		if trimmed == word || trimmed == word+word {
			return true
		}
	}
	return false
}

// The cost of a hash: 19 MiB, two passes, one lane (OWASP's minimum for argon2id;
// about 26 ms on a small server).
const (
	argonMemory  = 19 * 1024
	argonPasses  = 2
	argonLanes   = 1
	argonKey     = 32
	argonSalt    = 16
	argonAtOnce  = 4 // hashes computed at the same time, or sign-ins could eat the memory
	argonPattern = "argon2id$m=%d,t=%d,p=%d$%s$%s"
)

// Hasher computes password hashes, a few at a time. It is safe for concurrent use.
type Hasher struct{ slots chan struct{} }

// NewHasher makes a hasher.
func NewHasher() *Hasher { return &Hasher{make(chan struct{}, argonAtOnce)} }

// Hash returns the hash of a password with its parameters and a fresh salt.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, argonSalt)
	rand.Read(salt) // never fails (crypto/rand)
	key, err := h.key(ctx, password, salt, argonMemory, argonPasses, argonLanes)
	if err != nil {
		return "", err
	}
	b64 := base64.RawStdEncoding
	return fmt.Sprintf(argonPattern, argonMemory, argonPasses, argonLanes, b64.EncodeToString(salt), b64.EncodeToString(key)), nil
}

// Matches reports whether a password belongs to a hash, in the same time whether
// it does or not. An empty hash is compared with nothing but takes as long.
func (h *Hasher) Matches(ctx context.Context, password, hash string) (bool, error) {
	var memory, passes uint32
	var lanes uint8
	parts := strings.Split(hash, "$")
	salt, want := make([]byte, argonSalt), make([]byte, argonKey)
	known := len(parts) == 4
	if known {
		var err error
		if _, err = fmt.Sscanf(parts[1], "m=%d,t=%d,p=%d", &memory, &passes, &lanes); err != nil {
			return false, fmt.Errorf("account: read hash: %w", err)
		}
		if salt, err = base64.RawStdEncoding.DecodeString(parts[2]); err != nil {
			return false, fmt.Errorf("account: read salt: %w", err)
		}
		if want, err = base64.RawStdEncoding.DecodeString(parts[3]); err != nil {
			return false, fmt.Errorf("account: read key: %w", err)
		}
	} else {
		memory, passes, lanes = argonMemory, argonPasses, argonLanes
	}
	key, err := h.key(ctx, password, salt, memory, passes, lanes)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(key, want) == 1 && known, nil
}

func (h *Hasher) key(ctx context.Context, password string, salt []byte, memory, passes uint32, lanes uint8) ([]byte, error) {
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return argon2.IDKey([]byte(password), salt, passes, memory, lanes, argonKey), nil
}
