package account

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"clepsydra/internal/database"
)

type accountRow struct {
	bun.BaseModel `bun:"table:accounts,alias:a"`

	ID          string `bun:",pk"`
	Name        string
	Email       string
	Role        string
	Language    string
	SlackUserID string
	DisabledAt  time.Time `bun:",nullzero"`
	CreatedAt   time.Time
}

type credentialRow struct {
	bun.BaseModel `bun:"table:credentials"`

	AccountID string `bun:",pk"`
	Kind      string `bun:",pk"`
	Secret    string
	SetAt     time.Time
}

type sessionRow struct {
	bun.BaseModel `bun:"table:sessions,alias:s"`

	ID        string `bun:",pk"`
	TokenHash string
	AccountID string
	CSRF      string `bun:"csrf"`
	Browser   string
	StartedAt time.Time
	SeenAt    time.Time
	ExpiresAt time.Time
}

type linkRow struct {
	bun.BaseModel `bun:"table:links"`

	TokenHash string `bun:",pk"`
	Purpose   string
	AccountID string
	ExpiresAt time.Time
}

type attemptRow struct {
	bun.BaseModel `bun:"table:attempts"`

	Who          string `bun:",pk"`
	Failures     int
	BlockedUntil time.Time `bun:",nullzero"`
	LastAt       time.Time
}

// byPassword is the kind of credential that a password is.
const byPassword = "password"

func newID() (string, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("account: new id: %w", err)
	}
	return id.String(), nil
}

func insertAccount(ctx context.Context, tx bun.IDB, a Account) error {
	row := rowOf(a)
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	if database.IsUnique(err, "email") {
		return ErrEmailTaken.At("email").Because(err)
	}
	if err != nil {
		return fmt.Errorf("account: insert: %w", err)
	}
	return nil
}

func saveAccount(ctx context.Context, tx bun.IDB, a Account) error {
	row := rowOf(a)
	_, err := tx.NewUpdate().Model(&row).WherePK().Exec(ctx)
	if database.IsUnique(err, "email") {
		return ErrEmailTaken.At("email").Because(err)
	}
	if err != nil {
		return fmt.Errorf("account: save: %w", err)
	}
	return nil
}

func accountWhere(ctx context.Context, db bun.IDB, where string, arg any) (Account, error) {
	var row accountRow
	err := db.NewSelect().Model(&row).Where(where, arg).Scan(ctx)
	if database.IsNoRows(err) {
		return Account{}, ErrNotFound
	}
	if err != nil {
		return Account{}, fmt.Errorf("account: read: %w", err)
	}
	return row.account(), nil
}

func listAccounts(ctx context.Context, db bun.IDB) ([]Account, error) {
	var rows []accountRow
	if err := db.NewSelect().Model(&rows).OrderExpr("a.name, a.id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("account: list: %w", err)
	}
	out := make([]Account, len(rows))
	for k, r := range rows {
		out[k] = r.account()
	}
	return out, nil
}

func setPassword(ctx context.Context, tx bun.IDB, id ID, hash string, now time.Time) error {
	row := credentialRow{AccountID: string(id), Kind: byPassword, Secret: hash, SetAt: now}
	_, err := tx.NewInsert().Model(&row).On("CONFLICT (account_id, kind) DO UPDATE").
		Set("secret = EXCLUDED.secret, set_at = EXCLUDED.set_at").Exec(ctx)
	if err != nil {
		return fmt.Errorf("account: set password: %w", err)
	}
	return nil
}

// passwordOf returns the hash of an account's password; empty when it has none.
func passwordOf(ctx context.Context, db bun.IDB, id ID) (string, error) {
	var row credentialRow
	err := db.NewSelect().Model(&row).Where("account_id = ? AND kind = ?", id, byPassword).Scan(ctx)
	if database.IsNoRows(err) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("account: password: %w", err)
	}
	return row.Secret, nil
}

func insertSession(ctx context.Context, tx bun.IDB, s Session, tokenHash string) error {
	row := sessionRow{ID: s.ID, TokenHash: tokenHash, AccountID: string(s.AccountID), CSRF: s.CSRF, Browser: s.Browser, StartedAt: s.StartedAt, SeenAt: s.SeenAt, ExpiresAt: s.ExpiresAt}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return fmt.Errorf("account: insert session: %w", err)
	}
	return nil
}

func sessionByHash(ctx context.Context, db bun.IDB, tokenHash string) (Session, error) {
	var row sessionRow
	err := db.NewSelect().Model(&row).Where("token_hash = ?", tokenHash).Scan(ctx)
	if database.IsNoRows(err) {
		return Session{}, ErrNotSignedIn
	}
	if err != nil {
		return Session{}, fmt.Errorf("account: session: %w", err)
	}
	return row.session(), nil
}

