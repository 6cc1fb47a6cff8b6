package stewardship

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/contact"
	"clepsydra/internal/journal"
)

// How long a page waits for a look at the whole file, and how long a look that took
// longer is good for whatever changed since.
const (
	waitForLook = 2 * time.Second
	longLook    = 10 * time.Minute
)

// Doubles is a page of pairs who may be one person.
type Doubles struct {
	Pairs   []contact.Pair
	Total   int
	Look    contact.DoubleLook
	Looking bool // the file is being looked through at this moment
	Merges  []contact.Merge
}

// Doubles returns a page of the pairs, the surest first. When the file changed since
// they were looked for, it is looked through anew, beside the page when that takes
// long. The journal keeps who was shown.
func (s *Service) Doubles(ctx context.Context, actor journal.Actor, offset, limit int) (d Doubles, err error) {
	if d.Looking, err = s.freshen(ctx); err != nil {
		return d, fmt.Errorf("doubles: %w", err)
	}
	if d.Look, _, err = contact.LastLook(ctx, s.db.R); err != nil {
		return d, fmt.Errorf("doubles: %w", err)
	}
	if d.Pairs, d.Total, err = contact.Doubles(ctx, s.db.R, offset, limit); err != nil {
		return d, fmt.Errorf("doubles: %w", err)
	}
	if d.Merges, err = contact.LatestMerges(ctx, s.db.R, 20); err != nil {
		return d, fmt.Errorf("doubles: %w", err)
	}
	var ids []string
	for _, p := range d.Pairs {
		ids = append(ids, string(p.A.ID), string(p.B.ID))
	}
	err = s.record(ctx, journal.Entry{
		Case: journal.Case{Kind: "firm"}, Kind: "contact.doubles_seen", Actor: actor, RecordedAt: s.moment(),
		Facts: map[string]string{journal.FactShown: strings.Join(ids, " ")},
	})
	if err != nil {
		return Doubles{}, fmt.Errorf("doubles: %w", err)
	}
	return d, nil
}

// freshen looks for doubles when the file changed, and reports whether that still
// goes on.
func (s *Service) freshen(ctx context.Context) (goesOn bool, err error) {
	look, stale, err := contact.LastLook(ctx, s.db.R)
	if err != nil || !stale || look.Took > waitForLook && s.moment().Sub(look.At) < longLook {
		return false, err
	}
	if !s.looking.TryLock() {
		return true, nil
	}
	done := make(chan error, 1)
	go func() {
		defer s.looking.Unlock()
		done <- s.LookForDoubles(context.WithoutCancel(ctx))
	}()
	wait := time.NewTimer(waitForLook)
	defer wait.Stop()
	select {
	case err := <-done:
		return false, err
	case <-wait.C:
		return true, nil
	case <-ctx.Done():
		return true, ctx.Err()
	}
}

// LookForDoubles looks through the whole file and keeps what it found.
func (s *Service) LookForDoubles(ctx context.Context) (err error) {
	defer func() {
		if r := recover(); r != nil { // it runs beside a page: a mistake here must not end the program
			err = fmt.Errorf("look for doubles: panic: %v", r)
		}
	}()
	begin := s.moment()
	pairs, position, err := contact.FindDoubles(ctx, s.db.R)
	if err != nil {
		return fmt.Errorf("look for doubles: %w", err)
	}
	now := s.moment()
	return s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		return contact.KeepDoubles(ctx, tx, pairs, contact.DoubleLook{Position: position, At: now, Took: now.Sub(begin)})
	})
}

