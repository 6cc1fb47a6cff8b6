package assessment

import (
	"cmp"
	"slices"

	"clepsydra/internal/workflow"
)

// Effect is what a reason does to the outcome.
type Effect string

// The effects.
const (
	Reaches Effect = "reaches" // a rule that holds whatever the unknown answers turn out to be
	May     Effect = "may"     // a rule that holds if unknown answers turn out grave
	Raises  Effect = "raises"  // an answer without which the outcome were milder
	Lowers  Effect = "lowers"  // an answer without which the outcome were graver
	Neutral Effect = "neutral" // an answer that changes nothing as things stand
)

// Reason is one rule or one answer with its weight: by how many steps it moves the
// outcome.
type Reason struct {
	Rule     string // id of a rule; empty for an answer
	Question string // id of a question; empty for a rule
	Effect   Effect
	Outcome  string // where a rule leads
	Weight   int
}

// Reasons returns why the outcome is what it is: first the rules that hold, the
// gravest before the others, then every known answer, the weightiest first.
func Reasons(pack workflow.Assessment, answers Answers, now Outcome) ([]Reason, error) {
	out := ruleReasons(pack, now)
	rules := len(out)
	for _, id := range now.AtWorst.Asked {
		q, _ := pack.Question(id)
		if !answers[id].Known || q.Silent || q.Kind == workflow.FreeText {
			continue
		}
		r, err := weigh(pack, answers, q, now)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	slices.SortStableFunc(out[rules:], func(a, b Reason) int {
		if a.Weight != b.Weight {
			return b.Weight - a.Weight
		}
		return cmp.Compare(weightOf(pack, b.Question), weightOf(pack, a.Question))
	})
	return out, nil
}

// ruleReasons are the rules that hold, then those that may; within each the gravest
// outcome first.
func ruleReasons(pack workflow.Assessment, now Outcome) []Reason {
	var out []Reason
	for _, r := range pack.Rules {
		reason := Reason{Rule: r.ID, Effect: Reaches, Outcome: r.Outcome, Weight: pack.Rank(r.Outcome)}
		switch {
		case slices.Contains(now.AtBest.Held, r.ID):
		case slices.Contains(now.AtWorst.Held, r.ID):
			reason.Effect = May
		default:
			continue
		}
		out = append(out, reason)
	}
	slices.SortStableFunc(out, func(a, b Reason) int {
		if a.Effect != b.Effect {
			return cmp.Compare(b.Effect, a.Effect) // "reaches" before "may"
		}
		return b.Weight - a.Weight
	})
	return out
}

func weightOf(pack workflow.Assessment, question string) float64 {
	q, _ := pack.Question(question)
	return q.Weight
}

// weigh asks what the outcome were with the mildest and with the gravest answer in
// place of the one given.
func weigh(pack workflow.Assessment, answers Answers, q workflow.Question, now Outcome) (Reason, error) {
	mild, err := evaluate(pack, with(answers, q.ID, atBest(q)))
	if err != nil {
		return Reason{}, err
	}
	grave, err := evaluate(pack, with(answers, q.ID, atWorst(q)))
	if err != nil {
		return Reason{}, err
	}
	r := Reason{Question: q.ID, Effect: Neutral}
	switch {
	case mild.Rank < now.Rank:
		r.Effect, r.Weight = Raises, now.Rank-mild.Rank
	case grave.Rank > now.Rank:
		r.Effect, r.Weight = Lowers, grave.Rank-now.Rank
	}
	return r, nil
}

// Change is an answer that would change the outcome.
type Change struct {
	Question string
	Option   string
	Outcome  string
	Rank     int
}

// Changes returns what may still turn out otherwise and would lead elsewhere: for
// each open question every other answer whose outcome differs, the mildest first.
func Changes(pack workflow.Assessment, answers Answers, now Outcome) ([]Change, error) {
	var out []Change
	for _, id := range now.AtWorst.Asked {
		q, _ := pack.Question(id)
		if !q.Open || q.Kind != workflow.OneOption {
			continue
		}
		for _, o := range q.Options {
			a := Chosen(o.ID)
			if answers[id].Equal(a) {
				continue
			}
			then, err := evaluate(pack, with(answers, id, a))
			if err != nil {
				return nil, err
			}
			if then.Rank != now.Rank {
				out = append(out, Change{id, o.ID, then.Proposed, then.Rank})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Change) int { return a.Rank - b.Rank })
	return out, nil
}
