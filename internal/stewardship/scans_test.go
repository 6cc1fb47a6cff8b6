package stewardship_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"clepsydra/internal/assessment"
	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
	"clepsydra/internal/fault"
	"clepsydra/internal/journal"
	"clepsydra/internal/stewardship"
	"clepsydra/internal/workflow"
	"clepsydra/workflows"
)

// scanHouse is the verbs on scans with a clock that the test moves.
type scanHouse struct {
	t   *testing.T
	db  *database.DB
	now time.Time
	s   *stewardship.Scans
}

func newScanHouse(t *testing.T, db *database.DB) *scanHouse {
	t.Helper()
	packs, err := workflow.Load(workflows.FS, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	h := &scanHouse{t: t, db: db, now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
	h.s = stewardship.NewScans(db, func() time.Time { return h.now }, packs)
	return h
}

func (h *scanHouse) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *scanHouse) refuses(err error, want *fault.Error) {
	h.t.Helper()
	if !errors.Is(err, want) {
		h.t.Errorf("got %v, want %v", err, want)
	}
}

// kinds are the journal's entries on a scan.
func (h *scanHouse) kinds(id string) []string {
	h.t.Helper()
	list, err := journal.ListOf(context.Background(), h.db.R, journal.Case{Kind: "scan", ID: id})
	h.ok(err)
	var out []string
	for _, e := range list {
		out = append(out, e.Kind)
	}
	return out
}

var ann, bob = journal.Actor{Kind: journal.ByAccount, ID: "ann"}, journal.Actor{Kind: journal.ByAccount, ID: "bob"}

func TestScanFromStartToNextYear(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, h := context.Background(), newScanHouse(t, db)
		run, err := h.s.Start(ctx, ann, "dpo_required", "  Our   firm ")
		h.ok(err)
		if run.Title != "Our firm" || run.StartedBy != "ann" || !stewardship.DueAgain(run).IsZero() {
			t.Errorf("started %+v", run)
		}
		if twice, err := h.s.Start(ctx, bob, "dpo_required", "Our firm"); err != nil || twice.ID != run.ID {
			t.Errorf("a second one was begun: %v", err)
		}
		h.refuses(h.s.Conclude(ctx, ann, run.ID, "not_required", ""), stewardship.ErrScanEmpty)
		h.ok(h.s.Answer(ctx, ann, run.ID, assessment.Answers{"public": assessment.Chosen("no"), "country": assessment.NotKnown()}))
		h.ok(h.s.Answer(ctx, ann, run.ID, assessment.Answers{"public": assessment.Chosen("no")}))
		h.refuses(h.s.Answer(ctx, ann, run.ID, assessment.Answers{"public": assessment.Chosen("maybe")}), assessment.ErrOption)
		h.ok(h.s.Answer(ctx, bob, run.ID, assessment.Answers{"country": assessment.Chosen("other"), "monitoring": assessment.Chosen("no"), "sensitive": assessment.Chosen("no"), "people": assessment.Counted(800)}))
		h.refuses(h.s.Conclude(ctx, bob, run.ID, "nothing", ""), stewardship.ErrScanDecision)
		h.refuses(h.s.Conclude(ctx, bob, run.ID, "required", " "), stewardship.ErrScanReason)
		h.ok(h.s.Conclude(ctx, bob, run.ID, "advised", "Our customers ask for one"))
		h.ok(h.s.Conclude(ctx, bob, run.ID, "advised", "Our customers ask for one"))
		h.refuses(h.s.Conclude(ctx, bob, run.ID, "required", "Another thought"), stewardship.ErrScanConcluded)
		h.refuses(h.s.Answer(ctx, ann, run.ID, assessment.Answers{"people": assessment.Counted(1)}), stewardship.ErrScanConcluded)
		done, err := h.s.ByID(ctx, run.ID)
		h.ok(err)
		if done.Advised != "not_required" || done.Decided != "advised" || done.ConcludedBy != "bob" || !stewardship.DueAgain(done).Equal(h.now.AddDate(1, 0, 0)) {
			t.Errorf("concluded %+v", done)
		}
		if got := h.kinds(run.ID); len(got) != 4 || got[0] != "scan.started" || got[1] != "scan.answered" || got[2] != "scan.answered" || got[3] != "scan.concluded" {
			t.Errorf("journal %v", got)
		}
		h.nextYear(run.ID)
	})
}

