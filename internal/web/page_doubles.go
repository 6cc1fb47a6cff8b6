package web

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/account"
	"clepsydra/internal/contact"
	"clepsydra/internal/stewardship"
)

// doubleRoutes: people who may be in the file twice.
func (s *Server) doubleRoutes() []Route {
	get, post := fiber.MethodGet, fiber.MethodPost
	return []Route{
		{Method: get, Path: "/contacts/doubles", Needs: account.EditContacts, Handle: listDoubles},
		{Method: get, Path: "/contacts/doubles/:keep/:double", Needs: account.EditContacts, Handle: comparePeople},
		{Method: post, Path: "/contacts/doubles/:keep/:double", Needs: account.EditContacts, Handle: mergePeople},
		{Method: post, Path: "/contacts/doubles/:keep/:double/apart", Needs: account.EditContacts, Handle: keepApart},
		{Method: post, Path: "/contacts/merges/:merge/undo", Needs: account.EditContacts, Handle: undoMerge},
	}
}

// doublesOnPage is how many pairs stand on a page.
const doublesOnPage = 20

type doublesPage struct {
	stewardship.Doubles
	Names          map[string]string
	Kept           map[contact.ID]string
	From           int
	Next, Previous string
}

func listDoubles(v *Visit) error {
	page, err := v.doublesPage()
	if err != nil {
		return err
	}
	return v.Page("doubles", page)
}

func (v *Visit) doublesPage() (doublesPage, error) {
	from, err := strconv.Atoi(v.C.Query("from"))
	if err != nil || from < 0 || from > contact.MostPairs {
		from = 0
	}
	page := doublesPage{From: from, Kept: map[contact.ID]string{}}
	if page.Doubles, err = v.S.d.Contacts.Doubles(v.Ctx(), v.Actor, from, doublesOnPage); err != nil {
		return page, err
	}
	for i, p := range page.Pairs {
		people := []contact.Contact{p.A, p.B}
		if err := v.hide(people); err != nil {
			return page, err
		}
		page.Pairs[i].A, page.Pairs[i].B = people[0], people[1]
	}
	if from > 0 {
		page.Previous = "/contacts/doubles?from=" + strconv.Itoa(max(from-doublesOnPage, 0))
	}
	if from+doublesOnPage < page.Total {
		page.Next = "/contacts/doubles?from=" + strconv.Itoa(from+doublesOnPage)
	}
	if err := v.nameKept(&page); err != nil {
		return page, err
	}
	_, page.Names, err = v.accounts()
	return page, err
}

// nameKept finds who was kept in the latest merges.
func (v *Visit) nameKept(page *doublesPage) error {
	var ids []contact.ID
	for _, m := range page.Merges {
		ids = append(ids, m.Kept)
	}
	people, err := contact.ByIDs(v.Ctx(), v.S.d.DB.R, ids)
	if err != nil {
		return err
	}
	if err := v.hide(people); err != nil {
		return err
	}
	for _, c := range people {
		page.Kept[c.ID] = c.DisplayName()
	}
	return nil
}

// mergePage shows two people side by side.
type mergePage struct {
	Keep, Double contact.Contact
	Rows         []mergeBlock
	Why          []contact.DoubleWhy
}

// mergeBlock is one line of the comparison. Same: there is nothing to choose.
type mergeBlock struct {
	Field      contact.Field
	Label      string
	Left       string
	Right      string
	TakesRight bool
	Same       bool
}

func (v *Visit) mergePage() (mergePage, error) {
	a, b, err := v.S.d.Contacts.Compare(v.Ctx(), v.Actor, contact.ID(v.C.Params("keep")), contact.ID(v.C.Params("double")))
	if err != nil {
		return mergePage{}, err
	}
	r, err := v.S.d.Contacts.Record(v.Ctx())
	if err != nil {
		return mergePage{}, err
	}
	page := mergePage{}
	page.Why, _ = contact.WhyDouble(a, b)
	choices := v.choices(a, b)
	hidden := r.HiddenFrom(string(v.Account.Role))
	page.Keep, page.Double = a.Without(hidden), b.Without(hidden)
	for _, f := range contact.Blocks(page.Keep, page.Double) {
		row := mergeBlock{Field: f, Label: v.fieldLabel(r, f), Left: v.blockText(page.Keep, f), Right: v.blockText(page.Double, f)}
		row.Same = row.Left == row.Right || row.Left == "" || row.Right == ""
		row.TakesRight = choices.Stays(f, a, b) == b.ID
		if row.Left != "" || row.Right != "" {
			page.Rows = append(page.Rows, row)
		}
	}
	return page, nil
}

// blockText is a block of fields on one line.
func (v *Visit) blockText(c contact.Contact, f contact.Field) string {
	if f == contact.FieldName {
		return c.Name
	}
	text := ""
	for _, p := range f.Parts() {
		if s := v.shownValue(c, p); s != "" {
			if text != "" {
				text += ", "
			}
			text += s
		}
	}
	return text
}

// choices reads whose value stays, by field.
func (v *Visit) choices(a, b contact.Contact) contact.Choices {
	out := contact.Choices{}
	for _, f := range contact.Blocks(a, b) {
		switch v.Form("stay_" + string(f)) {
		case "keep":
			out[f] = a.ID
		case "double":
			out[f] = b.ID
		}
	}
	return out
}

func comparePeople(v *Visit) error {
	page, err := v.mergePage()
	if err != nil {
		return err
	}
	return v.Page("merge", page)
}

func mergePeople(v *Visit) error {
	page, err := v.mergePage()
	if err != nil {
		return err
	}
	m, err := v.S.d.Contacts.Merge(v.Ctx(), v.Actor, page.Keep.ID, page.Double.ID, v.choices(page.Keep, page.Double))
	if err != nil {
		return v.Again("merge", page, err)
	}
	v.Flash("doubles.merged", nil)
	return v.Redirect("/contacts/people/" + string(m.Kept))
}

func keepApart(v *Visit) error {
	if err := v.S.d.Contacts.NotDoubles(v.Ctx(), v.Actor, contact.ID(v.C.Params("keep")), contact.ID(v.C.Params("double"))); err != nil {
		return err
	}
	v.Flash("doubles.kept_apart", nil)
	return v.Redirect("/contacts/doubles")
}

func undoMerge(v *Visit) error {
	m, err := v.S.d.Contacts.Unmerge(v.Ctx(), v.Actor, v.C.Params("merge"))
	if err != nil {
		page, pageErr := v.doublesPage()
		if pageErr != nil {
			return pageErr
		}
		return v.Again("doubles", page, err)
	}
	v.Flash("doubles.unmerged", nil)
	return v.Redirect("/contacts/people/" + string(m.Kept))
}
