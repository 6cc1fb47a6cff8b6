package stewardship

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/consent"
	"clepsydra/internal/contact"
	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
	"clepsydra/internal/journal"
	"clepsydra/internal/processing"
	"clepsydra/internal/retention"
)

// aged is a customer file whose people came four years ago, with a clock that the test
// moves and a post office that remembers.
type aged struct {
	t     *testing.T
	s     *Service
	db    *database.DB
	now   time.Time
	asked []Question
	fails map[string]error // by mail address
	put   int
}

func newAged(t *testing.T, db *database.DB, people int) *aged {
	t.Helper()
	h := &aged{t: t, db: db, now: noon().AddDate(-4, 0, 0), fails: map[string]error{}}
	h.s = New(db, func() time.Time { return h.now })
	p := noRetention()
	p.Secret = []byte("secret")
	p.CanAsk = func(context.Context) (bool, error) { return true, nil }
	p.Put = func(context.Context, bun.Tx, string, time.Time) error { h.put++; return nil }
	p.Ask = func(_ context.Context, q Question) error {
		if err := h.fails[q.Person.Email]; err != nil {
			return err
		}
		h.asked = append(h.asked, q)
		return nil
	}
	h.s.UseRetention(p)
	var b strings.Builder
	b.WriteString("Naam;E-mail;Straat;Postcode;Gemeente;Land;Klantnummer\n")
	for k := range people {
		mail := fmt.Sprintf("k%03d@example.com", k)
		if k%10 == 9 {
			mail = ""
		}
		fmt.Fprintf(&b, "Klant %c%c;%s;Kerkstraat %d;3000;Leuven;BE;K-%d\n", 'A'+k/26, 'A'+k%26, mail, k+1, k)
	}
	if _, err := h.s.Import(context.Background(), manager(), input(b.String())); err != nil {
		t.Fatal(err)
	}
	h.now = noon()
	return h
}

func (h *aged) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *aged) named(name string) contact.ID {
	h.t.Helper()
	page, err := h.s.Search(context.Background(), manager(), contact.Query{Text: name})
	h.ok(err)
	if len(page.Contacts) == 0 {
		h.t.Fatalf("no %s", name)
	}
	return page.Contacts[0].ID
}

func (h *aged) tally(run string) map[retention.PersonState]int {
	h.t.Helper()
	out, _, err := retention.Tally(context.Background(), h.db.R, run)
	h.ok(err)
	return out
}

// TestARunAsksWaitsAndLetsGo: who clicks, who did something, who is held and who is
// restricted stay; everybody else goes after the notice and is counted.
func TestARunAsksWaitsAndLetsGo(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		h := newAged(t, db, 40)
		h.fails["k003@example.com"] = ErrAskRefused
		h.ok(h.s.HoldPerson(ctx, manager(), h.named("Klant AA"), "claim in court"))
		_, err := db.W.NewRaw("UPDATE contacts SET restricted_at = ? WHERE name = 'Klant AB'", h.now).Exec(ctx)
		h.ok(err)
		p, err := h.s.PlanRetention(ctx)
		if err != nil || p.Due != 40 || p.NoMail != 4 || p.Held != 2 || p.Then != processing.ThenAnonymise {
			t.Fatalf("plan %+v, %v", p, err)
		}
		shown, err := h.s.DuePeople(ctx, manager(), p, retention.Place{}, 50)
		if err != nil || len(shown) != 40 {
			t.Fatalf("%d shown, %v", len(shown), err)
		}
		run, err := h.s.StartRetention(ctx, manager())
		h.ok(err)
		if _, err := h.s.StartRetention(ctx, manager()); !errors.Is(err, retention.ErrRunning) {
			t.Errorf("a second run: %v", err)
		}
		again, err := h.s.AdvanceRetention(ctx, run.ID)
		if err != nil || !again.Equal(run.ActAfter) || len(h.asked) != 33 || h.put != 1 {
			t.Fatalf("again %v of %v, %d asked, %v", again, run.ActAfter, len(h.asked), err)
		}
		if want := noon().Truncate(24*time.Hour).AddDate(0, 0, 31); !run.ActAfter.Equal(want) {
			t.Errorf("acts after %v, want the day after thirty days: %v", run.ActAfter, want)
		}
		h.answers(run)
		h.now = run.ActAfter
		if again, err = h.s.AdvanceRetention(ctx, run.ID); err != nil || !again.IsZero() {
			t.Fatalf("%v, %v", again, err)
		}
		got := h.tally(run.ID)
		if got[retention.Stayed] != 2 || got[retention.Held] != 3 || got[retention.Anonymised] != 34 || got[retention.Gone] != 1 {
			t.Errorf("%v", got)
		}
		figures, err := h.s.RetentionFigures(ctx)
		if err != nil || figures[retention.ByCountry]["BE"] != 34 || figures[retention.ByPostcode]["BE 30"] != 34 || figures[retention.ByYear]["2022"] != 34 {
			t.Errorf("figures %v, %v", figures, err)
		}
		page, err := h.s.Search(ctx, manager(), contact.Query{})
		if err != nil || page.Total != 5 {
			t.Errorf("%d left, %v", page.Total, err)
		}
		h.journalTells(run)
	})
}

