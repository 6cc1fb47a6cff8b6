package stewardship

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/contact"
	"clepsydra/internal/database"
	"clepsydra/internal/firm"
	"clepsydra/internal/journal"
	"clepsydra/internal/source"
)

// SourceReader reads a source, all of it or its first rows.
type SourceReader interface {
	Read(ctx context.Context, s source.Source, first int) source.Table
}

// PullQueue puts the work on sources into the durable queue, as part of the
// caller's transaction. At most one live pull stands for a source; Tell has
// somebody told that a source needs attention.
type PullQueue interface {
	Pull(ctx context.Context, tx bun.IDB, p Pull) error
	Tell(ctx context.Context, tx bun.IDB, id source.ID) error
}

// Pull is one pull that is to be done. By is the account that asked for it, empty
// for the program itself; Scheduled says that it is a turn of the schedule.
type Pull struct {
	Source    source.ID
	By        string
	Scheduled bool
}

// Sources carries out the verbs on the shops and databases that people are pulled
// from: set one up, try it, pull from it now or by its schedule. Whoever is in the
// customer file already is matched; what is not known yet is filled in, and only a
// leading source replaces what is known. Nobody is removed because a source knows
// him no more: such people are counted.
type Sources struct {
	d     SourceDeps
	store *source.Store
}

// SourceDeps is what the verbs work with. Imports is the service that takes people
// over; Clock is its clock.
type SourceDeps struct {
	DB      *database.DB
	Clock   func() time.Time
	Firms   *firm.Store
	Imports *Service
	Reader  SourceReader
	Queue   PullQueue
}

// NewSources makes the service. It has the replaced values of people who are erased
// erased with them.
func NewSources(d SourceDeps) *Sources {
	d.Imports.OnErase("sources", func(ctx context.Context, tx bun.Tx, c contact.Contact) (map[string]int, error) {
		n, err := contact.ForgetReplacedOf(ctx, tx, c.ID)
		return map[string]int{"replaced_values": n}, err
	})
	return &Sources{d: d, store: source.NewStore(d.Firms)}
}

func (s *Sources) moment() time.Time { return s.d.Clock().UTC().Truncate(time.Microsecond) }

// zone is the clock that schedules go by.
func (s *Sources) zone(ctx context.Context) (*time.Location, error) {
	f, err := s.d.Firms.Get(ctx, s.d.DB.R)
	if err != nil {
		return nil, err
	}
	return f.Location(), nil
}

// List lists the sources by name.
func (s *Sources) List(ctx context.Context) ([]source.Source, error) {
	return s.store.List(ctx, s.d.DB.R)
}

// ByID returns one source, or source.ErrNotFound.
func (s *Sources) ByID(ctx context.Context, id source.ID) (source.Source, error) {
	return s.store.ByID(ctx, s.d.DB.R, id)
}

// Save writes the settings of a source; one without an identifier is new. An empty
// secret keeps the one that is stored, unless the source is somewhere else now
// (source.ErrSecretAgain). A schedule begins with its next turn, and one that had
// stopped goes on. It fails with what Source.Check says and with ErrNameTaken.
func (s *Sources) Save(ctx context.Context, actor journal.Actor, src source.Source) (source.Source, error) {
	now := s.moment()
	src.Name = strings.Join(strings.Fields(src.Name), " ")
	src.ChangedAt = now
	err := s.d.DB.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		kind, facts := "source.added", map[string]string{"kind": string(src.Kind), "leads": strconv.FormatBool(src.Leads)}
		if src.ID == "" {
			src.CreatedAt, src.State = now, source.State{SlotAt: now}
		} else {
			old, err := s.store.Lock(ctx, tx, src.ID)
			if err != nil {
				return err
			}
			kind = "source.changed"
			facts["secret"] = "kept"
			if src.Secret != "" {
				facts["secret"] = "changed"
			}
			if err := src.Succeed(old, now); err != nil {
				return err
			}
		}
		if err := src.Check(); err != nil {
			return err
		}
		if err := s.store.Put(ctx, tx, &src); err != nil {
			return err
		}
		if err := s.store.PutState(ctx, tx, src.ID, src.State); err != nil {
			return err
		}
		return journal.Append(ctx, tx, sourceEntry(src.ID, kind, actor, now, facts))
	})
	if err != nil {
		return src, fmt.Errorf("save source: %w", err)
	}
	return src, nil
}

// Remove removes a source with its secret. People who were pulled from it stay.
func (s *Sources) Remove(ctx context.Context, actor journal.Actor, id source.ID) error {
	err := s.d.DB.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := s.store.Remove(ctx, tx, id); err != nil {
			return err
		}
		return journal.Append(ctx, tx, sourceEntry(id, "source.removed", actor, s.moment(), nil))
	})
	if err != nil {
		return fmt.Errorf("remove source: %w", err)
	}
	return nil
}

// Map keeps which column is taken as which field, and changes nothing else.
func (s *Sources) Map(ctx context.Context, actor journal.Actor, id source.ID, mapping map[string]contact.Field) error {
	src, err := s.ByID(ctx, id)
	if err != nil {
		return err
	}
	src.Mapping, src.Secret = mapping, ""
	_, err = s.Save(ctx, actor, src)
	return err
}

func sourceEntry(id source.ID, kind string, actor journal.Actor, at time.Time, facts map[string]string) journal.Entry {
	return journal.Entry{Case: journal.Case{Kind: "source", ID: string(id)}, Kind: kind, Actor: actor, RecordedAt: at, Facts: facts}
}
