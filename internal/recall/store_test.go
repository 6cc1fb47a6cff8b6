package recall_test

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
	"clepsydra/internal/incident"
	"clepsydra/internal/recall"
)

func TestStoreKeepsEverything(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		at := now.Add(123456 * time.Microsecond)
		must(t, incident.Insert(ctx, db.W, incident.Incident{ID: "i1", Ref: "INC-2026-0001", Status: incident.Reported, OpenedAt: at, UpdatedAt: at}))
		r := recall.Recipient{
			ID: "r1", IncidentID: "i1", Name: "Buren op nummer 12\x00", Email: "b@example.com", Channel: recall.ByPost, Language: "nl", PassedBy: "r0",
			AddedBy: "a", AddedAt: at, AskedAt: at, GivenUpAt: at, Mail: recall.MailSent,
		}
		r.Renew([]byte("key"), at)
		r.Revoke(at)
		must(t, recall.Insert(ctx, db.W, r))
		r.Name = "Buren op nummer 12" // no database takes the NUL
		same(t, db, r)
		answers := []recall.Answer{
			{ID: "a1", Use: recall.PassedOn, Fate: recall.Kept, PassedTo: "mijn broer", Via: recall.ByLink, Language: "nl", Version: "nl-BE:1", Wording: "w", GivenAt: at, RecordedAt: at},
			{ID: "a2", Use: recall.Read, Fate: recall.Deleted, Stands: true, Name: "P.", Note: "belde", Via: recall.ByPhone, EvidenceID: "e", RecordedBy: "a", GivenAt: at, RecordedAt: at},
		}
		for _, a := range answers {
			must(t, r.Give(a))
			must(t, recall.AddAnswer(ctx, db.W, r))
		}
		r.AskedAt, r.GivenUpAt, r.Mail = time.Time{}, time.Time{}, recall.NotMailed
		r.Renew([]byte("key"), at)
		must(t, recall.Save(ctx, db.W, r))
		same(t, db, r)
		if _, err := recall.ByID(ctx, db.R, "nobody"); !errors.Is(err, recall.ErrNotFound) {
			t.Error(err)
		}
		if _, err := recall.ByToken(ctx, db.R, "nothing"); !errors.Is(err, recall.ErrLinkUnknown) {
			t.Error(err)
		}
		if _, err := recall.ByToken(ctx, db.R, recall.Token([]byte("key"), "r1", 1)); !errors.Is(err, recall.ErrLinkUnknown) {
			t.Errorf("the link before the last still works: %v", err)
		}
	})
}

// same reads a recipient in the three ways there are.
func same(t *testing.T, db *database.DB, want recall.Recipient) {
	t.Helper()
	ctx := context.Background()
	byID, err := recall.ByID(ctx, db.R, want.ID)
	must(t, err)
	byToken, err := recall.ByToken(ctx, db.R, recall.Token([]byte("key"), want.ID, want.Link.Serial))
	must(t, err)
	all, err := recall.OfIncident(ctx, db.R, want.IncidentID)
	must(t, err)
	if len(all) != 1 {
		t.Fatalf("%d recipients", len(all))
	}
	for _, got := range []recall.Recipient{byID, byToken, all[0]} {
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
	}
}
