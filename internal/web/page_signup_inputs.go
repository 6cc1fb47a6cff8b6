package web

import (
	"slices"

	"clepsydra/internal/contact"
	"clepsydra/internal/processing"
	"clepsydra/internal/signup"
)

// fillSignup makes the inputs and boxes with what was typed.
func (v *Visit) fillSignup(page *signupPage, version signup.Version) error {
	r, err := v.S.d.Signups.Record(v.Ctx())
	if err != nil {
		return err
	}
	if once := v.Form("once"); onceShape.MatchString(once) {
		page.Once = once
	}
	page.Read = v.Ticked("read")
	for _, a := range version.Definition.Fields {
		var field processing.Field
		for _, f := range r.Fields {
			if f.Key == a.Field {
				field = f
			}
		}
		for _, in := range signup.Inputs(a.Field) {
			page.Inputs = append(page.Inputs, v.signupInput(in, field, a))
		}
	}
	ticked := v.FormAll("box")
	for _, b := range version.Definition.Boxes {
		page.Boxes = append(page.Boxes, signupBox{Key: b.Key(), Label: b.Label[page.Lang], Ticked: slices.Contains(ticked, b.Key())})
	}
	return nil
}

func (v *Visit) signupInput(in contact.Field, field processing.Field, a signup.Ask) signupInput {
	i := signupInput{Name: string(in), Type: "text", Value: v.Form(string(in)), Required: a.Required && in != contact.FieldCountry}
	if in.IsOwn() {
		i.Label = field.Label.In(v.P.Lang(), v.Firm.Country)
		v.ownInput(&i, field)
		return i
	}
	i.Label = v.P.T("signup.field_"+string(in), nil)
	i.Autocomplete = autocompleteOf(in)
	switch in {
	case contact.FieldEmail:
		i.Type = "email"
	case contact.FieldPhone:
		i.Type = "tel"
	case contact.FieldBirthDate:
		i.Type = "date"
	case contact.FieldCountry:
		i.Choices = append([]choice{{"", v.P.T("signup.choose", nil)}}, v.countryChoices(i.Value)...)
	}
	return i
}

// ownInput is the input of a field that the firm declared itself.
func (v *Visit) ownInput(i *signupInput, f processing.Field) {
	empty := choice{"", v.P.T("signup.choose", nil)}
	switch f.Kind {
	case processing.KindDate:
		i.Type = "date"
	case processing.KindNumber:
		i.Type = "number"
	case processing.KindYesNo:
		i.Choices = []choice{empty, {"yes", v.P.T("signup.yes", nil)}, {"no", v.P.T("signup.no", nil)}}
	case processing.KindChoice:
		i.Choices = []choice{empty}
		for _, c := range f.Choices {
			i.Choices = append(i.Choices, choice{c, c})
		}
	}
}

// autocompleteOf says to a browser what it may fill in (WCAG 1.3.5).
func autocompleteOf(f contact.Field) string {
	return map[contact.Field]string{
		contact.FieldEmail: "email", contact.FieldName: "name", contact.FieldGiven: "given-name", contact.FieldFamily: "family-name",
		contact.FieldOrganisation: "organization", contact.FieldPhone: "tel", contact.FieldStreet: "street-address",
		contact.FieldPostcode: "postal-code", contact.FieldCity: "address-level2", contact.FieldCountry: "country", contact.FieldBirthDate: "bday",
	}[f]
}
