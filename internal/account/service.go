package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/database"
	"clepsydra/internal/firm"
	"clepsydra/internal/journal"
)

// Service has the verbs of people who sign in. It is safe for concurrent use.
type Service struct {
	db    *database.DB
	firms *firm.Store
	clock func() time.Time
	hash  *Hasher
}

// NewService makes the service.
func NewService(db *database.DB, firms *firm.Store, clock func() time.Time) *Service {
	return &Service{db: db, firms: firms, clock: clock, hash: NewHasher()}
}

func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

// The purposes of one-time links and how long each holds.
const (
	forSetup  = "setup"
	forInvite = "invite"

	setupLife  = 72 * time.Hour
	inviteLife = 7 * 24 * time.Hour
)

// token makes a secret of 160 bits and its hash; only the hash is stored.
func token() (secret, hash string) {
	b := make([]byte, 20)
	rand.Read(b) // never fails (crypto/rand)
	secret = strings.ToLower(base32.StdEncoding.EncodeToString(b))
	return secret, hashed(secret)
}

func hashed(secret string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(secret)))
	return hex.EncodeToString(sum[:])
}

// ByID returns an account, or ErrNotFound.
func (s *Service) ByID(ctx context.Context, db bun.IDB, id ID) (Account, error) {
	return accountWhere(ctx, db, "id = ?", id)
}

// ByEmail returns an account, or ErrNotFound.
func (s *Service) ByEmail(ctx context.Context, email string) (Account, error) {
	return accountWhere(ctx, s.db.R, "email = ?", strings.ToLower(strings.TrimSpace(email)))
}

// BySlack returns the account that belongs to a Slack user, or ErrNotFound.
func (s *Service) BySlack(ctx context.Context, slackUserID string) (Account, error) {
	if slackUserID == "" {
		return Account{}, ErrNotFound
	}
	return accountWhere(ctx, s.db.R, "slack_user_id = ?", slackUserID)
}

// List returns everybody by name.
func (s *Service) List(ctx context.Context) ([]Account, error) { return listAccounts(ctx, s.db.R) }

// ListIn is List inside a transaction.
func (s *Service) ListIn(ctx context.Context, db bun.IDB) ([]Account, error) {
	return listAccounts(ctx, db)
}

// SetupLink makes the one-time secret of the first setup, or returns ErrSetUp
// when the firm is there already. An earlier secret stops working.
func (s *Service) SetupLink(ctx context.Context) (string, error) {
	if _, err := s.firms.Get(ctx, s.db.R); err == nil {
		return "", ErrSetUp
	} else if !errors.Is(err, firm.ErrNotSetUp) {
		return "", err
	}
	secret, hash := token()
	return secret, s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		return saveLink(ctx, tx, hash, forSetup, "", s.now().Add(setupLife))
	})
}

// CheckSetup returns ErrLink when the secret of the setup is wrong or used up.
func (s *Service) CheckSetup(ctx context.Context, secret string) error {
	_, err := linkByHash(ctx, s.db.R, hashed(secret), forSetup, s.now())
	return err
}

// SetupInput is what the first setup asks. Deputy and LastResort may be the same
// person; an empty address leaves one out.
type SetupInput struct {
	Firm       firm.Firm
	Lead       Account
	Password   string
	Deputy     Account
	LastResort Account
}

// SetupResult holds the links for those who were invited, by mail address.
type SetupResult struct {
	Lead    Account
	Invites map[string]string
}

// Setup creates the firm, its lead as the first administrator, and the deputy and
// the last resort with an invitation each. The secret works once.
func (s *Service) Setup(ctx context.Context, secret string, in SetupInput) (SetupResult, error) {
	out := SetupResult{Invites: map[string]string{}}
	in.Lead.Role = Administrator
	if err := errors.Join(in.Firm.Check(), in.Lead.Check(), CheckPassword(in.Password, in.Lead)); err != nil {
		return out, err
	}
	hash, err := s.hash.Hash(ctx, in.Password)
	if err != nil {
		return out, err
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if _, err := linkByHash(ctx, tx, hashed(secret), forSetup, s.now()); err != nil {
			return err
		}
		if _, err := s.firms.Get(ctx, tx); !errors.Is(err, firm.ErrNotSetUp) {
			return ErrSetUp
		}
		if out.Lead, err = s.add(ctx, tx, in.Lead); err != nil {
			return err
		}
		if err := setPassword(ctx, tx, out.Lead.ID, hash, s.now()); err != nil {
			return err
		}
		in.Firm.LeadID = string(out.Lead.ID)
		if in.Firm.DeputyID, err = s.standIn(ctx, tx, in.Deputy, out); err != nil {
			return err
		}
		if in.Firm.LastResortID, err = s.standIn(ctx, tx, in.LastResort, out); err != nil {
			return err
		}
		in.Firm.ReportToken, in.Firm.UpdatedAt = firm.NewReportToken(), s.now()
		if err := s.firms.Put(ctx, tx, in.Firm); err != nil {
			return err
		}
		if err := dropLink(ctx, tx, hashed(secret)); err != nil {
			return err
		}
		return s.note(ctx, tx, journal.Actor{Kind: journal.ByAccount, ID: string(out.Lead.ID)}, "firm.set_up", nil)
	})
	return out, err
}

