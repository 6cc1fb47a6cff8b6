package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"clepsydra/internal/database"
)

// MoveTo moves the clock to an instant and lets everything that falls due on the
// way be done at its time, one after the other.
func (h *House) MoveTo(ctx context.Context, at time.Time) error {
	for {
		if err := h.Settle(ctx); err != nil {
			return err
		}
		next, err := h.nextDue(ctx)
		if err != nil {
			return err
		}
		if next.IsZero() || !next.Before(at) {
			break
		}
		h.Clock.MoveTo(next.Add(time.Millisecond))
	}
	h.Clock.MoveTo(at)
	return h.Settle(ctx)
}

func (h *House) nextDue(ctx context.Context) (time.Time, error) {
	var at time.Time
	err := h.App.DB.R.NewSelect().TableExpr("jobs").Column("run_at").Where("state = 'queued'").OrderExpr("run_at").Limit(1).Scan(ctx, &at)
	if err != nil && !database.IsNoRows(err) {
		return time.Time{}, fmt.Errorf("demo: next work: %w", err)
	}
	return at.UTC(), nil
}

// errBusy says that work which should be done in a moment is not.
var errBusy = errors.New("demo: the queue does not come to rest")

// patience is how long Settle waits; a letter run of many thousands fits in it.
const patience = 5 * time.Minute

// Settle waits until nothing is running and nothing is due.
func (h *House) Settle(ctx context.Context) error {
	end := time.After(patience)
	look := time.NewTicker(3 * time.Millisecond)
	defer look.Stop()
	for {
		var n int
		err := h.App.DB.R.NewSelect().TableExpr("jobs").ColumnExpr("count(*)").
			Where("state = 'running' OR (state = 'queued' AND run_at <= ?)", h.Clock.Now()).Scan(ctx, &n)
		if err != nil {
			return fmt.Errorf("demo: work: %w", err)
		}
		if n == 0 {
			return nil
		}
		select {
		case <-look.C:
		case <-end:
			return errBusy
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
