package stewardship

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/contact"
	"clepsydra/internal/database"
	"clepsydra/internal/fault"
	"clepsydra/internal/journal"
	"clepsydra/internal/source"
)

// firstRows is how much of a source is read to try it.
const firstRows = 200

// longestWait is how long a pull lets itself be put off.
const longestWait = 20 * time.Hour

// Try reads the first rows of a source and says what would become of them. Nothing
// of them is stored; the journal keeps that somebody looked. A mapping that is not
// nil stands in for the one that is kept. It fails with a source.Failure.
func (s *Sources) Try(ctx context.Context, actor journal.Actor, id source.ID, mapping map[string]contact.Field) (ImportPlan, error) {
	return s.look(ctx, actor, id, mapping, firstRows)
}

// Look is Try with every row.
func (s *Sources) Look(ctx context.Context, actor journal.Actor, id source.ID) (ImportPlan, error) {
	return s.look(ctx, actor, id, nil, 0)
}

func (s *Sources) look(ctx context.Context, actor journal.Actor, id source.ID, mapping map[string]contact.Field, first int) (ImportPlan, error) {
	src, err := s.ByID(ctx, id)
	if err != nil {
		return ImportPlan{}, err
	}
	if mapping != nil {
		src.Mapping = mapping
	}
	in, err := s.gather(ctx, src, first)
	if err != nil {
		return ImportPlan{}, err
	}
	plan, err := s.d.Imports.Preview(ctx, in)
	if err != nil {
		return ImportPlan{}, sourceFailure(err)
	}
	e := sourceEntry(id, "source.tried", actor, s.moment(), map[string]string{"rows": strconv.Itoa(plan.Rows)})
	return plan, s.d.Imports.record(ctx, e)
}

// gather reads a source into what an import reads.
func (s *Sources) gather(ctx context.Context, src source.Source, first int) (ImportInput, error) {
	o := contact.Options{DefaultCountry: src.Country, DefaultLanguage: src.Language, Today: contact.DateOf(s.moment())}
	t := s.d.Reader.Read(ctx, src, first)
	kept, err := contact.Gather(t.Rows, t.Headings, o)
	if err != nil {
		return ImportInput{}, sourceFailure(err)
	}
	o.Named = src.Mapping
	return ImportInput{
		File: bytes.NewReader(kept), Size: int64(len(kept)), Name: strings.ReplaceAll(src.Name, "/", "-"), Options: o,
		source: string(src.ID), leads: src.Leads,
	}, nil
}

// sourceFailure makes a failure of what the import itself says of the rows.
func sourceFailure(err error) error {
	switch {
	case errors.Is(err, contact.ErrEmpty):
		return source.Fail(source.Final, source.CodeEmpty, err)
	case errors.Is(err, contact.ErrNothingTaken):
		return source.Fail(source.Final, source.CodeNobody, err)
	case fault.KindOf(err) == fault.TooLarge:
		return source.Fail(source.Final, source.CodeLarge, err)
	}
	return err
}

// Ask puts a pull into the queue, because somebody wants it now. It fails with
// source.ErrBusy while one is waiting or at work.
func (s *Sources) Ask(ctx context.Context, actor journal.Actor, id source.ID) error {
	now := s.moment()
	err := s.d.DB.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		src, err := s.store.Lock(ctx, tx, id)
		if err != nil {
			return err
		}
		if src.State.IsBusy(now) {
			return source.ErrBusy
		}
		src.State.AskedAt = now
		if err := s.store.PutState(ctx, tx, id, src.State); err != nil {
			return err
		}
		if err := journal.Append(ctx, tx, sourceEntry(id, "source.asked", actor, now, nil)); err != nil {
			return err
		}
		return s.d.Queue.Pull(ctx, tx, Pull{Source: id, By: actor.ID})
	})
	if err != nil {
		return fmt.Errorf("ask for pull: %w", err)
	}
	return nil
}

// Sweep puts the pulls into the queue whose turn has come: one per source and turn,
// however often and wherever it runs. Turns that were missed become one.
func (s *Sources) Sweep(ctx context.Context) error {
	list, err := s.List(ctx)
	if err != nil || len(list) == 0 {
		return err
	}
	zone, err := s.zone(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, src := range list {
		if slot := src.Schedule.Latest(s.moment(), zone); slot.After(src.State.SlotAt) && !src.State.Stopped {
			errs = append(errs, s.turn(ctx, src.ID, slot))
		}
	}
	return errors.Join(errs...)
}

// turn takes one turn of a schedule, unless somebody else took it.
func (s *Sources) turn(ctx context.Context, id source.ID, slot time.Time) error {
	now := s.moment()
	err := s.d.DB.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		src, err := s.store.Lock(ctx, tx, id)
		if err != nil || !slot.After(src.State.SlotAt) || src.State.Stopped {
			return err
		}
		src.State.SlotAt = slot
		busy := src.State.IsBusy(now)
		if !busy {
			src.State.AskedAt = now
		}
		if err := s.store.PutState(ctx, tx, id, src.State); err != nil || busy {
			return err
		}
		return s.d.Queue.Pull(ctx, tx, Pull{Source: id, Scheduled: true})
	})
	if errors.Is(err, source.ErrNotFound) {
		return nil // removed meanwhile
	}
	return err
}

// Run is the work behind a pull. It re-reads the present: a source that is gone or
// no longer scheduled needs nothing. A failure that may pass is returned, for the
// queue to try again, unless this is the last try; any other is kept with the source
// and told once. Its error is, or wraps, a source.Failure.
func (s *Sources) Run(ctx context.Context, p Pull, last bool) error {
	src, err := s.ByID(ctx, p.Source)
	if errors.Is(err, source.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	actor := journal.Actor{Kind: journal.ByAccount, ID: p.By}
	if p.By == "" {
		actor = journal.System()
	}
	if p.Scheduled && (src.Schedule.Every == source.Off || src.State.Stopped) {
		return s.end(ctx, src.ID, func(*source.State) {})
	}
	_, err = s.pull(ctx, actor, src)
	if err == nil || context.Cause(ctx) != nil || database.IsCancelled(err) {
		return err
	}
	f := source.FailureOf(err)
	tooLate := !src.State.AskedAt.IsZero() && s.moment().Sub(src.State.AskedAt) > longestWait
	if f.Class == source.Waiting && !tooLate || f.Class == source.Passing && !last && !tooLate {
		return f
	}
	return s.failed(ctx, actor, src.ID, f)
}

// Pull pulls from a source here and now, as the command line does. With dry nothing
// is taken over. It fails with source.ErrNotFound and with a source.Failure.
func (s *Sources) Pull(ctx context.Context, actor journal.Actor, name string, dry bool) (ImportPlan, error) {
	src, err := s.store.ByName(ctx, s.d.DB.R, name)
	if err != nil {
		return ImportPlan{}, err
	}
	if dry {
		return s.Look(ctx, actor, src.ID)
	}
	plan, err := s.pull(ctx, actor, src)
	if err != nil && ctx.Err() == nil {
		f := source.FailureOf(err)
		return plan, errors.Join(f, s.failed(ctx, actor, src.ID, f))
	}
	return plan, err
}
