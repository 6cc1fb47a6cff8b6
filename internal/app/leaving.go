package app

import (
	"context"

	"github.com/uptrace/bun"

	"clepsydra/internal/communication"
	"clepsydra/internal/contact"
	"clepsydra/internal/stewardship"
)

// registerLeaving tells the one way out of the customer file what every other part
// keeps about a person, and who may not leave yet.
func registerLeaving(s *stewardship.Service) {
	s.OnErase("letters", func(ctx context.Context, tx bun.Tx, c contact.Contact) (map[string]int, error) {
		places, files, err := communication.Erase(ctx, tx, string(c.ID))
		return map[string]int{"places": places, "print_files": files}, err
	})
	s.Bars("incident", func(ctx context.Context, tx bun.IDB, ids []contact.ID) (map[contact.ID]string, error) {
		plain := make([]string, len(ids))
		for i, id := range ids {
			plain[i] = string(id)
		}
		held, err := communication.InOpenIncidents(ctx, tx, plain)
		out := make(map[contact.ID]string, len(held))
		for id, ref := range held {
			out[contact.ID(id)] = ref
		}
		return out, err
	})
}
