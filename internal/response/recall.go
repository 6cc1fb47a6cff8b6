package response

import (
	"context"
	"strings"

	"clepsydra/internal/incident"
	"clepsydra/internal/journal"
	"clepsydra/internal/recall"
	"clepsydra/internal/workflow"
)

// RecipientInput is a wrong recipient as a responder describes him.
type RecipientInput struct {
	Name     string
	Email    string
	Channel  recall.Channel
	Language string
	PassedBy recall.ID // empty, or the recipient who passed it on
}

// AddRecipient puts a wrong recipient on the list and makes his link. The same
// recipient sent twice (the same name and address) is one.
func (s *Service) AddRecipient(ctx context.Context, actor journal.Actor, id incident.ID, in RecipientInput) (recall.ID, error) {
	var out recall.ID
	err := s.change(ctx, actor, id, func(ctx context.Context, c *change) error {
		if !c.i.IsOpen() {
			return incident.ErrNotOpen
		}
		r := recall.Recipient{
			IncidentID: id, Name: strings.TrimSpace(in.Name), Email: strings.TrimSpace(in.Email), Channel: in.Channel,
			Language: in.Language, PassedBy: in.PassedBy, AddedBy: actor.ID, AddedAt: c.now,
		}
		if err := r.Check(workflow.Languages()); err != nil {
			return err
		}
		all, err := recall.OfIncident(ctx, c.tx, id)
		if err != nil {
			return err
		}
		isSource := r.PassedBy == ""
		for _, x := range all {
			if x.Name == r.Name && x.Email == r.Email {
				out = x.ID
				return nil
			}
			isSource = isSource || x.ID == r.PassedBy
		}
		if !isSource {
			return recall.ErrSourceGone.At("name")
		}
		newID, err := recall.NewID()
		if err != nil {
			return err
		}
		r.ID, out = recall.ID(newID), recall.ID(newID)
		r.Renew(s.d.LinkKey, c.now)
		if err := recall.Insert(ctx, c.tx, r); err != nil {
			return err
		}
		return c.note(ctx, "recall.added", map[string]string{"recipient": newID, "channel": string(r.Channel), "language": r.Language}, r.Name)
	})
	return out, err
}

// recipient runs fn on a recipient of the incident and saves it.
func (s *Service) recipient(ctx context.Context, actor journal.Actor, id incident.ID, rid recall.ID, fn func(context.Context, *change, *recall.Recipient) error) error {
	return s.change(ctx, actor, id, func(ctx context.Context, c *change) error {
		r, err := recall.ByID(ctx, c.tx, rid)
		if err != nil {
			return err
		}
		if r.IncidentID != id {
			return recall.ErrNotFound
		}
		if !c.i.IsOpen() {
			return incident.ErrNotOpen
		}
		if err := fn(ctx, c, &r); err != nil {
			return err
		}
		return recall.Save(ctx, c.tx, r)
	})
}

// MarkAsked records that a responder sent the request himself.
func (s *Service) MarkAsked(ctx context.Context, actor journal.Actor, id incident.ID, rid recall.ID) error {
	return s.recipient(ctx, actor, id, rid, func(ctx context.Context, c *change, r *recall.Recipient) error {
		if r.State() == recall.Asked {
			return nil // sent twice
		}
		if err := r.Ask(c.now); err != nil {
			return err
		}
		return c.note(ctx, "recall.asked", map[string]string{"recipient": string(r.ID), "via": string(r.Channel)}, "")
	})
}

// GiveUpRecipient records that no answer came.
func (s *Service) GiveUpRecipient(ctx context.Context, actor journal.Actor, id incident.ID, rid recall.ID) error {
	return s.recipient(ctx, actor, id, rid, func(ctx context.Context, c *change, r *recall.Recipient) error {
		if r.State() == recall.NoAnswer {
			return nil
		}
		if err := r.GiveUp(c.now); err != nil {
			return err
		}
		return c.note(ctx, "recall.given_up", map[string]string{"recipient": string(r.ID)}, "")
	})
}

// RenewLink gives a recipient a new link; the one before stops working.
func (s *Service) RenewLink(ctx context.Context, actor journal.Actor, id incident.ID, rid recall.ID) error {
	return s.recipient(ctx, actor, id, rid, func(ctx context.Context, c *change, r *recall.Recipient) error {
		r.Renew(s.d.LinkKey, c.now)
		r.Mail = recall.NotMailed
		return c.note(ctx, "recall.renewed", map[string]string{"recipient": string(r.ID)}, "")
	})
}

// RevokeLink stops a link, such as one that went astray itself.
func (s *Service) RevokeLink(ctx context.Context, actor journal.Actor, id incident.ID, rid recall.ID) error {
	return s.recipient(ctx, actor, id, rid, func(ctx context.Context, c *change, r *recall.Recipient) error {
		r.Revoke(c.now)
		return c.note(ctx, "recall.revoked", map[string]string{"recipient": string(r.ID)}, "")
	})
}
