package assessment

import (
	"fmt"
	"slices"

	"clepsydra/internal/workflow"
)

// Outcome is what the answers lead to. Ranks count from 0, the mildest.
type Outcome struct {
	Proposed string // id of the outcome that is proposed
	Rank     int
	Best     int  // when everything unknown turns out harmless
	Worst    int  // when everything unknown turns out grave
	Enough   bool // the unknown answers cannot change it
	// AtBest and AtWorst are the two readings; the same when enough is known.
	AtBest, AtWorst Reading
	Unknown         []string // asked and not known, while that leaves the outcome open; what moves it alone first
}

// Reading is one way to take the answers, with nothing unknown in it.
type Reading struct {
	Rank   int
	Values map[string]any // float64, string or bool by name
	Held   []string       // ids of the rules that hold, in the pack's order
	Notes  []string       // ids of the notes that hold
	Asked  []string       // ids of the questions that are asked
}

// SureNotes are the notes that hold whatever the unknown answers turn out to be.
func (o Outcome) SureNotes() []string {
	var out []string
	for _, id := range o.AtBest.Notes {
		if slices.Contains(o.AtWorst.Notes, id) {
			out = append(out, id)
		}
	}
	return out
}

// Evaluate runs an assessment. Answers to questions that are not asked do not
// count. It fails only when the answers do not fit the pack; see Answers.Check.
func Evaluate(pack workflow.Assessment, answers Answers) (Outcome, error) {
	if err := answers.Check(pack); err != nil {
		return Outcome{}, err
	}
	out, err := evaluate(pack, answers)
	if err != nil || out.Enough {
		return out, err
	}
	out.Unknown, err = unknowns(pack, answers, out)
	return out, err
}

func evaluate(pack workflow.Assessment, answers Answers) (Outcome, error) {
	var out Outcome
	var err error
	if out.AtBest, err = read(pack, answers, atBest); err != nil {
		return out, err
	}
	if out.AtWorst, err = read(pack, answers, atWorst); err != nil {
		return out, err
	}
	out.Best, out.Worst = out.AtBest.Rank, out.AtWorst.Rank
	out.Enough = out.Best >= out.Worst
	out.Rank = out.Best
	if !out.Enough {
		out.Rank = max(out.Best, min(out.Worst, pack.Rank(pack.Safe)))
	}
	out.Proposed = pack.Outcomes[out.Rank].ID
	return out, nil
}

// unknowns are the questions that the worst reading asks and that have no known
// answer. Those whose answer alone draws the two readings together come first.
func unknowns(pack workflow.Assessment, answers Answers, now Outcome) ([]string, error) {
	var movers, others []string
	for _, id := range now.AtWorst.Asked {
		q, _ := pack.Question(id)
		countsAsNone := q.Worst != nil && len(q.Worst) == 0
		if answers[id].Known || countsAsNone || q.Kind == workflow.FreeText {
			continue
		}
		moves, err := narrows(pack, answers, q, now)
		if err != nil {
			return nil, err
		}
		if moves {
			movers = append(movers, id)
		} else {
			others = append(others, id)
		}
	}
	return append(movers, others...), nil
}

func narrows(pack workflow.Assessment, answers Answers, q workflow.Question, now Outcome) (bool, error) {
	for _, a := range []Answer{atBest(q), atWorst(q)} {
		then, err := evaluate(pack, with(answers, q.ID, a))
		if err != nil {
			return false, err
		}
		if then.Best != now.Best || then.Worst != now.Worst {
			return true, nil
		}
	}
	return false, nil
}

// with is the answers with one replaced.
func with(answers Answers, id string, a Answer) Answers {
	out := make(Answers, len(answers)+1)
	for k, v := range answers {
		out[k] = v
	}
	out[id] = a
	return out
}

