package web_test

import (
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"clepsydra/internal/account"
	"clepsydra/internal/contact"
	"clepsydra/internal/processing"
)

const farmShop = "Email;Naam;Straat;Postcode;Gemeente;Land;Taal;Klantnummer;Nieuwsbrief;Geboortedatum\n" +
	"ann@example.com;Ann Vos;Dorp 1;3000;Leuven;BE;nl;K1;ja;01/02/1980\n" +
	"bob@example.com;Bob Maes;Dorp 2;3000;Leuven;BE;nl;K2;nee;\n" +
	"chloe@example.com;Chloé Dupont;;;;FR;fr;=K3;;01/02/2015\n" +
	"dirk@example.com;Dirk Vosselaar;Markt 3;1234 AB;Utrecht;NL;nl;K4;;\n"

// fill imports the customers of a farm shop.
func (c *caller) fill() {
	c.h.t.Helper()
	c.h.declare("birth_date")
	to, _, _ := strings.Cut(c.upload("klanten.csv", farmShop).leadsTo("/contacts/import/"), "?")
	c.post(to+"/confirm", url.Values{}).leadsTo("/contacts/imports")
}

// declare declares a shipped field that the proposal leaves out.
func (h *house) declare(key contact.Field) {
	h.t.Helper()
	_, err := h.app.Stewardship.DeclareField(background, h.who, processing.Declaring{Categories: h.app.Packs.Categories(), Field: processing.Field{
		Key: key, Category: string(key), Purposes: []processing.PurposeID{"orders"}, Why: "To find minors among those affected",
	}})
	h.ok(err)
}

var rowOfPerson = regexp.MustCompile(`/contacts/people/[0-9a-f-]+" data-row>([^<]*)<`)

// names are the people a page lists, in its order.
func (a answer) names() string {
	var out []string
	for _, m := range rowOfPerson.FindAllStringSubmatch(a.body, -1) {
		out = append(out, m[1])
	}
	return strings.Join(out, ", ")
}

// address takes an address out of a page, as a browser reads it.
func (a answer) address(shape string) string {
	a.t.Helper()
	m := regexp.MustCompile(shape).FindStringSubmatch(a.body)
	if m == nil {
		a.t.Fatalf("no %s", shape)
	}
	return html.UnescapeString(m[1])
}

