package signup

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/contact"
	"clepsydra/internal/database"
)

type pendingRow struct {
	bun.BaseModel `bun:"table:signup_pending,alias:p"`

	ID          string `bun:",pk"`
	FormID      string
	Version     int
	AddressKey  string
	OnceKey     string
	Document    string
	ContactID   string
	CreatedAt   time.Time
	ExpiresAt   time.Time
	ConfirmedAt time.Time `bun:",nullzero"`
}

func pendingRowOf(p Pending) (pendingRow, error) {
	text, err := json.Marshal(p.Submission)
	if err != nil {
		return pendingRow{}, fmt.Errorf("signup: pending: %w", err)
	}
	return pendingRow{
		ID: string(p.ID), FormID: string(p.FormID), Version: p.Version, AddressKey: p.AddressKey, OnceKey: p.Once,
		Document: string(text), ContactID: string(p.ContactID), CreatedAt: p.CreatedAt, ExpiresAt: p.ExpiresAt, ConfirmedAt: p.ConfirmedAt,
	}, nil
}

// AddPending keeps a sign-up until its click. added is false when the same form was
// sent before: one sign-up, one mail.
func AddPending(ctx context.Context, tx bun.IDB, p Pending) (added bool, err error) {
	row, err := pendingRowOf(p)
	if err != nil {
		return false, err
	}
	res, err := tx.NewInsert().Model(&row).On("CONFLICT (once_key) DO NOTHING").Returning("NULL").Exec(ctx)
	if err != nil {
		return false, fmt.Errorf("signup: add pending: %w", err)
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

// SavePending writes the click.
func SavePending(ctx context.Context, tx bun.IDB, p Pending) error {
	row, err := pendingRowOf(p)
	if err != nil {
		return err
	}
	if _, err := tx.NewUpdate().Model(&row).WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("signup: save pending: %w", err)
	}
	return nil
}

// PendingByID returns one, or ErrLinkUnknown: what is gone has expired or was erased.
func PendingByID(ctx context.Context, db bun.IDB, id PendingID) (Pending, error) {
	var r pendingRow
	err := db.NewSelect().Model(&r).Where("p.id = ?", string(id)).Scan(ctx)
	if database.IsNoRows(err) {
		return Pending{}, ErrLinkUnknown
	}
	if err != nil {
		return Pending{}, fmt.Errorf("signup: pending: %w", err)
	}
	p := Pending{
		ID: PendingID(r.ID), FormID: FormID(r.FormID), Version: r.Version, AddressKey: r.AddressKey, Once: r.OnceKey,
		ContactID: contact.ID(r.ContactID), CreatedAt: utc(r.CreatedAt), ExpiresAt: utc(r.ExpiresAt), ConfirmedAt: utc(r.ConfirmedAt),
	}
	if err := json.Unmarshal([]byte(r.Document), &p.Submission); err != nil {
		return Pending{}, fmt.Errorf("signup: pending %s: %w", r.ID, err)
	}
	return p, nil
}

// RecentTo counts what was sent to an address since then and not confirmed, sign-ups
// and requests for the preferences apart.
func RecentTo(ctx context.Context, db bun.IDB, p Pending, since time.Time) (int, error) {
	q := db.NewSelect().Model((*pendingRow)(nil)).
		Where("p.address_key = ? AND p.created_at > ? AND p.confirmed_at IS NULL", p.AddressKey, since)
	if p.FormID == "" {
		q = q.Where("p.form_id = ''")
	} else {
		q = q.Where("p.form_id <> ''")
	}
	n, err := q.Count(ctx)
	if err != nil {
		return 0, fmt.Errorf("signup: count pending: %w", err)
	}
	return int(n), nil
}

// DropPending erases what was not confirmed in time and returns how much it was.
func DropPending(ctx context.Context, tx bun.IDB, now time.Time) (int, error) {
	return dropped(tx.NewDelete().Model((*pendingRow)(nil)).Where("expires_at <= ?", now).Exec(ctx))
}

// ForgetPending erases one, such as a request that was answered.
func ForgetPending(ctx context.Context, tx bun.IDB, id PendingID) error {
	_, err := dropped(tx.NewDelete().Model((*pendingRow)(nil)).Where("id = ?", string(id)).Exec(ctx))
	return err
}

// ErasePending erases what waits of a person, by himself or by his address.
func ErasePending(ctx context.Context, tx bun.IDB, id contact.ID, addressKey string) (int, error) {
	return dropped(tx.NewDelete().Model((*pendingRow)(nil)).Where("contact_id = ? OR address_key = ?", string(id), addressKey).Exec(ctx))
}

func dropped(res interface{ RowsAffected() (int64, error) }, err error) (int, error) {
	if err != nil {
		return 0, fmt.Errorf("signup: erase: %w", err)
	}
	n, err := res.RowsAffected()
	return int(n), err
}

// CountPending counts the sign-ups of a form that wait for their click.
func CountPending(ctx context.Context, db bun.IDB, id FormID, now time.Time) (int, error) {
	n, err := db.NewSelect().Model((*pendingRow)(nil)).
		Where("p.form_id = ? AND p.confirmed_at IS NULL AND p.expires_at > ?", string(id), now).Count(ctx)
	if err != nil {
		return 0, fmt.Errorf("signup: count pending: %w", err)
	}
	return int(n), nil
}
