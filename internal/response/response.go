// Package response is what responders do with an incident: report, triage,
// confirm awareness, decide, tell the authority and the people, close. It owns
// every transaction that changes an incident; the browser, the chat, the command
// line and the job handlers all come through here.
//
// Each verb reads the clock once, works on what it read under lock, writes its
// journal entry in the same transaction, and puts whatever leaves the house into
// the queue. Nothing is sent from within a transaction.
package response

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/account"
	"clepsydra/internal/alert"
	"clepsydra/internal/communication"
	"clepsydra/internal/database"
	"clepsydra/internal/firm"
	"clepsydra/internal/incident"
	"clepsydra/internal/journal"
	"clepsydra/internal/workflow"
)

// The kinds of work this package puts into the queue; they are stored and never
// renamed. The identifier of each is said beside it.
const (
	WorkAnnounce = "incident.announce" // incident: tell the responders of a new report
	WorkNudge    = "incident.nudge"    // incident: nobody has looked at the report yet
	WorkCard     = "chat.card"         // incident: bring its card up to date
	WorkRemind   = "deadline.remind"   // reminder
	WorkLetters  = "letters.run"       // letter run
	WorkMails    = "letters.mail"      // snapshot: letters that go by mail
	WorkAsk      = "recall.ask"        // recipient: mail the confirmation link to a wrong recipient
	WorkAnswered = "recall.answered"   // incident: tell the lead that a wrong recipient answered
)

// Work is something to be done after the transaction. Key makes it unique among
// the work that still waits; At is the earliest moment.
type Work struct {
	Kind string
	ID   string
	Key  string
	At   time.Time
}

// Queue keeps work durably, inside the caller's transaction.
type Queue interface {
	Put(ctx context.Context, tx bun.IDB, w Work) error
	// Cancel stops work that waits or runs under the key.
	Cancel(ctx context.Context, key string) error
	// Wake says that a transaction with work in it was committed.
	Wake()
}

// Alerter sends messages to responders through the channels that are set up.
type Alerter interface {
	// HasChat and HasMail report whether the channel is set up.
	HasChat(f firm.Firm) bool
	HasMail(f firm.Firm) bool
	Post(ctx context.Context, f firm.Firm, a alert.Alert) (Posted, error)
	Update(ctx context.Context, f firm.Firm, p Posted, a alert.Alert) error
	Reply(ctx context.Context, f firm.Firm, p Posted, a alert.Alert) error
	Mail(ctx context.Context, f firm.Firm, to account.Account, a alert.Alert) error
	// Letter sends the letter of a person by mail.
	Letter(ctx context.Context, f firm.Firm, l communication.Letter) error
	// Ask sends a wrong recipient the request to confirm; key is the same at every try.
	Ask(ctx context.Context, f firm.Firm, to, key string, r Request) error
}

// Request is the text that asks a wrong recipient to confirm. It says nothing of
// the data and the people they are about.
type Request struct{ Subject, Text string }

// Posted is where a message stands in the chat.
type Posted struct{ Channel, TS string }

// Printer makes papers. It is given finished texts and knows nothing of law.
type Printer interface {
	// Print writes the letters, all in one PDF or one PDF each in a ZIP. It
	// returns how many pages came out and the letters that it had to hold.
	Print(ctx context.Context, w io.Writer, p Printing) (pages int, held []communication.Person, err error)
	// Printable reports whether every character has a glyph.
	Printable(text string) bool
	// Spell writes text with characters that can be printed; false when it cannot.
	Spell(text string) (string, bool)
}

// Printing is one file of letters.
type Printing struct {
	Firm    firm.Firm
	Letters []communication.Letter
	Format  communication.Format
	Total   int // letters in the whole run, for the sheet numbers
	Final   bool
	Ref     string
	Version int
	Hash    string
	At      time.Time
	Names   func(communication.Letter) string // file names inside a ZIP
}

// Words are translations in one language and country.
type Words interface {
	T(key string, args map[string]any) string
	DateTime(t time.Time) string
	Date(t time.Time) string
	Number(n int) string
	Lang() string
	Country() string
}

