package web

import (
	"errors"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/account"
	"clepsydra/internal/contact"
	"clepsydra/internal/processing"
	"clepsydra/internal/stewardship"
)

// editRoutes: what is known of one person, put right or typed in.
func (s *Server) editRoutes() []Route {
	get, post := fiber.MethodGet, fiber.MethodPost
	return []Route{
		{Method: get, Path: "/contacts/people/:contact/edit", Needs: account.EditContacts, Handle: askForCorrection},
		{Method: post, Path: "/contacts/people/:contact/edit", Needs: account.EditContacts, Handle: correctPerson},
		{Method: get, Path: "/contacts/add", Needs: account.EditContacts, Handle: askForPerson},
		{Method: post, Path: "/contacts/add", Needs: account.EditContacts, Handle: addPerson},
	}
}

// contactPage is one person of the customer file.
type contactPage struct {
	C         contact.Contact
	Values    []personValue
	Merges    []contact.Merge
	Source    contact.Import // zero for one that was not imported
	Hidden    bool           // some fields are not for this visitor
	Consents  personConsents
	Retention personRetention
	Requests  personRequests // what the person asked about his data
}

// personValue is a value and where it came from.
type personValue struct {
	Label, Value, From string
}

func showContact(v *Visit) error {
	page, err := v.contactPage()
	if err != nil {
		return err
	}
	if page.C.ID != contact.ID(v.C.Params("contact")) {
		return v.Redirect("/contacts/people/" + string(page.C.ID))
	}
	return v.Page("contact", page)
}

// contactPage reads what the page of a person shows; reading it is in the journal. Of
// a double it is the person who was kept.
func (v *Visit) contactPage() (page contactPage, err error) {
	if page.C, err = v.S.d.Contacts.View(v.Ctx(), v.Actor, contact.ID(v.C.Params("contact"))); err != nil {
		return page, err
	}
	c := page.C
	if page.Consents, err = v.personConsents(c); err != nil {
		return page, err
	}
	if err := v.fillPerson(&page); err != nil {
		return page, err
	}
	if c.Source.ImportID != "" {
		if page.Source, err = contact.ImportByID(v.Ctx(), v.S.d.DB.R, c.Source.ImportID); err != nil {
			return page, err
		}
	}
	if page.Merges, err = contact.MergesOf(v.Ctx(), v.S.d.DB.R, c.ID); err != nil {
		return page, err
	}
	if page.Requests, err = v.personRequests(c); err != nil {
		return page, err
	}
	page.Retention, err = v.personRetention(c.ID)
	return page, err
}

// fillPerson puts a person's values into words, without what the visitor may not see.
func (v *Visit) fillPerson(page *contactPage) error {
	r, err := v.S.d.Contacts.Record(v.Ctx())
	if err != nil {
		return err
	}
	from, err := contact.FieldSources(v.Ctx(), v.S.d.DB.R, page.C.ID)
	if err != nil {
		return err
	}
	_, names, err := v.accounts()
	if err != nil {
		return err
	}
	hidden := r.HiddenFrom(string(v.Account.Role))
	page.C = page.C.Without(hidden)
	page.Hidden = len(hidden) > 0
	for _, f := range append(contact.Stored(), page.C.Extra.Fields()...) {
		if shown := v.shownValue(page.C, f); shown != "" {
			page.Values = append(page.Values, personValue{v.fieldLabel(r, f), shown, v.provenance(from[f], names)})
		}
	}
	return nil
}

// shownValue is a value as people read it.
func (v *Visit) shownValue(c contact.Contact, f contact.Field) string {
	value := c.Value(f)
	switch {
	case value == "":
		return ""
	case f == contact.FieldMarketing:
		return v.P.T("customers.marketing_"+value, nil)
	case f == contact.FieldLanguage:
		return v.P.T("language_name."+value, nil)
	case f == contact.FieldCountry && v.P.Has("country."+value):
		return v.P.T("country."+value, nil)
	case f.IsOwn() && (value == "yes" || value == "no"):
		return v.P.T("fields.answer_"+value, nil)
	}
	return value
}