// standIn adds somebody who stands in for the lead, as a manager, unless the
// address is empty or already known here.
func (s *Service) standIn(ctx context.Context, tx bun.Tx, a Account, out SetupResult) (string, error) {
	if strings.TrimSpace(a.Email) == "" {
		return "", nil
	}
	a.Role = Manager
	if err := a.Check(); err != nil {
		return "", err
	}
	if known, err := accountWhere(ctx, tx, "email = ?", a.Email); err == nil {
		return string(known.ID), nil
	}
	a, err := s.add(ctx, tx, a)
	if err != nil {
		return "", err
	}
	secret, hash := token()
	out.Invites[a.Email] = secret
	return string(a.ID), saveLink(ctx, tx, hash, forInvite, a.ID, s.now().Add(inviteLife))
}

func (s *Service) add(ctx context.Context, tx bun.Tx, a Account) (Account, error) {
	if err := a.Check(); err != nil {
		return Account{}, err
	}
	id, err := newID()
	if err != nil {
		return Account{}, err
	}
	a.ID, a.CreatedAt = ID(id), s.now()
	return a, insertAccount(ctx, tx, a)
}

// Invite adds an account and returns the secret of its invitation.
func (s *Service) Invite(ctx context.Context, actor journal.Actor, a Account) (Account, string, error) {
	secret, hash := token()
	err := s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		var err error
		if a, err = s.add(ctx, tx, a); err != nil {
			return err
		}
		if err := saveLink(ctx, tx, hash, forInvite, a.ID, s.now().Add(inviteLife)); err != nil {
			return err
		}
		return s.note(ctx, tx, actor, "account.invited", map[string]string{"account": string(a.ID), "role": string(a.Role)})
	})
	return a, secret, err
}

// NewLink makes a fresh one-time link for somebody who lost his password or his
// invitation. It ends all his sessions.
func (s *Service) NewLink(ctx context.Context, actor journal.Actor, id ID) (string, error) {
	secret, hash := token()
	err := s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if _, err := accountWhere(ctx, tx, "id = ?", id); err != nil {
			return err
		}
		if err := saveLink(ctx, tx, hash, forInvite, id, s.now().Add(inviteLife)); err != nil {
			return err
		}
		if err := endSessions(ctx, tx, id, "", ""); err != nil {
			return err
		}
		return s.note(ctx, tx, actor, "account.link_made", map[string]string{"account": string(id)})
	})
	return secret, err
}

// Invited returns whom an invitation is for, or ErrLink.
func (s *Service) Invited(ctx context.Context, secret string) (Account, error) {
	id, err := linkByHash(ctx, s.db.R, hashed(secret), forInvite, s.now())
	if err != nil {
		return Account{}, err
	}
	return accountWhere(ctx, s.db.R, "id = ?", id)
}

// Accept sets the password of an invitation and uses the link up.
func (s *Service) Accept(ctx context.Context, secret, password string) (Account, error) {
	a, err := s.Invited(ctx, secret)
	if err != nil {
		return Account{}, err
	}
	if err := CheckPassword(password, a); err != nil {
		return Account{}, err
	}
	hash, err := s.hash.Hash(ctx, password)
	if err != nil {
		return Account{}, err
	}
	return a, s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if _, err := linkByHash(ctx, tx, hashed(secret), forInvite, s.now()); err != nil {
			return err
		}
		if err := setPassword(ctx, tx, a.ID, hash, s.now()); err != nil {
			return err
		}
		if err := dropLink(ctx, tx, hashed(secret)); err != nil {
			return err
		}
		return s.note(ctx, tx, journal.Actor{Kind: journal.ByAccount, ID: string(a.ID)}, "account.password_set", nil)
	})
}

// Change is what an administrator may change of an account.
type Change struct {
	Name, Email, Language, SlackUserID string
	Role                               Role
	Disabled                           bool
}

// Update changes an account. The last administrator who can sign in stays one.
func (s *Service) Update(ctx context.Context, actor journal.Actor, id ID, c Change) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		a, err := accountWhere(ctx, tx, "id = ?", id)
		if err != nil {
			return err
		}
		wasAdmin := a.Role == Administrator && !a.IsDisabled()
		a.Name, a.Email, a.Role, a.Language, a.SlackUserID = c.Name, c.Email, c.Role, c.Language, strings.TrimSpace(c.SlackUserID)
		if err := a.Check(); err != nil {
			return err
		}
		switch {
		case c.Disabled && !a.IsDisabled():
			a.DisabledAt = s.now()
		case !c.Disabled:
			a.DisabledAt = time.Time{}
		}
		if wasAdmin && (a.Role != Administrator || a.IsDisabled()) {
			if err := s.keepAdmin(ctx, tx, id); err != nil {
				return err
			}
		}
		if a.IsDisabled() {
			if err := endSessions(ctx, tx, id, "", ""); err != nil {
				return err
			}
		}
		if err := saveAccount(ctx, tx, a); err != nil {
			return err
		}
		return s.note(ctx, tx, actor, "account.changed", map[string]string{"account": string(id), "role": string(a.Role)})
	})
}

func (s *Service) keepAdmin(ctx context.Context, tx bun.Tx, leaving ID) error {
	all, err := listAccounts(ctx, tx)
	if err != nil {
		return err
	}
	for _, a := range all {
		if a.ID != leaving && a.Role == Administrator && !a.IsDisabled() {
			return nil
		}
	}
	return ErrLastAdmin.At("role")
}

func (s *Service) note(ctx context.Context, tx bun.IDB, actor journal.Actor, kind string, facts map[string]string) error {
	return journal.Append(ctx, tx, journal.Entry{Case: journal.Case{Kind: "account"}, Kind: kind, Actor: actor, RecordedAt: s.now(), Facts: facts})
}
