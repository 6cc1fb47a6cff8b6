package assessment

import (
	"math"
	"slices"

	"clepsydra/internal/workflow"
)

// Likeness says how alike two sets of answers are, from 0 to 1: question by
// question, those that both know. Choices are as near as their places in the order
// of options, lists as much as they share, numbers by their order of magnitude.
// Shared says how many questions were compared.
func Likeness(pack workflow.Assessment, a, b Answers) (likeness float64, shared int) {
	sum, weight := 0.0, 0.0
	for _, q := range pack.Questions() {
		x, y := a[q.ID], b[q.ID]
		if !x.Known || !y.Known || q.Kind == workflow.FreeText {
			continue
		}
		w := q.Weight
		if w == 0 {
			w = 1
		}
		shared++
		weight += w
		sum += w * near(q, x, y)
	}
	if weight == 0 {
		return 0, 0
	}
	return sum / weight, shared
}

func near(q workflow.Question, x, y Answer) float64 {
	switch q.Kind {
	case workflow.ANumber:
		return 1 - math.Min(1, math.Abs(math.Log10(x.Number+1)-math.Log10(y.Number+1))/4)
	case workflow.OneOption:
		i := slices.IndexFunc(q.Options, func(o workflow.Option) bool { return slices.Contains(x.Options, o.ID) })
		k := slices.IndexFunc(q.Options, func(o workflow.Option) bool { return slices.Contains(y.Options, o.ID) })
		return 1 - math.Abs(float64(i-k))/float64(len(q.Options)-1)
	}
	common := 0
	for _, o := range x.Options {
		if slices.Contains(y.Options, o) {
			common++
		}
	}
	all := len(x.Options) + len(y.Options) - common
	if all == 0 {
		return 1
	}
	return float64(common) / float64(all)
}

// Near is a published case and how like it these answers are.
type Near struct {
	Case     workflow.Case
	Likeness float64
}

// Apart returns the questions that both sets of answers know and answer differently,
// in the pack's order: what sets two cases apart.
func Apart(pack workflow.Assessment, a, b Answers) []string {
	var out []string
	for _, q := range pack.Questions() {
		x, y := a[q.ID], b[q.ID]
		if x.Known && y.Known && q.Kind != workflow.FreeText && !x.Equal(y) {
			out = append(out, q.ID)
		}
	}
	return out
}

// leastShared is how many questions two cases must both answer to be compared.
const leastShared = 3

// Nearest returns the published cases of a pack that are most like the answers, the
// nearest first, n at most; none while too little is known to compare.
func Nearest(pack workflow.Assessment, answers Answers, n int) ([]Near, error) {
	var out []Near
	for _, c := range pack.Examples {
		theirs, err := ReadAll(pack, c.Answers)
		if err != nil {
			return nil, err
		}
		if likeness, shared := Likeness(pack, answers, theirs); shared >= leastShared {
			out = append(out, Near{c, likeness})
		}
	}
	slices.SortStableFunc(out, func(a, b Near) int {
		switch {
		case a.Likeness > b.Likeness:
			return -1
		case a.Likeness < b.Likeness:
			return 1
		}
		return 0
	})
	return out[:min(n, len(out))], nil
}
