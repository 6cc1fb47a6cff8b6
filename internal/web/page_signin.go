package web

import (
	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/account"
	"clepsydra/internal/firm"
)

// signInRoutes: coming in, going out, and the one-time links of those who were
// invited or lost their password.
func (s *Server) signInRoutes() []Route {
	return []Route{
		{Method: fiber.MethodGet, Path: "/sign-in", Needs: Public, Handle: showSignIn},
		{Method: fiber.MethodPost, Path: "/sign-in", Needs: Public, Handle: signIn},
		{Method: fiber.MethodPost, Path: "/sign-out", Needs: SignedIn, Handle: signOut},
		{Method: fiber.MethodGet, Path: "/invite/:token", Needs: Public, Handle: showInvite},
		{Method: fiber.MethodPost, Path: "/invite/:token", Needs: Public, Handle: acceptInvite},
	}
}

// signInPage is what was typed; the password is never sent back.
type signInPage struct{ Email, Next string }

func showSignIn(v *Visit) error {
	if v.Firm.Name == "" {
		return firm.ErrNotSetUp
	}
	next := localPath(v.C.Query("next"))
	if v.Account.ID != "" {
		return v.Redirect(v.after(next))
	}
	return v.Page("sign_in", signInPage{Next: next})
}

func signIn(v *Visit) error {
	in := signInPage{Email: v.Form("email"), Next: localPath(v.C.FormValue("next"))}
	_, secret, err := v.S.d.Accounts.SignIn(v.Ctx(), in.Email, v.C.FormValue("password"), v.Address(), v.C.Get(fiber.HeaderUserAgent))
	if err != nil {
		return v.Again("sign_in", in, err)
	}
	if err := v.enter(secret); err != nil {
		return err
	}
	return v.Redirect(v.after(in.Next))
}

// after is where somebody goes who just signed in: where he was heading, else his
// first page.
func (v *Visit) after(next string) string {
	if next == "/" {
		return v.Home()
	}
	return next
}

// enter makes the visitor the owner of a session that was just started.
func (v *Visit) enter(secret string) error {
	session, who, err := v.S.d.Accounts.Session(v.Ctx(), secret)
	if err != nil {
		return err
	}
	v.setCookie(sessionCookie, secret, sessionAge)
	v.dropCookie(visitorCookie)
	v.Session, v.Account, v.token = session, who, ""
	return nil
}

// signOut ends the session on the server, not only in the browser, and asks the
// browser to forget pages and half-filled forms.
func signOut(v *Visit) error {
	if err := v.S.d.Accounts.EndSession(v.Ctx(), v.Actor, v.Account.ID, v.Session.ID, ""); err != nil {
		return err
	}
	v.dropCookie(sessionCookie)
	v.C.Set("Clear-Site-Data", `"cache", "storage"`)
	v.Flash("account.signed_out", nil)
	return v.Redirect("/sign-in")
}

type invitePage struct {
	Token string
	Who   account.Account
}

func showInvite(v *Visit) error {
	who, err := v.S.d.Accounts.Invited(v.Ctx(), v.C.Params("token"))
	if err != nil {
		return err
	}
	return v.Page("invite", invitePage{v.C.Params("token"), who})
}

func acceptInvite(v *Visit) error {
	token := v.C.Params("token")
	who, err := v.S.d.Accounts.Invited(v.Ctx(), token)
	if err != nil {
		return err
	}
	password := v.C.FormValue("password")
	if password != v.C.FormValue("repeat") {
		return v.Again("invite", invitePage{token, who}, errRepeat)
	}
	if who, err = v.S.d.Accounts.Accept(v.Ctx(), token, password); err != nil {
		return v.Again("invite", invitePage{token, who}, err)
	}
	secret, err := v.S.d.Accounts.StartSession(v.Ctx(), who, v.C.Get(fiber.HeaderUserAgent))
	if err != nil {
		return err
	}
	if err := v.enter(secret); err != nil {
		return err
	}
	v.Flash("account.welcome", map[string]any{"Name": who.Name})
	return v.Redirect(v.Home())
}
