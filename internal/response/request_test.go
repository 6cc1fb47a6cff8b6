package response_test

import (
	"context"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/alert"
	"clepsydra/internal/firm"
	"clepsydra/internal/journal"
	"clepsydra/internal/locale"
	"clepsydra/internal/obligation"
	"clepsydra/internal/request"
	"clepsydra/internal/response"
	"clepsydra/internal/stewardship"
	"clepsydra/internal/workflow"
	"clepsydra/templates"
	"clepsydra/workflows"
)

// caseOfRequests shows requests to the engine as the program does.
type caseOfRequests struct{ q *stewardship.Requests }

func (c caseOfRequests) CaseOf(ctx context.Context, db bun.IDB, o obligation.Obligation) (response.Other, error) {
	r, err := c.q.ClockOf(ctx, db, o)
	return response.Other{
		Kind: "request", ID: string(r.Request.ID), Ref: r.Request.Ref, Path: "/requests/" + string(r.Request.ID), LeadID: r.Request.LeadID,
		Asks: r.Request.KindCodes(), Missing: r.Missing, Planned: r.Planned,
	}, err
}

// paperless writes and mails nothing.
type paperless struct{}

func (paperless) Letter(context.Context, io.Writer, firm.Firm, request.Letter, time.Time) error {
	return nil
}
func (paperless) Copy(context.Context, io.Writer, firm.Firm, request.Copy, string, string) error {
	return nil
}
func (paperless) HasMail(firm.Firm) bool                                                { return false }
func (paperless) Later(context.Context, bun.Tx, string) error                           { return nil }
func (paperless) Send(context.Context, firm.Firm, string, string, string, string) error { return nil }

// asks takes in a request of Zoë, whose name must never leave the house.
func (h *house) asks() (*stewardship.Requests, request.Request) {
	h.t.Helper()
	packs, err := workflow.Load(workflows.FS, time.Now)
	h.ok(err)
	texts, err := locale.Load(templates.FS)
	h.ok(err)
	q, err := stewardship.NewRequests(stewardship.RequestDeps{
		DB: h.db, Clock: func() time.Time { return h.now }, Steward: stewardship.New(h.db, func() time.Time { return h.now }), Packs: packs, Firms: h.firms,
		Clocks: h.s, Printer: paperless{}, Mail: paperless{}, Key: []byte("k"),
		Speak: func(lang, country string, loc *time.Location) request.Words { return texts.For(lang, country, loc) },
	})
	h.ok(err)
	h.s.UseOthers(caseOfRequests{q})
	r, err := q.Receive(ctx, journal.Actor{Kind: journal.ByPerson}, request.Request{
		Via: request.ByForm, Name: "Zoë Geheim", Email: "zoe@example.com", Language: "nl", Items: []request.Item{{Kind: request.Access}, {Kind: request.Erasure}},
	})
	h.ok(err)
	return q, r
}

func TestARequestIsRemindedByTheSameLadderUntilItIsAnswered(t *testing.T) {
	each(t, func(h *house) {
		_, r := h.asks()
		o, err := obligation.OfRequest(ctx, h.db.R, string(r.ID))
		h.ok(err)
		h.work()
		if len(h.out.posted) != 1 {
			t.Fatalf("%d cards after it came in", len(h.out.posted))
		}
		h.ok(h.s.Acknowledge(ctx, h.who, o.ID))
		h.runUntil(o.DueAt.Add(50*time.Hour), 6*time.Hour)
		rs, err := obligation.RemindersOf(ctx, h.db.R, o.ID)
		h.ok(err)
		sent := map[string]bool{}
		for _, one := range rs {
			sent[one.Rung] = one.State == obligation.Sent
		}
		for _, rung := range []string{"started", "one_week_left", "three_days_left", "one_day_left", "last_hours", "overdue", "late_2"} {
			if !sent[rung] {
				t.Errorf("%s was not sent: %v", rung, sent)
			}
		}
		if sent["nobody_yet"] {
			t.Error("the deputy was asked although somebody had taken it on")
		}
		for _, a := range append(h.out.posted, h.out.replied...) {
			if text, err := json.Marshal(a); err != nil || strings.Contains(string(text), "Geheim") || strings.Contains(string(text), "zoe@") {
				t.Errorf("an alert names the person: %s", text)
			}
			if err := a.Check(); err != nil {
				t.Errorf("alert %+v: %v", a, err)
			}
		}
		if last := h.out.replied[len(h.out.replied)-1]; last.Kind != alert.Overdue || last.Reference != r.Ref || len(last.Asks) != 2 || !strings.HasSuffix(last.Link, "/requests/"+string(r.ID)) {
			t.Errorf("last alert %+v", last)
		}
	})
}