// answers is what happens while people have time to answer.
func (h *aged) answers(run retention.Run) {
	h.t.Helper()
	ctx := context.Background()
	h.now = h.now.AddDate(0, 0, 3)
	h.ok(h.s.Stay(ctx, h.asked[0].Token))
	for _, token := range []string{h.asked[0].Token, "", "made up"} {
		if err := h.s.Stay(ctx, token); !errors.Is(err, retention.ErrLink) {
			h.t.Errorf("link %q: %v", token, err)
		}
	}
	h.ok(contact.Touch(ctx, h.db.W, h.named("Klant AK"), h.now)) // an order
	h.ok(h.s.HoldPerson(ctx, manager(), h.named("Klant AL"), "second claim"))
	_, err := h.s.Erase(ctx, manager(), h.named("Klant AM"), OnRequest)
	h.ok(err)
	if _, err := h.s.Erase(ctx, manager(), h.named("Klant AL"), OnRequest); !errors.Is(err, ErrHeld) {
		h.t.Errorf("somebody held: %v", err)
	}
	if again, err := h.s.AdvanceRetention(ctx, run.ID); err != nil || !again.Equal(run.ActAfter) {
		h.t.Errorf("too early: %v, %v", again, err)
	}
}

func (h *aged) journalTells(run retention.Run) {
	h.t.Helper()
	entries, err := journal.ListOf(context.Background(), h.db.R, journal.Case{Kind: "firm"})
	h.ok(err)
	var ended journal.Entry
	for _, e := range entries {
		if e.Kind == "retention.ended" {
			ended = e
		}
	}
	if ended.Facts["run"] != run.ID || ended.Facts["n_anonymise"] != "34" || ended.Facts["n_held"] != "3" || ended.Actor.ID != manager().ID {
		h.t.Errorf("%+v", ended)
	}
	if _, problems, err := journal.Verify(context.Background(), h.db.R); err != nil || len(problems) > 0 {
		h.t.Errorf("%v, %v", problems, err)
	}
}

