package web_test

import (
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"clepsydra/internal/account"
)

// Proposed fields are read and confirmed, one or all; an own one is declared with its
// reason and ended again with its values.
func TestFieldsAreConfirmedDeclaredAndEnded(t *testing.T) {
	h := newHouse(t)
	b := h.as(account.Administrator)
	b.get("/contacts/fields").shows(200, "10 fields are only proposed", "Orders and deliveries", "(contract)")
	b.post("/contacts/fields/confirm", url.Values{"field": {"email"}}).leadsTo("/contacts/fields")
	b.get("/contacts/fields").shows(200, "9 fields are only proposed")
	b.post("/contacts/fields/confirm", url.Values{"field": {"name", "given_name", "family_name", "organisation", "customer_number", "phone", "address", "language", "marketing"}}).leadsTo("/contacts/fields")
	b.get("/contacts/fields").shows(200).lacks("only proposed")
	b.post("/contacts/fields/confirm", url.Values{"field": {"x_none"}}).shows(404)
	b.get("/contacts/fields/new").shows(200, "Never in a customer file", "Date of birth", "National")

	form := url.Values{"label_nl": {"Rijksregisternummer"}, "kind": {"text"}, "category": {"national_number"}}
	b.post("/contacts/fields/new", form).shows(422, "This name stands for one of them", "A national number may only be used", "at least one", "why you need it", `value="Rijksregisternummer"`)
	form = url.Values{"label_nl": {"Allergie"}, "kind": {"text"}, "category": {"health"}, "purposes": {"orders"}, "why": {"To keep nuts away"}, "condition": {"a"}}
	b.post("/contacts/fields/new", form).shows(422, "Confirm that you have checked it", `value="Allergie"`, "To keep nuts away")
	form.Set("sure", "1")
	b.post("/contacts/fields/new", form).leadsTo("/contacts/fields")
	b.get("/contacts/fields").shows(200, "Allergie", "special category", "9(2)(a)", "To keep nuts away")

	h.as(account.Handler).get("/contacts/fields").shows(200).lacks("/contacts/fields/new")
	b.get("/contacts/fields/x_allergie/end").shows(200, "Nobody has a value in it")
	b.post("/contacts/fields/x_allergie/end", nil).leadsTo("/contacts/fields")
	b.get("/contacts/fields").shows(200, "1 field that ended")
	b.post("/contacts/fields/x_allergie/end", nil).shows(404)
}

// A column that is not declared is shown, not dropped in silence; declaring it comes
// back to the same preview with everything that was chosen.
func TestAnUndeclaredColumnIsAskedFor(t *testing.T) {
	h := newHouse(t)
	b := h.as(account.Administrator)
	const file = "Email;Naam;Geboortedatum;Schoenmaat\nann@example.com;Ann Vos;01/02/1980;42,5\nbob@example.com;Bob Maes;02/03/1981;groot\n"
	to, _, _ := strings.Cut(b.upload("klanten.csv", file).leadsTo("/contacts/import/"), "?")
	page := b.get(to+"?map_1=").shows(200, "2 columns are not declared", "Schoenmaat", "Date of birth", "recognised, not declared")
	links := regexp.MustCompile(`href="(/contacts/fields/new\?[^"]+)"`).FindAllStringSubmatch(page.body, -1)
	if len(links) != 2 {
		t.Fatalf("%d columns can be declared", len(links))
	}
	ask := b.get(html.UnescapeString(links[0][1])).shows(200, "Date of birth", "Back to the file")
	form := func(page answer) url.Values {
		out := url.Values{}
		for _, m := range regexp.MustCompile(`<input type="hidden" name="(key|back|column|as)" value="([^"]*)"`).FindAllStringSubmatch(page.body, -1) {
			out.Set(m[1], html.UnescapeString(m[2]))
		}
		out.Set("purposes", "orders")
		out.Set("why", "To find minors")
		return out
	}
	born := form(ask)
	born.Set("category", "birth_date")
	back := b.post("/contacts/fields/new", born).leadsTo(to)
	page = b.get(back).shows(200, "1 column is not declared")
	if !regexp.MustCompile(`(?s)id="f-map_2".*?value="birth_date" selected`).MatchString(page.body) || regexp.MustCompile(`(?s)id="f-map_1".*?value="name" selected.*?</select>.*?id="f-map_2"`).MatchString(page.body) {
		t.Error("what was chosen is lost")
	}
	links = regexp.MustCompile(`href="(/contacts/fields/new\?[^"]+)"`).FindAllStringSubmatch(page.body, -1)
	ask = b.get(html.UnescapeString(links[len(links)-1][1])).shows(200, `value="Schoenmaat"`)
	size := form(ask)
	for k, v := range map[string]string{"label_nl": "Schoenmaat", "kind": "number", "category": "preferences"} {
		size.Set(k, v)
	}
	back = b.post("/contacts/fields/new", size).leadsTo(to)
	page = b.get(back).shows(200, "is not a number", "groot")
	confirm := url.Values{}
	for _, m := range regexp.MustCompile(`<input type="hidden" name="(map_\d)" value="([^"]*)"`).FindAllStringSubmatch(page.body, -1) {
		confirm.Set(m[1], m[2])
	}
	confirm.Set("map_1", "name")
	b.post(to+"/confirm", confirm).leadsTo("/contacts/imports")
	b.get(b.person("Ann")).shows(200, "42.5", "Schoenmaat", "1980-02-01", "from the file klanten.csv, line 2")
	if out := b.post("/contacts/export", url.Values{"format": {"csv"}}).shows(200, "x_schoenmaat", ";42.5"); strings.Count(out.body, "\n") != 3 {
		t.Errorf("export %s", out.body)
	}
	again, _, _ := strings.Cut(b.upload("later.csv", "EMAIL;naam;geboortedatum;SCHOENMAAT\ncas@example.com;Cas;;40\n").leadsTo("/contacts/import/"), "?")
	b.get(again).shows(200).lacks("not declared")
}

