package processing

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
)

type noticeRow struct {
	bun.BaseModel `bun:"table:privacy_notices,alias:n"`

	Version     int    `bun:",pk"`
	Language    string `bun:",pk"`
	SHA256      string `bun:"sha256"`
	Content     string
	Short       string
	PublishedBy string
	PublishedAt time.Time
}

func (r noticeRow) published() Published {
	return Published{
		Notice: Notice{Version: r.Version, Language: r.Language, Hash: r.SHA256, At: r.PublishedAt.UTC()},
		Text:   r.Content, Short: r.Short, By: r.PublishedBy,
	}
}

// LatestNotice names the newest published privacy statement in a language; false
// while there is none in it. A consent keeps its version and hash as proof of what the
// person could read.
func LatestNotice(ctx context.Context, db bun.IDB, lang string) (Notice, bool, error) {
	var rows []noticeRow
	err := db.NewSelect().Model(&rows).Column("version", "language", "sha256", "published_at").
		Where("n.language = ?", lang).Order("n.version DESC").Limit(1).Scan(ctx)
	if err != nil {
		return Notice{}, false, fmt.Errorf("processing: latest notice: %w", err)
	}
	if len(rows) == 0 {
		return Notice{}, false, nil
	}
	return rows[0].published().Notice, true, nil
}

// Notices lists what was published without the words, the newest first, then by
// language.
func Notices(ctx context.Context, db bun.IDB) ([]Published, error) {
	var rows []noticeRow
	err := db.NewSelect().Model(&rows).ExcludeColumn("content", "short").Order("n.version DESC", "n.language").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("processing: notices: %w", err)
	}
	out := make([]Published, len(rows))
	for i, row := range rows {
		out[i] = row.published()
	}
	return out, nil
}

// NoticeVersion returns one version in every language it was published in, by
// language; version 0 is the newest. It fails with ErrNoNotice.
func NoticeVersion(ctx context.Context, db bun.IDB, version int) ([]Published, error) {
	q := db.NewSelect().Model((*noticeRow)(nil)).Order("n.language")
	if version > 0 {
		q = q.Where("n.version = ?", version)
	} else {
		q = q.Where("n.version = (SELECT MAX(version) FROM privacy_notices)")
	}
	var rows []noticeRow
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("processing: notice %d: %w", version, err)
	}
	if len(rows) == 0 {
		return nil, ErrNoNotice
	}
	out := make([]Published, len(rows))
	for i, row := range rows {
		out[i] = row.published()
	}
	return out, nil
}

// PutNotice keeps drafts as a version in the caller's transaction. A version is
// written once: its number must be the next one.
func PutNotice(ctx context.Context, tx bun.IDB, version int, drafts []NoticeDraft, by string, now time.Time) error {
	rows := make([]noticeRow, len(drafts))
	for i, d := range drafts {
		rows[i] = noticeRow{
			Version: version, Language: d.Language, SHA256: d.Hash(), Content: d.Text, Short: d.Short, PublishedBy: by, PublishedAt: now,
		}
	}
	if _, err := tx.NewInsert().Model(&rows).Exec(ctx); err != nil {
		return fmt.Errorf("processing: publish notice %d: %w", version, err)
	}
	return nil
}
