package response

import (
	"context"

	"clepsydra/internal/incident"
	"clepsydra/internal/journal"
	"clepsydra/internal/notification"
	"clepsydra/internal/obligation"
)

// Tick records that the answer to a question was copied into the authority's form, as
// it reads now, or takes that back. The ticks of a round end with its filing.
func (s *Service) Tick(ctx context.Context, actor journal.Actor, id incident.ID, ask Ask, question string, copied bool) error {
	return s.change(ctx, actor, id, func(ctx context.Context, c *change) error {
		d, err := s.dossier(ctx, c.tx, id, ask)
		if err != nil {
			return err
		}
		row, ok := d.Row(question)
		if !ok {
			return notification.ErrQuestion
		}
		round, err := roundOf(ctx, c, id)
		if err != nil {
			return err
		}
		facts := map[string]string{"question": question}
		if !copied {
			if err := notification.DropTick(ctx, c.tx, id, round, question); err != nil {
				return err
			}
			return c.note(ctx, "answer.copy_undone", facts, "")
		}
		if row.State == notification.Missing {
			return notification.ErrEmpty.At(question)
		}
		t := notification.Tick{Question: question, Round: round, Hash: notification.HashOf(row.Text), By: c.actor.ID, At: c.now}
		if err := notification.SaveTick(ctx, c.tx, id, t); err != nil {
			return err
		}
		return c.note(ctx, "answer.copied", facts, "")
	})
}

// roundOf counts the filings so far: each one begins a new round of ticks.
func roundOf(ctx context.Context, c *change, id incident.ID) (int, error) {
	duties, err := obligation.OfIncident(ctx, c.tx, id)
	if err != nil {
		return 0, err
	}
	for _, o := range duties {
		if o.Duty == obligation.NotifyAuthority {
			filings, err := obligation.FilingsOf(ctx, c.tx, o.ID)
			return len(filings), err
		}
	}
	return 0, nil
}
