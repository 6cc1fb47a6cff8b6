package web

import (
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"
)

// showHealth tells a supervisor how the program is: 200, or 503 when a legal
// reminder is late or the database does not answer. It says nothing about cases
// or people.
func (s *Server) showHealth(v *Visit) error {
	started := time.Now()
	h := s.d.Health(v.Ctx())
	h.Took = time.Since(started)
	if h.Red {
		v.C.Status(fiber.StatusServiceUnavailable)
	}
	v.C.Set(fiber.HeaderCacheControl, "no-store")
	return v.C.JSON(h)
}

// slackClicked takes a click from the chat. Its proof is the signature over the
// raw body, so nothing of it is parsed here.
func (s *Server) slackClicked(v *Visit) error {
	header := http.Header{}
	v.C.Request().Header.VisitAll(func(key, value []byte) { header.Add(string(key), string(value)) })
	reply, err := s.d.Inbound.SlackClick(v.Ctx(), header, v.C.Body())
	if err != nil {
		return err
	}
	return v.C.SendString(reply)
}
