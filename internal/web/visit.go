package web

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/account"
	"clepsydra/internal/fault"
	"clepsydra/internal/firm"
	"clepsydra/internal/journal"
	"clepsydra/internal/locale"
)

// Visit is one request and who makes it. Account and Session are empty when
// nobody is signed in, Firm before the setup. Now is read once, in UTC.
type Visit struct {
	C       *fiber.Ctx
	S       *Server
	P       *locale.Printer
	Account account.Account
	Session account.Session
	Actor   journal.Actor
	Firm    firm.Firm
	Now     time.Time

	token string // of forms
	flash *flash // from the page before
}

// Ctx is the context of the request.
func (v *Visit) Ctx() context.Context { return v.C.UserContext() }

// Is reports whether the visitor may do p.
func (v *Visit) Is(p account.Permission) bool {
	return v.Account.ID != "" && (p == SignedIn || v.Account.Role.Can(p))
}

// IsFragment reports whether htmx asks for a part of a page. A boosted link asks
// for a whole one.
func (v *Visit) IsFragment() bool { return isFragment(v.C) }

func isFragment(c *fiber.Ctx) bool {
	return c.Get("HX-Request") == "true" && c.Get("HX-Boosted") != "true"
}

// Path is the path of the page.
func (v *Visit) Path() string { return v.C.Path() }

// visit finds out who is there. It answers even when nobody is, or before the
// setup.
func (s *Server) visit(c *fiber.Ctx) (*Visit, error) {
	if v, ok := c.Locals(visitKey).(*Visit); ok {
		return v, nil
	}
	v := &Visit{C: c, S: s, Now: s.d.Clock().UTC().Truncate(time.Microsecond)}
	var err error
	if v.Firm, err = s.house.get(v.Ctx(), s.d); err != nil && !errors.Is(err, firm.ErrNotSetUp) {
		return nil, err
	}
	if err := v.recognise(); err != nil {
		return nil, err
	}
	lang := locale.Negotiate(v.chosenLanguage(), c.Get(fiber.HeaderAcceptLanguage), v.Firm.Language)
	v.P = s.d.Locale.For(lang, v.Firm.Country, v.Firm.Location())
	v.flash = v.takeFlash()
	c.Locals(visitKey, v)
	return v, nil
}

const visitKey = "visit"

// recognise reads the session's cookie.
func (v *Visit) recognise() error {
	secret := v.C.Cookies(v.S.cookieName(sessionCookie))
	if secret == "" {
		return nil
	}
	session, who, err := v.S.d.Accounts.Session(v.Ctx(), secret)
	if fault.KindOf(err) == fault.Unauthorized || fault.KindOf(err) == fault.NotFound {
		return nil
	}
	if err != nil {
		return fmt.Errorf("web: session: %w", err)
	}
	v.Session, v.Account = session, who
	v.Actor = journal.Actor{Kind: journal.ByAccount, ID: string(who.ID)}
	return nil
}

// chosenLanguage is the visitor's own choice: that of this browser, else that of
// his account.
func (v *Visit) chosenLanguage() string {
	if lang := v.C.Cookies(v.S.cookieName(languageCookie)); locale.Known(lang) {
		return lang
	}
	return v.Account.Language
}

// Page answers with templates/pages/<name>.html inside the layout.
func (v *Visit) Page(name string, data any) error {
	return v.render(name, data, Errors{})
}

// Part answers with templates/partials/<name>.html alone.
func (v *Visit) Part(name string, data any) error {
	return v.S.views.part(v, name, Shown{V: v, D: data, Errors: Errors{p: v.P}})
}

// Again shows a form that was refused once more, with what was typed and the
// reasons beside the fields. An error that is no fault of the input is passed on.
func (v *Visit) Again(name string, data any, err error) error {
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Conflict, fault.TooLarge:
	case fault.Unauthorized:
		if !errors.Is(err, account.ErrSignIn) {
			return err
		}
	case fault.TooMany:
		v.C.Set(fiber.HeaderRetryAfter, "60")
	default:
		return err
	}
	v.C.Status(statusOf(fault.KindOf(err)))
	return v.render(name, data, newErrors(v.P, err))
}

func (v *Visit) render(name string, data any, errs Errors) error {
	errs.p = v.P
	return v.S.views.page(v, name, Shown{V: v, D: data, Errors: errs})
}

// Redirect sends the browser to another page of ours with 303. Anything but a
// local path becomes the first page.
func (v *Visit) Redirect(path string) error {
	path = localPath(path)
	if v.IsFragment() {
		v.C.Set("HX-Redirect", path)
		return v.C.SendStatus(fiber.StatusNoContent)
	}
	return v.C.Redirect(path, fiber.StatusSeeOther)
}

// localPath returns a path that stays on this server: no scheme, no host, no
// control characters, none of the ways browsers read a backslash.
func localPath(path string) string {
	u, err := url.Parse(path)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || !strings.HasPrefix(path, "/") ||
		strings.HasPrefix(path, "//") || strings.ContainsFunc(path, func(r rune) bool { return r < ' ' || r == '\\' || r == 0x7f }) {
		return "/"
	}
	return path
}

// Form returns one field of the form, without blanks around it.
func (v *Visit) Form(field string) string { return strings.TrimSpace(v.C.FormValue(field)) }

// FormAll returns every value of a field, such as of ticked boxes.
func (v *Visit) FormAll(field string) []string {
	if form, err := v.C.MultipartForm(); err == nil {
		return form.Value[field]
	}
	var out []string
	for _, b := range v.C.Context().PostArgs().PeekMulti(field) {
		out = append(out, string(b))
	}
	return out
}

// Ticked reports whether a box was ticked.
func (v *Visit) Ticked(field string) bool { return v.Form(field) != "" }

// Download answers with a file that the browser saves and never shows.
func (v *Visit) Download(name, mediaType string, content []byte) error {
	v.C.Set(fiber.HeaderContentType, mediaType)
	v.C.Set(fiber.HeaderContentDisposition, attachment(name))
	v.C.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; sandbox")
	v.C.Set(fiber.HeaderCacheControl, "private, no-store")
	return v.C.Send(content)
}

// attachment writes the header for a file name in any alphabet: a plain form for
// old readers and the full one (RFC 6266).
func attachment(name string) string {
	plain := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || strings.ContainsRune(`"\/%;`, r) {
			return '_'
		}
		return r
	}, name)
	return `attachment; filename="` + plain + `"; filename*=UTF-8''` + strings.ReplaceAll(url.QueryEscape(name), "+", "%20")
}
