package web

import (
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/contact"
	"clepsydra/internal/fault"
	"clepsydra/internal/stewardship"
)

var errPreferencesPace = fault.New(fault.TooMany, "preferences.too_many")

// preferencesRoutes: somebody of the customer file himself. The link is the key; see
// Route.Machine for why its forms carry no token.
func (s *Server) preferencesRoutes() []Route {
	get, post := fiber.MethodGet, fiber.MethodPost
	return []Route{
		{Method: get, Path: "/preferences", Needs: Public, Handle: askPreferences},
		{Method: post, Path: "/preferences", Needs: Public, Handle: sendPreferences, Machine: true},
		{Method: get, Path: "/p/:token", Needs: Public, Handle: showPreferences},
		{Method: post, Path: "/p/:token", Needs: Public, Handle: choosePreferences, Machine: true},
		{Method: post, Path: "/p/:token/correct", Needs: Public, Handle: correctMyself, Machine: true},
		{Method: get, Path: "/p/:token/data/:format", Needs: Public, Handle: exportMyself},
		{Method: get, Path: "/p/:token/erase", Needs: Public, Handle: askErase},
		{Method: post, Path: "/p/:token/erase", Needs: Public, Handle: eraseMyself, Machine: true},
		{Method: get, Path: "/u/:token", Needs: Public, Handle: showUnsubscribe},
		{Method: post, Path: "/u/:token", Needs: Public, Handle: unsubscribe, Machine: true},
		{Method: get, Path: "/keep/:token", Needs: Public, Handle: showKeep},
		{Method: post, Path: "/keep/:token", Needs: Public, Handle: keep, Machine: true},
	}
}

// askPage asks for the address to which the link goes.
type askPage struct {
	Once  string
	Email string
	Sent  bool
	Hours int
}

func askPreferences(v *Visit) error {
	return v.Page("preferences_ask", askPage{Once: onceKey(), Sent: v.C.Query("sent") != "", Hours: v.S.d.Signups.Terms().PreferenceHours})
}

// sendPreferences answers the same for every address.
func sendPreferences(v *Visit) error {
	page := askPage{Once: v.Form("once"), Email: v.Form("email"), Hours: v.S.d.Signups.Terms().PreferenceHours}
	if !onceShape.MatchString(page.Once) {
		page.Once = onceKey()
	}
	if v.Form(trapField) != "" {
		return v.Redirect("/preferences?sent=1")
	}
	if !v.S.signups.allow(v.Address(), v.Now) {
		return v.Again("preferences_ask", page, errPreferencesPace)
	}
	if err := v.S.d.Signups.AskForPreferences(v.Ctx(), page.Email, v.P.Lang(), page.Once); err != nil {
		return v.Again("preferences_ask", page, err)
	}
	return v.Redirect("/preferences?sent=1")
}

// preferencesPage is everything somebody may see and decide about himself.
type preferencesPage struct {
	Token  string
	P      stewardship.Preferences
	Inputs []signupInput // to correct oneself; none when that is not possible
	Seen   string
	Open   bool // a correction was refused
}

// ownValue is one value that is kept, with its name.
type ownValue struct{ Label, Value string }

// Fields lists what is kept about the person.
func (p preferencesPage) Fields(v *Visit) []ownValue {
	var out []ownValue
	for _, f := range stewardship.ShownFields(p.P.Contact) {
		label, value := string(f.Field), f.Value
		if f.Field == contact.FieldLanguage {
			value = v.P.T("language."+value, nil)
		}
		for _, declared := range p.P.Record.Fields {
			if declared.Key == f.Field && f.Field.IsOwn() {
				label = declared.Label.In(v.P.Lang(), v.Firm.Country)
			}
		}
		if !f.Field.IsOwn() {
			label = v.P.T("signup.field_"+label, nil)
		}
		out = append(out, ownValue{label, value})
	}
	return out
}

// How is how the firm is reached.
func (preferencesPage) How(v *Visit) string {
	ways := []string{v.Firm.Email, v.Firm.Phone}
	return strings.Join(slices.DeleteFunc(ways, func(s string) bool { return s == "" }), " · ")
}

func (v *Visit) preferencesPage() (preferencesPage, error) {
	p, err := v.S.d.Signups.Preferences(v.Ctx(), v.C.Params("token"), v.P.Lang())
	page := preferencesPage{Token: v.C.Params("token"), P: p, Seen: p.Contact.UpdatedAt.Format(time.RFC3339Nano)}
	if err == nil {
		page.Inputs = v.correctInputs(p)
	}
	return page, err
}

func showPreferences(v *Visit) error {
	page, err := v.preferencesPage()
	if err != nil {
		return v.linkGone(err)
	}
	v.C.Set(fiber.HeaderCacheControl, "private, no-store")
	return v.Page("preferences", page)
}

// choosePreferences keeps the choices, or takes everything back at once.
func choosePreferences(v *Visit) error {
	token := v.C.Params("token")
	var err error
	if v.Form("do") == "stop" {
		err = v.S.d.Signups.StopAll(v.Ctx(), token)
	} else {
		err = v.S.d.Signups.Choose(v.Ctx(), token, v.P.Lang(), v.FormAll("shown"), v.FormAll("on"))
	}
	if err != nil {
		return v.linkGone(err)
	}
	v.Flash("preferences.saved", nil)
	return v.Redirect("/p/" + token)
}

// exportMyself gives somebody his own data, for people and for machines (Art. 20).
func exportMyself(v *Visit) error {
	name, media, content, err := v.S.d.Signups.MyData(v.Ctx(), v.C.Params("token"), v.C.Params("format"))
	if err != nil {
		return v.linkGone(err)
	}
	return v.Download(name, media, content)
}

func askErase(v *Visit) error {
	if _, err := v.S.d.Signups.Who(v.Ctx(), v.C.Params("token")); err != nil {
		return v.linkGone(err)
	}
	return v.Page("note", note{
		Title: v.P.T("preferences.erase_title", nil), Text: []string{v.P.T("preferences.erase_text", map[string]any{"Firm": v.Firm.Name}), v.P.T("preferences.erase_keep", nil)},
		Action: "/p/" + v.C.Params("token") + "/erase", Buttons: []noteButton{{v.P.T("preferences.erase_yes", nil), "erase", true}},
		Link: "/p/" + v.C.Params("token"), Label: v.P.T("preferences.erase_no", nil),
	})
}

func eraseMyself(v *Visit) error {
	if err := v.S.d.Signups.EraseMyself(v.Ctx(), v.C.Params("token")); err != nil {
		return v.linkGone(err)
	}
	return v.Page("note", note{Title: v.P.T("preferences.erased_title", nil), Done: true, Text: []string{v.P.T("preferences.erased_text", map[string]any{"Firm": v.Firm.Name})}})
}
