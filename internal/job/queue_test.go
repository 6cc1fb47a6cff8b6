package job_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"clepsydra/internal/database"
	"clepsydra/internal/job"
)

// patience is how long a test waits for a signal before it fails.
const patience = 30 * time.Second

// clock is the machine's clock moved by what the test adds. Pauses are short in
// real time, so that a test never waits for a poll.
type clock struct {
	mu    sync.Mutex
	ahead time.Duration
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().UTC().Add(c.ahead)
}

func (c *clock) After(time.Duration) <-chan time.Time { return time.After(2 * time.Millisecond) }

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}

// greet is a kind of job.
type greet struct {
	N int `json:"n"`
}

func (greet) Kind() string { return "test.greet" }

// end is what a runner reported about a run.
type end struct {
	id    job.ID
	state job.State
}

// bench is a queue with its clock and what it reported.
type bench struct {
	t      *testing.T
	db     *database.DB
	clock  *clock
	client *job.Client
	ends   chan end
}

func newBench(t *testing.T, db *database.DB) *bench {
	t.Helper()
	c := &clock{}
	return &bench{t: t, db: db, clock: c, client: job.NewClient(c), ends: make(chan end, 10000)}
}

// run starts a runner with this handler and stops it when the test ends.
func (b *bench) run(h func(context.Context, job.Run, greet) error, change ...func(*job.Settings)) *job.Runner {
	b.t.Helper()
	s := job.Settings{
		Handlers: map[string]job.Handler{greet{}.Kind(): job.Handle(h)},
		Clock:    b.clock,
		OnEnd:    func(id job.ID, _ string, state job.State) { b.ends <- end{id, state} },
	}
	for _, c := range change {
		c(&s)
	}
	r, err := job.NewRunner(b.db, b.client, s)
	if err != nil {
		b.t.Fatal(err)
	}
	r.Start(context.Background())
	b.t.Cleanup(func() { b.halt(r) })
	return r
}

func (b *bench) halt(r *job.Runner) {
	b.t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), patience)
	defer stop()
	if err := r.Stop(ctx); err != nil {
		b.t.Errorf("stop: %v", err)
	}
}

// put enqueues one job outside any transaction.
func (b *bench) put(n int, o job.Options) job.Receipt {
	b.t.Helper()
	r, err := b.client.Enqueue(context.Background(), b.db.W, greet{N: n}, o)
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

// ended waits until a run ends and checks its state.
func (b *bench) ended(want job.State) job.ID {
	b.t.Helper()
	e := wait(b.t, b.ends)
	if e.state != want {
		b.t.Fatalf("job ended as %s, want %s", e.state, want)
	}
	return e.id
}

// look reads a job.
func (b *bench) look(id job.ID) job.Job {
	b.t.Helper()
	j, err := job.ByID(context.Background(), b.db.R, id)
	if err != nil {
		b.t.Fatal(err)
	}
	return j
}

// wait receives from ch or fails.
func wait[T any](t *testing.T, ch <-chan T) T {
	t.Helper()
	select {
	case v := <-ch:
		return v
	case <-time.After(patience):
		t.Fatal("waited in vain")
		panic("unreachable")
	}
}
