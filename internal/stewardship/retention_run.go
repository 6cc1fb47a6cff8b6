package stewardship

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/contact"
	"clepsydra/internal/journal"
	"clepsydra/internal/retention"
)

// How many people are taken in one transaction: listing is cheap, erasing is not, and
// others wait for it.
const (
	listBatch = 500
	askBatch  = 20
	actBatch  = 10
)

// StartRetention begins a run on today's plan: whoever is due and not held is written
// down and asked, and goes after the notice. Nothing goes that nobody started. It
// fails with retention.ErrNotReady, ErrNobodyDue and ErrRunning.
func (s *Service) StartRetention(ctx context.Context, actor journal.Actor) (run retention.Run, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		p, err := s.planIn(ctx, tx)
		if err != nil {
			return err
		}
		switch {
		case !p.IsReady():
			return retention.ErrNotReady
		case p.Due == 0:
			return retention.ErrNobodyDue
		}
		runs, err := retention.Runs(ctx, tx, 1)
		if err != nil {
			return err
		}
		if len(runs) > 0 && runs[0].IsActive() {
			return retention.ErrRunning
		}
		id, err := retention.NewID()
		if err != nil {
			return err
		}
		now := s.moment()
		run = retention.Run{
			ID: id, State: retention.Listing, Plan: p.Plan, Due: p.Due, StartedBy: actor.ID, StartedAt: now,
			ActAfter: p.On.AddDays(p.Settings.NoticeDays + 1).In(p.Zone).UTC(),
		}
		if err := retention.SaveRun(ctx, tx, run); err != nil {
			return err
		}
		if err := s.keeping.Put(ctx, tx, run.ID, now); err != nil {
			return err
		}
		facts := map[string]string{"run": run.ID, "due": strconv.Itoa(p.Due), "then": string(p.Then), "active": p.Active.String(), "notice_days": strconv.Itoa(p.Settings.NoticeDays)}
		if !p.Collected.IsZero() {
			facts["collected"] = p.Collected.String()
		}
		return s.noteRun(ctx, tx, actor, "retention.started", facts)
	})
	return run, err
}

func (s *Service) noteRun(ctx context.Context, tx bun.Tx, actor journal.Actor, kind string, facts map[string]string) error {
	return journal.Append(ctx, tx, journal.Entry{Case: journal.Case{Kind: "firm"}, Kind: kind, Actor: actor, RecordedAt: s.moment(), Facts: facts})
}

// StopRetention ends a run; who went already is gone, nobody else goes.
func (s *Service) StopRetention(ctx context.Context, actor journal.Actor, id string) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		run, err := retention.RunByID(ctx, tx, id)
		if err != nil || !run.IsActive() {
			return err
		}
		run.State, run.FinishedAt = retention.Stopped, s.moment()
		if err := retention.SaveRun(ctx, tx, run); err != nil {
			return err
		}
		return s.noteRun(ctx, tx, actor, "retention.stopped", map[string]string{"run": id})
	})
}

// AdvanceRetention carries a run on from wherever it is, a batch at a time; each batch
// is one transaction, so that after a crash nobody is taken twice and nobody is left
// out. It returns when to come again; zero: the run is over.
func (s *Service) AdvanceRetention(ctx context.Context, runID string) (again time.Time, err error) {
	for {
		if err := ctx.Err(); err != nil {
			return time.Time{}, context.Cause(ctx)
		}
		run, err := retention.RunByID(ctx, s.db.R, runID)
		if err != nil || !run.IsActive() {
			return time.Time{}, err
		}
		switch run.State {
		case retention.Listing:
			err = s.listSome(ctx, runID)
		case retention.Asking:
			err = s.askSome(ctx, run)
		case retention.Waiting:
			if s.moment().Before(run.ActAfter) {
				return run.ActAfter, nil
			}
			err = s.inRun(ctx, runID, retention.Waiting, func(_ context.Context, _ bun.Tx, r *retention.Run) error {
				r.State = retention.Acting
				return nil
			})
		case retention.Acting:
			err = s.actOnSome(ctx, runID)
		}
		if err != nil {
			return time.Time{}, err
		}
	}
}

