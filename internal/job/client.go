package job

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"clepsydra/internal/database"
)

// defaultAttempts is how often a job is tried: with the pauses of backoff, about
// an hour.
const defaultAttempts = 12

// DefaultQueue holds the jobs that name no queue.
const DefaultQueue = "default"

// Options say how a job is enqueued; the zero value runs it at once.
type Options struct {
	// UniqueKey lets at most one queued or running job have this key.
	UniqueKey string
	// Again, with UniqueKey: when the job is running already, it runs once more
	// afterwards, so that a change it has not seen is not lost.
	Again       bool
	RunAt       time.Time
	MaxAttempts int // 0: twelve
	Queue       string
}

// Receipt says which job stands for the request: a new one, or the live one with
// the same unique key.
type Receipt struct {
	ID        ID
	Duplicate bool
}

// Client puts jobs into the queue and looks at them. One client is shared by the
// program; its runner hears of new jobs through it.
type Client struct {
	clock Clock
	wake  chan struct{}
}

// NewClient makes a client. A nil clock is the machine's.
func NewClient(clock Clock) *Client {
	if clock == nil {
		clock = SystemClock{}
	}
	return &Client{clock: clock, wake: make(chan struct{}, 1)}
}

// Wake tells the runner of this process to look at the queue now. It is called
// after the commit of a transaction that enqueued or cancelled; without it the
// runner notices at its next poll.
func (c *Client) Wake() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// InTx runs fn in one writing transaction and wakes the runner when it committed.
func (c *Client) InTx(ctx context.Context, db *database.DB, fn func(ctx context.Context, tx bun.Tx) error) error {
	if err := db.InTx(ctx, fn); err != nil {
		return err
	}
	c.Wake()
	return nil
}

// Enqueue puts a job into the queue as part of the caller's transaction db: it
// exists when that commits and never when it rolls back.
func (c *Client) Enqueue(ctx context.Context, db bun.IDB, args Args, o Options) (Receipt, error) {
	raw, err := json.Marshal(args)
	if err != nil {
		return Receipt{}, fmt.Errorf("enqueue %s: encode: %w", args.Kind(), err)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Receipt{}, fmt.Errorf("enqueue %s: %w", args.Kind(), err)
	}
	row := newRow(ID(id.String()), args.Kind(), string(raw), o, c.clock.Now())
	// The live job found after a refused insert may have ended in between.
	for range 3 {
		inserted, err := insert(ctx, db, row)
		if err != nil {
			return Receipt{}, fmt.Errorf("enqueue %s: %w", row.Kind, err)
		}
		if inserted {
			c.Wake()
			return Receipt{ID: row.ID}, nil
		}
		live, found, err := liveByKey(ctx, db, o)
		if err != nil {
			return Receipt{}, fmt.Errorf("enqueue %s: %w", row.Kind, err)
		}
		if found {
			return Receipt{ID: live, Duplicate: true}, nil
		}
	}
	return Receipt{}, fmt.Errorf("enqueue %s: the unique key stays taken", row.Kind)
}

// Cancel ends the job with this ID: at once while it is queued; while it runs,
// its context is cancelled at the runner's next look (Wake hastens it). A job
// that has ended stays as it is. ErrNotFound when there is none.
func (c *Client) Cancel(ctx context.Context, db bun.IDB, id ID) error {
	n, err := cancelWhere(ctx, db, "id = ?", string(id), c.clock.Now())
	if err != nil {
		return fmt.Errorf("cancel job %s: %w", id, err)
	}
	c.Wake()
	if n > 0 {
		return nil
	}
	_, err = ByID(ctx, db, id)
	return err
}

// CancelKey cancels the live job with this unique key, as Cancel does, and
// reports whether there was one.
func (c *Client) CancelKey(ctx context.Context, db bun.IDB, key string) (bool, error) {
	n, err := cancelWhere(ctx, db, "unique_key = ?", key, c.clock.Now())
	if err != nil {
		return false, fmt.Errorf("cancel job by key: %w", err)
	}
	c.Wake()
	return n > 0, nil
}

// Revive queues a dead job anew with all its attempts. ErrNotDead when it is not
// dead or a live job has its unique key, ErrNotFound when there is none.
func (c *Client) Revive(ctx context.Context, db bun.IDB, id ID) error {
	n, err := revive(ctx, db, id, c.clock.Now())
	if err != nil {
		return fmt.Errorf("revive job %s: %w", id, err)
	}
	if n == 0 {
		if _, err := ByID(ctx, db, id); err != nil {
			return err
		}
		return ErrNotDead
	}
	c.Wake()
	return nil
}
