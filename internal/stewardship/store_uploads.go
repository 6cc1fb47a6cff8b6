package stewardship

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"clepsydra/internal/contact"
	"clepsydra/internal/database"
	"clepsydra/internal/fault"
	"clepsydra/internal/journal"
)

type uploadRow struct {
	bun.BaseModel `bun:"table:uploads"`

	ID        string `bun:",pk"`
	AccountID string
	Name      string
	Content   []byte
	CreatedAt time.Time
}

// uploadLife is how long a file may wait between its preview and its import.
const uploadLife = 24 * time.Hour

// ErrUploadGone says that a file waits no more: it was imported, or its day is over.
var ErrUploadGone = fault.New(fault.NotFound, "contact.upload_gone")

// KeepUpload keeps a file until it is imported, a day at most, and returns its
// identifier. National numbers, payment cards and passwords are taken out of it
// first: they are never written anywhere. It fails as contact.Open does.
func (s *Service) KeepUpload(ctx context.Context, actor journal.Actor, name string, content []byte) (string, error) {
	record, err := s.Record(ctx)
	if err != nil {
		return "", fmt.Errorf("stewardship: keep upload: %w", err)
	}
	content, err = contact.Cleaned(content, contact.Options{Today: contact.DateOf(s.moment()), Declared: record.Declaration()})
	if err != nil {
		return "", fmt.Errorf("stewardship: clean upload: %w", err)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("stewardship: keep upload: %w", err)
	}
	row := uploadRow{ID: id.String(), AccountID: actor.ID, Name: fileName(name), Content: content, CreatedAt: s.moment()}
	err = s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return fmt.Errorf("stewardship: keep upload: %w", err)
		}
		return nil
	})
	return row.ID, err
}

// DropUploads removes the files whose day is over.
func (s *Service) DropUploads(ctx context.Context) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewDelete().Model((*uploadRow)(nil)).Where("created_at < ?", s.moment().Add(-uploadLife)).Exec(ctx); err != nil {
			return fmt.Errorf("stewardship: drop uploads: %w", err)
		}
		return nil
	})
}

// dropUploadsWith removes the files that wait and hold a row about somebody who is
// being erased: imported, it would bring him back. Who brought the file brings it
// again, without him.
func dropUploadsWith(ctx context.Context, tx bun.IDB, c contact.Contact, now time.Time) (int, error) {
	var ids []string
	if err := tx.NewSelect().Model((*uploadRow)(nil)).Column("id").Scan(ctx, &ids); err != nil {
		return 0, fmt.Errorf("stewardship: uploads: %w", err)
	}
	n := 0
	for _, id := range ids {
		var row uploadRow
		if err := tx.NewSelect().Model(&row).Where("id = ?", id).Scan(ctx); err != nil {
			return 0, fmt.Errorf("stewardship: upload: %w", err)
		}
		if !contact.MentionOf(c).IsIn(row.Name) && !isAbout(ctx, row, c, now) {
			continue
		}
		if _, err := tx.NewDelete().Model(&row).WherePK().Exec(ctx); err != nil {
			return 0, fmt.Errorf("stewardship: drop upload: %w", err)
		}
		n++
	}
	return n, nil
}

func isAbout(ctx context.Context, row uploadRow, c contact.Contact, now time.Time) bool {
	f, err := contact.Open(bytes.NewReader(row.Content), int64(len(row.Content)), contact.Options{Today: contact.DateOf(now)})
	if err != nil {
		return true
	}
	found := contact.IsAbout(ctx, f, c)
	return f.Close() != nil || found
}

// Upload returns a file that waits, as the input of a preview. Only who brought it
// may see it, and only for a day; otherwise it is ErrUploadGone.
func (s *Service) Upload(ctx context.Context, actor journal.Actor, id string) (ImportInput, error) {
	var row uploadRow
	err := s.db.R.NewSelect().Model(&row).Where("id = ? AND account_id = ?", id, actor.ID).
		Where("created_at >= ?", s.moment().Add(-uploadLife)).Scan(ctx)
	if database.IsNoRows(err) {
		return ImportInput{}, ErrUploadGone
	}
	if err != nil {
		return ImportInput{}, fmt.Errorf("stewardship: upload: %w", err)
	}
	return ImportInput{File: bytes.NewReader(row.Content), Size: int64(len(row.Content)), Name: row.Name}, nil
}

// ImportUpload imports a file that waits and removes it. A second click finds it
// gone.
func (s *Service) ImportUpload(ctx context.Context, actor journal.Actor, id string, o contact.Options) (ImportResult, error) {
	in, err := s.Upload(ctx, actor, id)
	if err != nil {
		return ImportResult{}, err
	}
	in.Options = o
	return s.importing(ctx, actor, in, func(ctx context.Context, tx bun.Tx) error {
		res, err := tx.NewDelete().Model((*uploadRow)(nil)).Where("id = ?", id).Exec(ctx)
		if err != nil {
			return fmt.Errorf("stewardship: drop upload: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 1 {
			return err
		}
		return ErrUploadGone
	})
}
