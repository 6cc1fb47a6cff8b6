package stewardship

import (
	"context"
	"slices"

	"clepsydra/internal/contact"
	"clepsydra/internal/journal"
	"clepsydra/internal/request"
)

// mostCandidates is how many people are proposed.
const mostCandidates = 8

// Candidates proposes who of the customer file may have sent the request: those who
// share its mail address, customer number or name with address first, then those that
// a search finds by the text, or when that is empty by the name. The journal keeps that
// somebody searched.
func (q *Requests) Candidates(ctx context.Context, actor journal.Actor, id request.ID, text string) ([]contact.Contact, error) {
	r, err := request.ByID(ctx, q.d.DB.R, id)
	if err != nil {
		return nil, err
	}
	same, err := contact.Candidates(ctx, q.d.DB.R, []contact.Identity{contact.IdentityOf(contact.Contact{
		Name: r.Name, Email: r.Email, CustomerNumber: r.CustomerNumber,
	})})
	if err != nil {
		return nil, err
	}
	out := slices.DeleteFunc(same, contact.Contact.IsErased)
	more := mostCandidates
	if len(out) > 0 {
		more = len(out) + 2 // somebody fits well: a look at few others is enough
	}
	if text != "" {
		out, more = nil, mostCandidates
	}
	for _, words := range []string{text, r.Email, r.Phone, r.Name} {
		if words == "" || len(out) >= more || text != "" && words != text {
			continue
		}
		page, err := q.d.Steward.Search(ctx, actor, contact.Query{Text: words, Limit: mostCandidates})
		if err != nil {
			return nil, err
		}
		for _, c := range page.Contacts {
			if !slices.ContainsFunc(out, func(o contact.Contact) bool { return o.ID == c.ID }) && len(out) < more {
				out = append(out, c)
			}
		}
	}
	return out, nil
}

// Match says who of the customer file asks. What the request lacks to be answered is
// taken over from there, so that an answer can go out after an erasure too.
func (q *Requests) Match(ctx context.Context, actor journal.Actor, id request.ID, who contact.ID) error {
	return q.change(ctx, actor, id, func(ctx context.Context, c *requestChange) error {
		if err := c.mayMatch(); err != nil {
			return err
		}
		p, err := contact.ByID(ctx, c.tx, who)
		if err != nil {
			return err
		}
		if p.IsErased() {
			return contact.ErrNotFound
		}
		c.r.ContactID, c.r.Matching = p.ID, request.Found
		if c.r.Name == "" {
			c.r.Name = p.DisplayName()
		}
		if c.r.Told, err = c.recipients(ctx); err != nil {
			return err
		}
		return c.note(ctx, "request.matched", map[string]string{"contact": string(p.ID)})
	})
}

// MatchNobody says that nobody in the customer file fits: an answer too.
func (q *Requests) MatchNobody(ctx context.Context, actor journal.Actor, id request.ID) error {
	return q.change(ctx, actor, id, func(ctx context.Context, c *requestChange) error {
		if err := c.mayMatch(); err != nil {
			return err
		}
		c.r.ContactID, c.r.Matching, c.r.Told = "", request.Nobody, nil
		return c.note(ctx, "request.nobody_found", nil)
	})
}

// mayMatch refuses once anything was done for the person that was found.
func (c *requestChange) mayMatch() error {
	switch {
	case !c.r.IsOpen():
		return request.ErrClosed
	case c.r.IsAnswered():
		return request.ErrAnswered
	}
	for _, i := range c.r.Items {
		if !i.CarriedOutAt.IsZero() {
			return request.ErrCarriedOut
		}
	}
	return nil
}
