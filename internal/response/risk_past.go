package response

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"clepsydra/internal/assessment"
	"clepsydra/internal/incident"
)

// Past is a concluded assessment of another incident that is like this one.
type Past struct {
	Incident incident.Incident
	Run      assessment.Run
	Likeness float64
}

const (
	pastLooked = 200  // how many past decisions are compared
	pastShown  = 5    // how many are shown at most
	pastLike   = 0.75 // how like an incident must be to be shown
)

// Alike returns the past decisions of this firm on incidents like this one, the
// likest first.
func (s *Service) Alike(ctx context.Context, r Risk) ([]Past, error) {
	return s.alike(ctx, s.d.DB.R, r)
}

func (s *Service) alike(ctx context.Context, db bun.IDB, r Risk) ([]Past, error) {
	runs, err := assessment.Concluded(ctx, db, r.Pack.ID, pastLooked)
	if err != nil {
		return nil, err
	}
	var runIDs, incidentIDs []string
	for _, run := range runs {
		runIDs, incidentIDs = append(runIDs, run.ID), append(incidentIDs, run.SubjectID)
	}
	answers, err := assessment.AnswersOfRuns(ctx, db, runIDs)
	if err != nil {
		return nil, err
	}
	incidents, err := incident.ByIDs(ctx, db, incidentIDs)
	if err != nil {
		return nil, err
	}
	var out []Past
	for _, run := range runs {
		i, ok := incidents[incident.ID(run.SubjectID)]
		likeness, shared := assessment.Likeness(r.Pack, r.Answers, answers[run.ID])
		if ok && i.ID != r.Incident.ID && shared >= 3 && likeness >= pastLike {
			out = append(out, Past{i, run, likeness})
		}
	}
	slices.SortStableFunc(out, func(a, b Past) int {
		if a.Likeness > b.Likeness {
			return -1
		}
		if a.Likeness < b.Likeness {
			return 1
		}
		return 0
	})
	return out[:min(pastShown, len(out))], nil
}

// Usually is what most of the like incidents were decided to be; false when there are
// none or no decision has the majority.
func Usually(past []Past) (incident.Risk, bool) {
	count := make(map[incident.Risk]int)
	for _, p := range past {
		r := incident.Risk(p.Run.Decided)
		count[r]++
		if 2*count[r] > len(past) {
			return r, true
		}
	}
	return "", false
}
