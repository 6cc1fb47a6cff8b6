package obligation_test

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
	"clepsydra/internal/incident"
	"clepsydra/internal/obligation"
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
		must(t, incident.Insert(context.Background(), db.W, incident.Incident{ID: incident.ID(id), Ref: "INC-" + id, Status: incident.Reported, OpenedAt: start, UpdatedAt: start}))
	}
}

func stored(id, inc string, duty obligation.Duty) obligation.Obligation {
	return obligation.Obligation{
		ID: obligation.ID(id), IncidentID: incident.ID(inc), Regime: "gdpr", RegimeVersion: "2016/679", Duty: duty, Recipient: "BE-GBA",
		Article: "GDPR Art. 33(1)", StartedAt: start, DueAt: due, StatutoryAt: due.Add(time.Hour), TargetAt: due.Add(2 * time.Hour),
		State: obligation.Open, CreatedAt: start.Add(time.Microsecond),
	}
}

func TestObligationRoundTrip(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		opened(t, db, "i", "j")
		o := stored("o", "i", obligation.NotifyAuthority)
		must(t, obligation.Save(ctx, db.W, o))
		o.State, o.SettledAt, o.Reason, o.AcknowledgedAt, o.AcknowledgedBy = obligation.MetLate, due, "week-end d'été", start, "ann"
		o.RegimeVersion, o.StartedAt, o.DueAt, o.StatutoryAt, o.TargetAt = "x", start.Add(1000), time.Time{}, time.Time{}, time.Time{}
		must(t, obligation.Save(ctx, db.W, o))
		got, err := obligation.ByID(ctx, db.R, "o")
		if must(t, err); got != o {
			t.Errorf("wrote %+v\nread  %+v", o, got)
		}
		if _, err := obligation.ByID(ctx, db.R, "none"); !errors.Is(err, obligation.ErrNotFound) {
			t.Errorf("got %v", err)
		}
		if err := obligation.Save(ctx, db.W, stored("twin", "i", obligation.NotifyAuthority)); err == nil {
			t.Error("the same duty twice")
		}
	})
}

func TestListsOfObligations(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		opened(t, db, "i", "j", "k")
		endless := stored("endless", "i", obligation.InformPeople)
		endless.DueAt = time.Time{}
		soon := stored("soon", "j", obligation.NotifyAuthority)
		soon.DueAt = due.Add(-time.Microsecond)
		met := stored("met", "k", obligation.NotifyAuthority)
		met.State, met.SettledAt = obligation.Met, due
		late := stored("late", "k", obligation.InformPeople)
		late.Duty, late.Recipient, late.State, late.SettledAt, late.DueAt = obligation.NotifyAuthority, "NL-AP", obligation.MetLate, due.Add(-time.Hour), due.Add(-2*time.Hour)
		for _, o := range []obligation.Obligation{endless, stored("o", "i", obligation.NotifyAuthority), soon, met, late} {
			must(t, obligation.Save(ctx, db.W, o))
		}
		ids := func(os []obligation.Obligation, err error) []obligation.ID {
			must(t, err)
			var out []obligation.ID
			for _, o := range os {
				out = append(out, o.ID)
			}
			return out
		}
		for name, c := range map[string]struct{ got, want []obligation.ID }{
			"open":         {ids(obligation.ListOpen(ctx, db.R)), []obligation.ID{"soon", "o", "endless"}},
			"of incident":  {ids(obligation.OfIncident(ctx, db.R, "i")), []obligation.ID{"o", "endless"}},
			"settled":      {ids(obligation.SettledSince(ctx, db.R, obligation.NotifyAuthority, due.Add(-time.Hour))), []obligation.ID{"late", "met"}},
			"settled then": {ids(obligation.SettledSince(ctx, db.R, obligation.NotifyAuthority, due)), []obligation.ID{"met"}},
		} {
			if !reflect.DeepEqual(c.got, c.want) {
				t.Errorf("%s: %v", name, c.got)
			}
		}
		spans, err := obligation.SpansSince(ctx, db.R, obligation.NotifyAuthority, due.Add(-time.Hour))
		if must(t, err); !reflect.DeepEqual(spans, []obligation.Span{{Late: true, Took: 71 * time.Hour}, {Took: 72 * time.Hour}}) {
			t.Errorf("spans %v", spans)
		}
		if none, err := obligation.SpansSince(ctx, db.R, obligation.Document, start); err != nil || len(none) != 0 {
			t.Errorf("spans %v, %v", none, err)
		}
		many, err := obligation.OfIncidents(ctx, db.R, []string{"i", "k"})
		if must(t, err); len(many) != 2 || len(many["i"]) != 2 || len(many["k"]) != 2 {
			t.Errorf("got %v", many)
		}
	})
}

