package consent

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"time"

	"clepsydra/internal/contact"
	"clepsydra/internal/processing"
)

// Key is the keyed hash of one address for one purpose: it recognises somebody who
// said no and shows nobody. The same address has other keys for other channels and
// purposes, so that the list tells nothing about who belongs together.
type Key string

// Keyer makes keys. Whoever does not have its secret can neither read nor try out
// addresses.
type Keyer struct{ secret []byte }

// NewKeyer makes a keyer from a secret of 32 bytes that belongs to this use alone.
func NewKeyer(secret []byte) Keyer { return Keyer{secret} }

// keyVersion keeps keys apart, should the way in which addresses are written change.
const keyVersion = "1"

// Of is the key of a written address; empty for an empty one. See Address for how it
// must be written.
func (k Keyer) Of(c processing.Channel, p processing.PurposeID, address string) Key {
	if address == "" {
		return ""
	}
	mac := hmac.New(sha256.New, k.secret)
	for _, part := range []string{keyVersion, string(c), string(p), address} {
		mac.Write([]byte(part)) // never fails
		mac.Write([]byte{0})
	}
	return Key(base64.RawURLEncoding.EncodeToString(mac.Sum(nil)))
}

// Address is how a person is reached by a channel, written so that two spellings are
// one: the mail address in small letters, the number in E.164, name with postcode and
// street. Empty when it is not known.
func Address(c contact.Contact, ch processing.Channel) string {
	switch ch {
	case processing.ByMail:
		return contact.MailKey(c.Email)
	case processing.ByPhone, processing.BySMS:
		return contact.PhoneKey(c.Phone, c.Country)
	case processing.ByPost:
		return contact.PostalKey(c)
	}
	return ""
}

// KeyOf is the key of a person's address; empty when it is not known.
func (k Keyer) KeyOf(c contact.Contact, u Use) Key {
	return k.Of(u.Channel, u.Purpose, Address(c, u.Channel))
}

// Suppression is one entry: that somebody at an address said no. How long it is kept:
// as long as the firm sends marketing, because the objection has no end (Art. 21(3)).
type Suppression struct {
	Key     Key
	Purpose processing.PurposeID
	Channel processing.Channel
	How     How
	Since   time.Time // UTC
}

// Suppress makes the entry of an event that says no about marketing; false when the
// event does not, or the person has no such address.
func (k Keyer) Suppress(c contact.Contact, e Event) (Suppression, bool) {
	key := k.KeyOf(c, e.Use())
	return Suppression{Key: key, Purpose: e.Purpose, Channel: e.Channel, How: e.How, Since: e.At}, key != "" && e.Kind.Stops()
}
