package response_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
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
	"clepsydra/internal/firm"
	"clepsydra/internal/incident"
	"clepsydra/internal/journal"
	"clepsydra/internal/locale"
	"clepsydra/internal/obligation"
	"clepsydra/internal/recall"
	"clepsydra/internal/response"
	"clepsydra/internal/stewardship"
	"clepsydra/internal/workflow"
	"clepsydra/workflows"
)

// friday is a bad afternoon: 16:40 in Brussels.
var friday = time.Date(2026, 11, 20, 15, 40, 0, 0, time.UTC)

// house is a firm at work on one database: real stores and rules, with the
// outside world in memory and a clock that the test moves.
type house struct {
	t     *testing.T
	db    *database.DB
	firms *firm.Store
	s     *response.Service
	out   *outside
	now   time.Time
	lead  account.Account
	who   journal.Actor
}

// each runs a test in a fresh house on both databases.
func each(t *testing.T, fn func(h *house)) {
	t.Helper()
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) { fn(newHouse(t, db)) })
}

func newHouse(t *testing.T, db *database.DB) *house {
	t.Helper()
	return newHouseUnder(t, db, workflows.FS)
}

// newHouseUnder is newHouse with other rule packs.
func newHouseUnder(t *testing.T, db *database.DB, rules fs.FS) *house {
	t.Helper()
	h := &house{t: t, db: db, now: friday, out: &outside{db: db, hasChat: true, hasMail: true}}
	packs, err := workflow.Load(rules, time.Now)
	h.ok(err)
	frames, err := communication.LoadFrames(os.DirFS("../../templates"))
	h.ok(err)
	texts, err := locale.Load(os.DirFS("../../templates"))
	h.ok(err)
	firms, err := firm.NewStore(database.NewKey().Derive("fields"))
	h.ok(err)
	h.firms = firms
	accounts := account.NewService(db, firms, h.clock)
	h.setUp(accounts)
	h.s = response.New(response.Deps{
		DB: db, Clock: h.clock, Packs: packs, Frames: frames, Firms: firms, Accounts: accounts,
		Queue: h.out, Alerter: h.out, Printer: h.out, LinkKey: []byte("a key for the test"),
		Speak: func(lang, country string, zone *time.Location) response.Words { return texts.For(lang, country, zone) },
	})
	return h
}

func (h *house) clock() time.Time { return h.now }

func (h *house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) refused(err, want error) {
	h.t.Helper()
	if !errors.Is(err, want) {
		h.t.Fatalf("got %v, want %v", err, want)
	}
}

func (h *house) setUp(accounts *account.Service) {
	secret, err := accounts.SetupLink(ctx)
	h.ok(err)
	res, err := accounts.Setup(ctx, secret, account.SetupInput{
		Firm: firm.Firm{
			Name: "Hoeve Ter Linde", Street: "Lindestraat 1", Postcode: "3000", City: "Leuven", Country: "BE", Zone: "Europe/Brussels",
			Language: "nl", AuthorityID: "BE-GBA", BaseURL: "http://127.0.0.1:8080", Email: "info@example.com", Phone: "+32 16 00 00 00",
		},
		Lead: account.Account{Name: "Lotte V", Email: "lotte@example.com"}, Password: "een lange zin voor de test",
		Deputy:     account.Account{Name: "Jan P", Email: "jan@example.com"},
		LastResort: account.Account{Name: "An D", Email: "an@example.com"},
	})
	h.ok(err)
	h.lead, h.who = res.Lead, journal.Actor{Kind: journal.ByAccount, ID: string(res.Lead.ID)}
}

var ctx = context.Background()

// report brings in one report and returns its incident.
func (h *house) report(key string) response.Receipt {
	h.t.Helper()
	r, err := h.s.Report(ctx, journal.Actor{Kind: journal.ByReporter}, response.ReportInput{
		SendKey: key, Scenario: "wrong_recipient_mail", Text: "De bestellijst ging naar de verkeerde groothandel.",
		NoticedAt: h.now.Add(-time.Hour), Data: []string{"contact_email"}, Language: "nl", Via: "form",
	})
	h.ok(err)
	return r
}

// breach brings an incident to the point where the clock runs.
func (h *house) breach() incident.ID {
	h.t.Helper()
	return h.another("key-of-the-form-0001")
}

// another is a breach from a report under a key of its own.
func (h *house) another(key string) incident.ID {
	h.t.Helper()
	id := h.report(key).IncidentID
	h.ok(h.s.Triage(ctx, h.who, id, incident.Judgement{Verdict: incident.Breach, Kinds: incident.Kinds{Confidentiality: true}, Reason: "customers' data were sent out"}, ""))
	h.ok(h.s.ConfirmAwareness(ctx, h.who, id, h.now, "the mail was found in the sent folder"))
	return id
}

func (h *house) duty(id incident.ID, d obligation.Duty) obligation.Obligation {
	h.t.Helper()
	all, err := obligation.OfIncident(ctx, h.db.R, id)
	h.ok(err)
	for _, o := range all {
		if o.Duty == d {
			return o
		}
	}
	h.t.Fatalf("there is no duty %s", d)
	return obligation.Obligation{}
}

