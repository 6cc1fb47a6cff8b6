package web

import (
	"strings"

	"clepsydra/internal/account"
	"clepsydra/internal/assessment"
	"clepsydra/internal/stewardship"
)

// scanStaff says who of how many did the yearly check in the last year.
type scanStaff struct {
	Done, All int
	Guests    int      // who did it under another name, without an account
	Missing   []string // names, for those who decide
}

// staffOf counts those who sign in and did the check within a year, and the names
// beside them.
func (v *Visit) staffOf(runs []assessment.Run, active []account.Account) *scanStaff {
	own, guests := map[string]bool{}, map[string]bool{}
	name := map[string]string{}
	for _, a := range active {
		name[string(a.ID)] = strings.ToLower(a.Name)
	}
	for _, r := range runs {
		if !stewardship.IsQuiz(r.Pack) || r.IsOpen() || !stewardship.DueAgain(r).After(v.Now) {
			continue
		}
		if typed := strings.ToLower(r.Title); typed == "" || typed == name[r.StartedBy] {
			own[r.StartedBy] = true
		} else {
			guests[typed] = true
		}
	}
	out := &scanStaff{All: len(active), Guests: len(guests)}
	for _, a := range active {
		switch {
		case own[string(a.ID)]:
			out.Done++
		case v.Is(account.Decide):
			out.Missing = append(out.Missing, a.Name)
		}
	}
	return out
}
