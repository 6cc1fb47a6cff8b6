package rulebook

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"clepsydra/internal/database"
	"clepsydra/internal/journal"
	"clepsydra/internal/workflow"
)

type fileRow struct {
	bun.BaseModel `bun:"table:rule_files"`

	Layer   Layer  `bun:",pk"`
	Path    string `bun:",pk"`
	SHA256  string `bun:"sha256"`
	Content string
}

type changeRow struct {
	bun.BaseModel `bun:"table:rule_changes"`

	ID        string `bun:",pk"`
	Layer     Layer
	Path      string
	What      What
	OldSHA256 string `bun:"old_sha256"`
	NewSHA256 string `bun:"new_sha256"`
	Diff      string
	NoticedAt time.Time
	SeenBy    string
	SeenAt    time.Time `bun:",nullzero"`
}

// Book remembers packs in the database.
type Book struct {
	db  *database.DB
	now func() time.Time
}

// New makes a book on an open database.
func New(db *database.DB, now func() time.Time) *Book { return &Book{db, now} }

// Remember notes the packs that the program now runs with and returns what is
// different from those it last ran with. The first time nothing is different.
func (b *Book) Remember(ctx context.Context, files []workflow.File) ([]Change, error) {
	after, at := Sheets(files), b.now().UTC().Truncate(time.Microsecond)
	var found []Change
	err := b.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		before, err := remembered(ctx, tx)
		if err != nil {
			return err
		}
		if found = Compare(before, after); len(found) == 0 {
			return nil
		}
		if err := replace(ctx, tx, after); err != nil {
			return err
		}
		if len(before) == 0 {
			found = nil
			return nil
		}
		return keep(ctx, tx, found, at)
	})
	return found, err
}

// remembered reads the sheets and keeps others from changing them until tx ends, so
// that two processes that start together do not both find the same changes. On the
// very first start both may come here, and what they keep is the same.
func remembered(ctx context.Context, tx bun.IDB) ([]Sheet, error) {
	if _, err := tx.NewRaw("UPDATE rule_files SET sha256 = sha256").Exec(ctx); err != nil {
		return nil, fmt.Errorf("rulebook: take turn: %w", err)
	}
	return sheets(ctx, tx)
}

func sheets(ctx context.Context, db bun.IDB) ([]Sheet, error) {
	var rows []fileRow
	if err := db.NewSelect().Model(&rows).Order("path", "layer").Scan(ctx); err != nil {
		return nil, fmt.Errorf("rulebook: read packs: %w", err)
	}
	out := make([]Sheet, len(rows))
	for i, r := range rows {
		out[i] = Sheet{r.Layer, r.Path, r.SHA256, r.Content}
	}
	return out, nil
}

func replace(ctx context.Context, tx bun.IDB, after []Sheet) error {
	if _, err := tx.NewDelete().Model((*fileRow)(nil)).Where("1 = 1").Exec(ctx); err != nil {
		return fmt.Errorf("rulebook: forget packs: %w", err)
	}
	rows := make([]fileRow, len(after))
	for i, s := range after {
		rows[i] = fileRow{Layer: s.Layer, Path: s.Path, SHA256: s.SHA256, Content: s.Content}
	}
	if _, err := tx.NewInsert().Model(&rows).On("CONFLICT (layer, path) DO NOTHING").Exec(ctx); err != nil {
		return fmt.Errorf("rulebook: keep packs: %w", err)
	}
	return nil
}

// keep writes changes down and says so in the journal.
func keep(ctx context.Context, tx bun.IDB, found []Change, at time.Time) error {
	counts, rows := map[What]int{}, make([]changeRow, len(found))
	paths := make([]string, len(found))
	for i := range found {
		c := &found[i]
		id, err := uuid.NewV7()
		if err != nil {
			return fmt.Errorf("rulebook: keep changes: %w", err)
		}
		c.ID, c.NoticedAt = id.String(), at
		counts[c.What]++
		paths[i] = string(c.Layer) + "/" + c.Path
		rows[i] = changeRow{ID: c.ID, Layer: c.Layer, Path: c.Path, What: c.What, OldSHA256: c.OldSHA256, NewSHA256: c.NewSHA256,
			Diff: c.Diff, NoticedAt: at}
	}
	if _, err := tx.NewInsert().Model(&rows).Exec(ctx); err != nil {
		return fmt.Errorf("rulebook: keep changes: %w", err)
	}
	return journal.Append(ctx, tx, journal.Entry{
		Case: journal.Case{Kind: "firm"}, Kind: "rules.changed", Actor: journal.System(), RecordedAt: at,
		Facts: map[string]string{
			"added": strconv.Itoa(counts[Added]), "changed": strconv.Itoa(counts[Changed]), "removed": strconv.Itoa(counts[Removed]),
			"files": strings.Join(paths, " "),
		},
	})
}

// Changes lists what was noticed, newest first; those not yet seen come before all
// others.
func (b *Book) Changes(ctx context.Context) ([]Change, error) {
	var rows []changeRow
	if err := b.db.R.NewSelect().Model(&rows).OrderExpr("CASE WHEN seen_at IS NULL THEN 0 ELSE 1 END, id DESC").Limit(200).Scan(ctx); err != nil {
		return nil, fmt.Errorf("rulebook: read changes: %w", err)
	}
	out := make([]Change, len(rows))
	for i, r := range rows {
		out[i] = Change{ID: r.ID, Layer: r.Layer, Path: r.Path, What: r.What, OldSHA256: r.OldSHA256, NewSHA256: r.NewSHA256,
			Diff: r.Diff, NoticedAt: r.NoticedAt.UTC(), SeenBy: r.SeenBy, SeenAt: r.SeenAt.UTC()}
		if r.SeenAt.IsZero() {
			out[i].SeenAt = time.Time{}
		}
	}
	return out, nil
}

// See notes that somebody has seen every change up to the one named. What came after
// it stays unseen, and what was seen before keeps who saw it first.
func (b *Book) See(ctx context.Context, actor journal.Actor, upTo string) error {
	at := b.now().UTC().Truncate(time.Microsecond)
	return b.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		res, err := tx.NewUpdate().Model((*changeRow)(nil)).Set("seen_by = ?", actor.ID).Set("seen_at = ?", at).
			Where("seen_at IS NULL").Where("id <= ?", upTo).Exec(ctx)
		if err != nil {
			return fmt.Errorf("rulebook: see changes: %w", err)
		}
		n, err := res.RowsAffected()
		if err != nil || n == 0 {
			return err
		}
		return journal.Append(ctx, tx, journal.Entry{
			Case: journal.Case{Kind: "firm"}, Kind: "rules.seen", Actor: actor, RecordedAt: at,
			Facts: map[string]string{"count": strconv.FormatInt(n, 10)},
		})
	})
}

// LastOwn returns the operator's files that the program last ran with; empty when it
// never ran, or without any.
func (b *Book) LastOwn(ctx context.Context) (workflow.Own, error) {
	all, err := sheets(ctx, b.db.R)
	if err != nil {
		return nil, err
	}
	own := make(workflow.Own)
	for _, s := range all {
		if s.Layer == Own {
			own[s.Path] = []byte(s.Content)
		}
	}
	return own, nil
}
