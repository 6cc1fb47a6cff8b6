package response

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"clepsydra/internal/alert"
	"clepsydra/internal/fault"
	"clepsydra/internal/firm"
	"clepsydra/internal/incident"
	"clepsydra/internal/journal"
	"clepsydra/internal/recall"
)

// ErrNoBaseURL refuses to mail a link while the settings do not say where the
// program is reached from outside.
var ErrNoBaseURL = fault.New(fault.Conflict, "recall.no_base_url")

// MailRecipient queues the mail with the link.
func (s *Service) MailRecipient(ctx context.Context, actor journal.Actor, id incident.ID, rid recall.ID) error {
	return s.recipient(ctx, actor, id, rid, func(ctx context.Context, c *change, r *recall.Recipient) error {
		switch {
		case !s.d.Alerter.HasMail(c.firm):
			return ErrNoMail
		case c.firm.BaseURL == "":
			return ErrNoBaseURL
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
	// The same at every try, but not when he is asked once more.
	key := fmt.Sprintf("%s-%d-%d", r.ID, r.Link.Serial, max(0, r.AskedAt.Unix()))
	sent := s.d.Alerter.Ask(ctx, f, r.Email, key, s.RequestFor(f, i, r, ConfirmLink(f, s.LinkToken(r))))
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
