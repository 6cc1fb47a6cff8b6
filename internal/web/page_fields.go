package web

import (
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/account"
	"clepsydra/internal/contact"
	"clepsydra/internal/fault"
	"clepsydra/internal/locale"
	"clepsydra/internal/processing"
	"clepsydra/internal/workflow"
)

// fieldRoutes: which fields the customer file has, and why.
func (s *Server) fieldRoutes() []Route {
	get, post := fiber.MethodGet, fiber.MethodPost
	return []Route{
		{Method: get, Path: "/contacts/fields", Needs: account.SeeContacts, Handle: listFields},
		{Method: post, Path: "/contacts/fields/confirm", Needs: account.Decide, Handle: confirmFields},
		{Method: get, Path: "/contacts/fields/new", Needs: account.Decide, Handle: askForField},
		{Method: post, Path: "/contacts/fields/new", Needs: account.Decide, Handle: declareField},
		{Method: get, Path: "/contacts/fields/:field/end", Needs: account.Decide, Handle: askToEndField},
		{Method: post, Path: "/contacts/fields/:field/end", Needs: account.Decide, Handle: endField},
	}
}

// fieldsPage lists the declared fields.
type fieldsPage struct {
	Fields   []shownField
	Ended    []shownField
	Optional []choice
	Proposed int
	Erasing  []string
}

// shownField is a declared field in the visitor's words.
type shownField struct {
	processing.Field
	Label    string
	Category string
	Special  bool
	Serves   []shownPurpose
	Keeps    int // months; 0: not decided
	Readers  []string
	OneKey   string
}

type shownPurpose struct{ Name, Basis string }

// IsProposed reports whether nobody has confirmed the field yet.
func (f shownField) IsProposed() bool { return f.ConfirmedAt.IsZero() }

func (v *Visit) shownField(r processing.Record, f processing.Field) shownField {
	out := shownField{Field: f, Label: v.fieldLabel(r, f.Key), Keeps: r.Keeps(f), Category: f.Category}
	if c, err := v.S.d.Packs.Category(f.Category); err == nil {
		out.Category, out.Special = c.Name.In(v.P.Lang(), v.Firm.Country), c.Special
	}
	for _, id := range f.Purposes {
		if p, ok := r.Purpose(id); ok {
			out.Serves = append(out.Serves, shownPurpose{p.Name.In(v.P.Lang(), v.Firm.Country), v.P.T("fields.basis_"+string(p.Basis), nil)})
		}
	}
	for _, role := range f.Readers {
		out.Readers = append(out.Readers, v.P.T("account.role_"+role, nil))
	}
	return out
}

func (v *Visit) fieldsPage() (fieldsPage, error) {
	var page fieldsPage
	r, err := v.S.d.Contacts.Record(v.Ctx())
	if err != nil {
		return page, err
	}
	for _, f := range r.Fields {
		shown := v.shownField(r, f)
		switch {
		case !f.IsInUse():
			page.Ended = append(page.Ended, shown)
			continue
		case shown.IsProposed():
			page.Proposed++
		}
		page.Fields = append(page.Fields, shown)
	}
	for _, f := range r.Optional() {
		page.Optional = append(page.Optional, choice{string(f), v.fieldLabel(r, f)})
	}
	endings, err := v.S.d.Contacts.Endings(v.Ctx())
	for _, e := range endings {
		page.Erasing = append(page.Erasing, v.fieldLabel(r, e.Field))
	}
	return page, err
}

func listFields(v *Visit) error {
	page, err := v.fieldsPage()
	if err != nil {
		return err
	}
	return v.Page("fields", page)
}

func confirmFields(v *Visit) error {
	var keys []contact.Field
	for _, key := range v.FormAll("field") {
		keys = append(keys, contact.Field(key))
	}
	if len(keys) == 0 {
		return v.Redirect("/contacts/fields")
	}
	if err := v.S.d.Contacts.ConfirmFields(v.Ctx(), v.Actor, keys); err != nil {
		return err
	}
	v.Flash("fields.confirmed", nil)
	return v.Redirect("/contacts/fields")
}

