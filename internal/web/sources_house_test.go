package web

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/fetch"
	"clepsydra/internal/source"
	"clepsydra/internal/stewardship"
)

// noPulls is a queue that takes everything and does nothing.
type noPulls struct{}

func (noPulls) Pull(context.Context, bun.IDB, stewardship.Pull) error { return nil }
func (noPulls) Tell(context.Context, bun.IDB, source.ID) error        { return nil }

func (h *place) sources(imports *stewardship.Service) *stewardship.Sources {
	return stewardship.NewSources(stewardship.SourceDeps{
		DB: h.db, Clock: h.clock, Firms: h.firms, Imports: imports, Reader: fetch.New(h.clock, time.After, fetch.Limits{}), Queue: noPulls{},
	})
}
