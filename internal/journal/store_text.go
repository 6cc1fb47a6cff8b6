package journal

import (
	"context"
	"fmt"
	"strings"

	"github.com/uptrace/bun"
)

// TextQuery narrows TextsOf: entries with a text that are about the case, or whose
// facts hold its identifier, or whose text holds one of the pieces in whatever case,
// or, without its signs, the number. An empty piece takes every text.
type TextQuery struct {
	Case   Case
	Pieces []string
	Number string
}

// TextsOf returns the entries with a text that may be about somebody, in order.
func TextsOf(ctx context.Context, db bun.IDB, q TextQuery) ([]Entry, error) {
	where, args := "e.case_kind = ? AND e.case_id = ? OR e.facts LIKE ?", []any{q.Case.Kind, q.Case.ID, "%" + q.Case.ID + "%"}
	for _, piece := range q.Pieces {
		where += " OR lower(t.content) LIKE lower(?) ESCAPE '!'"
		args = append(args, "%"+literal(piece)+"%")
	}
	if q.Number != "" {
		where += " OR replace(replace(replace(replace(t.content, ' ', ''), '.', ''), '/', ''), '-', '') LIKE ?"
		args = append(args, "%"+q.Number+"%")
	}
	var rows []entryRow
	err := db.NewSelect().Model(&rows).ColumnExpr("e.*, t.content AS content").
		Join("JOIN journal_texts AS t ON t.entry_id = e.id").Where(where, args...).OrderExpr("e.seq").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("journal: texts about somebody: %w", err)
	}
	return entries(rows)
}

// RemoveText takes the text of an entry away for good (Art. 17 GDPR). The chain still
// proves itself: only the hash of the text was ever in it.
func RemoveText(ctx context.Context, tx bun.IDB, entryID string) error {
	if _, err := tx.NewDelete().Model((*textRow)(nil)).Where("entry_id = ?", entryID).Exec(ctx); err != nil {
		return fmt.Errorf("journal: remove text: %w", err)
	}
	return nil
}

// literal keeps the signs that LIKE would read as "anything".
func literal(s string) string {
	return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(s)
}
