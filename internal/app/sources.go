package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/account"
	"clepsydra/internal/alert"
	"clepsydra/internal/firm"
	"clepsydra/internal/job"
	"clepsydra/internal/source"
	"clepsydra/internal/stewardship"
)

// sourcesQueue keeps pulls apart: a slow shop never holds up a reminder.
const sourcesQueue = "sources"

// pullTries is how often a pull is tried when the network fails: about half an hour
// with the pauses of the queue.
const pullTries = 8

// pullTask is a stewardship.Pull as the queue keeps it.
type pullTask struct {
	Source    string `json:"source"`
	By        string `json:"by,omitempty"`
	Scheduled bool   `json:"scheduled,omitempty"`
}

// Kind is the stored name of the job.
func (pullTask) Kind() string { return "source.pull" }

// tellTask tells that a source needs attention.
type tellTask struct {
	Source string `json:"source"`
}

// Kind is the stored name of the job.
func (tellTask) Kind() string { return "source.tell" }

// pullQueue puts the work on sources into the durable queue.
type pullQueue struct{ client *job.Client }

// Pull enqueues a pull. While one of the source is live, that one stands for it.
func (q pullQueue) Pull(ctx context.Context, tx bun.IDB, p stewardship.Pull) error {
	_, err := q.client.Enqueue(ctx, tx, pullTask{string(p.Source), p.By, p.Scheduled}, job.Options{
		UniqueKey: "source/" + string(p.Source), MaxAttempts: pullTries, Queue: sourcesQueue,
	})
	return err
}

// Tell enqueues the message about a source.
func (q pullQueue) Tell(ctx context.Context, tx bun.IDB, id source.ID) error {
	_, err := q.client.Enqueue(ctx, tx, tellTask{string(id)}, job.Options{UniqueKey: "source-tell/" + string(id)})
	return err
}

// handlers says who does the work of each kind.
func (a *App) handlers() map[string]job.Handler {
	all := handlers(a.Response, a.Stewardship, a.sweepUp)
	maps.Copy(all, map[string]job.Handler{
		pullTask{}.Kind(): job.Handle(func(ctx context.Context, run job.Run, t pullTask) error {
			p := stewardship.Pull{Source: source.ID(t.Source), By: t.By, Scheduled: t.Scheduled}
			return pullOutcome(a.Sources.Run(ctx, p, run.Attempt >= run.MaxAttempts))
		}),
		tellTask{}.Kind(): job.Handle(func(ctx context.Context, _ job.Run, t tellTask) error {
			return outcome(a.tellOfSource(ctx, source.ID(t.Source)))
		}),
	})
	return all
}

// pullOutcome waits as long as the other side asks, a minute at least: it was asked
// several times already.
func pullOutcome(err error) error {
	var f *source.Failure
	if errors.As(err, &f) && f.Class == source.Waiting {
		return job.Snooze(max(f.After, time.Minute))
	}
	return err
}

// tellOfSource tells whoever leads that a source needs attention: by mail, or in
// the chat where there is no mail. The message names neither the source nor anybody
// in it. A source that was mended meanwhile needs no message.
func (a *App) tellOfSource(ctx context.Context, id source.ID) error {
	src, err := a.Sources.ByID(ctx, id)
	if errors.Is(err, source.ErrNotFound) || err == nil && src.State.Code == "" {
		return nil
	}
	if err != nil {
		return err
	}
	f, err := a.Firms.Get(ctx, a.DB.R)
	if err != nil {
		return err
	}
	al := alert.Alert{
		Kind: alert.SourceFailed, IncidentID: string(id), Rung: "at_" + src.State.LastAt.Format("20060102150405"), Language: f.Language,
		Zone: f.Location(), People: alert.UnknownPeople, At: a.clock.Now(), Link: a.BaseURL() + "/contacts/sources",
	}
	err = nil // without mail and chat the health page and the page of sources say it
	if a.alerter.HasMail(f) && f.LeadID != "" {
		if err = a.mailOfSource(ctx, f, al); err == nil {
			return nil
		}
	}
	if a.alerter.HasChat(f) {
		_, err = a.alerter.Post(ctx, f, al)
	}
	return err
}

func (a *App) mailOfSource(ctx context.Context, f firm.Firm, al alert.Alert) error {
	lead, err := a.Accounts.ByID(ctx, a.DB.R, account.ID(f.LeadID))
	if err != nil {
		return fmt.Errorf("tell of source: %w", err)
	}
	al.Language = lead.Language
	return a.alerter.Mail(ctx, f, lead, al)
}
