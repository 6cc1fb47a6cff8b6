package stewardship

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"clepsydra/internal/assessment"
	"clepsydra/internal/journal"
	"clepsydra/internal/workflow"
)

// Answer keeps the answers that differ from those given before, with who gave them
// and when. It refuses a concluded scan, and answers that the pack does not take.
func (s *Scans) Answer(ctx context.Context, actor journal.Actor, id string, answers assessment.Answers) error {
	err := s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		run, pack, err := s.open(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := answers.Check(pack); err != nil {
			return err
		}
		now := s.moment()
		changed, err := assessment.Give(ctx, tx, run.ID, answers, actor.ID, now)
		if err != nil || len(changed) == 0 {
			return err
		}
		e := s.entry(actor, run, "scan.answered", now)
		e.Facts["questions"], e.Facts["count"] = strings.Join(changed, " "), strconv.Itoa(len(changed))
		return journal.Append(ctx, tx, e)
	})
	if err != nil {
		return fmt.Errorf("answer scan: %w", err)
	}
	return nil
}

// open returns a scan that still takes answers, with its pack.
func (s *Scans) open(ctx context.Context, tx bun.Tx, id string) (assessment.Run, workflow.Assessment, error) {
	run, err := scanByID(ctx, tx, id)
	if err != nil {
		return run, workflow.Assessment{}, err
	}
	if !run.IsOpen() {
		return run, workflow.Assessment{}, ErrScanConcluded
	}
	pack, err := s.Pack(run)
	return run, pack, err
}

// Conclude ends a scan with a decision. One that differs from what the answers lead
// to needs a reason. A quiz needs every question answered and takes no decision: its
// result stands. The same decision sent twice is one.
func (s *Scans) Conclude(ctx context.Context, actor journal.Actor, id, decided, reason string) error {
	reason = strings.TrimSpace(reason)
	err := s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		run, err := scanByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if !run.IsOpen() {
			if IsQuiz(run.Pack) || run.Decided == decided && run.Reason == reason {
				return nil
			}
			return ErrScanConcluded
		}
		if run.Advised, err = s.advice(ctx, tx, run); err != nil {
			return err
		}
		if IsQuiz(run.Pack) {
			decided, reason = run.Advised, ""
		}
		if err := s.checkDecision(run, decided, reason); err != nil {
			return err
		}
		run.Decided, run.Reason, run.ConcludedBy, run.ConcludedAt = decided, reason, actor.ID, s.moment()
		if err := assessment.Save(ctx, tx, &run); err != nil {
			return err
		}
		e := s.entry(actor, run, "scan.concluded", run.ConcludedAt)
		e.Facts["advised"], e.Facts["decided"], e.Text = run.Advised, run.Decided, reason
		return journal.Append(ctx, tx, e)
	})
	if err != nil {
		return fmt.Errorf("conclude scan: %w", err)
	}
	return nil
}

func (s *Scans) checkDecision(run assessment.Run, decided, reason string) error {
	pack, err := s.Pack(run)
	switch {
	case err != nil:
		return err
	case pack.Rank(decided) < 0:
		return ErrScanDecision.At("decided")
	case decided != run.Advised && reason == "":
		return ErrScanReason.At("reason")
	}
	return nil
}

// advice is what the answers lead to. It refuses a scan without any answer, and a
// quiz with questions left.
func (s *Scans) advice(ctx context.Context, tx bun.Tx, run assessment.Run) (string, error) {
	pack, err := s.Pack(run)
	if err != nil {
		return "", err
	}
	answers, err := assessment.AnswersOf(ctx, tx, run.ID)
	if err != nil {
		return "", err
	}
	if IsQuiz(run.Pack) {
		left := 0
		for _, q := range pack.Questions() {
			if _, given := answers[q.ID]; !given {
				left++
			}
		}
		if left > 0 {
			return "", ErrScanUnanswered.With("Left", left)
		}
		answers = AsQuiz(pack, answers)
	}
	known := 0
	for _, a := range answers {
		if a.Known {
			known++
		}
	}
	if known == 0 {
		return "", ErrScanEmpty
	}
	out, err := assessment.Evaluate(pack, answers)
	return out.Proposed, err
}

// AsQuiz counts what somebody does not know as the gravest answer. A question that
// was not answered at all stays so.
func AsQuiz(pack workflow.Assessment, answers assessment.Answers) assessment.Answers {
	out := make(assessment.Answers, len(answers))
	for id, a := range answers {
		q, ok := pack.Question(id)
		if ok && !a.Known && q.Kind == workflow.OneOption {
			a = assessment.Chosen(q.Options[len(q.Options)-1].ID)
		}
		out[id] = a
	}
	return out
}
