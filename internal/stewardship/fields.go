package stewardship

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"clepsydra/internal/contact"
	"clepsydra/internal/journal"
	"clepsydra/internal/processing"
)

// Record returns the firm's purposes and declared fields; the shipped proposal until
// it has its own.
func (s *Service) Record(ctx context.Context) (processing.Record, error) {
	return processing.Get(ctx, s.db.R)
}

// DeclareField adds a field that may be filled from now on (Art. 5(1)(b) and (c)
// GDPR) and returns its key. The mistakes of the declaration are named all at once;
// it fails with processing.ErrDeclared for a shipped field that is in use. A field
// whose values are still being erased fails with contact.ErrFieldEnding.
func (s *Service) DeclareField(ctx context.Context, actor journal.Actor, in processing.Declaring) (key contact.Field, err error) {
	now := s.moment()
	err = s.inRecord(ctx, actor, func(ctx context.Context, tx bun.Tx, r processing.Record) error {
		r, f, err := r.Declare(in, now)
		if err != nil {
			return err
		}
		if err := contact.RestartField(ctx, tx, f.Key); err != nil {
			return err
		}
		if err := processing.Put(ctx, tx, r, now); err != nil {
			return err
		}
		key = f.Key
		facts := map[string]string{"field": string(f.Key), "category": f.Category, "purposes": purposeIDs(f.Purposes)}
		if f.Condition != "" {
			facts["condition"] = f.Condition
		}
		return journal.Append(ctx, tx, journal.Entry{
			Case: journal.Case{Kind: "firm"}, Kind: "field.declared", Actor: actor, RecordedAt: now, Facts: facts, Text: f.Why,
		})
	})
	if err != nil {
		return "", fmt.Errorf("declare field: %w", err)
	}
	return key, nil
}

func purposeIDs(ids []processing.PurposeID) string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = string(id)
	}
	return strings.Join(out, " ")
}

func fieldNames(fields []contact.Field) string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = string(f)
	}
	return strings.Join(out, " ")
}

// ConfirmFields makes proposed fields the firm's own decision. It fails with
// processing.ErrNoField when one is not in use.
func (s *Service) ConfirmFields(ctx context.Context, actor journal.Actor, keys []contact.Field) error {
	now := s.moment()
	err := s.inRecord(ctx, actor, func(ctx context.Context, tx bun.Tx, r processing.Record) error {
		r, done, err := r.Confirm(keys, now)
		if err != nil || len(done) == 0 {
			return err
		}
		if err := processing.Put(ctx, tx, r, now); err != nil {
			return err
		}
		return journal.Append(ctx, tx, journal.Entry{
			Case: journal.Case{Kind: "firm"}, Kind: "field.confirmed", Actor: actor, RecordedAt: now,
			Facts: map[string]string{"fields": fieldNames(done), "count": strconv.Itoa(len(done))},
		})
	})
	if err != nil {
		return fmt.Errorf("confirm fields: %w", err)
	}
	return nil
}

// EndField takes a field out of use: nothing of the sort is stored any more, and
// EraseEnded takes out what there is. It fails with processing.ErrNoField.
func (s *Service) EndField(ctx context.Context, actor journal.Actor, key contact.Field) error {
	now := s.moment()
	err := s.inRecord(ctx, actor, func(ctx context.Context, tx bun.Tx, r processing.Record) (err error) {
		if r, err = r.End(key, now); err != nil {
			return err
		}
		if err := processing.Put(ctx, tx, r, now); err != nil {
			return err
		}
		if err := contact.BeginEnding(ctx, tx, contact.Ending{Field: key, ActorKind: string(actor.Kind), ActorID: actor.ID, BegunAt: now}); err != nil {
			return err
		}
		return journal.Append(ctx, tx, journal.Entry{
			Case: journal.Case{Kind: "firm"}, Kind: "field.ended", Actor: actor, RecordedAt: now, Facts: map[string]string{"field": string(key)},
		})
	})
	if err != nil {
		return fmt.Errorf("end field: %w", err)
	}
	return nil
}

// EraseEnded takes the values of ended fields out of the file, some people at a
// time: stopped in the middle, the next call goes on where it was. It returns when
// all are gone or ctx ends.
func (s *Service) EraseEnded(ctx context.Context) error {
	endings, err := contact.OpenEndings(ctx, s.db.R)
	if err != nil {
		return fmt.Errorf("erase ended fields: %w", err)
	}
	for _, e := range endings {
		for done := false; !done; {
			if err := ctx.Err(); err != nil {
				return err
			}
			if done, err = s.eraseSome(ctx, e.Field); err != nil {
				return fmt.Errorf("erase field %s: %w", e.Field, err)
			}
		}
	}
	return nil
}

func (s *Service) eraseSome(ctx context.Context, key contact.Field) (done bool, err error) {
	now := s.moment()
	err = s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		e, err := contact.EraseField(ctx, tx, key, now)
		if err != nil {
			return err
		}
		if done = !e.DoneAt.IsZero(); !done {
			return nil
		}
		return journal.Append(ctx, tx, journal.Entry{
			Case: journal.Case{Kind: "firm"}, Kind: "field.erased", RecordedAt: now,
			Actor: journal.Actor{Kind: journal.ActorKind(e.ActorKind), ID: e.ActorID},
			Facts: map[string]string{"field": string(key), "count": strconv.Itoa(e.Erased)},
		})
	})
	return done, err
}

// FieldUse counts the people who have a value of a field; it names nobody and leaves
// no journal entry.
func (s *Service) FieldUse(ctx context.Context, key contact.Field) (int, error) {
	return contact.CountWith(ctx, s.db.R, key)
}

// Endings are the fields whose values are still being taken out.
func (s *Service) Endings(ctx context.Context) ([]contact.Ending, error) {
	return contact.OpenEndings(ctx, s.db.R)
}