// Firms reads the organisation that uses the program.
type Firms interface {
	Get(ctx context.Context, db bun.IDB) (firm.Firm, error)
}

// Accounts finds the people who sign in.
type Accounts interface {
	ByID(ctx context.Context, db bun.IDB, id account.ID) (account.Account, error)
}

// Deps is what the service works with. Changed is called after a change was
// committed, so that open boards move; nil is allowed.
type Deps struct {
	DB       *database.DB
	Clock    func() time.Time
	Packs    *workflow.Packs
	Frames   communication.Frames
	Firms    Firms
	Accounts Accounts
	Queue    Queue
	Alerter  Alerter
	Printer  Printer
	Speak    func(lang, country string, zone *time.Location) Words
	Log      *slog.Logger
	Changed  func()
	LinkKey  []byte // secret from which the links for wrong recipients are made
}

// Service has the verbs. It is safe for concurrent use.
type Service struct {
	d      Deps
	others Others
}

// New makes the service.
func New(d Deps) *Service {
	if d.Changed == nil {
		d.Changed = func() {}
	}
	return &Service{d: d}
}

func (s *Service) now() time.Time { return s.d.Clock().UTC().Truncate(time.Microsecond) }

// change is one verb at work: the transaction, the single now, who acts, and the
// incident under lock.
type change struct {
	s     *Service
	tx    bun.Tx
	now   time.Time
	actor journal.Actor
	firm  firm.Firm
	i     incident.Incident
}

// change runs fn on the locked incident, saves it, brings its card up to date and
// tells the boards. An error of fn leaves everything as it was.
func (s *Service) change(ctx context.Context, actor journal.Actor, id incident.ID, fn func(context.Context, *change) error) error {
	c := &change{s: s, now: s.now(), actor: actor}
	err := s.d.DB.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		c.tx = tx
		var err error
		if c.firm, err = s.d.Firms.Get(ctx, tx); err != nil {
			return err
		}
		if c.i, err = incident.ForUpdate(ctx, tx, id); err != nil {
			return err
		}
		if err := fn(ctx, c); err != nil {
			return err
		}
		c.i.UpdatedAt = c.now
		if err := incident.Save(ctx, tx, c.i); err != nil {
			return err
		}
		return c.refreshCard(ctx)
	})
	if err != nil {
		return err
	}
	s.d.Queue.Wake()
	s.d.Changed()
	return nil
}

// note writes the journal entry of the change. Text is free text and may be
// erased later; facts hold identifiers and codes only.
func (c *change) note(ctx context.Context, kind string, facts map[string]string, text string) error {
	return c.noteAt(ctx, kind, facts, text, c.now)
}

func (c *change) noteAt(ctx context.Context, kind string, facts map[string]string, text string, happened time.Time) error {
	return journal.Append(ctx, c.tx, journal.Entry{
		Case: journal.Case{Kind: "incident", ID: string(c.i.ID)}, Kind: kind, Actor: c.actor,
		HappenedAt: happened, RecordedAt: c.now, Facts: facts, Text: text,
	})
}

// decide keeps a decision with its reason, its maker and its moment.
func (c *change) decide(ctx context.Context, kind, outcome, reason string) error {
	return incident.AddDecision(ctx, c.tx, incident.Decision{
		IncidentID: c.i.ID, Kind: kind, Outcome: outcome, Reason: reason, MadeBy: c.actor.ID, MadeAt: c.now,
	})
}

func (c *change) put(ctx context.Context, w Work) error {
	if err := c.s.d.Queue.Put(ctx, c.tx, w); err != nil {
		return fmt.Errorf("response: queue %s: %w", w.Kind, err)
	}
	return nil
}

// refreshCard asks for the card in the chat to be brought up to date; several
// changes in a row share one edit.
func (c *change) refreshCard(ctx context.Context) error {
	if !c.s.d.Alerter.HasChat(c.firm) {
		return nil
	}
	return c.put(ctx, Work{Kind: WorkCard, ID: string(c.i.ID), Key: WorkCard + ":" + string(c.i.ID), At: c.now})
}
