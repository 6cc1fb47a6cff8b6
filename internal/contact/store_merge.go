package contact

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"clepsydra/internal/database"
)

type mergeRow struct {
	bun.BaseModel `bun:"table:contact_merges,alias:g"`

	ID              string `bun:",pk"`
	KeptID          string
	DoubleID        string
	KeptUpdatedAt   time.Time
	DoubleUpdatedAt time.Time
	ActorKind       string
	ActorID         string
	MergedAt        time.Time
	UndoneAt        time.Time `bun:",nullzero"`
	Undo            string
}

// mergeUndo is what a merge needs to be taken back: both people as they were, where
// their values came from, whom imports had found, and what other parts kept.
type mergeUndo struct {
	Kept    contactRow        `json:"kept"`
	Double  contactRow        `json:"double"`
	Sources []sourceRow       `json:"sources"`
	Matches []matchRow        `json:"matches"`
	Moved   map[string]string `json:"moved"`
}

// MergeInto makes two people one in the caller's transaction: kept is written as
// merged, the double becomes an empty row. taken are the fields that come from the
// double; moved is what other parts need to take it back.
func MergeInto(ctx context.Context, tx bun.IDB, m Merge, merged Contact, taken []Field, moved map[string]string) (Merge, error) {
	undo := mergeUndo{Moved: moved}
	if err := readUndo(ctx, tx, m, &undo); err != nil {
		return m, err
	}
	from, err := FieldSources(ctx, tx, m.Double)
	if err != nil {
		return m, err
	}
	if err := moveMatches(ctx, tx, undo.Matches, m.Kept, taken); err != nil {
		return m, err
	}
	sources := map[Field]Provenance{}
	for _, f := range taken {
		if p, ok := from[f]; ok {
			sources[f] = p
		}
	}
	if err := forgetSourcesOf(ctx, tx, m.Kept, taken); err != nil {
		return m, err
	}
	if err := PutSources(ctx, tx, m.Kept, sources); err != nil {
		return m, err
	}
	if err := update(ctx, tx, merged); err != nil {
		return m, err
	}
	if err := empty(ctx, tx, undo.Double.contact(), m.At); err != nil {
		return m, err
	}
	text, err := json.Marshal(undo)
	if err != nil {
		return m, fmt.Errorf("contact: merge: %w", err)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return m, fmt.Errorf("contact: merge: %w", err)
	}
	m.ID, m.CanUndo = id.String(), true
	row := mergeRow{
		ID: m.ID, KeptID: string(m.Kept), DoubleID: string(m.Double), KeptUpdatedAt: merged.UpdatedAt, DoubleUpdatedAt: m.At,
		ActorKind: m.ActorKind, ActorID: m.ActorID, MergedAt: m.At, Undo: string(text),
	}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return m, fmt.Errorf("contact: merge: %w", err)
	}
	return m, nil
}

func readUndo(ctx context.Context, tx bun.IDB, m Merge, undo *mergeUndo) error {
	if err := tx.NewSelect().Model(&undo.Kept).Where("c.id = ?", string(m.Kept)).Scan(ctx); err != nil {
		return fmt.Errorf("contact: merge: %w", err)
	}
	if err := tx.NewSelect().Model(&undo.Double).Where("c.id = ?", string(m.Double)).Scan(ctx); err != nil {
		return fmt.Errorf("contact: merge: %w", err)
	}
	err := tx.NewSelect().Model(&undo.Sources).Where("s.contact_id IN (?)", bun.List([]string{string(m.Kept), string(m.Double)})).
		OrderExpr("s.contact_id, s.field_key").Scan(ctx)
	if err != nil {
		return fmt.Errorf("contact: merge: %w", err)
	}
	err = tx.NewSelect().Model(&undo.Matches).Where("m.contact_id = ?", string(m.Double)).OrderExpr("m.import_id, m.line").Scan(ctx)
	if err != nil {
		return fmt.Errorf("contact: merge: %w", err)
	}
	return nil
}

// moveMatches makes what imports found point to the person who is kept, with those of
// the filled fields that he took over.
func moveMatches(ctx context.Context, tx bun.IDB, rows []matchRow, kept ID, taken []Field) error {
	for _, r := range rows {
		var filled []string
		for name := range strings.SplitSeq(r.Filled, ",") {
			for _, f := range Field(name).Parts() {
				if name != "" && containsField(taken, f) {
					filled = append(filled, name)
					break
				}
			}
		}
		r.ContactID, r.Filled = string(kept), strings.Join(filled, ",")
		r.Previous = previousOf(r.Previous, taken)
		if _, err := tx.NewUpdate().Model(&r).WherePK().Exec(ctx); err != nil {
			return fmt.Errorf("contact: move matches: %w", err)
		}
	}
	return nil
}

// previousOf keeps of what a leading source replaced what was taken over.
func previousOf(text string, taken []Field) string {
	previous := unpackPrevious(text)
	maps.DeleteFunc(previous, func(f Field, _ string) bool { return !containsField(taken, f) })
	if len(previous) == 0 {
		return ""
	}
	return packPrevious([]Change{{Old: previous}})
}

func forgetSourcesOf(ctx context.Context, tx bun.IDB, id ID, fields []Field) error {
	for _, f := range fields {
		_, err := tx.NewDelete().Model((*sourceRow)(nil)).Where("contact_id = ? AND field_key = ?", string(id), string(f)).Exec(ctx)
		if err != nil {
			return fmt.Errorf("contact: forget source: %w", err)
		}
	}
	return nil
}

