package stewardship

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/contact"
	"clepsydra/internal/fault"
	"clepsydra/internal/journal"
	"clepsydra/internal/retention"
)

// Ground says why somebody is erased. It is kept in the journal.
type Ground string

// The grounds.
const (
	OnRequest   Ground = "request"   // the person asked (Art. 17)
	OnRetention Ground = "retention" // the time is over (Art. 5(1)(e))
	OnOwnWish   Ground = "self"      // the person did it himself, on the preferences page
	OnReplay    Ground = "replay"    // he had been erased already, and an older backup brought him back
)

// ErrHeld refuses to erase somebody who is affected by an open incident or held by
// hand. Its argument Why is the reference of the incident, or the reason typed in.
var ErrHeld = fault.New(fault.Conflict, "retention.held")

// Eraser takes out what one part of the program keeps about a person, inside the
// transaction that erases him. It returns how many things of which sort went; the
// counts are all that is left, so their names and numbers must not point to anybody.
// Each sort needs words: retention.gone_<sort>.
type Eraser func(ctx context.Context, tx bun.Tx, c contact.Contact) (counts map[string]int, err error)

// OnErase has an eraser called whenever somebody is erased. Names are unique and
// erasers run in the order of their names. To be called before serving. Free text
// about a person, wherever it stands, needs no eraser: see texts.
func (s *Service) OnErase(name string, e Eraser) { s.erasers[name] = e }

// leaveByItself registers what the customer file itself keeps beside the person's row.
func (s *Service) leaveByItself() {
	s.OnErase("traces", func(ctx context.Context, tx bun.Tx, c contact.Contact) (map[string]int, error) {
		n, err := contact.EraseMatches(ctx, tx, c.ID)
		return map[string]int{"matches": n}, err
	})
	s.OnErase("segments", func(ctx context.Context, tx bun.Tx, c contact.Contact) (map[string]int, error) {
		n, err := contact.EraseSegmentNames(ctx, tx, c)
		return map[string]int{"texts": n}, err
	})
	s.OnErase("holds", eraseHold)
	s.OnErase("retention", func(ctx context.Context, tx bun.Tx, c contact.Contact) (map[string]int, error) {
		return nil, retention.Forget(ctx, tx, c.ID, s.moment())
	})
	s.Bars("hand", heldByHand)
	s.OnHold("restricted", restricted)
}

// Holder says which of some people may not be erased yet, each with a reference that
// tells why: of an incident, of a request.
type Holder func(ctx context.Context, tx bun.IDB, ids []contact.ID) (map[contact.ID]string, error)

// OnHold has a holder asked before retention takes anybody. To be called before
// serving.
func (s *Service) OnHold(name string, h Holder) { s.holders[name] = h }

// Bars has a holder asked as OnHold does, and before every other erasure too: who is
// held by it cannot be erased even on request.
func (s *Service) Bars(name string, h Holder) {
	s.OnHold(name, h)
	s.bars = append(s.bars, name)
}

// Erase takes a person out of everything for good (Art. 17) in one transaction and
// returns what went, by sort. What stays is an empty row that keeps the identifier,
// so that counts stay true and somebody erased is counted as such, and a receipt. It
// fails with contact.ErrNotFound, also for somebody who was erased before, and with
// ErrHeld.
func (s *Service) Erase(ctx context.Context, actor journal.Actor, id contact.ID, ground Ground) (counts map[string]int, err error) {
	r, err := s.EraseWithReceipt(ctx, actor, id, ground)
	return r.Counts, err
}

// EraseWithReceipt is Erase and returns the receipt.
func (s *Service) EraseWithReceipt(ctx context.Context, actor journal.Actor, id contact.ID, ground Ground) (r Receipt, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		r, err = s.eraseIn(ctx, tx, actor, id, ground)
		return err
	})
	if err != nil {
		return Receipt{}, fmt.Errorf("erase contact: %w", err)
	}
	return r, s.db.Overwrite(ctx)
}

func (s *Service) eraseIn(ctx context.Context, tx bun.Tx, actor journal.Actor, id contact.ID, ground Ground) (Receipt, error) {
	c, err := contact.ByID(ctx, tx, id)
	if err != nil {
		return Receipt{}, err
	}
	if c.IsErased() {
		return Receipt{}, contact.ErrNotFound
	}
	if err := s.refuseHeld(ctx, tx, id, ground); err != nil {
		return Receipt{}, err
	}
	now := s.moment()
	counts, err := s.eraseEverywhere(ctx, tx, c, journal.Entry{Actor: actor, RecordedAt: now})
	if err != nil {
		return Receipt{}, err
	}
	if err := contact.Erase(ctx, tx, id, now); err != nil {
		return Receipt{}, err
	}
	return s.giveReceipt(ctx, tx, actor, Receipt{ContactID: id, Ground: ground, At: now, Counts: counts})
}

