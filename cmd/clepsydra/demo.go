package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"clepsydra/internal/demo"
)

type demoCmd struct {
	Address   string `help:"Address to listen on; port 0 picks a free one." default:"127.0.0.1:0"`
	Customers int    `help:"How many made-up customers the firm has." default:"1846"`
	Once      string `help:"Tell the whole story once, from the report to the register, and leave what it makes in this folder." placeholder:"DIR" type:"path"`
	Contacts  string `help:"With --once: take the people of this file as customers, all of them affected." placeholder:"FILE" type:"existingfile"`
}

// Run starts the made-up firm, or tells its story once.
func (c demoCmd) Run(e *env) error {
	if c.Customers < 1 || c.Contacts != "" && c.Once == "" {
		return unusable{errors.New("--customers wants at least 1, and --contacts goes with --once")}
	}
	if c.Once != "" {
		return c.once(e)
	}
	failed := make(chan error, 1)
	h, err := demo.Open(e.ctx, demo.Options{Address: c.Address, At: demo.YearAgo(), Log: e.logger("warn")}, func(err error) { failed <- err })
	if err != nil {
		return err
	}
	if err = h.Live(e.ctx, c.Customers); err == nil {
		err = c.welcome(e, h)
	}
	if err == nil {
		select {
		case <-e.ctx.Done():
		case err = <-failed:
		}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(e.ctx), stopTime)
	defer cancel()
	return errors.Join(err, h.Close(ctx))
}

func (c demoCmd) welcome(e *env, h *demo.House) error {
	report, err := h.ReportLink(e.ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.out, `
Hoeve Ter Linde, a made-up farm shop with %d customers, is open at

    %s

Sign in as one of these:

%s
Staff report a leak at

    %s

Slack and the mail server are made up as well: nothing leaves this machine. What
the responders' channel shows from now on can be read at

    %s

Press Ctrl-C to end; everything is removed then.
`, c.Customers, h.App.BaseURL(), h.Accounts(), report, h.Slack.Channel())
	return err
}

func (c demoCmd) once(e *env) error {
	if err := os.MkdirAll(c.Once, 0o700); err != nil {
		return unusable{err}
	}
	steps, err := demo.Tell(e.ctx, demo.Story{Dir: c.Once, Customers: c.Customers, Contacts: c.Contacts, Log: e.logger("warn")})
	for _, s := range steps {
		mark := "held  "
		if s.Error != "" {
			mark = "FAILED"
		}
		fmt.Fprintf(e.out, "%s %-14s %s%s\n", mark, s.Name, s.Checked, s.Error)
	}
	return err
}
