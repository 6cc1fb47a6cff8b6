package stewardship

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"clepsydra/internal/contact"
	"clepsydra/internal/database"
	"clepsydra/internal/fault"
	"clepsydra/internal/journal"
)

// ErrNoReceipt says that there is no receipt with this number.
var ErrNoReceipt = fault.New(fault.NotFound, "retention.no_receipt")

type erasureRow struct {
	bun.BaseModel `bun:"table:erasures,alias:e"`

	ID        string `bun:",pk"`
	ContactID string
	Ground    string
	Counts    string
	EntryHash string
	ErasedAt  time.Time
}

func newReceiptID() (string, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("stewardship: new receipt: %w", err)
	}
	return id.String(), nil
}

func saveReceipt(ctx context.Context, tx bun.IDB, r Receipt) error {
	counts, err := json.Marshal(r.Counts)
	if err != nil {
		return fmt.Errorf("stewardship: receipt: %w", err)
	}
	row := erasureRow{ID: r.ID, ContactID: string(r.ContactID), Ground: string(r.Ground), Counts: string(counts), EntryHash: r.EntryHash, ErasedAt: r.At}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return fmt.Errorf("stewardship: receipt: %w", err)
	}
	return nil
}

func (r erasureRow) receipt() (Receipt, error) {
	out := Receipt{ID: r.ID, ContactID: contact.ID(r.ContactID), Ground: Ground(r.Ground), At: r.ErasedAt.UTC(), EntryHash: r.EntryHash}
	if err := json.Unmarshal([]byte(r.Counts), &out.Counts); err != nil {
		return Receipt{}, fmt.Errorf("stewardship: receipt %s: %w", r.ID, err)
	}
	return out, nil
}

// Receipt returns the receipt with a number, or ErrNoReceipt.
func (s *Service) Receipt(ctx context.Context, id string) (Receipt, error) {
	var row erasureRow
	err := s.db.R.NewSelect().Model(&row).Where("id = ?", id).Scan(ctx)
	if database.IsNoRows(err) {
		return Receipt{}, ErrNoReceipt
	}
	if err != nil {
		return Receipt{}, fmt.Errorf("stewardship: receipt: %w", err)
	}
	return row.receipt()
}

// Receipts returns the latest receipts, at most limit.
func (s *Service) Receipts(ctx context.Context, limit int) ([]Receipt, error) {
	var rows []erasureRow
	if err := s.db.R.NewSelect().Model(&rows).OrderExpr("id DESC").Limit(int64(limit)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("stewardship: receipts: %w", err)
	}
	out := make([]Receipt, len(rows))
	for i, r := range rows {
		var err error
		if out[i], err = r.receipt(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Erasure is somebody erased, without anything about him. It is kept with the
// backups, outside the database.
type Erasure struct {
	ContactID contact.ID `json:"contact"`
	At        time.Time  `json:"erased_at"`
	Ground    Ground     `json:"ground"`
}

// Erasures calls fn for everybody who was erased, the oldest first.
func (s *Service) Erasures(ctx context.Context, fn func(Erasure) error) error {
	for after := ""; ; {
		var rows []erasureRow
		if err := s.db.R.NewSelect().Model(&rows).Where("id > ?", after).OrderExpr("id").Limit(1000).Scan(ctx); err != nil {
			return fmt.Errorf("stewardship: erasures: %w", err)
		}
		for _, r := range rows {
			after = r.ID
			if err := fn(Erasure{contact.ID(r.ContactID), r.ErasedAt.UTC(), Ground(r.Ground)}); err != nil {
				return err
			}
		}
		if len(rows) < 1000 {
			return nil
		}
	}
}

// Replay erases again whoever was erased after the backup was made that is in use
// now. Who is not there, or erased already, is passed over. It returns how many it
// erased.
func (s *Service) Replay(ctx context.Context, actor journal.Actor, all []Erasure) (n int, err error) {
	for _, e := range all {
		_, err := s.Erase(ctx, actor, e.ContactID, OnReplay)
		if errors.Is(err, contact.ErrNotFound) {
			continue
		}
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
