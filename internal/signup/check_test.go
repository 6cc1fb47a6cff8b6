package signup_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"clepsydra/internal/contact"
	"clepsydra/internal/fault"
	"clepsydra/internal/processing"
	"clepsydra/internal/signup"
	"clepsydra/internal/workflow"
)

// record is a firm's record: orders by contract, news and calls by consent, offers to
// its own customers.
func record() processing.Record {
	all := []processing.Channel{processing.ByMail, processing.ByPhone}
	return processing.Record{
		Purposes: []processing.Purpose{
			{ID: "orders", Basis: processing.Contract, Channels: all},
			{ID: "news", Basis: processing.Consent, Marketing: true, Channels: all},
			{ID: "survey", Basis: processing.Consent, Channels: []processing.Channel{processing.ByMail}},
			{ID: "offers", Basis: processing.LegitimateInterests, Marketing: true, Channels: all},
		},
		Fields: []processing.Field{
			{Key: contact.FieldEmail, Purposes: []processing.PurposeID{"orders", "news"}, Necessary: true},
			{Key: contact.FieldName, Purposes: []processing.PurposeID{"orders", "news"}},
			{Key: contact.FieldPhone, Purposes: []processing.PurposeID{"orders"}},
			{Key: contact.FieldAddress, Purposes: []processing.PurposeID{"orders"}, Necessary: true},
			{Key: contact.FieldBirthDate, Purposes: []processing.PurposeID{"news"}},
			{Key: "x_size", Kind: processing.KindChoice, Choices: []string{"S", "M"}, Purposes: []processing.PurposeID{"news"}},
		},
	}
}

func box(p processing.PurposeID, c processing.Channel) signup.Box {
	return signup.Box{Purpose: p, Channel: c, Label: workflow.Text{"nl": "Ja, " + string(p)}}
}

func lawful() signup.Definition {
	return signup.Definition{
		Languages: []string{"nl"}, Title: workflow.Text{"nl": "Nieuws"}, Notice: "https://www.example.com/privacy",
		Fields: []signup.Ask{{Field: contact.FieldEmail, Required: true}, {Field: contact.FieldName}},
		Boxes:  []signup.Box{box("news", processing.ByMail), box("survey", processing.ByMail)},
	}
}

func TestAFormThatTriesWhatTheLawForbidsIsRefused(t *testing.T) {
	t.Parallel()
	if err := lawful().Check(record()); err != nil {
		t.Fatalf("a lawful form: %v", err)
	}
	for name, c := range map[string]struct {
		try  func(*signup.Definition)
		want error
		at   string
	}{
		"ticked beforehand":   {func(d *signup.Definition) { d.Boxes[0].Ticked = true }, signup.ErrTicked, "box_news.mail"},
		"two purposes":        {func(d *signup.Definition) { d.Boxes[0].Also = []processing.PurposeID{"survey"} }, signup.ErrBundled, "box_news.mail"},
		"required":            {func(d *signup.Definition) { d.Boxes[1].Required = true }, signup.ErrCompulsory, "box_survey.mail"},
		"for a discount":      {func(d *signup.Definition) { d.Boxes[0].Condition = "10 % off" }, signup.ErrConditional, "box_news.mail"},
		"not shown":           {func(d *signup.Definition) { d.Boxes[0].Hidden = true }, signup.ErrHidden, "box_news.mail"},
		"consent as its aim":  {func(d *signup.Definition) { d.For = "news" }, signup.ErrHidden, "for"},
		"marketing as aim":    {func(d *signup.Definition) { d.For = "offers" }, signup.ErrHidden, "for"},
		"another ground":      {func(d *signup.Definition) { d.Boxes[0] = box("orders", processing.ByMail) }, signup.ErrNoConsent, "box_orders.mail"},
		"twice":               {func(d *signup.Definition) { d.Boxes[1] = d.Boxes[0] }, signup.ErrTwice, "box_news.mail"},
		"a needless field":    {func(d *signup.Definition) { d.Fields[1].Field = contact.FieldAddress }, signup.ErrNeedless, "field_address"},
		"not declared":        {func(d *signup.Definition) { d.Fields[1].Field = "x_income" }, signup.ErrUndeclared, "field_x_income"},
		"required for no use": {func(d *signup.Definition) { d.Fields[1].Required = true }, signup.ErrNotRequired, "field_name"},
		"no mail address":     {func(d *signup.Definition) { d.Fields = d.Fields[1:] }, signup.ErrNoMail, "fields"},
		"no phone to call":    {func(d *signup.Definition) { d.Boxes[0] = box("news", processing.ByPhone) }, signup.ErrReach, "box_news.phone"},
		"a way not in use":    {func(d *signup.Definition) { d.Boxes[1] = box("survey", processing.ByPhone) }, signup.ErrChannel, "box_survey.phone"},
		"an unknown purpose":  {func(d *signup.Definition) { d.Boxes[0] = box("spy", processing.ByMail) }, signup.ErrPurpose, "box_spy.mail"},
		"no purpose":          {func(d *signup.Definition) { d.Boxes = nil }, signup.ErrNoPurpose, "boxes"},
		"no words":            {func(d *signup.Definition) { d.Boxes[0].Label = nil }, signup.ErrNoLabel, "box_news.mail_nl"},
		"no title":            {func(d *signup.Definition) { d.Title = nil }, signup.ErrNoTitle, "title_nl"},
		"no language":         {func(d *signup.Definition) { d.Languages = nil }, signup.ErrNoLanguage, "languages"},
		"no notice":           {func(d *signup.Definition) { d.Notice = "javascript:alert(1)" }, signup.ErrNotice, "notice"},
		"a site with a path":  {func(d *signup.Definition) { d.Sites = []string{"https://www.example.com/shop"} }, signup.ErrSite, "sites"},
		"a site with more":    {func(d *signup.Definition) { d.Sites = []string{"https://a.example; script-src *"} }, signup.ErrSite, "sites"},
	} {
		d := lawful()
		c.try(&d)
		err := d.Check(record())
		found := slices.ContainsFunc(fault.All(err), func(e *fault.Error) bool { return errors.Is(e, c.want) && e.Field == c.at })
		if !found {
			t.Errorf("%s: %v, want %v at %s", name, err, c.want, c.at)
		}
	}
}

