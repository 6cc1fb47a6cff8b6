package response

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"clepsydra/internal/assessment"
	"clepsydra/internal/incident"
	"clepsydra/internal/journal"
	"clepsydra/internal/recall"
	"clepsydra/internal/workflow"
)

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
