package response_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"clepsydra/internal/communication"
	"clepsydra/internal/incident"
	"clepsydra/internal/obligation"
	"clepsydra/internal/response"
)

// frozen brings an incident of high risk to a frozen list of n people.
func (h *house) frozen(n int) (incident.ID, communication.Snapshot) {
	h.t.Helper()
	h.customers(n)
	id := h.breach()
	h.ok(h.s.DecideRisk(ctx, h.who, id, response.RiskDecision{Risk: incident.HighRiskLikely, Reason: "orders show habits"}))
	_, err := h.s.PickPeople(ctx, h.who, id, communication.Selection{All: true})
	h.ok(err)
	snap, err := h.s.Freeze(ctx, h.who, id)
	h.ok(err)
	return id, snap
}

// approvedRun starts the printing of approved letters.
func (h *house) approvedRun(id incident.ID, snap communication.Snapshot) communication.Run {
	h.t.Helper()
	paper, err := h.s.ApproveLetters(ctx, h.who, id)
	h.ok(err)
	run, err := h.s.StartRun(ctx, h.who, id, snap.ID, paper.ID, communication.Merged)
	h.ok(err)
	return run
}

func TestEveryLetterIsPrintedOnceThoughTheMachineGoesAway(t *testing.T) {
	each(t, func(h *house) {
		id, snap := h.frozen(1300)
		run := h.approvedRun(id, snap)
		h.out.crashAt = 2
		if errs := h.work(); len(errs) != 1 {
			h.t.Fatalf("errors %v", errs)
		}
		if errs := h.work(); len(errs) != 0 {
			h.t.Fatalf("after the restart: %v", errs)
		}
		seen := map[int]int{}
		for _, file := range h.out.printed {
			for _, p := range file {
				seen[p]++
			}
		}
		for p := 1; p <= 1300; p++ {
			if seen[p] != 1 {
				h.t.Fatalf("letter %d was printed %d times", p, seen[p])
			}
		}
		files, err := communication.FilesOf(ctx, h.db.R, run.ID)
		h.ok(err)
		n := 0
		for k, f := range files {
			if f.Number != k+1 {
				h.t.Errorf("file %d has number %d", k+1, f.Number)
			}
			n += f.Letters
		}
		done, err := communication.RunByID(ctx, h.db.R, run.ID)
		h.ok(err)
		if n != 1300 || done.State != communication.Done {
			h.t.Fatalf("%d letters in files, run %s", n, done.State)
		}
	})
}

func TestPostAndMailNeverShareAFile(t *testing.T) {
	each(t, func(h *house) {
		id, snap := h.frozen(30)
		run := h.approvedRun(id, snap)
		h.work()
		files, err := communication.FilesOf(ctx, h.db.R, run.ID)
		h.ok(err)
		if len(files) != 2 || !strings.Contains(files[0].Name, "-letters-") || !strings.Contains(files[1].Name, "-by-mail-") {
			h.t.Fatalf("files %+v", files)
		}
		if files[0].Letters != 20 || files[1].Letters != 10 {
			h.t.Fatalf("%d by post, %d by mail", files[0].Letters, files[1].Letters)
		}
	})
}

func TestDutyIsMetWhenEverybodyWasTold(t *testing.T) {
	each(t, func(h *house) {
		id, snap := h.frozen(9)
		h.approvedRun(id, snap)
		h.work()
		n, err := h.s.MarkSent(ctx, h.who, id, snap.ID, h.now)
		h.ok(err)
		if n != 6 {
			h.t.Fatalf("%d letters were posted", n)
		}
		if o := h.duty(id, obligation.InformPeople); !o.IsOpen() {
			h.t.Fatal("met while three people wait for their mail")
		}
		h.ok(h.s.SendMails(ctx, h.who, id, snap.ID))
		h.work()
		slices.Sort(h.out.letters)
		if got := fmt.Sprint(h.out.letters); got != "[k2@example.com k5@example.com k8@example.com]" {
			h.t.Fatalf("mailed %s", got)
		}
		if o := h.duty(id, obligation.InformPeople); o.State != obligation.Met {
			h.t.Fatalf("state %s", o.State)
		}
	})
}

