package stewardship

import (
	"context"
	"strconv"

	"github.com/uptrace/bun"

	"clepsydra/internal/fault"
	"clepsydra/internal/journal"
	"clepsydra/internal/processing"
)

// Named refusals of a term.
var (
	ErrTermMonths  = fault.New(fault.Invalid, "retention.term_months")
	ErrTermThen    = fault.New(fault.Invalid, "retention.term_then")
	ErrTermPurpose = fault.New(fault.NotFound, "retention.term_purpose")
)

// mostTermMonths bounds a term: thirty years.
const mostTermMonths = 360

// SetTerm decides how long data are kept for a purpose of daily use and what happens
// then. It fails with ErrTermPurpose, ErrTermMonths and ErrTermThen.
func (s *Service) SetTerm(ctx context.Context, actor journal.Actor, id processing.PurposeID, months int, then processing.Outcome) error {
	switch {
	case months < 1 || months > mostTermMonths:
		return ErrTermMonths.At("months").With("Most", mostTermMonths)
	case then != processing.ThenErase && then != processing.ThenAnonymise:
		return ErrTermThen.At("then")
	}
	return s.inRecord(ctx, actor, func(ctx context.Context, tx bun.Tx, r processing.Record) error {
		for i, p := range r.Purposes {
			if p.ID != id || !p.IsInUse() || p.Retention.Then == processing.ThenArchive {
				continue
			}
			rule := &r.Purposes[i].Retention
			rule.Months, rule.Then = months, then
			if rule.From == "" {
				rule.From = processing.FromActivity
			}
			if err := processing.Put(ctx, tx, r, s.moment()); err != nil {
				return err
			}
			return journal.Append(ctx, tx, journal.Entry{
				Case: journal.Case{Kind: "firm"}, Kind: "retention.term_set", Actor: actor, RecordedAt: s.moment(),
				Facts: map[string]string{"purpose": string(id), "months": strconv.Itoa(months), "then": string(then)},
			})
		}
		return ErrTermPurpose
	})
}
