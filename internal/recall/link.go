package recall

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"clepsydra/internal/fault"
)

// Named refusals of a link. All are for the page that its holder sees.
var (
	ErrLinkUnknown = fault.New(fault.NotFound, "recall.link_unknown")
	ErrLinkRevoked = fault.New(fault.NotFound, "recall.link_revoked")
	ErrLinkExpired = fault.New(fault.NotFound, "recall.link_expired")
)

// Link is the secret link of one recipient. Only the hash of the secret is stored;
// the secret is made anew from the installation's key whenever it is shown, so that
// a copy of the database opens no page.
type Link struct {
	Serial    int // how often it was made anew
	Hash      string
	Until     time.Time
	RevokedAt time.Time
}

// Token makes the secret of a recipient's link from the installation's key.
func Token(key []byte, id ID, serial int) string {
	m := hmac.New(sha256.New, key)
	m.Write([]byte("confirm " + string(id) + " " + strconv.Itoa(serial)))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(m.Sum(nil)[:16]))
}

// Hash is what is stored of a secret.
func Hash(token string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(token)))
	return hex.EncodeToString(sum[:])
}

// Renew gives the recipient a new link from now on; the one before stops working.
func (r *Recipient) Renew(key []byte, now time.Time) {
	serial := r.Link.Serial + 1
	r.Link = Link{Serial: serial, Hash: Hash(Token(key, r.ID, serial)), Until: now.Add(LinkLife)}
}

// Revoke stops the link, such as one that went to yet another wrong address.
func (r *Recipient) Revoke(now time.Time) {
	if r.Link.RevokedAt.IsZero() {
		r.Link.RevokedAt = now
	}
}

// Check reports why the link does not take an answer: revoked or expired.
func (l Link) Check(now time.Time) error {
	switch {
	case !l.RevokedAt.IsZero():
		return ErrLinkRevoked
	case !now.Before(l.Until):
		return ErrLinkExpired
	}
	return nil
}

// Works reports whether the link takes an answer.
func (l Link) Works(now time.Time) bool { return l.Check(now) == nil }

// WordingVersion names the exact words that somebody was shown: the language, the
// country and a fingerprint of the text.
func WordingVersion(lang, country, text string) string {
	sum := sha256.Sum256([]byte(text))
	return lang + "-" + country + ":" + hex.EncodeToString(sum[:])[:12]
}
