package contact

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"
)

// Restrict says from when the data of a person may only be kept (Art. 18); a zero since
// ends it. It fails with ErrNotFound.
func Restrict(ctx context.Context, tx bun.IDB, id ID, since, now time.Time) error {
	c, err := ByID(ctx, tx, id)
	if err != nil {
		return err
	}
	if c.IsErased() {
		return ErrNotFound
	}
	c.RestrictedAt, c.UpdatedAt = since, now
	return update(ctx, tx, c)
}

// AllRestricted returns who of the whole customer file is restricted: a few at most.
func AllRestricted(ctx context.Context, db bun.IDB) (map[ID]bool, error) {
	var ids []string
	if err := db.NewRaw("SELECT id FROM contacts WHERE restricted_at IS NOT NULL AND erased_at IS NULL").Scan(ctx, &ids); err != nil {
		return nil, fmt.Errorf("contact: restricted: %w", err)
	}
	out := make(map[ID]bool, len(ids))
	for _, id := range ids {
		out[ID(id)] = true
	}
	return out, nil
}

// Origin is one import that brought or completed a person. Filled are the fields it
// filled in; none when it brought him, or taught nothing new.
type Origin struct {
	Import Import
	Line   int
	Filled []Field
}

// OriginsOf returns the imports that a person came with or was met in, oldest first.
func OriginsOf(ctx context.Context, db bun.IDB, c Contact) ([]Origin, error) {
	var rows []matchRow
	if err := db.NewSelect().Model(&rows).Where("m.contact_id = ?", string(c.ID)).OrderExpr("m.import_id, m.line").Scan(ctx); err != nil {
		return nil, fmt.Errorf("contact: origins: %w", err)
	}
	var out []Origin
	add := func(id ImportID, line int, filled []Field) error {
		in, err := ImportByID(ctx, db, id)
		if err != nil {
			return err
		}
		out = append(out, Origin{Import: in, Line: line, Filled: filled})
		return nil
	}
	if c.Source.ImportID != "" {
		if err := add(c.Source.ImportID, c.Source.Line, nil); err != nil {
			return nil, err
		}
	}
	for _, r := range rows {
		var filled []Field
		for _, f := range strings.FieldsFunc(r.Filled, func(r rune) bool { return r == ',' }) {
			filled = append(filled, Field(f))
		}
		if err := add(ImportID(r.ImportID), r.Line, filled); err != nil {
			return nil, err
		}
	}
	return out, nil
}
