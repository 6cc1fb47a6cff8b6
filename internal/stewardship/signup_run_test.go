package stewardship

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"clepsydra/internal/consent"
	"clepsydra/internal/contact"
	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
	"clepsydra/internal/signup"
	"clepsydra/internal/workflow"
)

// oldList imports people without proof: two who are said to be subscribed, one of
// whom nothing is known, one who said no, one without a mail address, one child.
func (o *office) oldList() contact.Criteria {
	o.t.Helper()
	const list = "Email;Naam;Taal;Nieuwsbrief\n" +
		"ja1@example.com;Ja Een;nl;subscribed\nja2@example.com;Ja Twee;fr;subscribed\nstil@example.com;Stil;nl;\n" +
		"nee@example.com;Nee;nl;unsubscribed\n;Zonder Mail;nl;\nkind@example.com;Kind;nl;subscribed\n"
	res, err := o.s.Import(context.Background(), manager(), input(list))
	o.ok(err)
	child := o.person("kind@example.com")
	child.BirthDate = contact.Date{Year: 2020, Month: 5, Day: 1}
	o.ok(contact.Rewrite(context.Background(), o.db.W, child))
	return contact.Criteria{ImportID: res.Import.ID}
}

func (o *office) run() signup.Run {
	both := func(s string) workflow.Text { return workflow.Text{"nl": s, "fr": s} }
	return signup.Run{
		Purpose: "newsletter", Subject: both("Wilt u blijven?"), Body: both("Zeg ja of nee."), Ground: "own_customers",
		Until: o.now.AddDate(0, 0, 30),
	}
}

func TestAnOldListIsAskedOnceAndWhoIsSilentIsDropped(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, o := context.Background(), newOffice(t, db)
		list := o.oldList()
		people, err := o.s.RunPeople(ctx, "newsletter", list)
		o.ok(err)
		if len(people.People) != 3 || people.Stopped != 1 || people.NoMail != 1 || people.Held != 1 || people.Languages["fr"] != 1 {
			t.Fatalf("people %+v", people)
		}
		run, err := o.s.StartRun(ctx, manager(), o.run(), list)
		o.ok(err)
		o.deaf["stil@example.com"] = true
		o.do()
		if len(o.mails) != 2 || o.mails[0].Unsubscribe == "" {
			t.Fatalf("mails %+v", o.mails)
		}
		_, err = o.s.SendRun(ctx, run.ID) // a restart
		o.ok(err)
		if len(o.mails) != 2 {
			t.Fatal("written to twice")
		}
		again, err := o.s.RunPeople(ctx, "newsletter", list)
		if err != nil || len(again.People) != 1 || again.Asked != 2 { // the deaf one was never reached
			t.Fatalf("asked again: %+v, %v", again, err)
		}
		yes, silent := o.person("ja1@example.com"), o.person("ja2@example.com")
		o.now = o.now.Add(time.Hour)
		for range 2 {
			o.ok(o.s.AnswerRepermission(ctx, o.s.Links().Answer(run.ID, yes.ID), true))
		}
		o.now = run.Until.Add(-time.Microsecond)
		o.ok(o.s.CloseRun(ctx, run.ID)) // too early
		if _, e, _ := o.s.Asked(ctx, o.s.Links().Answer(run.ID, silent.ID)); e.State != signup.Mailed {
			t.Fatalf("closed too early: %+v", e)
		}
		o.now = run.Until
		if err := o.s.AnswerRepermission(ctx, o.s.Links().Answer(run.ID, silent.ID), true); !errors.Is(err, signup.ErrRunEnded) {
			t.Fatalf("an answer after the end: %v", err)
		}
		for range 2 {
			o.ok(o.s.CloseRun(ctx, run.ID))
		}
		if !o.may(yes.ID) || o.may(silent.ID) {
			t.Fatalf("yes %v, silent %v", o.may(yes.ID), o.may(silent.ID))
		}
		said, err := consent.EventsOf(ctx, db.R, yes.ID, silent.ID)
		o.ok(err)
		last := said[yes.ID][len(said[yes.ID])-1]
		if !last.IsProven() || last.How != consent.HowRepermission || !strings.Contains(last.Wording.Text, "Zeg ja of nee.") {
			t.Fatalf("proof %+v", last)
		}
		runs, err := o.s.Runs(ctx)
		o.ok(err)
		if c := runs[0].Counts; c[signup.Kept] != 1 || c[signup.Dropped] != 1 || c[signup.Skipped] != 1 || runs[0].EndedAt.IsZero() {
			t.Fatalf("run %+v", runs[0])
		}
	})
}

