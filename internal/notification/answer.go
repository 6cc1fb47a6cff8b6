package notification

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"clepsydra/internal/fault"
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

// Answer is what a responder typed for one question.
type Answer struct {
	Question  string
	State     State
	Text      string
	UpdatedBy string
	UpdatedAt time.Time
}

// isOpen reports whether the answer says only that there is none yet.
func (a Answer) isOpen() bool { return a.State == NotKnown || a.State == Investigating }

// MaxAnswer is the longest typed answer, in characters.
const MaxAnswer = 8000

// Named refusals.
var (
	ErrQuestion = fault.New(fault.Invalid, "notification.question_unknown")
	ErrState    = fault.New(fault.Invalid, "notification.state_unknown")
	ErrOption   = fault.New(fault.Invalid, "notification.option_unknown")
	ErrLong     = fault.New(fault.Invalid, "notification.answer_too_long")
	ErrEmpty    = fault.New(fault.Invalid, "notification.answer_empty")
)

// Check refuses an answer that the question does not take.
func (a Answer) Check(q Question) error {
	switch a.State {
	case NotKnown, Investigating, NotApplicable:
		return nil
	case Given:
	default:
		return ErrState.At(a.Question)
	}
	text := strings.TrimSpace(a.Text)
	switch {
	case text == "":
		return ErrEmpty.At(a.Question)
	case len(q.Options) > 0 && !slices.Contains(q.Options, text):
		return ErrOption.At(a.Question)
	case utf8.RuneCountInString(text) > MaxAnswer:
		return ErrLong.At(a.Question).With("Max", MaxAnswer)
	}
	return nil
}

// Row is one question with its answer, ready to be read or printed. Label and
// Text are in the language of the notification.
type Row struct {
	ID      string `json:"id"`
	Number  string `json:"number"`
	Label   string `json:"label"`
	Article string `json:"article,omitempty"`
	State   State  `json:"state"`
	Text    string `json:"text"`
	Typed   bool   `json:"-"`
	First   bool   `json:"first,omitempty"`
	Raw     string `json:"-"` // the typed text or option as stored
}

// Chapter is a section with its rows.
type Chapter struct {
	ID     string `json:"id"`
	Number string `json:"number"`
	Title  string `json:"title"`
	Rows   []Row  `json:"rows"`
}

// Dossier is the whole notification in the order of the form.
type Dossier struct {
	Authority string    `json:"authority"`
	Language  string    `json:"language"`
	Reference string    `json:"reference"`
	Phase     string    `json:"phase"`
	Chapters  []Chapter `json:"chapters"`
}

// Progress counts the rows that have an answer, among all.
func (d Dossier) Progress() (ready, total int) {
	for _, c := range d.Chapters {
		for _, r := range c.Rows {
			total++
			if r.State != Missing {
				ready++
			}
		}
	}
	return ready, total
}

// MissingFirst returns the ids of the rows that a first notification should not
// go without and that have no answer.
func (d Dossier) MissingFirst() []string {
	var out []string
	for _, c := range d.Chapters {
		for _, r := range c.Rows {
			if r.First && r.State == Missing {
				out = append(out, r.ID)
			}
		}
	}
	return out
}
