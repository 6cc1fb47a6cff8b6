package web

import (
	"time"

	"clepsydra/internal/contact"
	"clepsydra/internal/fault"
	"clepsydra/internal/locale"
	"clepsydra/internal/signup"
	"clepsydra/internal/stewardship"
)

// correctInputs are what somebody may change of himself, with what is known or what he
// typed.
func (v *Visit) correctInputs(p stewardship.Preferences) []signupInput {
	known := map[contact.Field]string{}
	for _, f := range stewardship.ShownFields(p.Contact) {
		known[f.Field] = f.Value
	}
	var out []signupInput
	for _, f := range stewardship.Correctable(p.Record) {
		for _, in := range signup.Inputs(f.Key) {
			i := v.signupInput(in, f, signup.Ask{})
			if i.Value == "" && v.Form("seen") == "" {
				i.Value = known[in]
			}
			switch in {
			case contact.FieldCountry:
				i.Choices = append(i.Choices[:1], v.countryChoices(i.Value)...)
			case contact.FieldLanguage:
				i.Choices = []choice{{"", v.P.T("signup.choose", nil)}}
				for _, lang := range locale.Languages() {
					i.Choices = append(i.Choices, choice{lang, v.P.T("language."+lang, nil)})
				}
			}
			out = append(out, i)
		}
	}
	return out
}

// correctMyself puts right what somebody says is wrong about himself.
func correctMyself(v *Visit) error {
	page, err := v.preferencesPage()
	if err != nil {
		return v.linkGone(err)
	}
	changes := map[contact.Field]string{}
	for _, i := range page.Inputs {
		changes[contact.Field(i.Name)] = i.Value
	}
	seen, err := time.Parse(time.RFC3339Nano, v.Form("seen"))
	if err != nil {
		seen = time.Unix(1, 0).UTC() // nobody saw that: a conflict
	}
	err = v.S.d.Signups.CorrectMyself(v.Ctx(), page.Token, changes, seen)
	if fault.KindOf(err) == fault.NotFound {
		return v.linkGone(err)
	}
	if err != nil {
		page.Open = true
		return v.Again("preferences", page, err)
	}
	v.Flash("preferences.corrected", nil)
	return v.Redirect("/p/" + page.Token)
}
