package response

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"clepsydra/internal/communication"
	"clepsydra/internal/firm"
	"clepsydra/internal/incident"
	"clepsydra/internal/journal"
	"clepsydra/internal/obligation"
)

// Gates returns what still stands in the way of closing an incident with these
// lessons.
func (s *Service) Gates(ctx context.Context, id incident.ID, lessons string) ([]incident.Gate, error) {
	i, err := incident.ByID(ctx, s.d.DB.R, id)
	if err != nil {
		return nil, err
	}
	closing, err := s.closing(ctx, s.d.DB.R, i, lessons)
	if err != nil {
		return nil, err
	}
	return incident.Gates(closing), nil
}

// closing gathers what the gates look at.
func (s *Service) closing(ctx context.Context, db bun.IDB, i incident.Incident, lessons string) (incident.Closing, error) {
	out := incident.Closing{Incident: i, Lessons: lessons}
	if i.IsBreach() {
		r, err := s.riskOf(ctx, db, i)
		if err != nil {
			return out, err
		}
		out.RiskMoved = r.HasMoved()
	}
	f, err := s.d.Firms.Get(ctx, db)
	if err != nil {
		return out, err
	}
	duties, err := obligation.OfIncident(ctx, db, i.ID)
	if err != nil {
		return out, err
	}
	for _, o := range duties {
		if o.IsOpen() {
			out.OpenDuties = append(out.OpenDuties, s.gateName(f, o))
		}
	}
	tasks, err := incident.TasksOf(ctx, db, i.ID)
	if err != nil {
		return out, err
	}
	for _, t := range tasks {
		if t.IsGate && !t.IsDone() {
			out.OpenTasks = append(out.OpenTasks, s.TaskTitle(i, t, f.Language, f.Country))
		}
	}
	out.LettersOpen, err = lettersOpen(ctx, db, i.ID, duties)
	return out, err
}

// gateName is the code of a duty of the GDPR, which the texts know, and for another
// law its name with the step, in the language of the house.
func (s *Service) gateName(f firm.Firm, o obligation.Obligation) string {
	regime, err := s.RegimeOf(f, o.Regime, o.RegimeVersion)
	if err != nil || o.IsOfGDPR() {
		return string(o.Duty)
	}
	return DutyName(regime, o, f.Language, f.Country)
}

// TaskTitle is what a task is called in a language: a responder's own words, or
// those of the scenario's step.
func (s *Service) TaskTitle(i incident.Incident, t incident.Task, lang, country string) string {
	sc, err := s.d.Packs.Scenario(i.Scenario)
	if t.Title != "" || err != nil {
		return t.Title
	}
	for _, step := range sc.Tasks {
		if step.ID == t.Key {
			return step.Title.In(lang, country)
		}
	}
	return t.Key
}

// lettersOpen reports whether somebody on a frozen list still waits for his
// letter. It matters only where the people must be told.
func lettersOpen(ctx context.Context, db bun.IDB, id incident.ID, duties []obligation.Obligation) (bool, error) {
	for _, o := range duties {
		if o.Duty == obligation.InformPeople && o.State != obligation.Waived {
			waiting, err := waitingForLetters(ctx, db, id)
			return waiting > 0, err
		}
	}
	return false, nil
}

// waitingForLetters counts the people on frozen lists who can be reached and
// whose letter has not been sent.
func waitingForLetters(ctx context.Context, db bun.IDB, id incident.ID) (int, error) {
	snapshots, err := communication.SnapshotsOf(ctx, db, id)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, s := range snapshots {
		c, err := communication.CountsOf(ctx, db, id, s.ID)
		if err != nil {
			return 0, err
		}
		n += c.Post + c.Mail - c.Sent - c.Returned
	}
	return n, nil
}

// Close ends the handling once every gate is passed. Feedback is what the
// reporter may read.
func (s *Service) Close(ctx context.Context, actor journal.Actor, id incident.ID, lessons, feedback string) error {
	return s.change(ctx, actor, id, func(ctx context.Context, c *change) error {
		closing, err := s.closing(ctx, c.tx, c.i, lessons)
		if err != nil {
			return err
		}
		if err := c.i.Close(lessons, incident.Gates(closing), c.now); err != nil {
			return err
		}
		if f := strings.TrimSpace(feedback); f != "" {
			c.i.Feedback = f
		}
		if err := c.decide(ctx, "close", string(c.i.Status), strings.TrimSpace(lessons)); err != nil {
			return err
		}
		return c.note(ctx, "incident.closed", nil, lessons)
	})
}

// Reopen takes up a closed or dismissed incident again.
func (s *Service) Reopen(ctx context.Context, actor journal.Actor, id incident.ID, reason string) error {
	return s.change(ctx, actor, id, func(ctx context.Context, c *change) error {
		if err := c.i.Reopen(reason, c.now); err != nil {
			return err
		}
		if err := c.decide(ctx, "reopen", string(c.i.Status), strings.TrimSpace(reason)); err != nil {
			return err
		}
		return c.note(ctx, "incident.reopened", nil, reason)
	})
}
