package workflow

import (
	"maps"
	"slices"
)

// checkAssess checks that a scenario's usual answers fit the breach risk assessment,
// in its newest version. Without that assessment there is nothing to compare.
func (s Scenario) checkAssess(c *checker) {
	list := c.packs.assessments["breach_risk"]
	if len(list) == 0 {
		return
	}
	newest := slices.MaxFunc(list, func(a, b Assessment) int { return b.ValidFrom.DaysUntil(a.ValidFrom) })
	for _, id := range slices.Sorted(maps.Keys(s.Assess)) {
		at, options := "$.assess."+id, s.Assess[id]
		q, ok := newest.Question(id)
		if !ok {
			c.fail(at, "the breach risk assessment has no question %q", id)
			continue
		}
		c.need(q.Kind == ManyOptions || q.Kind == OneOption && len(options) == 1, at, "the question %q takes one answer", id)
		for _, o := range options {
			_, known := q.Option(o)
			c.need(known, at, "the question %q has no option %q", id, o)
		}
	}
}
