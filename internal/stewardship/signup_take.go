package stewardship

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"clepsydra/internal/contact"
	"clepsydra/internal/firm"
	"clepsydra/internal/journal"
	"clepsydra/internal/processing"
	"clepsydra/internal/signup"
)

// TakeSignup keeps what a visitor sent until he confirms it by mail. Nothing here
// looks whether he is known: a known address and an unknown one take the same way and
// get the same answer. The same once twice is one sign-up.
func (s *Signups) TakeSignup(ctx context.Context, v signup.Version, t signup.Typed, once string) error {
	now := s.moment()
	err := s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		f, err := s.d.Firms.Get(ctx, tx)
		if err != nil {
			return err
		}
		r, err := processing.Get(ctx, tx)
		if err != nil {
			return err
		}
		sub, err := v.Take(r, t, s.ageIn, f.Country, contact.DateOf(now.In(f.Location())))
		if err != nil {
			return err
		}
		if sub.Notice, err = noticeShown(ctx, tx, f, v.Definition.Notice, sub.Language); err != nil {
			return err
		}
		p := signup.Pending{
			FormID: v.FormID, Version: v.Number, Once: once, Submission: sub, CreatedAt: now, ExpiresAt: s.terms.ConfirmUntil(now),
		}
		added, err := s.await(ctx, tx, p, sub.Values[contact.FieldEmail])
		if err != nil || !added {
			return err
		}
		return journal.Append(ctx, tx, journal.Entry{
			Case: journal.Case{Kind: "form", ID: string(v.FormID)}, Kind: "signup.received", Actor: journal.Actor{Kind: journal.ByPerson},
			RecordedAt: now, Facts: map[string]string{"version": strconv.Itoa(v.Number), "boxes": strings.Join(sub.Boxes, " ")},
		})
	})
	if err != nil {
		return fmt.Errorf("take sign-up: %w", err)
	}
	return nil
}

// AskForPreferences has the link to somebody's preferences mailed to him, when the
// address is known. Whether it is shows in nothing that the visitor sees.
func (s *Signups) AskForPreferences(ctx context.Context, address, lang, once string) error {
	address = strings.ToLower(strings.TrimSpace(address))
	if !signup.IsAddress(address) {
		return signup.ErrMail
	}
	now := s.moment()
	err := s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		sub := signup.Submission{Language: lang, Values: map[contact.Field]string{contact.FieldEmail: address}}
		_, err := s.await(ctx, tx, signup.Pending{Once: once, Submission: sub, CreatedAt: now, ExpiresAt: s.terms.PreferencesUntil(now)}, address)
		return err
	})
	if err != nil {
		return fmt.Errorf("ask for preferences: %w", err)
	}
	return nil
}

// await keeps a pending entry with the mail it needs, unless the address had enough of
// them today.
func (s *Signups) await(ctx context.Context, tx bun.Tx, p signup.Pending, address string) (added bool, err error) {
	p.AddressKey = s.links.AddressKey(address)
	id, err := signup.NewID()
	if err != nil {
		return false, err
	}
	p.ID = signup.PendingID(id)
	recent, err := signup.RecentTo(ctx, tx, p, p.CreatedAt.AddDate(0, 0, -1))
	if err != nil || !signup.MayMail(recent) {
		return false, err
	}
	if added, err = signup.AddPending(ctx, tx, p); err != nil || !added {
		return false, err
	}
	return true, s.d.Queue.PutSignup(ctx, tx, WorkSignupMail, string(p.ID), p.CreatedAt)
}

// SendSignupMail is the work behind WorkSignupMail. It looks again: what was clicked,
// has expired or was erased needs no mail.
func (s *Signups) SendSignupMail(ctx context.Context, id signup.PendingID) error {
	p, err := signup.PendingByID(ctx, s.db.R, id)
	if errors.Is(err, signup.ErrLinkUnknown) || err == nil && (p.IsConfirmed() || p.Check(s.moment()) != nil) {
		return nil
	}
	if err != nil {
		return err
	}
	f, err := s.d.Firms.Get(ctx, s.db.R)
	if err != nil {
		return err
	}
	if p.FormID == "" {
		return s.sendPreferences(ctx, f, p)
	}
	w := s.d.Speak(p.Submission.Language, f.Country, f.Location())
	args := map[string]any{"Firm": f.Name, "Until": w.Date(p.ExpiresAt)}
	// A refusal for ever needs no repair: nobody can confirm, and the entry expires.
	_, err = s.d.Mailer.SendSignup(ctx, f, SignupMail{
		To: p.Submission.Values[contact.FieldEmail], Language: p.Submission.Language, Key: "signup-" + string(p.ID),
		Subject: w.T("signup.confirm_subject", args), Lead: w.T("signup.confirm_lead", args), Button: w.T("signup.confirm_button", args),
		Link: address(f, "/opt-in/"+s.links.Confirm(p.ID)), Footer: w.T("signup.confirm_footer", args),
	})
	return err
}

// address is a link from outside, as the settings say.
func address(f firm.Firm, path string) string { return strings.TrimSuffix(f.BaseURL, "/") + path }

// mostLinks bounds how many people of one mailbox get a link at once.
const mostLinks = 5

// sendPreferences mails the link to everybody with that address, and forgets that it
// was asked.
func (s *Signups) sendPreferences(ctx context.Context, f firm.Firm, p signup.Pending) error {
	people, err := contact.ByMail(ctx, s.db.R, p.Submission.Values[contact.FieldEmail])
	if err != nil {
		return err
	}
	until := s.terms.PreferencesUntil(s.moment())
	for _, c := range people[:min(len(people), mostLinks)] {
		lang := p.Submission.Language
		w := s.d.Speak(lang, f.Country, f.Location())
		args := map[string]any{"Firm": f.Name, "Until": w.DateTime(until), "Name": c.DisplayName()}
		_, err := s.d.Mailer.SendSignup(ctx, f, SignupMail{
			To: c.Email, Language: lang, Key: "preferences-" + string(p.ID) + "-" + string(c.ID),
			Subject: w.T("preferences.mail_subject", args), Lead: w.T("preferences.mail_lead", args), Button: w.T("preferences.mail_button", args),
			Link: address(f, "/p/"+s.links.Preferences(c.ID, until)), Footer: w.T("preferences.mail_footer", args),
			Unsubscribe: address(f, "/u/"+s.links.Unsubscribe(c.ID, "")),
		})
		if err != nil {
			return err
		}
	}
	return signup.ForgetPending(ctx, s.db.W, p.ID)
}

// ExpireSignups erases what nobody confirmed in time. It is called from time to time.
func (s *Signups) ExpireSignups(ctx context.Context) error {
	_, err := signup.DropPending(ctx, s.db.W, s.moment())
	return err
}