func TestARunLooksAgainBeforeItWritesAndErasureTakesOutOfIt(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, o := context.Background(), newOffice(t, db)
		list := o.oldList()
		run, err := o.s.StartRun(ctx, manager(), o.run(), list)
		o.ok(err)
		no, gone := o.person("ja1@example.com"), o.person("ja2@example.com")
		o.now = o.now.Add(time.Minute)
		o.ok(o.s.Unsubscribe(ctx, o.s.Links().Unsubscribe(no.ID, "newsletter")))
		counts, err := o.s.Erase(ctx, manager(), gone.ID, OnRequest)
		o.ok(err)
		if counts["repermissions"] != 1 {
			t.Fatalf("erased %v", counts)
		}
		o.do()
		if len(o.mails) != 1 || o.mails[0].To != "stil@example.com" {
			t.Fatalf("mails %+v", o.mails)
		}
		if _, _, err := o.s.Asked(ctx, o.s.Links().Answer(run.ID, gone.ID)); !errors.Is(err, signup.ErrLinkUnknown) {
			t.Fatalf("a link of somebody who was erased: %v", err)
		}
	})
}

func TestATroubleOfTheMomentRepeatsNobody(t *testing.T) {
	t.Parallel()
	ctx, o := context.Background(), newOffice(t, databasetest.SQLite(t))
	run, err := o.s.StartRun(ctx, manager(), o.run(), o.oldList())
	o.ok(err)
	o.broke = errors.New("connection lost")
	if _, err := o.s.SendRun(ctx, run.ID); !errors.Is(err, o.broke) {
		t.Fatalf("the queue would not try again: %v", err)
	}
	o.broke = nil
	_, err = o.s.SendRun(ctx, run.ID)
	o.ok(err)
	if len(o.mails) != 3 {
		t.Fatalf("%d mails", len(o.mails))
	}
}

func TestARunThatCannotBeDefendedIsRefused(t *testing.T) {
	t.Parallel()
	ctx, o := context.Background(), newOffice(t, databasetest.SQLite(t))
	list := o.oldList()
	for name, bad := range map[string]struct {
		change func(*signup.Run)
		list   contact.Criteria
		want   error
	}{
		"everybody":      {func(*signup.Run) {}, contact.Criteria{}, signup.ErrRunEveryone},
		"no ground":      {func(r *signup.Run) { r.Ground = "" }, list, signup.ErrRunGround},
		"other basis":    {func(r *signup.Run) { r.Purpose = "own_offers" }, list, signup.ErrRunPurpose},
		"a missing text": {func(r *signup.Run) { r.Body = workflow.Text{"nl": "x"} }, list, signup.ErrRunText},
		"three days":     {func(r *signup.Run) { r.Until = o.now.AddDate(0, 0, 3) }, list, signup.ErrRunUntil},
		"nobody":         {func(*signup.Run) {}, contact.Criteria{Country: "ZZ"}, signup.ErrRunNobody},
	} {
		r := o.run()
		bad.change(&r)
		if _, err := o.s.StartRun(ctx, manager(), r, bad.list); !errors.Is(err, bad.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if runs, err := o.s.Runs(ctx); err != nil || len(runs) != 0 || len(o.work) != 0 {
		t.Fatalf("%d runs, %v", len(runs), err)
	}
}

func TestMergingMovesThePlaceInARun(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, o := context.Background(), newOffice(t, db)
		run, err := o.s.StartRun(ctx, manager(), o.run(), o.oldList())
		o.ok(err)
		from, to := o.person("ja1@example.com").ID, o.person("nee@example.com").ID
		state := func(id contact.ID) bool {
			_, err := signup.EntryOf(ctx, db.R, run.ID, id)
			return err == nil
		}
		m := o.s.mover()
		tx, err := db.W.BeginTx(ctx, nil)
		o.ok(err)
		undo, err := m.Move(ctx, tx, from, to)
		o.ok(err)
		o.ok(tx.Commit())
		if state(from) || !state(to) {
			t.Fatal("the place was not moved")
		}
		link := o.s.Links().Preferences(from, o.now.Add(time.Hour))
		if c, err := o.s.Who(ctx, link); err != nil || c.ID != to {
			t.Fatalf("an old link leads to %s, %v", c.ID, err)
		}
		tx, err = db.W.BeginTx(ctx, nil)
		o.ok(err)
		o.ok(m.Back(ctx, tx, from, to, undo))
		o.ok(tx.Commit())
		if !state(from) || state(to) {
			t.Fatal("the place was not moved back")
		}
		if c, err := o.s.Who(ctx, link); err != nil || c.ID != from {
			t.Fatalf("after it was taken back the link leads to %s, %v", c.ID, err)
		}
	})
}

func TestARunEndsAlsoWhenItsImportWasTakenBack(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, o := context.Background(), newOffice(t, db)
		list := o.oldList()
		run, err := o.s.StartRun(ctx, manager(), o.run(), list)
		o.ok(err)
		o.do()
		token := o.s.Links().Answer(run.ID, o.person("ja1@example.com").ID)
		_, err = o.s.Undo(ctx, manager(), list.ImportID)
		o.ok(err)
		if _, _, err := o.s.Asked(ctx, token); !errors.Is(err, signup.ErrLinkUnknown) {
			t.Fatalf("a link of somebody who is not there: %v", err)
		}
		o.now = run.Until
		o.ok(o.s.CloseRun(ctx, run.ID))
		runs, err := o.s.Runs(ctx)
		o.ok(err)
		if runs[0].Counts[signup.Skipped] != 3 || runs[0].EndedAt.IsZero() {
			t.Fatalf("run %+v", runs[0])
		}
	})
}
