package source

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"clepsydra/internal/database"
	"clepsydra/internal/firm"
)

type sourceRow struct {
	bun.BaseModel `bun:"table:contact_sources,alias:s"`

	ID        string `bun:",pk"`
	Name      string
	NameKey   string
	Content   string
	Secret    string
	State     string
	CreatedAt time.Time
	ChangedAt time.Time
}

// Store reads and writes sources. Secrets are sealed with the key of the firm's own,
// each bound to its source: none can be put in the place of another.
type Store struct{ seal *firm.Store }

// NewStore makes a store that seals as the firm's does.
func NewStore(seal *firm.Store) *Store { return &Store{seal} }

func sealName(id ID) string { return "source " + string(id) }

// Put writes a source with its secret; a new one gets its identifier. State is only
// written for a new one: PutState changes it. It fails with ErrNameTaken.
func (s *Store) Put(ctx context.Context, tx bun.IDB, src *Source) error {
	isNew := src.ID == ""
	if isNew {
		id, err := uuid.NewV7()
		if err != nil {
			return fmt.Errorf("source: new: %w", err)
		}
		src.ID = ID(id.String())
	}
	row, err := s.row(*src)
	if err != nil {
		return err
	}
	if isNew {
		_, err = tx.NewInsert().Model(&row).Exec(ctx)
	} else {
		_, err = tx.NewUpdate().Model(&row).ExcludeColumn("state", "created_at").WherePK().Exec(ctx)
	}
	if database.IsUnique(err, "name_key") {
		return ErrNameTaken.Because(err)
	}
	if err != nil {
		return fmt.Errorf("source: write: %w", err)
	}
	return nil
}

func (s *Store) row(src Source) (sourceRow, error) {
	row := sourceRow{ID: string(src.ID), Name: src.Name, NameKey: strings.ToLower(src.Name), CreatedAt: src.CreatedAt, ChangedAt: src.ChangedAt}
	sealed, err := s.seal.Seal(sealName(src.ID), src.Secret)
	if err != nil {
		return row, err
	}
	row.Secret = sealed
	state, err := json.Marshal(src.State)
	if err != nil {
		return row, fmt.Errorf("source: encode: %w", err)
	}
	src.Secret, src.State = "", State{}
	content, err := json.Marshal(src)
	if err != nil {
		return row, fmt.Errorf("source: encode: %w", err)
	}
	row.State, row.Content = string(state), string(content)
	return row, nil
}

func (s *Store) source(row sourceRow) (Source, error) {
	var src Source
	if err := json.Unmarshal([]byte(row.Content), &src); err != nil {
		return src, fmt.Errorf("source: decode: %w", err)
	}
	if err := json.Unmarshal([]byte(row.State), &src.State); err != nil {
		return src, fmt.Errorf("source: decode: %w", err)
	}
	src.ID, src.Name, src.CreatedAt, src.ChangedAt = ID(row.ID), row.Name, row.CreatedAt.UTC(), row.ChangedAt.UTC()
	var err error
	src.Secret, err = s.seal.Unseal(sealName(src.ID), row.Secret)
	return src, err
}

// PutState writes how a source stands. One that was removed meanwhile is no error.
func (s *Store) PutState(ctx context.Context, tx bun.IDB, id ID, st State) error {
	text, err := json.Marshal(st)
	if err != nil {
		return fmt.Errorf("source: encode: %w", err)
	}
	if _, err := tx.NewUpdate().Model((*sourceRow)(nil)).Set("state = ?", string(text)).Where("id = ?", string(id)).Exec(ctx); err != nil {
		return fmt.Errorf("source: write state: %w", err)
	}
	return nil
}

// ByID returns one source with its secret, or ErrNotFound.
func (s *Store) ByID(ctx context.Context, db bun.IDB, id ID) (Source, error) {
	return s.one(ctx, db, "s.id = ?", string(id))
}

// Lock is ByID for a change in the caller's transaction: until that ends nobody else
// changes the source.
func (s *Store) Lock(ctx context.Context, tx bun.IDB, id ID) (Source, error) {
	if _, err := tx.NewUpdate().Model((*sourceRow)(nil)).Set("name = name").Where("id = ?", string(id)).Exec(ctx); err != nil {
		return Source{}, fmt.Errorf("source: lock: %w", err)
	}
	return s.ByID(ctx, tx, id)
}

// ByName returns one source with its secret, or ErrNotFound. Case does not matter.
func (s *Store) ByName(ctx context.Context, db bun.IDB, name string) (Source, error) {
	return s.one(ctx, db, "s.name_key = ?", strings.ToLower(strings.TrimSpace(name)))
}

func (s *Store) one(ctx context.Context, db bun.IDB, where, value string) (Source, error) {
	var row sourceRow
	err := db.NewSelect().Model(&row).Where(where, value).Scan(ctx)
	if database.IsNoRows(err) {
		return Source{}, ErrNotFound
	}
	if err != nil {
		return Source{}, fmt.Errorf("source: read: %w", err)
	}
	return s.source(row)
}

// List lists the sources by name, with their secrets.
func (s *Store) List(ctx context.Context, db bun.IDB) ([]Source, error) {
	var rows []sourceRow
	if err := db.NewSelect().Model(&rows).OrderExpr("s.name_key").Scan(ctx); err != nil {
		return nil, fmt.Errorf("source: list: %w", err)
	}
	out := make([]Source, len(rows))
	for i, r := range rows {
		var err error
		if out[i], err = s.source(r); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Remove removes a source. What was pulled from it stays. It fails with ErrNotFound.
func (s *Store) Remove(ctx context.Context, tx bun.IDB, id ID) error {
	res, err := tx.NewDelete().Model((*sourceRow)(nil)).Where("id = ?", string(id)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("source: remove: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return ErrNotFound.Because(err)
	}
	return nil
}
