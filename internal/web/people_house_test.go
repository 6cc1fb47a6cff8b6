package web_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"clepsydra/internal/account"
	"clepsydra/internal/app"
	"clepsydra/internal/config"
	"clepsydra/internal/contact"
	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
	"clepsydra/internal/firm"
	"clepsydra/internal/incident"
	"clepsydra/internal/journal"
	"clepsydra/internal/response"
	"clepsydra/internal/stewardship"
)

var background = context.Background()

// house is the whole program on a free port: real printer, real queue, real
// workers. Only mail and chat are not set up.
type house struct {
	t    testing.TB
	app  *app.App
	lead account.Account
	who  journal.Actor
}

func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{t: t}
	db := databasetest.SQLite(t)
	a, err := app.New(config.Config{Address: "127.0.0.1:0"}, db, database.NewKey(), app.Options{Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))})
	h.ok(err)
	h.app = a
	h.ok(a.Start(background, func(err error) { t.Log(err) }))
	// A parallel test and what its cleanups hold stay until the last one is through.
	t.Cleanup(func() {
		if err := h.app.Stop(background); err != nil {
			t.Log(err)
		}
		h.app = nil
	})
	secret, err := a.Accounts.SetupLink(background)
	h.ok(err)
	res, err := a.Accounts.Setup(background, secret, account.SetupInput{
		Firm: firm.Firm{
			Name: "Hoeve Ter Linde", Street: "Lindestraat 1", Postcode: "3000", City: "Leuven", Country: "BE", Zone: "Europe/Brussels",
			Language: "nl", Languages: []string{"nl", "fr"}, AuthorityID: "BE-GBA", Email: "info@example.com", Phone: "+32 16 00 00 00",
		},
		Lead: account.Account{Name: "Lotte Vermeer", Email: "lotte@example.com", Language: "en"}, Password: "een lange zin voor de test",
		Deputy: account.Account{Name: "Jan Peeters", Email: "jan@example.com", Language: "nl"},
	})
	h.ok(err)
	h.lead, h.who = res.Lead, journal.Actor{Kind: journal.ByAccount, ID: string(res.Lead.ID)}
	return h
}

