package stewardship

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/uptrace/bun"

	"clepsydra/internal/contact"
	"clepsydra/internal/journal"
	"clepsydra/internal/source"
)

// pull reads a source and takes its people over. The very rows of the last pull
// are not taken over again: no import is made then.
func (s *Sources) pull(ctx context.Context, actor journal.Actor, src source.Source) (ImportPlan, error) {
	in, err := s.gather(ctx, src, 0)
	if err != nil {
		return ImportPlan{}, err
	}
	if same, plan, err := s.isSame(ctx, src, in); err != nil || same {
		if err != nil {
			return plan, err
		}
		return plan, s.end(ctx, src.ID, func(st *source.State) { st.Good(s.moment(), true) })
	}
	in.after = func(ctx context.Context, tx bun.Tx, i contact.Import) error {
		return s.taken(ctx, tx, actor, src.ID, i)
	}
	res, err := s.d.Imports.importing(ctx, actor, in, func(ctx context.Context, tx bun.Tx) error {
		_, err := s.store.ByID(ctx, tx, src.ID) // removed meanwhile: nothing comes in
		return err
	})
	return res.ImportPlan, sourceFailure(err)
}

// isSame reports whether the rows are those of the last pull, read in the same way.
// A leading source is always taken over: the customer file may have changed.
func (s *Sources) isSame(ctx context.Context, src source.Source, in ImportInput) (bool, ImportPlan, error) {
	if src.Leads {
		return false, ImportPlan{}, nil
	}
	before, err := contact.LastOfSource(ctx, s.d.DB.R, string(src.ID))
	if errors.Is(err, contact.ErrImportUnknown) {
		return false, ImportPlan{}, nil
	}
	if err != nil || src.ChangedAt.After(before.ImportedAt) {
		return false, ImportPlan{}, err
	}
	f, plan, err := in.open(s.moment())
	if err != nil {
		return false, ImportPlan{}, sourceFailure(err)
	}
	if err := f.Close(); err != nil {
		return false, ImportPlan{}, fmt.Errorf("look at pull: %w", err)
	}
	plan.Rows, plan.Duplicates, plan.RejectedCount = before.Rows, before.Accepted+before.Duplicates, before.Rejected
	return plan.FileHash == before.FileHash, plan, nil
}

// taken follows an import in its transaction: who had something replaced, who is
// gone, how the source stands.
func (s *Sources) taken(ctx context.Context, tx bun.Tx, actor journal.Actor, id source.ID, i contact.Import) error {
	replaced, err := contact.ReplacedBy(ctx, tx, i.ID)
	if err != nil {
		return err
	}
	for _, r := range replaced {
		names := make([]string, len(r.Fields))
		for k, f := range r.Fields {
			names[k] = string(f)
		}
		err := journal.Append(ctx, tx, journal.Entry{
			Case: journal.Case{Kind: "contact", ID: string(r.ContactID)}, Kind: "contact.replaced", Actor: actor, RecordedAt: i.ImportedAt,
			Facts: map[string]string{"fields": strings.Join(names, " "), "import": string(i.ID), "source": string(id)},
		})
		if err != nil {
			return err
		}
	}
	if err := contact.ForgetReplaced(ctx, tx, string(id), i.ID); err != nil {
		return err
	}
	gone, err := contact.GoneFrom(ctx, tx, string(id), i.ID)
	if err != nil {
		return err
	}
	src, err := s.store.Lock(ctx, tx, id)
	if err != nil {
		return err
	}
	src.State.Good(i.ImportedAt, false)
	src.State.ImportID, src.State.Gone = i.ID, gone
	src.State.New, src.State.Known, src.State.Filled = i.Accepted, i.Duplicates, i.Filled
	src.State.Changed, src.State.Refused = i.Changed, i.Rejected
	return s.store.PutState(ctx, tx, id, src.State)
}

// end writes how a source stands after a pull.
func (s *Sources) end(ctx context.Context, id source.ID, change func(*source.State)) error {
	return s.d.DB.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		src, err := s.store.Lock(ctx, tx, id)
		if errors.Is(err, source.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		change(&src.State)
		src.State.Rest()
		return s.store.PutState(ctx, tx, id, src.State)
	})
}

// failed keeps why a pull failed and has somebody told, once until it goes well.
func (s *Sources) failed(ctx context.Context, actor journal.Actor, id source.ID, f *source.Failure) error {
	now := s.moment()
	return s.d.DB.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		src, err := s.store.Lock(ctx, tx, id)
		if errors.Is(err, source.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		told := src.State.Told
		src.State.Bad(now, f)
		if err := s.store.PutState(ctx, tx, id, src.State); err != nil {
			return err
		}
		if err := journal.Append(ctx, tx, sourceEntry(id, "source.failed", actor, now, map[string]string{"code": f.Code})); err != nil {
			return err
		}
		if told {
			return nil
		}
		return s.d.Queue.Tell(ctx, tx, id)
	})
}

// Troubled lists the sources whose last pull failed.
func (s *Sources) Troubled(ctx context.Context) ([]source.Source, error) {
	all, err := s.List(ctx)
	if err != nil {
		return nil, err
	}
	var out []source.Source
	for _, src := range all {
		if src.State.Code != "" {
			out = append(out, src)
		}
	}
	return out, nil
}