// person finds somebody's page.
func (c *caller) person(name string) string {
	c.h.t.Helper()
	m := regexp.MustCompile(`/contacts/people/[0-9a-f-]+`).FindString(c.get("/contacts?text=" + url.QueryEscape(name)).body)
	if m == "" {
		c.h.t.Fatalf("%s is not in the file", name)
	}
	return m
}

// seen is what the form says the editor saw.
func (a answer) seen() string { return a.address(`name="seen" value="([^"]+)"`) }

// A person is put right with checks; nothing typed is lost, a second editor is told,
// and every value says where it came from.
func TestAPersonIsPutRight(t *testing.T) {
	h := newHouse(t)
	b := h.as(account.Administrator)
	h.customers(3)
	person := b.person("k2@")
	edit := b.get(person+"/edit").shows(200, `value="k2@example.com"`)
	form := url.Values{"seen": {edit.seen()}, "name": {"Klant Twee"}, "email": {"no mail"}, "phone": {"12"}, "postcode": {"300000"}, "city": {"RR 85.07.30-033.28"}}
	b.post(person+"/edit", form).shows(422, "This is not one e-mail address", "This is not a phone number", "There is no such postcode", "Such things are never kept", `value="Klant Twee"`, `value="no mail"`, `value="300000"`)
	form = url.Values{"seen": {edit.seen()}, "phone": {"0471 23 45 67"}, "email": {"twee@example.com"}}
	b.post(person+"/edit", form).leadsTo(person)
	b.get(person).shows(200, "&#43;32471234567", "corrected", "by Lotte Vermeer", "from the file klanten.csv")
	form.Set("email", "drie@example.com")
	late := b.post(person+"/edit", form).shows(409, "Somebody else changed this person", "Now stands there: twee@example.com", `value="drie@example.com"`)
	form.Set("seen", late.seen())
	b.post(person+"/edit", form).leadsTo(person)
	b.get(person).shows(200, "drie@example.com")
	h.as(account.DPO).get(person).shows(200).lacks("/edit")
}

// Somebody is added by hand, with how he came; who is there already is said.
func TestSomebodyIsAddedByHand(t *testing.T) {
	h := newHouse(t)
	b := h.as(account.Administrator)
	b.get("/contacts/add").shows(200, "At the counter")
	b.post("/contacts/add", url.Values{"name": {""}, "how": {"counter"}}).shows(422, "must remain")
	form := url.Values{"name": {"Noor Baert"}, "email": {"noor@example.com"}, "how": {"counter"}, "at": {"2026-01-05"}}
	person := b.post("/contacts/add", form).leadsTo("/contacts/people/")
	b.get(person).shows(200, "Noor Baert", "at the counter 5 January 2026")
	b.post("/contacts/add", form).shows(409, "in the file already", person, `name="despite"`)
	form.Set("despite", "1")
	b.post("/contacts/add", form).leadsTo("/contacts/people/")
}

