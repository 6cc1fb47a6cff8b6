package notification

import (
	"slices"
	"strings"
	"unicode/utf8"

	"clepsydra/internal/workflow"
)

// write puts an answer in the form's own words, each option once.
func (c composer) write(q workflow.FormQuestion, a answered) string {
	var lines []string
	for _, id := range a.options {
		label := id
		if o, ok := q.OptionOf(id); ok {
			label = c.in(o.Label)
		} else if main, ok := q.Main(); ok {
			label = c.canonicalLabel(main, id)
		}
		if !slices.Contains(lines, label) {
			lines = append(lines, label)
		}
	}
	return joinLines(append(lines, a.text)...)
}

func (c composer) writeCanonical(q workflow.Canonical, a answered) string {
	lines := make([]string, len(a.options))
	for k, id := range a.options {
		lines[k] = c.canonicalLabel(q, id)
	}
	return joinLines(append(lines, a.text)...)
}

func (c composer) canonicalLabel(q workflow.Canonical, id string) string {
	for _, o := range q.Options {
		if o.ID == id {
			return c.in(o.Label)
		}
	}
	return id
}

// limit notes what the form would refuse.
func (c composer) limit(r *Row, q workflow.FormQuestion) {
	if r.State != Given {
		return
	}
	if q.Max > 0 {
		r.Over = max(0, utf8.RuneCountInString(r.Text)-q.Max)
	}
	r.Misfit = !q.Matches(r.Text)
}

// picks are the options of a question with those that stand. What is stored stays as
// fine as it was: an option of the form may stand for several canonical ones.
func picks(q workflow.FormQuestion, chosen []string, in func(workflow.Text) string) []Pick {
	out := make([]Pick, len(q.Options))
	for k, o := range q.Options {
		var mine []string
		for _, id := range chosen {
			if slices.Contains(o.Is, id) || o.ID == id && len(o.Is) == 0 {
				mine = append(mine, id)
			}
		}
		out[k] = Pick{Label: in(o.Label), On: len(mine) > 0}
		switch {
		case len(mine) > 0:
			out[k].Value = strings.Join(mine, "\n")
		case len(o.Is) > 0:
			out[k].Value = o.Is[0]
		default:
			out[k].Value = o.ID
		}
	}
	return out
}
