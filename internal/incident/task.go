package incident

import (
	"strings"
	"time"

	"clepsydra/internal/fault"
)

// Task is a step of the handling that a person takes. Key is the step of the
// scenario it came from, empty for one that a responder wrote; Title is then its
// text. DueAt is zero when it has no time of its own.
type Task struct {
	ID         string
	IncidentID ID
	Key        string
	Title      string
	Role       string // who is asked: lead, deputy, dpo, it, handler
	DueAt      time.Time
	IsGate     bool // the incident cannot be closed before
	DoneAt     time.Time
	DoneBy     string
	Note       string
	Position   int
}

// Named refusals of a task.
var (
	ErrTaskNotFound = fault.New(fault.NotFound, "incident.task_not_found")
	ErrTaskDone     = fault.New(fault.Conflict, "incident.task_done")
	ErrTaskUntitled = fault.New(fault.Invalid, "incident.task_untitled")
)

// IsDone reports whether somebody ticked it off.
func (t Task) IsDone() bool { return !t.DoneAt.IsZero() }

// Complete ticks the task off; a second time is refused so that a double click
// cannot put another name on it.
func (t *Task) Complete(by, note string, now time.Time) error {
	if t.IsDone() {
		return ErrTaskDone
	}
	t.DoneAt, t.DoneBy, t.Note = now, by, strings.TrimSpace(note)
	return nil
}
