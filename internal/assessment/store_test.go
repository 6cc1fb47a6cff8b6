package assessment_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"clepsydra/internal/assessment"
	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
	"clepsydra/internal/workflow"
)

func TestEveryAnswerStaysInTheHistory(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		at := time.Date(2026, 6, 9, 8, 0, 0, 0, time.UTC)
		run := assessment.Run{Pack: "breach_risk", Version: "1", Subject: workflow.OfIncident, SubjectID: "i", StartedBy: "ann", StartedAt: at}
		if err := assessment.Save(ctx, db.W, &run); err != nil {
			t.Fatal(err)
		}
		give := func(by string, minutes int, a assessment.Answers) []string {
			t.Helper()
			changed, err := assessment.Give(ctx, db.W, run.ID, a, by, at.Add(time.Duration(minutes)*time.Minute))
			if err != nil {
				t.Fatal(err)
			}
			return changed
		}
		if got := give("ann", 1, assessment.Answers{"intent": assessment.NotKnown(), "people": assessment.Counted(12)}); !slices.Equal(got, []string{"intent", "people"}) {
			t.Errorf("changed %v", got)
		}
		if got := give("bob", 2, assessment.Answers{"intent": assessment.Chosen("no"), "people": assessment.Counted(12)}); !slices.Equal(got, []string{"intent"}) {
			t.Errorf("the same answer was kept twice: %v", got)
		}
		history, err := assessment.HistoryOf(ctx, db.R, run.ID)
		if err != nil || len(history) != 3 {
			t.Fatalf("%d answers, %v", len(history), err)
		}
		if last := history[2]; last.By != "bob" || last.Question != "intent" || !last.At.Equal(at.Add(2*time.Minute)) {
			t.Errorf("last answer %+v", last)
		}
		now, err := assessment.AnswersOf(ctx, db.R, run.ID)
		if err != nil || !now["intent"].Equal(assessment.Chosen("no")) || now["people"].Number != 12 {
			t.Errorf("answers %v, %v", now, err)
		}
	})
}

func TestRunsAreFoundBySubjectAndPack(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		at := time.Date(2026, 6, 9, 8, 0, 0, 0, time.UTC)
		var ids []string
		for k, subject := range []string{"one", "two", "one"} {
			run := assessment.Run{Pack: "p", Version: "1", Subject: workflow.OfIncident, SubjectID: subject, StartedBy: "ann", StartedAt: at.Add(time.Duration(k) * time.Hour)}
			if err := assessment.Save(ctx, db.W, &run); err != nil {
				t.Fatal(err)
			}
			ids = append(ids, run.ID)
		}
		of, err := assessment.RunsOf(ctx, db.R, workflow.OfIncident, "one")
		if err != nil || len(of) != 2 || of[0].ID != ids[2] || !of[0].IsOpen() {
			t.Fatalf("runs %+v, %v", of, err)
		}
		if none, err := assessment.Concluded(ctx, db.R, "p", 10); err != nil || len(none) != 0 {
			t.Errorf("concluded %v, %v", none, err)
		}
		done := of[1]
		done.Advised, done.Decided, done.Reason, done.ConcludedBy, done.ConcludedAt = "a", "b", "because", "bob", at.Add(5*time.Hour)
		if err := assessment.Save(ctx, db.W, &done); err != nil {
			t.Fatal(err)
		}
		got, err := assessment.Concluded(ctx, db.R, "p", 10)
		if err != nil || len(got) != 1 || got[0] != done {
			t.Errorf("wrote %+v\nread  %+v, %v", done, got, err)
		}
		if _, err := assessment.ByID(ctx, db.R, "none"); !errors.Is(err, assessment.ErrNotFound) {
			t.Errorf("unknown run: %v", err)
		}
	})
}
