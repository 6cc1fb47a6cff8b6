package request

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"clepsydra/internal/fault"
)

// Use is what a link is for; one made for something else opens nothing.
type Use string

// The uses.
const (
	ForReceipt  Use = "receipt"  // the page of whoever asked, by the form
	ForIdentity Use = "identity" // to the address on file
	ForCopy     Use = "copy"     // of a paper: the copy of the data
)

// Named refusals of a link.
var (
	ErrLinkUnknown = fault.New(fault.NotFound, "rights.link_unknown")
	ErrLinkExpired = fault.New(fault.NotFound, "rights.link_expired")
)

// Token makes a link's secret: what it is for, whose it is, until when, signed with the
// installation's key. A zero until never ends. Nothing of it is stored.
func Token(key []byte, use Use, id string, until time.Time) string {
	end := int64(0)
	if !until.IsZero() {
		end = until.Unix()
	}
	body := id + "." + strconv.FormatInt(end, 36)
	return body + "." + signature(key, use, body)
}

func signature(key []byte, use Use, body string) string {
	m := hmac.New(sha256.New, key)
	m.Write([]byte("request " + string(use) + " " + body))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:18])
}

// Open returns whose link it is. It fails with ErrLinkUnknown for one that was not made
// here for that use, with ErrLinkExpired after its time.
func (u Use) Open(key []byte, token string, now time.Time) (id string, err error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return "", ErrLinkUnknown
	}
	body := parts[0] + "." + parts[1]
	if !hmac.Equal([]byte(parts[2]), []byte(signature(key, u, body))) {
		return "", ErrLinkUnknown
	}
	end, err := strconv.ParseInt(parts[1], 36, 64)
	if err != nil {
		return "", ErrLinkUnknown
	}
	if end != 0 && now.Unix() >= end {
		return "", ErrLinkExpired
	}
	return parts[0], nil
}
