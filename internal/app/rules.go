package app

import (
	"context"
	"errors"
	"fmt"

	"clepsydra/internal/incident"
	"clepsydra/internal/rulebook"
	"clepsydra/internal/workflow"
	"clepsydra/workflows"
)

// buildRules loads the rule packs, with those of the firm's own laid over them. They
// are read here, once, and never again while the program runs, so that editing a file
// cannot disturb an incident.
//
// A pack that is wrong stops the start: nobody should work for weeks by rules that
// he believes to be others. The exception is a start while an incident is open, as
// after a power cut: then the program runs on the firm's packs of the last start, or,
// when an upgrade no longer takes those, on the shipped ones alone. Health and the
// page of the rules say so.
func (a *App) buildRules(shippedOnly bool) error {
	a.Rules = rulebook.New(a.DB, a.clock.Now)
	dir := a.cfg.Packs
	if shippedOnly {
		dir = ""
	}
	var err error
	if a.Packs, err = workflow.LoadDir(workflows.FS, dir, a.clock.Now); err == nil {
		return nil
	}
	if dir == "" {
		return fmt.Errorf("load rule packs: %w", err)
	}
	ctx := context.Background()
	if a.Packs, a.rulesFailed = a.lastRules(ctx), err; a.Packs != nil {
		a.log.ErrorContext(ctx, "the rule packs cannot be used; running without their latest changes because an incident is open", "error", err)
		return nil
	}
	return fmt.Errorf("load rule packs: %w\n\nMend what is named above and try it with: clepsydra workflow check %s\n"+
		"Or start on the shipped rules alone with: clepsydra serve --shipped-rules", err, dir)
}

// lastRules are the packs to run on when the present ones are wrong and an incident
// is open; nil when none is.
func (a *App) lastRules(ctx context.Context) *workflow.Packs {
	_, open, err := incident.List(ctx, a.DB.R, incident.Query{
		Statuses: []incident.Status{incident.Reported, incident.Triaged, incident.Confirmed, incident.Contained}, Limit: 1,
	})
	own, ownErr := a.Rules.LastOwn(ctx)
	if err := errors.Join(err, ownErr); err != nil {
		a.log.ErrorContext(ctx, "look for the rule packs of the last start", "error", err)
		return nil
	}
	if open == 0 {
		return nil
	}
	for _, files := range []workflow.Own{own, nil} {
		packs, err := workflow.LoadWith(workflows.FS, files, a.clock.Now)
		if err == nil {
			return packs
		}
		a.log.ErrorContext(ctx, "the rule packs of the last start cannot be used either", "error", err)
	}
	return nil
}

// rememberRules notes the packs in use. That it fails is no reason not to serve.
func (a *App) rememberRules(ctx context.Context) {
	changes, err := a.Rules.Remember(ctx, a.Packs.Files())
	if err != nil {
		a.log.ErrorContext(ctx, "remember the rule packs", "error", err)
	}
	for _, c := range changes {
		a.log.InfoContext(ctx, "rule pack changed", "layer", c.Layer, "file", c.Path, "what", c.What)
	}
}
