package stewardship

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/consent"
	"clepsydra/internal/contact"
	"clepsydra/internal/journal"
	"clepsydra/internal/processing"
	"clepsydra/internal/signup"
)

// AskedRun is what somebody was asked.
type AskedRun struct {
	Purpose  processing.Purpose
	Language string
	Words    string // the mail as it was written
	Open     bool   // answers still count
}

// Asked reads the link of a re-permission mail. It fails with signup.ErrLinkUnknown,
// also for somebody who was erased.
func (s *Signups) Asked(ctx context.Context, token string) (AskedRun, signup.Entry, error) {
	_, a, e, err := s.asked(ctx, s.db.R, token)
	return a, e, err
}

func (s *Signups) asked(ctx context.Context, db bun.IDB, token string) (run signup.Run, a AskedRun, e signup.Entry, err error) {
	id, who, err := s.links.OpenAnswer(token)
	if err != nil {
		return run, a, e, err
	}
	if who, err = signup.Now(ctx, db, who); err != nil {
		return run, a, e, err
	}
	if e, err = signup.EntryOf(ctx, db, id, who); err != nil {
		return run, a, e, err
	}
	if run, err = signup.RunByID(ctx, db, id); err != nil {
		return run, a, e, err
	}
	c, err := s.present(ctx, db, who)
	if errors.Is(err, contact.ErrNotFound) {
		err = signup.ErrLinkUnknown
	}
	if err != nil {
		return run, a, e, err
	}
	f, err := s.d.Firms.Get(ctx, db)
	if err != nil {
		return run, a, e, err
	}
	r, err := processing.Get(ctx, db)
	if err != nil {
		return run, a, e, err
	}
	a.Purpose, _ = r.Purpose(run.Purpose)
	a.Language = s.languageOf(c, f)
	a.Words, a.Open = run.Words(a.Language), run.EndedAt.IsZero() && s.moment().Before(run.Until)
	return run, a, e, nil
}

// AnswerRepermission keeps what somebody answered: yes is a consent with proof, no
// takes him off the list. Twice the same is once.
func (s *Signups) AnswerRepermission(ctx context.Context, token string, yes bool) error {
	now := s.moment()
	err := s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		run, a, e, err := s.asked(ctx, tx, token)
		if err != nil {
			return err
		}
		changed, err := e.Answer(yes, run, now)
		if err != nil || !changed {
			return err
		}
		if err := signup.SaveEntry(ctx, tx, e); err != nil {
			return err
		}
		event := s.answered(run, e, consent.Withdrawn, now)
		if yes {
			event.Kind = consent.Given
			event.Wording = consent.Wording{Text: a.Words, Version: signup.WordsVersion("re-permission "+string(run.ID), a.Words), Language: a.Language}
			event.Proof.Trace = &consent.Trace{AskedAt: run.StartedAt, MailedAt: e.SentAt, ConfirmedAt: now}
		}
		return s.recordConsentIn(ctx, tx, journal.Actor{Kind: journal.ByPerson, ID: string(e.ContactID)}, []consent.Event{event})
	})
	if err != nil {
		return fmt.Errorf("answer re-permission: %w", err)
	}
	return nil
}

func (s *Signups) answered(run signup.Run, e signup.Entry, kind consent.Kind, now time.Time) consent.Event {
	return consent.Event{
		ContactID: e.ContactID, Purpose: run.Purpose, Channel: processing.ByMail, Kind: kind, At: now, How: consent.HowRepermission,
		Proof: consent.Proof{Note: "re-permission " + string(run.ID)},
	}
}
