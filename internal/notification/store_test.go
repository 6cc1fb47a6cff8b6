package notification_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
	"clepsydra/internal/incident"
	"clepsydra/internal/notification"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func opened(t *testing.T, db *database.DB, ids ...string) {
	t.Helper()
	for _, id := range ids {
		must(t, incident.Insert(context.Background(), db.W, incident.Incident{ID: incident.ID(id), Ref: id, Status: incident.Reported, OpenedAt: aware, UpdatedAt: aware}))
	}
}

func TestAnswersRoundTrip(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		opened(t, db, "i", "j")
		a := notification.Answer{Question: "measures", State: notification.NotKnown, UpdatedBy: "ann", UpdatedAt: aware}
		must(t, notification.SaveAnswer(ctx, db.W, "i", a))
		must(t, notification.SaveAnswer(ctx, db.W, "j", a))
		a.State, a.Text, a.UpdatedBy, a.UpdatedAt = notification.Given, "l'é\n'x'", "bob", aware.Add(time.Microsecond)
		must(t, notification.SaveAnswer(ctx, db.W, "i", a))
		if got, err := notification.AnswersOf(ctx, db.R, "i"); err != nil || len(got) != 1 || got["measures"] != a {
			t.Errorf("read %+v, %v", got, err)
		}
		given, err := notification.GivenOfIncidents(ctx, db.R, []string{"i", "j"})
		if must(t, err); len(given) != 1 || given["i"]["measures"] != a.Text {
			t.Errorf("read %+v", given)
		}
		must(t, notification.DropAnswer(ctx, db.W, "i", "measures"))
		if got, err := notification.AnswersOf(ctx, db.R, "i"); err != nil || len(got) != 0 {
			t.Errorf("read %+v, %v", got, err)
		}
		if got, err := notification.AnswersOf(ctx, db.R, "j"); err != nil || len(got) != 1 {
			t.Errorf("dropped the answer of another: %+v, %v", got, err)
		}
	})
}

func TestPapersCountAndKeepTheirHash(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		opened(t, db, "i")
		d := notification.Compose(facts(t, template), nil, words)
		p := notification.Paper{IncidentID: "i", Kind: notification.PaperNotification, Phase: "initial", Language: "nl", ApprovedBy: "ann", ApprovedAt: aware}
		first, err := notification.Approve(ctx, db.W, p, d)
		must(t, err)
		same, err := notification.Approve(ctx, db.W, p, d)
		must(t, err)
		d.Reference = "INC-2026-0002"
		other, err := notification.Approve(ctx, db.W, p, d)
		must(t, err)
		p.Kind = notification.PaperLetters
		letters, err := notification.Approve(ctx, db.W, p, map[string]string{"nl": "x"})
		must(t, err)
		if first.Version != 1 || same.Version != 2 || other.Version != 3 || letters.Version != 1 {
			t.Errorf("versions %d %d %d, letters %d", first.Version, same.Version, other.Version, letters.Version)
		}
		if first.Hash != same.Hash || first.Hash == other.Hash || len(first.Hash) != 64 {
			t.Errorf("hashes %s %s %s", first.Hash, same.Hash, other.Hash)
		}
		if got, err := notification.PaperByID(ctx, db.R, first.ID); err != nil || got != first {
			t.Errorf("wrote %+v\nread  %+v, %v", first, got, err)
		}
		if _, err := notification.PaperByID(ctx, db.R, "none"); !errors.Is(err, notification.ErrPaperNotFound) {
			t.Errorf("got %v", err)
		}
		if got, err := notification.PapersOf(ctx, db.R, "i", notification.PaperNotification); err != nil || len(got) != 3 || got[0] != other {
			t.Errorf("read %+v, %v", got, err)
		}
	})
}

func TestTicksBelongToTheirRound(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		opened(t, db, "i", "j")
		tick := notification.Tick{Question: "measures", Round: 0, Hash: notification.HashOf("x"), By: "ann", At: aware}
		must(t, notification.SaveTick(ctx, db.W, "i", tick))
		tick.Hash, tick.By, tick.At = notification.HashOf("y"), "bob", aware.Add(time.Minute)
		must(t, notification.SaveTick(ctx, db.W, "i", tick))
		if got, err := notification.TicksOf(ctx, db.R, "i", 0); err != nil || len(got) != 1 || got["measures"] != tick {
			t.Errorf("read %+v, %v", got, err)
		}
		for _, other := range []struct {
			id    incident.ID
			round int
		}{{"i", 1}, {"j", 0}} {
			if got, err := notification.TicksOf(ctx, db.R, other.id, other.round); err != nil || len(got) != 0 {
				t.Errorf("%v has %+v, %v", other, got, err)
			}
		}
		must(t, notification.DropTick(ctx, db.W, "i", 1, "measures"))
		if got, _ := notification.TicksOf(ctx, db.R, "i", 0); len(got) != 1 {
			t.Error("another round's tick went")
		}
		must(t, notification.DropTick(ctx, db.W, "i", 0, "measures"))
		if got, _ := notification.TicksOf(ctx, db.R, "i", 0); len(got) != 0 {
			t.Error("the tick stayed")
		}
	})
}
