package stewardship

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/contact"
	"clepsydra/internal/database"
	"clepsydra/internal/firm"
	"clepsydra/internal/journal"
	"clepsydra/internal/obligation"
	"clepsydra/internal/request"
	"clepsydra/internal/workflow"
)

// Clocks runs the month of a request on the one engine of reminders. Wind writes the
// duty and its reminders, Settle ends it, both in the caller's transaction; Woken says
// that it was committed.
type Clocks interface {
	Wind(ctx context.Context, tx bun.Tx, o obligation.Obligation, planned []obligation.Reminder) error
	Settle(ctx context.Context, tx bun.Tx, o obligation.Obligation, why string) error
	Woken()
}

// RequestPrinter makes the papers of requests.
type RequestPrinter interface {
	// Letter writes a letter to the person as a PDF.
	Letter(ctx context.Context, w io.Writer, f firm.Firm, l request.Letter, at time.Time) error
	// Copy writes everything about a person as a PDF that people can read.
	Copy(ctx context.Context, w io.Writer, f firm.Firm, c request.Copy, lang, ref string) error
}

// RequestMail sends the letters of requests. Later puts a paper into the queue in the
// caller's transaction; Send mails one, with the same key at every try.
type RequestMail interface {
	HasMail(f firm.Firm) bool
	Later(ctx context.Context, tx bun.Tx, paperID string) error
	Send(ctx context.Context, f firm.Firm, to, key, subject, text string) error
}

// RequestDeps is what the verbs on requests work with. Held names what keeps a person
// from being erased, such as the references of open incidents; nil: nothing does.
type RequestDeps struct {
	DB      *database.DB
	Clock   func() time.Time
	Steward *Service
	Packs   *workflow.Packs
	Firms   interface {
		Get(ctx context.Context, db bun.IDB) (firm.Firm, error)
	}
	Clocks  Clocks
	Printer RequestPrinter
	Mail    RequestMail
	Speak   func(lang, country string, zone *time.Location) request.Words
	Held    func(ctx context.Context, db bun.IDB, id contact.ID) ([]string, error)
	Key     []byte // secret from which the links are made
}

// Requests are the verbs on what people ask about their own data.
type Requests struct {
	d    RequestDeps
	laws request.Laws
}

// NewRequests makes the service; an error means that the shipped law is broken.
func NewRequests(d RequestDeps) (*Requests, error) {
	laws, err := request.LoadLaws()
	if err != nil {
		return nil, err
	}
	return &Requests{d: d, laws: laws}, nil
}

func (q *Requests) moment() time.Time { return q.d.Clock().UTC().Truncate(time.Microsecond) }

// Law is the version of the law that a request keeps.
func (q *Requests) Law(r request.Request) (request.Law, error) { return q.laws.Version(r.LawVersion) }

// LawNow is the version in force for what comes in today.
func (q *Requests) LawNow() (request.Law, error) { return q.laws.At(q.moment()) }

// requestChange is one verb at work on one request, under lock.
type requestChange struct {
	q     *Requests
	tx    bun.Tx
	now   time.Time
	actor journal.Actor
	firm  firm.Firm
	law   request.Law
	r     request.Request
}

// Receive takes a request in, starts its month and lays out the reminders, all in one
// transaction. The month starts on the day it came in, by whatever way. A form that is
// sent twice counts once. It fails with what request.Check finds.
func (q *Requests) Receive(ctx context.Context, actor journal.Actor, in request.Request) (request.Request, error) {
	c := &requestChange{q: q, now: q.moment(), actor: actor, r: in}
	if in.ReceivedAt.IsZero() {
		c.r.ReceivedAt = c.now
	}
	if err := c.r.Check(c.now); err != nil {
		return request.Request{}, err
	}
	err := q.d.DB.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		c.tx = tx
		earlier, err := request.BySendKey(ctx, tx, in.SendKey)
		if err == nil {
			c.r = earlier
			return nil
		}
		if !errors.Is(err, request.ErrNotFound) {
			return err
		}
		return c.begin(ctx)
	})
	if database.IsUnique(err, "send_key") && in.SendKey != "" { // the same form, at the same moment
		return request.BySendKey(ctx, q.d.DB.R, in.SendKey)
	}
	if err != nil {
		return request.Request{}, fmt.Errorf("receive request: %w", err)
	}
	q.d.Clocks.Woken()
	return c.r, nil
}

// begin writes the new request and starts its clock.
func (c *requestChange) begin(ctx context.Context) error {
	var err error
	if c.firm, err = c.q.d.Firms.Get(ctx, c.tx); err != nil {
		return err
	}
	if c.law, err = c.q.laws.At(c.r.ReceivedAt.In(c.firm.Location())); err != nil {
		return err
	}
	id, err := request.NewID()
	if err != nil {
		return err
	}
	c.r.ID, c.r.State, c.r.LawVersion = request.ID(id), request.Open, c.law.Version
	c.r.CreatedAt, c.r.UpdatedAt = c.now, c.now
	if c.r.Ref, err = request.NextRef(ctx, c.tx, c.now.In(c.firm.Location()).Year()); err != nil {
		return err
	}
	ends, err := c.ends()
	if err != nil {
		return err
	}
	c.r.DueAt = ends.Exact
	if err := request.Insert(ctx, c.tx, c.r); err != nil {
		return err
	}
	duty, err := obligation.NewID()
	if err != nil {
		return err
	}
	o := obligation.Obligation{
		ID: obligation.ID(duty), RequestID: string(c.r.ID), Regime: "gdpr", RegimeVersion: c.law.Version, Duty: obligation.AnswerRequest,
		Recipient: "person", Article: c.law.Article, StartedAt: c.r.ReceivedAt, State: obligation.Open, CreatedAt: c.now,
	}
	if err := c.wind(ctx, o); err != nil {
		return err
	}
	return c.note(ctx, "request.received", map[string]string{"ref": c.r.Ref, "via": string(c.r.Via), "kinds": kindsOf(c.r)})
}

// change runs fn on the locked request and saves it. An error of fn leaves everything
// as it was.
func (q *Requests) change(ctx context.Context, actor journal.Actor, id request.ID, fn func(context.Context, *requestChange) error) error {
	c := &requestChange{q: q, now: q.moment(), actor: actor}
	err := q.d.DB.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		c.tx = tx
		var err error
		if c.firm, err = q.d.Firms.Get(ctx, tx); err != nil {
			return err
		}
		if c.r, err = request.ForUpdate(ctx, tx, id); err != nil {
			return err
		}
		if c.law, err = q.laws.Version(c.r.LawVersion); err != nil {
			return err
		}
		if err := fn(ctx, c); err != nil {
			return err
		}
		c.r.UpdatedAt = c.now
		return request.Save(ctx, tx, c.r)
	})
	if err == nil {
		q.d.Clocks.Woken()
	}
	return err
}

// note writes the journal entry of the change: identifiers and codes only.
func (c *requestChange) note(ctx context.Context, kind string, facts map[string]string) error {
	return journal.Append(ctx, c.tx, journal.Entry{
		Case: journal.Case{Kind: "request", ID: string(c.r.ID)}, Kind: kind, Actor: c.actor, HappenedAt: c.now, RecordedAt: c.now, Facts: facts,
	})
}

func kindsOf(r request.Request) string {
	out := ""
	for k, code := range r.KindCodes() {
		if k > 0 {
			out += " "
		}
		out += code
	}
	return out
}