// work does what is in the queue and due, as the runner would, and returns the
// errors of the work that failed; that work stays in the queue.
func (h *house) work() []error {
	h.t.Helper()
	var errs []error
	for _, w := range h.out.takeDue(h.now) {
		var err error
		switch w.Kind {
		case response.WorkAnnounce:
			err = h.s.Announce(ctx, incident.ID(w.ID))
		case response.WorkNudge:
			err = h.s.Nudge(ctx, incident.ID(w.ID))
		case response.WorkCard:
			err = h.s.RefreshCard(ctx, incident.ID(w.ID))
		case response.WorkRemind:
			err = h.s.Remind(ctx, w.ID)
		case response.WorkLetters:
			err = h.s.RunLetters(ctx, w.ID, func(int, int) {})
		case response.WorkMails:
			err = h.s.RunMails(ctx, w.ID, func(int, int) {})
		case response.WorkAsk:
			err = h.s.RunAsk(ctx, recall.ID(w.ID))
		case response.WorkAnswered:
			err = h.s.TellAnswered(ctx, incident.ID(w.ID))
		default:
			h.t.Fatalf("nobody does %s", w.Kind)
		}
		if err != nil {
			errs = append(errs, err)
			h.out.putBack(w)
		}
	}
	return errs
}

// customers imports n people, every third without a postal address.
func (h *house) customers(n int) {
	h.t.Helper()
	var b strings.Builder
	b.WriteString("Email;Naam;Straat;Postcode;Gemeente;Land;Taal\n")
	for k := range n {
		lang := []string{"nl", "fr", "de", "en"}[k%4]
		street := fmt.Sprintf("Kerkstraat %d", k+1)
		if k%3 == 2 {
			street = ""
		}
		fmt.Fprintf(&b, "k%d@example.com;Klant %04d;%s;3000;Leuven;BE;%s\n", k, k, street, lang)
	}
	h.importCSV(b.String())
}

func (h *house) importCSV(text string) contact.ImportID {
	h.t.Helper()
	r := bytes.NewReader([]byte(text))
	res, err := stewardship.New(h.db, h.clock).Import(ctx, h.who, stewardship.ImportInput{File: r, Size: r.Size(), Name: "klanten.csv"})
	h.ok(err)
	return res.Import.ID
}

// outside is the world beyond the transaction: queue, chat, mail and printer.
type outside struct {
	db               *database.DB
	mu               sync.Mutex
	queue            []response.Work
	hasChat, hasMail bool
	chatErr, mailErr error
	posted, updated  []alert.Alert
	replied          []alert.Alert
	mails            []string // "address kind"
	letters          []string // addresses
	asked            []string // "address key", subject and text
	printed          [][]int  // positions per file
	crashAt          int      // Print fails at this file, once
}

func (o *outside) Put(_ context.Context, _ bun.IDB, w response.Work) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, q := range o.queue {
		if w.Key != "" && q.Key == w.Key {
			return nil
		}
	}
	o.queue = append(o.queue, w)
	return nil
}

func (o *outside) putBack(w response.Work) { o.queue = append(o.queue, w) }

func (o *outside) Cancel(_ context.Context, key string) error {
	o.queue = slices.DeleteFunc(o.queue, func(w response.Work) bool { return w.Key == key })
	return nil
}

func (o *outside) Wake() {}

func (o *outside) takeDue(now time.Time) []response.Work {
	o.mu.Lock()
	defer o.mu.Unlock()
	var due []response.Work
	o.queue = slices.DeleteFunc(o.queue, func(w response.Work) bool {
		if w.At.After(now) {
			return false
		}
		due = append(due, w)
		return true
	})
	slices.SortStableFunc(due, func(a, b response.Work) int { return a.At.Compare(b.At) })
	return due
}

func (o *outside) HasChat(firm.Firm) bool { return o.hasChat }
func (o *outside) HasMail(firm.Firm) bool { return o.hasMail }

func (o *outside) Post(_ context.Context, _ firm.Firm, a alert.Alert) (response.Posted, error) {
	if o.chatErr != nil {
		return response.Posted{}, o.chatErr
	}
	o.posted = append(o.posted, a)
	return response.Posted{Channel: "C1", TS: fmt.Sprint(len(o.posted))}, nil
}

func (o *outside) Update(_ context.Context, _ firm.Firm, _ response.Posted, a alert.Alert) error {
	if o.chatErr == nil {
		o.updated = append(o.updated, a)
	}
	return o.chatErr
}

func (o *outside) Reply(_ context.Context, _ firm.Firm, _ response.Posted, a alert.Alert) error {
	if o.chatErr == nil {
		o.replied = append(o.replied, a)
	}
	return o.chatErr
}

func (o *outside) Mail(_ context.Context, _ firm.Firm, to account.Account, a alert.Alert) error {
	if o.mailErr == nil {
		o.mails = append(o.mails, to.Email+" "+string(a.Kind))
	}
	return o.mailErr
}

func (o *outside) Letter(_ context.Context, _ firm.Firm, l communication.Letter) error {
	if o.mailErr == nil {
		o.letters = append(o.letters, l.Person.Email)
	}
	return o.mailErr
}

func (o *outside) Ask(_ context.Context, _ firm.Firm, to, key string, r response.Request) error {
	if o.mailErr == nil {
		o.asked = append(o.asked, to+" "+key+"\n"+r.Subject+"\n"+r.Text)
	}
	return o.mailErr
}

// errCrash stands for the machine going away in the middle of a file.
var errCrash = errors.New("the machine went away")

func (o *outside) Print(_ context.Context, w io.Writer, p response.Printing) (int, []communication.Person, error) {
	if o.crashAt > 0 && len(o.printed) == o.crashAt-1 {
		o.crashAt = 0
		return 0, nil, errCrash
	}
	var positions []int
	z := zip.NewWriter(w)
	for _, l := range p.Letters {
		positions = append(positions, l.Person.Position)
		if _, err := z.Create(p.Names(l)); err != nil {
			return 0, nil, err
		}
	}
	o.printed = append(o.printed, positions)
	return len(p.Letters), nil, z.Close()
}

func (o *outside) Printable(text string) bool { return !strings.ContainsRune(text, '😀') }

func (o *outside) Spell(text string) (string, bool) {
	s := strings.TrimSpace(strings.ReplaceAll(text, "😀", ""))
	return s, s != ""
}
