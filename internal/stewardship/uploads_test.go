package stewardship

import (
	"context"
	"errors"
	"testing"
	"time"

	"clepsydra/internal/contact"
	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
	"clepsydra/internal/journal"
)

// A file that nobody imports is out of reach after its day, and then removed.
func TestAnUploadLivesForADay(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, now := context.Background(), noon()
		s := New(db, func() time.Time { return now })
		id, err := s.KeepUpload(ctx, manager(), "klanten.csv", []byte(customers))
		if err != nil {
			t.Fatal(err)
		}
		kept := func() int64 {
			n, err := db.R.NewSelect().Model((*uploadRow)(nil)).Count(ctx)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		now = noon().Add(uploadLife)
		if _, err := s.Upload(ctx, manager(), id); err != nil {
			t.Errorf("within its day: %v", err)
		}
		if _, err := s.Upload(ctx, journal.Actor{Kind: journal.ByAccount, ID: "account-2"}, id); !errors.Is(err, ErrUploadGone) {
			t.Errorf("somebody else: %v", err)
		}
		if err := s.DropUploads(ctx); err != nil || kept() != 1 {
			t.Errorf("within its day %d are kept, %v", kept(), err)
		}
		now = now.Add(time.Microsecond)
		if _, err := s.ImportUpload(ctx, manager(), id, contact.Options{DefaultCountry: "BE"}); !errors.Is(err, ErrUploadGone) {
			t.Errorf("after its day: %v", err)
		}
		if err := s.DropUploads(ctx); err != nil || kept() != 0 {
			t.Errorf("after its day %d are kept, %v", kept(), err)
		}
	})
}
