package web

import (
	"bytes"
	"fmt"
	"log/slog"
	"net"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
)

// policy is what a page may do: use its own scripts, styles and pictures, and
// nothing else. There is no inline script and no inline style anywhere.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
	"connect-src 'self'; font-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

const requestKey = "request"

// everyRequest gives the request a name, sets the headers of safety, catches
// panics, answers errors and writes one line to the log: the route, not the
// address, which may hold a secret.
func (s *Server) everyRequest(c *fiber.Ctx) error {
	started := time.Now()
	id := requestID()
	c.Locals(requestKey, id)
	s.setHeaders(c, id)
	withoutNUL(c)
	err := s.guarded(c)
	if err != nil {
		if err = s.failed(c, err); err != nil {
			return err
		}
	}
	s.d.Log.Info("request", slog.String("id", id), slog.String("method", c.Method()), slog.String("route", c.Route().Path),
		slog.Int("status", c.Response().StatusCode()), slog.Duration("took", time.Since(started)))
	return nil
}

func requestID() string {
	id, err := uuid.NewV7()
	if err != nil {
		return "none"
	}
	return id.String()
}

func (s *Server) setHeaders(c *fiber.Ctx, id string) {
	c.Set("X-Request-Id", id)
	c.Set(fiber.HeaderContentSecurityPolicy, policy)
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderReferrerPolicy, "no-referrer")
	c.Set(fiber.HeaderXFrameOptions, "DENY")
	c.Set("Cross-Origin-Opener-Policy", "same-origin")
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
	c.Set(fiber.HeaderPermissionsPolicy, "camera=(), microphone=(), geolocation=(), payment=(), usb=()")
	c.Set(fiber.HeaderCacheControl, "private, no-cache")
	if s.d.Secure {
		c.Set(fiber.HeaderStrictTransportSecurity, "max-age=31536000")
	}
}

// withoutNUL takes the character that no database keeps out of typed forms and
// addresses. No keyboard writes it; a program that sends it loses nothing.
func withoutNUL(c *fiber.Ctx) {
	nul := []byte("%00")
	if bytes.HasPrefix(c.Request().Header.ContentType(), []byte(fiber.MIMEApplicationForm)) && bytes.Contains(c.Body(), nul) {
		c.Request().SetBody(bytes.ReplaceAll(c.Body(), nul, nil))
	}
	if query := c.Context().URI().QueryString(); bytes.Contains(query, nul) {
		c.Context().URI().SetQueryStringBytes(bytes.ReplaceAll(query, nul, nil))
	}
}

// guarded runs the rest of the chain and turns a panic into an error. Its stack
// is for the log only.
func (s *Server) guarded(c *fiber.Ctx) (err error) {
	defer func() {
		if r := recover(); r != nil {
			s.d.Log.Error("panic", slog.Any("request", c.Locals(requestKey)), slog.String("route", c.Route().Path),
				slog.String("what", fmt.Sprint(r)), slog.String("stack", string(debug.Stack())))
			err = fmt.Errorf("web: panic: %v", r)
		}
	}()
	return c.Next()
}

// Address is where the visitor comes from. Behind a proxy it is the last address
// in the proxy's header: those before it are the visitor's own claims.
func (v *Visit) Address() string {
	if v.S.d.Proxy != "" {
		all := strings.Split(v.C.Get(v.S.d.Proxy), ",")
		if ip := net.ParseIP(strings.TrimSpace(all[len(all)-1])); ip != nil {
			return ip.String()
		}
	}
	return v.C.Context().RemoteIP().String()
}
