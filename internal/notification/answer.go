package notification

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"clepsydra/internal/fault"
	"clepsydra/internal/workflow"
)

// State says what stands behind an answer.
type State string

// The states. Missing is the only one that marks a gap.
const (
	Given         State = "given"
	NotKnown      State = "not_known"     // not known yet, a supplement follows
	Investigating State = "investigating" // under investigation
	NotApplicable State = "not_applicable"
	Missing       State = "missing"
)

// IsOpen reports whether a state says only that there is no answer yet.
func (s State) IsOpen() bool { return s == NotKnown || s == Investigating }

// Answer is what a responder typed for one question. Of a question with options, Text
// holds the ids of the canonical options that were picked, one per line.
type Answer struct {
	Question  string
	State     State
	Text      string
	UpdatedBy string
	UpdatedAt time.Time
}

// MaxAnswer is the longest typed answer, in characters, whatever a form may allow.
const MaxAnswer = 8000

// Named refusals.
var (
	ErrQuestion = fault.New(fault.Invalid, "notification.question_unknown")
	ErrState    = fault.New(fault.Invalid, "notification.state_unknown")
	ErrOption   = fault.New(fault.Invalid, "notification.option_unknown")
	ErrLong     = fault.New(fault.Invalid, "notification.answer_too_long")
	ErrEmpty    = fault.New(fault.Invalid, "notification.answer_empty")
	ErrFixed    = fault.New(fault.Invalid, "notification.answer_fixed")
	ErrNumber   = fault.New(fault.Invalid, "notification.answer_no_number")
	ErrPattern  = fault.New(fault.Invalid, "notification.answer_wrong_form")
	ErrLanguage = fault.New(fault.Invalid, "notification.language_refused")
	ErrPhase    = fault.New(fault.Invalid, "notification.phase_not_now")
)

// Check refuses an answer that the question does not take: too long for the form, not
// one of its options, or a text for a fact that is changed elsewhere.
func (a Answer) Check(q workflow.FormQuestion) error {
	switch a.State {
	case NotKnown, Investigating, NotApplicable:
		return nil
	case Given:
	default:
		return ErrState.At(a.Question)
	}
	text := strings.TrimSpace(a.Text)
	if main, ok := q.Main(); ok && main.Fixed {
		return ErrFixed.At(a.Question)
	}
	if text == "" {
		return ErrEmpty.At(a.Question)
	}
	if q.Kind.HasOptions() {
		return checkOptions(a.Question, q, strings.Split(text, "\n"))
	}
	longest := MaxAnswer
	if q.Max > 0 {
		longest = min(longest, q.Max)
	}
	switch n := utf8.RuneCountInString(text); {
	case n > longest:
		return ErrLong.At(a.Question).With("Max", longest).With("Now", n)
	case q.Kind == workflow.NumberField && strings.Trim(text, "0123456789") != "":
		return ErrNumber.At(a.Question)
	case !q.Matches(text):
		return ErrPattern.At(a.Question)
	}
	return nil
}

func checkOptions(field string, q workflow.FormQuestion, picked []string) error {
	if q.Kind != workflow.ManyField && len(picked) > 1 {
		return ErrOption.At(field)
	}
	for _, p := range picked {
		if _, ok := q.OptionOf(p); !ok {
			return ErrOption.At(field)
		}
	}
	return nil
}

// With returns the answer's text with sentences put under it, each once.
func With(text string, sentences []string) string {
	lines := strings.Split(strings.ReplaceAll(strings.TrimSpace(text), "\r\n", "\n"), "\n")
	for _, s := range sentences {
		if !slices.Contains(lines, s) && !strings.Contains(text, s) {
			lines = append(lines, s)
		}
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}
