// Package retention decides whose time in the customer file is over (Art. 5(1)(e)
// GDPR): from the purposes of the record of processing, each with its months and the
// moment they count from, to a plan, and from the plan to the people.
//
// What counts as activity is what a person does: an order, a form, a consent given or
// withdrawn, a correction he asks for, a visit to his preferences, a click to stay.
// Opening a mail is none, and neither is anything the firm does. The rule files are
// pure; days are those of the firm's zone.
package retention

import (
	"cmp"
	"slices"
	"time"

	"clepsydra/internal/deadline"
	"clepsydra/internal/processing"
)

// ReadyMonths are the terms that are offered: two and three years. They are habits, no
// law; three is the French authority's reference for customers.
func ReadyMonths() []int { return []int{24, 36} }

// Settings are what a firm chooses beside its record.
type Settings struct {
	NoticeDays     int    `json:"notice_days"`     // between the question and the deed
	Archive        bool   `json:"archive"`         // keep apart what a legal duty asks for
	IncidentMonths int    `json:"incident_months"` // names in closed incidents
	Proposed       string `json:"proposed"`        // month of the last proposal, 2026-11
}

// Limits and defaults of the settings: habits of this program, no law.
const (
	DefaultNotice   = 30
	LeastNotice     = 7
	MostNotice      = 180
	DefaultIncident = 12
	MostIncident    = 120
)

// Defaults are the settings of a firm that has chosen nothing.
func Defaults() Settings { return Settings{NoticeDays: DefaultNotice, IncidentMonths: DefaultIncident} }

// Term is how long data are kept for one purpose, seen from a day.
type Term struct {
	Purpose processing.PurposeID `json:"purpose"`
	Months  int                  `json:"months"`
	From    processing.Start     `json:"from"`
	Then    processing.Outcome   `json:"then"`
	// Cutoff is the last day on which something may have begun that is over now.
	Cutoff deadline.Date `json:"cutoff"`
}

// Plan says who is due on a day: whose every purpose of daily use is over. Nobody is
// due while a purpose has no term.
type Plan struct {
	On        deadline.Date          `json:"on"`
	Terms     []Term                 `json:"terms"` // of daily use, the longest last
	Undecided []processing.PurposeID `json:"undecided,omitempty"`
	// Active is the last day of a last activity that is due; zero: activity does not
	// matter. Collected is the same for the day the data came in.
	Active    deadline.Date      `json:"active,omitzero"`
	Collected deadline.Date      `json:"collected,omitzero"`
	Then      processing.Outcome `json:"then"`
	Archive   *Term              `json:"archive,omitempty"` // the legal duty that outlasts daily use
}

// PlanOf makes the plan of a day.
func PlanOf(r processing.Record, s Settings, on deadline.Date) Plan {
	p := Plan{On: on}
	var archive *Term
	for _, purpose := range r.Purposes {
		if !purpose.IsInUse() {
			continue
		}
		rule := purpose.Retention
		if rule.Months <= 0 || rule.Then == "" || rule.From == "" {
			p.Undecided = append(p.Undecided, purpose.ID)
			continue
		}
		t := Term{Purpose: purpose.ID, Months: rule.Months, From: rule.From, Then: rule.Then, Cutoff: Cutoff(on, rule.Months)}
		if rule.Then == processing.ThenArchive || rule.From == processing.FromDocument {
			if archive == nil || t.Months > archive.Months {
				archive = &t
			}
			continue
		}
		p.Terms = append(p.Terms, t)
	}
	slices.SortStableFunc(p.Terms, func(a, b Term) int { return cmp.Compare(a.Months, b.Months) })
	p.conclude()
	if s.Archive && archive != nil && p.IsReady() && archive.Months > p.Terms[len(p.Terms)-1].Months {
		p.Archive, p.Then = archive, processing.ThenArchive
	}
	return p
}

// conclude derives who is due and what happens: what the purpose says that ends last.
// Of two that end together, the one that keeps figures.
func (p *Plan) conclude() {
	earliest := func(to *deadline.Date, d deadline.Date) {
		if to.IsZero() || d.Before(*to) {
			*to = d
		}
	}
	most := 0
	for _, t := range p.Terms {
		if t.From == processing.FromCollection {
			earliest(&p.Collected, t.Cutoff)
		} else {
			earliest(&p.Active, t.Cutoff)
		}
		if t.Months > most || t.Months == most && t.Then == processing.ThenAnonymise {
			most, p.Then = t.Months, t.Then
		}
	}
}

// IsReady reports whether the plan can be carried out: there is a term, and no purpose
// is without one.
func (p Plan) IsReady() bool { return len(p.Terms) > 0 && len(p.Undecided) == 0 }

// IsDue reports whether somebody's time is over. active is his last activity, or when
// his data came in, whichever is later; both instants are in the firm's zone.
func (p Plan) IsDue(active, collected time.Time) bool {
	if !p.IsReady() {
		return false
	}
	past := func(limit deadline.Date, at time.Time) bool {
		return limit.IsZero() || !deadline.DateOf(at).After(limit)
	}
	return past(p.Active, active) && past(p.Collected, collected)
}

// KeepUntil is the end of the archive for somebody whose last activity was on a day.
// It stands in for the last document, which the customer file does not know.
func (p Plan) KeepUntil(active deadline.Date) deadline.Date {
	if p.Archive == nil {
		return deadline.Date{}
	}
	return active.AddMonths(p.Archive.Months)
}

// Cutoff is the latest day that lies a number of calendar months or more before a day.
// A month without the date ends with its last day, as in Reg. 1182/71 Art. 3(2)(c):
// twelve months from 29 February are over on 28 February.
func Cutoff(on deadline.Date, months int) deadline.Date {
	d := on.AddMonths(-months).AddDays(3)
	for d.AddMonths(months).After(on) {
		d = d.AddDays(-1)
	}
	return d
}
