package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/account"
	"clepsydra/internal/alert"
	"clepsydra/internal/communication"
	"clepsydra/internal/contact"
	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
	"clepsydra/internal/document"
	"clepsydra/internal/fault"
	"clepsydra/internal/firm"
	"clepsydra/internal/journal"
	"clepsydra/internal/locale"
	"clepsydra/internal/request"
	"clepsydra/internal/response"
	"clepsydra/internal/rulebook"
	"clepsydra/internal/stewardship"
	"clepsydra/internal/watch"
	"clepsydra/internal/workflow"
	"clepsydra/templates"
	"clepsydra/workflows"
)

var ctx = context.Background()

// friday is a bad afternoon: 16:40 in Brussels.
var friday = time.Date(2026, 11, 20, 15, 40, 0, 0, time.UTC)

const goodPassword = "een lange zin voor de test"

// place is the program's pages over real services, with the outside world broken:
// what must work without Slack and mail is seen to work without them.
type place struct {
	t        testing.TB
	s        *Server
	db       *database.DB
	now      time.Time
	accounts *account.Service
	signups  *stewardship.Signups
	firms    *firm.Store
	health   Health
}

// outside refuses everything that leaves the house.
type outside struct{}

var errBroken = errors.New("broken for the test")

func (outside) Put(context.Context, bun.IDB, response.Work) error { return nil }
func (outside) Cancel(context.Context, string) error              { return nil }
func (outside) Wake()                                             {}
func (outside) HasChat(firm.Firm) bool                            { return true }
func (outside) HasMail(firm.Firm) bool                            { return true }
func (outside) Post(context.Context, firm.Firm, alert.Alert) (response.Posted, error) {
	return response.Posted{}, errBroken
}
func (outside) Update(context.Context, firm.Firm, response.Posted, alert.Alert) error {
	return errBroken
}
func (outside) Reply(context.Context, firm.Firm, response.Posted, alert.Alert) error {
	return errBroken
}
func (outside) Mail(context.Context, firm.Firm, account.Account, alert.Alert) error {
	return errBroken
}
func (outside) Letter(context.Context, firm.Firm, communication.Letter) error { return errBroken }
func (outside) Ask(context.Context, firm.Firm, string, string, response.Request) error {
	return errBroken
}
func (outside) Print(context.Context, io.Writer, response.Printing) (int, []communication.Person, error) {
	return 0, nil, errBroken
}
func (outside) Later(context.Context, bun.Tx, string) error { return nil }
func (outside) Send(context.Context, firm.Firm, string, string, string, string) error {
	return errBroken
}
func (outside) Printable(string) bool            { return true }
func (outside) Spell(text string) (string, bool) { return text, true }
func (outside) TestSlack(context.Context, firm.Firm, string) ([]Step, error) {
	return []Step{{Key: "alert.slack_step_auth", OK: true}, {Key: "alert.slack_step_channel", Advice: "alert.slack_reason_not_in_channel"}}, nil
}
func (outside) TestMail(context.Context, firm.Firm, account.Account) error {
	return fault.New(fault.Unavailable, "alert.mail_reason_auth")
}
func (outside) Manifest(base string) (string, error) { return "base: " + base + "\n", nil }
func (outside) SlackClick(_ context.Context, header http.Header, body []byte) (string, error) {
	if header.Get("X-Slack-Signature") == "" {
		return "", fault.New(fault.Unauthorized, "account.not_signed_in")
	}
	return string(body), nil
}

// around is who there is to be told of unusual reading; nothing is sent.
type around struct{ h *place }

func (around) PutTell(context.Context, bun.IDB, string) error { return nil }
func (a around) Circle(ctx context.Context, db bun.IDB) (watch.Circle, *time.Location, error) {
	f, err := a.h.firms.Get(ctx, db)
	return watch.Circle{Lead: f.LeadID, Deputy: f.DeputyID}, f.Location(), err
}
func (around) Tell(context.Context, []string, watch.Alert, watch.Rule) (int, error) { return 0, nil }

// noPrinter makes papers with nothing on them.
type noPrinter struct{}

func (noPrinter) Letter(_ context.Context, w io.Writer, _ firm.Firm, l request.Letter, _ time.Time) error {
	_, err := io.WriteString(w, l.Plain())
	return err
}
func (noPrinter) Copy(_ context.Context, w io.Writer, _ firm.Firm, _ request.Copy, _, ref string) error {
	_, err := io.WriteString(w, ref)
	return err
}

