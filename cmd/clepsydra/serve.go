package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"clepsydra/internal/account"
	"clepsydra/internal/app"
	"clepsydra/internal/config"
)

type serveCmd struct {
	ShippedRules bool `help:"Leave rule packs of your own out, when they cannot be used and there is no time to mend them."`
}

// stopTime is how long running work may take to come to a good end.
const stopTime = 20 * time.Second

// Run serves until it is told to stop.
func (c serveCmd) Run(e *env) error {
	cfg, err := e.settings()
	if err != nil {
		return err
	}
	db, key, created, err := app.OpenData(e.ctx, cfg)
	if err != nil {
		return err
	}
	if created {
		e.tellOfKey(cfg)
	}
	a, err := app.New(cfg, db, key, app.Options{Log: e.logger(cfg.LogLevel), ShippedRules: c.ShippedRules})
	if err != nil {
		return errors.Join(err, db.Close())
	}
	failed := make(chan error, 1)
	if err := a.Start(e.ctx, func(err error) { failed <- err }); err != nil {
		return e.end(a, err)
	}
	if err := e.tellOfSetup(a); err != nil {
		return e.end(a, err)
	}
	select {
	case <-e.ctx.Done():
	case err = <-failed:
	}
	return e.end(a, err)
}

// end stops the program within stopTime. What fails once it was told to end, such as
// the rest of the start, fails for that reason and is no failure.
func (e *env) end(a *app.App, why error) error {
	if e.ctx.Err() != nil {
		why = nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(e.ctx), stopTime)
	defer cancel()
	return errors.Join(why, a.Stop(ctx))
}

func (e *env) tellOfKey(cfg config.Config) {
	fmt.Fprintf(e.errs, `
A key was made: %s
Without it nobody can read the data, you neither. Keep a copy of it in another
place than the backups of %s: whoever has both can read everything.

`, cfg.KeyFile, cfg.Data)
}

// tellOfSetup prints the address and, before the first setup, the link to it.
func (e *env) tellOfSetup(a *app.App) error {
	fmt.Fprintf(e.errs, "Clepsydra answers at %s\n", a.BaseURL())
	secret, err := a.Accounts.SetupLink(e.ctx)
	if errors.Is(err, account.ErrSetUp) {
		return nil
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(e.errs, "Set up your firm with this link. It works once, for three days:\n\n    %s/setup/%s\n\n", a.BaseURL(), secret)
	return nil
}
