package contact

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/uptrace/bun"
)

// packPrevious writes down what was replaced.
func packPrevious(changed []Change) string {
	if len(changed) == 0 {
		return ""
	}
	all := map[Field]string{}
	for _, c := range changed {
		maps.Copy(all, c.Old)
	}
	text, err := json.Marshal(all)
	if err != nil { // strings always marshal
		return ""
	}
	return string(text)
}

// unpackPrevious is nil for a text that is no such object.
func unpackPrevious(text string) map[Field]string {
	var all map[Field]string
	if text == "" || json.Unmarshal([]byte(text), &all) != nil {
		return nil
	}
	return all
}

// LastOfSource returns the latest import in force that was pulled from a source, or
// ErrImportUnknown.
func LastOfSource(ctx context.Context, db bun.IDB, source string) (Import, error) {
	return oneImport(ctx, db.NewSelect(), "i.source_id = ? AND i.undone_at IS NULL", source)
}

// Replaced is a person of whom a leading source replaced something, with the names
// of the fields, sorted.
type Replaced struct {
	ContactID ID
	Fields    []Field
}

// ReplacedBy lists those of whom an import replaced something, in the order of its
// rows.
func ReplacedBy(ctx context.Context, db bun.IDB, id ImportID) ([]Replaced, error) {
	var rows []matchRow
	if err := db.NewSelect().Model(&rows).Where("m.import_id = ? AND m.previous <> ''", string(id)).OrderExpr("m.line").Scan(ctx); err != nil {
		return nil, fmt.Errorf("contact: read replaced values: %w", err)
	}
	out := make([]Replaced, len(rows))
	for i, r := range rows {
		out[i] = Replaced{ID(r.ContactID), slices.Sorted(maps.Keys(unpackPrevious(r.Previous)))}
	}
	return out, nil
}

// GoneFrom counts the people who came from a source or were found in it by an
// earlier pull that is in force, and are not in the pull id. Nobody is erased for
// that; somebody who was erased does not count.
func GoneFrom(ctx context.Context, db bun.IDB, source string, id ImportID) (int, error) {
	n, err := db.NewSelect().Model((*contactRow)(nil)).
		Where("c.erased_at IS NULL").
		Where("(c.import_id IS NULL OR c.import_id <> ?)", string(id)).
		Where(`(EXISTS (SELECT 1 FROM contact_imports AS i WHERE i.id = c.import_id AND i.source_id = ? AND i.undone_at IS NULL)
			OR EXISTS (SELECT 1 FROM contact_import_matches AS m JOIN contact_imports AS i ON i.id = m.import_id
				WHERE m.contact_id = c.id AND i.source_id = ? AND i.undone_at IS NULL AND i.id <> ?))`, source, source, string(id)).
		Where("NOT EXISTS (SELECT 1 FROM contact_import_matches AS n WHERE n.contact_id = c.id AND n.import_id = ?)", string(id)).
		Count(ctx)
	if err != nil {
		return 0, fmt.Errorf("contact: count who is gone from a source: %w", err)
	}
	return int(n), nil
}

// ForgetReplaced drops the values that earlier pulls of a source replaced: only the
// latest pull, keep, can be taken back with them. Less is kept that way (Art. 5(1)(c)
// and (e) GDPR).
func ForgetReplaced(ctx context.Context, tx bun.IDB, source string, keep ImportID) error {
	var rows []matchRow
	err := tx.NewSelect().Model(&rows).Where("m.previous <> '' AND m.import_id <> ?", string(keep)).
		Where("m.import_id IN (SELECT id FROM contact_imports WHERE source_id = ?)", source).Scan(ctx)
	if err != nil {
		return fmt.Errorf("contact: forget replaced values: %w", err)
	}
	if err := keepReplaced(ctx, tx, rows); err != nil {
		return err
	}
	_, err = tx.NewUpdate().Model((*matchRow)(nil)).Set("previous = ''").
		Where("previous <> '' AND import_id <> ?", string(keep)).
		Where("import_id IN (SELECT id FROM contact_imports WHERE source_id = ?)", source).Exec(ctx)
	if err != nil {
		return fmt.Errorf("contact: forget replaced values: %w", err)
	}
	return nil
}

// ForgetReplacedOf drops the values of one person that pulls replaced, when he is
// erased (Art. 17 GDPR). It returns of how many pulls.
func ForgetReplacedOf(ctx context.Context, tx bun.IDB, id ID) (int, error) {
	res, err := tx.NewUpdate().Model((*matchRow)(nil)).Set("previous = ''").Where("contact_id = ? AND previous <> ''", string(id)).Exec(ctx)
	if err != nil {
		return 0, fmt.Errorf("contact: forget replaced values: %w", err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		return 0, fmt.Errorf("contact: forget replaced values: %w", err)
	}
	return int(n), nil
}
