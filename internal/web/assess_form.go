package web

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"clepsydra/internal/assessment"
	"clepsydra/internal/fault"
	"clepsydra/internal/workflow"
)

// The values of inputs that are no option of the pack.
const (
	unknownValue = workflow.UnknownOption // "not known yet"
	noneValue    = "-none"                // "nothing of this"; no option can be called so
)

// errBoth refuses "nothing of this" or "not known yet" beside another answer.
var errBoth = fault.New(fault.Invalid, "assess.both_chosen")

// assessTyped is what a form said, by question: the raw values of its inputs.
type assessTyped map[string][]string

// assessField is the name of a question's inputs.
func assessField(question string) string { return "a." + question }

// readAssessment takes the answers to some questions from a form. A question that
// was left alone is not among them, unless it had an answer before: then it is not
// known any more. Answers that were refused are missing from the result; typed has
// all that was sent, to be shown again.
func (v *Visit) readAssessment(questions []workflow.Question, before assessment.Answers) (answers assessment.Answers, typed assessTyped, err error) {
	answers, typed = make(assessment.Answers), make(assessTyped)
	var refused fault.List
	for _, q := range questions {
		values := v.FormAll(assessField(q.ID))
		typed[q.ID] = values
		a, given, f := readAnswer(q, values)
		switch {
		case f != nil:
			refused.Add(f.At(assessField(q.ID)))
		case given:
			answers[q.ID] = a
		default:
			if _, had := before[q.ID]; had {
				answers[q.ID] = assessment.NotKnown()
			}
		}
	}
	return answers, typed, refused.OrNil()
}

// readAnswer reads the values of one question. given is false when none was sent.
func readAnswer(q workflow.Question, values []string) (a assessment.Answer, given bool, refused *fault.Error) {
	values = slices.DeleteFunc(slices.Clone(values), func(s string) bool { return strings.TrimSpace(s) == "" })
	switch {
	case len(values) == 0:
		return a, false, nil
	case slices.Contains(values, unknownValue) || slices.Contains(values, noneValue):
		if len(values) > 1 {
			return a, false, errBoth
		}
		if values[0] == unknownValue {
			return assessment.NotKnown(), true, nil
		}
		values = nil
	}
	switch q.Kind {
	case workflow.ANumber:
		n, err := strconv.ParseFloat(plainNumber(values[0]), 64)
		if err != nil || !workflow.IsWhole(n) {
			return a, false, assessment.ErrNumber
		}
		return assessment.Counted(n), true, nil
	case workflow.FreeText:
		a = assessment.Written(strings.TrimSpace(strings.ReplaceAll(values[0], "\r\n", "\n")))
	default:
		a = assessment.Chosen(inOrder(q, values)...)
	}
	if err := a.Check(q); err != nil {
		return a, false, faultsOf(err)[0]
	}
	return a, true, nil
}

// grouped is a number with marks between its thousands.
var grouped = regexp.MustCompile(`^\d{1,3}([ .,'\x{a0}\x{202f}]\d{3})+$`)

// plainNumber takes the marks between thousands out: 1.200 and 1 200 are 1200.
func plainNumber(s string) string {
	s = strings.TrimSpace(s)
	if !grouped.MatchString(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// inOrder puts options into the order of the pack, so that the same ticks are the
// same answer.
func inOrder(q workflow.Question, ids []string) []string {
	var out []string
	for _, o := range q.Options {
		if slices.Contains(ids, o.ID) {
			out = append(out, o.ID)
		}
	}
	for _, id := range ids {
		if _, known := q.Option(id); !known {
			out = append(out, id) // refused by the check that follows
		}
	}
	return out
}

// assessForm is what is known about the answers to a page's questions. Typed wins
// over Answers where a form was refused; both may be nil.
type assessForm struct {
	Answers assessment.Answers
	Typed   assessTyped
	Asked   []string
	Given   map[string]assessGiven
	Errors  Errors
}

// assessQuestion makes one question ready to be shown.
func (v *Visit) assessQuestion(q workflow.Question, f assessForm) assessQuestion {
	values := f.Typed[q.ID]
	if f.Typed == nil {
		values = valuesOf(q, f.Answers)
	}
	out := assessQuestion{
		ID: q.ID, Field: assessField(q.ID), Kind: q.Kind, Text: v.packText(q.Text), Help: v.packText(q.Help), Source: q.Source,
		Wide: len(q.Options) > 8, IsNone: slices.Contains(values, noneValue), IsUnknown: slices.Contains(values, unknownValue),
		Asked: slices.Contains(f.Asked, q.ID), Errors: f.Errors.Of(assessField(q.ID)),
		By: f.Given[q.ID].By, At: f.Given[q.ID].At,
	}
	if q.Kind == workflow.ManyOptions {
		if out.None = v.packText(q.None); out.None == "" {
			out.None = v.P.T("assess.none", nil)
		}
	}
	if q.Kind == workflow.ANumber || q.Kind == workflow.FreeText {
		for _, typed := range values {
			if typed != unknownValue {
				out.Typed = typed
			}
		}
	}
	for _, o := range q.Options {
		out.Options = append(out.Options, assessOption{o.ID, v.packText(o.Label), v.packText(o.Help), slices.Contains(values, o.ID)})
	}
	return out
}

// valuesOf writes an answer as the inputs have it.
func valuesOf(q workflow.Question, answers assessment.Answers) []string {
	a, given := answers[q.ID]
	switch {
	case !given:
		return nil
	case !a.Known:
		return []string{unknownValue}
	case q.Kind == workflow.ANumber:
		return []string{strconv.FormatFloat(a.Number, 'f', -1, 64)}
	case q.Kind == workflow.FreeText:
		return []string{a.Text}
	case len(a.Options) == 0:
		return []string{noneValue}
	}
	return a.Options
}

// figure writes a value of a pack: numbers as the language writes them.
func (v *Visit) figure(value any) string {
	n, ok := value.(float64)
	if !ok {
		if s, isText := value.(string); isText {
			return s
		}
		return "–"
	}
	s := strconv.FormatFloat(n, 'f', -1, 64)
	if v.P.Lang() != "en" {
		s = strings.Replace(s, ".", ",", 1)
	}
	return s
}