func (h *house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// breach brings an incident to the point where people can be picked.
func (h *house) breach() incident.ID {
	h.t.Helper()
	now := time.Now().UTC()
	r, err := h.app.Response.Report(background, journal.Actor{Kind: journal.ByReporter}, response.ReportInput{
		SendKey: "0123456789abcdef0123456789abcdef", Scenario: "wrong_recipient_mail", Text: "De bestellijst ging naar de verkeerde groothandel.",
		NoticedAt: now.Add(-time.Hour), Data: []string{"contact_email"}, Language: "nl", Via: "form",
	})
	h.ok(err)
	h.ok(h.app.Response.Triage(background, h.who, r.IncidentID, incident.Judgement{Verdict: incident.Breach, Kinds: incident.Kinds{Confidentiality: true}, Reason: "customers' data were sent out"}, ""))
	h.ok(h.app.Response.ConfirmAwareness(background, h.who, r.IncidentID, now.Add(-30*time.Minute), "the mail was found in the sent folder"))
	return r.IncidentID
}

// customers imports n people: every fifth has only mail, one has a name that
// paper cannot carry, one has opted out of mailings.
func (h *house) customers(n int) contact.ImportID {
	h.t.Helper()
	var b strings.Builder
	b.WriteString("Email;Naam;Straat;Postcode;Gemeente;Land;Taal;Nieuwsbrief\n")
	for k := range n {
		name, street, news := fmt.Sprintf("Klant %04d", k), fmt.Sprintf("Kerkstraat %d", k+1), ""
		switch {
		case k == 0:
			name = "山田太郎"
		case k == 1:
			news = "unsubscribed"
		case k%5 == 4:
			street = ""
		}
		fmt.Fprintf(&b, "k%d@example.com;%s;%s;3000;Leuven;BE;%s;%s\n", k, name, street, []string{"nl", "fr"}[k%2], news)
	}
	r := bytes.NewReader([]byte(b.String()))
	res, err := h.app.Stewardship.Import(background, h.who, stewardship.ImportInput{File: r, Size: r.Size(), Name: "klanten.csv"})
	h.ok(err)
	return res.Import.ID
}

// caller is a browser without scripts that is signed in.
type caller struct {
	h      *house
	secret string
	flash  string // message for the next page
	fetch  http.Client
}

// as signs somebody in: the lead, or a new account of a role.
func (h *house) as(role account.Role) *caller {
	h.t.Helper()
	who := h.lead
	if role != account.Administrator {
		var err error
		who, _, err = h.app.Accounts.Invite(background, h.who, account.Account{Name: "R " + string(role), Email: string(role) + "@example.com", Role: role, Language: "en"})
		h.ok(err)
	}
	secret, err := h.app.Accounts.StartSession(background, who, "test")
	h.ok(err)
	return &caller{h: h, secret: secret, fetch: http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// answer is what came back.
type answer struct {
	t      testing.TB
	status int
	body   string
	header http.Header
}

func (c *caller) do(method, path string, form url.Values, header ...string) answer {
	c.h.t.Helper()
	req, err := http.NewRequest(method, "http://"+c.h.app.Address()+path, strings.NewReader(form.Encode()))
	c.h.ok(err)
	req.AddCookie(&http.Cookie{Name: "session", Value: c.secret})
	if c.flash != "" && path != "/me" {
		req.AddCookie(&http.Cookie{Name: "flash", Value: c.flash})
		c.flash = ""
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for k := 0; k+1 < len(header); k += 2 {
		req.Header.Set(header[k], header[k+1])
	}
	res, err := c.fetch.Do(req)
	c.h.ok(err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	c.h.ok(err)
	for _, cookie := range res.Cookies() {
		if cookie.Name == "flash" {
			c.flash = cookie.Value
		}
	}
	body := string(b)
	if _, main, ok := strings.Cut(body, "<main"); ok {
		body = main // the frame around it is tested elsewhere
	}
	return answer{c.h.t, res.StatusCode, body, res.Header}
}

func (c *caller) get(path string, header ...string) answer {
	c.h.t.Helper()
	return c.do(http.MethodGet, path, nil, header...)
}

var tokenIn = regexp.MustCompile(`name="csrf" value="([^"]+)"`)

// post sends a form with the token that the visitor's pages carry.
func (c *caller) post(path string, form url.Values) answer {
	c.h.t.Helper()
	m := tokenIn.FindStringSubmatch(c.get("/me").body)
	if m == nil {
		c.h.t.Fatal("no form on the page of the account")
	}
	if form == nil {
		form = url.Values{}
	}
	form.Set("csrf", m[1])
	return c.do(http.MethodPost, path, form)
}

var tags = regexp.MustCompile(`(<[^>]*>|\s)+`)

// visible is what a reader sees of a page.
func visible(page string) string { return tags.ReplaceAllString(page, " ") }

// shows fails unless the page has a status and all texts.
func (a answer) shows(status int, texts ...string) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d: %s", a.status, status, visible(a.body))
	}
	if strings.HasPrefix(a.header.Get("Content-Type"), "text/html") && strings.Contains(a.body, "%!") {
		a.t.Errorf("a text is formatted wrongly:\n%s", visible(a.body))
	}
	for _, text := range texts {
		if !strings.Contains(a.body, text) {
			a.t.Errorf("%q is not on the page:\n%s", text, visible(a.body))
		}
	}
	return a
}

// lacks fails when the page has one of the texts.
func (a answer) lacks(texts ...string) answer {
	a.t.Helper()
	for _, text := range texts {
		if strings.Contains(a.body, text) {
			a.t.Errorf("%q is on the page", text)
		}
	}
	return a
}

// leadsTo fails unless the answer is a redirect to path, and returns the address.
func (a answer) leadsTo(path string) string {
	a.t.Helper()
	to := a.header.Get("Location")
	if a.status != http.StatusSeeOther || !strings.HasPrefix(to, path) {
		a.t.Fatalf("status %d to %q, want a redirect to %s: %s", a.status, to, path, visible(a.body))
	}
	return to
}
