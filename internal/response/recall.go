package response

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"clepsydra/internal/alert"
	"clepsydra/internal/firm"
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

// MailRecipient queues the mail with the link.
func (s *Service) MailRecipient(ctx context.Context, actor journal.Actor, id incident.ID, rid recall.ID) error {
	return s.recipient(ctx, actor, id, rid, func(ctx context.Context, c *change, r *recall.Recipient) error {
		switch {
		case !s.d.Alerter.HasMail(c.firm):
			return ErrNoMail
		case r.Email == "":
			return recall.ErrEmailMissing.At("email")
		case len(r.Answers) > 0:
			return recall.ErrAnswered
		}
		if err := r.Link.Check(c.now); err != nil {
			return err
		}
		r.Mail = recall.MailQueued
		return c.put(ctx, Work{Kind: WorkAsk, ID: string(r.ID), Key: WorkAsk + ":" + string(r.ID), At: c.now})
	})
}

// RunAsk is the work behind WorkAsk. It looks again whether asking still makes
// sense; a refusal for ever is recorded, a trouble of the moment is tried again.
func (s *Service) RunAsk(ctx context.Context, rid recall.ID) error {
	r, err := recall.ByID(ctx, s.d.DB.R, rid)
	if errors.Is(err, recall.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if r.Mail != recall.MailQueued || len(r.Answers) > 0 || !r.Link.Works(s.now()) {
		return nil
	}
	f, err := s.d.Firms.Get(ctx, s.d.DB.R)
	if err != nil {
		return err
	}
	i, err := incident.ByID(ctx, s.d.DB.R, r.IncidentID)
	if err != nil {
		return err
	}
	state := recall.MailSent
	key := string(r.ID) + "-" + strings.ReplaceAll(r.Link.Until.UTC().Format(time.RFC3339), ":", "")
	sent := s.d.Alerter.Ask(ctx, f, r.Email, strings.ReplaceAll(key, "+", "-"), s.RequestFor(f, i, r, ConfirmLink(f, s.LinkToken(r))))
	if sent != nil {
		if !isRefused(sent) {
			return s.health(ctx, "mail", sent)
		}
		state = recall.MailRefused
	}
	return s.recordAsk(ctx, r, state)
}

func (s *Service) recordAsk(ctx context.Context, r recall.Recipient, state recall.MailState) error {
	return s.recipient(ctx, journal.System(), r.IncidentID, r.ID, func(ctx context.Context, c *change, r *recall.Recipient) error {
		r.Mail = state
		if state == recall.MailRefused {
			return c.note(ctx, "recall.mail_refused", map[string]string{"recipient": string(r.ID)}, "")
		}
		if err := r.Ask(c.now); errors.Is(err, recall.ErrAnswered) {
			return nil // the answer was quicker than the record
		} else if err != nil {
			return err
		}
		return c.note(ctx, "recall.asked", map[string]string{"recipient": string(r.ID), "via": "mail"}, "")
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

// LinkToken is the secret of a recipient's link, made anew.
func (s *Service) LinkToken(r recall.Recipient) string {
	return recall.Token(s.d.LinkKey, r.ID, r.Link.Serial)
}

// ConfirmLink is the address of the page for the secret, as the settings say.
func ConfirmLink(f firm.Firm, token string) string {
	return strings.TrimSuffix(f.BaseURL, "/") + "/confirm/" + token
}

// RequestFor writes the request in the recipient's language. It is made of the
// firm's name and contacts, dates and the link: never of the report, the data or
// the people affected.
func (s *Service) RequestFor(f firm.Firm, i incident.Incident, r recall.Recipient, link string) Request {
	w := s.d.Speak(r.Language, f.Country, f.Location())
	what := "other"
	switch i.Scenario {
	case "wrong_recipient_post":
		what = "post"
	case "wrong_recipient_mail":
		what = "mail"
	}
	args := map[string]any{
		"Firm": f.Name, "Ref": i.Ref, "Link": link, "Until": w.Date(r.Link.Until), "Phone": f.Phone, "Email": f.Email,
		"What": w.T("recall.what_"+what, nil),
	}
	return Request{Subject: w.T("recall.ask_subject", args), Text: w.T("recall.ask_text", args)}
}

// TellAnswered is the work behind WorkAnswered: the lead learns that a wrong
// recipient answered. The alert holds no name and no answer.
func (s *Service) TellAnswered(ctx context.Context, id incident.ID) error {
	sc, err := s.scene(ctx, id)
	if err != nil {
		return err
	}
	a := sc.alert(alert.Answered)
	a.Link += "/recipients"
	a.Asked = []string{"lead"}
	// Each answer is a message of its own; the same one tried again is not.
	answers := 0
	all, err := recall.OfIncident(ctx, s.d.DB.R, id)
	if err != nil {
		return err
	}
	for _, r := range all {
		answers += len(r.Answers)
	}
	a.Rung = "answers_" + strconv.Itoa(answers)
	sent, err := s.deliver(ctx, sc, a, []string{"slack", "mail"})
	if sent.any() {
		return nil
	}
	return err
}