// inRun changes a run that is still in a state, in one transaction.
func (s *Service) inRun(ctx context.Context, id string, in retention.RunState, fn func(context.Context, bun.Tx, *retention.Run) error) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		run, err := retention.RunByID(ctx, tx, id)
		if err != nil || run.State != in {
			return err
		}
		if err := fn(ctx, tx, &run); err != nil {
			return err
		}
		return retention.SaveRun(ctx, tx, run)
	})
}

// listSome writes the next people who are due into the run.
func (s *Service) listSome(ctx context.Context, runID string) error {
	return s.inRun(ctx, runID, retention.Listing, func(ctx context.Context, tx bun.Tx, run *retention.Run) error {
		zone, err := s.keeping.Zone(ctx, tx)
		if err != nil {
			return err
		}
		asks, err := s.keeping.CanAsk(ctx)
		if err != nil {
			return err
		}
		due, err := retention.ListDue(ctx, tx, run.Plan, zone, run.After, listBatch)
		if err != nil {
			return err
		}
		if len(due) == 0 {
			run.State = retention.Asking
			return nil
		}
		last := due[len(due)-1]
		run.After = retention.Place{At: last.ActiveAt, ID: last.ID}
		held, err := s.heldIn(ctx, tx, idsOf(due))
		if err != nil {
			return err
		}
		people := make([]retention.Person, len(due))
		for i, d := range due {
			people[i] = retention.Person{RunID: run.ID, ContactID: d.ID, State: retention.Listed, Mail: retention.NoMail, ListedAt: s.moment()}
			if _, ok := held[d.ID]; ok {
				people[i].State = retention.Held
			} else if d.HasMail && asks {
				people[i].Mail, people[i].LinkHash = retention.MailQueued, HashOfLink(s.stayToken(run.ID, d.ID))
			}
		}
		return retention.AddPeople(ctx, tx, people)
	})
}

// askSome sends the next questions. Each is marked right after it left: a crash
// repeats one at most, with the same message id.
func (s *Service) askSome(ctx context.Context, run retention.Run) error {
	people, err := retention.Next(ctx, s.db.R, run.ID, retention.MailQueued, askBatch)
	if err != nil {
		return err
	}
	if len(people) == 0 {
		return s.inRun(ctx, run.ID, retention.Asking, func(_ context.Context, _ bun.Tx, r *retention.Run) error {
			r.State = retention.Waiting
			return nil
		})
	}
	for _, p := range people {
		c, err := contact.ByID(ctx, s.db.R, p.ContactID)
		if err != nil {
			return err
		}
		state := retention.MailSent
		err = s.keeping.Ask(ctx, Question{Person: c, GoOn: run.ActAfter, Token: s.stayToken(run.ID, c.ID), Key: run.ID + "-" + string(c.ID)})
		if errors.Is(err, ErrAskRefused) || c.IsErased() || c.Email == "" {
			state, err = retention.MailRefused, nil
		}
		if err != nil {
			return err
		}
		if err := retention.Mailed(ctx, s.db.W, p, state); err != nil {
			return err
		}
	}
	return nil
}

// StayAsked returns who was asked with a link, without showing anything about him. It
// fails with retention.ErrLink.
func (s *Service) StayAsked(ctx context.Context, token string) (retention.Person, error) {
	return retention.ByLink(ctx, s.db.R, HashOfLink(strings.TrimSpace(token)))
}

// Stay keeps somebody who clicked to stay: that is activity. A second click fails with
// retention.ErrLink as a wrong link does.
func (s *Service) Stay(ctx context.Context, token string) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		p, err := retention.ByLink(ctx, tx, HashOfLink(strings.TrimSpace(token)))
		if err != nil {
			return err
		}
		now := s.moment()
		if err := contact.Touch(ctx, tx, p.ContactID, now); err != nil {
			return err
		}
		if err := retention.Settle(ctx, tx, p, retention.Stayed, now); err != nil {
			return err
		}
		return journal.Append(ctx, tx, journal.Entry{
			Case: journal.Case{Kind: "contact", ID: string(p.ContactID)}, Kind: "retention.stayed", Actor: journal.Actor{Kind: journal.ByRecipient}, RecordedAt: now,
			Facts: map[string]string{"run": p.RunID},
		})
	})
}