// NotDoubles remembers that two are two people: they are not shown as one again.
func (s *Service) NotDoubles(ctx context.Context, actor journal.Actor, a, b contact.ID) error {
	now := s.moment()
	err := s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if _, _, err := two(ctx, tx, a, b); err != nil {
			return err
		}
		if err := contact.SayNotDoubles(ctx, tx, a, b, actor.ID, now); err != nil {
			return err
		}
		for of, other := range map[contact.ID]contact.ID{a: b, b: a} {
			err := journal.Append(ctx, tx, journal.Entry{
				Case: journal.Case{Kind: "contact", ID: string(of)}, Kind: "contact.kept_apart", Actor: actor, RecordedAt: now,
				Facts: map[string]string{"other": string(other)},
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keep apart: %w", err)
	}
	return nil
}

// two reads two different people who are there.
func two(ctx context.Context, db bun.IDB, a, b contact.ID) (x, y contact.Contact, err error) {
	if a == b {
		return x, y, contact.ErrSamePerson
	}
	if x, err = contact.ByID(ctx, db, a); err != nil {
		return x, y, err
	}
	if y, err = contact.ByID(ctx, db, b); err != nil {
		return x, y, err
	}
	if x.IsErased() || y.IsErased() {
		return x, y, contact.ErrNotFound
	}
	return x, y, nil
}

// Compare returns two people to be looked at side by side and records that actor saw
// both. It fails with contact.ErrNotFound when one is not there any more.
func (s *Service) Compare(ctx context.Context, actor journal.Actor, a, b contact.ID) (x, y contact.Contact, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if x, y, err = two(ctx, tx, a, b); err != nil {
			return err
		}
		for _, id := range []contact.ID{a, b} {
			e := journal.Entry{Case: journal.Case{Kind: "contact", ID: string(id)}, Kind: "contact.viewed", Actor: actor, RecordedAt: s.moment()}
			if err := journal.Append(ctx, tx, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return contact.Contact{}, contact.Contact{}, fmt.Errorf("compare contacts: %w", err)
	}
	return x, y, nil
}

// Merge makes two people one: keep stays, with the chosen values; everything about
// double becomes keep's, and double's row stays empty and leads to keep. It can be
// taken back with Unmerge while neither changes. It fails with contact.ErrNotFound when
// one is not there, and with whatever a mover refuses.
func (s *Service) Merge(ctx context.Context, actor journal.Actor, keep, double contact.ID, choices contact.Choices) (m contact.Merge, err error) {
	now := s.moment()
	err = s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		a, b, err := two(ctx, tx, keep, double)
		if err != nil {
			return err
		}
		merged, taken := contact.Merged(a, b, choices, later(now, a.UpdatedAt))
		moved := map[string]string{}
		for _, name := range slices.Sorted(maps.Keys(s.movers)) {
			if moved[name], err = s.movers[name].Move(ctx, tx, double, keep); err != nil {
				return fmt.Errorf("move %s: %w", name, err)
			}
		}
		m = contact.Merge{Kept: keep, Double: double, ActorKind: string(actor.Kind), ActorID: actor.ID, At: later(now, b.UpdatedAt)}
		if m, err = contact.MergeInto(ctx, tx, m, merged, taken, moved); err != nil {
			return err
		}
		return s.noteMerge(ctx, tx, actor, m, "contact.merged", now, fieldNames(taken))
	})
	if err != nil {
		return contact.Merge{}, fmt.Errorf("merge contacts: %w", err)
	}
	return m, nil
}

// later is now, or just behind an instant a clock that stands still gave before.
func later(now, before time.Time) time.Time {
	if now.After(before) {
		return now
	}
	return before.Add(time.Microsecond)
}

// noteMerge writes the entry of both people.
func (s *Service) noteMerge(ctx context.Context, tx bun.IDB, actor journal.Actor, m contact.Merge, kind string, now time.Time, taken string) error {
	for _, id := range []contact.ID{m.Kept, m.Double} {
		facts := map[string]string{"kept": string(m.Kept), "double": string(m.Double), "merge": m.ID}
		if taken != "" {
			facts["fields"] = taken
		}
		err := journal.Append(ctx, tx, journal.Entry{
			Case: journal.Case{Kind: "contact", ID: string(id)}, Kind: kind, Actor: actor, RecordedAt: now, Facts: facts,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Unmerge takes a merge back: both people are again what they were. It fails with
// contact.ErrNotMerged, and with contact.ErrMergeStands when either changed since.
func (s *Service) Unmerge(ctx context.Context, actor journal.Actor, id string) (m contact.Merge, err error) {
	now := s.moment()
	err = s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if m, err = contact.MergeByID(ctx, tx, id); err != nil {
			return err
		}
		err := contact.Unmerge(ctx, tx, m, now, func(moved map[string]string) error {
			for _, name := range slices.Backward(slices.Sorted(maps.Keys(moved))) {
				if mover, ok := s.movers[name]; ok {
					if err := mover.Back(ctx, tx, m.Double, m.Kept, moved[name]); err != nil {
						return fmt.Errorf("move %s back: %w", name, err)
					}
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		return s.noteMerge(ctx, tx, actor, m, "contact.unmerged", now, "")
	})
	if err != nil {
		return contact.Merge{}, fmt.Errorf("take merge back: %w", err)
	}
	return m, nil
}