// personForm is the form of a person: Seen is what the editor saw, as microseconds.
type personForm struct {
	ID     contact.ID // empty for somebody new
	Name   string
	Inputs []personInput
	Seen   string
	How    contact.How
	Date   string
	There  contact.ID // somebody who seems to be the same
	Topics []string
	Values map[contact.Field]string
}

// Hows are the ways in which somebody comes.
func (personForm) Hows() []contact.How { return contact.HowsByHand() }

// personInput is one field of the form.
type personInput struct {
	Key          contact.Field
	Label, Value string
	Type, Hint   string
	Options      []map[string]any
}

func (v *Visit) inputs(r processing.Record, value func(contact.Field) string) []personInput {
	hidden := r.HiddenFrom(string(v.Account.Role))
	d := r.Declaration()
	var out []personInput
	for _, f := range d.Editable() {
		if slices.Contains(hidden, f) {
			continue
		}
		in := personInput{Key: f, Label: v.fieldLabel(r, f), Value: value(f), Type: "text"}
		own, _ := d.OwnField(f)
		v.dress(&in, own)
		out = append(out, in)
	}
	return out
}

// dress gives an input its type and choices.
func (v *Visit) dress(in *personInput, own contact.OwnField) {
	option := func(value, label string) {
		in.Options = append(in.Options, map[string]any{"Value": value, "Label": label})
	}
	unknown := v.P.T("fields.not_known", nil)
	switch {
	case in.Key == contact.FieldEmail:
		in.Type = "email"
	case in.Key == contact.FieldPhone:
		in.Type = "tel"
	case in.Key == contact.FieldBirthDate || own.Kind == contact.KindDate:
		in.Type = "date"
	case in.Key == contact.FieldLanguage:
		option("", unknown)
		for _, lang := range []string{"nl", "fr", "de", "en"} {
			option(lang, v.P.T("language_name."+lang, nil))
		}
	case own.Kind == contact.KindYesNo:
		option("", unknown)
		option("yes", v.P.T("fields.answer_yes", nil))
		option("no", v.P.T("fields.answer_no", nil))
	case own.Kind == contact.KindChoice:
		option("", unknown)
		for _, c := range own.Choices {
			option(c, c)
		}
	}
}

// typed reads the fields of the form; a field the visitor may not see is left out.
func (v *Visit) typed(r processing.Record) map[contact.Field]string {
	hidden := r.HiddenFrom(string(v.Account.Role))
	out := map[contact.Field]string{}
	for _, f := range r.Declaration().Editable() {
		if !slices.Contains(hidden, f) && v.C.Context().PostArgs().Has(string(f)) {
			out[f] = v.Form(string(f))
		}
	}
	return out
}

func askForCorrection(v *Visit) error {
	c, err := v.S.d.Contacts.View(v.Ctx(), v.Actor, contact.ID(v.C.Params("contact")))
	if err != nil {
		return err
	}
	if c.IsErased() {
		return contact.ErrNotFound
	}
	r, err := v.S.d.Contacts.Record(v.Ctx())
	if err != nil {
		return err
	}
	form := personForm{ID: c.ID, Name: c.Without(r.HiddenFrom(string(v.Account.Role))).DisplayName(), Seen: c.UpdatedAt.Format(time.RFC3339Nano)}
	form.Inputs = v.inputs(r, c.Value)
	return v.Page("person_edit", form)
}

