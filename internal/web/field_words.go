package web

import (
	"net/url"
	"slices"
	"strconv"

	"clepsydra/internal/account"
	"clepsydra/internal/contact"
	"clepsydra/internal/processing"
)

// fieldLabel is how a field is called: the firm's own word for its own fields, in the
// visitor's language where there is one.
func (v *Visit) fieldLabel(r processing.Record, key contact.Field) string {
	if f, ok := r.Field(key); ok && len(f.Label) > 0 {
		for _, lang := range []string{v.P.Lang(), v.Firm.Language} {
			if s := f.Label[lang]; s != "" {
				return s
			}
		}
		return f.Label.In(v.P.Lang(), v.Firm.Country)
	}
	if key.IsOwn() {
		return string(key)
	}
	return v.P.T("customers.field_"+string(key), nil)
}

// hide empties what the visitor's role may not see.
func (v *Visit) hide(people []contact.Contact) error {
	r, err := v.S.d.Contacts.Record(v.Ctx())
	if err != nil {
		return err
	}
	hidden := r.HiddenFrom(string(v.Account.Role))
	if len(hidden) == 0 {
		return nil
	}
	for i := range people {
		people[i] = people[i].Without(hidden)
	}
	return nil
}

// provenance says in words where a value came from.
func (v *Visit) provenance(p contact.Provenance, names map[string]string) string {
	who := names[p.ActorID]
	if who == "" {
		who = v.P.T("fields.somebody", nil)
	}
	args := map[string]any{"Who": who, "When": v.P.Date(p.At), "File": p.FileName, "Line": v.P.Number(p.Line)}
	switch p.How {
	case contact.HowImported:
		if p.FileName == "" {
			return v.P.T("fields.from_import_unnamed", args)
		}
		return v.P.T("fields.from_import", args)
	case contact.HowForm, contact.HowRequest, contact.HowPhone, contact.HowCounter, contact.HowPaper, contact.HowCorrected:
		return v.P.T("fields.from_"+string(p.How), args)
	}
	return v.P.T("fields.from_typed", args)
}

// offerFields puts what a column may be into the preview of an import.
func (v *Visit) offerFields(page *importPage) error {
	r, err := v.S.d.Contacts.Record(v.Ctx())
	if err != nil {
		return err
	}
	for _, f := range r.Declaration().Columns() {
		page.Choices = append(page.Choices, choice{string(f), v.fieldLabel(r, f)})
	}
	page.Decides = v.Is(account.Decide)
	return nil
}

// Undeclared are the columns that are left out because nobody declared them.
func (p importPage) Undeclared() []importColumn {
	return slices.DeleteFunc(slices.Clone(p.Columns), func(c importColumn) bool {
		return c.IsEmpty || c.Why != contact.ByUndeclared && (c.Why != contact.ByUnknown || c.Header == "" || p.Plan.Format == contact.FormatVCard)
	})
}

// DeclareURL leads to the declaration of a column's field and from there back to this
// very preview.
func (p importPage) DeclareURL(c importColumn) string {
	return c.declareURL(url.Values{"column": {strconv.Itoa(c.Index)}, "back": {p.here()}})
}

// declareURL leads to the declaration of what a column holds.
func (c importColumn) declareURL(q url.Values) string {
	if c.Meant != contact.FieldNone {
		q.Set("key", string(c.Meant.DeclaredAs()))
		q.Set("as", string(c.Meant))
	} else {
		q.Set("label", c.Header)
	}
	return "/contacts/fields/new?" + q.Encode()
}

// here is the address of the preview with everything that was chosen.
func (p importPage) here() string {
	return "/contacts/import/" + url.PathEscape(p.Upload) + "?" + p.reading().Encode()
}
