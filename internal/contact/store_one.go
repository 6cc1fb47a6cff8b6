package contact

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
)

// Enrol writes one new person in the caller's transaction, such as one who signed up
// himself, and returns him with his identifier.
func Enrol(ctx context.Context, tx bun.IDB, c Contact, now time.Time) (Contact, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return Contact{}, fmt.Errorf("contact: enrol: %w", err)
	}
	c.ID, c.CreatedAt, c.UpdatedAt, c.ActiveAt = ID(id.String()), now, now, now
	return c, Add(ctx, tx, c)
}

// Add writes one new person, who has an identifier, in the caller's transaction.
func Add(ctx context.Context, tx bun.IDB, c Contact) error {
	row := rowOf(c, IdentityOf(c), c.searchText())
	if _, err := tx.NewInsert().Model(&row).Returning("NULL").Exec(ctx); err != nil {
		return fmt.Errorf("contact: add: %w", err)
	}
	return nil
}

// Rewrite writes one person as he is now in the caller's transaction.
func Rewrite(ctx context.Context, tx bun.IDB, c Contact) error { return update(ctx, tx, c) }

// ByMail returns everybody with that mail address who is not erased, the first who
// came first. Couples share mailboxes: it may be several.
func ByMail(ctx context.Context, db bun.IDB, address string) ([]Contact, error) {
	want := IdentityOf(Contact{Email: address})
	if want.mail == 0 {
		return nil, nil
	}
	found, err := Candidates(ctx, db, []Identity{want})
	if err != nil {
		return nil, err
	}
	var out []Contact
	for _, c := range found {
		if !c.IsErased() && IdentityOf(c).mail == want.mail {
			out = append(out, c)
		}
	}
	return out, nil
}

// Same picks the one of people who is the same person as c by the rules of an import;
// false when none is.
func Same(people []Contact, c Contact) (Contact, bool) {
	want := IdentityOf(c)
	for _, p := range people {
		if IdentityOf(p).sameMail(want) && !differ(IdentityOf(p).called(), want.called()) {
			return p, true
		}
	}
	for _, p := range people {
		if want.called() == 0 && IdentityOf(p).sameMail(want) {
			return p, true
		}
	}
	return Contact{}, false
}
