package web

import (
	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/account"
	"clepsydra/internal/contact"
	"clepsydra/internal/locale"
	"clepsydra/internal/processing"
	"clepsydra/internal/signup"
)

// formRoutes: sign-up forms, as the keeper of the customer file makes them.
func (s *Server) formRoutes() []Route {
	get, post := fiber.MethodGet, fiber.MethodPost
	return []Route{
		{Method: get, Path: "/contacts/forms", Needs: account.SeeContacts, Handle: listForms},
		{Method: post, Path: "/contacts/forms", Needs: account.EditContacts, Handle: saveForm},
		{Method: get, Path: "/contacts/forms/new", Needs: account.EditContacts, Handle: editForm},
		{Method: get, Path: "/contacts/forms/repermission", Needs: account.EditContacts, Handle: showRepermission},
		{Method: post, Path: "/contacts/forms/repermission", Needs: account.EditContacts, Handle: startRepermission},
		{Method: get, Path: "/contacts/forms/repermission/:run", Needs: account.SeeContacts, Handle: showRepermissionRun},
		{Method: get, Path: "/contacts/forms/:form", Needs: account.SeeContacts, Handle: editForm},
		{Method: post, Path: "/contacts/forms/:form", Needs: account.EditContacts, Handle: saveForm},
		{Method: post, Path: "/contacts/forms/:form/close", Needs: account.EditContacts, Handle: closeForm},
	}
}

// formShown is a form in the list.
type formShown struct {
	signup.Form
	Name    string
	Address string
	Waiting int
}

// formsPage lists the forms and the runs that asked old lists again.
type formsPage struct {
	Forms []formShown
	Runs  []runShown
	// Ready says that mails can be sent: without them nobody could confirm.
	Ready bool
}

func listForms(v *Visit) error {
	page := formsPage{Ready: v.Firm.SMTP.IsSet()}
	forms, err := v.S.d.Signups.Forms(v.Ctx())
	if err != nil {
		return err
	}
	for _, f := range forms {
		shown := formShown{Form: f, Name: v.textIn(f.Draft), Address: v.Link("/f/" + f.Slug)}
		if shown.Waiting, err = v.S.d.Signups.Waiting(v.Ctx(), f.ID); err != nil {
			return err
		}
		page.Forms = append(page.Forms, shown)
	}
	if page.Runs, err = v.runsShown(); err != nil {
		return err
	}
	return v.Page("forms", page)
}

// textIn is the title of a form for the list.
func (v *Visit) textIn(d signup.Definition) string {
	return d.Title.In(d.Speaks(v.P.Lang()), v.Firm.Country)
}

// formPage is the editor.
type formPage struct {
	F         signup.Form
	D         signup.Definition
	Slug      string
	Sites     string
	Languages []string // that may be offered
	Fields    []fieldOffered
	Boxes     []boxOffered
	For       []processing.Purpose
	Address   string
	Frame     string // the line that shows the form on another site
	Ready     bool
	Proposed  bool // the record of processing is only proposed
}

// fieldOffered is a declared field that the form may ask.
type fieldOffered struct {
	Key       contact.Field
	Label     string
	Necessary bool
	Asked     bool
	Required  bool
	Always    bool
}

// boxOffered is a purpose and a channel that the form may offer.
type boxOffered struct {
	Key     string
	At      string // name of its fields
	Purpose processing.Purpose
	Channel processing.Channel
	Offered bool
	Label   map[string]string
}

// formOf reads the form of the address; a new one with the words that most firms need.
func (v *Visit) formOf() (signup.Form, error) {
	id := signup.FormID(v.C.Params("form"))
	if id != "" {
		return v.S.d.Signups.Form(v.Ctx(), id)
	}
	d := signup.Definition{
		Languages: v.Firm.Languages, Title: map[string]string{}, Intro: map[string]string{}, Notice: v.noticeOffered(),
		Fields: []signup.Ask{{Field: contact.FieldEmail, Required: true}},
	}
	if len(d.Languages) == 0 {
		d.Languages = []string{v.Firm.Language}
	}
	for _, lang := range d.Languages {
		d.Title[lang] = v.speaking(lang).T("signup.first_title", map[string]any{"Firm": v.Firm.Name})
	}
	return signup.Form{Draft: d}, nil
}

// speaking is the firm's country in another language.
func (v *Visit) speaking(lang string) *locale.Printer {
	return v.S.d.Locale.For(lang, v.Firm.Country, v.Firm.Location())
}

