package stewardship

import (
	"context"
	"slices"
	"strings"

	"clepsydra/internal/consent"
	"clepsydra/internal/contact"
	"clepsydra/internal/fault"
	"clepsydra/internal/journal"
	"clepsydra/internal/processing"
	"clepsydra/internal/request"
)

// Named refusals of carrying out.
var (
	ErrTellFirst    = fault.New(fault.Conflict, "requests.held")
	ErrNothing      = fault.New(fault.Invalid, "requests.nothing_changed")
	ErrNoPurpose    = fault.New(fault.Invalid, "requests.no_purpose").At("purposes")
	ErrNotSure      = fault.New(fault.Invalid, "requests.erase_unsure").At("sure")
	ErrUnrestricted = fault.New(fault.Conflict, "requests.not_restricted")
	ErrLiftReason   = fault.New(fault.Invalid, "requests.lift_reason").At("lift_reason")
)

// Correct changes fields of the person as he asked (Art. 16).
func (q *Requests) Correct(ctx context.Context, actor journal.Actor, id request.ID, values map[contact.Field]string) error {
	return q.carry(ctx, actor, id, request.Correction, func(ctx context.Context, c *requestChange) (map[string]string, error) {
		changed, err := q.d.Steward.correctIn(ctx, c.tx, actor, correction{id: c.r.ContactID, changes: values, how: contact.HowRequest})
		if err != nil {
			return nil, err
		}
		if len(changed) == 0 {
			return nil, ErrNothing
		}
		names := make([]string, len(changed))
		for k, f := range changed {
			names[k] = string(f)
		}
		return map[string]string{"fields": strings.Join(names, " ")}, nil
	})
}

// Held names what keeps the person of a request from being erased: references of open
// incidents in which he is affected.
func (q *Requests) Held(ctx context.Context, id contact.ID) ([]string, error) {
	if q.d.Held == nil || id == "" {
		return nil, nil
	}
	return q.d.Held(ctx, q.d.DB.R, id)
}

// EraseFor erases the person who asked for it (Art. 17), by the one way out of the
// customer file. An open incident in which he is affected holds it: he must be told of
// the breach first. Whoever also asked for a copy has it made before, for which looked
// says what AnswerInput.Looked does.
func (q *Requests) EraseFor(ctx context.Context, actor journal.Actor, id request.ID, sure, looked bool) error {
	if !sure {
		return ErrNotSure
	}
	return q.carry(ctx, actor, id, request.Erasure, func(ctx context.Context, c *requestChange) (map[string]string, error) {
		if c.q.d.Held != nil {
			refs, err := c.q.d.Held(ctx, c.tx, c.r.ContactID)
			if err != nil {
				return nil, err
			}
			if len(refs) > 0 {
				return nil, ErrTellFirst.With("Incidents", strings.Join(refs, ", "))
			}
		}
		p, err := contact.ByID(ctx, c.tx, c.r.ContactID)
		if err != nil {
			return nil, err
		}
		if err := c.copyBefore(ctx, looked); err != nil {
			return nil, err
		}
		if err := c.keepReach(ctx, p); err != nil {
			return nil, err
		}
		receipt, err := c.q.d.Steward.eraseIn(ctx, c.tx, c.actor, c.r.ContactID, OnRequest)
		if err != nil {
			return nil, err
		}
		facts := map[string]string{}
		for what, n := range receipt.Counts {
			facts["n_"+what] = number(n)
		}
		return facts, nil
	})
}

// copyBefore makes the copy of data that are about to go.
func (c *requestChange) copyBefore(ctx context.Context, looked bool) error {
	for _, k := range []request.Kind{request.Access, request.Portability} {
		if i, ok := c.r.Item(k); ok && i.Outcome == request.Undecided {
			return request.ErrCopyFirst
		}
	}
	if !c.r.WantsCopy() {
		return nil
	}
	_, err := c.makeCopy(ctx, looked)
	return err
}

// keepReach takes over into the request what the answer needs, before the customer file
// forgets it. The request forgets it too when it is closed.
func (c *requestChange) keepReach(ctx context.Context, p contact.Contact) error {
	if c.r.Name == "" {
		c.r.Name = p.DisplayName()
	}
	if c.r.Email == "" {
		c.r.Email = p.Email
	}
	if c.r.Address == "" && p.CanReceivePost() {
		c.r.Address = strings.Join(addressLines(p), "\n")
	}
	if c.r.Language == "" {
		c.r.Language = p.Language
	}
	return request.Save(ctx, c.tx, c.r)
}

// RestrictFor keeps the data of the person without using them (Art. 18).
func (q *Requests) RestrictFor(ctx context.Context, actor journal.Actor, id request.ID) error {
	return q.carry(ctx, actor, id, request.Restriction, func(ctx context.Context, c *requestChange) (map[string]string, error) {
		return nil, contact.Restrict(ctx, c.tx, c.r.ContactID, c.now, c.now)
	})
}

