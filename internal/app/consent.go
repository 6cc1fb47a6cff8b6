package app

import (
	"context"
	"errors"

	"github.com/uptrace/bun"

	"clepsydra/internal/consent"
	"clepsydra/internal/firm"
	"clepsydra/internal/stewardship"
	"clepsydra/workflows"
)

// useConsent hands the customer file the rules of marketing, the key of the
// suppression list and the firm's country.
func (a *App) useConsent() error {
	law, err := consent.LoadLaw(workflows.FS)
	if err != nil {
		return err
	}
	a.Stewardship.UseConsent(stewardship.ConsentSettings{
		Law: law, Secret: a.key.Derive("suppression"),
		Country: func(ctx context.Context, db bun.IDB) (string, error) {
			f, err := a.Firms.Get(ctx, db)
			if errors.Is(err, firm.ErrNotSetUp) {
				return "", nil
			}
			return f.Country, err
		},
	})
	return nil
}
