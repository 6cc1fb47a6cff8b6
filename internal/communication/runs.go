package communication

import (
	"fmt"
	"strconv"
	"time"
)

// LettersPerFile is how many letters go into one print file: an office printer
// and a person both manage such a stack, and a restart repeats little.
const LettersPerFile = 500

// FileName names a file of a run so that a folder sorts in the order of printing.
func FileName(ref string, snapshot, number int, f Format, ch Channel) string {
	kind, ext := "letters", ".pdf"
	if ch == ByMail {
		kind = "by-mail"
	}
	if f == Separate {
		ext = ".zip"
	}
	name := ref
	if snapshot > 1 {
		name += "-list" + strconv.Itoa(snapshot)
	}
	return fmt.Sprintf("%s-%s-%03d%s", name, kind, number, ext)
}

// Start takes a queued run up; one that already runs is taken up again after a
// restart.
func (r *Run) Start() error {
	if !r.IsActive() {
		return ErrRunEnded
	}
	r.State = Running
	return nil
}

// Finish ends a run in the given state.
func (r *Run) Finish(s RunState, reason string, now time.Time) error {
	if !r.IsActive() {
		return ErrRunEnded
	}
	r.State, r.Error, r.FinishedAt = s, reason, now
	return nil
}
