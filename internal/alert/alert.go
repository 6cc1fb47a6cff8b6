// Package alert is the message to responders: that somebody reported a leak, that
// a deadline nears, that nobody reacted.
//
// An alert is not a notification (Art. 33 GDPR, to the authority) and not a
// communication (Art. 34, to the people affected). It leaves the house through
// Slack or mail, so it is made of allowed fields only: references, codes, counts,
// instants and the titles of rule packs. There is no field for a name, an address
// or a sentence that somebody typed, and Check refuses what looks like one.
// The package knows no channel; slackbot and mail turn the composed text into theirs.
package alert

import (
	"time"
)

// Kind says why an alert is sent.
type Kind string

// The kinds. Missed replaces several reminders that fell due while the program
// was not running.
const (
	Reported   Kind = "reported"
	Reminder   Kind = "reminder"
	Escalation Kind = "escalation"
	Overdue    Kind = "overdue"
	Missed     Kind = "missed"
	Status     Kind = "status"
	Answered   Kind = "answered" // a wrong recipient said what became of the data
	Watch      Kind = "watch"    // somebody looked at unusually many people
	Test       Kind = "test"
	// SourceFailed is about a shop or database that customers are pulled from, and
	// about no incident.
	SourceFailed Kind = "source_failed"
)

// UnknownPeople is the number of people affected while nobody knows it yet.
const UnknownPeople = -1

// Alert is one message about one case: an incident, or the request of a data subject. Every instant is in UTC; a zero instant
// means that it does not exist for this alert.
type Alert struct {
	Kind       Kind
	IncidentID string   // internal identifier of the case, never shown
	Reference  string   // INC-2026-0012; empty only for a test
	Scenario   string   // title of the scenario card, from the rule pack
	Status     string   // code, shown as alert.status_<code>
	Risk       string   // code, shown as alert.risk_<code>
	People     int      // people affected; UnknownPeople when not known yet
	Duty       string   // code of the duty, such as notify_authority
	DutyName   string   // its title from the rule pack; empty: alert.duty_<code>
	Asks       []string // what a data subject asks, codes alert.asks_<code>; empty: it is an incident

	DueAt       time.Time // the strict deadline; it always leads
	StatutoryAt time.Time // the reading of Reg. 1182/71, shown beside it

	// Of a Watch alert: the mark of the account, and the window it is about.
	Reader   string
	From, To time.Time

	Missing    []string // codes of what is not filled in, alert.missing_<code>
	ReadyItems int
	TotalItems int // 0: no progress is shown

	Missed        int    // how many reminders a Missed alert replaces
	Rung          string // rung of the ladder, for the log
	Link          string // page of the incident on this installation
	AcknowledgeID string // obligation or reminder; empty: nothing to acknowledge
	Acknowledged  bool   // somebody took it on; the card says so, the button goes
	Asked         []string
	Broadcast     bool // a thread reply is shown in the channel as well

	Language string         // nl, fr, de or en
	Zone     *time.Location // zone of the instants in text; nil is UTC
	At       time.Time      // the present, from which the time left is counted
}

// Left returns the time between At and the deadline, negative when it has passed,
// and false when the alert has no deadline.
func (a Alert) Left() (time.Duration, bool) {
	if a.DueAt.IsZero() || a.At.IsZero() {
		return 0, false
	}
	return a.DueAt.Sub(a.At), true
}
