package web

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/contact"
	"clepsydra/internal/source"
)

// tryPage is what would become of the first rows.
type tryPage struct {
	importPage
	Source  source.Source
	Failure *source.Failure
}

// RefusedURL is where all refused rows are.
func (p tryPage) RefusedURL(format string) string {
	return "/contacts/sources/" + url.PathEscape(string(p.Source.ID)) + "/refused/" + format
}

// DeclareURL leads to the declaration of a column's field.
func (p tryPage) DeclareURL(c importColumn) string { return c.declareURL(url.Values{}) }

func trySource(v *Visit) error {
	return v.showTry(func(id source.ID) (importPage, error) {
		var page importPage
		var err error
		page.Plan, err = v.S.d.Sources.Try(v.Ctx(), v.Actor, id, nil)
		return page, err
	})
}

// showTry shows what was read, or why nothing could be.
func (v *Visit) showTry(read func(source.ID) (importPage, error)) error {
	src, err := v.S.d.Sources.ByID(v.Ctx(), source.ID(v.C.Params("id")))
	if err != nil {
		return err
	}
	src.Secret = ""
	page := tryPage{Source: src}
	if page.importPage, err = read(src.ID); err != nil {
		if page.Failure = v.sourceFailure(err); page.Failure == nil {
			return err
		}
		v.C.Status(fiber.StatusUnprocessableEntity)
	}
	if err := v.offerFields(&page.importPage); err != nil {
		return err
	}
	for _, c := range page.Plan.Columns {
		page.Columns = append(page.Columns, importColumn{c, "map_" + strconv.Itoa(c.Index)})
	}
	return v.Page("contact_source_try", page)
}

// sourceFailure is a failure that can be shown; nil for an error of our own.
func (v *Visit) sourceFailure(err error) *source.Failure {
	f := source.FailureOf(err)
	if f.Code == source.CodeOther && f.Class == source.Passing {
		return nil
	}
	return f
}

// mapSource keeps which column is taken as which field. Columns are known by their
// heading, for their order may change.
func mapSource(v *Visit) error {
	mapping := map[string]contact.Field{}
	for k := range maxMapped {
		heading := v.C.FormValue("name_" + strconv.Itoa(k))
		field := contact.Field(v.Form("map_" + strconv.Itoa(k)))
		if heading != "" && (field == contact.FieldNone || contact.IsField(field) || field.IsOwn()) {
			mapping[heading] = field
		}
	}
	id := source.ID(v.C.Params("id"))
	if err := v.S.d.Sources.Map(v.Ctx(), v.Actor, id, mapping); err != nil {
		return err
	}
	v.Flash("source.mapped", nil)
	return v.Redirect("/contacts/sources/" + url.PathEscape(string(id)) + "/try")
}

// maxMapped is how many columns can be chosen.
const maxMapped = 400

// refusedOfSource answers with every row that would be refused, read anew: they are
// not kept.
func refusedOfSource(v *Visit) error {
	plan, err := v.S.d.Sources.Look(v.Ctx(), v.Actor, source.ID(v.C.Params("id")))
	if err != nil {
		if f := v.sourceFailure(err); f != nil {
			return f.Shown()
		}
		return err
	}
	page := importPage{Plan: plan}
	for _, c := range plan.Columns {
		page.Columns = append(page.Columns, importColumn{Column: c})
	}
	return v.sendRefused(page, strings.ToLower(v.C.Params("format")))
}
