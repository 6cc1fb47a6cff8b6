package signup_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"clepsydra/internal/contact"
	"clepsydra/internal/processing"
	"clepsydra/internal/signup"
)

func today() contact.Date { return contact.Date{Year: 2026, Month: 11, Day: 22} }

func age(country string) int {
	if country == "BE" {
		return 13
	}
	return 16
}

func version() signup.Version {
	d := lawful()
	d.Fields = append(d.Fields, signup.Ask{Field: contact.FieldBirthDate}, signup.Ask{Field: "x_size"})
	return signup.Version{FormID: "f1", Number: 3, Definition: d, Shipped: map[string]signup.Shipped{"nl": {Read: "gelezen", Withdraw: "altijd intrekken"}}}
}

func typed() signup.Typed {
	return signup.Typed{Language: "nl", Values: map[contact.Field]string{contact.FieldEmail: " An@Example.COM "}, Ticked: []string{"news.mail"}, Read: true}
}

func TestWhatAVisitorSentIsLookedAt(t *testing.T) {
	t.Parallel()
	s, err := version().Take(record(), typed(), age, "BE", today())
	if err != nil || s.Values[contact.FieldEmail] != "an@example.com" || !slices.Equal(s.Boxes, []string{"news.mail"}) {
		t.Fatalf("%+v, %v", s, err)
	}
	for name, c := range map[string]struct {
		try  func(*signup.Typed)
		want error
	}{
		"no address":        {func(t *signup.Typed) { t.Values[contact.FieldEmail] = "" }, signup.ErrValue},
		"half an address":   {func(t *signup.Typed) { t.Values[contact.FieldEmail] = "an@example" }, signup.ErrMail},
		"two addresses":     {func(t *signup.Typed) { t.Values[contact.FieldEmail] = "a@example.com,b@example.com" }, signup.ErrMail},
		"a header":          {func(t *signup.Typed) { t.Values[contact.FieldEmail] = "a@example.com\nBcc: b@example.com" }, signup.ErrMail},
		"nothing ticked":    {func(t *signup.Typed) { t.Ticked = nil }, signup.ErrNothing},
		"notice unread":     {func(t *signup.Typed) { t.Read = false }, signup.ErrNotRead},
		"not on the page":   {func(t *signup.Typed) { t.Ticked = []string{"offers.mail"} }, signup.ErrNotOffered},
		"too young":         {func(t *signup.Typed) { t.Values[contact.FieldBirthDate] = "2013-11-23" }, signup.ErrTooYoung},
		"not born yet":      {func(t *signup.Typed) { t.Values[contact.FieldBirthDate] = "2030-01-01" }, signup.ErrBirth},
		"no size there is":  {func(t *signup.Typed) { t.Values["x_size"] = "XXL" }, signup.ErrKind},
		"a national number": {func(t *signup.Typed) { t.Values[contact.FieldName] = "An 85.07.30-033.28" }, signup.ErrForbidden},
		"a payment card":    {func(t *signup.Typed) { t.Values[contact.FieldName] = "4111 1111 1111 1111" }, signup.ErrForbidden},
		"endless":           {func(t *signup.Typed) { t.Values[contact.FieldName] = strings.Repeat("a", 201) }, signup.ErrLong},
	} {
		in := typed()
		c.try(&in)
		if _, err := version().Take(record(), in, age, "BE", today()); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestATelephoneNumberIsWrittenForTheWholeWorld(t *testing.T) {
	t.Parallel()
	v := version()
	v.Definition.Fields = append(v.Definition.Fields, signup.Ask{Field: contact.FieldPhone})
	in := typed()
	in.Values[contact.FieldPhone] = "0471 23 45 67"
	if s, err := v.Take(record(), in, age, "BE", today()); err != nil || s.Values[contact.FieldPhone] != "+32471234567" {
		t.Fatalf("%+v, %v", s, err)
	}
	in.Values[contact.FieldPhone] = "call me"
	if _, err := v.Take(record(), in, age, "BE", today()); !errors.Is(err, signup.ErrKind) {
		t.Fatal(err)
	}
}

func TestOnHisBirthdaySomebodyMayAgree(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		born    contact.Date
		country string
		young   bool
	}{
		{contact.Date{Year: 2013, Month: 11, Day: 22}, "BE", false}, {contact.Date{Year: 2013, Month: 11, Day: 23}, "BE", true},
		{contact.Date{Year: 2013, Month: 11, Day: 22}, "NL", true}, {contact.Date{Year: 2010, Month: 11, Day: 22}, "NL", false}, {contact.Date{}, "NL", false},
	} {
		if got := signup.IsTooYoung(c.born, age(c.country), today()); got != c.young {
			t.Errorf("%v in %s: %v", c.born, c.country, got)
		}
	}
}

// Whatever is sent, only fields that were asked and boxes that were shown come through.
func TestNothingComesThroughThatWasNotOnThePage(t *testing.T) {
	t.Parallel()
	v := version()
	fields := append(contact.Fields(), "x_size", "x_income", "", "csrf")
	rapid.Check(t, func(t *rapid.T) {
		in := signup.Typed{Language: rapid.String().Draw(t, "language"), Values: map[contact.Field]string{}, Read: rapid.Bool().Draw(t, "read")}
		for range rapid.IntRange(0, 8).Draw(t, "values") {
			in.Values[rapid.SampledFrom(fields).Draw(t, "field")] = rapid.String().Draw(t, "value")
		}
		in.Ticked = rapid.SliceOf(rapid.SampledFrom([]string{"news.mail", "survey.mail", "offers.mail", "*marketing.mail", ""})).Draw(t, "ticked")
		s, err := v.Take(record(), in, age, "BE", today())
		for f := range s.Values {
			if !v.Definition.Asks(f) {
				t.Fatalf("%s was not asked", f)
			}
		}
		seen := map[string]bool{}
		for _, key := range s.Boxes {
			if _, ok := v.Box(key); !ok || seen[key] || !slices.Contains(in.Ticked, key) {
				t.Fatalf("%s was not shown, or not ticked", key)
			}
			seen[key] = true
		}
		if err == nil && (!in.Read || len(s.Boxes) == 0 || !signup.IsAddress(s.Values[contact.FieldEmail])) {
			t.Fatalf("taken: %+v", in)
		}
	})
}

func TestTheWordingIsWhatStoodBesideTheBox(t *testing.T) {
	t.Parallel()
	v := version()
	if got := v.Wording(box("news", processing.ByMail), "nl"); got != "Nieuws\n☐ Ja, news\naltijd intrekken" {
		t.Fatalf("wording %q", got)
	}
	if v.Wording(box("offers", processing.ByMail), "nl") != "" {
		t.Fatal("words of a box that is not there")
	}
	if v.Name() != "form f1 v3" {
		t.Fatal(v.Name())
	}
}

func TestThePersonIsMadeOfWhatWasTold(t *testing.T) {
	t.Parallel()
	s := signup.Submission{Language: "fr", Values: map[contact.Field]string{
		contact.FieldEmail: "an@example.com", contact.FieldGiven: "An", contact.FieldFamily: "Peeters", contact.FieldBirthDate: "1990-02-03", "x_size": "M",
	}}
	c := s.Contact()
	if c.Name != "An Peeters" || c.Language != "fr" || c.BirthDate.String() != "1990-02-03" || c.Extra.Get("x_size") != "M" {
		t.Fatalf("%+v", c)
	}
}

func TestTheTermsHaveTheirFigures(t *testing.T) {
	t.Parallel()
	terms, err := signup.LoadTerms()
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	if terms.ConfirmUntil(at).Sub(at) != 7*24*time.Hour || terms.PreferencesUntil(at).Sub(at) != 24*time.Hour || terms.AnswerDays != 30 {
		t.Fatalf("%+v", terms)
	}
}
