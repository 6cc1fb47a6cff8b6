package job_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
	"clepsydra/internal/job"
)

// stuckClock is the clock of a worker that hangs: for it no time passes, so it
// neither polls, nor extends its leases, nor hears that it lost them.
type stuckClock struct{ at time.Time }

func (c stuckClock) Now() time.Time { return c.at }

func (stuckClock) After(time.Duration) <-chan time.Time { return nil }

func TestLostLeaseIsRescuedAndTheOldWorkerRefused(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(t, db)
		started, release, verdict := make(chan struct{}), make(chan struct{}), make(chan error, 2)
		stuck := newBench(t, db)
		stuck.clock, stuck.client = b.clock, job.NewClient(b.clock)
		stuck.run(func(ctx context.Context, r job.Run, _ greet) error {
			close(started)
			<-release
			verdict <- r.Progress(context.WithoutCancel(ctx), 1, 2)
			verdict <- r.Hold(context.WithoutCancel(ctx), db.W)
			return errBroken
		}, func(s *job.Settings) {
			s.Clock, s.Queues = stuckClock{b.clock.Now()}, map[string]int{job.DefaultQueue: 1}
		})
		id := stuck.put(1, job.Options{RunAt: b.clock.Now().Add(-time.Minute)}).ID
		wait(t, started)
		b.clock.advance(time.Hour)
		attempts := make(chan int, 1)
		b.run(func(_ context.Context, r job.Run, _ greet) error { attempts <- r.Attempt; return nil })
		b.ended(job.Done)
		if n := wait(t, attempts); n != 2 {
			t.Errorf("the rescued job is attempt %d", n)
		}
		close(release)
		for range 2 {
			if err := wait(t, verdict); !errors.Is(err, job.ErrLeaseLost) {
				t.Errorf("the old worker may still write: %v", err)
			}
		}
		if j := b.look(id); j.State != job.Done || j.LastError != "" {
			t.Errorf("the old worker changed the job: %+v", j)
		}
	})
}

func TestLongJobKeepsItsLease(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(t, db)
		step, held := make(chan struct{}), make(chan error)
		b.run(func(ctx context.Context, r job.Run, _ greet) error {
			for range step {
				held <- r.Hold(ctx, db.W)
			}
			return nil
		})
		b.put(1, job.Options{})
		for range 10 {
			b.clock.advance(12 * time.Second) // together four leases
			step <- struct{}{}
			if err := wait(t, held); err != nil {
				close(step)
				t.Fatal(err)
			}
			// A second job passes through the loop that extends the leases.
			b.put(2, job.Options{Queue: "nowhere"})
		}
		close(step)
		b.ended(job.Done)
	})
}

func TestStopPutsTheRunningJobBack(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(t, db)
		started := make(chan struct{})
		r := b.run(func(ctx context.Context, _ job.Run, _ greet) error { close(started); <-ctx.Done(); return ctx.Err() })
		id := b.put(1, job.Options{MaxAttempts: 1}).ID
		wait(t, started)
		cut, stop := context.WithCancel(context.Background())
		stop()
		if err := r.Stop(cut); !errors.Is(err, context.Canceled) {
			t.Fatalf("stop: %v", err)
		}
		b.ended(job.Queued)
		if j := b.look(id); j.State != job.Queued || j.Attempt != 0 {
			t.Fatalf("%+v", j)
		}
		b.run(func(context.Context, job.Run, greet) error { return nil })
		if got := b.ended(job.Done); got != id {
			t.Errorf("job %s", got)
		}
	})
}

func TestStopLetsAJobFinish(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(t, db)
		started, release := make(chan struct{}), make(chan struct{})
		r := b.run(func(ctx context.Context, _ job.Run, _ greet) error { close(started); <-release; return ctx.Err() })
		b.put(1, job.Options{})
		wait(t, started)
		stopped := make(chan error, 1)
		go func() { stopped <- r.Stop(context.Background()) }()
		close(release)
		if err := wait(t, stopped); err != nil {
			t.Fatal(err)
		}
		b.ended(job.Done)
	})
}

// tidy is the kind of a sweep.
type tidy struct{}

func (tidy) Kind() string { return "store.tidy" }

func TestSweepRunsOncePerTurnAcrossReplicas(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(t, db)
		ran := make(chan job.ID, 100)
		sweeping := func(s *job.Settings) {
			s.Sweeps = []job.Sweep{job.Every(tidy{}, time.Hour)}
			s.Handlers["store.tidy"] = job.Handle(func(_ context.Context, r job.Run, _ tidy) error { ran <- r.ID; return nil })
		}
		none := func(context.Context, job.Run, greet) error { return nil }
		b.run(none, sweeping)
		other := newBench(t, db)
		other.clock, other.ends = b.clock, b.ends
		other.run(none, sweeping)
		turns := map[job.ID]bool{}
		for range 3 {
			b.ended(job.Done)
			turns[wait(t, ran)] = true
			b.clock.advance(time.Hour)
		}
		if len(turns) != 3 {
			t.Errorf("%d different turns of 3 runs", len(turns))
		}
	})
}

func TestPruneDeletesOnlyWhatEndedLongAgo(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(t, db)
		ctx := context.Background()
		b.run(func(_ context.Context, _ job.Run, g greet) error {
			if g.N == 0 {
				return job.Fail(errBroken)
			}
			return nil
		})
		dead := b.put(0, job.Options{}).ID
		b.ended(job.Dead)
		b.put(1, job.Options{})
		b.ended(job.Done)
		waiting := b.put(2, job.Options{RunAt: b.clock.Now().Add(time.Hour)}).ID
		if n, err := job.Prune(ctx, db.W, b.clock.Now().Add(-time.Minute)); n != 0 || err != nil {
			t.Fatalf("%d, %v", n, err)
		}
		if n, err := job.Prune(ctx, db.W, b.clock.Now().Add(time.Minute)); n != 1 || err != nil {
			t.Fatalf("%d, %v", n, err)
		}
		b.look(dead)
		b.look(waiting)
	})
}

func TestSweepWithoutHandlerIsRefused(t *testing.T) {
	if _, err := job.NewRunner(nil, job.NewClient(nil), job.Settings{Sweeps: []job.Sweep{job.Every(tidy{}, time.Hour)}}); err == nil {
		t.Error("accepted")
	}
}