// TestARunGoesOnWhereItWasCutOff: however often it breaks off between two batches or
// in the middle of one, everybody goes once and the figures are right.
func TestARunGoesOnWhereItWasCutOff(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		h := newAged(t, db, 60)
		run, err := h.s.StartRetention(ctx, manager())
		h.ok(err)
		broken := errors.New("the machine went off")
		h.fails["k031@example.com"] = broken
		if _, err := h.s.AdvanceRetention(ctx, run.ID); !errors.Is(err, broken) {
			t.Fatal(err)
		}
		delete(h.fails, "k031@example.com")
		_, err = h.s.AdvanceRetention(ctx, run.ID)
		h.ok(err)
		if len(h.asked) != 54 {
			t.Errorf("%d asked", len(h.asked))
		}
		h.now = run.ActAfter
		erased := 0
		h.s.OnErase("breaks", func(context.Context, bun.Tx, contact.Contact) (map[string]int, error) {
			if erased++; erased%17 == 0 {
				return nil, broken
			}
			return nil, nil
		})
		for cuts := 0; ; cuts++ {
			if _, err = h.s.AdvanceRetention(ctx, run.ID); err == nil {
				if cuts == 0 {
					t.Error("it never broke")
				}
				break
			}
			if !errors.Is(err, broken) || cuts > 50 {
				t.Fatal(err)
			}
		}
		var receipts int
		h.ok(h.s.Erasures(ctx, func(Erasure) error { receipts++; return nil }))
		figures, err := h.s.RetentionFigures(ctx)
		if err != nil || receipts != 60 || h.tally(run.ID)[retention.Anonymised] != 60 || figures[retention.ByCountry]["BE"] != 60 {
			t.Errorf("%d receipts, %v, %v, %v", receipts, h.tally(run.ID), figures, err)
		}
	})
}

func TestAStoppedRunTakesNobody(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		h := newAged(t, db, 6)
		run, err := h.s.StartRetention(ctx, manager())
		h.ok(err)
		_, err = h.s.AdvanceRetention(ctx, run.ID)
		h.ok(err)
		h.ok(h.s.StopRetention(ctx, manager(), run.ID))
		h.ok(h.s.StopRetention(ctx, manager(), run.ID))
		h.now = run.ActAfter.AddDate(0, 1, 0)
		if again, err := h.s.AdvanceRetention(ctx, run.ID); err != nil || !again.IsZero() {
			t.Errorf("%v, %v", again, err)
		}
		if n, err := h.s.Count(ctx, contact.Query{}); err != nil || n != 6 {
			t.Errorf("%d left, %v", n, err)
		}
	})
}

// TestTheArchiveIsApart: it holds only the fields that serve the duty, no search, no
// segment and no export finds them, and it ends by itself.
func TestTheArchiveIsApart(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		h := newAged(t, db, 7)
		h.ok(h.s.SaveRetention(ctx, manager(), retention.Settings{NoticeDays: 7, Archive: true, IncidentMonths: 12}))
		run, err := h.s.StartRetention(ctx, manager())
		h.ok(err)
		h.now = run.ActAfter
		_, err = h.s.AdvanceRetention(ctx, run.ID)
		h.ok(err)
		if n, err := h.s.Count(ctx, contact.Query{Text: "Klant"}); err != nil || n != 0 {
			t.Errorf("%d found, %v", n, err)
		}
		var out strings.Builder
		if n, err := exportTo(h.s, &out, contact.Query{}, contact.FormatJSON); err != nil || n != 0 || strings.Contains(out.String(), "Klant") {
			t.Errorf("exported %d, %v", n, err)
		}
		all, n, err := h.s.Archived(ctx, manager(), "klant ac", 10, 0)
		if err != nil || n != 1 {
			t.Fatalf("%d in the archive, %v", n, err)
		}
		v := all[0].Values
		if v[contact.FieldName] != "Klant AC" || v[contact.FieldNumber] != "K-2" || v[contact.FieldEmail] != "" || !strings.Contains(v[contact.FieldAddress], "Kerkstraat 3") {
			t.Errorf("kept %v", v)
		}
		if want := time.Date(2032, 11, 23, 0, 0, 0, 0, time.UTC); !all[0].KeepUntil.Equal(want) {
			t.Errorf("kept until %v, want %v", all[0].KeepUntil, want)
		}
		h.now = all[0].KeepUntil
		h.ok(h.s.SweepRetention(ctx))
		if _, n, err := h.s.Archived(ctx, manager(), "", 10, 0); err != nil || n != 0 {
			t.Errorf("%d in the archive after its end, %v", n, err)
		}
	})
}

