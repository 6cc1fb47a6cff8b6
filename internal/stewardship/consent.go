package stewardship

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/consent"
	"clepsydra/internal/contact"
	"clepsydra/internal/fault"
	"clepsydra/internal/journal"
	"clepsydra/internal/processing"
)

// ConsentSettings are what consents need of the rest of the program.
type ConsentSettings struct {
	Law *consent.Law
	// Secret makes the hashes of the suppression list. It must be the same after every
	// start, or nobody on the list is recognised any more.
	Secret []byte
	// Country is the firm's, ISO 3166-1 alpha-2; empty when it is not known yet.
	Country func(ctx context.Context, db bun.IDB) (string, error)
}

// UseConsent sets what consents need. To be called before serving; until then hashes
// hold for this run of the program only, and the strictest rules apply.
func (s *Service) UseConsent(c ConsentSettings) {
	s.law, s.keyer, s.country = c.Law, consent.NewKeyer(c.Secret), c.Country
}

// ErrErased says that the person was erased: nothing can be recorded of him.
var ErrErased = fault.New(fault.Conflict, "consent.person_erased")

// ErrNoAddress says that an address cannot be read.
var ErrNoAddress = fault.New(fault.Invalid, "consent.address_unreadable")

// RecordConsent writes down what people said: consents with their proof, withdrawals,
// objections. All of it or nothing. A no puts the address on the suppression list, a
// provable yes takes it off for that purpose. It fails with a fault.List of what Check
// refuses, with contact.ErrNotFound and ErrErased.
func (s *Service) RecordConsent(ctx context.Context, actor journal.Actor, events []consent.Event) error {
	err := s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		return s.recordConsentIn(ctx, tx, actor, events)
	})
	if err != nil {
		return fmt.Errorf("record consent: %w", err)
	}
	return nil
}

// recordConsentIn is RecordConsent inside the transaction of another verb.
func (s *Service) recordConsentIn(ctx context.Context, tx bun.Tx, actor journal.Actor, events []consent.Event) error {
	record, err := processing.Get(ctx, tx)
	if err != nil {
		return err
	}
	now := s.moment()
	people := map[contact.ID][]consent.Event{}
	var order []contact.ID
	for _, e := range events {
		if e.RecordedAt = now; e.At.IsZero() {
			e.At = now
		}
		e.At = e.At.UTC().Truncate(time.Microsecond)
		if err := e.Check(record, now); err != nil {
			return err
		}
		if people[e.ContactID] == nil {
			order = append(order, e.ContactID)
		}
		people[e.ContactID] = append(people[e.ContactID], e)
	}
	before, err := consent.EventsOf(ctx, tx, order...)
	if err != nil {
		return err
	}
	for _, id := range order {
		if err := s.recordOne(ctx, tx, actor, record, id, before[id], people[id]); err != nil {
			return err
		}
	}
	return nil
}

// recordOne writes what one person said and moves everything that follows from it.
func (s *Service) recordOne(ctx context.Context, tx bun.Tx, actor journal.Actor, record processing.Record, id contact.ID, before, said []consent.Event) error {
	c, err := contact.ByID(ctx, tx, id)
	if err != nil {
		return err
	}
	if c.IsErased() {
		return ErrErased
	}
	said = slices.DeleteFunc(said, func(e consent.Event) bool { return slices.ContainsFunc(before, e.Repeats) })
	if len(said) == 0 {
		return nil
	}
	if e, ok := consent.Imported(c, before, record); ok {
		said = append([]consent.Event{e}, said...)
	}
	said, err = consent.Add(ctx, tx, said)
	if err != nil {
		return err
	}
	if err := s.settleConsent(ctx, tx, record, c, append(before, said...)); err != nil {
		return err
	}
	if err := s.suppressIn(ctx, tx, record, c, said); err != nil {
		return err
	}
	for _, e := range said {
		if err := journal.Append(ctx, tx, consentEntry(e, actor)); err != nil {
			return err
		}
		if !isActivity(e.How) {
			continue
		}
		if err := contact.Touch(ctx, tx, id, e.At); err != nil {
			return err
		}
	}
	return nil
}

// settleConsent writes the present that follows from all events of a person.
func (s *Service) settleConsent(ctx context.Context, tx bun.Tx, record processing.Record, c contact.Contact, all []consent.Event) error {
	states := consent.Present(all)
	if err := consent.PutStates(ctx, tx, c.ID, states); err != nil {
		return err
	}
	m, at := consent.MarketingOf(states, record)
	if m == c.Marketing && at.Equal(c.UnsubscribedAt) {
		return nil
	}
	return contact.SetMarketing(ctx, tx, c.ID, m, at)
}

// suppressIn keeps the suppression list true to what was just said about marketing.
// What lies further back than the present consent changes nothing.
func (s *Service) suppressIn(ctx context.Context, tx bun.Tx, record processing.Record, c contact.Contact, said []consent.Event) error {
	var blocked []consent.Suppression
	var free []consent.Key
	for _, e := range said {
		if p, _ := record.Purpose(e.Purpose); !p.Marketing && e.Purpose != consent.AllMarketing {
			continue
		}
		entry, stops := s.keyer.Suppress(c, e)
		if stops {
			blocked = append(blocked, entry)
		} else if entry.Key != "" && (e.Kind == consent.ObjectionLifted || e.Kind == consent.Given && e.IsProven()) {
			free = append(free, entry.Key)
		}
	}
	since, err := consent.SuppressedSince(ctx, tx, free)
	if err != nil {
		return err
	}
	free = slices.DeleteFunc(free, func(k consent.Key) bool {
		return slices.ContainsFunc(said, func(e consent.Event) bool {
			return s.keyer.KeyOf(c, e.Use()) == k && (since[k].After(e.At) || e.Kind.Stops())
		})
	})
	if err := consent.Release(ctx, tx, free); err != nil {
		return err
	}
	return consent.Suppress(ctx, tx, blocked)
}

func consentEntry(e consent.Event, actor journal.Actor) journal.Entry {
	facts := map[string]string{
		"event": string(e.ID), "purpose": string(e.Purpose), "channel": string(e.Channel), "how": string(e.How),
	}
	if e.Proof.FileSHA256 != "" {
		facts["file_sha256"] = e.Proof.FileSHA256
	}
	return journal.Entry{
		Case: journal.Case{Kind: "contact", ID: string(e.ContactID)}, Kind: "consent." + string(e.Kind),
		Actor: actor, HappenedAt: e.At, RecordedAt: e.RecordedAt, Facts: facts,
	}
}