// The customer file is searched by any part, narrowed by filters, and says what to
// do when nobody fits.
func TestSearchAndFilters(t *testing.T) {
	h := newHouse(t)
	b := h.as(account.Administrator)
	b.get("/contacts").shows(200, "The customer file is empty", "/contacts/import")
	b.fill()
	for address, want := range map[string]string{
		"":                                "Ann Vos, Bob Maes, Chloé Dupont, Dirk Vosselaar",
		"?text=CHLOE":                     "Chloé Dupont",
		"?text=vos":                       "Ann Vos, Dirk Vosselaar",
		"?text=k2":                        "Bob Maes",
		"?text=os+an":                     "Ann Vos",
		"?country=BE":                     "Ann Vos, Bob Maes",
		"?country=BE&language=nl&text=bo": "Bob Maes",
		"?unsubscribed=yes":               "Bob Maes",
		"?post=no":                        "Chloé Dupont",
		"?minor=yes":                      "Chloé Dupont",
		"?postcode_from=1&postcode_to=2":  "Dirk Vosselaar",
		"?birth_from=1980&birth_to=1980":  "Ann Vos",
		"?phone=yes":                      "",
		"?country=%3Cscript%3E&minor=perhaps&birth_from=x": "Ann Vos, Bob Maes, Chloé Dupont, Dirk Vosselaar",
	} {
		if got := b.get("/contacts" + address).shows(200).names(); got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
	b.get("/contacts?text=nobody&country=BE").shows(200, "There are 4 people in the file", "Use fewer words", "Take a filter away")
	b.get("/contacts?text=vos&after=nonsense&fit=9").shows(200, "Ann Vos")
}

// A segment is saved from the filters, counted, opened, picked for the people
// affected, and removed; a refused name is kept.
func TestSegmentFromFilterToIncident(t *testing.T) {
	h := newHouse(t)
	b := h.as(account.Administrator)
	b.fill()
	b.get("/contacts/segments").shows(200, "No segments yet")
	form := b.get("/contacts?country=BE&text=vos&birth_from=1900").shows(200, "The searched text is not part of it")
	b.post(form.address(`action="(/contacts/segments[^"]*)"`), url.Values{"name": {"Oudere Belgen"}}).leadsTo("/contacts/segments")
	b.get("/contacts/segments").shows(200, "Oudere Belgen", "1 person", "/contacts?birth_from=1900&amp;country=BE")
	b.post("/contacts/segments?country=BE", url.Values{"name": {"Belgen"}}).leadsTo("/contacts/segments")
	b.get("/contacts/segments").shows(200, "Belgen", "2 people", "/contacts?country=BE")
	b.post("/contacts/segments?country=NL", url.Values{"name": {"bélgen"}}).shows(409, "already a segment of this name", `value="bélgen"`)
	b.post("/contacts/segments", url.Values{"name": {"Iedereen"}}).shows(422, "Set at least one filter first")
	id := h.breach()
	page := b.get("/incidents/"+string(id)+"/people").shows(200, "Belgen")
	segment := regexp.MustCompile(`(?s)name="segment" value="([^"]+)">\s*<div class="flex-fill"><div class="text-break">Belgen<`).FindStringSubmatch(page.body)[1]
	b.post("/incidents/"+string(id)+"/people/pick", url.Values{"how": {"segment"}, "segment": {segment}}).leadsTo("/incidents/" + string(id) + "/people")
	b.get("/incidents/"+string(id)+"/people").shows(200, "Ann Vos", "Bob Maes")
	b.post("/contacts/segments/"+segment+"/remove", url.Values{}).leadsTo("/contacts/segments")
	b.post("/contacts/segments/"+segment+"/remove", url.Values{}).leadsTo("/contacts/segments")
	b.post("/incidents/"+string(id)+"/people/pick", url.Values{"how": {"segment"}, "segment": {segment}}).shows(404, "does not exist any more")
}

// Every form of export holds the people asked for and who unsubscribed; a CSV runs
// nothing in a spreadsheet.
func TestExportInEveryForm(t *testing.T) {
	h := newHouse(t)
	b := h.as(account.Administrator)
	b.fill()
	link := b.get("/contacts?country=BE&language=nl").shows(200).address(`href="(/contacts/export[^"]*)"`)
	ask := b.get(link).shows(200, "Only what is filtered: 2 people")
	if out := b.post(ask.address(`action="(/contacts/export[^"]*)"`), url.Values{"format": {"csv"}}); strings.Count(out.body, "\n") != 3 {
		t.Errorf("filtered by the page: %s", out.body)
	}
	for format, want := range map[string][]string{
		"csv":   {"\uFEFFcustomer_number;", "K2;Bob Maes", ";unsubscribed;", ";Chloé Dupont;", "'=K3;"},
		"vcard": {"BEGIN:VCARD\r\nVERSION:4.0\r\n", "FN:Bob Maes\r\n", "X-MARKETING:unsubscribed\r\n", "ADR:;;Dorp 1;Leuven;;3000;BE\r\n"},
		"json":  {`"marketing":"unsubscribed"`, `"name":"Chloé Dupont"`},
		"xlsx":  {"PK\x03\x04"},
	} {
		out := b.post("/contacts/export", url.Values{"format": {format}}).shows(200, want...)
		if d := out.header.Get("Content-Disposition"); !strings.HasPrefix(d, `attachment; filename="customers-`) {
			t.Errorf("%s: %q", format, d)
		}
		if format == "json" && (!json.Valid([]byte(out.body)) || strings.Count(out.body, `"id"`) != 4) {
			t.Errorf("json: %s", out.body)
		}
	}
	if out := b.post("/contacts/export?country=BE", url.Values{"format": {"csv"}}); strings.Count(out.body, "\n") != 3 {
		t.Errorf("filtered: %s", out.body)
	}
	b.post("/contacts/export", url.Values{"format": {"exe"}}).shows(http.StatusUnprocessableEntity, "Choose one of the file forms")
}
