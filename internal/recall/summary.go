package recall

// Outcome is what all recipients of an incident together have said.
type Outcome string

// The outcomes, for the assessment of the risk. One refusal outweighs everything,
// one missing answer every confirmation.
const (
	None                 Outcome = "none" // no recipient is known
	SomeUnanswered       Outcome = "some_unanswered"
	AllConfirmed         Outcome = "all_confirmed"
	AllConfirmedUnopened Outcome = "all_confirmed_unopened" // and nobody read it
	SomeRefused          Outcome = "some_refused"
)

// Summary counts the recipients of an incident by what they said. Unopened and
// PassedOn are among Confirmed and Refused; Unanswered counts everybody without an
// answer, asked or not, and everybody who passed it on to somebody who is not on
// the list.
type Summary struct {
	Outcome    Outcome
	Recipients int
	Unanswered int
	Confirmed  int
	Refused    int
	Unopened   int
	PassedOn   int
}

// IsConfirmed reports whether nobody has it any more.
func (s Summary) IsConfirmed() bool {
	return s.Outcome == AllConfirmed || s.Outcome == AllConfirmedUnopened
}

// Summarise tells what the recipients of one incident have said. Whoever passed it
// on counts as unanswered until the next one is on the list: the data are with
// somebody whom nobody has asked.
func Summarise(all []Recipient) Summary {
	next := make(map[ID]bool, len(all))
	for _, r := range all {
		next[r.PassedBy] = true
	}
	s := Summary{Recipients: len(all)}
	for _, r := range all {
		a, _ := r.Answer()
		if a.Use == Unopened {
			s.Unopened++
		}
		if a.Use == PassedOn {
			s.PassedOn++
		}
		switch {
		case r.State() == Refused:
			s.Refused++
		case r.State() == Confirmed && (a.Use != PassedOn || next[r.ID]):
			s.Confirmed++
		default:
			s.Unanswered++
		}
	}
	s.Outcome = s.outcome()
	return s
}

func (s Summary) outcome() Outcome {
	switch {
	case s.Recipients == 0:
		return None
	case s.Refused > 0:
		return SomeRefused
	case s.Unanswered > 0:
		return SomeUnanswered
	case s.Unopened == s.Recipients:
		return AllConfirmedUnopened
	}
	return AllConfirmed
}
