package stewardship

import (
	"context"
	"fmt"
	"slices"

	"clepsydra/internal/processing"
	"clepsydra/internal/signup"
)

// FirstStep is something a firm does once, so that its customer file keeps the law
// from then on.
type FirstStep struct {
	Key  string // fields, purposes, keeper, consents, notice
	Done bool
}

// FirstSteps says what is done and what is still to do after the first import, in the
// order in which it is easiest: confirm what is kept (Art. 5(1)(c) GDPR) and what for
// (5(1)(b)), name who is in charge, have a way to ask for consent that can be shown
// (7(1)), and publish the privacy statement (13 and 14).
func (s *Service) FirstSteps(ctx context.Context) ([]FirstStep, error) {
	r, err := processing.Get(ctx, s.db.R)
	if err != nil {
		return nil, fmt.Errorf("first steps: %w", err)
	}
	g, err := processing.GetGeneral(ctx, s.db.R)
	if err != nil {
		return nil, fmt.Errorf("first steps: %w", err)
	}
	forms, err := signup.Forms(ctx, s.db.R)
	if err != nil {
		return nil, fmt.Errorf("first steps: %w", err)
	}
	runs, err := signup.Runs(ctx, s.db.R)
	if err != nil {
		return nil, fmt.Errorf("first steps: %w", err)
	}
	notices, err := processing.Notices(ctx, s.db.R)
	if err != nil {
		return nil, fmt.Errorf("first steps: %w", err)
	}
	return []FirstStep{
		{"fields", !slices.ContainsFunc(r.Fields, func(f processing.Field) bool { return f.IsInUse() && f.ConfirmedAt.IsZero() })},
		{"purposes", !slices.ContainsFunc(r.Purposes, func(p processing.Purpose) bool { return p.IsInUse() && p.ConfirmedAt.IsZero() })},
		{"keeper", g.KeeperID != ""},
		{"consents", len(runs) > 0 || slices.ContainsFunc(forms, func(f signup.Form) bool { return f.IsOpen() })},
		{"notice", len(notices) > 0},
	}, nil
}
