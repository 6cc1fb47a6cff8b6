package consent

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/processing"
)

type suppressionRow struct {
	bun.BaseModel `bun:"table:suppressions,alias:s"`

	KeyHash string `bun:",pk"`
	Purpose string
	Channel string
	How     string
	Since   time.Time
}

// batches cuts a list into parts that one statement can take.
func batches[T any](list []T) iter.Seq[[]T] { return slices.Chunk(list, eventBatch) }

// Suppress enters addresses in the caller's transaction. One that is there already
// stays, with the later of the two moments: an entry never gets weaker.
func Suppress(ctx context.Context, tx bun.IDB, list []Suppression) error {
	latest := map[Key]Suppression{}
	for _, s := range list {
		if old, ok := latest[s.Key]; s.Key != "" && (!ok || s.Since.After(old.Since)) {
			latest[s.Key] = s
		}
	}
	rows := make([]suppressionRow, 0, len(latest))
	for _, s := range latest {
		rows = append(rows, suppressionRow{KeyHash: string(s.Key), Purpose: string(s.Purpose), Channel: string(s.Channel), How: string(s.How), Since: s.Since})
	}
	for some := range batches(rows) {
		_, err := tx.NewInsert().Model(&some).On("CONFLICT (key_hash) DO UPDATE").
			Set("since = CASE WHEN EXCLUDED.since > s.since THEN EXCLUDED.since ELSE s.since END").Returning("NULL").Exec(ctx)
		if err != nil {
			return fmt.Errorf("consent: suppress: %w", err)
		}
	}
	return nil
}

// Suppressed tells which keys are on the list.
func Suppressed(ctx context.Context, db bun.IDB, keys []Key) (map[Key]bool, error) {
	found, err := SuppressedSince(ctx, db, keys)
	if err != nil {
		return nil, err
	}
	out := make(map[Key]bool, len(found))
	for k := range found {
		out[k] = true
	}
	return out, nil
}

// SuppressedSince tells which keys are on the list, and since when (UTC).
func SuppressedSince(ctx context.Context, db bun.IDB, keys []Key) (map[Key]time.Time, error) {
	out := map[Key]time.Time{}
	for some := range batches(keys) {
		var rows []suppressionRow
		if err := db.NewSelect().Model(&rows).Column("key_hash", "since").Where("s.key_hash IN (?)", bun.List(some)).Scan(ctx); err != nil {
			return nil, fmt.Errorf("consent: suppressed: %w", err)
		}
		for _, r := range rows {
			out[Key(r.KeyHash)] = r.Since.UTC()
		}
	}
	return out, nil
}

// Release takes addresses off the list in the caller's transaction. Only a new consent
// with its proof, or an objection the person provably took back, may do so.
func Release(ctx context.Context, tx bun.IDB, keys []Key) error {
	for some := range batches(keys) {
		if _, err := tx.NewDelete().Model((*suppressionRow)(nil)).Where("key_hash IN (?)", bun.List(some)).Exec(ctx); err != nil {
			return fmt.Errorf("consent: release: %w", err)
		}
	}
	return nil
}

// SuppressionCount is how many addresses are on the list for one purpose and channel.
type SuppressionCount struct {
	Purpose processing.PurposeID
	Channel processing.Channel
	Count   int
}

// CountSuppressed counts the list, by purpose and channel.
func CountSuppressed(ctx context.Context, db bun.IDB) ([]SuppressionCount, error) {
	var rows []SuppressionCount
	err := db.NewSelect().Model((*suppressionRow)(nil)).ColumnExpr("s.purpose, s.channel, count(*) AS count").
		GroupExpr("s.purpose, s.channel").OrderExpr("s.purpose, s.channel").Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("consent: count suppressed: %w", err)
	}
	return rows, nil
}
