package stewardship

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/uptrace/bun"

	"clepsydra/internal/contact"
	"clepsydra/internal/journal"
)

// Ground says why somebody is erased. It is kept in the journal.
type Ground string

// The grounds.
const (
	OnRequest   Ground = "request"   // the person asked (Art. 17)
	OnRetention Ground = "retention" // the time is over (Art. 5(1)(e))
	OnOwnWish   Ground = "self"      // the person did it himself, on the preferences page
)

// Eraser takes out what one part of the program keeps about a person, inside the
// transaction that erases him. It returns how many things of which sort went; the
// counts are all that is left, so their names and numbers must not point to anybody.
type Eraser func(ctx context.Context, tx bun.Tx, c contact.Contact) (counts map[string]int, err error)

// OnErase has an eraser called whenever somebody is erased. Names are unique and
// erasers run in the order of their names. To be called before serving.
func (s *Service) OnErase(name string, e Eraser) { s.erasers[name] = e }

// Erase takes a person out of everything for good (Art. 17) in one transaction and
// returns what went, by sort. What stays is an empty row that keeps the identifier,
// so that counts stay true and somebody erased is counted as such. It fails with
// contact.ErrNotFound, also for somebody who was erased before.
func (s *Service) Erase(ctx context.Context, actor journal.Actor, id contact.ID, ground Ground) (counts map[string]int, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		counts, err = s.eraseIn(ctx, tx, actor, id, ground)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("erase contact: %w", err)
	}
	return counts, nil
}

func (s *Service) eraseIn(ctx context.Context, tx bun.Tx, actor journal.Actor, id contact.ID, ground Ground) (map[string]int, error) {
	c, err := contact.ByID(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if c.IsErased() {
		return nil, contact.ErrNotFound
	}
	now := s.moment()
	counts := map[string]int{}
	for _, name := range slices.Sorted(maps.Keys(s.erasers)) {
		gone, err := s.erasers[name](ctx, tx, c)
		if err != nil {
			return nil, fmt.Errorf("erase from %s: %w", name, err)
		}
		for what, n := range gone {
			counts[what] += n
		}
	}
	if err := contact.Erase(ctx, tx, id, now); err != nil {
		return nil, err
	}
	facts := map[string]string{"ground": string(ground)}
	for what, n := range counts {
		facts["n_"+what] = strconv.Itoa(n)
	}
	return counts, journal.Append(ctx, tx, journal.Entry{
		Case: journal.Case{Kind: "contact", ID: string(id)}, Kind: "contact.erased", Actor: actor, RecordedAt: now, Facts: facts,
	})
}

// Mover makes what one part of the program keeps about one person belong to
// another, inside the transaction that merges two who are the same. undo is what
// the part needs to take it back, as it likes; Back gets it again.
type Mover struct {
	Move func(ctx context.Context, tx bun.Tx, from, to contact.ID) (undo string, err error)
	Back func(ctx context.Context, tx bun.Tx, from, to contact.ID, undo string) error
}

// OnMerge has a mover called whenever two people are merged, in the order of the
// names. To be called before serving.
func (s *Service) OnMerge(name string, m Mover) { s.movers[name] = m }