func TestAMonthThatStandsStillRemindsOfTheWaitingOnly(t *testing.T) {
	each(t, func(h *house) {
		q, r := h.asks()
		h.work()
		h.importCSV("Naam;Email\nZoë Geheim;zoe@example.com\n")
		page, err := q.Candidates(ctx, h.who, r.ID, "")
		h.ok(err)
		h.ok(q.Match(ctx, h.who, r.ID, page[0].ID))
		h.ok(q.AskIdentity(ctx, h.who, r.ID, stewardship.IdentityInput{Method: request.KnownWay, Doubt: "the voice was another"}))
		o, err := obligation.OfRequest(ctx, h.db.R, string(r.ID))
		h.ok(err)
		if !o.DueAt.IsZero() || !o.IsOpen() {
			t.Fatalf("duty %+v", o)
		}
		before := len(h.out.replied)
		h.runUntil(h.now.AddDate(0, 0, 40), 12*time.Hour)
		h.ok(h.s.Sweep(ctx))
		h.work()
		if n := len(h.out.replied) - before; n < 4 || n > 7 {
			t.Errorf("%d reminders in forty days of waiting", n)
		}
		h.ok(q.DecideIdentity(ctx, h.who, r.ID, request.Proved, request.KnownWay, "called back"))
		o, err = obligation.OfRequest(ctx, h.db.R, string(r.ID))
		h.ok(err)
		kept, err := request.ByID(ctx, h.db.R, r.ID)
		h.ok(err)
		if kept.PausedDays != 40 || !o.DueAt.Equal(kept.DueAt) || !o.DueAt.After(h.now) {
			t.Errorf("stood still %d days, due %s", kept.PausedDays, o.DueAt)
		}
		h.ok(q.Decide(ctx, h.who, r.ID, request.Decision{Kind: request.Access, Outcome: request.TakenBack}))
		h.ok(q.Decide(ctx, h.who, r.ID, request.Decision{Kind: request.Erasure, Outcome: request.TakenBack}))
		h.ok(q.Answer(ctx, h.who, r.ID, stewardship.AnswerInput{How: request.AnswerByPost}))
		rs, err := obligation.RemindersOf(ctx, h.db.R, o.ID)
		h.ok(err)
		for _, one := range rs {
			if one.State == obligation.Planned {
				t.Errorf("%s is still planned after the answer", one.Rung)
			}
		}
	})
}

func TestARequestEnteredLateIsAnnouncedOnce(t *testing.T) {
	each(t, func(h *house) {
		q, _ := h.asks()
		h.work()
		posted, replied := len(h.out.posted), len(h.out.replied)
		r, err := q.Receive(ctx, h.who, request.Request{Via: request.ByLetter, ReceivedAt: h.now.AddDate(0, 0, -28), Items: []request.Item{{Kind: request.Access}}})
		h.ok(err)
		h.work()
		if n := len(h.out.posted) + len(h.out.replied) - posted - replied; n != 1 {
			t.Errorf("%d messages about a request of four weeks ago", n)
		}
		h.ok(h.s.Sweep(ctx))
		h.work()
		o, err := obligation.OfRequest(ctx, h.db.R, string(r.ID))
		h.ok(err)
		rs, err := obligation.RemindersOf(ctx, h.db.R, o.ID)
		h.ok(err)
		if states(rs)[obligation.Sent] != 1 {
			t.Errorf("reminders %+v", states(rs))
		}
	})
}