// fieldForm declares a field. Key is set for a shipped one.
type fieldForm struct {
	Key        contact.Field
	KeyLabel   string
	Labels     map[string]string
	Languages  []string
	Kind       contact.Kind
	Choices    string
	Category   string
	Purposes   []string
	Necessary  bool
	Why        string
	Readers    []string
	Months     string
	Condition  string
	Sure       bool
	Back       string // the preview to return to
	Column, As string // of that preview

	All      processing.Record
	Allowed  []workflow.Category
	Never    []workflow.Category
	Purpose  []choice
	Roles    []string
	Optional []choice
}

// Kinds and Conditions offer the choices.
func (fieldForm) Kinds() []contact.Kind { return contact.Kinds() }

// Conditions are the letters of Art. 9(2) GDPR.
func (fieldForm) Conditions() []string { return processing.Conditions() }

// Asks reports whether the extra questions of a special category are to be shown at
// once.
func (f fieldForm) Asks(c workflow.Category) bool { return c.Special && c.ID == f.Category }

// IsSpecial reports whether the chosen category is a special one.
func (f fieldForm) IsSpecial() bool { return slices.ContainsFunc(f.Allowed, f.Asks) }

func (v *Visit) fieldForm() (fieldForm, error) {
	value := func(name string) string { return strings.TrimSpace(v.C.FormValue(name, v.C.Query(name))) }
	form := fieldForm{
		Key: contact.Field(value("key")), Labels: map[string]string{}, Kind: contact.Kind(value("kind")), Choices: value("choices"),
		Category: value("category"), Purposes: v.FormAll("purposes"), Necessary: value("necessary") != "", Why: value("why"),
		Readers: v.FormAll("readers"), Months: value("months"), Condition: value("condition"), Sure: value("sure") != "",
		Back: value("back"), Column: value("column"), As: value("as"),
	}
	form.Languages = slices.Clone(v.Firm.Languages)
	if len(form.Languages) == 0 {
		form.Languages = locale.Languages()
	}
	for _, lang := range form.Languages {
		form.Labels[lang] = value("label_" + lang)
	}
	if label := value("label"); label != "" && form.Labels[form.Languages[0]] == "" {
		form.Labels[form.Languages[0]] = label
	}
	if form.Kind == "" {
		form.Kind = contact.KindText
	}
	var err error
	if form.All, err = v.S.d.Contacts.Record(v.Ctx()); err != nil {
		return form, err
	}
	v.offerUse(&form)
	return form, nil
}

// offerUse fills in the choices of a field's use.
func (v *Visit) offerUse(form *fieldForm) {
	for _, c := range v.S.d.Packs.Categories() {
		if len(c.Refused) > 0 {
			form.Never = append(form.Never, c)
		} else {
			form.Allowed = append(form.Allowed, c)
		}
	}
	for _, p := range form.All.Purposes {
		if p.IsInUse() {
			form.Purpose = append(form.Purpose, choice{string(p.ID), p.Name.In(v.P.Lang(), v.Firm.Country)})
		}
	}
	for _, role := range account.Roles() {
		if role.Can(account.SeeContacts) {
			form.Roles = append(form.Roles, string(role))
		}
	}
	for _, f := range form.All.Optional() {
		form.Optional = append(form.Optional, choice{string(f), v.fieldLabel(form.All, f)})
	}
	if form.Key != "" {
		form.KeyLabel = v.fieldLabel(form.All, form.Key)
		if form.Category == "" && slices.ContainsFunc(form.Allowed, func(c workflow.Category) bool { return c.ID == string(form.Key) }) {
			form.Category = string(form.Key)
		}
	}
}