// formPage fills the editor from a definition.
func (v *Visit) formPage(f signup.Form, d signup.Definition, slug string) (formPage, error) {
	r, err := v.S.d.Signups.Record(v.Ctx())
	if err != nil {
		return formPage{}, err
	}
	page := formPage{F: f, D: d, Slug: slug, Languages: locale.Languages(), Ready: v.Firm.SMTP.IsSet()}
	page.Sites = lined(d.Sites)
	if f.Version > 0 {
		page.Address = v.Link("/f/" + f.Slug)
		page.Frame = `<iframe src="` + v.Link("/f/"+f.Slug+"/frame") + `" width="100%" height="700"></iframe>`
	}
	for _, key := range signup.Askable() {
		page.offerField(v, r, key)
	}
	for _, field := range r.Fields {
		if field.Key.IsOwn() {
			page.offerField(v, r, field.Key)
		}
	}
	for _, p := range r.Purposes {
		page.Proposed = page.Proposed || p.ConfirmedAt.IsZero()
		if !p.IsInUse() {
			continue
		}
		if p.Basis != processing.Consent && !p.Marketing {
			page.For = append(page.For, p)
		}
		for _, c := range p.Channels {
			if p.Basis == processing.Consent {
				page.Boxes = append(page.Boxes, v.boxOffered(d, p, c))
			}
		}
	}
	return page, nil
}

func (page *formPage) offerField(v *Visit, r processing.Record, key contact.Field) {
	for _, f := range r.Fields {
		if f.Key != key || !f.IsInUse() {
			continue
		}
		o := fieldOffered{Key: key, Label: v.askLabel(f), Necessary: f.Necessary, Always: key == contact.FieldEmail}
		for _, a := range page.D.Fields {
			if a.Field == key {
				o.Asked, o.Required = true, a.Required
			}
		}
		page.Fields = append(page.Fields, o)
	}
}

// askLabel is what a field is called: the firm's own word or ours.
func (v *Visit) askLabel(f processing.Field) string {
	if f.Key.IsOwn() {
		return f.Label.In(v.P.Lang(), v.Firm.Country)
	}
	return v.P.T("signup.field_"+string(f.Key), nil)
}

func (v *Visit) boxOffered(d signup.Definition, p processing.Purpose, c processing.Channel) boxOffered {
	b := signup.Box{Purpose: p.ID, Channel: c}
	o := boxOffered{Key: b.Key(), At: "box_" + b.Key(), Purpose: p, Channel: c, Label: map[string]string{}}
	for _, lang := range locale.Languages() {
		w := v.speaking(lang)
		o.Label[lang] = w.T("signup.first_label", map[string]any{
			"Purpose": p.Name.In(lang, v.Firm.Country), "Channel": w.T("signup.by_"+string(c), nil), "Explain": p.Explain.In(lang, v.Firm.Country),
		})
	}
	for _, own := range d.Boxes {
		if own.Key() == b.Key() {
			o.Offered = true
			for lang, text := range own.Label {
				if text != "" { // a language that was added begins with the proposal
					o.Label[lang] = text
				}
			}
		}
	}
	return o
}

func editForm(v *Visit) error {
	f, err := v.formOf()
	if err != nil {
		return err
	}
	page, err := v.formPage(f, f.Draft, f.Slug)
	if err != nil {
		return err
	}
	return v.Page("form", page)
}

// saveForm keeps the draft and, when that was pressed, publishes it.
func saveForm(v *Visit) error {
	id := signup.FormID(v.C.Params("form"))
	f := signup.Form{}
	if id != "" {
		var err error
		if f, err = v.S.d.Signups.Form(v.Ctx(), id); err != nil {
			return err
		}
	}
	d, slug := v.typedForm()
	saved, refused := v.S.d.Signups.SaveForm(v.Ctx(), v.Actor, id, slug, d)
	if refused == nil {
		f = saved
		if v.Form("do") == "publish" {
			f, refused = v.S.d.Signups.Publish(v.Ctx(), v.Actor, saved.ID)
		}
	}
	if refused != nil {
		if f.ID == "" {
			f = saved
		}
		page, err := v.formPage(f, d, slug)
		if err != nil {
			return err
		}
		return v.Again("form", page, refused)
	}
	if v.Form("do") == "publish" {
		v.Flash("signup.published", nil)
	} else {
		v.Flash("signup.saved", nil)
	}
	return v.Redirect("/contacts/forms/" + string(f.ID))
}

func closeForm(v *Visit) error {
	id := signup.FormID(v.C.Params("form"))
	if err := v.S.d.Signups.CloseForm(v.Ctx(), v.Actor, id); err != nil {
		return err
	}
	v.Flash("signup.closed", nil)
	return v.Redirect("/contacts/forms/" + string(id))
}
