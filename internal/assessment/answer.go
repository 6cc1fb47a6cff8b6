// Package assessment draws a conclusion from the answers to an assessment's
// questions: the risk of a breach to people, or a scan of the firm. The questions
// and rules are data (workflows/assessments); this package only runs them.
//
// "Not known yet" is always an answer. Unknown answers are tried at their best and
// at their worst; when both lead to the same outcome enough is known, else the
// pack's safe outcome is proposed, never silence. The outcome is advice: a person
// decides.
//
// Rule files here are pure. Answers are kept with who gave them and when (store.go).
package assessment

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"clepsydra/internal/fault"
	"clepsydra/internal/workflow"
)

// Answer is the answer to one question. Known is false for "not known yet"; then
// the rest is empty. Options has at most one entry unless the question takes many.
type Answer struct {
	Known   bool     `json:"known"`
	Options []string `json:"options,omitempty"`
	Number  float64  `json:"number,omitempty"`
	Text    string   `json:"text,omitempty"`
}

// Answers are the answers by question. A question that is absent was not answered,
// which weighs the same as "not known yet".
type Answers map[string]Answer

// NotKnown is the answer "not known yet".
func NotKnown() Answer { return Answer{} }

// Chosen is an answer of options; without any it says "nothing of this".
func Chosen(options ...string) Answer { return Answer{Known: true, Options: options} }

// Counted is an answer of a number.
func Counted(n float64) Answer { return Answer{Known: true, Number: n} }

// Written is an answer in free text.
func Written(s string) Answer { return Answer{Known: true, Text: s} }

// Equal reports whether two answers say the same; the order of options is none of
// what they say.
func (a Answer) Equal(b Answer) bool {
	return a.Known == b.Known && a.Number == b.Number && a.Text == b.Text &&
		slices.Equal(slices.Sorted(slices.Values(a.Options)), slices.Sorted(slices.Values(b.Options)))
}

// MaxText is the longest free text, in characters.
const MaxText = 8000

// The refusals of an answer; each names its question as the field.
var (
	ErrQuestion = fault.New(fault.Invalid, "assessment.question_unknown")
	ErrOption   = fault.New(fault.Invalid, "assessment.option_unknown")
	ErrKind     = fault.New(fault.Invalid, "assessment.answer_kind")
	ErrNumber   = fault.New(fault.Invalid, "assessment.number_wrong")
	ErrText     = fault.New(fault.Invalid, "assessment.text_too_long")
)

// Check refuses an answer that its question does not take.
func (a Answer) Check(q workflow.Question) error {
	if !a.Known {
		return nil
	}
	switch q.Kind {
	case workflow.ANumber:
		if !workflow.IsWhole(a.Number) {
			return ErrNumber.At(q.ID)
		}
	case workflow.FreeText:
		if utf8.RuneCountInString(a.Text) > MaxText {
			return ErrText.At(q.ID).With("Max", MaxText)
		}
	case workflow.OneOption:
		if len(a.Options) != 1 {
			return ErrKind.At(q.ID).With("Question", q.ID)
		}
	}
	for _, id := range a.Options {
		if _, ok := q.Option(id); !ok {
			return ErrOption.At(q.ID).With("Question", q.ID).With("Option", id).With("Options", strings.Join(q.OptionIDs(), ", "))
		}
	}
	return nil
}

// Check refuses answers to questions that the assessment does not ask, and answers
// that their questions do not take.
func (a Answers) Check(pack workflow.Assessment) error {
	for id, answer := range a {
		q, ok := pack.Question(id)
		if !ok {
			return ErrQuestion.At(id).With("Question", id)
		}
		if err := answer.Check(q); err != nil {
			return err
		}
	}
	return nil
}

// Read takes an answer as a pack or a JSON file writes it: an option, a list of
// options, a number, a text; "unknown" or nothing for not known. A truth is read as
// the option yes or no.
func Read(q workflow.Question, v any) (Answer, error) {
	if v == nil || v == workflow.UnknownOption {
		return NotKnown(), nil
	}
	var out Answer
	switch q.Kind {
	case workflow.ANumber:
		n, ok := number(v)
		if !ok {
			return out, ErrNumber.At(q.ID)
		}
		out = Counted(n)
	case workflow.FreeText:
		s, ok := v.(string)
		if !ok {
			return out, ErrKind.At(q.ID).With("Question", q.ID)
		}
		out = Written(strings.TrimSpace(s))
	default:
		words, ok := options(v)
		if !ok {
			return out, ErrKind.At(q.ID).With("Question", q.ID)
		}
		if slices.Contains(words, workflow.UnknownOption) {
			return NotKnown(), nil
		}
		out = Chosen(words...)
	}
	return out, out.Check(q)
}

// ReadAll takes the answers of a file to a pack's questions.
func ReadAll(pack workflow.Assessment, raw map[string]any) (Answers, error) {
	out := make(Answers, len(raw))
	for id, v := range raw {
		q, ok := pack.Question(id)
		if !ok {
			return nil, ErrQuestion.At(id).With("Question", id)
		}
		a, err := Read(q, v)
		if err != nil {
			return nil, err
		}
		out[id] = a
	}
	return out, nil
}

func number(v any) (float64, bool) {
	switch n := v.(type) {
	case float64:
		return n, true
	case int:
		return float64(n), true
	case int64:
		return float64(n), true
	case uint64:
		return float64(n), true
	case json.Number:
		f, err := n.Float64()
		return f, err == nil
	case string:
		f, err := strconv.ParseFloat(strings.TrimSpace(n), 64)
		return f, err == nil
	}
	return 0, false
}

func options(v any) ([]string, bool) {
	switch o := v.(type) {
	case bool:
		if o {
			return []string{"yes"}, true
		}
		return []string{"no"}, true
	case string:
		return []string{o}, true
	case []string:
		return o, true
	case []any:
		out := make([]string, len(o))
		for k, w := range o {
			s, ok := w.(string)
			if !ok {
				return nil, false
			}
			out[k] = s
		}
		return out, true
	}
	return nil, false
}

// String writes the answer with the ids of its options, for logs and tests.
func (a Answer) String() string {
	switch {
	case !a.Known:
		return workflow.UnknownOption
	case a.Text != "":
		return a.Text
	case a.Number != 0:
		return fmt.Sprint(a.Number)
	}
	return strings.Join(a.Options, ",")
}
