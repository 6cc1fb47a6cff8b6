package response

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/assessment"
	"clepsydra/internal/fault"
	"clepsydra/internal/incident"
	"clepsydra/internal/journal"
	"clepsydra/internal/recall"
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
		if usual, ok := usually(like); d.Differs == "" && (advised != string(d.Risk) || ok && usual != d.Risk) {
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

// kindsAsked ties the options of the question "kinds" to the kinds of a breach.
func kindsAsked(k *incident.Kinds) map[string]*bool {
	return map[string]*bool{"seen": &k.Confidentiality, "changed": &k.Integrity, "gone": &k.Availability}
}

// factsOf are the answers that the incident itself gives: they are asked once and
// shown in both places.
func factsOf(i incident.Incident) assessment.Answers {
	out := make(assessment.Answers)
	if i.Kinds.Any() {
		var kinds []string
		for option, is := range kindsAsked(&i.Kinds) {
			if *is {
				kinds = append(kinds, option)
			}
		}
		slices.Sort(kinds)
		out["kinds"] = assessment.Chosen(kinds...)
	}
	if len(i.Data) > 0 {
		out["data"] = assessment.Chosen(i.Data...)
	}
	if i.Approx.Known {
		out["people"] = assessment.Counted(float64(i.Approx.Value))
	}
	return out
}

// usualAnswers are the options that usually fit the scenario, by question, and what
// the wrong recipients of this very incident have said.
func (s *Service) usualAnswers(ctx context.Context, db bun.IDB, i incident.Incident) (map[string][]string, error) {
	out := make(map[string][]string)
	if sc, err := s.d.Packs.Scenario(i.Scenario); err == nil { // else nothing is usual
		maps.Copy(out, sc.Assess)
	}
	all, err := recall.OfIncident(ctx, db, i.ID)
	if err != nil || len(all) == 0 {
		return out, err
	}
	out["holder"], out["recipient_confirmed"] = []string{"known_few"}, []string{"no"}
	back, err := isAllBack(ctx, db, i.ID, all)
	if back {
		out["recipient_confirmed"] = []string{"yes"}
	}
	return out, err
}

// proposed are the usual answers to the questions that have no answer yet.
func proposed(pack workflow.Assessment, usual map[string][]string, answers assessment.Answers) (assessment.Answers, error) {
	out := make(assessment.Answers)
	for id, options := range usual {
		q, ok := pack.Question(id)
		if _, answered := answers[id]; !ok || answered {
			continue
		}
		a, err := assessment.Read(q, options)
		if err != nil {
			return nil, err
		}
		out[id] = a
	}
	return out, nil
}

// Assess keeps answers to the assessment of an incident. Those that are facts of the
// incident (what happened to the data, which data, how many people) change it too.
// What was answered before stays in the history.
func (s *Service) Assess(ctx context.Context, actor journal.Actor, id incident.ID, answers assessment.Answers) error {
	return s.change(ctx, actor, id, func(ctx context.Context, c *change) error {
		switch {
		case !c.i.IsOpen():
			return incident.ErrNotOpen
		case !c.i.IsBreach():
			return incident.ErrNotABreach
		}
		r, err := s.riskOf(ctx, c.tx, c.i)
		if err != nil {
			return err
		}
		if err := answers.Check(r.Pack); err != nil {
			return err
		}
		if err := c.begin(ctx, &r); err != nil {
			return err
		}
		changed, err := assessment.Give(ctx, c.tx, r.Run.ID, answers, c.actor.ID, c.now)
		if err != nil || len(changed) == 0 {
			return err
		}
		r.Run.ByHand = true
		if err := assessment.Save(ctx, c.tx, &r.Run); err != nil {
			return err
		}
		c.takeFacts(answers)
		return c.note(ctx, "risk.answered", map[string]string{"questions": strings.Join(changed, ","), "run": r.Run.ID}, "")
	})
}

// takeFacts writes answers that are facts into the incident. A breach has at least
// one kind, so that "nothing of this" stays an answer of the assessment alone.
func (c *change) takeFacts(answers assessment.Answers) {
	if a, ok := answers["kinds"]; ok && a.Known && len(a.Options) > 0 {
		kinds := incident.Kinds{}
		for option, is := range kindsAsked(&kinds) {
			*is = slices.Contains(a.Options, option)
		}
		c.i.Kinds = kinds
	}
	if a, ok := answers["data"]; ok {
		c.i.Data = a.Options
	}
	if a, ok := answers["people"]; ok {
		c.i.Approx = incident.Approx{Known: a.Known, Value: int(a.Number)}
	}
}

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

// usually is what most of the like incidents were decided to be; false when there are
// none or no decision has the majority.
func usually(past []Past) (incident.Risk, bool) {
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

// Usually is the decision most like incidents came to; false without a majority.
func Usually(past []Past) (incident.Risk, bool) { return usually(past) }

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
