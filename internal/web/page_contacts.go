package web

import (
	"net/url"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/account"
	"clepsydra/internal/contact"
	"clepsydra/internal/locale"
)

// contactRoutes: the customer file.
func (s *Server) contactRoutes() []Route {
	get, post := fiber.MethodGet, fiber.MethodPost
	return []Route{
		{Method: get, Path: "/contacts", Needs: account.SeeContacts, Handle: searchContacts},
		{Method: get, Path: "/contacts/people/:contact", Needs: account.SeeContacts, Handle: showContact},
		{Method: get, Path: "/contacts/segments", Needs: account.SeeContacts, Handle: listSegments},
		{Method: post, Path: "/contacts/segments", Needs: account.EditContacts, Handle: saveSegment},
		{Method: post, Path: "/contacts/segments/:segment/remove", Needs: account.EditContacts, Handle: removeSegment},
		{Method: get, Path: "/contacts/export", Needs: account.EditContacts, Handle: askForExport},
		{Method: post, Path: "/contacts/export", Needs: account.EditContacts, Handle: exportContacts},
	}
}

// contactsPage is a page of the customer file and what narrows it.
type contactsPage struct {
	Text     string
	C        contact.Criteria
	Page     contact.Page
	Everyone int // people in the whole file, when nobody was found
	Later    bool
	Next     string
	First    string
	Imports  []contact.Import
	Segments int
	Codes    contactCodes
	Name     string // of a segment, as it was typed
	Steps    firstSteps
	narrowed
}

// narrowed is what narrows a page, as an address carries it.
type narrowed struct{ query string }

// To is a path that keeps what narrows the page.
func (n narrowed) To(path string) string {
	if n.query == "" {
		return path
	}
	return path + "?" + n.query
}

// contactCodes are the choices of the form.
type contactCodes struct {
	Countries []choice
	Languages []string
}

// choice is one option of a list.
type choice struct{ Value, Label string }

// Narrowed reports whether the page shows a part of the file only.
func (p contactsPage) Narrowed() bool { return p.Text != "" || !p.C.IsZero() }

// More reports whether a filter is set that stands under "more".
func (p contactsPage) More() bool {
	c := p.C
	c.Country, c.Language, c.Unsubscribed, c.Post, c.Minor = "", "", "", "", ""
	return !c.IsZero()
}

// narrow reads text and criteria from the address or the form.
func (v *Visit) narrow() (string, contact.Criteria) {
	get := func(name string) string { return v.C.Query(name, v.Form(name)) }
	year := func(name string) int {
		n, err := strconv.Atoi(get(name))
		if err != nil {
			return 0
		}
		return n
	}
	answer := func(name string) contact.Answer { return contact.Answer(get(name)) }
	return get("text"), contact.Criteria{
		ImportID: contact.ImportID(get("import")), Country: get("country"), Language: get("language"),
		PostcodeFrom: get("postcode_from"), PostcodeTo: get("postcode_to"),
		CreatedFrom: get("created_from"), CreatedTo: get("created_to"),
		BirthFrom: year("birth_from"), BirthTo: year("birth_to"),
		Unsubscribed: answer("unsubscribed"), Mail: answer("mail"), Post: answer("post"), Phone: answer("phone"), Minor: answer("minor"),
	}.Normal()
}

// narrowing writes text and criteria into an address; what does not narrow is
// left out.
func narrowing(text string, c contact.Criteria) url.Values {
	year := func(y int) string {
		if y == 0 {
			return ""
		}
		return strconv.Itoa(y)
	}
	q := url.Values{}
	for name, value := range map[string]string{
		"text": text, "import": string(c.ImportID), "country": c.Country, "language": c.Language,
		"postcode_from": c.PostcodeFrom, "postcode_to": c.PostcodeTo, "created_from": c.CreatedFrom, "created_to": c.CreatedTo,
		"birth_from": year(c.BirthFrom), "birth_to": year(c.BirthTo), "unsubscribed": string(c.Unsubscribed),
		"mail": string(c.Mail), "post": string(c.Post), "phone": string(c.Phone), "minor": string(c.Minor),
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q
}

// contactsPage reads what the address asks for and who fits.
func (v *Visit) contactsPage() (contactsPage, error) {
	var page contactsPage
	page.Text, page.C = v.narrow()
	q := contact.Query{Text: page.Text, Criteria: page.C, After: contact.Cursor{ID: contact.ID(v.C.Query("after"))}}
	if fit, err := strconv.ParseUint(v.C.Query("fit"), 10, 8); err == nil {
		q.After.Fit = contact.Fit(fit)
	}
	var err error
	if page.Page, err = v.S.d.Contacts.Search(v.Ctx(), v.Actor, q); err != nil {
		return page, err
	}
	if err := v.hide(page.Page.Contacts); err != nil {
		return page, err
	}
	values := narrowing(page.Text, page.C)
	page.query, page.Later = values.Encode(), !q.After.IsZero()
	page.First = page.To("/contacts")
	if next := page.Page.Next; !next.IsZero() {
		values.Set("after", string(next.ID))
		values.Set("fit", strconv.Itoa(int(next.Fit)))
		page.Next = "/contacts?" + values.Encode()
	}
	if page.Page.Total == 0 {
		page.Everyone, err = v.S.d.Contacts.Count(v.Ctx(), contact.Query{})
	}
	return page, err
}

func searchContacts(v *Visit) error {
	page, err := v.contactsPage()
	if err != nil {
		return err
	}
	if v.IsFragment() && v.C.Get("HX-Target") == "results" {
		return v.Part("contact_results", page)
	}
	if err := v.fillChoices(&page); err != nil {
		return err
	}
	if page.Steps, err = v.firstSteps(page); err != nil {
		return err
	}
	return v.Page("contacts", page)
}

// fillChoices finds what the filters offer.
func (v *Visit) fillChoices(page *contactsPage) error {
	all, err := v.S.d.Contacts.Imports(v.Ctx())
	if err != nil {
		return err
	}
	page.Imports = slices.DeleteFunc(all, func(i contact.Import) bool { return !i.UndoneAt.IsZero() && i.ID != page.C.ImportID })
	page.Codes = contactCodes{Countries: v.countryChoices(page.C.Country), Languages: locale.Languages()}
	return nil
}

// countryChoices are the countries most people here live in, the firm's own
// first, and the one that is chosen.
func (v *Visit) countryChoices(chosen string) []choice {
	var out []choice
	for _, code := range []string{v.Firm.Country, "BE", "NL", "FR", "DE", "LU", chosen} {
		if code == "" || code == contact.Unknown || slices.ContainsFunc(out, func(c choice) bool { return c.Value == code }) {
			continue
		}
		label := code
		if v.P.Has("country." + code) {
			label = v.P.T("country."+code, nil)
		}
		out = append(out, choice{code, label})
	}
	return out
}
