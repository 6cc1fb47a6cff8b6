package stewardship

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/consent"
	"clepsydra/internal/contact"
	"clepsydra/internal/journal"
	"clepsydra/internal/processing"
)

// screen makes what looks at the people of a file before they are taken: those on the
// suppression list are told, and with keep those the file itself says no of are put on
// it. Most files meet an empty list and cost nothing more.
func (s *Service) screen(ctx context.Context, db bun.IDB, keep bool) (contact.Screen, error) {
	groups, err := consent.CountSuppressed(ctx, db)
	if err != nil {
		return nil, err
	}
	uses := []consent.Use{{Purpose: consent.AllMarketing, Channel: processing.ByMail}}
	known := false
	for _, g := range groups {
		use := consent.Use{Purpose: g.Purpose, Channel: g.Channel}
		if use == uses[0] {
			known = true
		} else if g.Channel == processing.ByMail {
			uses = append(uses, use)
		}
	}
	if !known && len(uses) == 1 {
		uses = nil // nobody is on the list for mail
	}
	now := s.moment()
	return func(ctx context.Context, people []*contact.Contact) ([]time.Time, error) {
		since, err := s.listed(ctx, db, people, uses)
		if err != nil || !keep {
			return since, err
		}
		return since, s.suppressRefusing(ctx, db, people, now)
	}, nil
}

// listed says since when each person's address is on the list for one of the uses.
func (s *Service) listed(ctx context.Context, db bun.IDB, people []*contact.Contact, uses []consent.Use) ([]time.Time, error) {
	since := make([]time.Time, len(people))
	if len(uses) == 0 {
		return since, nil
	}
	at := map[consent.Key][]int{}
	var keys []consent.Key
	for i, c := range people {
		for _, use := range uses {
			if k := s.keyer.KeyOf(*c, use); k != "" {
				keys, at[k] = append(keys, k), append(at[k], i)
			}
		}
	}
	if len(keys) == 0 {
		return since, nil
	}
	found, err := consent.SuppressedSince(ctx, db, keys)
	if err != nil {
		return nil, err
	}
	for k, t := range found {
		for _, i := range at[k] {
			if t.After(since[i]) {
				since[i] = t
			}
		}
	}
	return since, nil
}

// suppressRefusing puts those on the list whom a file says no of.
func (s *Service) suppressRefusing(ctx context.Context, tx bun.IDB, people []*contact.Contact, now time.Time) error {
	var list []consent.Suppression
	for _, c := range people {
		if c.Marketing != contact.MarketingUnsubscribed {
			continue
		}
		e := consent.Event{Purpose: consent.AllMarketing, Channel: processing.ByMail, Kind: consent.Objected, How: consent.HowImport, At: c.UnsubscribedAt}
		if e.At.IsZero() || e.At.After(now) {
			e.At = now
		}
		if entry, ok := s.keyer.Suppress(*c, e); ok {
			list = append(list, entry)
		}
	}
	return consent.Suppress(ctx, tx, list)
}

// BlockedCounts counts the suppression list by purpose and channel.
func (s *Service) BlockedCounts(ctx context.Context) ([]consent.SuppressionCount, error) {
	return consent.CountSuppressed(ctx, s.db.R)
}

// IsBlocked says since when an address is on the list for a purpose or for all
// marketing; zero when it is not. Nothing is kept of the question.
func (s *Service) IsBlocked(ctx context.Context, c contact.Contact, use consent.Use) (time.Time, error) {
	if consent.Address(c, use.Channel) == "" {
		return time.Time{}, ErrNoAddress.At("address")
	}
	return s.suppressedSince(ctx, s.db.R, c, use)
}

// Block puts an address on the list by hand and records the objection of everybody in
// the customer file who has it. It returns how many there were. It fails with
// ErrNoAddress when the address cannot be read.
func (s *Service) Block(ctx context.Context, actor journal.Actor, c contact.Contact, use consent.Use) (people int, err error) {
	if consent.Address(c, use.Channel) == "" {
		return 0, ErrNoAddress.At("address")
	}
	now := s.moment()
	e := consent.Event{Purpose: use.Purpose, Channel: use.Channel, Kind: consent.Objected, At: now, How: consent.HowRequest}
	err = s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		record, err := processing.Get(ctx, tx)
		if err != nil {
			return err
		}
		if err := e.Check(record, now); err != nil {
			return err
		}
		entry, _ := s.keyer.Suppress(c, e)
		if err := consent.Suppress(ctx, tx, []consent.Suppression{entry}); err != nil {
			return err
		}
		same, err := contact.SameAddress(ctx, tx, c)
		if err != nil {
			return err
		}
		var events []consent.Event
		for _, one := range same {
			if consent.Address(one, use.Channel) == consent.Address(c, use.Channel) {
				e.ContactID = one.ID
				events = append(events, e)
			}
		}
		people = len(events)
		if err := s.recordConsentIn(ctx, tx, actor, events); err != nil {
			return err
		}
		return journal.Append(ctx, tx, journal.Entry{
			Case: journal.Case{Kind: "firm"}, Kind: "suppression.added", Actor: actor, RecordedAt: now,
			Facts: map[string]string{"purpose": string(use.Purpose), "channel": string(use.Channel)},
		})
	})
	if err != nil {
		return 0, fmt.Errorf("block address: %w", err)
	}
	return people, nil
}

func pointers(people []contact.Contact) []*contact.Contact {
	out := make([]*contact.Contact, len(people))
	for i := range people {
		out[i] = &people[i]
	}
	return out
}