func TestFilingsRoundTrip(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		opened(t, db, "i", "j")
		must(t, obligation.Save(ctx, db.W, stored("o", "i", obligation.NotifyAuthority)))
		must(t, obligation.Save(ctx, db.W, stored("p", "j", obligation.NotifyAuthority)))
		fs := []obligation.Filing{
			{ID: "b", ObligationID: "o", Phase: obligation.Initial, FiledAt: start, Receipt: "R", LateReason: "l", PaperID: "p", RecordedBy: "ann", RecordedAt: due},
			{ID: "a", ObligationID: "o", Phase: obligation.Supplementary, FiledAt: due, NoReceipt: "phone", RecordedBy: "bob", RecordedAt: due, ProofID: "e"},
			{ID: "c", ObligationID: "o", Phase: obligation.Withdrawal, FiledAt: due.Add(time.Hour), Receipt: "R", RecordedBy: "bob", RecordedAt: due, WithdrawalReason: "no breach"},
		}
		for _, f := range fs {
			must(t, obligation.AddFiling(ctx, db.W, f))
		}
		if got, err := obligation.FilingsOf(ctx, db.R, "o"); err != nil || !reflect.DeepEqual(got, fs) {
			t.Errorf("read %+v, %v", got, err)
		}
		many, err := obligation.FilingsOfIncidents(ctx, db.R, []string{"i", "j"})
		if must(t, err); !reflect.DeepEqual(many["i"], fs) || len(many["j"]) != 0 {
			t.Errorf("read %+v", many)
		}
	})
}

func TestRemindersRoundTripAndStandOncePerRung(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		opened(t, db, "i")
		o := stored("o", "i", obligation.NotifyAuthority)
		must(t, obligation.Save(ctx, db.W, o))
		plan := obligation.Plan(o, ladder(t, obligation.NotifyAuthority), brussels(t))
		added, err := obligation.InsertReminders(ctx, db.W, plan)
		if must(t, err); len(added) != len(plan) || added[0].ID == "" {
			t.Fatalf("added %d of %d", len(added), len(plan))
		}
		if again, err := obligation.InsertReminders(ctx, db.W, plan); err != nil || len(again) != 0 {
			t.Fatalf("a rung twice: %+v, %v", again, err)
		}
		first := added[0]
		first.State, first.Why, first.SentAt, first.SlackChannel, first.SlackTS = obligation.Sent, "w", first.DueAt.Add(time.Second), "C1", "1.2"
		first.Mails, first.Attempts, first.LastError = 2, 3, "timeout"
		must(t, obligation.SaveReminder(ctx, db.W, first))
		if got, err := obligation.ReminderByID(ctx, db.R, first.ID); err != nil || !reflect.DeepEqual(got, first) {
			t.Errorf("wrote %+v\nread  %+v, %v", first, got, err)
		}
		if _, err := obligation.ReminderByID(ctx, db.R, "none"); !errors.Is(err, obligation.ErrReminderNotFound) {
			t.Errorf("got %v", err)
		}
		at := added[2].DueAt
		if got, err := obligation.RemindersDue(ctx, db.R, at); err != nil || len(got) != 2 {
			t.Errorf("due exactly now: %d, %v", len(got), err)
		}
		if got, err := obligation.RemindersDue(ctx, db.R, at.Add(-time.Microsecond)); err != nil || len(got) != 1 {
			t.Errorf("due just before: %d, %v", len(got), err)
		}
	})
}

// TestLadderComesBackAfterAWaiver: cancelled rungs must not keep the ladder of a
// duty that is needed after all from being laid out.
func TestLadderComesBackAfterAWaiver(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		opened(t, db, "i")
		o := stored("o", "i", obligation.NotifyAuthority)
		must(t, obligation.Save(ctx, db.W, o))
		plan := obligation.Plan(o, ladder(t, obligation.NotifyAuthority), brussels(t))
		added, err := obligation.InsertReminders(ctx, db.W, plan)
		must(t, err)
		sent := added[0]
		sent.State, sent.SentAt = obligation.Sent, sent.DueAt
		must(t, obligation.SaveReminder(ctx, db.W, sent))
		must(t, obligation.CancelPlanned(ctx, db.W, "o", "waived"))
		if got, err := obligation.RemindersDue(ctx, db.R, due.Add(time.Hour)); err != nil || len(got) != 0 {
			t.Fatalf("waived and still due: %v, %v", got, err)
		}
		must(t, obligation.DropPlanned(ctx, db.W, "o"))
		back, err := obligation.InsertReminders(ctx, db.W, plan)
		if must(t, err); len(back) != len(plan)-1 {
			t.Fatalf("%d of %d rungs came back", len(back), len(plan)-1)
		}
		for _, r := range back {
			if r.Rung == "started" || r.Rung[len(r.Rung)-2:] == "_2" {
				t.Errorf("rung %s", r.Rung)
			}
		}
	})
}
