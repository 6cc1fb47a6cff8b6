package response

import (
	"context"
	"slices"
	"strings"

	"clepsydra/internal/incident"
	"clepsydra/internal/journal"
)

// ChooseProcessor records at which processor the breach happened (Art. 33(2) GDPR). An
// empty id says that it is not known, or at none. The same answer twice is kept once.
// The journal entry is the place where it is kept: see ProcessorOf.
func (s *Service) ChooseProcessor(ctx context.Context, actor journal.Actor, id incident.ID, processor string) error {
	return s.change(ctx, actor, id, func(ctx context.Context, c *change) error {
		if !c.i.IsOpen() {
			return incident.ErrNotOpen
		}
		entries, err := journal.ListOf(ctx, c.tx, journal.Case{Kind: "incident", ID: string(id)})
		if err != nil || ProcessorOf(entries) == processor {
			return err
		}
		return c.note(ctx, "processor.chosen", map[string]string{"processor": processor}, "")
	})
}

// ProcessorOf returns the processor chosen last in the entries of an incident, or
// nothing.
func ProcessorOf(entries []journal.Entry) string {
	for _, e := range slices.Backward(entries) {
		if e.Kind == "processor.chosen" {
			return e.Facts["processor"]
		}
	}
	return ""
}

// TakeOverData adds categories of data to those that leaked. What was known already
// stays.
func (s *Service) TakeOverData(ctx context.Context, actor journal.Actor, id incident.ID, data []string) error {
	for _, category := range data {
		if _, err := s.d.Packs.Category(category); err != nil {
			return err
		}
	}
	return s.change(ctx, actor, id, func(ctx context.Context, c *change) error {
		if !c.i.IsOpen() {
			return incident.ErrNotOpen
		}
		added := 0
		for _, category := range data {
			if !slices.Contains(c.i.Data, category) {
				c.i.Data = append(c.i.Data, category)
				added++
			}
		}
		if added == 0 {
			return nil
		}
		return c.note(ctx, "processor.data_taken", map[string]string{"data": strings.Join(c.i.Data, ",")}, "")
	})
}