// newPlace makes the pages before the setup.
func newPlace(t testing.TB) *place {
	t.Helper()
	h := &place{t: t, db: databasetest.SQLite(t), now: friday, health: Health{Facts: []HealthFact{{Name: "reminders_late", Value: "0"}}}}
	words, err := loadWords()
	h.ok(err)
	packs, rules, frames, texts := words.packs, words.rules, words.frames, words.texts
	h.firms, err = firm.NewStore(bytes.Repeat([]byte{7}, 32))
	h.ok(err)
	h.accounts = account.NewService(h.db, h.firms, h.clock)
	log := slog.New(slog.DiscardHandler)
	answers := response.New(response.Deps{
		DB: h.db, Clock: h.clock, Packs: packs, Frames: frames, Firms: h.firms, Accounts: h.accounts,
		Queue: outside{}, Alerter: outside{}, Printer: outside{}, Log: log, LinkKey: bytes.Repeat([]byte{5}, 32),
		Speak: func(lang, country string, zone *time.Location) response.Words { return texts.For(lang, country, zone) },
	})
	imports := stewardship.New(h.db, h.clock, func(context.Context, bun.IDB, contact.ImportID) (int, error) { return 0, nil })
	requests, err := stewardship.NewRequests(stewardship.RequestDeps{
		DB: h.db, Clock: h.clock, Steward: imports, Packs: packs, Firms: h.firms, Clocks: answers, Printer: noPrinter{}, Mail: outside{},
		Speak: func(lang, country string, zone *time.Location) request.Words { return texts.For(lang, country, zone) }, Key: bytes.Repeat([]byte{3}, 32),
	})
	h.ok(err)
	records, err := stewardship.NewRecords(h.db, h.clock, h.firms)
	h.ok(err)
	h.s, err = New(Deps{
		Records: records,
		DB:      h.db, Clock: h.clock, Locale: texts, Templates: templates.FS, Firms: h.firms, Accounts: h.accounts, Response: answers,
		Contacts: imports, Requests: requests, Signups: h.withSignups(imports, texts), Sources: h.sources(imports),
		Watch: stewardship.NewWatch(h.db, h.clock, rules, around{h}, around{h}),
		Scans: stewardship.NewScans(h.db, h.clock, packs),
		Packs: packs, Rules: rulebook.New(h.db, h.clock), Papers: testPapers(), Channels: outside{}, Inbound: outside{}, Log: log, CheckLogo: document.CheckLogo,
		Health: func(context.Context) Health { return h.health }, Key: bytes.Repeat([]byte{9}, 32), Notices: stewardship.NewNotices(stewardship.NoticeDeps{DB: h.db, Clock: h.clock, Firms: h.firms, Packs: packs}),
	})
	h.ok(err)
	// A parallel test and what its cleanups hold stay until the last one is through.
	t.Cleanup(func() {
		h.s.Close()
		h.s = nil
	})
	return h
}

// words are the files that tests only read; all of them share one.
type words struct {
	packs  *workflow.Packs
	rules  watch.Pack
	frames communication.Frames
	texts  *locale.Bundle
}

var loadWords = sync.OnceValues(func() (w words, err error) {
	if w.packs, err = workflow.Load(workflows.FS, time.Now); err != nil {
		return w, err
	}
	if w.rules, err = watch.Load(); err != nil {
		return w, err
	}
	if w.frames, err = communication.LoadFrames(templates.FS); err != nil {
		return w, err
	}
	w.texts, err = locale.Load(templates.FS)
	return w, err
})

func (h *place) clock() time.Time { return h.now }

func (h *place) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// open sets the firm up, with Lotte as its lead.
func open(t testing.TB) *place {
	t.Helper()
	h := newPlace(t)
	secret, err := h.accounts.SetupLink(ctx)
	h.ok(err)
	_, err = h.accounts.Setup(ctx, secret, account.SetupInput{
		Firm: firm.Firm{
			Name: "Hoeve Ter Linde", Street: "Lindestraat 1", Postcode: "3000", City: "Leuven", Country: "BE", Zone: "Europe/Brussels",
			Language: "nl", Languages: []string{"nl", "fr"}, AuthorityID: "BE-GBA", Email: "info@example.com", Phone: "+32 16 00 00 00",
		},
		Lead: account.Account{Name: "Lotte Vermeer", Email: "lotte@example.com", Language: "en"}, Password: goodPassword,
		Deputy: account.Account{Name: "Jan Peeters", Email: "jan@example.com", Language: "nl"},
	})
	h.ok(err)
	return h
}