// Lift ends the restriction of a person. He is told first: the letter is made, and put
// into the queue, in the same transaction (Art. 18(3)).
func (q *Requests) Lift(ctx context.Context, actor journal.Actor, id request.ID, reason string) error {
	reason = strings.TrimSpace(reason)
	if reason == "" {
		return ErrLiftReason
	}
	return q.change(ctx, actor, id, func(ctx context.Context, c *requestChange) error {
		if c.r.ContactID == "" {
			return request.ErrNotMatched
		}
		p, err := contact.ByID(ctx, c.tx, c.r.ContactID)
		if err != nil {
			return err
		}
		if p.RestrictedAt.IsZero() {
			return ErrUnrestricted
		}
		if err := c.paper(ctx, request.PaperLifting, c.letters(ctx).Lifting(reason), c.mailTo(ctx), c.keepUntil()); err != nil {
			return err
		}
		if err := contact.Restrict(ctx, c.tx, c.r.ContactID, zeroTime(), c.now); err != nil {
			return err
		}
		if err := c.noteContact(ctx, "contact.restriction_lifted", nil); err != nil {
			return err
		}
		return c.note(ctx, "request.restriction_lifted", nil)
	})
}

// StopFor records an objection to advertising (Art. 21(3)) or takes consents back
// (Art. 7(3)) for the purposes named, by every channel. None named means all of
// advertising, or every purpose that rests on consent.
func (q *Requests) StopFor(ctx context.Context, actor journal.Actor, id request.ID, k request.Kind, purposes []string) error {
	if k != request.ObjectionMarketing && k != request.Withdrawal {
		return request.ErrNotAsked
	}
	return q.carry(ctx, actor, id, k, func(ctx context.Context, c *requestChange) (map[string]string, error) {
		said, err := c.stops(ctx, k, purposes)
		if err != nil {
			return nil, err
		}
		if err := c.q.d.Steward.recordConsentIn(ctx, c.tx, c.actor, said); err != nil {
			return nil, err
		}
		return map[string]string{"purposes": strings.Join(purposes, " ")}, nil
	})
}

// stops is what the person said, as events: he said it on the day the request came in.
func (c *requestChange) stops(ctx context.Context, k request.Kind, purposes []string) ([]consent.Event, error) {
	record, err := processing.Get(ctx, c.tx)
	if err != nil {
		return nil, err
	}
	kind := consent.Objected
	if k == request.Withdrawal {
		kind = consent.Withdrawn
	}
	var which []processing.PurposeID
	for _, p := range record.Purposes {
		fits := p.Marketing
		if k == request.Withdrawal {
			fits = p.Basis == processing.Consent
		}
		if fits && p.IsInUse() && (len(purposes) == 0 || slices.Contains(purposes, string(p.ID))) {
			which = append(which, p.ID)
		}
	}
	if k == request.ObjectionMarketing && len(purposes) == 0 {
		which = []processing.PurposeID{consent.AllMarketing}
	}
	if len(which) == 0 {
		return nil, ErrNoPurpose
	}
	var out []consent.Event
	for _, p := range which {
		for _, ch := range processing.Channels() {
			out = append(out, consent.Event{
				ContactID: c.r.ContactID, Purpose: p, Channel: ch, Kind: kind, At: c.r.ReceivedAt, How: consent.HowRequest,
				Proof: consent.Proof{Note: c.r.Ref},
			})
		}
	}
	return out, nil
}

// carry changes the customer file for one part of a request and records it twice: in
// the journal of the person and in that of the request.
func (q *Requests) carry(ctx context.Context, actor journal.Actor, id request.ID, k request.Kind, do func(context.Context, *requestChange) (map[string]string, error)) error {
	return q.change(ctx, actor, id, func(ctx context.Context, c *requestChange) error {
		if !c.r.Asks(k) {
			return request.ErrNotAsked
		}
		if err := c.r.MayAct(); err != nil {
			return err
		}
		facts, err := do(ctx, c)
		if err != nil {
			return err
		}
		if err := c.r.CarryOut(k, c.actor.ID, c.now); err != nil {
			return err
		}
		if k != request.Erasure { // which writes its own
			if err := c.noteContact(ctx, "contact."+carried(k), facts); err != nil {
				return err
			}
		}
		if facts == nil {
			facts = map[string]string{}
		}
		facts["kind"] = string(k)
		return c.note(ctx, "request.carried_out", facts)
	})
}

// carried is what the person's journal calls it.
func carried(k request.Kind) string {
	return map[request.Kind]string{
		request.Correction: "corrected", request.Restriction: "restricted",
		request.ObjectionMarketing: "objected", request.Withdrawal: "withdrew",
	}[k]
}

func (c *requestChange) noteContact(ctx context.Context, kind string, facts map[string]string) error {
	all := map[string]string{"request": string(c.r.ID)}
	for k, v := range facts {
		all[k] = v
	}
	return journal.Append(ctx, c.tx, journal.Entry{
		Case: journal.Case{Kind: "contact", ID: string(c.r.ContactID)}, Kind: kind, Actor: c.actor, HappenedAt: c.now, RecordedAt: c.now, Facts: all,
	})
}
