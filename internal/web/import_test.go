package web_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"clepsydra/internal/account"
)

const customers = "Email;Naam;Straat;Postcode;Gemeente\nann@example.com;Ann Vos;Dorp 1;3000;Leuven\nbob@example.com;Bob Maes;Dorp 2;3000;Leuven\n"

// upload sends a customer file as the form does.
func (c *caller) upload(name, content string) answer {
	c.h.t.Helper()
	token := tokenIn.FindStringSubmatch(c.get("/me").body)
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	c.h.ok(w.WriteField("csrf", token[1]))
	part, err := w.CreateFormFile("file", name)
	c.h.ok(err)
	_, err = io.WriteString(part, content)
	c.h.ok(err)
	c.h.ok(w.Close())
	req, err := http.NewRequest(http.MethodPost, "http://"+c.h.app.Address()+"/contacts/import", &body)
	c.h.ok(err)
	req.Header.Set("Content-Type", w.FormDataContentType())
	req.AddCookie(&http.Cookie{Name: "session", Value: c.secret})
	res, err := c.fetch.Do(req)
	c.h.ok(err)
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	c.h.ok(err)
	return answer{c.h.t, res.StatusCode, string(got), res.Header}
}

// A recognised column that somebody leaves out stays out, in the preview and in what
// is stored (data minimisation, Article 5(1)(c) GDPR).
func TestAColumnLeftOutIsNotStored(t *testing.T) {
	h := newHouse(t)
	b := h.as(account.Administrator)
	to, _, _ := strings.Cut(b.upload("customers.csv", customers).leadsTo("/contacts/import/"), "?")

	street := regexp.MustCompile(`(?s)id="f-map_2".*?</select>`)
	if page := b.get(to).shows(200); !strings.Contains(street.FindString(page.body), `value="street" selected`) {
		t.Fatal("the street's column is not recognised, so the test says nothing")
	}
	page := b.get(to + "?map_0=email&map_1=name&map_2=&map_3=postcode&map_4=city").shows(200)
	if strings.Contains(street.FindString(page.body), `value="street" selected`) {
		t.Error("the preview maps the column again")
	}
	b.post(to+"/confirm", url.Values{
		"map_0": {"email"}, "map_1": {"name"}, "map_2": {""}, "map_3": {"postcode"}, "map_4": {"city"},
	}).leadsTo("/contacts/imports")
	person := regexp.MustCompile(`/contacts/people/[0-9a-f-]+`).FindString(b.get("/contacts?text=Ann").body)
	if person == "" {
		t.Fatal("Ann was not imported")
	}
	if got := b.get(person).shows(200, "Ann Vos", "Leuven"); strings.Contains(got.body, "Dorp 1") {
		t.Error("the street was stored")
	}
}

// Files that are none, and files of somebody else, are refused in words.
func TestAFileThatCannotBeReadIsRefused(t *testing.T) {
	h := newHouse(t)
	b := h.as(account.Administrator)
	b.upload("paper.pdf", "%PDF-1.4 x").shows(422)
	b.upload("empty.csv", "").shows(422)
	to, _, _ := strings.Cut(b.upload("customers.csv", customers).leadsTo("/contacts/import/"), "?")
	b.get(to + "?encoding=klingon").shows(422)
	h.as(account.Handler).get(to).shows(404)
}