// nextYear takes a concluded scan up again: its answers are there, it is open.
func (h *scanHouse) nextYear(id string) {
	h.t.Helper()
	ctx := context.Background()
	h.now = h.now.AddDate(1, 0, 1)
	again, err := h.s.Again(ctx, ann, id)
	h.ok(err)
	answers, err := assessment.AnswersOf(ctx, h.db.R, again.ID)
	h.ok(err)
	if again.ID == id || !again.IsOpen() || answers["people"].Number != 800 || len(answers) != 5 {
		h.t.Errorf("again %+v with %v", again, answers)
	}
	if twice, err := h.s.Again(ctx, ann, id); err != nil || twice.ID != again.ID {
		h.t.Errorf("sent twice: %v %v", twice.ID, err)
	}
	list, err := journal.ListOf(ctx, h.db.R, journal.Case{Kind: "scan", ID: again.ID})
	h.ok(err)
	if len(list) != 1 || list[0].Facts["from"] != id {
		h.t.Errorf("journal %+v", list)
	}
}

func TestScanStartIsRefusedWithAReason(t *testing.T) {
	h := newScanHouse(t, databasetest.SQLite(t))
	long := make([]byte, 121)
	for k := range long {
		long[k] = 'a'
	}
	for _, c := range []struct {
		pack, title string
		want        *fault.Error
	}{
		{"nothing", "x", stewardship.ErrNoSuchScan},
		{"breach_risk", "x", stewardship.ErrNoSuchScan}, // of incidents
		{"dpo_required", " ", stewardship.ErrScanTitle},
		{"dpo_required", string(long), stewardship.ErrScanTitleLong},
	} {
		_, err := h.s.Start(context.Background(), ann, c.pack, c.title)
		h.refuses(err, c.want)
	}
	_, err := h.s.ByID(context.Background(), "none")
	h.refuses(err, assessment.ErrNotFound)
}

// TestQuizIsOfOnePersonAndNeedsNoDecision: what somebody does not know is wrong.
func TestQuizIsOfOnePersonAndNeedsNoDecision(t *testing.T) {
	ctx, h := context.Background(), newScanHouse(t, databasetest.SQLite(t))
	mine, err := h.s.Start(ctx, ann, "awareness", "")
	h.ok(err)
	his, err := h.s.Start(ctx, bob, "awareness", "")
	h.ok(err)
	if mine.ID == his.ID {
		t.Fatal("two people fill in the same quiz")
	}
	pack, err := h.s.Pack(mine)
	h.ok(err)
	answers := assessment.Answers{}
	for _, q := range pack.Questions() {
		answers[q.ID] = assessment.Chosen(q.Options[0].ID)
	}
	delete(answers, "usb")
	h.ok(h.s.Answer(ctx, ann, mine.ID, answers))
	h.refuses(h.s.Conclude(ctx, ann, mine.ID, "", ""), stewardship.ErrScanUnanswered)
	h.ok(h.s.Answer(ctx, ann, mine.ID, assessment.Answers{"usb": assessment.NotKnown()}))
	h.ok(h.s.Conclude(ctx, ann, mine.ID, "good", "nothing of mine counts here"))
	done, err := h.s.ByID(ctx, mine.ID)
	h.ok(err)
	if done.Decided != "refresh" || done.Reason != "" {
		t.Errorf("result %+v", done)
	}
	again, err := h.s.Again(ctx, ann, mine.ID)
	h.ok(err)
	if left, err := assessment.AnswersOf(ctx, h.db.R, again.ID); err != nil || len(left) != 0 {
		t.Errorf("a quiz begins with %v, %v", left, err)
	}
}
