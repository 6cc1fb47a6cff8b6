package mail_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/net/html"

	"clepsydra/internal/alert"
	"clepsydra/internal/mail"
)

// words is a translator that answers with the key.
type words struct{}

func (words) T(key string, args map[string]any) string        { return key + "<b>" }
func (words) N(key string, _ int, args map[string]any) string { return key }
func (words) DateTime(t time.Time) string                     { return t.Format(time.RFC3339) }

func layouts(t *testing.T) *mail.Layouts {
	t.Helper()
	l, err := mail.ParseLayouts(os.DirFS("../../templates"))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestBothFormsSayTheSame(t *testing.T) {
	text, page, err := layouts(t).Render(mail.Page{
		Language: "nl", Firm: "Bakkerij & Zoon", Title: "Titel", Lead: "Wat <er> is", Progress: "7 van 9",
		Facts:    []alert.Fact{{Label: "Te doen vóór", Value: "maandag"}, {Label: "Risico", Value: "hoog"}},
		ListHead: "Ontbreekt nog", List: []string{"de oorzaak"}, Button: "Openen", Link: "https://leak.example/incidents/1", Footer: "Slot",
	})
	if err != nil {
		t.Fatal(err)
	}
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	shown := textOf(doc)
	for _, want := range []string{"Bakkerij & Zoon", "Titel", "Wat <er> is", "Te doen vóór", "maandag", "hoog", "7 van 9", "de oorzaak", "Openen", "Slot"} {
		if !strings.Contains(text, want) {
			t.Errorf("text lacks %q:\n%s", want, text)
		}
		if !strings.Contains(shown, want) {
			t.Errorf("html lacks %q", want)
		}
	}
	if !strings.Contains(page, `href="https://leak.example/incidents/1"`) || !strings.Contains(page, `lang="nl"`) {
		t.Error("link or language")
	}
	for _, outside := range []string{"<img", "<script", "<link", "url(", "@import"} {
		if strings.Contains(page, outside) {
			t.Errorf("the mail fetches something: %s", outside)
		}
	}
}

func TestDangerousLinkIsDefused(t *testing.T) {
	_, page, err := layouts(t).Render(mail.Page{Link: "javascript:alert(1)", Button: "x"})
	if err != nil || strings.Contains(page, "javascript:") {
		t.Fatalf("%v\n%s", err, page)
	}
}

func TestAlertMailHoldsAllowedFieldsOnly(t *testing.T) {
	a := alert.Alert{
		Kind: alert.Reminder, Reference: "INC-2026-0012", People: 3, DutyName: "Notify", Status: "confirmed",
		DueAt: time.Unix(7200, 0), At: time.Unix(0, 0), Link: "https://leak.example/incidents/1",
	}
	to := mail.Recipient{Address: "an@firm.example", Key: "0190-r1", From: "c@firm.example"}
	m, err := layouts(t).Alert(a, words{}, to)
	if err != nil {
		t.Fatal(err)
	}
	if m.To != to.Address || m.MessageID != "0190-r1@firm.example" || !strings.Contains(m.HTML, "alert.footer&lt;b&gt;") || !strings.Contains(m.Text, a.Link) {
		t.Errorf("%+v", m)
	}
	a.Scenario = "jan@example.org"
	if _, err := layouts(t).Alert(a, words{}, to); !errors.Is(err, alert.ErrNotAllowed) || alert.ClassOf(err) != alert.Permanent {
		t.Errorf("got %v", err)
	}
}

func TestMissingLayoutStopsTheStart(t *testing.T) {
	if _, err := mail.ParseLayouts(fstest.MapFS{}); err == nil {
		t.Error("a missing layout went unnoticed")
	}
	broken := fstest.MapFS{"mail/notice.html": {Data: []byte("{{.Title")}, "mail/notice.txt": {Data: []byte("x")}}
	if _, err := mail.ParseLayouts(broken); err == nil {
		t.Error("a broken layout went unnoticed")
	}
}

// textOf collects what a reader sees.
func textOf(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		b.WriteString(textOf(c) + " ")
	}
	return b.String()
}
