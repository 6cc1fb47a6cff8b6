package response

import (
	"context"
	"strconv"
	"strings"

	"clepsydra/internal/communication"
	"clepsydra/internal/incident"
	"clepsydra/internal/journal"
	"clepsydra/internal/obligation"
)

// PickPeople adds contacts to the people affected and returns how many are new.
// Whoever opted out of marketing is picked like everybody else.
func (s *Service) PickPeople(ctx context.Context, actor journal.Actor, id incident.ID, sel communication.Selection) (int, error) {
	var n int
	err := s.change(ctx, actor, id, func(ctx context.Context, c *change) error {
		if !c.i.IsBreach() {
			return incident.ErrNotABreach
		}
		if !c.i.IsOpen() {
			return incident.ErrNotOpen
		}
		var err error
		if n, err = communication.Pick(ctx, c.tx, id, sel, c.now); err != nil {
			return err
		}
		return c.note(ctx, "people.picked", map[string]string{"added": strconv.Itoa(n), "import": sel.ImportID, "segment": sel.Segment, "all": yes(sel.All)}, "")
	})
	return n, err
}

// UnpickPeople takes everybody off the list again who is not frozen.
func (s *Service) UnpickPeople(ctx context.Context, actor journal.Actor, id incident.ID) (int, error) {
	var n int
	err := s.change(ctx, actor, id, func(ctx context.Context, c *change) error {
		var err error
		if n, err = communication.Unpick(ctx, c.tx, id); err != nil {
			return err
		}
		return c.note(ctx, "people.unpicked", map[string]string{"removed": strconv.Itoa(n)}, "")
	})
	return n, err
}

// ExcludePerson takes somebody off the list with a reason; an empty reason takes
// him back. A frozen list does not change any more.
func (s *Service) ExcludePerson(ctx context.Context, actor journal.Actor, id incident.ID, contactID, reason string, exclude bool) error {
	return s.change(ctx, actor, id, func(ctx context.Context, c *change) error {
		p, err := communication.PersonOf(ctx, c.tx, id, contactID)
		if err != nil {
			return err
		}
		reason = strings.TrimSpace(reason)
		switch {
		case p.SnapshotID != "":
			return communication.ErrPersonFrozen
		case exclude && reason == "":
			return communication.ErrExcludeReason.At("reason")
		case !exclude:
			reason = ""
		}
		p.Excluded = reason
		if err := communication.SavePerson(ctx, c.tx, p); err != nil {
			return err
		}
		return c.note(ctx, "person.excluded", map[string]string{"contact": contactID, "excluded": yes(exclude)}, reason)
	})
}

// SetLeakedData names the categories that leaked, of one person or, without a
// contact, of everybody who is not frozen yet.
func (s *Service) SetLeakedData(ctx context.Context, actor journal.Actor, id incident.ID, contactID string, data []string) error {
	for _, category := range data {
		if _, err := s.d.Packs.Category(category); err != nil {
			return err
		}
	}
	return s.change(ctx, actor, id, func(ctx context.Context, c *change) error {
		facts := map[string]string{"contact": contactID, "data": strings.Join(data, ",")}
		if contactID == "" {
			if err := communication.SetDataOfAll(ctx, c.tx, id, data); err != nil {
				return err
			}
			return c.note(ctx, "people.data_set", facts, "")
		}
		p, err := communication.PersonOf(ctx, c.tx, id, contactID)
		if err != nil {
			return err
		}
		if p.SnapshotID != "" {
			return communication.ErrPersonFrozen
		}
		p.Data = data
		if err := communication.SavePerson(ctx, c.tx, p); err != nil {
			return err
		}
		return c.note(ctx, "person.data_set", facts, "")
	})
}

// Freeze makes the list of people affected final and returns it. The incident's
// number of people becomes exact.
func (s *Service) Freeze(ctx context.Context, actor journal.Actor, id incident.ID) (communication.Snapshot, error) {
	var out communication.Snapshot
	err := s.change(ctx, actor, id, func(ctx context.Context, c *change) error {
		if !c.i.IsOpen() {
			return incident.ErrNotOpen
		}
		snapshotID, err := communication.NewID()
		if err != nil {
			return err
		}
		out, err = communication.Freeze(ctx, c.tx, communication.Snapshot{ID: snapshotID, IncidentID: id, FrozenBy: actor.ID, FrozenAt: c.now})
		if err != nil {
			return err
		}
		held, err := s.holdUnprintable(ctx, c, out.ID)
		if err != nil {
			return err
		}
		all, err := communication.SnapshotsOf(ctx, c.tx, id)
		if err != nil {
			return err
		}
		n := 0
		for _, snap := range all {
			n += snap.People
		}
		c.i.Approx = incident.Approx{Known: true, Value: n}
		if err := c.resumeForDelta(ctx, out); err != nil {
			return err
		}
		facts := map[string]string{"snapshot": out.ID, "people": strconv.Itoa(out.People), "hash": out.Hash, "held": strconv.Itoa(held)}
		return c.note(ctx, "people.frozen", facts, "")
	})
	return out, err
}

