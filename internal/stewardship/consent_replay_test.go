package stewardship

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/uptrace/bun"
	"pgregory.net/rapid"

	"clepsydra/internal/consent"
	"clepsydra/internal/contact"
	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
	"clepsydra/internal/processing"
)

// TestTheStoredPresentIsTheReplay: whatever is recorded in whatever order, what is
// stored for the search is what the events replay to, and the column of the customer
// file with it.
func TestTheStoredPresentIsTheReplay(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		s := lawful(t, db)
		record, err := processing.Get(ctx, db.R)
		if err != nil {
			t.Fatal(err)
		}
		rapid.Check(t, func(t *rapid.T) {
			id := comer(t, s)
			for range rapid.IntRange(1, 5).Draw(t, "times") {
				e := signedUp(id, noon().AddDate(0, 0, -rapid.IntRange(0, 3).Draw(t, "days ago")))
				e.Purpose = rapid.SampledFrom([]processing.PurposeID{"newsletter", consent.AllMarketing, "own_offers"}).Draw(t, "purpose")
				e.Kind = rapid.SampledFrom(consent.Kinds()).Draw(t, "kind")
				if e.Kind == consent.SoftOptIn {
					e.How, e.Proof.Purchase = consent.HowPurchase, &consent.Purchase{On: contact.DateOf(e.At), Similar: true, ObjectionOffered: true}
				}
				err := s.RecordConsent(ctx, manager(), []consent.Event{e})
				if err != nil && !errors.Is(err, consent.ErrBundled) && !errors.Is(err, consent.ErrSoftBasis) {
					t.Fatal(err)
				}
			}
			events, err := consent.EventsOf(ctx, db.R, id)
			if err != nil {
				t.Fatal(err)
			}
			checkStored(t, db, id, events[id], record)
		})
	})
}

// comer is somebody new, by a file that says yes, no or nothing of him.
func comer(t *rapid.T, s *Service) contact.ID {
	c := contact.Contact{Email: rapid.StringMatching(`[a-z]{12}`).Draw(t, "who") + "@example.be"}
	state := rapid.SampledFrom([]string{"", "subscribed", "unsubscribed"}).Draw(t, "file")
	res, err := s.Import(context.Background(), manager(), input("Naam;E-mail;Nieuwsbrief\nIemand;"+c.Email+";"+state+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	var id contact.ID
	err = s.db.R.NewRaw("SELECT id FROM contacts WHERE import_id = ? UNION SELECT contact_id FROM contact_import_matches WHERE import_id = ?", res.Import.ID, res.Import.ID).Scan(context.Background(), &id)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func checkStored(t *rapid.T, db *database.DB, id contact.ID, events []consent.Event, record processing.Record) {
	stored, err := consent.StoredStates(context.Background(), db.R, id)
	if err != nil {
		t.Fatal(err)
	}
	replayed := consent.Present(events)
	if len(stored) != len(replayed) {
		t.Fatalf("stored %v, replayed %v", stored, replayed)
	}
	for use, state := range replayed {
		if want := (consent.Stored{Standing: state.Standing, Proven: state.IsProven(), Since: state.Since, EventID: state.Event.ID}); stored[use] != want {
			t.Fatalf("%v: stored %+v, want %+v", use, stored[use], want)
		}
	}
	c, err := contact.ByID(context.Background(), db.R, id)
	if err != nil {
		t.Fatal(err)
	}
	if m, at := consent.MarketingOf(replayed, record); len(events) > 0 && (c.Marketing != m || !c.UnsubscribedAt.Equal(at)) {
		t.Fatalf("shown as %q since %v, replayed %q since %v", c.Marketing, c.UnsubscribedAt, m, at)
	}
}

func TestErasingTakesTheProofsAndLeavesTheNo(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		s := lawful(t, db)
		id := arrive(t, s, anna)
		yes := signedUp(id, noon().Add(-time.Hour))
		yes.How = consent.HowPhone
		if err := s.RecordConsentWith(ctx, manager(), yes, "call.wav", []byte("RIFF\x24\x00\x00\x00WAVEfmt anna@example.be")); err != nil {
			t.Fatal(err)
		}
		all, err := consent.EventsOf(ctx, db.R, id)
		if err != nil || len(all[id]) != 1 {
			t.Fatalf("%v, %v", all, err)
		}
		if f, content, err := s.ConsentFile(ctx, manager(), id, all[id][0].Proof.FileID); err != nil || f.MediaType != "audio/wave" || len(content) != f.Size || f.SHA256 != all[id][0].Proof.FileSHA256 {
			t.Errorf("%+v, %v", f, err)
		}
		if _, _, err := s.ConsentFile(ctx, manager(), "somebody else", all[id][0].Proof.FileID); !errors.Is(err, consent.ErrFileNotFound) {
			t.Errorf("of somebody else: %v", err)
		}
		no := consent.Event{ContactID: id, Purpose: "newsletter", Channel: processing.ByMail, Kind: consent.Withdrawn, How: consent.HowPreferences}
		if err := s.RecordConsent(ctx, manager(), []consent.Event{no}); err != nil {
			t.Fatal(err)
		}
		counts, err := s.Erase(ctx, manager(), id, OnRequest)
		if err != nil || counts["consents"] != 2 || counts["consent_files"] != 1 {
			t.Fatalf("%v, %v", counts, err)
		}
		if err := s.RecordConsent(ctx, manager(), []consent.Event{signedUp(id, noon())}); !errors.Is(err, ErrErased) {
			t.Errorf("of somebody erased: %v", err)
		}
		since, err := s.IsBlocked(ctx, contact.Contact{Email: "anna@example.be"}, no.Use())
		if err != nil || !since.Equal(noon()) {
			t.Errorf("blocked since %v, %v", since, err)
		}
	})
}

func TestAMergeTakesWhatBothSaidAlongAndBack(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		s := lawful(t, db)
		id := arrive(t, s, anna)
		double := arrive(t, s, "Naam;E-mail;Nieuwsbrief\nAn Peeters;an@example.be;unsubscribed\n")
		if err := s.RecordConsent(ctx, manager(), []consent.Event{signedUp(id, noon().AddDate(0, 0, -1))}); err != nil {
			t.Fatal(err)
		}
		mover := s.consentMover()
		may := func(want bool) {
			t.Helper()
			if v, err := s.MayContact(ctx, id, "newsletter", processing.ByMail); err != nil || v.May != want {
				t.Errorf("may %v, %v", v, err)
			}
		}
		may(true)
		var undo string
		err := db.InTx(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
			undo, err = mover.Move(ctx, tx, double, id)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		may(false) // the double said no this noon
		err = db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error { return mover.Back(ctx, tx, double, id, undo) })
		if err != nil {
			t.Fatal(err)
		}
		may(true)
		if c, err := contact.ByID(ctx, db.R, double); err != nil || c.Marketing != contact.MarketingUnsubscribed {
			t.Errorf("the double is %q, %v", c.Marketing, err)
		}
	})
}
