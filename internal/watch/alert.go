package watch

import (
	"slices"
	"strings"
	"time"

	"clepsydra/internal/fault"
)

// Alert is unusual reading that was found: once for each account, rule and window.
// It is open until somebody else explains it.
type Alert struct {
	ID          string
	Account     string
	Rule        string
	RuleVersion string
	Window      Window
	Count       int
	MoreThan    int // of the rule as it was then
	FoundAt     time.Time
	Mailed      int // how many people were mailed
	ExplainedAt time.Time
	ExplainedBy string
}

// IsOpen reports whether nobody explained it yet.
func (a Alert) IsOpen() bool { return a.ExplainedAt.IsZero() }

// Named refusals.
var (
	ErrNotFound = fault.New(fault.NotFound, "watch.not_found")
	ErrReason   = fault.New(fault.Invalid, "watch.reason_missing")
	ErrOwn      = fault.New(fault.Conflict, "watch.own")
)

// mostReason is how long an explanation may be, in bytes.
const mostReason = 2000

// Circle is who there is to be told: accounts that are not disabled. Others are
// those who may see the log, besides the ones named.
type Circle struct {
	Lead, Deputy, LastResort string
	DPOs                     []string
	Others                   []string
}

// Asked is who is told of unusual reading: the lead and the deputy, and never the
// reader. When the reader is one of them, the data protection officer and the last
// resort are told too; when nobody is left, everybody else who may see the log. It
// is empty only when the reader is alone in the firm.
func (c Circle) Asked(reader string) []string {
	but := func(ids ...string) []string {
		var out []string
		for _, id := range ids {
			if id != "" && id != reader && !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
		return out
	}
	out := but(c.Lead, c.Deputy)
	if reader == c.Lead || reader == c.Deputy || len(out) == 0 {
		out = but(append(append(out, c.DPOs...), c.LastResort)...)
	}
	if len(out) == 0 {
		out = but(c.Others...)
	}
	return out
}

// Explain closes an alert with a reason. Nobody explains his own reading, unless he
// is alone.
func (a Alert) Explain(by, reason string, alone bool, now time.Time) (Alert, string, error) {
	reason = strings.TrimSpace(reason)
	switch {
	case !a.IsOpen():
		return a, "", nil // a second press
	case a.Account == by && !alone:
		return a, "", ErrOwn
	case reason == "" || len(reason) > mostReason:
		return a, "", ErrReason.At("reason")
	}
	a.ExplainedAt, a.ExplainedBy = now, by
	return a, reason, nil
}

// Mark is the short sign of an account, by which a message that names nobody and the
// log mean the same one.
func Mark(account string) string {
	account = strings.ReplaceAll(account, "-", "")
	return "u" + account[max(0, len(account)-5):]
}
