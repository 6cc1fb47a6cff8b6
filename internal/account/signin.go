package account

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/firm"
	"clepsydra/internal/journal"
)

// touchEvery is how often the last visit of a session is written down.
const touchEvery = time.Minute

// SignIn opens a session for a mail address and a password, and returns its
// secret for the cookie. Wrong tries are slowed down per account and per visitor
// address; an unknown address takes as long as a wrong password and reads the
// same.
func (s *Service) SignIn(ctx context.Context, email, password, visitor, browser string) (Account, string, error) {
	now := s.now()
	email = strings.ToLower(strings.TrimSpace(email))
	keys := []string{hashed("account " + email), hashed("visitor " + visitor)}
	if err := s.checkPace(ctx, keys, now); err != nil {
		return Account{}, "", err
	}
	a, err := accountWhere(ctx, s.db.R, "email = ?", email)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return Account{}, "", err
	}
	hash := ""
	if a.ID != "" {
		if hash, err = passwordOf(ctx, s.db.R, a.ID); err != nil {
			return Account{}, "", err
		}
	}
	ok, err := s.hash.Matches(ctx, password, hash)
	if err != nil {
		return Account{}, "", err
	}
	if !ok || a.IsDisabled() {
		return Account{}, "", s.countFailure(ctx, keys, a, now)
	}
	secret, err := s.startSession(ctx, a, browser, keys, now)
	return a, secret, err
}

func (s *Service) checkPace(ctx context.Context, keys []string, now time.Time) error {
	for _, who := range keys {
		at, err := attemptOf(ctx, s.db.R, who)
		if err != nil {
			return err
		}
		if at.isBlocked(now) {
			return ErrThrottled.With("Minutes", int(at.blockedUntil.Sub(now)/time.Minute)+1)
		}
	}
	return nil
}

func (s *Service) countFailure(ctx context.Context, keys []string, a Account, now time.Time) error {
	err := s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		for _, who := range keys {
			at, err := attemptOf(ctx, tx, who)
			if err != nil {
				return err
			}
			if err := saveAttempt(ctx, tx, who, at.failed(now)); err != nil {
				return err
			}
		}
		if a.ID == "" {
			return nil
		}
		return s.note(ctx, tx, journal.Actor{Kind: journal.ByAccount, ID: string(a.ID)}, "account.sign_in_failed", nil)
	})
	if err != nil {
		return err
	}
	return ErrSignIn
}

func (s *Service) startSession(ctx context.Context, a Account, browser string, keys []string, now time.Time) (string, error) {
	secret, hash := token()
	csrf, _ := token()
	id, err := newID()
	if err != nil {
		return "", err
	}
	if r := []rune(browser); len(r) > 200 {
		browser = string(r[:200])
	}
	session := Session{ID: id, AccountID: a.ID, CSRF: csrf, Browser: browser, StartedAt: now, SeenAt: now, ExpiresAt: now.Add(sessionLife)}
	return secret, s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := dropSessionsBefore(ctx, tx, now); err != nil {
			return err
		}
		if err := insertSession(ctx, tx, session, hash); err != nil {
			return err
		}
		if err := saveAttempt(ctx, tx, keys[0], attempt{lastAt: now}); err != nil {
			return err
		}
		return s.note(ctx, tx, journal.Actor{Kind: journal.ByAccount, ID: string(a.ID)}, "account.signed_in", nil)
	})
}

// StartSession signs an account in without a password, right after it was set by
// a one-time link.
func (s *Service) StartSession(ctx context.Context, a Account, browser string) (string, error) {
	return s.startSession(ctx, a, browser, []string{hashed("account " + a.Email)}, s.now())
}

// Session returns the live session of a cookie and whose it is, or
// ErrNotSignedIn. The visit is written down, once a minute at most.
func (s *Service) Session(ctx context.Context, secret string) (Session, Account, error) {
	if secret == "" {
		return Session{}, Account{}, ErrNotSignedIn
	}
	now := s.now()
	session, err := sessionByHash(ctx, s.db.R, hashed(secret))
	if err != nil {
		return Session{}, Account{}, err
	}
	if !session.IsLive(now) {
		return Session{}, Account{}, ErrNotSignedIn
	}
	a, err := accountWhere(ctx, s.db.R, "id = ?", session.AccountID)
	if err != nil {
		return Session{}, Account{}, err
	}
	if a.IsDisabled() {
		return Session{}, Account{}, ErrNotSignedIn
	}
	if now.Sub(session.SeenAt) > touchEvery {
		if err := touchSession(ctx, s.db.W, session.ID, now); err != nil {
			return Session{}, Account{}, err
		}
	}
	return session, a, nil
}

// Sessions lists where an account is signed in, the latest visit first.
func (s *Service) Sessions(ctx context.Context, id ID) ([]Session, error) {
	return sessionsOf(ctx, s.db.R, id)
}

// EndSession ends one session of an account, or with an empty session all but the
// one that is kept (empty: all).
func (s *Service) EndSession(ctx context.Context, actor journal.Actor, id ID, session, keep string) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := endSessions(ctx, tx, id, session, keep); err != nil {
			return err
		}
		return s.note(ctx, tx, actor, "account.session_ended", map[string]string{"account": string(id)})
	})
}

// ChangePassword sets a new password for somebody who knows the present one, and
// ends his other sessions.
func (s *Service) ChangePassword(ctx context.Context, a Account, session Session, present, wanted string) error {
	hash, err := passwordOf(ctx, s.db.R, a.ID)
	if err != nil {
		return err
	}
	ok, err := s.hash.Matches(ctx, present, hash)
	if err != nil {
		return err
	}
	if !ok {
		return ErrSignIn.At("present")
	}
	if err := CheckPassword(wanted, a); err != nil {
		return err
	}
	fresh, err := s.hash.Hash(ctx, wanted)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := setPassword(ctx, tx, a.ID, fresh, s.now()); err != nil {
			return err
		}
		if err := endSessions(ctx, tx, a.ID, "", session.ID); err != nil {
			return err
		}
		return s.note(ctx, tx, journal.Actor{Kind: journal.ByAccount, ID: string(a.ID)}, "account.password_changed", nil)
	})
}

// SaveFirm writes the firm's settings.
func (s *Service) SaveFirm(ctx context.Context, actor journal.Actor, f firm.Firm) error {
	if err := f.Check(); err != nil {
		return err
	}
	f.UpdatedAt = s.now()
	return s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := s.firms.Put(ctx, tx, f); err != nil {
			return err
		}
		return journal.Append(ctx, tx, journal.Entry{Case: journal.Case{Kind: "firm"}, Kind: "firm.changed", Actor: actor, RecordedAt: f.UpdatedAt})
	})
}
