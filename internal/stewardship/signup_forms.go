package stewardship

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/fault"
	"clepsydra/internal/firm"
	"clepsydra/internal/journal"
	"clepsydra/internal/processing"
	"clepsydra/internal/signup"
)

// Forms lists all forms, the latest first.
func (s *Signups) Forms(ctx context.Context) ([]signup.Form, error) {
	return signup.Forms(ctx, s.db.R)
}

// Form returns one form, or signup.ErrNotFound.
func (s *Signups) Form(ctx context.Context, id signup.FormID) (signup.Form, error) {
	return signup.ByID(ctx, s.db.R, id)
}

// Waiting counts the sign-ups of a form that were not confirmed yet.
func (s *Signups) Waiting(ctx context.Context, id signup.FormID) (int, error) {
	return signup.CountPending(ctx, s.db.R, id, s.moment())
}

// SaveForm writes the draft of a form, a new one when id is empty. It refuses what the
// law forbids (signup.Definition.Check): such a form cannot even be kept.
func (s *Signups) SaveForm(ctx context.Context, actor journal.Actor, id signup.FormID, slug string, d signup.Definition) (f signup.Form, err error) {
	now := s.moment()
	err = s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		r, err := processing.Get(ctx, tx)
		if err != nil {
			return err
		}
		if err := joinFaults(d.Check(r), signup.CheckSlug(slug)); err != nil {
			return err
		}
		f = signup.Form{ID: id, CreatedAt: now}
		if id == "" {
			made, err := signup.NewID()
			if err != nil {
				return err
			}
			f.ID = signup.FormID(made)
		} else if f, err = signup.ByID(ctx, tx, id); err != nil {
			return err
		}
		f.Slug, f.Draft, f.UpdatedAt = slug, d, now
		if err := signup.Save(ctx, tx, f); err != nil {
			return err
		}
		return journal.Append(ctx, tx, formEntry(f, "form.saved", actor, now))
	})
	if err != nil {
		return signup.Form{}, fmt.Errorf("save form: %w", err)
	}
	return f, nil
}

// joinFaults makes one list of several refusals.
func joinFaults(errs ...error) error {
	var l fault.List
	for _, err := range errs {
		found := fault.All(err)
		if err != nil && len(found) == 0 {
			return err
		}
		l = append(l, found...)
	}
	return l.OrNil()
}

func formEntry(f signup.Form, kind string, actor journal.Actor, now time.Time) journal.Entry {
	return journal.Entry{
		Case: journal.Case{Kind: "form", ID: string(f.ID)}, Kind: kind, Actor: actor, RecordedAt: now,
		Facts: map[string]string{"version": strconv.Itoa(f.Version)},
	}
}

// Publish makes the draft what visitors see, as a new version that keeps its exact
// words. It refuses with ErrSignupNoMail while no mail could be sent: nobody could
// confirm.
func (s *Signups) Publish(ctx context.Context, actor journal.Actor, id signup.FormID) (f signup.Form, err error) {
	now := s.moment()
	err = s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		house, err := s.d.Firms.Get(ctx, tx)
		if err != nil {
			return err
		}
		if !house.SMTP.IsSet() || house.BaseURL == "" {
			return ErrSignupNoMail
		}
		r, err := processing.Get(ctx, tx)
		if err != nil {
			return err
		}
		if f, err = signup.ByID(ctx, tx, id); err != nil {
			return err
		}
		if err := f.Draft.Check(r); err != nil {
			return err
		}
		f.Version, f.UpdatedAt, f.ClosedAt = f.Version+1, now, time.Time{}
		v := signup.Version{
			FormID: f.ID, Number: f.Version, Definition: f.Draft, PublishedAt: now, PublishedBy: actor.ID, Shipped: s.Shipped(house, f.Draft.Languages),
		}
		if err := signup.AddVersion(ctx, tx, v); err != nil {
			return err
		}
		if err := signup.Save(ctx, tx, f); err != nil {
			return err
		}
		return journal.Append(ctx, tx, formEntry(f, "form.published", actor, now))
	})
	if err != nil {
		return signup.Form{}, fmt.Errorf("publish form: %w", err)
	}
	return f, nil
}

// Shipped are the sentences that the program adds to a form.
func (s *Signups) Shipped(f firm.Firm, languages []string) map[string]signup.Shipped {
	out := map[string]signup.Shipped{}
	for _, lang := range languages {
		w := s.d.Speak(lang, f.Country, f.Location())
		out[lang] = signup.Shipped{
			Read:     w.T("signup.read_notice", map[string]any{"Firm": f.Name}),
			Withdraw: w.T("signup.withdraw_any_time", map[string]any{"Firm": f.Name}),
		}
	}
	return out
}

// CloseForm takes a form off the web. Its versions stay: consents point at them.
func (s *Signups) CloseForm(ctx context.Context, actor journal.Actor, id signup.FormID) error {
	now := s.moment()
	err := s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		f, err := signup.ByID(ctx, tx, id)
		if err != nil || !f.ClosedAt.IsZero() {
			return err
		}
		f.ClosedAt, f.UpdatedAt = now, now
		if err := signup.Save(ctx, tx, f); err != nil {
			return err
		}
		return journal.Append(ctx, tx, formEntry(f, "form.closed", actor, now))
	})
	if err != nil {
		return fmt.Errorf("close form: %w", err)
	}
	return nil
}

// OpenForm returns a form that visitors may fill in, with a version of it: the one
// they were shown, or the latest for 0. It fails with signup.ErrNotFound or
// ErrSignupClosed.
func (s *Signups) OpenForm(ctx context.Context, slug string, version int) (signup.Form, signup.Version, error) {
	f, err := signup.BySlug(ctx, s.db.R, slug)
	if err != nil {
		return f, signup.Version{}, err
	}
	if f.Version == 0 {
		return f, signup.Version{}, signup.ErrNotFound
	}
	if !f.IsOpen() {
		return f, signup.Version{}, ErrSignupClosed
	}
	if version < 1 || version > f.Version {
		version = f.Version
	}
	v, err := signup.VersionOf(ctx, s.db.R, f.ID, version)
	return f, v, err
}
