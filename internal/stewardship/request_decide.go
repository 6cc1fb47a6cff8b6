package stewardship

import (
	"context"
	"slices"
	"strings"

	"clepsydra/internal/journal"
	"clepsydra/internal/obligation"
	"clepsydra/internal/processing"
	"clepsydra/internal/request"
)

// Decide records what became of one part of a request; see request.Decide for what is
// refused.
func (q *Requests) Decide(ctx context.Context, actor journal.Actor, id request.ID, d request.Decision) error {
	return q.change(ctx, actor, id, func(ctx context.Context, c *requestChange) error {
		if err := c.r.Decide(c.law, d, c.actor.ID, c.now); err != nil {
			return err
		}
		return c.note(ctx, "request.decided", map[string]string{"kind": string(d.Kind), "outcome": string(d.Outcome), "ground": d.Ground})
	})
}

// Extend takes the two further months and writes the letter that says so (Art. 12(3)).
func (q *Requests) Extend(ctx context.Context, actor journal.Actor, id request.ID, reason string) error {
	return q.change(ctx, actor, id, func(ctx context.Context, c *requestChange) error {
		if err := c.r.Extend(reason, c.now); err != nil {
			return err
		}
		if err := c.rewind(ctx); err != nil {
			return err
		}
		l := c.letters(ctx)
		l.DueAt = c.r.DueAt
		if err := c.paper(ctx, request.PaperExtension, l.Extension(), c.mailTo(ctx), c.keepUntil()); err != nil {
			return err
		}
		return c.note(ctx, "request.extended", nil)
	})
}

// TakeOn says who is in charge of a request.
func (q *Requests) TakeOn(ctx context.Context, actor journal.Actor, id request.ID) error {
	return q.change(ctx, actor, id, func(ctx context.Context, c *requestChange) error {
		if !c.r.IsOpen() {
			return request.ErrClosed
		}
		o, err := obligation.OfRequest(ctx, c.tx, string(c.r.ID))
		if err != nil {
			return err
		}
		if c.r.LeadID == c.actor.ID && !o.AcknowledgedAt.IsZero() {
			return nil
		}
		c.r.LeadID = c.actor.ID
		if err := o.Acknowledge(c.actor.ID, c.now); err != nil {
			return err
		}
		if err := obligation.Save(ctx, c.tx, o); err != nil {
			return err
		}
		return c.note(ctx, "request.taken_on", map[string]string{"account": c.actor.ID})
	})
}

// Tell records that a recipient heard of the change, or why that cannot be (Art. 19).
func (q *Requests) Tell(ctx context.Context, actor journal.Actor, id request.ID, recipient, why string) error {
	return q.change(ctx, actor, id, func(ctx context.Context, c *requestChange) error {
		if !c.r.IsOpen() {
			return request.ErrClosed
		}
		if err := c.r.Tell(recipient, why, c.actor.ID, c.now); err != nil {
			return err
		}
		return c.note(ctx, "request.recipient_told", map[string]string{"impossible": yesNo(strings.TrimSpace(why) != "")})
	})
}

// recipients lists everybody who has the data besides the firm, by its record: those
// of every purpose in use.
func (c *requestChange) recipients(ctx context.Context) ([]request.Told, error) {
	record, err := processing.Get(ctx, c.tx)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, p := range record.Purposes {
		if p.IsInUse() {
			names = append(append(names, p.Recipients...), p.Processors...)
		}
	}
	slices.Sort(names)
	var out []request.Told
	for _, name := range slices.Compact(names) {
		if strings.TrimSpace(name) != "" {
			out = append(out, request.Told{Recipient: name})
		}
	}
	return out, nil
}

// Close ends a request that was answered. One whose person was erased is stripped at
// once: its reference and what was done are the receipt.
func (q *Requests) Close(ctx context.Context, actor journal.Actor, id request.ID) error {
	return q.change(ctx, actor, id, func(ctx context.Context, c *requestChange) error {
		if err := c.r.Close(c.now); err != nil {
			return err
		}
		if err := c.note(ctx, "request.closed", map[string]string{"kinds": kindsOf(c.r), "late": yesNo(c.r.LateReason != "")}); err != nil {
			return err
		}
		if i, ok := c.r.Item(request.Erasure); ok && !i.CarriedOutAt.IsZero() {
			return c.strip(ctx)
		}
		return nil
	})
}

// strip takes out what names the person, and the papers.
func (c *requestChange) strip(ctx context.Context) error {
	c.r.Strip(c.now)
	n, err := request.DropPapers(ctx, c.tx, c.r.ID)
	if err != nil {
		return err
	}
	return c.note(ctx, "request.stripped", map[string]string{"papers": number(n)})
}
