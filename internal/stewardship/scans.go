package stewardship

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"clepsydra/internal/assessment"
	"clepsydra/internal/database"
	"clepsydra/internal/fault"
	"clepsydra/internal/journal"
	"clepsydra/internal/workflow"
)

// Scans carries out the verbs on the assessments of the firm: start one, give
// answers, conclude it, take it up again next year. Who may do which is for the
// caller to decide.
type Scans struct {
	db    *database.DB
	now   func() time.Time
	packs *workflow.Packs
}

// NewScans makes the service. now is the clock.
func NewScans(db *database.DB, now func() time.Time, packs *workflow.Packs) *Scans {
	return &Scans{db: db, now: now, packs: packs}
}

// The refusals.
var (
	ErrNoSuchScan     = fault.New(fault.NotFound, "scan.no_such_kind")
	ErrScanTitle      = fault.New(fault.Invalid, "scan.title_missing")
	ErrScanTitleLong  = fault.New(fault.Invalid, "scan.title_too_long")
	ErrScanConcluded  = fault.New(fault.Conflict, "scan.already_concluded")
	ErrScanEmpty      = fault.New(fault.Invalid, "scan.nothing_answered")
	ErrScanUnanswered = fault.New(fault.Invalid, "scan.questions_left")
	ErrScanDecision   = fault.New(fault.Invalid, "scan.decision_missing")
	ErrScanReason     = fault.New(fault.Invalid, "scan.reason_missing")
)

// maxScanTitle is the longest title, in characters.
const maxScanTitle = 120

// awareness is the pack that each of the staff fills in alone, as a quiz.
const awareness = "awareness"

// IsQuiz reports whether an assessment is the yearly check of staff: one run per
// person, the title is an optional name, what somebody does not know counts as wrong,
// and the result stands without a decision.
func IsQuiz(pack string) bool { return pack == awareness }

// DueAgain is when a concluded scan should be done again: a year later. It is zero
// for one that is open.
func DueAgain(r assessment.Run) time.Time {
	if r.IsOpen() {
		return time.Time{}
	}
	return r.ConcludedAt.AddDate(1, 0, 0)
}

func (s *Scans) moment() time.Time { return s.now().UTC().Truncate(time.Microsecond) }

// Start begins a scan of the firm with a title, which says what it is about. One
// that is open with the same title is continued instead; of a quiz, one of the same
// person with the same name.
func (s *Scans) Start(ctx context.Context, actor journal.Actor, packID, title string) (assessment.Run, error) {
	pack, err := s.packs.Assessment(packID)
	if err != nil || pack.Subject != workflow.OfFirm {
		return assessment.Run{}, ErrNoSuchScan
	}
	title = strings.Join(strings.Fields(title), " ")
	switch {
	case title == "" && !IsQuiz(packID):
		return assessment.Run{}, ErrScanTitle.At("title")
	case utf8.RuneCountInString(title) > maxScanTitle:
		return assessment.Run{}, ErrScanTitleLong.At("title").With("Max", maxScanTitle)
	}
	return s.begin(ctx, actor, pack, title, nil)
}

// Again takes a concluded scan up again with its answers, as far as today's version
// of the pack still asks them. A quiz begins empty.
func (s *Scans) Again(ctx context.Context, actor journal.Actor, id string) (assessment.Run, error) {
	old, err := s.ByID(ctx, id)
	if err != nil {
		return assessment.Run{}, err
	}
	pack, err := s.packs.Assessment(old.Pack)
	if err != nil {
		return assessment.Run{}, ErrNoSuchScan
	}
	return s.begin(ctx, actor, pack, old.Title, &old)
}

// begin writes a new run, or finds the one that is open already.
func (s *Scans) begin(ctx context.Context, actor journal.Actor, pack workflow.Assessment, title string, from *assessment.Run) (run assessment.Run, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		all, err := assessment.RunsOf(ctx, tx, workflow.OfFirm, "")
		if err != nil {
			return err
		}
		for _, r := range all {
			if r.IsOpen() && r.Pack == pack.ID && r.Title == title && (!IsQuiz(pack.ID) || r.StartedBy == actor.ID) {
				run = r
				return nil
			}
		}
		run = assessment.Run{Pack: pack.ID, Version: pack.Version, Subject: workflow.OfFirm, Title: title, StartedBy: actor.ID, StartedAt: s.moment()}
		if err := assessment.Save(ctx, tx, &run); err != nil {
			return err
		}
		e := s.entry(actor, run, "scan.started", run.StartedAt)
		e.Text = title
		if from != nil {
			e.Facts["from"] = from.ID
			if err := s.copyAnswers(ctx, tx, actor, pack, *from, run); err != nil {
				return err
			}
		}
		return journal.Append(ctx, tx, e)
	})
	if err != nil {
		return assessment.Run{}, fmt.Errorf("start scan: %w", err)
	}
	return run, nil
}

func (s *Scans) copyAnswers(ctx context.Context, tx bun.Tx, actor journal.Actor, pack workflow.Assessment, from, to assessment.Run) error {
	if IsQuiz(pack.ID) {
		return nil
	}
	before, err := assessment.AnswersOf(ctx, tx, from.ID)
	if err != nil {
		return err
	}
	kept := make(assessment.Answers, len(before))
	for id, a := range before {
		if (assessment.Answers{id: a}).Check(pack) == nil {
			kept[id] = a
		}
	}
	_, err = assessment.Give(ctx, tx, to.ID, kept, actor.ID, to.StartedAt)
	return err
}

// ByID returns a scan of the firm, or assessment.ErrNotFound.
func (s *Scans) ByID(ctx context.Context, id string) (assessment.Run, error) {
	return scanByID(ctx, s.db.R, id)
}

func scanByID(ctx context.Context, db bun.IDB, id string) (assessment.Run, error) {
	run, err := assessment.ByID(ctx, db, id)
	if err == nil && run.Subject != workflow.OfFirm {
		return assessment.Run{}, assessment.ErrNotFound
	}
	return run, err
}

// Pack returns the version of the pack that a scan was begun with.
func (s *Scans) Pack(run assessment.Run) (workflow.Assessment, error) {
	return s.packs.AssessmentVersion(run.Pack, run.Version)
}

func (s *Scans) entry(actor journal.Actor, run assessment.Run, kind string, at time.Time) journal.Entry {
	return journal.Entry{
		Case: journal.Case{Kind: "scan", ID: run.ID}, Kind: kind, Actor: actor, RecordedAt: at,
		Facts: map[string]string{"pack": run.Pack, "version": run.Version},
	}
}
