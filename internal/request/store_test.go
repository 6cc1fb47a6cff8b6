package request_test

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
	"clepsydra/internal/request"
)

func full(id, ref string, at time.Time) request.Request {
	return request.Request{
		ID: request.ID(id), Ref: ref, SendKey: "key-" + id, Via: request.ByForm, Name: "Élise 发", Email: "e@example.com", Phone: "+32", Address: "a\nb",
		CustomerNumber: "7", Said: "two\nlines", Language: "fr", ReceivedAt: at, ContactID: "c1", Matching: request.Found,
		Items:    []request.Item{{Kind: request.Access, Outcome: request.Done, At: at, By: "a"}, {Kind: request.Erasure}},
		Identity: request.Identity{State: request.Proved, Method: request.Question, Question: "postcode", AskedAt: at, DecidedAt: at, By: "a", Reason: "r"},
		Told:     []request.Told{{Recipient: "mail house", At: at, By: "a"}}, LawVersion: "2018", LeadID: "a", State: request.Open,
		ExtendedAt: at, ExtensionReason: "many", PausedDays: 3, DueAt: at.AddDate(0, 1, 0), CreatedAt: at, UpdatedAt: at,
	}
}

func TestRequestsComeBackAsTheyWereKept(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, at := context.Background(), time.Date(2026, 11, 22, 12, 0, 0, 123000, time.UTC)
		r := full("r1", "REQ-2026-0001", at)
		closed := full("r2", "REQ-2026-0002", at.AddDate(0, -2, 0))
		closed.State, closed.ClosedAt, closed.Items = request.Closed, at.AddDate(-1, 0, 0), []request.Item{{Kind: request.ObjectionMarketing}}
		for _, one := range []request.Request{r, closed} {
			if err := request.Insert(ctx, db.W, one); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := request.ByID(ctx, db.R, "r1"); err != nil || !reflect.DeepEqual(got, r) {
			t.Fatalf("kept %+v\nwant %+v, %v", got, r, err)
		}
		if _, err := request.ByID(ctx, db.R, "no"); !errors.Is(err, request.ErrNotFound) {
			t.Errorf("none: %v", err)
		}
		again := r
		again.ID, again.Ref = "r3", "REQ-2026-0003"
		if err := request.Insert(ctx, db.W, again); !database.IsUnique(err, "send_key") {
			t.Errorf("the same form twice: %v", err)
		}
		for name, c := range map[string]struct {
			f    request.Filter
			want int
		}{
			"all": {request.Filter{}, 2}, "open": {request.Filter{State: request.Open}, 1}, "kind": {request.Filter{Kind: request.Erasure}, 1},
			"not a part of a kind": {request.Filter{Kind: "objection"}, 0}, "name": {request.Filter{Text: "lise"}, 2}, "reference": {request.Filter{Text: "0002"}, 1},
			"days": {request.Filter{From: "2026-11-22", To: "2026-11-22"}, 1}, "wildcard": {request.Filter{Text: "%"}, 0},
		} {
			if got, err := request.List(ctx, db.R, c.f, 0); err != nil || len(got) != c.want {
				t.Errorf("%s: %d, %v", name, len(got), err)
			}
		}
		if near, err := request.OpenBefore(ctx, db.R, at.AddDate(0, 2, 0), 5); err != nil || len(near) != 1 || near[0].ID != "r1" {
			t.Errorf("near %+v, %v", near, err)
		}
		if old, err := request.ClosedBefore(ctx, db.R, at, 5); err != nil || len(old) != 1 || old[0].ID != "r2" {
			t.Errorf("old %+v, %v", old, err)
		}
		if all, open, err := request.Counts(ctx, db.R); err != nil || all != 2 || open != 1 {
			t.Errorf("%d of %d, %v", open, all, err)
		}
		movesAndForgets(t, db)
	})
}

func movesAndForgets(t *testing.T, db *database.DB) {
	t.Helper()
	ctx := context.Background()
	err := db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		undo, err := request.Reassign(ctx, tx, "c1", "c2")
		if err != nil {
			return err
		}
		if moved, err := request.OfContact(ctx, tx, "c2"); err != nil || len(moved) != 2 {
			t.Errorf("moved %d, %v", len(moved), err)
		}
		return request.AssignBack(ctx, tx, undo, "c1")
	})
	if err != nil {
		t.Fatal(err)
	}
	back, err := request.OfContact(ctx, db.R, "c1")
	if err != nil || len(back) != 2 {
		t.Fatalf("back %d, %v", len(back), err)
	}
	r := back[0]
	r.Strip(r.ReceivedAt)
	if err := request.Save(ctx, db.W, r); err != nil {
		t.Fatal(err)
	}
	var rest string
	err = db.R.NewRaw("SELECT name || email || phone || address || customer_number || said || note || coalesce(contact_id, '') FROM requests WHERE id = ?", string(r.ID)).Scan(ctx, &rest)
	if err != nil || rest != "" {
		t.Errorf("what is left: %q, %v", rest, err)
	}
}

func TestPapersGoWhenTheirTimeIsOver(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, at := context.Background(), time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
		if err := request.Insert(ctx, db.W, full("r1", "REQ-2026-0001", at)); err != nil {
			t.Fatal(err)
		}
		p := request.Paper{ID: "p1", RequestID: "r1", Kind: request.PaperCopy, Name: "a.zip", Media: "application/zip", Content: []byte("secret"), Address: "e@example.com", MadeAt: at, ExpiresAt: at.Add(time.Hour)}
		if err := request.SavePaper(ctx, db.W, p); err != nil {
			t.Fatal(err)
		}
		if got, err := request.PaperByID(ctx, db.R, "p1"); err != nil || string(got.Content) != "secret" || len(got.SHA256) != 64 {
			t.Fatalf("kept %+v, %v", got, err)
		}
		if n, err := request.DropExpired(ctx, db.W, at); err != nil || n != 0 {
			t.Errorf("too early: %d, %v", n, err)
		}
		if n, err := request.DropExpired(ctx, db.W, at.Add(time.Hour)); err != nil || n != 1 {
			t.Errorf("in time: %d, %v", n, err)
		}
		got, err := request.PaperByID(ctx, db.R, "p1")
		if err != nil || len(got.Content) != 0 || got.Address != "" || len(got.SHA256) != 64 {
			t.Errorf("left %+v, %v", got, err)
		}
	})
}