func TestUnprintableNameIsHeldAndThereIsAWayOut(t *testing.T) {
	each(t, func(h *house) {
		h.importCSV("Email;Naam;Straat;Postcode;Gemeente\na@example.com;Zoë 😀;Kerkstraat 1;3000;Leuven\nb@example.com;😀;Kerkstraat 2;3000;Leuven\nc@example.com;Jan;Kerkstraat 3;3000;Leuven\n")
		id := h.breach()
		h.ok(h.s.DecideRisk(ctx, h.who, id, response.RiskDecision{Risk: incident.HighRiskLikely, Reason: "yes"}))
		_, err := h.s.PickPeople(ctx, h.who, id, communication.Selection{All: true})
		h.ok(err)
		snap, err := h.s.Freeze(ctx, h.who, id)
		h.ok(err)
		held := communication.Held
		people, n, err := communication.People(ctx, h.db.R, id, communication.PeopleQuery{Letter: &held})
		h.ok(err)
		if n != 2 {
			h.t.Fatalf("%d held", n)
		}
		mended, err := h.s.MendAll(ctx, h.who, id)
		h.ok(err)
		if mended != 1 {
			h.t.Fatalf("%d mended", mended)
		}
		for _, p := range people {
			if p.Email == "b@example.com" {
				h.refused(h.s.MendLetter(ctx, h.who, id, p.ContactID, "edit", "still 😀"), communication.ErrUnprintable)
				h.ok(h.s.MendLetter(ctx, h.who, id, p.ContactID, "mail", ""))
			}
		}
		h.approvedRun(id, snap)
		h.work()
		counts, err := communication.CountsOf(ctx, h.db.R, id, snap.ID)
		h.ok(err)
		if counts.Held != 0 || counts.Made != 3 {
			h.t.Fatalf("%+v", counts)
		}
	})
}

func TestDraftRunMakesNoLetters(t *testing.T) {
	each(t, func(h *house) {
		id, snap := h.frozen(4)
		_, err := h.s.StartRun(ctx, h.who, id, snap.ID, "", communication.Merged)
		h.ok(err)
		_, err = h.s.StartRun(ctx, h.who, id, snap.ID, "", communication.Merged)
		h.refused(err, communication.ErrRunActive)
		h.work()
		counts, err := communication.CountsOf(ctx, h.db.R, id, snap.ID)
		h.ok(err)
		if counts.Made != 0 {
			h.t.Fatalf("a draft counts as %d letters", counts.Made)
		}
	})
}

func TestCancelledRunStops(t *testing.T) {
	each(t, func(h *house) {
		id, snap := h.frozen(3)
		run := h.approvedRun(id, snap)
		h.ok(h.s.CancelRun(ctx, h.who, id, run.ID))
		h.work()
		if len(h.out.printed) != 0 {
			h.t.Fatal("printed after the cancel")
		}
		h.refused(h.s.CancelRun(ctx, h.who, id, run.ID), communication.ErrRunEnded)
	})
}

func TestLettersAreApprovedOnlyWithTheirContents(t *testing.T) {
	each(t, func(h *house) {
		id, _ := h.frozen(4)
		h.ok(h.s.SaveLetterText(ctx, h.who, id, communication.Text{Language: "fr", Nature: "Un fichier", Measures: "Demandé l’effacement"}))
		_, err := h.s.ApproveLetters(ctx, h.who, id)
		h.refused(err, communication.ErrTextMissing)
	})
}

func TestPeopleFoundLaterAreAListOfTheirOwn(t *testing.T) {
	each(t, func(h *house) {
		id, first := h.frozen(3)
		h.importCSV("Email;Naam;Straat;Postcode;Gemeente\nlate@example.com;Late Vondst;Kerkstraat 99;3000;Leuven\n")
		_, err := h.s.PickPeople(ctx, h.who, id, communication.Selection{All: true})
		h.ok(err)
		second, err := h.s.Freeze(ctx, h.who, id)
		h.ok(err)
		if second.Number != 2 || second.People != 1 || second.Hash == first.Hash {
			h.t.Fatalf("%+v", second)
		}
	})
}

func TestMendedPeopleDoNotScatterTheFiles(t *testing.T) {
	each(t, func(h *house) {
		var b strings.Builder
		b.WriteString("Email;Naam;Straat;Postcode;Gemeente\n")
		for k := range 60 {
			name := fmt.Sprintf("Klant %02d", k)
			if k%3 == 0 {
				name = "😀"
			}
			fmt.Fprintf(&b, "k%d@example.com;%s;Kerkstraat %d;3000;Leuven\n", k, name, k+1)
		}
		h.importCSV(b.String())
		id := h.breach()
		h.ok(h.s.DecideRisk(ctx, h.who, id, response.RiskDecision{Risk: incident.HighRiskLikely, Reason: "yes"}))
		_, err := h.s.PickPeople(ctx, h.who, id, communication.Selection{All: true})
		h.ok(err)
		snap, err := h.s.Freeze(ctx, h.who, id)
		h.ok(err)
		held := communication.Held
		people, n, err := communication.People(ctx, h.db.R, id, communication.PeopleQuery{Letter: &held, Limit: 100})
		h.ok(err)
		if n != 20 {
			h.t.Fatalf("%d held", n)
		}
		for _, p := range people {
			h.ok(h.s.MendLetter(ctx, h.who, id, p.ContactID, "mail", ""))
		}
		run := h.approvedRun(id, snap)
		h.work()
		files, err := communication.FilesOf(ctx, h.db.R, run.ID)
		h.ok(err)
		if len(files) != 2 || files[0].Letters != 40 || files[1].Letters != 20 {
			h.t.Fatalf("files %+v", files)
		}
	})
}