func touchSession(ctx context.Context, db bun.IDB, id string, now time.Time) error {
	_, err := db.NewUpdate().Model((*sessionRow)(nil)).Set("seen_at = ?", now).Where("id = ?", id).Exec(ctx)
	if err != nil {
		return fmt.Errorf("account: touch session: %w", err)
	}
	return nil
}

func sessionsOf(ctx context.Context, db bun.IDB, id ID) ([]Session, error) {
	var rows []sessionRow
	if err := db.NewSelect().Model(&rows).Where("account_id = ?", id).OrderExpr("s.seen_at DESC").Scan(ctx); err != nil {
		return nil, fmt.Errorf("account: sessions: %w", err)
	}
	out := make([]Session, len(rows))
	for k, r := range rows {
		out[k] = r.session()
	}
	return out, nil
}

// endSessions ends the sessions of an account: the one named, or all but the one
// kept when none is named.
func endSessions(ctx context.Context, tx bun.IDB, id ID, one, keep string) error {
	q := tx.NewDelete().Model((*sessionRow)(nil)).Where("account_id = ?", id)
	if one != "" {
		q = q.Where("id = ?", one)
	}
	if _, err := q.Where("id <> ?", keep).Exec(ctx); err != nil {
		return fmt.Errorf("account: end sessions: %w", err)
	}
	return nil
}

func dropSessionsBefore(ctx context.Context, tx bun.IDB, now time.Time) error {
	_, err := tx.NewDelete().Model((*sessionRow)(nil)).Where("expires_at < ? OR seen_at < ?", now, now.Add(-sessionIdle)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("account: drop sessions: %w", err)
	}
	return nil
}

func saveLink(ctx context.Context, tx bun.IDB, hash, purpose string, id ID, expires time.Time) error {
	// A new link replaces earlier ones of the same purpose and person.
	_, err := tx.NewDelete().Model((*linkRow)(nil)).Where("purpose = ? AND account_id = ?", purpose, id).Exec(ctx)
	if err != nil {
		return fmt.Errorf("account: replace link: %w", err)
	}
	row := linkRow{TokenHash: hash, Purpose: purpose, AccountID: string(id), ExpiresAt: expires}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return fmt.Errorf("account: save link: %w", err)
	}
	return nil
}

func linkByHash(ctx context.Context, db bun.IDB, hash, purpose string, now time.Time) (ID, error) {
	var row linkRow
	err := db.NewSelect().Model(&row).Where("token_hash = ? AND purpose = ?", hash, purpose).Scan(ctx)
	if database.IsNoRows(err) || err == nil && !now.Before(row.ExpiresAt) {
		return "", ErrLink
	}
	if err != nil {
		return "", fmt.Errorf("account: link: %w", err)
	}
	return ID(row.AccountID), nil
}

func dropLink(ctx context.Context, tx bun.IDB, hash string) error {
	if _, err := tx.NewDelete().Model((*linkRow)(nil)).Where("token_hash = ?", hash).Exec(ctx); err != nil {
		return fmt.Errorf("account: drop link: %w", err)
	}
	return nil
}

func attemptOf(ctx context.Context, db bun.IDB, who string) (attempt, error) {
	var row attemptRow
	err := db.NewSelect().Model(&row).Where("who = ?", who).Scan(ctx)
	if database.IsNoRows(err) {
		return attempt{}, nil
	}
	if err != nil {
		return attempt{}, fmt.Errorf("account: attempts: %w", err)
	}
	return attempt{row.Failures, row.BlockedUntil, row.LastAt}, nil
}

func saveAttempt(ctx context.Context, tx bun.IDB, who string, a attempt) error {
	row := attemptRow{Who: who, Failures: a.failures, BlockedUntil: a.blockedUntil, LastAt: a.lastAt}
	_, err := tx.NewInsert().Model(&row).On("CONFLICT (who) DO UPDATE").
		Set("failures = EXCLUDED.failures, blocked_until = EXCLUDED.blocked_until, last_at = EXCLUDED.last_at").Exec(ctx)
	if err != nil {
		return fmt.Errorf("account: save attempt: %w", err)
	}
	return nil
}

func rowOf(a Account) accountRow {
	return accountRow{ID: string(a.ID), Name: a.Name, Email: a.Email, Role: string(a.Role), Language: a.Language, SlackUserID: a.SlackUserID, DisabledAt: a.DisabledAt, CreatedAt: a.CreatedAt}
}

func (r accountRow) account() Account {
	a := Account{ID: ID(r.ID), Name: r.Name, Email: r.Email, Role: Role(r.Role), Language: r.Language, SlackUserID: r.SlackUserID, CreatedAt: r.CreatedAt.UTC()}
	if !r.DisabledAt.IsZero() {
		a.DisabledAt = r.DisabledAt.UTC()
	}
	return a
}

func (r sessionRow) session() Session {
	return Session{r.ID, ID(r.AccountID), r.CSRF, r.Browser, r.StartedAt.UTC(), r.SeenAt.UTC(), r.ExpiresAt.UTC()}
}
