package stewardship

import (
	"context"

	"github.com/uptrace/bun"

	"clepsydra/internal/contact"
	"clepsydra/internal/journal"
	"clepsydra/internal/obligation"
	"clepsydra/internal/request"
)

// Register tells the customer file what requests keep about people: what goes with
// somebody who is erased, what moves with somebody who is merged.
func (q *Requests) Register() {
	q.d.Steward.OnErase("requests", q.forget)
	q.d.Steward.OnHold("requests", q.hold)
	q.d.Steward.OnMerge("requests", Mover{
		Move: func(ctx context.Context, tx bun.Tx, from, to contact.ID) (string, error) {
			return request.Reassign(ctx, tx, from, to)
		},
		Back: func(ctx context.Context, tx bun.Tx, from, _ contact.ID, undo string) error {
			return request.AssignBack(ctx, tx, undo, from)
		},
	})
}

// forget strips the closed requests of somebody who is erased. An open one keeps what
// its answer needs until it is closed.
func (q *Requests) forget(ctx context.Context, tx bun.Tx, p contact.Contact) (map[string]int, error) {
	all, err := request.OfContact(ctx, tx, p.ID)
	if err != nil {
		return nil, err
	}
	n := 0
	for _, r := range all {
		if r.IsOpen() || !r.StrippedAt.IsZero() {
			continue
		}
		c := &requestChange{q: q, tx: tx, now: q.moment(), actor: journal.System(), r: r}
		if err := c.strip(ctx); err != nil {
			return nil, err
		}
		if err := request.Save(ctx, tx, c.r); err != nil {
			return nil, err
		}
		n++
	}
	return map[string]int{"requests": n}, nil
}

// hold keeps people with an open request from being taken out by retention: what they
// asked about must still be there when it is answered.
func (q *Requests) hold(ctx context.Context, tx bun.IDB, ids []contact.ID) (map[contact.ID]string, error) {
	open, err := request.List(ctx, tx, request.Filter{State: request.Open}, 0)
	if err != nil {
		return nil, err
	}
	refs := map[contact.ID]string{}
	for _, r := range open {
		if r.ContactID != "" {
			refs[r.ContactID] = r.Ref
		}
	}
	out := map[contact.ID]string{}
	for _, id := range ids {
		if ref, ok := refs[id]; ok {
			out[id] = ref
		}
	}
	return out, nil
}

// OpenOf returns the references of a person's open requests: while there is one, no
// retention takes him out.
func (q *Requests) OpenOf(ctx context.Context, db bun.IDB, id contact.ID) ([]string, error) {
	all, err := request.OfContact(ctx, db, id)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, r := range all {
		if r.IsOpen() {
			out = append(out, r.Ref)
		}
	}
	return out, nil
}

// sweepBatch is how many requests one sweep strips at most.
const sweepBatch = 200

// SweepUp strips what was closed long enough ago and empties papers whose time is over.
func (q *Requests) SweepUp(ctx context.Context) error {
	now := q.moment()
	law, err := q.laws.At(now)
	if err != nil {
		return err
	}
	old, err := request.ClosedBefore(ctx, q.d.DB.R, now.AddDate(0, -law.KeepMonths, 0), sweepBatch)
	if err != nil {
		return err
	}
	for _, r := range old {
		err := q.change(ctx, journal.System(), r.ID, func(ctx context.Context, c *requestChange) error {
			if !c.r.StrippedAt.IsZero() {
				return nil
			}
			return c.strip(ctx)
		})
		if err != nil {
			return err
		}
	}
	return q.d.DB.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		_, err := request.DropExpired(ctx, tx, now)
		return err
	})
}

// settle ends the duty of an answered request, in time or late with its reason.
func (c *requestChange) settle(ctx context.Context) error {
	o, err := obligation.OfRequest(ctx, c.tx, string(c.r.ID))
	if err != nil {
		return err
	}
	if err := o.Meet(c.now, c.r.LateReason); err != nil {
		return err
	}
	return c.q.d.Clocks.Settle(ctx, c.tx, o, "answered")
}
