package web

import (
	"net/mail"
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/account"
	"clepsydra/internal/fault"
	"clepsydra/internal/firm"
)

// Named refusals of the settings.
var (
	errAddress   = fault.New(fault.Invalid, "settings.address_malformed").At("base_url")
	errAuthority = fault.New(fault.Invalid, "settings.authority_unknown").At("authority")
	errPerson    = fault.New(fault.Invalid, "settings.person_unknown")
	errDeputy    = fault.New(fault.Invalid, "settings.deputy_is_lead").At("deputy")
	errEmail     = fault.New(fault.Invalid, "settings.email_malformed")
)

func (s *Server) settingsRoutes() []Route {
	logo := post("/settings/letterhead", saveLogo)
	logo.Upload = true
	return []Route{
		get("/settings", showSettings("settings")), post("/settings", saveFirm),
		get("/settings/people", showSettings("settings_people")), post("/settings/people", savePeople),
		get("/settings/letterhead", showSettings("settings_letterhead")), logo, get("/settings/logo", showLogo),
		get("/settings/report", showReportLink), get("/settings/report/qr.png", downloadQR), post("/settings/report/renew", renewReportLink), get("/settings/poster", showPoster),
		get("/settings/health", showHealthPage),
	}
}

func get(path string, h func(*Visit) error) Route {
	return Route{Method: fiber.MethodGet, Path: path, Needs: account.EditSettings, Handle: h}
}

func post(path string, h func(*Visit) error) Route {
	return Route{Method: fiber.MethodPost, Path: path, Needs: account.EditSettings, Handle: h}
}

// settingsPage is what every settings form shows. Secrets are never in it.
type settingsPage struct {
	Firm     firm.Firm
	HasToken bool
	HasSign  bool
	HasPass  bool
	People   []account.Account
	Steps    []Step // of a test that just ran
	Sent     bool   // a test mail was taken by the server
	TestFor  string
	choices
}

// SpeaksTo reports whether customers are written to in a language.
func (p settingsPage) SpeaksTo(lang string) bool { return slices.Contains(p.Firm.Languages, lang) }

func (v *Visit) settingsPage(f firm.Firm) (settingsPage, error) {
	all, err := v.S.d.Accounts.List(v.Ctx())
	if err != nil {
		return settingsPage{}, err
	}
	page := settingsPage{Firm: f, choices: v.S.choices(), TestFor: v.Account.Email,
		HasToken: f.Slack.BotToken != "", HasSign: f.Slack.SigningSecret != "", HasPass: f.SMTP.Password != ""}
	page.Firm.Slack.BotToken, page.Firm.Slack.SigningSecret, page.Firm.SMTP.Password = "", "", ""
	page.People = slices.DeleteFunc(all, func(a account.Account) bool { return a.IsDisabled() || a.Role == account.Reporter })
	return page, nil
}

func showSettings(name string) func(*Visit) error {
	return func(v *Visit) error {
		page, err := v.settingsPage(v.Firm)
		if err != nil {
			return err
		}
		return v.Page(name, page)
	}
}

// saveAs writes the firm and comes back to the form; a refusal shows it again.
func (v *Visit) saveAs(name, path string, f firm.Firm, bad error) error {
	if bad == nil {
		bad = v.S.d.Accounts.SaveFirm(v.Ctx(), v.Actor, f)
	}
	if bad != nil {
		page, err := v.settingsPage(f)
		if err != nil {
			return err
		}
		return v.Again(name, page, bad)
	}
	v.Flash("web.saved", nil)
	return v.Redirect(path)
}

// fresh reads the firm as it is now, not as it was remembered.
func (v *Visit) fresh() (firm.Firm, error) { return v.S.d.Firms.Get(v.Ctx(), v.S.d.DB.R) }

func saveFirm(v *Visit) error {
	f, err := v.fresh()
	if err != nil {
		return err
	}
	v.readFirm(&f)
	f.BaseURL = strings.TrimSuffix(v.Form("base_url"), "/")
	var l fault.List
	if u, err := url.Parse(f.BaseURL); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		l.Add(errAddress)
	}
	if len(f.Languages) == 0 {
		l.Add(errNoCustomer)
	}
	l.Add(badEmail("firm_email", f.Email))
	for _, e := range fault.All(f.Check()) {
		l.Add(e)
	}
	return v.saveAs("settings", "/settings", f, l.OrNil())
}

func badEmail(field, address string) *fault.Error {
	if address == "" {
		return nil
	}
	if a, err := mail.ParseAddress(address); err != nil || a.Address != address {
		return errEmail.At(field)
	}
	return nil
}

func savePeople(v *Visit) error {
	f, err := v.fresh()
	if err != nil {
		return err
	}
	f.AuthorityID, f.LeadID, f.DeputyID, f.LastResortID = v.Form("authority"), v.Form("lead"), v.Form("deputy"), v.Form("last_resort")
	f.DPOName, f.DPOEmail, f.DPOPhone = v.Form("dpo_name"), v.Form("dpo_email"), v.Form("dpo_phone")
	f.ContactPoint = firm.ContactPoint{Name: v.Form("point_name"), Email: v.Form("point_email"), Phone: v.Form("point_phone")}
	bad, err := v.badPeople(f)
	if err != nil {
		return err
	}
	return v.saveAs("settings_people", "/settings/people", f, bad)
}

// badPeople says what is wrong with who leads and who stands in. It tells a
// refusal from a failure to look.
func (v *Visit) badPeople(f firm.Firm) (refusal, failure error) {
	page, err := v.settingsPage(f)
	if err != nil {
		return nil, err
	}
	var l fault.List
	if !v.S.choices().offers(f.AuthorityID) {
		l.Add(errAuthority)
	}
	for _, p := range []struct {
		field, id string
		needed    bool
	}{{"lead", f.LeadID, true}, {"deputy", f.DeputyID, false}, {"last_resort", f.LastResortID, false}} {
		known := slices.ContainsFunc(page.People, func(a account.Account) bool { return string(a.ID) == p.id })
		if !known && (p.needed || p.id != "") {
			l.Add(errPerson.At(p.field))
		}
	}
	if f.DeputyID != "" && f.DeputyID == f.LeadID {
		l.Add(errDeputy)
	}
	l.Add(badEmail("dpo_email", f.DPOEmail))
	l.Add(badEmail("point_email", f.ContactPoint.Email))
	return l.OrNil(), nil
}
