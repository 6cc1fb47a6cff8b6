package web

import (
	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/account"
)

func (s *Server) accountRoutes() []Route {
	return []Route{
		{Method: fiber.MethodGet, Path: "/accounts", Needs: account.EditAccounts, Handle: listAccounts},
		{Method: fiber.MethodPost, Path: "/accounts", Needs: account.EditAccounts, Handle: inviteAccount},
		{Method: fiber.MethodGet, Path: "/accounts/:id", Needs: account.EditAccounts, Handle: showAccount},
		{Method: fiber.MethodPost, Path: "/accounts/:id", Needs: account.EditAccounts, Handle: changeAccount},
		{Method: fiber.MethodPost, Path: "/accounts/:id/link", Needs: account.EditAccounts, Handle: linkAccount},
		{Method: fiber.MethodPost, Path: "/accounts/:id/sessions", Needs: account.EditAccounts, Handle: endAccountSessions},
	}
}

// accountsPage lists everybody; New is what was typed to invite somebody, Invite
// the link that was just made.
type accountsPage struct {
	All    []account.Account
	New    account.Account
	Roles  []account.Role
	Invite *inviteLink
}

func (v *Visit) accountsPage() (accountsPage, error) {
	all, err := v.S.d.Accounts.List(v.Ctx())
	return accountsPage{All: all, Roles: account.Roles(), New: account.Account{Role: account.Handler, Language: v.Firm.Language}}, err
}

func listAccounts(v *Visit) error {
	page, err := v.accountsPage()
	if err != nil {
		return err
	}
	return v.Page("accounts", page)
}

func (v *Visit) readAccount() account.Account {
	return account.Account{
		Name: v.Form("name"), Email: v.Form("email"), Role: account.Role(v.Form("role")),
		Language: v.Form("language"), SlackUserID: v.Form("slack_user_id"),
	}
}

func inviteAccount(v *Visit) error {
	in := v.readAccount()
	made, secret, err := v.S.d.Accounts.Invite(v.Ctx(), v.Actor, in)
	page, listErr := v.accountsPage()
	if listErr != nil {
		return listErr
	}
	if err != nil {
		page.New = in
		return v.Again("accounts", page, err)
	}
	page.Invite = &inviteLink{made.Name, made.Email, v.Link("/invite/" + secret)}
	return v.Page("accounts", page)
}

type accountPage struct {
	Who      account.Account
	Roles    []account.Role
	Sessions []account.Session
	Link     *inviteLink
}

func (v *Visit) accountPage() (accountPage, error) {
	id := account.ID(v.C.Params("id"))
	who, err := v.S.d.Accounts.ByID(v.Ctx(), v.S.d.DB.R, id)
	if err != nil {
		return accountPage{}, err
	}
	sessions, err := v.S.d.Accounts.Sessions(v.Ctx(), id)
	return accountPage{Who: who, Roles: account.Roles(), Sessions: sessions}, err
}

func showAccount(v *Visit) error {
	page, err := v.accountPage()
	if err != nil {
		return err
	}
	return v.Page("account", page)
}

func changeAccount(v *Visit) error {
	page, err := v.accountPage()
	if err != nil {
		return err
	}
	in := v.readAccount()
	err = v.S.d.Accounts.Update(v.Ctx(), v.Actor, page.Who.ID, account.Change{
		Name: in.Name, Email: in.Email, Role: in.Role, Language: in.Language, SlackUserID: in.SlackUserID, Disabled: v.Ticked("disabled"),
	})
	if err != nil {
		in.ID, in.DisabledAt = page.Who.ID, page.Who.DisabledAt
		page.Who = in
		return v.Again("account", page, err)
	}
	v.Flash("web.saved", nil)
	return v.Redirect("/accounts")
}

// linkAccount makes a new one-time link for somebody who lost his password. It is
// shown once, to hand on.
func linkAccount(v *Visit) error {
	page, err := v.accountPage()
	if err != nil {
		return err
	}
	secret, err := v.S.d.Accounts.NewLink(v.Ctx(), v.Actor, page.Who.ID)
	if err != nil {
		return err
	}
	page.Sessions = nil
	page.Link = &inviteLink{page.Who.Name, page.Who.Email, v.Link("/invite/" + secret)}
	return v.Page("account", page)
}

func endAccountSessions(v *Visit) error {
	id := account.ID(v.C.Params("id"))
	if err := v.S.d.Accounts.EndSession(v.Ctx(), v.Actor, id, "", v.Session.ID); err != nil {
		return err
	}
	v.Flash("account.sessions_ended", nil)
	return v.Redirect("/accounts/" + string(id))
}