func (h *place) firm() firm.Firm {
	h.t.Helper()
	f, err := h.firms.Get(ctx, h.db.R)
	h.ok(err)
	return f
}

// browser keeps cookies and follows nothing.
type browser struct {
	h       *place
	cookies map[string]string
	header  map[string]string
}

func (h *place) browser() *browser {
	return &browser{h, map[string]string{}, map[string]string{"Accept-Language": "en"}}
}

// as signs in as somebody of a role.
func (h *place) as(r account.Role) *browser {
	h.t.Helper()
	b := h.browser()
	a, err := h.accounts.ByEmail(ctx, string(r)+"@example.com")
	if errors.Is(err, account.ErrNotFound) {
		a, _, err = h.accounts.Invite(ctx, journal.System(), account.Account{Name: "Some " + string(r), Email: string(r) + "@example.com", Role: r, Language: "en"})
	}
	h.ok(err)
	secret, err := h.accounts.StartSession(ctx, a, "test")
	h.ok(err)
	b.cookies[h.s.cookieName(sessionCookie)] = secret
	return b
}

// answer is a response read to its end.
type answer struct {
	*http.Response
	body string
}

func (b *browser) do(r *http.Request) answer {
	b.h.t.Helper()
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	for name, value := range b.header {
		r.Header.Set(name, value)
	}
	res, err := b.h.s.App().Test(r, -1)
	b.h.ok(err)
	body, err := io.ReadAll(res.Body)
	b.h.ok(err)
	b.h.ok(res.Body.Close())
	for _, c := range res.Cookies() {
		if c.Value == "" || c.MaxAge < 0 || !c.Expires.IsZero() && c.Expires.Before(time.Now()) {
			delete(b.cookies, c.Name)
			continue
		}
		b.cookies[c.Name] = c.Value
	}
	return answer{res, string(body)}
}

func (b *browser) get(path string) answer {
	b.h.t.Helper()
	return b.do(httptest.NewRequest(http.MethodGet, path, nil))
}

var csrfShape = regexp.MustCompile(`name="csrf" value="([^"]+)"`)

// token takes the form token from a page.
func (b *browser) token(path string) string {
	b.h.t.Helper()
	m := csrfShape.FindStringSubmatch(b.get(path).body)
	if m == nil {
		b.h.t.Fatalf("%s has no form", path)
	}
	return m[1]
}

// post sends a form exactly as given.
func (b *browser) post(path string, form url.Values) answer {
	b.h.t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(r)
}

// send fills in the form of a page and sends it.
func (b *browser) send(page, path string, form url.Values) answer {
	b.h.t.Helper()
	form.Set("csrf", b.token(page))
	return b.post(path, form)
}

// upload sends a form with files.
func (b *browser) upload(path string, form url.Values, field string, files map[string][]byte) answer {
	b.h.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, values := range form {
		for _, value := range values {
			b.h.ok(w.WriteField(name, value))
		}
	}
	for name, content := range files {
		part, err := w.CreateFormFile(field, name)
		b.h.ok(err)
		_, err = part.Write(content)
		b.h.ok(err)
	}
	b.h.ok(w.Close())
	r := httptest.NewRequest(http.MethodPost, path, &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return b.do(r)
}

var tags = regexp.MustCompile(`(?s)<svg.*?</svg>|</?(?:div|span)[^>]*>`)

// inside is what a failed test shows: the page without its frame.
func (a answer) inside() string {
	if _, after, ok := strings.Cut(a.body, `id="content"`); ok {
		return tags.ReplaceAllString(after, "")
	}
	return a.body
}

func (a answer) want(t testing.TB, status int, texts ...string) {
	t.Helper()
	if a.StatusCode != status {
		t.Fatalf("status %d, want %d\n%s", a.StatusCode, status, a.inside())
	}
	if strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") && strings.Contains(a.body, "%!") {
		t.Fatalf("a text is formatted wrongly in\n%s", a.inside())
	}
	for _, text := range texts {
		if !strings.Contains(a.body, text) {
			t.Fatalf("%q is missing in\n%s", text, a.inside())
		}
	}
}

func (a answer) leadsTo(t testing.TB, path string) {
	t.Helper()
	if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != path {
		t.Fatalf("status %d to %q, want %q\n%s", a.StatusCode, a.Header.Get("Location"), path, a.inside())
	}
}
