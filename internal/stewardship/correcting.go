package stewardship

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"clepsydra/internal/consent"
	"clepsydra/internal/contact"
	"clepsydra/internal/journal"
	"clepsydra/internal/processing"
)

// Correct changes what is known of a person (Art. 16 GDPR). seen is UpdatedAt as the
// editor saw it; when somebody else changed the person since, it fails with
// contact.ErrChanged. The zero time does not look. Values that cannot be, fields
// nobody declared, national numbers, cards and passwords are refused with a fault per
// field, and then nothing changes. It fails with contact.ErrNotFound for somebody
// unknown or erased. The journal keeps the names of the fields, never a value.
func (s *Service) Correct(ctx context.Context, actor journal.Actor, id contact.ID, changes map[contact.Field]string, seen time.Time) error {
	return s.CorrectAs(ctx, actor, id, changes, seen, contact.HowCorrected)
}

// CorrectAs is Correct with the way in which the values came: on a form of ours, or
// with a request of the person.
func (s *Service) CorrectAs(ctx context.Context, actor journal.Actor, id contact.ID, changes map[contact.Field]string, seen time.Time, how contact.How) error {
	err := s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		_, err := s.correctIn(ctx, tx, actor, correction{id, changes, seen, how})
		return err
	})
	if err != nil {
		return fmt.Errorf("correct contact: %w", err)
	}
	return nil
}

// correction is what is changed of a person, and on what it is based.
type correction struct {
	id      contact.ID
	changes map[contact.Field]string
	seen    time.Time
	how     contact.How
}

// correctIn is Correct inside a transaction; it returns which fields are different now.
func (s *Service) correctIn(ctx context.Context, tx bun.Tx, actor journal.Actor, in correction) ([]contact.Field, error) {
	c, err := contact.ByID(ctx, tx, in.id)
	if err != nil {
		return nil, err
	}
	if c.IsErased() {
		return nil, contact.ErrNotFound
	}
	if !in.seen.IsZero() && !c.UpdatedAt.Equal(in.seen) {
		return nil, contact.ErrChanged
	}
	now := s.moment()
	e, err := s.editing(ctx, tx, now)
	if err != nil {
		return nil, err
	}
	after, different, err := e.Apply(c, in.changes)
	if err != nil || len(different) == 0 {
		return nil, err
	}
	// The next editor must see that something happened, also when a clock stands still.
	if after.UpdatedAt = now; !now.After(c.UpdatedAt) {
		after.UpdatedAt = c.UpdatedAt.Add(time.Microsecond)
	}
	if err := contact.Save(ctx, tx, after, in.seen); err != nil {
		return nil, err
	}
	sources := map[contact.Field]contact.Provenance{}
	for _, f := range different {
		sources[f] = contact.Provenance{How: in.how, ActorKind: string(actor.Kind), ActorID: actor.ID, At: now}
	}
	if err := contact.PutSources(ctx, tx, in.id, sources); err != nil {
		return nil, err
	}
	return different, journal.Append(ctx, tx, journal.Entry{
		Case: journal.Case{Kind: "contact", ID: string(in.id)}, Kind: "contact.corrected", Actor: actor, RecordedAt: now,
		Facts: map[string]string{"fields": fieldNames(different), "how": string(in.how)},
	})
}

// editing is what typed values are read by.
func (s *Service) editing(ctx context.Context, tx bun.IDB, now time.Time) (contact.Editing, error) {
	r, err := processing.Get(ctx, tx)
	if err != nil {
		return contact.Editing{}, err
	}
	country, err := s.homeOf(ctx, tx)
	return contact.Editing{Declared: r.Declaration(), Country: country, Now: now}, err
}

// homeOf is the country of the firm: telephone numbers and postcodes of people whose
// country is not known are read as of there. It is empty when nobody said.
func (s *Service) homeOf(ctx context.Context, db bun.IDB) (string, error) {
	if s.country == nil {
		return "", nil
	}
	return s.country(ctx, db)
}

// Adding is a person who is typed in: how he came (by phone, at the counter, on paper,
// or simply typed) and when that was; the zero time is now.
type Adding struct {
	Values map[contact.Field]string
	How    contact.How
	At     time.Time
}

// AddPerson puts somebody into the file by hand. The values are checked as Correct
// does. Somebody who seems to be there already, by mail address, customer number or
// name and address, is ErrThere with his id, unless despite is set.
func (s *Service) AddPerson(ctx context.Context, actor journal.Actor, in Adding, despite bool) (id contact.ID, err error) {
	now := s.moment()
	if in.At.IsZero() || in.At.After(now) {
		in.At = now
	}
	fresh, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("add person: %w", err)
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		e, err := s.editing(ctx, tx, now)
		if err != nil {
			return err
		}
		c, _, err := e.Apply(contact.Contact{ID: contact.ID(fresh.String()), CreatedAt: now, UpdatedAt: now}, in.Values)
		if err != nil {
			return err
		}
		if !despite {
			there, err := contact.Candidates(ctx, tx, []contact.Identity{contact.IdentityOf(c)})
			if err != nil {
				return err
			}
			if len(there) > 0 {
				id = there[0].ID
				return contact.ErrThere
			}
		}
		return s.addIn(ctx, tx, actor, c, in)
	})
	if err != nil {
		return id, fmt.Errorf("add person: %w", err)
	}
	return contact.ID(fresh.String()), nil
}

func (s *Service) addIn(ctx context.Context, tx bun.Tx, actor journal.Actor, c contact.Contact, in Adding) error {
	// Whoever said no once does not begin anew for having been typed in.
	since, err := s.listed(ctx, tx, []*contact.Contact{&c}, []consent.Use{{Purpose: consent.AllMarketing, Channel: processing.ByMail}})
	if err != nil {
		return err
	}
	if !since[0].IsZero() {
		c.Marketing, c.UnsubscribedAt = contact.MarketingUnsubscribed, since[0]
	}
	if err := contact.Add(ctx, tx, c); err != nil {
		return err
	}
	err = contact.PutSources(ctx, tx, c.ID, map[contact.Field]contact.Provenance{
		contact.FieldPerson: {How: in.How, ActorKind: string(actor.Kind), ActorID: actor.ID, At: in.At.UTC()},
	})
	if err != nil {
		return err
	}
	return journal.Append(ctx, tx, journal.Entry{
		Case: journal.Case{Kind: "contact", ID: string(c.ID)}, Kind: "contact.added", Actor: actor, RecordedAt: c.CreatedAt, HappenedAt: in.At.UTC(),
		Facts: map[string]string{"how": string(in.How)},
	})
}
