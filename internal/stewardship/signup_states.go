package stewardship

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/consent"
	"clepsydra/internal/contact"
	"clepsydra/internal/processing"
)

// statesOf is where somebody stands, what a file said of him included.
func (s *Signups) statesOf(ctx context.Context, db bun.IDB, c contact.Contact, r processing.Record) (consent.States, error) {
	events, err := consent.EventsOf(ctx, db, c.ID)
	if err != nil {
		return nil, err
	}
	return consent.Present(consent.History(c, events[c.ID], r)), nil
}

// standing is what a run must know of a person.
type standing struct {
	stopped bool // he said no, here or before he was erased
	proven  bool // his consent can be shown
}

// standings looks where people stand for a purpose by mail.
func (s *Signups) standings(ctx context.Context, db bun.IDB, p processing.Purpose, people []contact.Contact) (map[contact.ID]standing, error) {
	r, err := processing.Get(ctx, db)
	if err != nil {
		return nil, err
	}
	uses := []consent.Use{{Purpose: p.ID, Channel: processing.ByMail}, {Purpose: consent.AllMarketing, Channel: processing.ByMail}}
	var keys []consent.Key
	ids := make([]contact.ID, len(people))
	for k, c := range people {
		ids[k] = c.ID
		for _, use := range uses {
			if key := s.keyer.KeyOf(c, use); key != "" {
				keys = append(keys, key)
			}
		}
	}
	said, err := consent.EventsOf(ctx, db, ids...)
	if err != nil {
		return nil, err
	}
	since, err := consent.SuppressedSince(ctx, db, keys)
	if err != nil {
		return nil, err
	}
	out := make(map[contact.ID]standing, len(people))
	for _, c := range people {
		st := consent.Present(consent.History(c, said[c.ID], r)).Of(p, processing.ByMail)
		var no time.Time
		for _, use := range uses {
			if at := since[s.keyer.KeyOf(c, use)]; at.After(no) {
				no = at
			}
		}
		given := st.Standing == consent.IsGiven && st.IsProven()
		out[c.ID] = standing{
			stopped: st.Standing.Stops() || !no.IsZero() && !(given && st.Since.After(no)),
			proven:  given,
		}
	}
	return out, nil
}
