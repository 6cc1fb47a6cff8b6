package stewardship

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/consent"
	"clepsydra/internal/contact"
	"clepsydra/internal/journal"
	"clepsydra/internal/processing"
	"clepsydra/internal/signup"
)

// OptIn is a sign-up whose mail was opened.
type OptIn struct {
	Pending signup.Pending
	Version signup.Version
}

// OptIn reads the link of a confirmation mail. It changes nothing: mail scanners open
// links. It fails with signup.ErrLinkUnknown or ErrLinkExpired.
func (s *Signups) OptIn(ctx context.Context, token string) (OptIn, error) {
	return s.optIn(ctx, s.db.R, token, s.moment())
}

func (s *Signups) optIn(ctx context.Context, db bun.IDB, token string, now time.Time) (o OptIn, err error) {
	id, err := s.links.OpenConfirm(token)
	if err != nil {
		return o, err
	}
	if o.Pending, err = signup.PendingByID(ctx, db, id); err != nil {
		return o, err
	}
	if err := o.Pending.Check(now); err != nil {
		return o, err
	}
	if o.Pending.FormID == "" { // a request for the preferences is confirmed by nothing
		return o, signup.ErrLinkUnknown
	}
	o.Version, err = signup.VersionOf(ctx, db, o.Pending.FormID, o.Pending.Version)
	return o, err
}

// ConfirmOptIn is the click in the mail: the person comes into the customer file, or
// what he told fills what was not known of him, and each box he ticked becomes a
// consent that can be proved. That lifts an earlier no for those purposes and no other.
// A second click changes nothing.
func (s *Signups) ConfirmOptIn(ctx context.Context, token string) error {
	now := s.moment()
	err := s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		o, err := s.optIn(ctx, tx, token, now)
		if err != nil || o.Pending.IsConfirmed() {
			return err
		}
		c, isNew, err := s.land(ctx, tx, o.Pending.Submission.Contact(), now)
		if err != nil {
			return err
		}
		actor := journal.Actor{Kind: journal.ByPerson, ID: string(c.ID)}
		events, err := s.eventsOf(ctx, tx, o, c, now)
		if err != nil {
			return err
		}
		o.Pending.Confirm(c.ID, now)
		if err := signup.SavePending(ctx, tx, o.Pending); err != nil {
			return err
		}
		if err := s.recordConsentIn(ctx, tx, actor, events); err != nil {
			return err
		}
		return journal.Append(ctx, tx, journal.Entry{
			Case: journal.Case{Kind: "contact", ID: string(c.ID)}, Kind: "signup.confirmed", Actor: actor, RecordedAt: now,
			Facts: map[string]string{
				"form": string(o.Pending.FormID), "version": strconv.Itoa(o.Pending.Version), "new": strconv.FormatBool(isNew),
				"boxes": strings.Join(o.Pending.Submission.Boxes, " "),
			},
		})
	})
	if err != nil {
		return fmt.Errorf("confirm sign-up: %w", err)
	}
	return nil
}

// land finds the person or adds him. Nothing that was known changes: who merely has
// the mailbox does not rewrite somebody.
func (s *Signups) land(ctx context.Context, tx bun.Tx, told contact.Contact, now time.Time) (c contact.Contact, isNew bool, err error) {
	people, err := contact.ByMail(ctx, tx, told.Email)
	if err != nil {
		return c, false, err
	}
	c, known := contact.Same(people, told)
	if !known {
		c, err = contact.Enrol(ctx, tx, told, now)
		if err != nil {
			return c, true, err
		}
		return c, true, contact.PutSources(ctx, tx, c.ID, onForm(c, now, contact.FieldPerson))
	}
	filled := c.FillFrom(told)
	for _, f := range told.Extra.Fields() {
		if c.Extra.Get(f) == "" {
			c.Extra = c.Extra.With(f, told.Extra.Get(f))
			filled = append(filled, f)
		}
	}
	c.ActiveAt, c.UpdatedAt = now, now
	if err := contact.Rewrite(ctx, tx, c); err != nil {
		return c, false, err
	}
	return c, false, contact.PutSources(ctx, tx, c.ID, onForm(c, now, filled...))
}

// onForm is where values come from that somebody gave on a form of ours.
func onForm(c contact.Contact, now time.Time, fields ...contact.Field) map[contact.Field]contact.Provenance {
	out := map[contact.Field]contact.Provenance{}
	for _, f := range fields {
		out[f] = contact.Provenance{How: contact.HowForm, ActorKind: string(journal.ByPerson), ActorID: string(c.ID), At: now}
	}
	return out
}

// eventsOf are the consents of the boxes that were ticked, with the words that were
// shown. A purpose that ended in the meantime is left out.
func (s *Signups) eventsOf(ctx context.Context, tx bun.Tx, o OptIn, c contact.Contact, now time.Time) ([]consent.Event, error) {
	r, err := processing.Get(ctx, tx)
	if err != nil {
		return nil, err
	}
	f, err := signup.ByID(ctx, tx, o.Pending.FormID)
	if err != nil {
		return nil, err
	}
	house, err := s.d.Firms.Get(ctx, tx)
	if err != nil {
		return nil, err
	}
	lang := o.Pending.Submission.Language
	var events []consent.Event
	for _, b := range o.Version.Definition.Boxes {
		p, ok := r.Purpose(b.Purpose)
		if !slices.Contains(o.Pending.Submission.Boxes, b.Key()) || !ok || !p.IsInUse() || !p.Uses(b.Channel) {
			continue
		}
		events = append(events, consent.Event{
			ContactID: c.ID, Purpose: b.Purpose, Channel: b.Channel, Kind: consent.Given, At: now, How: consent.HowDoubleOptIn,
			Wording: consent.Wording{Text: o.Version.Wording(b, lang), Version: o.Version.Name(), Language: lang, Notice: cmp.Or(o.Pending.Submission.Notice, o.Version.Definition.Notice)},
			Proof: consent.Proof{
				Address: address(house, "/f/"+f.Slug), Note: "sign-up " + string(o.Pending.ID),
				Trace: &consent.Trace{AskedAt: o.Pending.CreatedAt, ConfirmedAt: now},
			},
		})
	}
	return events, nil
}
