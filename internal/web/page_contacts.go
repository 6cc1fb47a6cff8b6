package web

import (
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/account"
	"clepsydra/internal/contact"
)

// contactRoutes: the customer file.
func (s *Server) contactRoutes() []Route {
	return []Route{
		{Method: fiber.MethodGet, Path: "/contacts", Needs: account.SeeContacts, Handle: searchContacts},
		{Method: fiber.MethodGet, Path: "/contacts/people/:contact", Needs: account.SeeContacts, Handle: showContact},
	}
}

// contactsPage is a page of the customer file.
type contactsPage struct {
	Text   string
	Import string
	Page   contact.Page
	From   int
	To     int
	Prev   string
	Next   string
}

func searchContacts(v *Visit) error {
	page := contactsPage{Text: v.C.Query("text"), Import: v.C.Query("import")}
	at, err := strconv.Atoi(v.C.Query("page", "1"))
	if err != nil || at < 1 || at > 1_000_000 {
		at = 1
	}
	q := contact.Query{Text: page.Text, ImportID: contact.ImportID(page.Import), Offset: (at - 1) * contact.DefaultPage}
	if page.Page, err = v.S.d.Contacts.Search(v.Ctx(), v.Actor, q); err != nil {
		return err
	}
	page.From, page.To = q.Offset+1, q.Offset+len(page.Page.Contacts)
	link := func(n int) string {
		return "/contacts?" + url.Values{"text": {page.Text}, "import": {page.Import}, "page": {strconv.Itoa(n)}}.Encode()
	}
	if at > 1 {
		page.Prev = link(at - 1)
	}
	if page.To < page.Page.Total {
		page.Next = link(at + 1)
	}
	return v.Page("contacts", page)
}

// contactPage is one person of the customer file.
type contactPage struct {
	C      contact.Contact
	Source contact.Import // zero for one that was not imported
}

func showContact(v *Visit) error {
	c, err := v.S.d.Contacts.View(v.Ctx(), v.Actor, contact.ID(v.C.Params("contact")))
	if err != nil {
		return err
	}
	page := contactPage{C: c}
	if c.Source.ImportID != "" {
		if page.Source, err = contact.ImportByID(v.Ctx(), v.S.d.DB.R, c.Source.ImportID); err != nil {
			return err
		}
	}
	return v.Page("contact", page)
}
