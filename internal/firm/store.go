package firm

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/uptrace/bun"

	"clepsydra/internal/database"
)

type firmRow struct {
	bun.BaseModel `bun:"table:firm"`

	One       int `bun:",pk"`
	Content   string
	Logo      []byte
	UpdatedAt time.Time
}

// Store reads and writes the firm. Its secrets are sealed with a key of their own,
// so that a stolen dump of the database opens none of them.
type Store struct{ seal *subtle.XChaCha20Poly1305 }

// NewStore makes a store whose secrets are sealed with a key of 32 bytes.
func NewStore(key []byte) (*Store, error) {
	seal, err := subtle.NewXChaCha20Poly1305(key)
	if err != nil {
		return nil, fmt.Errorf("firm: key: %w", err)
	}
	return &Store{seal}, nil
}

// Get returns the firm, or ErrNotSetUp before the first setup.
func (s *Store) Get(ctx context.Context, db bun.IDB) (Firm, error) {
	var row firmRow
	err := db.NewSelect().Model(&row).Where("one = 1").Scan(ctx)
	if database.IsNoRows(err) {
		return Firm{}, ErrNotSetUp
	}
	if err != nil {
		return Firm{}, fmt.Errorf("firm: read: %w", err)
	}
	var f Firm
	if err := json.Unmarshal([]byte(row.Content), &f); err != nil {
		return Firm{}, fmt.Errorf("firm: decode: %w", err)
	}
	f.Logo, f.UpdatedAt = row.Logo, row.UpdatedAt.UTC()
	for name, secret := range f.secrets() {
		if err := s.open(name, secret); err != nil {
			return Firm{}, err
		}
	}
	return f, nil
}

// ChangedAt returns when the firm was last written, or ErrNotSetUp. It is cheap,
// for those who keep a copy.
func (s *Store) ChangedAt(ctx context.Context, db bun.IDB) (time.Time, error) {
	var at time.Time
	err := db.NewSelect().Model((*firmRow)(nil)).Column("updated_at").Where("one = 1").Scan(ctx, &at)
	if database.IsNoRows(err) {
		return time.Time{}, ErrNotSetUp
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("firm: read: %w", err)
	}
	return at.UTC(), nil
}

// Put writes the firm.
func (s *Store) Put(ctx context.Context, tx bun.IDB, f Firm) error {
	row := firmRow{One: 1, Logo: f.Logo, UpdatedAt: f.UpdatedAt}
	if row.Logo == nil {
		row.Logo = []byte{}
	}
	f.Logo = nil
	for name, secret := range f.secrets() {
		if err := s.close(name, secret); err != nil {
			return err
		}
	}
	b, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("firm: encode: %w", err)
	}
	row.Content = string(b)
	_, err = tx.NewInsert().Model(&row).On("CONFLICT (one) DO UPDATE").
		Set("content = EXCLUDED.content, logo = EXCLUDED.logo, updated_at = EXCLUDED.updated_at").Exec(ctx)
	if err != nil {
		return fmt.Errorf("firm: write: %w", err)
	}
	return nil
}

// secrets are the fields that are sealed, by the name that is bound into the seal:
// one secret cannot be put in the place of another.
func (f *Firm) secrets() map[string]*Secret {
	return map[string]*Secret{
		"slack.bot_token": &f.Slack.BotToken, "slack.signing_secret": &f.Slack.SigningSecret, "smtp.password": &f.SMTP.Password,
	}
}

// Seal closes a secret that is kept elsewhere, such as the password of a source.
// name is bound into the seal. An empty secret stays empty.
func (s *Store) Seal(name string, secret Secret) (string, error) {
	err := s.close(name, &secret)
	return string(secret), err
}

// Unseal opens what Seal closed under the same name.
func (s *Store) Unseal(name, sealed string) (Secret, error) {
	secret := Secret(sealed)
	if err := s.open(name, &secret); err != nil {
		return "", err
	}
	return secret, nil
}

func (s *Store) close(name string, secret *Secret) error {
	if *secret == "" {
		return nil
	}
	sealed, err := s.seal.Encrypt([]byte(*secret), []byte("firm "+name))
	if err != nil {
		return fmt.Errorf("firm: seal %s: %w", name, err)
	}
	*secret = Secret(base64.StdEncoding.EncodeToString(sealed))
	return nil
}

func (s *Store) open(name string, secret *Secret) error {
	if *secret == "" {
		return nil
	}
	sealed, err := base64.StdEncoding.DecodeString(string(*secret))
	if err != nil {
		return fmt.Errorf("firm: open %s: %w", name, err)
	}
	plain, err := s.seal.Decrypt(sealed, []byte("firm "+name))
	if err != nil {
		return fmt.Errorf("firm: open %s: %w", name, err)
	}
	*secret = Secret(plain)
	return nil
}
