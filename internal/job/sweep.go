package job

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/uptrace/bun"
)

// Sweep is a job that comes again and again: recreate missing reminders, apply
// retention. Several replicas run each turn once.
type Sweep struct {
	args     Args
	interval time.Duration
}

// Every makes a sweep that runs once per interval, at its multiples in UTC. A
// turn that is still running when the next is due is not joined by a second one;
// turns missed while the program was off are not made up for.
func Every(args Args, interval time.Duration) Sweep {
	return Sweep{args: args, interval: interval}
}

// enqueue puts the turn of now into the queue unless any replica did so already:
// the turn is the job's identifier.
func (s Sweep) enqueue(ctx context.Context, db bun.IDB, now time.Time) (bool, error) {
	raw, err := json.Marshal(s.args)
	if err != nil {
		return false, fmt.Errorf("sweep %s: encode: %w", s.args.Kind(), err)
	}
	turn := now.Truncate(s.interval)
	id := ID("sweep/" + s.args.Kind() + "/" + strconv.FormatInt(turn.Unix(), 10))
	inserted, err := insert(ctx, db, newRow(id, s.args.Kind(), string(raw), Options{UniqueKey: "sweep/" + s.args.Kind()}, now))
	if err != nil {
		return false, fmt.Errorf("sweep %s: %w", s.args.Kind(), err)
	}
	return inserted, nil
}
