package web

import (
	"errors"
	"html/template"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/account"
	"clepsydra/internal/fault"
	"clepsydra/internal/firm"
	"clepsydra/internal/locale"
	"clepsydra/internal/workflow"
)

// Named refusals of the forms in this package.
var (
	errRepeat     = fault.New(fault.Invalid, "account.password_differs").At("repeat")
	errSameEmail  = fault.New(fault.Invalid, "setup.same_email")
	errNoCustomer = fault.New(fault.Invalid, "setup.languages_missing").At("languages")
)

func (s *Server) setupRoutes() []Route {
	return []Route{
		{Method: fiber.MethodGet, Path: "/setup/:token", Needs: Public, Handle: showSetup},
		{Method: fiber.MethodPost, Path: "/setup/:token", Needs: Public, Handle: setUp},
	}
}

// setupPage is what the first form asks, as it was typed.
type setupPage struct {
	Token      string
	Firm       firm.Firm
	Lead       account.Account
	Deputy     account.Account
	LastResort account.Account
	choices
}

// choices are what selects offer.
type choices struct {
	Countries []string
	Groups    []authorityGroup
}

// authorityGroup are the authorities of one country.
type authorityGroup struct {
	Country string
	All     []workflow.Authority
}

func (s *Server) choices() choices {
	out := choices{Countries: firm.Countries()}
	for _, country := range out.Countries {
		out.Groups = append(out.Groups, authorityGroup{country, s.d.Packs.AuthoritiesOf(country)})
	}
	return out
}

// offers reports whether a firm can choose an authority: only those of countries that
// a firm can be in, whose regime the packs have.
func (c choices) offers(id string) bool {
	for _, g := range c.Groups {
		for _, a := range g.All {
			if a.ID == id {
				return true
			}
		}
	}
	return false
}

// SpeaksTo reports whether customers are written to in a language.
func (p setupPage) SpeaksTo(lang string) bool { return slices.Contains(p.Firm.Languages, lang) }

func showSetup(v *Visit) error {
	if v.Firm.Name != "" {
		return v.Redirect("/sign-in")
	}
	token := v.C.Params("token")
	if err := v.S.d.Accounts.CheckSetup(v.Ctx(), token); err != nil {
		return err
	}
	return v.Page("setup", setupPage{
		Token: token, choices: v.S.choices(),
		Firm: firm.Firm{Country: "BE", Language: v.P.Lang(), Languages: []string{v.P.Lang()}, Size: "micro", Sector: "private"},
	})
}

func (v *Visit) person(prefix string, role account.Role) account.Account {
	return account.Account{Name: v.Form(prefix + "_name"), Email: strings.ToLower(v.Form(prefix + "_email")), Role: role, Language: v.P.Lang()}
}

// readFirm takes the fields that the setup and the settings share.
func (v *Visit) readFirm(f *firm.Firm) {
	f.Name, f.Street, f.Postcode, f.City = v.Form("name"), v.Form("street"), v.Form("postcode"), v.Form("city")
	f.Country, f.CompanyNumber = v.Form("country"), v.Form("company_number")
	f.Zone = firm.ZoneOf(f.Country)
	f.Language = v.Form("language")
	f.Languages = slices.DeleteFunc(v.FormAll("languages"), func(l string) bool { return !locale.Known(l) })
	f.Sector, f.Size = v.Form("sector"), v.Form("size")
	f.Email, f.Phone, f.Website = v.Form("firm_email"), v.Form("firm_phone"), v.Form("website")
}

func setUp(v *Visit) error {
	in := setupPage{
		Token: v.C.Params("token"), choices: v.S.choices(), Lead: v.person("lead", account.Administrator),
		Deputy: v.person("deputy", account.Manager), LastResort: v.person("last", account.Manager),
	}
	v.readFirm(&in.Firm)
	in.Firm.AuthorityID, in.Firm.BaseURL = v.Form("authority"), v.origin()
	if of := v.S.d.Packs.AuthoritiesOf(in.Firm.Country); in.Firm.AuthorityID == "" && len(of) > 0 {
		in.Firm.AuthorityID = of[0].ID
	}
	refuse := func(err error) error {
		in.Firm.AuthorityID = v.Form("authority") // the usual one goes with the country that is chosen next
		return v.Again("setup", in, err)
	}
	password := v.C.FormValue("password")
	if err := in.check(v, password); err != nil {
		return refuse(err)
	}
	done, err := v.S.d.Accounts.Setup(v.Ctx(), in.Token, account.SetupInput{
		Firm: in.Firm, Lead: in.Lead, Password: password, Deputy: in.Deputy, LastResort: in.LastResort,
	})
	if errors.Is(err, account.ErrLink) {
		return err
	}
	if err != nil {
		return refuse(err)
	}
	secret, err := v.S.d.Accounts.StartSession(v.Ctx(), done.Lead, v.C.Get(fiber.HeaderUserAgent))
	if err != nil {
		return err
	}
	if err := v.enter(secret); err != nil {
		return err
	}
	if v.Firm, err = v.S.house.get(v.Ctx(), v.S.d); err != nil {
		return err
	}
	report := v.Link(v.ReportPath())
	code, err := qrCode(report, v.P.T("settings.qr_alt", nil))
	if err != nil {
		return err
	}
	return v.Page("setup_done", setupDone{Invites: v.inviteLinks(done.Invites, in.Deputy, in.LastResort), Report: report, QR: code})
}

// check gathers everything that is wrong, so that nobody mends a form twice.
func (p *setupPage) check(v *Visit, password string) error {
	var l fault.List
	add := func(err error, prefix string) {
		for _, f := range fault.All(err) {
			if prefix != "" && f.Field != "password" {
				f = f.At(prefix + f.Field)
			}
			l.Add(f)
		}
	}
	add(p.Firm.Check(), "")
	if p.Firm.AuthorityID != "" && !p.offers(p.Firm.AuthorityID) {
		l.Add(errAuthority)
	}
	if len(p.Firm.Languages) == 0 {
		l.Add(errNoCustomer)
	}
	add(p.Lead.Check(), "lead_")
	add(account.CheckPassword(password, p.Lead), "")
	if password != v.C.FormValue("repeat") {
		l.Add(errRepeat)
	}
	for _, other := range []struct {
		prefix string
		who    *account.Account
	}{{"deputy_", &p.Deputy}, {"last_", &p.LastResort}} {
		prefix, who := other.prefix, other.who
		if who.Name == "" && who.Email == "" {
			continue
		}
		add(who.Check(), prefix)
		if who.Email != "" && who.Email == p.Lead.Email {
			l.Add(errSameEmail.At(prefix + "email"))
		}
	}
	return l.OrNil()
}

// setupDone shows what must be handed on: it is shown once.
type setupDone struct {
	Invites []inviteLink
	Report  string
	QR      template.HTML
}

type inviteLink struct{ Name, Email, Link string }

func (v *Visit) inviteLinks(secrets map[string]string, people ...account.Account) []inviteLink {
	var out []inviteLink
	for _, p := range people {
		secret, ok := secrets[p.Email]
		if !ok || slices.ContainsFunc(out, func(l inviteLink) bool { return l.Email == p.Email }) {
			continue
		}
		out = append(out, inviteLink{p.Name, p.Email, v.Link("/invite/" + secret)})
	}
	return out
}