// atBest and atWorst are what an unknown answer may turn out to be. Options stand
// from the least to the gravest.
func atBest(q workflow.Question) Answer {
	if q.Kind == workflow.OneOption {
		return Chosen(q.Options[0].ID)
	}
	return Answer{Known: true}
}

func atWorst(q workflow.Question) Answer {
	switch q.Kind {
	case workflow.OneOption:
		return Chosen(q.Options[len(q.Options)-1].ID)
	case workflow.ManyOptions:
		if q.Worst != nil {
			return Chosen(q.Worst...)
		}
		a := Answer{Known: true}
		for _, o := range q.Options {
			a.Options = append(a.Options, o.ID)
		}
		return a
	case workflow.ANumber:
		return Counted(q.Most)
	}
	return Answer{Known: true}
}

// names is what the expressions of a pack read.
type names struct {
	all    map[string]any
	points map[string]map[string]float64
	tags   map[string][]string
}

// read takes the answers with unknown ones filled in, question by question: an
// answer can bring a question up that is unknown in its turn.
func read(pack workflow.Assessment, answers Answers, fill func(workflow.Question) Answer) (Reading, error) {
	out := Reading{Values: make(map[string]any, len(pack.Values))}
	n := names{all: make(map[string]any), points: make(map[string]map[string]float64), tags: make(map[string][]string)}
	n.all["points"], n.all["tags"] = n.points, n.tags
	for _, g := range pack.Groups {
		for _, q := range g.Questions {
			isAsked, err := n.asks(q)
			if err != nil {
				return out, err
			}
			a := answers[q.ID]
			switch {
			case !isAsked:
				a = Answer{}
			case !a.Known:
				a = fill(q)
			}
			if isAsked {
				out.Asked = append(out.Asked, q.ID)
			}
			n.take(q, a)
		}
	}
	return out, n.conclude(pack, &out)
}

func (n names) asks(q workflow.Question) (bool, error) {
	if q.When.IsZero() {
		return true, nil
	}
	return q.When.True(n.all)
}

// take makes an answer known to the expressions. Of several options the highest
// points count.
func (n names) take(q workflow.Question, a Answer) {
	switch q.Kind {
	case workflow.ManyOptions:
		n.all[q.ID] = a.Options
	case workflow.ANumber:
		n.all[q.ID] = a.Number
	case workflow.OneOption:
		n.all[q.ID] = ""
		if len(a.Options) > 0 {
			n.all[q.ID] = a.Options[0]
		}
	default:
		n.all[q.ID] = a.Text
	}
	points := make(map[string]float64)
	for _, name := range q.PointNames() {
		points[name] = 0
	}
	var tags []string
	for k, id := range a.Options {
		o, _ := q.Option(id)
		for name, p := range o.Points {
			if k == 0 || p > points[name] {
				points[name] = p
			}
		}
		tags = append(tags, o.Tags...)
	}
	n.points[q.ID], n.tags[q.ID] = points, tags
}

// conclude computes the values in their order, then the rules.
func (n names) conclude(pack workflow.Assessment, out *Reading) error {
	for _, v := range pack.Values {
		value, err := v.Is.Value(n.all)
		if err != nil {
			return fmt.Errorf("assessment %s: value %s: %w", pack.ID, v.ID, err)
		}
		n.all[v.ID], out.Values[v.ID] = value, value
	}
	for _, r := range pack.Rules {
		holds, err := r.When.True(n.all)
		if err != nil {
			return fmt.Errorf("assessment %s: rule %s: %w", pack.ID, r.ID, err)
		}
		if holds {
			out.Held = append(out.Held, r.ID)
			out.Rank = max(out.Rank, pack.Rank(r.Outcome))
		}
	}
	for _, note := range pack.Notes {
		holds, err := note.When.True(n.all)
		if err != nil {
			return fmt.Errorf("assessment %s: note %s: %w", pack.ID, note.ID, err)
		}
		if holds {
			out.Notes = append(out.Notes, note.ID)
		}
	}
	return nil
}
