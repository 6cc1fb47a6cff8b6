package stewardship

import (
	"context"
	"slices"
	"time"

	"clepsydra/internal/contact"
	"clepsydra/internal/journal"
	"clepsydra/internal/request"
)

// IdentityInput is how the firm asks who it is. Question is the field that is asked
// for; Doubt why it is doubted, without which the month goes on.
type IdentityInput struct {
	Method   request.Method
	Question string
	Doubt    string
}

// QuestionsFor lists the fields whose value a person can be asked for: those the firm
// holds of him and the request did not already give.
func QuestionsFor(r request.Request, p contact.Contact) []contact.Field {
	var out []contact.Field
	for _, f := range []contact.Field{contact.FieldNumber, contact.FieldPostcode, contact.FieldStreet, contact.FieldBirthDate, contact.FieldPhone, contact.FieldEmail} {
		known := map[contact.Field]string{contact.FieldNumber: r.CustomerNumber, contact.FieldPhone: r.Phone, contact.FieldEmail: r.Email, contact.FieldStreet: r.Address, contact.FieldPostcode: r.Address}[f]
		if p.Value(f) != "" && known == "" {
			out = append(out, f)
		}
	}
	return out
}

// AskIdentity begins the check of Art. 12(6). The mail loop sends a link to the address
// on file, never to the one that the request came from; the question goes out as a
// letter. A month that stands still from now is wound anew.
func (q *Requests) AskIdentity(ctx context.Context, actor journal.Actor, id request.ID, in IdentityInput) error {
	return q.change(ctx, actor, id, func(ctx context.Context, c *requestChange) error {
		if c.r.Matching != request.Found {
			return request.ErrNotMatched
		}
		p, err := contact.ByID(ctx, c.tx, c.r.ContactID)
		if err != nil {
			return err
		}
		if in.Method == request.MailLoop && (p.Email == "" || !c.q.d.Mail.HasMail(c.firm)) {
			return request.ErrNoAddress
		}
		if in.Method == request.Question && !slices.Contains(QuestionsFor(c.r, p), contact.Field(in.Question)) {
			return request.ErrQuestion
		}
		if in.Method != request.Question {
			in.Question = ""
		}
		if err := c.r.AskIdentity(in.Method, in.Question, in.Doubt, c.actor.ID, c.now); err != nil {
			return err
		}
		if in.Method != request.KnownWay {
			if err := c.askByLetter(ctx, p); err != nil {
				return err
			}
		}
		if err := c.rewind(ctx); err != nil {
			return err
		}
		return c.note(ctx, "request.identity_asked", map[string]string{"method": string(in.Method), "question": in.Question, "paused": yesNo(c.r.IsPaused())})
	})
}

// askByLetter makes the paper that asks; it goes by mail where there is an address.
func (c *requestChange) askByLetter(ctx context.Context, p contact.Contact) error {
	to := p.Email
	if c.r.Identity.Method == request.Question && c.r.Email != "" {
		to = c.r.Email // the question tells nothing, so it may go back the way it came
	}
	until := c.now.AddDate(0, 0, c.law.LinkDays)
	l := c.letters(ctx)
	l.Until = until
	l.Link = c.link("/rights/me/", request.ForIdentity, string(c.r.ID), until)
	return c.paper(ctx, request.PaperIdentity, l.Identity(), to, until)
}

// IdentityAsked returns the request whose link of the mail loop this is; refused when it
// is not open any more.
func (q *Requests) IdentityAsked(ctx context.Context, token string) (request.Request, error) {
	id, err := request.ForIdentity.Open(q.d.Key, token, q.moment())
	if err != nil {
		return request.Request{}, err
	}
	r, err := request.ByID(ctx, q.d.DB.R, request.ID(id))
	if err != nil {
		return request.Request{}, request.ErrLinkUnknown
	}
	return r, nil
}

// ConfirmByLink ends the mail loop: whoever reads the mail at the address on file says
// that it was he. Said twice it counts once; after the check was ended another way it
// changes nothing.
func (q *Requests) ConfirmByLink(ctx context.Context, token string) error {
	r, err := q.IdentityAsked(ctx, token)
	if err != nil {
		return err
	}
	actor := journal.Actor{Kind: journal.ByPerson, ID: string(r.ContactID)}
	return q.change(ctx, actor, r.ID, func(ctx context.Context, c *requestChange) error {
		if c.r.Identity.State != request.Asked || c.r.Identity.Method != request.MailLoop || !c.r.IsOpen() {
			return nil
		}
		if err := c.r.DecideIdentity(request.Proved, request.MailLoop, "mail_loop", "", c.now, c.firm.Location()); err != nil {
			return err
		}
		if err := c.rewind(ctx); err != nil {
			return err
		}
		return c.note(ctx, "request.identity_proved", map[string]string{"method": string(request.MailLoop)})
	})
}

// DecideIdentity ends the check with a reason: proved, not needed, or failed.
func (q *Requests) DecideIdentity(ctx context.Context, actor journal.Actor, id request.ID, s request.IdentityState, m request.Method, reason string) error {
	return q.change(ctx, actor, id, func(ctx context.Context, c *requestChange) error {
		if c.r.Matching == request.NotLooked {
			return request.ErrNotMatched
		}
		if err := c.r.DecideIdentity(s, m, reason, c.actor.ID, c.now, c.firm.Location()); err != nil {
			return err
		}
		if err := c.rewind(ctx); err != nil {
			return err
		}
		return c.note(ctx, "request.identity_decided", map[string]string{"state": string(s), "method": string(c.r.Identity.Method)})
	})
}

// link is an address that only this installation can make.
func (c *requestChange) link(path string, use request.Use, id string, until time.Time) string {
	return baseOf(c.firm) + path + request.Token(c.q.d.Key, use, id, until)
}

// ReceiptPath is the page on which whoever sent the form sees what became of it.
func (q *Requests) ReceiptPath(r request.Request) string {
	return "/rights/receipt/" + request.Token(q.d.Key, request.ForReceipt, string(r.ID), time.Time{})
}

// ByReceipt returns the request of a receipt.
func (q *Requests) ByReceipt(ctx context.Context, token string) (request.Request, error) {
	id, err := request.ForReceipt.Open(q.d.Key, token, q.moment())
	if err != nil {
		return request.Request{}, err
	}
	r, err := request.ByID(ctx, q.d.DB.R, request.ID(id))
	if err != nil {
		return request.Request{}, request.ErrLinkUnknown
	}
	return r, nil
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
