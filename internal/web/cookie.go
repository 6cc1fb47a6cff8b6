package web

import (
	"crypto/hmac"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
)

// The cookies. None is read by scripts, all stay on this host.
const (
	sessionCookie  = "session"  // secret of the session
	visitorCookie  = "visitor"  // binds the forms of somebody who is not signed in
	languageCookie = "language" // chosen in this browser
	themeCookie    = "theme"    // light or dark; absent: as the system says
	flashCookie    = "flash"    // one message for the next page
)

const (
	sessionAge = 7 * 24 * time.Hour
	choiceAge  = 365 * 24 * time.Hour
	flashAge   = time.Minute
)

// cookieName adds the prefix with which a browser lets nobody but this very host
// set the cookie, which works over https only.
func (s *Server) cookieName(name string) string {
	if s.d.Secure {
		return "__Host-" + name
	}
	return name
}

// setCookie sets a cookie; age 0 makes it end with the browser, a negative age
// removes it.
func (v *Visit) setCookie(name, value string, age time.Duration) {
	v.C.Cookie(&fiber.Cookie{
		Name: v.S.cookieName(name), Value: value, Path: "/", MaxAge: int(age / time.Second),
		Secure: v.S.d.Secure, HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode, SessionOnly: age == 0,
	})
}

func (v *Visit) dropCookie(name string) {
	v.C.Cookie(&fiber.Cookie{
		Name: v.S.cookieName(name), Path: "/", Expires: time.Unix(1, 0), Secure: v.S.d.Secure,
		HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode,
	})
}

// flash is a message that outlives one redirect.
type flash struct {
	Key  string         `json:"k"`
	Args map[string]any `json:"a,omitempty"`
}

// Flash puts one message on the next page. It holds a translation key and is
// signed, so that nobody can make the page say something of his own.
func (v *Visit) Flash(key string, args map[string]any) {
	b, err := json.Marshal(flash{key, args})
	if err != nil {
		return // a message that cannot be written is not worth failing for
	}
	value := base64.RawURLEncoding.EncodeToString(b)
	v.setCookie(flashCookie, value+"."+v.S.sign(flashCookie, value), flashAge)
}

func (v *Visit) takeFlash() *flash {
	value := v.C.Cookies(v.S.cookieName(flashCookie))
	if value == "" || v.C.Method() != fiber.MethodGet || isFragment(v.C) || v.C.Path() == "/events" {
		return nil
	}
	v.dropCookie(flashCookie)
	value, proof, _ := strings.Cut(value, ".")
	if !hmac.Equal([]byte(proof), []byte(v.S.sign(flashCookie, value))) {
		return nil
	}
	b, err := base64.RawURLEncoding.DecodeString(value)
	var f flash
	if err != nil || json.Unmarshal(b, &f) != nil || !v.P.Has(f.Key) {
		return nil
	}
	return &f
}

// Message is the flash in words; empty when there is none.
func (v *Visit) Message() string {
	if v.flash == nil {
		return ""
	}
	return v.P.T(v.flash.Key, v.flash.Args)
}