// eraseEverywhere runs the erasers and then looks through all free text.
func (s *Service) eraseEverywhere(ctx context.Context, tx bun.Tx, c contact.Contact, now journal.Entry) (map[string]int, error) {
	counts := map[string]int{}
	add := func(gone map[string]int) {
		for what, n := range gone {
			if n > 0 {
				counts[what] += n
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.erasers)) {
		gone, err := s.erasers[name](ctx, tx, c)
		if err != nil {
			return nil, fmt.Errorf("erase from %s: %w", name, err)
		}
		add(gone)
	}
	files, err := dropUploadsWith(ctx, tx, c, now.RecordedAt)
	if err != nil {
		return nil, err
	}
	add(map[string]int{"uploads": files, "fields": filledFields(c)})
	gone, err := s.texts.erase(ctx, tx, c, now)
	add(gone)
	return counts, err
}

// filledFields counts the values that go with the person's own row.
func filledFields(c contact.Contact) int {
	n := len(c.Extra.Values())
	for _, v := range []string{
		c.CustomerNumber, c.Name, c.GivenName, c.FamilyName, c.Organisation, c.Email, c.Phone, c.Street, c.Postcode, c.City,
		c.Country, c.Language, c.BirthDate.String(), string(c.Marketing),
	} {
		if v != "" {
			n++
		}
	}
	return n
}

// refuseHeld refuses whom an open incident or a hand holds. Who was erased already
// and came back with an older backup is erased whatever holds him.
func (s *Service) refuseHeld(ctx context.Context, tx bun.Tx, id contact.ID, ground Ground) error {
	if ground == OnReplay {
		return nil
	}
	for _, name := range s.bars {
		held, err := s.holders[name](ctx, tx, []contact.ID{id})
		if err != nil {
			return err
		}
		if why, ok := held[id]; ok {
			return ErrHeld.With("By", name).With("Why", why)
		}
	}
	return nil
}

// Held returns who of some people is held, and by what: the first of the holders, in
// the order of their names.
func (s *Service) Held(ctx context.Context, ids []contact.ID) (map[contact.ID]HeldBy, error) {
	return s.heldIn(ctx, s.db.R, ids)
}

// HeldBy is why somebody stays: the name of the holder and its reference.
type HeldBy struct{ Name, Why string }

func (s *Service) heldIn(ctx context.Context, db bun.IDB, ids []contact.ID) (map[contact.ID]HeldBy, error) {
	out := map[contact.ID]HeldBy{}
	if len(ids) == 0 {
		return out, nil
	}
	for _, name := range slices.Sorted(maps.Keys(s.holders)) {
		held, err := s.holders[name](ctx, db, ids)
		if err != nil {
			return nil, err
		}
		for id, why := range held {
			if _, ok := out[id]; !ok {
				out[id] = HeldBy{name, why}
			}
		}
	}
	return out, nil
}

// giveReceipt writes the journal's entry of an erasure and its receipt.
func (s *Service) giveReceipt(ctx context.Context, tx bun.Tx, actor journal.Actor, r Receipt) (Receipt, error) {
	var err error
	if r.ID, err = newReceiptID(); err != nil {
		return Receipt{}, err
	}
	facts := map[string]string{"ground": string(r.Ground), "receipt": r.ID}
	for what, n := range r.Counts {
		facts["n_"+what] = strconv.Itoa(n)
	}
	own := journal.Case{Kind: "contact", ID: string(r.ContactID)}
	err = journal.Append(ctx, tx, journal.Entry{Case: own, Kind: "contact.erased", Actor: actor, RecordedAt: r.At, Facts: facts})
	if err != nil {
		return Receipt{}, err
	}
	entries, err := journal.ListOf(ctx, tx, own)
	if err != nil {
		return Receipt{}, err
	}
	r.EntryHash = entries[len(entries)-1].Hash
	return r, saveReceipt(ctx, tx, r)
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

// Receipt proves an erasure without the data: what went, by sort, when, why, and the
// hash of the journal's entry that says so (Art. 5(2) GDPR).
type Receipt struct {
	ID        string // also its number on paper
	ContactID contact.ID
	Ground    Ground
	At        time.Time
	Counts    map[string]int
	EntryHash string
}
