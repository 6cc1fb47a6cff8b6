package web

import (
	"errors"
	"log/slog"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/fault"
	"clepsydra/internal/locale"
)

// statusOf maps a kind to its HTTP status. This is the only place that does.
func statusOf(k fault.Kind) int {
	switch k {
	case "":
		return fiber.StatusOK
	case fault.Invalid:
		return fiber.StatusUnprocessableEntity
	case fault.Unauthorized:
		return fiber.StatusUnauthorized
	case fault.Forbidden:
		return fiber.StatusForbidden
	case fault.NotFound:
		return fiber.StatusNotFound
	case fault.Conflict:
		return fiber.StatusConflict
	case fault.TooLarge:
		return fiber.StatusRequestEntityTooLarge
	case fault.TooMany:
		return fiber.StatusTooManyRequests
	case fault.Unavailable:
		return fiber.StatusServiceUnavailable
	}
	return fiber.StatusInternalServerError
}

// kindOf finds the kind of any error, also of those that the HTTP machinery makes
// before a handler is reached.
func kindOf(err error) fault.Kind {
	var e *fiber.Error
	if !errors.As(err, &e) {
		return fault.KindOf(err)
	}
	switch e.Code {
	case fiber.StatusNotFound, fiber.StatusMethodNotAllowed:
		return fault.NotFound
	case fiber.StatusRequestEntityTooLarge:
		return fault.TooLarge
	case fiber.StatusTooManyRequests:
		return fault.TooMany
	}
	if e.Code >= 400 && e.Code < 500 {
		return fault.Invalid
	}
	return fault.Internal
}

// statusOfError is that of the kind, or what the HTTP machinery said about a
// request that it could not read.
func statusOfError(k fault.Kind, err error) int {
	var e *fiber.Error
	if errors.As(err, &e) && e.Code >= 400 && e.Code < 500 {
		return e.Code
	}
	return statusOf(k)
}

// failed answers an error: with a page, a fragment or JSON, in the visitor's
// language. What a library said goes to the log and nowhere else.
func (s *Server) failed(c *fiber.Ctx, err error) error {
	kind := kindOf(err)
	if requestOf(c) == "" { // refused before any handler, such as a body that is too large
		id := requestID()
		c.Locals(requestKey, id)
		s.setHeaders(c, id)
	}
	s.report(c, kind, err)
	c.Status(statusOfError(kind, err))
	v, visitErr := s.visit(c)
	if visitErr != nil {
		// Without the database nobody is recognised, but an answer is still due.
		v = &Visit{C: c, S: s, Now: s.d.Clock().UTC()}
		v.P = s.d.Locale.For(locale.Negotiate("", c.Get(fiber.HeaderAcceptLanguage), ""), "", nil)
	}
	switch {
	case kind == fault.Unauthorized && s.askToSignIn(v):
		return nil
	case strings.HasPrefix(c.Get(fiber.HeaderAccept), fiber.MIMEApplicationJSON):
		return c.JSON(fiber.Map{"kind": kind, "error": v.wordsFor(kind, err), "request": c.Locals(requestKey)})
	case v.IsFragment():
		c.Set("HX-Retarget", "#alerts")
		c.Set("HX-Reswap", "innerHTML")
		return v.Part("fault", failure{Kind: kind, Text: v.wordsFor(kind, err)})
	}
	return v.Page("fault", failure{Kind: kind, Status: c.Response().StatusCode(), Text: v.wordsFor(kind, err), Request: requestOf(c)})
}

// failure is what the error page shows.
type failure struct {
	Kind    fault.Kind
	Status  int
	Text    string
	Request string
}

func requestOf(c *fiber.Ctx) string {
	id, _ := c.Locals(requestKey).(string)
	return id
}

// wordsFor is the fault's own text, or for anything else the general one.
func (v *Visit) wordsFor(kind fault.Kind, err error) string {
	if len(fault.All(err)) > 0 {
		return v.P.Fault(err)
	}
	return v.P.T("fault."+string(kind)+"_text", nil)
}

func (s *Server) report(c *fiber.Ctx, kind fault.Kind, err error) {
	level := slog.LevelInfo
	if kind == fault.Internal || kind == fault.Unavailable {
		level = slog.LevelError
	}
	s.d.Log.Log(c.UserContext(), level, "refused", slog.String("id", requestOf(c)), slog.String("kind", string(kind)),
		slog.String("route", c.Route().Path), slog.String("error", err.Error()))
}

// askToSignIn sends somebody who is not signed in to the sign-in page, which
// leads back to where he wanted to go. It reports whether it answered.
func (s *Server) askToSignIn(v *Visit) bool {
	if strings.HasPrefix(v.C.Get(fiber.HeaderAccept), fiber.MIMEApplicationJSON) || v.C.Path() == "/events" || v.C.Locals(machineKey) != nil {
		return false
	}
	to := "/sign-in"
	if v.C.Method() == fiber.MethodGet && !v.IsFragment() && v.C.Path() != "/" {
		to += "?next=" + url.QueryEscape(localPath(v.C.OriginalURL()))
	}
	if v.IsFragment() {
		v.C.Set("HX-Redirect", to)
		v.C.Status(fiber.StatusUnauthorized)
		return v.C.SendString("") == nil
	}
	return v.C.Redirect(to, fiber.StatusSeeOther) == nil
}

// Errors are the reasons why a form was refused, by field.
type Errors struct {
	p       *locale.Printer
	byField map[string][]string
}

func newErrors(p *locale.Printer, err error) Errors {
	e := Errors{p: p, byField: map[string][]string{}}
	for _, f := range faultsOf(err) {
		e.byField[f.Field] = append(e.byField[f.Field], p.T(f.Key, f.Args))
	}
	return e
}

// Of returns the reasons of one field; those of the whole form for "".
func (e Errors) Of(field string) []string { return e.byField[field] }

// Any reports whether the form was refused.
func (e Errors) Any() bool { return len(e.byField) > 0 }

// faultsOf returns every fault in an error, also when several checks were joined
// and each found something.
func faultsOf(err error) []*fault.Error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var out []*fault.Error
		for _, one := range joined.Unwrap() {
			out = append(out, faultsOf(one)...)
		}
		return out
	}
	return fault.All(err)
}
