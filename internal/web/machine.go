package web

import (
	"errors"
	"net/http"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/firm"
	"clepsydra/internal/locale"
)

// publicRoutes: what belongs to no page.
func (s *Server) publicRoutes() []Route {
	return []Route{
		{Method: fiber.MethodGet, Path: "/language/:lang", Needs: Public, Handle: chooseLanguage},
		{Method: fiber.MethodGet, Path: "/health", Needs: Public, Handle: tellHealth},
		{Method: fiber.MethodPost, Path: "/slack/interactions", Needs: Public, Machine: true, Handle: takeClick},
	}
}

// chooseLanguage keeps a choice in this browser and goes back to the page.
func chooseLanguage(v *Visit) error {
	if lang := v.C.Params("lang"); locale.Known(lang) {
		v.setCookie(languageCookie, lang, choiceAge)
	}
	return v.Redirect(v.C.Query("to"))
}

// tellHealth tells a supervisor how the program is: 200, or 503 when a legal
// reminder is late or the database does not answer. Who is not signed in learns
// nothing more than that.
func tellHealth(v *Visit) error {
	h := v.S.d.Health(v.Ctx())
	if h.Red {
		v.C.Status(fiber.StatusServiceUnavailable)
	}
	v.C.Set(fiber.HeaderCacheControl, "no-store")
	if v.Account.ID == "" {
		status := "ok"
		if h.Red {
			status = "red"
		}
		return v.C.JSON(fiber.Map{"status": status})
	}
	return v.C.JSON(fiber.Map{"status": h.Status(), "notes": h.Notes, "facts": h.Facts})
}

type healthPage struct {
	settingsPage
	Health Health
}

func showHealthPage(v *Visit) error {
	page, err := v.settingsPage(v.Firm)
	if err != nil {
		return err
	}
	return v.Page("settings_health", healthPage{page, v.S.d.Health(v.Ctx())})
}

// takeClick takes what the chat sends when somebody presses a button. Its proof is
// the signature over the raw body, so nothing of it is parsed here.
func takeClick(v *Visit) error {
	header := http.Header{}
	for key, value := range v.C.Request().Header.All() {
		header.Add(string(key), string(value))
	}
	reply, err := v.S.d.Inbound.SlackClick(v.Ctx(), header, v.C.Body())
	if errors.Is(err, firm.ErrNotSetUp) {
		return fiber.ErrNotFound
	}
	if err != nil {
		return err
	}
	return v.C.SendString(reply)
}