// resumeForDelta opens the duty to tell the people again when a later list is
// frozen after the first was told.
func (c *change) resumeForDelta(ctx context.Context, snap communication.Snapshot) error {
	if snap.Number == 1 {
		return nil
	}
	all, err := c.obligations(ctx)
	if err != nil {
		return err
	}
	o, ok := all[obligation.InformPeople]
	if !ok || o.State != obligation.Met {
		return nil
	}
	o.Resume()
	rule, err := c.duty(obligation.InformPeople)
	if err != nil {
		return err
	}
	return c.save(ctx, o, rule)
}

// holdUnprintable marks the letters that paper cannot carry as they stand: a name
// or an address with a character that the font lacks.
func (s *Service) holdUnprintable(ctx context.Context, c *change, snapshotID string) (int, error) {
	n := 0
	err := communication.EachOf(ctx, c.tx, snapshotID, func(p communication.Person) error {
		if p.Channel != communication.ByPost || s.isPrintable(p) {
			return nil
		}
		n++
		p.Letter, p.LetterAt = communication.Held, c.now
		return communication.SavePerson(ctx, c.tx, p)
	})
	return n, err
}

func (s *Service) isPrintable(p communication.Person) bool {
	for _, text := range []string{p.EnvelopeName(), p.Organisation, p.Street, p.Postcode, p.City} {
		if !s.d.Printer.Printable(text) {
			return false
		}
	}
	return true
}

// Mend is the way out for a held letter.
type Mend string

// The ways out: write the name with letters that can be printed, in one's own
// spelling or the program's, or send the letter by mail.
const (
	MendSpell  Mend = "spell"
	MendEdit   Mend = "edit"
	MendByMail Mend = "mail"
)

// MendLetter takes a held letter out of its hold. Name is the spelling for
// MendEdit. A spelling that still cannot be printed, or a mail to somebody
// without an address, is refused.
func (s *Service) MendLetter(ctx context.Context, actor journal.Actor, id incident.ID, contactID string, m Mend, name string) error {
	return s.change(ctx, actor, id, func(ctx context.Context, c *change) error {
		p, err := communication.PersonOf(ctx, c.tx, id, contactID)
		if err != nil {
			return err
		}
		if p.Letter != communication.Held {
			return communication.ErrNotHeld
		}
		if err := s.mend(&p, m, name); err != nil {
			return err
		}
		p.Letter, p.LetterAt = communication.NoLetter, c.now
		if err := communication.SavePerson(ctx, c.tx, p); err != nil {
			return err
		}
		return c.note(ctx, "letter.mended", map[string]string{"contact": contactID, "by": string(m)}, "")
	})
}

func (s *Service) mend(p *communication.Person, m Mend, name string) error {
	if m == MendByMail {
		if p.Email == "" {
			return communication.ErrUnprintable.At("mend")
		}
		p.Channel = communication.ByMail
		return nil
	}
	if m == MendSpell {
		spelled, ok := s.d.Printer.Spell(p.EnvelopeName())
		if !ok {
			return communication.ErrUnprintable.At("mend")
		}
		name = spelled
	}
	p.PrintName = strings.TrimSpace(name)
	if p.PrintName == "" || !s.isPrintable(*p) {
		return communication.ErrUnprintable.At("name")
	}
	return nil
}

// MendAll writes every held name of an incident with printable letters where that
// is possible; what remains stays held. It returns how many it mended.
func (s *Service) MendAll(ctx context.Context, actor journal.Actor, id incident.ID) (int, error) {
	n := 0
	err := s.change(ctx, actor, id, func(ctx context.Context, c *change) error {
		held := communication.Held
		people, _, err := communication.People(ctx, c.tx, id, communication.PeopleQuery{Letter: &held, Limit: 100_000})
		if err != nil {
			return err
		}
		for _, p := range people {
			if s.mend(&p, MendSpell, "") != nil {
				continue
			}
			n++
			p.Letter, p.LetterAt = communication.NoLetter, c.now
			if err := communication.SavePerson(ctx, c.tx, p); err != nil {
				return err
			}
		}
		return c.note(ctx, "letters.mended", map[string]string{"mended": strconv.Itoa(n), "of": strconv.Itoa(len(people))}, "")
	})
	return n, err
}
