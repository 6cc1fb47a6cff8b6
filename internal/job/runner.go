package job

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"clepsydra/internal/database"
)

// Settings of a runner. Only Handlers is required.
type Settings struct {
	Handlers  map[string]Handler // by kind
	Sweeps    []Sweep
	Queues    map[string]int // workers per queue; nil: four on the default queue
	Clock     Clock
	Logger    *slog.Logger
	Poll      time.Duration // how often the queue is looked at without a signal
	Lease     time.Duration // how long a job may be silent before it is rescued
	Retention time.Duration // how long ended jobs are kept
	// OnEnd hears how each run of this process ended, after that was stored: for
	// progress on pages. It is called by the workers and must not block.
	OnEnd func(id ID, kind string, state State)
}

// The defaults of the settings.
const (
	defaultWorkers   = 4
	defaultPoll      = 500 * time.Millisecond
	defaultLease     = 30 * time.Second
	defaultRetention = 14 * 24 * time.Hour
	pruneEvery       = time.Hour
)

// fill sets what was left out.
func (s *Settings) fill() {
	if s.Queues == nil {
		s.Queues = map[string]int{DefaultQueue: defaultWorkers}
	}
	if s.Clock == nil {
		s.Clock = SystemClock{}
	}
	if s.Logger == nil {
		s.Logger = slog.New(slog.DiscardHandler)
	}
	for _, d := range []struct {
		set   *time.Duration
		usual time.Duration
	}{{&s.Poll, defaultPoll}, {&s.Lease, defaultLease}, {&s.Retention, defaultRetention}} {
		if *d.set <= 0 {
			*d.set = d.usual
		}
	}
}

// Runner works the queue off. One runner per process; several processes may share
// a PostgreSQL database.
type Runner struct {
	db     *database.DB
	client *Client
	set    Settings
	ledger *ledger
	worker string
	kinds  []string

	started  atomic.Bool
	freed    chan struct{} // a worker became free
	stop     chan struct{} // no new jobs
	cut      chan struct{} // cancel what still runs
	finished chan struct{} // the dispatcher has ended
	stopOnce sync.Once
	cutOnce  sync.Once

	mu      sync.Mutex
	running map[ID]*active
	busy    map[string]int

	extendedAt, prunedAt time.Time // of the dispatcher alone
	sweptAt              map[string]time.Time
}

// active is a job that runs in this process.
type active struct {
	claim  int64
	cancel context.CancelCauseFunc
}

// NewRunner makes a runner that hears of new jobs through client. It does nothing
// before Start.
func NewRunner(db *database.DB, client *Client, s Settings) (*Runner, error) {
	s.fill()
	worker, err := uuid.NewV7()
	if err != nil {
		return nil, fmt.Errorf("new runner: %w", err)
	}
	for _, sweep := range s.Sweeps {
		if s.Handlers[sweep.args.Kind()] == nil {
			return nil, fmt.Errorf("new runner: sweep %s has no handler", sweep.args.Kind())
		}
	}
	return &Runner{
		db: db, client: client, set: s, ledger: newLedger(db), worker: worker.String(), kinds: slices.Sorted(maps.Keys(s.Handlers)),
		freed: make(chan struct{}, 1), stop: make(chan struct{}), cut: make(chan struct{}), finished: make(chan struct{}),
		running: map[ID]*active{}, busy: map[string]int{}, sweptAt: map[string]time.Time{},
	}, nil
}

// Start begins to work, once. ctx carries values only; the runner ends with Stop.
func (r *Runner) Start(ctx context.Context) {
	if r.started.Swap(true) {
		return
	}
	go r.dispatch(context.WithoutCancel(ctx))
}

// Stop takes no more jobs and waits for the running ones until ctx ends; then it
// cancels their contexts and puts them back into the queue. It returns when no
// handler runs any more. The error is that of ctx when jobs had to be cut short.
// A runner that was never started stops at once.
func (r *Runner) Stop(ctx context.Context) error {
	if !r.started.Load() {
		return nil
	}
	r.stopOnce.Do(func() { close(r.stop) })
	select {
	case <-r.finished:
		return nil
	case <-ctx.Done():
	}
	r.cutOnce.Do(func() { close(r.cut) })
	<-r.finished
	return ctx.Err()
}

