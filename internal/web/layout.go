package web

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/account"
)

// Theme is light, dark, or auto: as the visitor's system says.
func (v *Visit) Theme() string {
	if theme := v.C.Cookies(v.S.cookieName(themeCookie)); theme == "light" || theme == "dark" {
		return theme
	}
	return "auto"
}

// Here is where a choice made in the header leads back to. A page that answers a
// form is asked for anew at its own address.
func (v *Visit) Here() string {
	if v.C.Method() != fiber.MethodGet {
		return localPath(v.C.Path())
	}
	return localPath(v.C.OriginalURL())
}

// At reports whether the page belongs to a section of the menu.
func (v *Visit) At(section string) bool {
	return v.Path() == section || strings.HasPrefix(v.Path(), section+"/")
}

// Home is the first page of whoever is there.
func (v *Visit) Home() string {
	if v.Is(account.SeeBoard) {
		return "/"
	}
	return "/me"
}

// Link is the full address of a local path, as it is given to others.
func (v *Visit) Link(path string) string { return v.origin() + path }

// origin is how people reach the program: as the settings say, else as this
// visitor did.
func (v *Visit) origin() string {
	if v.Firm.BaseURL != "" {
		return strings.TrimSuffix(v.Firm.BaseURL, "/")
	}
	if v.S.d.Secure {
		return "https://" + string(v.C.Context().Host())
	}
	return "http://" + string(v.C.Context().Host())
}

// ReportPath is where a leak is reported; empty before the setup.
func (v *Visit) ReportPath() string {
	if v.Firm.ReportToken == "" {
		return ""
	}
	return "/report/" + v.Firm.ReportToken
}