func askForField(v *Visit) error {
	form, err := v.fieldForm()
	if err != nil {
		return err
	}
	return v.Page("field_new", form)
}

func declareField(v *Visit) error {
	form, err := v.fieldForm()
	if err != nil {
		return err
	}
	in := processing.Declaring{Sure: form.Sure, Categories: v.S.d.Packs.Categories(), Roles: form.Roles, Field: processing.Field{
		Key: form.Key, Category: form.Category, Necessary: form.Necessary, Why: form.Why, Readers: form.Readers,
		Condition: form.Condition, Months: monthsOf(form.Months),
	}}
	for _, id := range form.Purposes {
		in.Purposes = append(in.Purposes, processing.PurposeID(id))
	}
	if form.Key == "" {
		in.Label, in.Kind = form.Labels, form.Kind
		if form.Kind == contact.KindChoice {
			in.Choices = strings.Split(form.Choices, "\n")
		}
	}
	if !form.IsSpecial() {
		in.Condition = ""
	}
	key, err := v.S.d.Contacts.DeclareField(v.Ctx(), v.Actor, in)
	if err != nil {
		return v.Again("field_new", form, v.withReason(form, err))
	}
	v.Flash("fields.declared", nil)
	return v.Redirect(form.after(key))
}

// withReason adds why a category may not be declared.
func (v *Visit) withReason(form fieldForm, err error) error {
	var l fault.List
	for _, f := range fault.All(err) {
		for _, c := range form.Never {
			if f.Key == processing.ErrCategory.Key && c.ID == form.Category {
				f = f.With("Reason", c.Refused.In(v.P.Lang(), v.Firm.Country))
			}
		}
		l.Add(f)
	}
	if len(l) == 0 {
		return err
	}
	return l
}

func monthsOf(s string) int {
	n := 0
	for _, r := range s {
		if r < '0' || r > '9' || n > 1200 {
			return 0
		}
		n = n*10 + int(r-'0')
	}
	return n
}

// after is where the visitor came from: the preview, with the column read as the new
// field, or the list.
func (f fieldForm) after(key contact.Field) string {
	u, err := url.Parse(f.Back)
	if err != nil || !strings.HasPrefix(f.Back, "/contacts/import/") {
		return "/contacts/fields"
	}
	q := u.Query()
	as := string(key)
	if contact.Field(f.As).DeclaredAs() == key {
		as = f.As
	}
	q.Set("map_"+f.Column, as)
	u.RawQuery = q.Encode()
	return u.String()
}

// endPage asks what is to become of a field's values.
type endPage struct {
	Field shownField
	Count int
}

func (v *Visit) endPage() (endPage, error) {
	r, err := v.S.d.Contacts.Record(v.Ctx())
	if err != nil {
		return endPage{}, err
	}
	f, ok := r.Field(contact.Field(v.C.Params("field")))
	if !ok || !f.IsInUse() {
		return endPage{}, processing.ErrNoField
	}
	page := endPage{Field: v.shownField(r, f)}
	page.Count, err = v.S.d.Contacts.FieldUse(v.Ctx(), f.Key)
	return page, err
}

func askToEndField(v *Visit) error {
	page, err := v.endPage()
	if err != nil {
		return err
	}
	return v.Page("field_end", page)
}

// fewValues is how many values are erased while the visitor waits; more go beside
// the page.
const fewValues = 5000

func endField(v *Visit) error {
	page, err := v.endPage()
	if err != nil {
		return err
	}
	if err := v.S.d.Contacts.EndField(v.Ctx(), v.Actor, page.Field.Key); err != nil {
		return v.Again("field_end", page, err)
	}
	if page.Count <= fewValues {
		if err := v.S.d.Contacts.EraseEnded(v.Ctx()); err != nil {
			return err
		}
		v.Flash("fields.ended", nil)
	} else {
		v.Flash("fields.ending", nil)
	}
	return v.Redirect("/contacts/fields")
}
