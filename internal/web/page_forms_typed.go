package web

import (
	"slices"
	"strings"

	"clepsydra/internal/contact"
	"clepsydra/internal/processing"
	"clepsydra/internal/signup"
	"clepsydra/internal/workflow"
)

// typedForm reads a definition from the editor. What no form may have, such as a box
// ticked beforehand, is read as well: it has to be refused, not overlooked.
func (v *Visit) typedForm() (d signup.Definition, slug string) {
	d = signup.Definition{For: processing.PurposeID(v.Form("for")), Notice: v.Form("notice"), Title: workflow.Text{}, Intro: workflow.Text{}}
	for _, lang := range workflow.Languages() {
		if !slices.Contains(v.FormAll("languages"), lang) {
			continue
		}
		d.Languages = append(d.Languages, lang)
		d.Title[lang], d.Intro[lang] = v.Form("title_"+lang), v.Form("intro_"+lang)
	}
	for line := range strings.FieldsSeq(v.Form("sites")) {
		d.Sites = append(d.Sites, strings.TrimSuffix(line, "/"))
	}
	d.Fields = []signup.Ask{{Field: contact.FieldEmail, Required: true}}
	for _, key := range v.FormAll("ask") {
		if f := contact.Field(key); f != contact.FieldEmail {
			d.Fields = append(d.Fields, signup.Ask{Field: f, Required: slices.Contains(v.FormAll("required"), key)})
		}
	}
	for _, key := range v.FormAll("offer") {
		d.Boxes = append(d.Boxes, v.typedBox(key, d.Languages))
	}
	slug = v.Form("slug")
	if slug == "" && len(d.Languages) > 0 {
		slug = signup.SlugOf(d.Title[d.Languages[0]])
	}
	return d, strings.ToLower(slug)
}

func (v *Visit) typedBox(key string, languages []string) signup.Box {
	purpose, channel, _ := strings.Cut(key, ".")
	at := "box_" + key
	b := signup.Box{
		Purpose: processing.PurposeID(purpose), Channel: processing.Channel(channel), Label: workflow.Text{},
		Ticked: v.Ticked(at + "_ticked"), Required: v.Ticked(at + "_required"), Hidden: v.Ticked(at + "_hidden"), Condition: v.Form(at + "_condition"),
	}
	for _, lang := range languages {
		b.Label[lang] = v.Form(at + "_" + lang)
	}
	for _, also := range v.FormAll(at + "_also") {
		b.Also = append(b.Also, processing.PurposeID(also))
	}
	return b
}

// lined writes one thing per line.
func lined(all []string) string { return strings.Join(all, "\n") }
