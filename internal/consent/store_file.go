package consent

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/contact"
	"clepsydra/internal/database"
)

type fileRow struct {
	bun.BaseModel `bun:"table:consent_files,alias:f"`

	ID        string `bun:",pk"`
	ContactID string
	Name      string
	MediaType string
	Size      int
	SHA256    string `bun:"sha256"`
	AddedBy   string
	AddedAt   time.Time
	Content   []byte
}

// AddFile writes a proof with its content in the caller's transaction.
func AddFile(ctx context.Context, tx bun.IDB, f File, content []byte) error {
	row := fileRow{
		ID: f.ID, ContactID: string(f.ContactID), Name: f.Name, MediaType: f.MediaType, Size: f.Size,
		SHA256: f.SHA256, AddedBy: f.AddedBy, AddedAt: f.AddedAt, Content: content,
	}
	if _, err := tx.NewInsert().Model(&row).Returning("NULL").Exec(ctx); err != nil {
		return fmt.Errorf("consent: add file: %w", err)
	}
	return nil
}

// FileOf returns a proof of a person with its bytes, or ErrFileNotFound.
func FileOf(ctx context.Context, db bun.IDB, id contact.ID, fileID string) (File, []byte, error) {
	var r fileRow
	err := db.NewSelect().Model(&r).Where("f.id = ? AND f.contact_id = ?", fileID, id).Scan(ctx)
	if database.IsNoRows(err) {
		return File{}, nil, ErrFileNotFound
	}
	if err != nil {
		return File{}, nil, fmt.Errorf("consent: file: %w", err)
	}
	return File{
		ID: r.ID, ContactID: contact.ID(r.ContactID), Name: r.Name, MediaType: r.MediaType, Size: r.Size,
		SHA256: r.SHA256, AddedBy: r.AddedBy, AddedAt: r.AddedAt.UTC(),
	}, r.Content, nil
}