// dispatch is the one loop that takes jobs and looks after those that run. It
// alone begins jobs, so that none begins after it saw the stop.
func (r *Runner) dispatch(ctx context.Context) {
	defer close(r.finished)
	go r.ledger.keep(ctx)
	defer close(r.ledger.pending) // nothing runs any more, so nothing is written
	cut, woken := r.cut, true
	for {
		stopping := isClosed(r.stop)
		if !stopping {
			r.schedule(ctx)
		}
		r.look(ctx)
		if !stopping {
			r.take(ctx, woken)
		} else if r.idle() {
			return
		}
		stop := r.stop
		if stopping {
			stop = nil // seen; now only wait for what runs
		}
		woken = false
		select {
		case <-r.client.wake:
			woken = true
		case <-r.freed:
			woken = true
		case <-r.set.Clock.After(r.set.Poll):
		case <-stop:
		case <-cut:
			cut = nil
			r.cancelAll()
		}
	}
}

// cancelAll cancels everything that runs here, because the program stops.
func (r *Runner) cancelAll() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, a := range r.running {
		a.cancel(ErrStopping)
	}
}

// isClosed reports whether ch is closed.
func isClosed(ch <-chan struct{}) bool {
	select {
	case <-ch:
		return true
	default:
		return false
	}
}

// schedule enqueues the sweeps that are due and prunes now and then.
func (r *Runner) schedule(ctx context.Context) {
	now := r.set.Clock.Now()
	for _, s := range r.set.Sweeps {
		kind, turn := s.args.Kind(), now.Truncate(s.interval)
		if r.sweptAt[kind].Equal(turn) {
			continue
		}
		if _, err := s.enqueue(ctx, r.db.W, now); err != nil {
			r.set.Logger.Error("sweep not enqueued", "kind", kind, "error", err)
			continue
		}
		r.sweptAt[kind] = turn
	}
	if now.Sub(r.prunedAt) < pruneEvery {
		return
	}
	r.prunedAt = now
	if _, err := Prune(ctx, r.db.W, now.Add(-r.set.Retention)); err != nil {
		r.set.Logger.Error("jobs not pruned", "error", err)
	}
}

// look extends the leases of what runs here, cancels what lost its lease or was
// asked to end, and rescues what others left behind.
func (r *Runner) look(ctx context.Context) {
	now := r.set.Clock.Now()
	mine := r.mine()
	due := now.Sub(r.extendedAt) >= r.set.Lease/3
	if len(mine) > 0 && due {
		if err := extend(ctx, r.db.W, r.worker, mine, now.Add(r.set.Lease)); err != nil {
			r.set.Logger.Error("leases not extended", "error", err)
			return // rescuing now could take our own jobs
		}
	}
	if due {
		r.extendedAt = now
		if n, err := rescue(ctx, r.db.W, mine, now); err != nil {
			r.set.Logger.Error("jobs not rescued", "error", err)
		} else if n > 0 {
			r.set.Logger.Warn("jobs rescued from a lost worker", "count", n)
		}
	}
	if len(mine) > 0 {
		r.compare(ctx, mine)
	}
}

// compare cancels the runs the database no longer grants to this worker.
func (r *Runner) compare(ctx context.Context, mine []ID) {
	granted, err := heldBy(ctx, r.db.R, r.worker)
	if err != nil {
		r.set.Logger.Error("running jobs not compared", "error", err)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range mine {
		a, ok := r.running[id]
		if !ok {
			continue
		}
		switch h, found := granted[id]; {
		case !found || h.Claim != a.claim:
			a.cancel(ErrLeaseLost)
		case h.CancelRequested:
			a.cancel(ErrCancelled)
		}
	}
}

// mine lists the jobs that run here.
func (r *Runner) mine() []ID {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Collect(maps.Keys(r.running))
}

// idle reports whether nothing runs here.
func (r *Runner) idle() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.running) == 0
}
