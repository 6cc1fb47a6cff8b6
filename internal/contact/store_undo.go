package contact

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/database"
)

// Undo takes an import back in the caller's transaction: the people it created
// are removed, and the fields it filled in for others are emptied again, and what a
// leading source replaced is put back. It
// refuses with ErrImportInUse while anything else refers to one of its people: a
// later import that found them, or a row of another table. It returns how many
// people were removed.
func Undo(ctx context.Context, tx bun.IDB, id ImportID, now time.Time) (removed int, err error) {
	in, err := ImportByID(ctx, tx, id)
	if err != nil {
		return 0, err
	}
	if !in.UndoneAt.IsZero() {
		return 0, ErrImportUndone
	}
	if err := refuseShared(ctx, tx, id); err != nil {
		return 0, err
	}
	if err := emptyFilled(ctx, tx, in, now); err != nil {
		return 0, err
	}
	if _, err := tx.NewDelete().Model((*matchRow)(nil)).Where("import_id = ?", string(id)).Exec(ctx); err != nil {
		return 0, fmt.Errorf("contact: undo matches: %w", err)
	}
	// A merge that was taken back says nothing about its people any more.
	_, err = tx.NewDelete().Model((*mergeRow)(nil)).Where("undone_at IS NOT NULL").
		Where("kept_id IN (SELECT id FROM contacts WHERE import_id = ?) OR double_id IN (SELECT id FROM contacts WHERE import_id = ?)", string(id), string(id)).Exec(ctx)
	if err != nil {
		return 0, fmt.Errorf("contact: undo merges: %w", err)
	}
	res, err := tx.NewDelete().Model((*contactRow)(nil)).Where("import_id = ?", string(id)).Exec(ctx)
	if database.IsForeignKey(err) {
		return 0, ErrImportInUse.Because(err)
	}
	if err != nil {
		return 0, fmt.Errorf("contact: undo contacts: %w", err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		return 0, fmt.Errorf("contact: undo contacts: %w", err)
	}
	_, err = tx.NewUpdate().Model((*importRow)(nil)).Set("undone_at = ?", now).Where("id = ?", string(id)).Exec(ctx)
	if err != nil {
		return 0, fmt.Errorf("contact: mark import undone: %w", err)
	}
	return int(n), nil
}

// refuseShared refuses when another import found people of this one.
func refuseShared(ctx context.Context, tx bun.IDB, id ImportID) error {
	n, err := tx.NewSelect().Model((*matchRow)(nil)).
		Join("JOIN contacts AS c ON c.id = m.contact_id").
		Where("c.import_id = ? AND m.import_id <> ?", string(id), string(id)).Count(ctx)
	if err != nil {
		return fmt.Errorf("contact: look for later imports: %w", err)
	}
	if n > 0 {
		return ErrImportInUse
	}
	return nil
}

// emptyFilled gives people who were there before their empty fields back. What
// somebody corrected since is theirs and stays.
func emptyFilled(ctx context.Context, tx bun.IDB, in Import, now time.Time) error {
	var rows []matchRow
	err := tx.NewSelect().Model(&rows).Join("JOIN contacts AS c ON c.id = m.contact_id").
		Where("m.import_id = ? AND (m.filled <> '' OR m.previous <> '') AND (c.import_id IS NULL OR c.import_id <> ?)", string(in.ID), string(in.ID)).
		OrderExpr("m.line DESC").Scan(ctx)
	if err != nil {
		return fmt.Errorf("contact: read filled fields: %w", err)
	}
	for _, r := range rows {
		c, err := ByID(ctx, tx, ID(r.ContactID))
		if err != nil {
			return err
		}
		own, err := ownSources(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		previous := unpackPrevious(r.Previous)
		maps.DeleteFunc(previous, func(f Field, _ string) bool { return isLater(own, f, in.ImportedAt) })
		c.Restore(previous)
		for name := range strings.SplitSeq(r.Filled, ",") {
			if !isLater(own, Field(name), in.ImportedAt) {
				c.Clear(Field(name))
			}
		}
		c.UpdatedAt = now
		if err := update(ctx, tx, c); err != nil {
			return err
		}
	}
	return nil
}

// isLater reports whether a value, or a part of it, came from elsewhere since.
func isLater(own map[Field]Provenance, f Field, at time.Time) bool {
	for g, p := range own {
		// Whoever corrects has seen what the import brought, even in the same moment.
		if partOf(f, g) && (p.At.After(at) || p.At.Equal(at) && p.How != HowImported) {
			return true
		}
	}
	return false
}
