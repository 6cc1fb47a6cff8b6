package stewardship

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
	"clepsydra/internal/firm"
	"clepsydra/internal/journal"
	"clepsydra/internal/processing"
	"clepsydra/internal/workflow"
	"clepsydra/workflows"
)

// publisher is the service for a firm in Belgium that writes Dutch and German.
func publisher(t testing.TB, db *database.DB, by Receivers) *Notices {
	t.Helper()
	packs, err := workflow.Load(workflows.FS, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	firms, err := firm.NewStore(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	f := firm.Firm{
		Name: "Hoeve Ter Linde", Street: "Lindestraat 1", Postcode: "3000", City: "Leuven", Country: "BE", Zone: "Europe/Brussels",
		Language: "nl", Languages: []string{"de", "nl"}, AuthorityID: "BE-GBA", Email: "info@example.com", DPOName: "An Daems", DPOEmail: "an@example.com",
	}
	if err := firms.Put(context.Background(), db.W, f); err != nil {
		t.Fatal(err)
	}
	return NewNotices(NoticeDeps{DB: db, Clock: noon, Firms: firms, Packs: packs, Receivers: by})
}

func confirmRecord(t testing.TB, db *database.DB) processing.Record {
	t.Helper()
	r, err := processing.Starter()
	if err != nil {
		t.Fatal(err)
	}
	for k := range r.Purposes {
		r.Purposes[k].ConfirmedAt = noon()
	}
	if err := processing.Put(context.Background(), db.W, r, noon()); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestATextIsPublishedOnlyAsItWasShown(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		s := publisher(t, db, nil)
		shown, err := s.Drafts(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if shown.Version != 1 || !shown.Changed || len(shown.Drafts) != 2 || shown.Draft("en").Language != "nl" || len(shown.Open) != 5 {
			t.Fatalf("first drafts: version %d, %d texts, open %+v", shown.Version, len(shown.Drafts), shown.Open)
		}
		in := PublishInput{Version: 1, Seal: shown.Seal}
		refused := func(want error, in PublishInput) {
			t.Helper()
			if _, err := s.Publish(ctx, manager(), in); !errors.Is(err, want) {
				t.Fatalf("%v, want %v", err, want)
			}
		}
		refused(processing.ErrNoticeOpen, in)
		in.Know = true
		refused(processing.ErrNoticeChanged, PublishInput{Version: 2, Seal: shown.Seal, Know: true})
		r := confirmRecord(t, db) // somebody confirms the record while the page is open
		r.Purposes[0].Recipients = []string{"bpost"}
		if err := processing.Put(ctx, db.W, r, noon()); err != nil {
			t.Fatal(err)
		}
		refused(processing.ErrNoticeChanged, in)
		if shown, err = s.Drafts(ctx); err != nil || len(shown.Open) != 1 || shown.Open[0].What != "processors" {
			t.Fatalf("open %+v, %v", shown.Open, err)
		}
		in.Seal = shown.Seal
		for range 2 {
			if version, err := s.Publish(ctx, manager(), in); err != nil || version != 1 {
				t.Fatalf("version %d, %v", version, err)
			}
		}
		refused(processing.ErrNoticeSame, PublishInput{Version: 2, Seal: shown.Seal, Know: true})
		latest, ok, err := processing.LatestNotice(ctx, db.R, "de")
		if err != nil || !ok || latest.Version != 1 || latest.Hash != shown.Draft("de").Hash() || !latest.At.Equal(noon()) {
			t.Fatalf("latest %+v %v", latest, err)
		}
		entries, err := journal.ListOf(ctx, db.R, journal.Case{Kind: "firm"})
		if err != nil {
			t.Fatal(err)
		}
		said := slices.DeleteFunc(entries, func(e journal.Entry) bool { return e.Kind != "notice.published" })
		if len(said) != 1 || said[0].Facts["version"] != "1" || said[0].Facts["sha256_de"] != latest.Hash {
			t.Fatalf("journal %+v", said)
		}
	})
}

func TestProcessorsOfTheRecordAreNamedInTheText(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		confirmRecord(t, db)
		s := publisher(t, db, func(_ context.Context, _ bun.IDB, _ firm.Firm, lang string) (processors, transfers []processing.NamedProcessor, err error) {
			return []processing.NamedProcessor{{Name: "Hosting " + lang, Country: "BE", Where: processing.InEEA}}, nil, nil
		})
		d, err := s.Drafts(context.Background())
		if err != nil || len(d.Open) > 0 {
			t.Fatalf("open %+v, %v", d.Open, err)
		}
		if !bytes.Contains([]byte(d.Draft("de").Text), []byte("- Hosting de (BE)\n")) {
			t.Fatal(d.Draft("de").Text)
		}
	})
}
