package incident

import (
	"strings"

	"clepsydra/internal/fault"
)

// Gate is something that must be done before an incident may be closed. Key is a
// translation key, Detail what it is about (a task, a duty), if anything.
type Gate struct{ Key, Detail string }

// Closing is what the gates look at.
type Closing struct {
	Incident    Incident
	OpenDuties  []string // duties that are neither met nor waived
	OpenTasks   []string // titles of unfinished tasks that gate the closing
	Lessons     string
	LettersOpen bool // a frozen list of people whose letters are not all accounted for
	RiskMoved   bool // what is known now leads to another advice than the decision rests on
}

// Gates returns what still stands in the way of closing: for a breach the
// awareness, the risk decision, every duty and the letters (Art. 33, 34 and
// 33(5) GDPR); for every incident the duties of other laws, its gating tasks and a
// line of lessons.
func Gates(c Closing) []Gate {
	var open []Gate
	add := func(cond bool, key, detail string) {
		if cond {
			open = append(open, Gate{key, detail})
		}
	}
	add(c.Incident.Verdict == "", "gate.not_triaged", "")
	if c.Incident.IsBreach() {
		add(c.Incident.Moments.Aware.At.IsZero(), "gate.aware_missing", "")
		add(c.Incident.Risk == "", "gate.risk_missing", "")
		add(c.RiskMoved, "gate.risk_moved", "")
	}
	for _, d := range c.OpenDuties {
		add(true, "gate.duty_open", d)
	}
	add(c.Incident.IsBreach() && c.LettersOpen, "gate.letters_open", "")
	for _, t := range c.OpenTasks {
		add(true, "gate.task_open", t)
	}
	add(strings.TrimSpace(c.Lessons) == "", "gate.lessons_missing", "")
	return open
}

// ErrGateOpen is the refusal to close; the list of faults behind it names every
// gate, and each of them is ErrGateOpen too.
var ErrGateOpen = fault.New(fault.Conflict, "incident.gate_open")

func gatesFault(gates []Gate) error {
	var l fault.List
	for _, g := range gates {
		l.Add(fault.New(fault.Conflict, g.Key).With("Detail", g.Detail).Because(ErrGateOpen))
	}
	return l
}
