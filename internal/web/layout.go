package web

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/account"
	"clepsydra/internal/locale"
)

// NavItem is an entry of the main menu.
type NavItem struct {
	Path, Key, Icon string
	Active          bool
}

// Nav is the main menu: the pages that exist and that the visitor's role may see.
func (v *Visit) Nav() []NavItem {
	if v.Account.ID == "" {
		return nil
	}
	var out []NavItem
	for _, item := range []NavItem{
		{Path: "/board", Key: "web.nav_board", Icon: "layout-dashboard"},
		{Path: "/incidents", Key: "web.nav_incidents", Icon: "flag"},
		{Path: "/contacts", Key: "web.nav_contacts", Icon: "address-book"},
		{Path: "/register", Key: "web.nav_register", Icon: "book"},
		{Path: "/settings", Key: "web.nav_settings", Icon: "settings"},
	} {
		needs, exists := v.S.opens[item.Path]
		if !exists || !v.Is(needs) {
			continue
		}
		item.Active = v.Path() == item.Path || strings.HasPrefix(v.Path(), item.Path+"/")
		out = append(out, item)
	}
	return out
}

// Languages are those that can be chosen.
func (v *Visit) Languages() []string { return locale.Languages() }

// Theme is light, dark, or auto: as the visitor's system says.
func (v *Visit) Theme() string {
	if theme := v.C.Cookies(v.S.cookieName(themeCookie)); theme == "light" || theme == "dark" {
		return theme
	}
	return "auto"
}

// Back is where a choice made in the header leads back to.
func (v *Visit) Back() string {
	if v.C.Method() != fiber.MethodGet {
		return localPath(v.C.Path())
	}
	return localPath(v.C.OriginalURL())
}

// ReportPath is where a leak is reported; empty before the setup.
func (v *Visit) ReportPath() string {
	if v.Account.ID == "" || v.Firm.ReportToken == "" {
		return ""
	}
	return reportPath(v.Firm.ReportToken)
}

func reportPath(token string) string { return "/r/" + token }

// home is the first page of whoever is there.
func (v *Visit) home() string {
	if needs, exists := v.S.opens["/board"]; exists && v.Is(needs) {
		return "/board"
	}
	return "/me"
}

func (s *Server) publicRoutes() []Route {
	return []Route{
		{Method: fiber.MethodGet, Path: "/", Needs: SignedIn, Handle: func(v *Visit) error { return v.Redirect(v.home()) }},
		{Method: fiber.MethodPost, Path: "/language", Needs: Public, Handle: chooseLanguage},
		{Method: fiber.MethodPost, Path: "/theme", Needs: Public, Handle: chooseTheme},
		{Method: fiber.MethodGet, Path: "/health", Needs: Public, Handle: s.showHealth},
		{Method: fiber.MethodPost, Path: "/slack/actions", Needs: Public, Machine: true, Handle: s.slackClicked},
	}
}

func chooseLanguage(v *Visit) error {
	if lang := v.Form("language"); locale.Known(lang) {
		v.setCookie(languageCookie, lang, choiceAge)
	}
	return v.Redirect(v.Form("back"))
}

func chooseTheme(v *Visit) error {
	switch theme := v.Form("theme"); theme {
	case "light", "dark":
		v.setCookie(themeCookie, theme, choiceAge)
	case "auto":
		v.dropCookie(themeCookie)
	}
	return v.Redirect(v.Form("back"))
}

// opened remembers which pages exist and what they need, for the menu.
func opened(routes []Route) map[string]account.Permission {
	out := map[string]account.Permission{}
	for _, r := range slices.Backward(routes) {
		if r.Method == fiber.MethodGet {
			out[r.Path] = r.Needs
		}
	}
	return out
}
