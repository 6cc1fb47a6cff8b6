package web_test

import (
	"context"
	"html"
	"regexp"
	"strings"
	"testing"

	"clepsydra/internal/account"
)

const mailchimp = "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,Rijksregisternummer nr\n" +
	"ann@example.com,Ann,Vos,2,2024-01-02,85.07.30-033.28\n" +
	"bob@example.com,Bob 93051822361,Maes,2,2024-01-02,93.05.18-223.61\n" +
	"geen adres,Cas,Bos,2,2024-01-02,\n" +
	"dirk@example.com,Dirk,Wit,2,2024-01-02,00.01.25-567.77\n"

// The preview names the tool, says why each column is read as it is, and offers the
// refused rows to mend; what may never be kept is nowhere in the database.
func TestThePreviewExplainsItself(t *testing.T) {
	h := newHouse(t)
	b := h.as(account.Administrator)
	to, _, _ := strings.Cut(b.upload("mailchimp.csv", mailchimp).leadsTo("/contacts/import/"), "?")
	page := b.get(to).shows(200, "Mailchimp", "Rijksregisternummer nr")
	if strings.Contains(page.body, "033.28") || strings.Contains(page.body, "93051822361") {
		t.Error("a national number is shown")
	}
	link := regexp.MustCompile(`href="(/contacts/import/[^"]+/refused/csv\?[^"]+)"`).FindStringSubmatch(page.body)
	if link == nil {
		t.Fatal("no link to the refused rows")
	}
	sheet := b.get(html.UnescapeString(link[1])).shows(200, "3", "4", "geen adres", "Email Address", "First Name")
	if strings.Contains(sheet.body, "93051822361") {
		t.Error("the refused rows hold a national number")
	}
	b.get(html.UnescapeString(strings.Replace(link[1], "/csv", "/xlsx", 1))).shows(200, "PK")
	b.get(html.UnescapeString(strings.Replace(link[1], "/csv", "/exe", 1))).shows(404)

	var kept [][]byte
	h.ok(h.app.DB.R.NewSelect().Table("uploads").Column("content").Scan(context.Background(), &kept))
	for _, content := range kept {
		if strings.Contains(string(content), "033") {
			t.Error("the kept file holds a national number")
		}
	}
	if len(kept) != 1 {
		t.Errorf("%d files are kept", len(kept))
	}
}
