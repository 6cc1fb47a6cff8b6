package contact

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
)

// SetMarketing writes what is known about marketing mail, in the caller's transaction:
// the index of what the person said. at is since when he is unsubscribed; zero
// otherwise. It is no change of the person's data: UpdatedAt stays.
func SetMarketing(ctx context.Context, tx bun.IDB, id ID, m Marketing, at time.Time) error {
	row := contactRow{ID: string(id), Marketing: string(m), UnsubscribedAt: at}
	_, err := tx.NewUpdate().Model(&row).Column("marketing", "unsubscribed_at").WherePK().Exec(ctx)
	if err != nil {
		return fmt.Errorf("contact: set marketing: %w", err)
	}
	return nil
}

// UnsubscribedOf returns the people an import created who do not want marketing mail.
func UnsubscribedOf(ctx context.Context, db bun.IDB, id ImportID) ([]Contact, error) {
	var rows []contactRow
	err := db.NewSelect().Model(&rows).Where("c.import_id = ? AND c.marketing = ? AND c.erased_at IS NULL", string(id), string(MarketingUnsubscribed)).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("contact: unsubscribed of import: %w", err)
	}
	return contacts(rows), nil
}

// SameAddress returns the people who may have the mail address, the number or the name
// and address of c; the caller compares. Erased people are not among them.
func SameAddress(ctx context.Context, db bun.IDB, c Contact) ([]Contact, error) {
	sel := db.NewSelect().Model((*contactRow)(nil)).Where("c.erased_at IS NULL")
	switch id := IdentityOf(c); {
	case id.mail != 0:
		sel = sel.Where("c.match_mail = ?", int64(id.mail))
	case id.postal() != 0:
		sel = sel.Where("c.match_postal = ?", int64(id.postal()))
	case PhoneKey(c.Phone, c.Country) != "":
		sel = sel.Where("c.phone = ?", PhoneKey(c.Phone, c.Country))
	default:
		return nil, nil
	}
	var rows []contactRow
	if err := sel.Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("contact: same address: %w", err)
	}
	return contacts(rows), nil
}
