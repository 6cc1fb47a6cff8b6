// Package web is the browser's side of the program: routes, forms, pages,
// fragments and the stream that moves the board.
//
// A page is added in three steps: a template templates/pages/<name>.html that
// defines "title" and "content", a struct with what it shows, and a Route whose
// handler ends in Visit.Page. The routes of one subject stand at the top of the
// file with its handlers and are gathered in routes.go. Handlers parse a form,
// call one verb and answer; what a verb refuses comes back as a fault, which
// becomes a status and words in one place (fail.go).
package web

import (
	"context"
	"crypto/rand"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"clepsydra/internal/account"
	"clepsydra/internal/database"
	"clepsydra/internal/firm"
	"clepsydra/internal/locale"
	"clepsydra/internal/response"
	"clepsydra/internal/rulebook"
	"clepsydra/internal/stewardship"
	"clepsydra/internal/workflow"
)

// Limits of what a request may carry.
const (
	maxBody   = 1 << 20  // of most requests
	maxUpload = 30 << 20 // of routes that take files
)

// Deps is what the pages work with. Templates is the folder of package templates.
// Proxy names the header in which a reverse proxy states the visitor's address;
// empty when there is none. Secure says that browsers come over https. Key signs
// the cookies of those who are not signed in; every process that serves the same
// firm has the same, and an empty one is replaced by a random one, which makes open
// forms stale at a restart.
type Deps struct {
	DB        *database.DB
	Clock     func() time.Time
	Locale    *locale.Bundle
	Templates fs.FS
	Firms     *firm.Store
	Accounts  *account.Service
	Response  *response.Service
	Contacts  *stewardship.Service
	Signups   *stewardship.Signups
	Watch     *stewardship.Watch
	Sources   *stewardship.Sources
	Requests  *stewardship.Requests
	Scans     *stewardship.Scans
	Records   *stewardship.Records
	Notices   *stewardship.Notices
	Packs     *workflow.Packs
	Rules     *rulebook.Book
	Papers    Papers
	Channels  Channels
	Inbound   Inbound
	Health    func(ctx context.Context) Health
	CheckLogo func(picture []byte) error // whether a logo can be printed; nil looks no further
	Log       *slog.Logger
	Proxy     string
	Secure    bool
	Key       []byte
	// RulesFailed is why the firm's own rule packs are not in use as they are; nil
	// when they are.
	RulesFailed error
}

// Channels are the ways to responders, as the settings pages need them.
type Channels interface {
	// TestSlack tries every step that an alert takes, in the order tried; it ends
	// at the first that failed.
	TestSlack(ctx context.Context, f firm.Firm, lang string) ([]Step, error)
	// TestMail sends one message to an account. Its error is a fault that says
	// what to do.
	TestMail(ctx context.Context, f firm.Firm, to account.Account) error
	// Manifest is the description with which an app is created at Slack.
	Manifest(baseURL string) (string, error)
}

// Step is one thing that a test of a channel tried. Key and Advice are
// translation keys; Advice is empty when it went well.
type Step struct {
	Key     string
	Advice  string
	OK      bool
	Skipped bool
}

// Inbound takes what the chat sends when somebody clicks. It checks the
// signature itself; reply is what the chat is told.
type Inbound interface {
	SlackClick(ctx context.Context, header http.Header, body []byte) (reply string, err error)
}

// Health is how the program is. Red says that a legal reminder is late or the
// data do not answer; Notes are translation keys of everything that is wrong, red
// or not; Facts are figures whose words are health.fact_<name>.
type Health struct {
	Red   bool
	Notes []string
	Facts []HealthFact
}

// HealthFact is one figure of the state, by name.
type HealthFact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Status is the state in one word: ok, warn or red.
func (h Health) Status() string {
	switch {
	case h.Red:
		return "red"
	case len(h.Notes) > 0:
		return "warn"
	}
	return "ok"
}

// Server answers browsers.
type Server struct {
	d      Deps
	app    *fiber.App
	views  *views
	assets *assets
	events *hub
	house  house
	bodies bodyLimits
	pace   *pace // of reports, by visitor
	// signups is the pace of sign-ups and requests for preferences: a flood of them
	// must not keep a report out.
	signups *pace
	board   boardCache
}

// New parses every template and mounts every route. An undeclared variable, a
// missing part or a template that is unsafe for its place is an error.
func New(d Deps) (*Server, error) {
	if len(d.Key) == 0 {
		d.Key = make([]byte, 32)
		rand.Read(d.Key) // never fails (crypto/rand)
	}
	s := &Server{d: d, events: newHub(), pace: newPace(), signups: newPace()}
	var err error
	if s.assets, err = loadAssets(d.Templates); err != nil {
		return nil, err
	}
	if s.views, err = loadViews(d.Templates, s.assets); err != nil {
		return nil, err
	}
	s.app = fiber.New(fiber.Config{
		AppName:               "Clepsydra",
		DisableStartupMessage: true,
		Immutable:             true, // or strings of a request would be overwritten by the next
		ErrorHandler:          s.failed,
		BodyLimit:             maxUpload,
		ReadTimeout:           2 * time.Minute,
		IdleTimeout:           2 * time.Minute,
		// No WriteTimeout: it would cut the streams of open boards.
		ReadBufferSize: 16 << 10,
	})
	s.mount()
	s.app.Server().HeaderReceived = func(h *fasthttp.RequestHeader) fasthttp.RequestConfig {
		return fasthttp.RequestConfig{MaxRequestBodySize: s.bodies.of(string(h.Method()), string(h.RequestURI()))}
	}
	return s, nil
}

// App is the fiber app, for listening and for tests.
func (s *Server) App() *fiber.App { return s.app }

// Changed tells open boards to look again. Many changes at once are told once.
func (s *Server) Changed() {
	s.board.forget()
	s.events.changed()
}

// Broadcast sends an event with one line of data to every open page.
func (s *Server) Broadcast(event, data string) { s.events.broadcast(event, data) }

// Close ends the streams of open boards. It comes before the app's Shutdown,
// which would wait for them.
func (s *Server) Close() { s.events.close() }

// bodyLimits knows which routes take files.
type bodyLimits struct{ uploads []Route }

// of returns how long the body of a request may be.
func (b bodyLimits) of(method, uri string) int {
	path, _, _ := strings.Cut(uri, "?")
	for _, r := range b.uploads {
		if r.Method == method && r.covers(path) {
			return maxUpload
		}
	}
	return maxBody
}
