package app

import "clepsydra/internal/stewardship"

// notices makes the texts from the record of processing.
func (a *App) notices() *stewardship.Notices {
	return stewardship.NewNotices(stewardship.NoticeDeps{DB: a.DB, Clock: a.clock.Now, Firms: a.Firms, Packs: a.Packs})
}
