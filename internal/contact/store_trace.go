package contact

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/uptrace/bun"
)

// EraseMatches forgets which imports met a person and what they filled in.
func EraseMatches(ctx context.Context, tx bun.IDB, id ID) (int, error) {
	res, err := tx.NewDelete().Model((*matchRow)(nil)).Where("contact_id = ?", string(id)).Exec(ctx)
	if err != nil {
		return 0, fmt.Errorf("contact: erase matches: %w", err)
	}
	n, err := res.RowsAffected()
	return int(n), err
}

// IsAbout reports whether a file that waits to be imported has a row about the person:
// one that the import would take for him, or one that mentions him. A file that cannot be read to its end may be about anybody.
func IsAbout(ctx context.Context, f *File, c Contact) bool {
	m, said := newMatcher(), MentionOf(c)
	m.add(person{identity: IdentityOf(c), stored: true})
	for ctx.Err() == nil {
		rec, err := f.nextRecord()
		if errors.Is(err, io.EOF) {
			return false
		}
		if err != nil {
			return true
		}
		if said.IsIn(strings.Join(rec.fields, " ")) {
			return true
		}
		if r := f.parser.parse(rec); r.Rejected == nil && m.find(IdentityOf(r.Contact)) >= 0 {
			return true
		}
	}
	return true
}

// EraseSegmentNames takes a person out of the names of saved filters. The order of a
// renamed one in the list is that of its identifier, since two may now be called alike.
func EraseSegmentNames(ctx context.Context, tx bun.IDB, c Contact) (int, error) {
	var rows []segmentRow
	if err := tx.NewSelect().Model(&rows).Scan(ctx); err != nil {
		return 0, fmt.Errorf("contact: segments: %w", err)
	}
	m, n := MentionOf(c), 0
	for _, r := range rows {
		name, found := m.Redact(r.Name)
		if !found {
			continue
		}
		n++
		r.Name, r.NameKey = name, r.ID
		if _, err := tx.NewUpdate().Model(&r).Column("name", "name_key").WherePK().Exec(ctx); err != nil {
			return 0, fmt.Errorf("contact: rename segment: %w", err)
		}
	}
	return n, nil
}
