package stewardship

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/consent"
	"clepsydra/internal/contact"
	"clepsydra/internal/journal"
	"clepsydra/internal/processing"
)

// refused writes the objection of people who were there before and of whom a file says
// no. Where nothing but files ever spoke of somebody, his row says it already.
func (s *Service) refused(ctx context.Context, tx bun.Tx, actor journal.Actor, id contact.ImportID, people []contact.ID) error {
	before, err := consent.EventsOf(ctx, tx, people...)
	if err != nil {
		return err
	}
	var events []consent.Event
	for _, person := range people {
		if len(before[person]) == 0 {
			continue
		}
		c, err := contact.ByID(ctx, tx, person)
		if err != nil {
			return err
		}
		at := c.UnsubscribedAt
		if at.After(s.moment()) {
			at = time.Time{}
		}
		delete(before, person) // of somebody who stands twice in the file once is enough
		events = append(events, consent.Event{
			ContactID: person, Purpose: consent.AllMarketing, Channel: processing.ByMail, Kind: consent.Objected,
			At: at, How: consent.HowImport, Proof: consent.Proof{ImportID: id},
		})
	}
	return s.recordConsentIn(ctx, tx, actor, events)
}

// forgetConsentsOf makes way for taking an import back: what its people said goes with
// them, but a no stays on the suppression list. Whoever gave a consent himself since
// then is no mistake of the file any more: contact.ErrImportInUse.
func (s *Service) forgetConsentsOf(ctx context.Context, tx bun.Tx, id contact.ImportID) error {
	agreed, err := consent.AgreedOf(ctx, tx, id)
	if err != nil {
		return err
	}
	if agreed > 0 {
		return contact.ErrImportInUse
	}
	people, err := contact.UnsubscribedOf(ctx, tx, id)
	if err != nil {
		return err
	}
	if err := s.suppressRefusing(ctx, tx, pointers(people), s.moment()); err != nil {
		return err
	}
	return consent.RemoveOfImport(ctx, tx, id)
}

// eraseConsents is the Eraser: events and proofs go, and every no stays on the
// suppression list, as a hash that points to nobody (Art. 17(3)(b), 21(3)).
func (s *Service) eraseConsents(ctx context.Context, tx bun.Tx, c contact.Contact) (map[string]int, error) {
	record, err := processing.Get(ctx, tx)
	if err != nil {
		return nil, err
	}
	events, err := consent.EventsOf(ctx, tx, c.ID)
	if err != nil {
		return nil, err
	}
	var list []consent.Suppression
	for _, state := range consent.Present(consent.History(c, events[c.ID], record)) {
		p, _ := record.Purpose(state.Event.Purpose)
		entry, stops := s.keyer.Suppress(c, state.Event)
		if stops && state.Standing.Stops() && (p.Marketing || state.Event.Purpose == consent.AllMarketing) {
			list = append(list, entry)
		}
	}
	if err := consent.Suppress(ctx, tx, list); err != nil {
		return nil, err
	}
	return consent.Remove(ctx, tx, c.ID)
}

// consentMover makes what one person said belong to another and back.
func (s *Service) consentMover() Mover {
	return Mover{
		Move: func(ctx context.Context, tx bun.Tx, from, to contact.ID) (string, error) {
			for _, id := range []contact.ID{from, to} {
				if err := s.writeDown(ctx, tx, id); err != nil {
					return "", err
				}
			}
			undo, err := consent.Move(ctx, tx, from, to)
			if err != nil {
				return "", err
			}
			return undo, s.settleAgain(ctx, tx, to)
		},
		Back: func(ctx context.Context, tx bun.Tx, from, to contact.ID, undo string) error {
			if err := consent.MoveBack(ctx, tx, from, undo); err != nil {
				return err
			}
			for _, id := range []contact.ID{from, to} {
				if err := s.settleAgain(ctx, tx, id); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// writeDown makes an event of what only the row of a person says.
func (s *Service) writeDown(ctx context.Context, tx bun.Tx, id contact.ID) error {
	c, events, record, err := s.consentsOf(ctx, tx, id)
	if err != nil {
		return err
	}
	if e, ok := consent.Imported(c, events, record); ok {
		_, err = consent.Add(ctx, tx, []consent.Event{e})
	}
	return err
}

// settleAgain works the present of a person out anew.
func (s *Service) settleAgain(ctx context.Context, tx bun.Tx, id contact.ID) error {
	c, events, record, err := s.consentsOf(ctx, tx, id)
	if err != nil {
		return err
	}
	return s.settleConsent(ctx, tx, record, c, events)
}

func (s *Service) consentsOf(ctx context.Context, db bun.IDB, id contact.ID) (contact.Contact, []consent.Event, processing.Record, error) {
	record, err := processing.Get(ctx, db)
	if err != nil {
		return contact.Contact{}, nil, record, err
	}
	c, err := contact.ByID(ctx, db, id)
	if err != nil {
		return c, nil, record, err
	}
	events, err := consent.EventsOf(ctx, db, id)
	return c, events[id], record, err
}
