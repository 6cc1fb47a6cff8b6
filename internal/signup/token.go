package signup

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"time"

	"github.com/google/uuid"

	"clepsydra/internal/contact"
	"clepsydra/internal/fault"
	"clepsydra/internal/processing"
)

// Named refusals of a link. They are for whoever holds it and tell nothing else.
var (
	ErrLinkUnknown = fault.New(fault.NotFound, "signup.link_unknown")
	ErrLinkExpired = fault.New(fault.NotFound, "signup.link_expired")
)

// Sorts of link. A link of one sort never works as another.
type sort string

const (
	toConfirm     sort = "confirm"
	toPreferences sort = "preferences"
	toUnsubscribe sort = "unsubscribe"
	toAnswer      sort = "repermission"
)

// Links makes and reads the links in mails. They are signed with the installation's
// key and stored nowhere: a copy of the database opens no page.
type Links struct{ key []byte }

// NewLinks makes links with a key of their own.
func NewLinks(key []byte) Links { return Links{key} }

const macBytes = 16

func (k Links) sign(s sort, body []byte) string {
	return base64.RawURLEncoding.EncodeToString(append(body, k.mac(s, body)...))
}

func (k Links) mac(s sort, body []byte) []byte {
	m := hmac.New(sha256.New, k.key)
	m.Write([]byte(s))
	m.Write([]byte{0})
	m.Write(body)
	return m.Sum(nil)[:macBytes]
}

// open returns what a token says, when it was made here for that sort.
func (k Links) open(s sort, token string) ([]byte, error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) < macBytes || len(raw) > 200 {
		return nil, ErrLinkUnknown
	}
	body, mac := raw[:len(raw)-macBytes], raw[len(raw)-macBytes:]
	if !hmac.Equal(mac, k.mac(s, body)) {
		return nil, ErrLinkUnknown
	}
	return body, nil
}

// idBytes packs an identifier; one that is no UUID packs as none.
func idBytes(id string) []byte {
	u, err := uuid.Parse(id)
	if err != nil {
		return make([]byte, 16)
	}
	return u[:]
}

func idOf(b []byte) string {
	u, err := uuid.FromBytes(b)
	if err != nil {
		return ""
	}
	return u.String()
}

// Confirm is the link of a pending sign-up. How long it works is kept with it.
func (k Links) Confirm(id PendingID) string { return k.sign(toConfirm, idBytes(string(id))) }

// OpenConfirm reads a link made by Confirm.
func (k Links) OpenConfirm(token string) (PendingID, error) {
	b, err := k.open(toConfirm, token)
	if err != nil || len(b) != 16 {
		return "", ErrLinkUnknown
	}
	return PendingID(idOf(b)), nil
}

// Preferences is the link to everything about somebody. It works until then.
func (k Links) Preferences(id contact.ID, until time.Time) string {
	return k.sign(toPreferences, binary.BigEndian.AppendUint64(idBytes(string(id)), uint64(until.Unix())))
}

// OpenPreferences reads a link made by Preferences; ErrLinkExpired when its time is
// over, at that very second too.
func (k Links) OpenPreferences(token string, now time.Time) (contact.ID, error) {
	b, err := k.open(toPreferences, token)
	if err != nil || len(b) != 24 {
		return "", ErrLinkUnknown
	}
	if !now.Before(time.Unix(int64(binary.BigEndian.Uint64(b[16:])), 0)) {
		return "", ErrLinkExpired
	}
	return contact.ID(idOf(b[:16])), nil
}

// Unsubscribe is the link that ends mail for a purpose, every marketing purpose when
// it is empty. It never expires: taking a consent back has no term (Art. 7(3)).
func (k Links) Unsubscribe(id contact.ID, p processing.PurposeID) string {
	return k.sign(toUnsubscribe, append(idBytes(string(id)), p...))
}

// OpenUnsubscribe reads a link made by Unsubscribe.
func (k Links) OpenUnsubscribe(token string) (contact.ID, processing.PurposeID, error) {
	b, err := k.open(toUnsubscribe, token)
	if err != nil || len(b) < 16 {
		return "", "", ErrLinkUnknown
	}
	return contact.ID(idOf(b[:16])), processing.PurposeID(b[16:]), nil
}

// Answer is the link in a re-permission mail.
func (k Links) Answer(run RunID, id contact.ID) string {
	return k.sign(toAnswer, append(idBytes(string(run)), idBytes(string(id))...))
}

// OpenAnswer reads a link made by Answer.
func (k Links) OpenAnswer(token string) (RunID, contact.ID, error) {
	b, err := k.open(toAnswer, token)
	if err != nil || len(b) != 32 {
		return "", "", ErrLinkUnknown
	}
	return RunID(idOf(b[:16])), contact.ID(idOf(b[16:])), nil
}

// AddressKey is what a mail address is recognised by without being kept in the clear.
func (k Links) AddressKey(address string) string {
	m := hmac.New(sha256.New, k.key)
	m.Write([]byte("address\x00" + strings.ToLower(strings.TrimSpace(address))))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:18])
}
