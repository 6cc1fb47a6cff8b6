package app

import (
	"context"

	"github.com/uptrace/bun"

	"clepsydra/internal/firm"
	"clepsydra/internal/processing"
	"clepsydra/internal/stewardship"
)

// notices makes the texts from the record of processing.
func (a *App) notices() *stewardship.Notices {
	return stewardship.NewNotices(stewardship.NoticeDeps{DB: a.DB, Clock: a.clock.Now, Firms: a.Firms, Packs: a.Packs, Receivers: a.receivers})
}

// receivers puts those of the record who receive data into words.
func (a *App) receivers(ctx context.Context, db bun.IDB, f firm.Firm, lang string) (processors, transfers []processing.NamedProcessor, err error) {
	t := a.Locale.For(lang, f.Country, f.Location())
	lists, today := a.Records.Lists(), a.Records.Today(f, a.clock.Now())
	named := func(name, country string, ground processing.TransferGround) processing.NamedProcessor {
		out := processing.NamedProcessor{Name: name, Where: lists.Where(country, today)}
		if country != "" {
			out.Country = t.CountryName(country)
		}
		if ground != "" {
			out.Ground = t.T("record.ground_"+string(ground), nil)
		}
		return out
	}
	all, err := processing.Processors(ctx, db)
	if err != nil {
		return nil, nil, err
	}
	for _, p := range all {
		if p.IsInUse() {
			processors = append(processors, named(p.Name, p.Country, p.Ground))
		}
	}
	r, err := processing.Get(ctx, db)
	if err != nil {
		return nil, nil, err
	}
	for _, p := range r.Purposes {
		for _, to := range p.Transfers {
			if p.IsInUse() {
				transfers = append(transfers, named(p.Name.In(lang, f.Country), to.Country, to.Ground))
			}
		}
	}
	return processors, transfers, nil
}
