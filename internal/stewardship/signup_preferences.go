package stewardship

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"clepsydra/internal/consent"
	"clepsydra/internal/contact"
	"clepsydra/internal/journal"
	"clepsydra/internal/processing"
	"clepsydra/internal/signup"
)

// Preferences is what somebody may see and decide about himself.
type Preferences struct {
	Contact contact.Contact
	Source  contact.Import // zero for one that was not imported
	Choices []Preference
	Record  processing.Record
}

// Preference is one purpose by one channel that somebody decides about.
type Preference struct {
	Purpose processing.Purpose
	Channel processing.Channel
	State   consent.State
	On      bool   // he may be written to
	Words   string // what he agrees to when he switches it on
}

// Key names the choice in a form.
func (p Preference) Key() string { return string(p.Purpose.ID) + "." + string(p.Channel) }

// Who reads the link to somebody's preferences. It fails with signup.ErrLinkUnknown,
// also for somebody who was erased, or ErrLinkExpired.
func (s *Signups) Who(ctx context.Context, token string) (contact.Contact, error) {
	id, err := s.links.OpenPreferences(token, s.moment())
	if err != nil {
		return contact.Contact{}, err
	}
	c, err := s.present(ctx, s.db.R, id)
	if errors.Is(err, contact.ErrNotFound) {
		return contact.Contact{}, signup.ErrLinkUnknown
	}
	return c, err
}

// present is the person a link names, or whom he was merged into. It fails with
// contact.ErrNotFound, also for somebody who was erased.
func (s *Signups) present(ctx context.Context, db bun.IDB, id contact.ID) (contact.Contact, error) {
	id, err := signup.Now(ctx, db, id)
	if err != nil {
		return contact.Contact{}, err
	}
	c, err := contact.ByID(ctx, db, id)
	if err == nil && c.IsErased() {
		err = contact.ErrNotFound
	}
	return c, err
}

func himself(c contact.Contact) journal.Actor {
	return journal.Actor{Kind: journal.ByPerson, ID: string(c.ID)}
}

// Preferences shows somebody everything about himself, and records that he looked.
func (s *Signups) Preferences(ctx context.Context, token, lang string) (Preferences, error) {
	c, err := s.Who(ctx, token)
	if err != nil {
		return Preferences{}, err
	}
	if c, err = s.View(ctx, himself(c), c.ID); err != nil {
		return Preferences{}, err
	}
	p := Preferences{Contact: c}
	if p.Record, err = processing.Get(ctx, s.db.R); err != nil {
		return p, err
	}
	if c.Source.ImportID != "" {
		if p.Source, err = contact.ImportByID(ctx, s.db.R, c.Source.ImportID); err != nil {
			return p, err
		}
	}
	p.Choices, err = s.choicesOf(ctx, s.db.R, c, p.Record, lang)
	return p, err
}

// choicesOf lists what somebody decides about: what rests on his consent, and
// marketing on other grounds, to which he may object (Art. 21(2)).
func (s *Signups) choicesOf(ctx context.Context, db bun.IDB, c contact.Contact, r processing.Record, lang string) ([]Preference, error) {
	states, err := s.statesOf(ctx, db, c, r)
	if err != nil {
		return nil, err
	}
	f, err := s.d.Firms.Get(ctx, db)
	if err != nil {
		return nil, err
	}
	w := s.d.Speak(lang, f.Country, f.Location())
	var out []Preference
	for _, p := range r.Purposes {
		if !p.IsInUse() || p.Basis != processing.Consent && !p.Marketing {
			continue
		}
		for _, ch := range p.Channels {
			st := states.Of(p, ch)
			on := st.Standing == consent.IsGiven || st.Standing == consent.IsSoft
			if consent.Address(c, ch) == "" && !on {
				continue // he cannot be reached that way
			}
			out = append(out, Preference{
				Purpose: p, Channel: ch, State: st, On: on,
				Words: signup.PurposeWords(p, lang, f.Country, w.T("signup.by_"+string(ch), nil)),
			})
		}
	}
	return out, nil
}

// Choose keeps what somebody chose among what he was shown; keys are those of
// Preference. What he leaves as it was makes no event.
func (s *Signups) Choose(ctx context.Context, token, lang string, shown, on []string) error {
	c, err := s.Who(ctx, token)
	if err != nil {
		return err
	}
	now := s.moment()
	err = s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		r, err := processing.Get(ctx, tx)
		if err != nil {
			return err
		}
		choices, err := s.choicesOf(ctx, tx, c, r, lang)
		if err != nil {
			return err
		}
		var events []consent.Event
		for _, p := range choices {
			wanted := slices.Contains(on, p.Key())
			if !slices.Contains(shown, p.Key()) || wanted == p.On {
				continue
			}
			e := consent.Event{ContactID: c.ID, Purpose: p.Purpose.ID, Channel: p.Channel, At: now, How: consent.HowPreferences, Kind: consent.Given}
			e.Wording = consent.Wording{Text: p.Words, Version: signup.WordsVersion("preferences", p.Words), Language: lang}
			if !wanted {
				e.Kind = refusalOf(p.Purpose)
			}
			events = append(events, e)
		}
		return s.recordConsentIn(ctx, tx, himself(c), events)
	})
	if err != nil {
		return fmt.Errorf("choose preferences: %w", err)
	}
	return nil
}

// refusalOf is how one says no to a purpose: a consent is withdrawn (Art. 7(3)), to
// anything else one objects (Art. 21).
func refusalOf(p processing.Purpose) consent.Kind {
	if p.Basis == processing.Consent {
		return consent.Withdrawn
	}
	return consent.Objected
}

// EraseMyself takes somebody out at his own wish (Art. 17). He says no to marketing
// with it: that stays known by a keyed hash, so that no later import writes to him.
func (s *Signups) EraseMyself(ctx context.Context, token string) error {
	c, err := s.Who(ctx, token)
	if err != nil {
		return err
	}
	if err := s.stop(ctx, c, "", processing.Channels(), consent.HowPreferences); err != nil {
		return err
	}
	_, err = s.Erase(ctx, himself(c), c.ID, OnOwnWish)
	return err
}