func correctPerson(v *Visit) error {
	r, err := v.S.d.Contacts.Record(v.Ctx())
	if err != nil {
		return err
	}
	id := contact.ID(v.C.Params("contact"))
	seen, err := time.Parse(time.RFC3339Nano, v.Form("seen"))
	if err != nil {
		seen = time.Unix(1, 0).UTC() // nobody saw that: a conflict
	}
	values := v.typed(r)
	if err := v.S.d.Contacts.Correct(v.Ctx(), v.Actor, id, values, seen); err != nil {
		return v.personAgain("person_edit", personForm{ID: id, Seen: v.Form("seen"), Values: values}, r, err)
	}
	if err := v.warnOfTopics(r, values); err != nil {
		return err
	}
	return v.Redirect("/contacts/people/" + string(id))
}

// personAgain shows the form once more with what was typed. Who came too late sees
// what stands there now beside it, and may save again on purpose.
func (v *Visit) personAgain(page string, form personForm, r processing.Record, err error) error {
	if form.ID != "" {
		c, readErr := v.S.d.Contacts.View(v.Ctx(), v.Actor, form.ID)
		if readErr != nil {
			return readErr
		}
		form.Name = c.Without(r.HiddenFrom(string(v.Account.Role))).DisplayName()
		if errors.Is(err, contact.ErrChanged) {
			form.Seen = c.UpdatedAt.Format(time.RFC3339Nano)
			form.Inputs = v.inputs(r, func(f contact.Field) string { return form.Values[f] })
			for i, in := range form.Inputs {
				if now := v.shownValue(c, in.Key); c.Value(in.Key) != in.Value {
					if now == "" {
						now = v.P.T("fields.not_known", nil)
					}
					form.Inputs[i].Hint = v.P.T("fields.stands_now", map[string]any{"Value": now})
				}
			}
			return v.Again(page, form, err)
		}
	}
	form.Inputs = v.inputs(r, func(f contact.Field) string { return form.Values[f] })
	return v.Again(page, form, err)
}

// warnOfTopics says, once it is saved, that a text seems to tell of specially
// protected data.
func (v *Visit) warnOfTopics(r processing.Record, values map[contact.Field]string) error {
	for _, own := range r.Declaration().Own() {
		if own.Kind != contact.KindText || values[own.Key] == "" {
			continue
		}
		if f, _ := r.Field(own.Key); f.Condition != "" {
			continue // declared as a special category
		}
		topic, err := contact.Topic(values[own.Key])
		if err != nil {
			return err
		}
		if topic != "" {
			v.Flash("fields.topic_"+topic, map[string]any{"Field": v.fieldLabel(r, own.Key)})
			return nil
		}
	}
	v.Flash("fields.corrected", nil)
	return nil
}

func askForPerson(v *Visit) error {
	r, err := v.S.d.Contacts.Record(v.Ctx())
	if err != nil {
		return err
	}
	form := personForm{How: contact.HowTyped, Date: v.Now.In(v.P.Zone()).Format(time.DateOnly)}
	form.Inputs = v.inputs(r, func(contact.Field) string { return "" })
	return v.Page("person_add", form)
}

func addPerson(v *Visit) error {
	r, err := v.S.d.Contacts.Record(v.Ctx())
	if err != nil {
		return err
	}
	form := personForm{How: contact.How(v.Form("how")), Date: v.Form("at"), Values: v.typed(r)}
	if !slices.Contains(contact.HowsByHand(), form.How) {
		form.How = contact.HowTyped
	}
	in := stewardship.Adding{Values: form.Values, How: form.How}
	if day, err := time.ParseInLocation(time.DateOnly, form.Date, v.P.Zone()); err == nil && form.Date != v.Now.In(v.P.Zone()).Format(time.DateOnly) {
		in.At = day
	}
	id, err := v.S.d.Contacts.AddPerson(v.Ctx(), v.Actor, in, v.Ticked("despite"))
	if errors.Is(err, contact.ErrThere) {
		form.There = id
	}
	if err != nil {
		return v.personAgain("person_add", form, r, err)
	}
	if err := v.warnOfTopics(r, form.Values); err != nil {
		return err
	}
	return v.Redirect("/contacts/people/" + string(id))
}
