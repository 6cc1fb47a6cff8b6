package web

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/fault"
)

// ErrForm refuses a form that does not come from one of our pages, or whose page
// is older than the session.
var ErrForm = fault.New(fault.Forbidden, "web.form_stale")

// Where a form's token travels.
const (
	tokenField  = "csrf"
	tokenHeader = "X-CSRF-Token"
)

// Token is what every form of this visitor carries: that of the session, or for
// somebody who is not signed in one that goes with a random cookie.
func (v *Visit) Token() string {
	if v.token != "" {
		return v.token
	}
	if v.Session.ID != "" {
		v.token = v.Session.CSRF
		return v.token
	}
	secret := v.C.Cookies(v.S.cookieName(visitorCookie))
	if len(secret) < 32 {
		b := make([]byte, 20)
		rand.Read(b) // never fails (crypto/rand)
		secret = hex.EncodeToString(b)
		v.setCookie(visitorCookie, secret, 0)
	}
	v.token = v.S.tokenFor(secret)
	return v.token
}

func (s *Server) tokenFor(secret string) string { return s.sign("form", secret) }

// sign proves that a text was made here for that purpose.
func (s *Server) sign(purpose, text string) string {
	mac := hmac.New(sha256.New, s.d.Key)
	mac.Write([]byte(purpose + " " + text))
	return hex.EncodeToString(mac.Sum(nil)[:20])
}

// checkForm refuses a change that another site sent in the visitor's name: by
// what the browser says about its origin, and by the token.
func (v *Visit) checkForm() error {
	switch v.C.Method() {
	case fiber.MethodGet, fiber.MethodHead, fiber.MethodOptions:
		return nil
	}
	if site := v.C.Get("Sec-Fetch-Site"); site == "cross-site" || site == "same-site" {
		return ErrForm
	}
	want := v.Session.CSRF
	if v.Session.ID == "" {
		secret := v.C.Cookies(v.S.cookieName(visitorCookie))
		if secret == "" {
			return ErrForm
		}
		want = v.S.tokenFor(secret)
	}
	given := v.C.Get(tokenHeader)
	if given == "" {
		given = v.C.FormValue(tokenField)
	}
	if subtle.ConstantTimeCompare([]byte(given), []byte(want)) != 1 {
		return ErrForm
	}
	return nil
}