// TestErasuresAreAppliedAgainAfterARestore brings people back as an older backup would.
func TestErasuresAreAppliedAgainAfterARestore(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		h := newAged(t, db, 3)
		id := h.named("Klant AB")
		_, err := h.s.Erase(ctx, manager(), id, OnRequest)
		h.ok(err)
		var list []Erasure
		h.ok(h.s.Erasures(ctx, func(e Erasure) error { list = append(list, e); return nil }))
		_, err = db.W.NewRaw("UPDATE contacts SET erased_at = NULL, name = 'Klant AB', search = 'klant ab' WHERE id = ?", id).Exec(ctx)
		h.ok(err)
		h.ok(h.s.HoldPerson(ctx, manager(), id, "held in the old backup"))
		list = append(list, Erasure{ContactID: "nobody"})
		for _, want := range []int{1, 0} {
			if n, err := h.s.Replay(ctx, manager(), list); err != nil || n != want {
				t.Errorf("replayed %d, want %d: %v", n, want, err)
			}
		}
		if n, err := h.s.Count(ctx, contact.Query{}); err != nil || n != 2 {
			t.Errorf("%d left, %v", n, err)
		}
	})
}

func TestWhatRetentionRefuses(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		h := newAged(t, db, 2)
		for _, bad := range []retention.Settings{{NoticeDays: 6, IncidentMonths: 12}, {NoticeDays: 181, IncidentMonths: 12}, {NoticeDays: 30}} {
			if err := h.s.SaveRetention(ctx, manager(), bad); err == nil {
				t.Errorf("%+v was taken", bad)
			}
		}
		if err := h.s.HoldPerson(ctx, manager(), h.named("Klant AA"), "  "); !errors.Is(err, ErrHoldReason) {
			t.Errorf("no reason: %v", err)
		}
		if err := h.s.HoldPerson(ctx, manager(), "nobody", "x"); !errors.Is(err, contact.ErrNotFound) {
			t.Errorf("nobody: %v", err)
		}
		h.now = noon().AddDate(-2, 0, 0)
		if _, err := h.s.StartRetention(ctx, manager()); !errors.Is(err, retention.ErrNobodyDue) {
			t.Errorf("nobody due: %v", err)
		}
		if _, err := h.s.Receipt(ctx, "none"); !errors.Is(err, ErrNoReceipt) {
			t.Errorf("no receipt: %v", err)
		}
	})
}

func TestTheProposalComesOnceAMonth(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		h := newAged(t, db, 5)
		for _, want := range []int{5, 0} {
			if n, err := h.s.ProposeRetention(ctx); err != nil || n != want {
				t.Errorf("%d, want %d: %v", n, want, err)
			}
		}
		h.now = h.now.AddDate(0, 1, 0)
		if n, err := h.s.ProposeRetention(ctx); err != nil || n != 5 {
			t.Errorf("next month: %d, %v", n, err)
		}
		_, err := h.s.StartRetention(ctx, manager())
		h.ok(err)
		h.now = h.now.AddDate(0, 1, 0)
		if n, err := h.s.ProposeRetention(ctx); err != nil || n != 0 {
			t.Errorf("while a run is under way: %d, %v", n, err)
		}
	})
}

// TestWhatAPersonSaysIsActivity: a consent or an objection of his own counts from when
// he said it; a list that the firm imports does not.
func TestWhatAPersonSaysIsActivity(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		s := lawful(t, db)
		id := arrive(t, s, anna)
		active := func() time.Time {
			t.Helper()
			c, err := contact.ByID(ctx, db.R, id)
			if err != nil {
				t.Fatal(err)
			}
			return c.ActiveAt
		}
		if !active().IsZero() {
			t.Errorf("an import made her active at %v", active())
		}
		at := noon().Add(-time.Hour)
		if err := s.RecordConsent(ctx, manager(), []consent.Event{signedUp(id, at)}); err != nil {
			t.Fatal(err)
		}
		if !active().Equal(at) {
			t.Errorf("active at %v, want %v", active(), at)
		}
		if isActivity(consent.HowBoughtList) || isActivity(consent.HowImport) || !isActivity(consent.HowUnsubscribeLink) {
			t.Error("what counts as activity")
		}
	})
}
