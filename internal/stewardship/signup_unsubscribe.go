package stewardship

import (
	"context"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"clepsydra/internal/consent"
	"clepsydra/internal/contact"
	"clepsydra/internal/processing"
)

// StopAll ends all marketing in every way, with one press.
func (s *Signups) StopAll(ctx context.Context, token string) error {
	c, err := s.Who(ctx, token)
	if err != nil {
		return err
	}
	return s.stop(ctx, c, "", processing.Channels(), consent.HowPreferences)
}

// stop records that somebody said no to a purpose, to all marketing when it is empty.
// What he said no to already makes no event.
func (s *Signups) stop(ctx context.Context, c contact.Contact, id processing.PurposeID, channels []processing.Channel, how consent.How) error {
	now := s.moment()
	err := s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		r, err := processing.Get(ctx, tx)
		if err != nil {
			return err
		}
		states, err := s.statesOf(ctx, tx, c, r)
		if err != nil {
			return err
		}
		var events []consent.Event
		for _, ch := range channels {
			for _, e := range noesTo(r, id, ch) {
				stopped := states[e.Use()].Standing.Stops()
				if p, ok := r.Purpose(e.Purpose); ok {
					stopped = states.Of(p, ch).Standing.Stops()
				}
				if !stopped {
					e.ContactID, e.At, e.How = c.ID, now, how
					events = append(events, e)
				}
			}
		}
		return s.recordConsentIn(ctx, tx, himself(c), events)
	})
	if err != nil {
		return fmt.Errorf("unsubscribe: %w", err)
	}
	return nil
}

// noesTo are the events with which one says no: to one purpose, or to all marketing
// and to every consent there is, whose purpose may be no marketing.
func noesTo(r processing.Record, id processing.PurposeID, ch processing.Channel) []consent.Event {
	if p, ok := r.Purpose(id); ok {
		return []consent.Event{{Purpose: p.ID, Channel: ch, Kind: refusalOf(p)}}
	}
	out := []consent.Event{{Purpose: consent.AllMarketing, Channel: ch, Kind: consent.Objected}}
	for _, p := range r.Purposes {
		if p.IsInUse() && p.Basis == processing.Consent && p.Uses(ch) {
			out = append(out, consent.Event{Purpose: p.ID, Channel: ch, Kind: consent.Withdrawn})
		}
	}
	return out
}

// Unsubscribing is what the link in a mail stands for.
type Unsubscribing struct {
	Purpose  processing.Purpose // zero: all marketing
	Language string             // of the person; empty when not known
	Done     bool
}

// Unsubscribing reads the link without changing anything. Somebody who was erased is
// unsubscribed. It fails with signup.ErrLinkUnknown.
func (s *Signups) Unsubscribing(ctx context.Context, token string) (u Unsubscribing, err error) {
	c, id, err := s.unsubscriber(ctx, token)
	if err != nil {
		return u, err
	}
	r, err := processing.Get(ctx, s.db.R)
	if err != nil {
		return u, err
	}
	u.Purpose, _ = r.Purpose(id)
	u.Language = c.Language
	if c.ID == "" {
		u.Done = true
		return u, nil
	}
	states, err := s.statesOf(ctx, s.db.R, c, r)
	if err != nil {
		return u, err
	}
	u.Done = states[consent.Use{Purpose: consent.AllMarketing, Channel: processing.ByMail}].Standing.Stops()
	if u.Purpose.ID != "" {
		u.Done = states.Of(u.Purpose, processing.ByMail).Standing.Stops()
	}
	return u, nil
}

// unsubscriber is whose link it is; a zero contact when he was erased.
func (s *Signups) unsubscriber(ctx context.Context, token string) (contact.Contact, processing.PurposeID, error) {
	id, purpose, err := s.links.OpenUnsubscribe(token)
	if err != nil {
		return contact.Contact{}, "", err
	}
	c, err := s.present(ctx, s.db.R, id)
	if errors.Is(err, contact.ErrNotFound) {
		return contact.Contact{}, purpose, nil
	}
	return c, purpose, err
}

// Unsubscribe is the one click of RFC 8058, or the button behind it. Twice is once.
func (s *Signups) Unsubscribe(ctx context.Context, token string) error {
	c, purpose, err := s.unsubscriber(ctx, token)
	if err != nil || c.ID == "" {
		return err
	}
	return s.stop(ctx, c, purpose, []processing.Channel{processing.ByMail}, consent.HowUnsubscribeLink)
}
