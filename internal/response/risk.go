package response

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/assessment"
	"clepsydra/internal/fault"
	"clepsydra/internal/incident"
	"clepsydra/internal/journal"
	"clepsydra/internal/workflow"
)

// packBreachRisk is the assessment whose outcome advises on the risk of a breach.
const packBreachRisk = "breach_risk"

// ErrDiffers asks for a line when the decision is another than what the assessment
// advises, or than what was decided in past incidents like this one.
var ErrDiffers = fault.New(fault.Invalid, "risk.differs")

// RiskDecision is what the manager decides. Reason is always needed. Advice is the
// DPO's, if it was given. Differs says why the decision is another than advised, or
// than in like incidents of the past; it is needed only then.
type RiskDecision struct {
	Risk    incident.Risk
	Reason  string
	Advice  string
	Differs string
}

// DecideRisk records how likely a risk to people is, and what follows: unlikely
// waives the notification, risk asks for it, high risk asks to tell the people as
// well (Art. 33(1) and 34(1)). It keeps what the assessment advised beside it.
func (s *Service) DecideRisk(ctx context.Context, actor journal.Actor, id incident.ID, d RiskDecision) error {
	return s.change(ctx, actor, id, func(ctx context.Context, c *change) error { return c.decideRisk(ctx, d) })
}

func (c *change) decideRisk(ctx context.Context, d RiskDecision) error {
	d.Reason, d.Advice, d.Differs = strings.TrimSpace(d.Reason), strings.TrimSpace(d.Advice), strings.TrimSpace(d.Differs)
	if err := c.i.DecideRisk(d.Risk, d.Reason, c.now); err != nil {
		return err
	}
	advised, err := c.conclude(ctx, d)
	if err != nil {
		return err
	}
	for _, said := range [][2]string{{"risk", d.Reason}, {"advice", d.Advice}, {"differs", d.Differs}} {
		if said[1] == "" {
			continue
		}
		if err := c.decide(ctx, said[0], string(d.Risk), said[1]); err != nil {
			return err
		}
	}
	if err := c.follow(ctx, d.Risk, d.Reason); err != nil {
		return err
	}
	if err := c.bringAll(ctx, causeRisk, d.Reason); err != nil {
		return err
	}
	return c.note(ctx, "risk.decided", map[string]string{"risk": string(d.Risk), "advised": advised}, d.Reason)
}

// conclude ends the assessment with the decision and returns the risk it advised,
// empty when nothing was assessed. Facts alone are kept too, so that a later incident
// can be compared with this one.
func (c *change) conclude(ctx context.Context, d RiskDecision) (string, error) {
	r, err := c.s.riskOf(ctx, c.tx, c.i)
	if err != nil {
		return "", err
	}
	advised := ""
	if r.IsAssessed() {
		advised = string(r.Advised())
		like, err := c.s.alike(ctx, c.tx, r)
		if err != nil {
			return "", err
		}
		if usual, ok := Usually(like); d.Differs == "" && (advised != string(d.Risk) || ok && usual != d.Risk) {
			return "", ErrDiffers.At("differs")
		}
	}
	if err := c.begin(ctx, &r); err != nil {
		return "", err
	}
	if _, err := assessment.Give(ctx, c.tx, r.Run.ID, r.Answers, c.actor.ID, c.now); err != nil {
		return "", err
	}
	r.Run.Advised, r.Run.Decided, r.Run.Reason = r.Outcome.Proposed, string(d.Risk), d.Reason
	r.Run.ConcludedBy, r.Run.ConcludedAt = c.actor.ID, c.now
	return advised, assessment.Save(ctx, c.tx, &r.Run)
}

// begin makes the run of the incident's assessment if there is none yet.
func (c *change) begin(ctx context.Context, r *Risk) error {
	if r.Run.ID != "" {
		return nil
	}
	r.Run = assessment.Run{
		Pack: r.Pack.ID, Version: r.Pack.Version, Subject: workflow.OfIncident, SubjectID: string(c.i.ID),
		StartedBy: c.actor.ID, StartedAt: c.now,
	}
	return assessment.Save(ctx, c.tx, &r.Run)
}

// Risk is the assessment of an incident as it stands.
type Risk struct {
	Incident incident.Incident
	Pack     workflow.Assessment
	Run      assessment.Run // without an id while nobody has answered
	Given    []assessment.Given
	Answers  assessment.Answers // what counts: the facts of the incident, then what was answered
	Facts    assessment.Answers // those that follow from the incident
	Proposed assessment.Answers // what usually fits the scenario, for questions nobody has answered
	Outcome  assessment.Outcome
}

// IsAssessed reports whether somebody answered a question, so that there is advice to
// differ from.
func (r Risk) IsAssessed() bool { return r.Run.ByHand }

// Advised is the risk that the outcome stands for.
func (r Risk) Advised() incident.Risk {
	return incident.Risk(r.Pack.Outcomes[r.Outcome.Rank].Level)
}

// RiskOf returns the assessment of an incident, or incident.ErrNotFound.
func (s *Service) RiskOf(ctx context.Context, id incident.ID) (Risk, error) {
	i, err := incident.ByID(ctx, s.d.DB.R, id)
	if err != nil {
		return Risk{}, err
	}
	return s.riskOf(ctx, s.d.DB.R, i)
}

func (s *Service) riskOf(ctx context.Context, db bun.IDB, i incident.Incident) (Risk, error) {
	r := Risk{Incident: i}
	runs, err := assessment.RunsOf(ctx, db, workflow.OfIncident, string(i.ID))
	if err != nil {
		return r, err
	}
	if len(runs) > 0 {
		r.Run = runs[0]
		if r.Given, err = assessment.HistoryOf(ctx, db, r.Run.ID); err != nil {
			return r, err
		}
	}
	if r.Pack, err = s.riskPack(ctx, db, r.Run, i); err != nil {
		return r, err
	}
	r.Facts = factsOf(i)
	r.Answers = assessment.Standing(r.Given)
	for q, a := range r.Facts {
		r.Answers[q] = a
	}
	usual, err := s.usualAnswers(ctx, db, i)
	if err != nil {
		return r, err
	}
	if r.Proposed, err = proposed(r.Pack, usual, r.Answers); err != nil {
		return r, err
	}
	r.Outcome, err = assessment.Evaluate(r.Pack, r.Answers)
	return r, err
}

// riskPack is the version of the assessment that was in force when the firm became
// aware; before that, today's. A run keeps the one it began with.
func (s *Service) riskPack(ctx context.Context, db bun.IDB, run assessment.Run, i incident.Incident) (workflow.Assessment, error) {
	if run.ID != "" {
		return s.d.Packs.AssessmentVersion(run.Pack, run.Version)
	}
	f, err := s.d.Firms.Get(ctx, db)
	if err != nil {
		return workflow.Assessment{}, err
	}
	at := i.Moments.Aware.At
	if at.IsZero() {
		at = s.now()
	}
	return s.d.Packs.AssessmentAt(packBreachRisk, at.In(f.Location()))
}

// HasMoved reports whether answers were given after the decision that lead to another
// advice than it was taken on: it is time to decide again.
func (r Risk) HasMoved() bool {
	return r.Run.ID != "" && r.Run.ByHand && !r.Run.IsOpen() && r.Run.Advised != r.Outcome.Proposed
}

// AnsweredAt is when a question was last answered by hand; zero when it was not.
func (r Risk) AnsweredAt(question string) time.Time {
	for _, g := range slices.Backward(r.Given) {
		if g.Question == question {
			return g.At
		}
	}
	return time.Time{}
}
