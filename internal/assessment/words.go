package assessment

import (
	"strconv"
	"strings"

	"clepsydra/internal/workflow"
)

// Say writes an answer with the labels of its options, in a language and country.
// An answer that is not known is empty: what to call that is the reader's page.
func Say(q workflow.Question, a Answer, lang, country string) string {
	switch {
	case !a.Known:
		return ""
	case q.Kind == workflow.ANumber:
		return strconv.FormatFloat(a.Number, 'f', -1, 64)
	case q.Kind == workflow.FreeText:
		return a.Text
	case len(a.Options) == 0:
		return q.None.In(lang, country)
	}
	labels := make([]string, 0, len(a.Options))
	for _, id := range a.Options {
		if o, ok := q.Option(id); ok {
			labels = append(labels, o.Label.In(lang, country))
		}
	}
	return strings.Join(labels, "; ")
}

// SayReason writes a reason: the rule's own words, or the question in short with its
// answer.
func SayReason(pack workflow.Assessment, answers Answers, r Reason, lang, country string) string {
	for _, rule := range pack.Rules {
		if rule.ID == r.Rule {
			return rule.Reason.In(lang, country)
		}
	}
	q, ok := pack.Question(r.Question)
	if !ok {
		return r.Question
	}
	return q.Short.In(lang, country) + colon(lang) + Say(q, answers[q.ID], lang, country)
}

// SayChange writes what would have to turn out for a change: the option as a
// condition where the pack has one, else the question in short with the option.
func SayChange(pack workflow.Assessment, c Change, lang, country string) string {
	q, _ := pack.Question(c.Question)
	o, _ := q.Option(c.Option)
	if o.If != nil {
		return o.If.In(lang, country)
	}
	return q.Short.In(lang, country) + colon(lang) + o.Label.In(lang, country)
}

// colon is how a language writes it: French puts a space before.
func colon(lang string) string {
	if lang == "fr" {
		return "\u00a0: "
	}
	return ": "
}