// MergeByID returns one merge, or ErrNotMerged.
func MergeByID(ctx context.Context, db bun.IDB, id string) (Merge, error) {
	list, err := merges(ctx, db, "g.id = ?", id)
	if err != nil {
		return Merge{}, err
	}
	if len(list) == 0 {
		return Merge{}, ErrNotMerged
	}
	return list[0], nil
}

// MergesOf lists the merges in force into a person, the latest first.
func MergesOf(ctx context.Context, db bun.IDB, id ID) ([]Merge, error) {
	return merges(ctx, db, "g.kept_id = ? AND g.undone_at IS NULL", string(id))
}

// LatestMerges lists the latest merges in force.
func LatestMerges(ctx context.Context, db bun.IDB, most int) ([]Merge, error) {
	list, err := merges(ctx, db, "g.undone_at IS NULL AND g.undo <> ?", "")
	return list[:min(len(list), most)], err
}

func merges(ctx context.Context, db bun.IDB, where string, args ...any) ([]Merge, error) {
	var rows []struct {
		mergeRow      `bun:",extend"`
		KeptIsNow     time.Time
		DoubleIsNow   time.Time
		KeptIsErased  bool
		DoubleIsEmpty bool
	}
	err := db.NewSelect().TableExpr("contact_merges AS g").ColumnExpr("g.*").
		ColumnExpr("k.updated_at AS kept_is_now, d.updated_at AS double_is_now").
		ColumnExpr("k.erased_at IS NOT NULL AS kept_is_erased, d.erased_at IS NOT NULL AS double_is_empty").
		Join("JOIN contacts AS k ON k.id = g.kept_id").Join("JOIN contacts AS d ON d.id = g.double_id").
		Where(where, args...).OrderExpr("g.id DESC").Limit(200).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("contact: merges: %w", err)
	}
	out := make([]Merge, len(rows))
	for i, r := range rows {
		out[i] = Merge{
			ID: r.ID, Kept: ID(r.KeptID), Double: ID(r.DoubleID), ActorKind: r.ActorKind, ActorID: r.ActorID,
			At: utc(r.MergedAt), UndoneAt: utc(r.UndoneAt),
			CanUndo: r.UndoneAt.IsZero() && r.Undo != "" && !r.KeptIsErased && r.DoubleIsEmpty &&
				r.KeptIsNow.Equal(r.KeptUpdatedAt) && r.DoubleIsNow.Equal(r.DoubleUpdatedAt),
		}
	}
	return out, nil
}

// Unmerge takes a merge back in the caller's transaction: both people are what they
// were. back gets what other parts gave to be taken back. It fails with
// ErrMergeStands when either changed since.
func Unmerge(ctx context.Context, tx bun.IDB, m Merge, now time.Time, back func(moved map[string]string) error) error {
	if !m.CanUndo {
		return ErrMergeStands
	}
	var row mergeRow
	if err := tx.NewSelect().Model(&row).Where("g.id = ?", m.ID).Scan(ctx); err != nil {
		return fmt.Errorf("contact: unmerge: %w", err)
	}
	var undo mergeUndo
	if err := json.Unmarshal([]byte(row.Undo), &undo); err != nil {
		return fmt.Errorf("contact: unmerge: %w", err)
	}
	for _, id := range []ID{m.Kept, m.Double} {
		if err := forgetSources(ctx, tx, id); err != nil {
			return err
		}
	}
	for _, c := range []*contactRow{&undo.Kept, &undo.Double} {
		if _, err := tx.NewUpdate().Model(c).WherePK().Exec(ctx); err != nil {
			return fmt.Errorf("contact: unmerge: %w", err)
		}
	}
	if len(undo.Sources) > 0 {
		if _, err := tx.NewInsert().Model(&undo.Sources).Exec(ctx); err != nil {
			return fmt.Errorf("contact: unmerge: %w", err)
		}
	}
	for _, r := range undo.Matches {
		if _, err := tx.NewUpdate().Model(&r).WherePK().Exec(ctx); err != nil {
			return fmt.Errorf("contact: unmerge: %w", err)
		}
	}
	if err := back(undo.Moved); err != nil {
		return err
	}
	_, err := tx.NewUpdate().Model((*mergeRow)(nil)).Set("undone_at = ?, undo = ''", now).Where("id = ?", m.ID).Exec(ctx)
	if err != nil {
		return fmt.Errorf("contact: unmerge: %w", err)
	}
	return nil
}

// KeptFor follows a double to the person who was kept; it is the id itself for
// anybody else.
func KeptFor(ctx context.Context, db bun.IDB, id ID) (ID, error) {
	for range 100 { // a chain of merges has an end; a broken one must not hang a page
		var next string
		err := db.NewRaw("SELECT kept_id FROM contact_merges WHERE double_id = ? AND undone_at IS NULL ORDER BY id DESC LIMIT 1", string(id)).Scan(ctx, &next)
		if database.IsNoRows(err) {
			return id, nil
		}
		if err != nil {
			return id, fmt.Errorf("contact: kept for: %w", err)
		}
		id = ID(next)
	}
	return id, nil
}

// forgetMerges drops what merges kept of a person: they cannot be taken back.
func forgetMerges(ctx context.Context, tx bun.IDB, id ID) error {
	_, err := tx.NewUpdate().Model((*mergeRow)(nil)).Set("undo = ''").
		Where("(kept_id = ? OR double_id = ?) AND undo <> ''", string(id), string(id)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("contact: forget merges: %w", err)
	}
	return nil
}