// Whatever else a definition is, one that passes has no box that is ticked, required,
// hidden, bundled or conditional, and each box is one purpose that rests on consent.
func TestNoFormThatPassesTakesMoreThanWasGiven(t *testing.T) {
	t.Parallel()
	r := record()
	rapid.Check(t, func(t *rapid.T) {
		d := lawful()
		d.Boxes = nil
		for range rapid.IntRange(0, 4).Draw(t, "boxes") {
			b := box(rapid.SampledFrom([]processing.PurposeID{"orders", "news", "survey", "offers", "spy", ""}).Draw(t, "purpose"), rapid.SampledFrom(processing.Channels()).Draw(t, "channel"))
			b.Ticked, b.Required, b.Hidden = rapid.Bool().Draw(t, "ticked"), rapid.Bool().Draw(t, "required"), rapid.Bool().Draw(t, "hidden")
			b.Condition = rapid.SampledFrom([]string{"", " ", "10 % off"}).Draw(t, "condition")
			if rapid.Bool().Draw(t, "bundled") {
				b.Also = []processing.PurposeID{"survey"}
			}
			d.Boxes = append(d.Boxes, b)
		}
		d.For = rapid.SampledFrom([]processing.PurposeID{"", "orders", "news", "offers"}).Draw(t, "for")
		if d.Check(r) != nil {
			return
		}
		seen := map[string]bool{}
		for _, b := range d.Boxes {
			p, _ := r.Purpose(b.Purpose)
			if b.Ticked || b.Required || b.Hidden || len(b.Also) > 0 || strings.TrimSpace(b.Condition) != "" || p.Basis != processing.Consent || seen[b.Key()] {
				t.Fatalf("%+v passed", b)
			}
			seen[b.Key()] = true
		}
		if d.For != "" && d.For != "orders" {
			t.Fatalf("a form for %s passed", d.For)
		}
	})
}

func TestASlugIsAnAddress(t *testing.T) {
	t.Parallel()
	for title, want := range map[string]string{"Blijf op de hoogte!": "blijf-op-de-hoogte", "Été & Hiver": "ete-hiver", "山田": "form", "": "form", "--": "form"} {
		if got := signup.SlugOf(title); got != want {
			t.Errorf("%q: %q", title, got)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		if slug := signup.SlugOf(rapid.String().Draw(t, "title")); signup.CheckSlug(slug) != nil {
			t.Fatalf("%q is no address", slug)
		}
	})
}
