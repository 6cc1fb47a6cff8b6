package response

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/fastlane"
	"clepsydra/internal/incident"
	"clepsydra/internal/journal"
	"clepsydra/internal/notification"
	"clepsydra/internal/recall"
	"clepsydra/internal/workflow"
)

// FastFacts is the first step of the short way: what went to whom.
type FastFacts struct {
	Recipients int      // wrong recipients; 0: not known yet
	Data       []string // categories; empty: not known yet
	People     incident.Approx
}

// SaveFastFacts keeps the first step. Data and people stand with the incident
// itself, where every other page shows them too.
func (s *Service) SaveFastFacts(ctx context.Context, actor journal.Actor, id incident.ID, in FastFacts) error {
	return s.change(ctx, actor, id, func(ctx context.Context, c *change) error {
		if _, err := c.lane(); err != nil {
			return err
		}
		d, _, err := fastlane.Of(ctx, c.tx, id)
		if err != nil {
			return err
		}
		if d.IsDone() {
			return fastlane.ErrDone
		}
		d.Recipients, d.SavedBy, d.SavedAt = in.Recipients, actor.ID, c.now
		if err := fastlane.Save(ctx, c.tx, d); err != nil {
			return err
		}
		return c.describe(ctx, Description{Summary: c.i.Summary, Data: in.Data, Approx: in.People})
	})
}

// lane is the short way of the incident's scenario, or fastlane.ErrNotOffered.
func (c *change) lane() (workflow.FastLane, error) { return c.s.laneOf(c.i) }

func (s *Service) laneOf(i incident.Incident) (workflow.FastLane, error) {
	sc, err := s.d.Packs.Scenario(i.Scenario)
	if err != nil || sc.FastLane == nil {
		return workflow.FastLane{}, fastlane.ErrNotOffered
	}
	return *sc.FastLane, nil
}

// FastWay is how far an incident has come on the short way.
type FastWay struct {
	Lane       workflow.FastLane
	Draft      fastlane.Draft
	IsStarted  bool
	Recipients []recall.Recipient
	Facts      fastlane.Facts
	Obstacles  []fastlane.Obstacle
}

// FastWay reads the short way of an incident, or fails with
// fastlane.ErrNotOffered when its scenario has none.
func (s *Service) FastWay(ctx context.Context, id incident.ID) (FastWay, error) {
	i, err := incident.ByID(ctx, s.d.DB.R, id)
	if err != nil {
		return FastWay{}, err
	}
	return s.fastWay(ctx, s.d.DB.R, i)
}

func (s *Service) fastWay(ctx context.Context, db bun.IDB, i incident.Incident) (FastWay, error) {
	var w FastWay
	var err error
	if w.Lane, err = s.laneOf(i); err != nil {
		return w, err
	}
	if w.Draft, w.IsStarted, err = fastlane.Of(ctx, db, i.ID); err != nil {
		return w, err
	}
	if w.Recipients, err = recall.OfIncident(ctx, db, i.ID); err != nil {
		return w, err
	}
	w.Facts = fastlane.Facts{Recipients: w.Draft.Recipients, Data: i.Data, People: i.Approx, Back: recall.Summarise(w.Recipients)}
	w.Obstacles = fastlane.Obstacles(w.Lane, w.Facts)
	return w, nil
}

// FastDecision is the last step: the manager's own judgement.
type FastDecision struct {
	AwareAt     time.Time // when it was certain; an incident that has it already keeps its own
	AwareReason string
	Reason      string // why a risk to people is unlikely
	// What the register asks besides (Art. 33(5): effects and remedial action), by
	// question of FastQuestions; what is empty is left open.
	Register map[string]string
}

// FastQuestions are the questions of the register that the short way asks.
func FastQuestions() []string { return []string{"cause", "consequences", "measures", "prevention"} }

// DecideFast judges a small incident in one go: a breach of confidentiality, when
// the firm was aware, and that a risk to people is unlikely, each with its reason
// and through the verb of its own. Either all of it is recorded or nothing. Facts
// that do not fit are refused with fastlane.ErrDoesNotFit.
func (s *Service) DecideFast(ctx context.Context, actor journal.Actor, id incident.ID, in FastDecision) error {
	in.AwareAt = in.AwareAt.UTC().Truncate(time.Microsecond)
	return s.change(ctx, actor, id, func(ctx context.Context, c *change) error {
		w, err := s.fastWay(ctx, c.tx, c.i)
		if err != nil {
			return err
		}
		switch {
		case w.Draft.IsDone():
			return fastlane.ErrDone
		case !w.IsStarted:
			return fastlane.ErrNotStarted
		case len(w.Obstacles) > 0:
			return fastlane.ErrDoesNotFit
		}
		if err := c.judgeFast(ctx, in); err != nil {
			return err
		}
		for _, question := range FastQuestions() {
			text := strings.TrimSpace(in.Register[question])
			if text == "" {
				continue
			}
			if err := c.answer(ctx, notification.Answer{Question: question, State: notification.Given, Text: text}); err != nil {
				return err
			}
		}
		return c.finishFast(ctx, w)
	})
}

func (c *change) judgeFast(ctx context.Context, in FastDecision) error {
	if !c.i.IsBreach() || !c.i.Kinds.Confidentiality {
		kinds := c.i.Kinds
		kinds.Confidentiality = true
		j := incident.Judgement{Verdict: incident.Breach, Kinds: kinds, Reason: in.AwareReason}
		if err := c.triage(ctx, j, ""); err != nil {
			return err
		}
	}
	if !c.i.IsClockRunning() {
		if err := c.confirmAwareness(ctx, in.AwareAt, in.AwareReason); err != nil {
			return err
		}
	}
	err := c.decideRisk(ctx, RiskDecision{Risk: incident.RiskUnlikely, Reason: in.Reason})
	if errors.Is(err, ErrDiffers) {
		return fastlane.ErrAssessed
	}
	return err
}

// finishFast records that the judgement was made on the short way, on which facts
// and by which version of the pack.
func (c *change) finishFast(ctx context.Context, w FastWay) error {
	sc, err := c.s.d.Packs.Scenario(c.i.Scenario)
	if err != nil {
		return err
	}
	d := w.Draft
	d.DoneBy, d.DoneAt, d.Version = c.actor.ID, c.now, sc.Version
	if err := fastlane.Save(ctx, c.tx, d); err != nil {
		return err
	}
	return c.note(ctx, "fast.decided", map[string]string{
		"recipients": strconv.Itoa(d.Recipients), "people": strconv.Itoa(c.i.Approx.Value), "answers": string(w.Facts.Back.Outcome), "pack": sc.ID + " " + sc.Version,
	}, "")
}