// A field that a role may not see is nowhere: not on the page, in the list, in the
// form, in a file.
func TestAFieldIsHiddenFromOtherRoles(t *testing.T) {
	h := newHouse(t)
	b := h.as(account.Administrator)
	b.post("/contacts/fields/new", url.Values{"label_nl": {"Rekening"}, "kind": {"text"}, "category": {"bank_account"}, "purposes": {"orders"}, "why": {"To pay back"}, "readers": {"manager", "administrator"}}).leadsTo("/contacts/fields")
	person := b.post("/contacts/add", url.Values{"name": {"Noor Baert"}, "x_rekening": {"Zichtrekening bij KBC"}}).leadsTo("/contacts/people/")
	b.get(person).shows(200, "Zichtrekening")
	other := h.as(account.Handler)
	other.get(person).shows(200, "Some fields are not shown").lacks("Zichtrekening")
	other.get(person+"/edit").shows(200).lacks("Zichtrekening", "Rekening")
	other.post("/contacts/export", url.Values{"format": {"csv"}}).shows(200, "Noor Baert").lacks("Zichtrekening", "x_rekening")
	edit := other.get(person + "/edit")
	other.post(person+"/edit", url.Values{"seen": {edit.seen()}, "name": {"Noor Baert"}, "city": {"Gent"}, "x_rekening": {""}}).leadsTo(person)
	b.get(person).shows(200, "Zichtrekening", "Gent")
}

// Words that point to health are named when they are typed into a free text.
func TestAHealthWordIsNamed(t *testing.T) {
	h := newHouse(t)
	b := h.as(account.Administrator)
	b.post("/contacts/fields/new", url.Values{"label_nl": {"Opmerking"}, "kind": {"text"}, "category": {"preferences"}, "purposes": {"orders"}, "why": {"To serve well"}}).leadsTo("/contacts/fields")
	person := b.post("/contacts/add", url.Values{"name": {"Noor"}, "x_opmerking": {"heeft diabetes"}}).leadsTo("/contacts/people/")
	b.get(person).shows(200, "heeft diabetes", "seems to speak of health")
}

// Two who are one are compared, merged, found by their old link and taken apart.
func TestDoublesAreMergedAndUndone(t *testing.T) {
	h := newHouse(t)
	b := h.as(account.Administrator)
	b.get("/contacts/doubles").shows(200, "Nobody seems to be in twice")
	add := func(form url.Values) string { return b.post("/contacts/add", form).leadsTo("/contacts/people/") }
	first := add(url.Values{"name": {"Jan Peeters"}, "email": {"jan@example.com"}, "postcode": {"3000"}})
	second := add(url.Values{"name": {"Peeters Jan"}, "email": {"jan.peeters@example.com"}, "phone": {"0471 23 45 67"}, "postcode": {"3000"}})
	list := b.get("/contacts/doubles").shows(200, "1 pair", "names turned around")
	compare := list.address(`href="(/contacts/doubles/[^"]+)"`)
	page := b.get(compare).shows(200, "One person or two?", "jan@example.com", "jan.peeters@example.com", "only one has it")
	if !strings.Contains(page.body, `name="stay_email" value="keep" checked`) {
		t.Error("nothing is chosen beforehand")
	}
	keep := strings.TrimPrefix(first, "/contacts/people/")
	if !strings.HasPrefix(compare, "/contacts/doubles/"+keep) {
		t.Fatalf("%s does not keep the elder", compare)
	}
	b.post(compare, url.Values{"stay_email": {"double"}}).leadsTo(first)
	b.get(second).leadsTo(first)
	merged := b.get(first).shows(200, "jan.peeters@example.com", "&#43;32471234567", "Merged into this person")
	b.get("/contacts/doubles").shows(200, "Merged lately", "Jan Peeters")
	undo := merged.address(`action="(/contacts/merges/[^"]+)"`)
	b.post(undo, nil).leadsTo(first)
	b.get(first).shows(200, "jan@example.com").lacks("jan.peeters")
	b.get(second).shows(200, "jan.peeters@example.com")
	b.post(undo, nil).shows(409, "cannot be undone any more")
	b.post(compare+"/apart", nil).leadsTo("/contacts/doubles")
	b.get("/contacts/doubles").shows(200, "Nobody seems to be in twice")
	b.get("/contacts/doubles/" + keep + "/" + keep).shows(422)
	b.get(fmt.Sprintf("/contacts/doubles/%s/none", keep)).shows(404)
}
