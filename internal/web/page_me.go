package web

import (
	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/account"
	"clepsydra/internal/locale"
)

// meRoutes: what everybody may change about himself.
func (s *Server) meRoutes() []Route {
	return []Route{
		{Method: fiber.MethodGet, Path: "/me", Needs: SignedIn, Handle: showMe},
		{Method: fiber.MethodPost, Path: "/me/language", Needs: SignedIn, Handle: changeMyLanguage},
		{Method: fiber.MethodPost, Path: "/me/theme", Needs: SignedIn, Handle: changeMyTheme},
		{Method: fiber.MethodPost, Path: "/me/password", Needs: SignedIn, Handle: changeMyPassword},
		{Method: fiber.MethodPost, Path: "/me/sessions", Needs: SignedIn, Handle: endMySessions},
	}
}

type mePage struct {
	Sessions []account.Session
	Here     string // the session of this browser
}

func (v *Visit) mePage() (mePage, error) {
	all, err := v.S.d.Accounts.Sessions(v.Ctx(), v.Account.ID)
	return mePage{all, v.Session.ID}, err
}

func showMe(v *Visit) error {
	page, err := v.mePage()
	if err != nil {
		return err
	}
	return v.Page("me", page)
}

func changeMyLanguage(v *Visit) error {
	lang, a := v.Form("language"), v.Account
	if !locale.Known(lang) {
		return v.Redirect("/me")
	}
	err := v.S.d.Accounts.Update(v.Ctx(), v.Actor, a.ID, account.Change{
		Name: a.Name, Email: a.Email, Role: a.Role, SlackUserID: a.SlackUserID, Language: lang,
	})
	if err != nil {
		return err
	}
	v.setCookie(languageCookie, lang, choiceAge)
	v.Flash("web.saved", nil)
	return v.Redirect("/me")
}

// changeMyTheme keeps the choice in this browser only: a telephone at night and a
// screen in the shop want different ones.
func changeMyTheme(v *Visit) error {
	switch theme := v.Form("theme"); theme {
	case "light", "dark":
		v.setCookie(themeCookie, theme, choiceAge)
	default:
		v.dropCookie(themeCookie)
	}
	return v.Redirect("/me")
}

func changeMyPassword(v *Visit) error {
	page, err := v.mePage()
	if err != nil {
		return err
	}
	wanted := v.C.FormValue("password")
	if wanted != v.C.FormValue("repeat") {
		return v.Again("me", page, errRepeat)
	}
	if err := v.S.d.Accounts.ChangePassword(v.Ctx(), v.Account, v.Session, v.C.FormValue("present"), wanted); err != nil {
		return v.Again("me", page, err)
	}
	v.Flash("account.password_changed", nil)
	return v.Redirect("/me")
}

func endMySessions(v *Visit) error {
	if err := v.S.d.Accounts.EndSession(v.Ctx(), v.Actor, v.Account.ID, v.Form("session"), v.Session.ID); err != nil {
		return err
	}
	v.Flash("account.sessions_ended", nil)
	return v.Redirect("/me")
}
