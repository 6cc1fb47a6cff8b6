package job_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
	"clepsydra/internal/job"
)

var errBroken = errors.New("broken")

func TestJobExistsOnlyWhenItsTransactionCommits(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(t, db)
		ran := make(chan int, 10)
		b.run(func(_ context.Context, _ job.Run, g greet) error { ran <- g.N; return nil })
		ctx := context.Background()
		var gone job.Receipt
		err := b.client.InTx(ctx, db, func(ctx context.Context, tx bun.Tx) (err error) {
			if gone, err = b.client.Enqueue(ctx, tx, greet{N: 1}, job.Options{}); err != nil {
				return err
			}
			return errBroken
		})
		if !errors.Is(err, errBroken) {
			t.Fatal(err)
		}
		err = b.client.InTx(ctx, db, func(ctx context.Context, tx bun.Tx) error {
			_, err := b.client.Enqueue(ctx, tx, greet{N: 2}, job.Options{})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		b.ended(job.Done)
		if n := wait(t, ran); n != 2 || len(ran) != 0 {
			t.Errorf("job %d ran, and %d more", n, len(ran))
		}
		if _, err := job.ByID(ctx, db.R, gone.ID); !errors.Is(err, job.ErrNotFound) {
			t.Errorf("the rolled back job: %v", err)
		}
	})
}

func TestUniqueKeyHoldsWhileTheJobLives(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(t, db)
		first := b.put(1, job.Options{UniqueKey: "card/1"})
		second := b.put(2, job.Options{UniqueKey: "card/1"})
		if first.Duplicate || !second.Duplicate || second.ID != first.ID {
			t.Fatalf("%+v %+v", first, second)
		}
		b.run(func(context.Context, job.Run, greet) error { return nil })
		b.ended(job.Done)
		third := b.put(3, job.Options{UniqueKey: "card/1"})
		if third.Duplicate {
			t.Error("the key of a done job is still taken")
		}
		b.ended(job.Done)
		newest, err := job.ByKey(context.Background(), db.R, "card/1")
		if err != nil || newest.ID != third.ID || newest.State != job.Done {
			t.Errorf("by key: %+v, %v", newest, err)
		}
	})
}

func TestChangeDuringARunIsNotLost(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(t, db)
		started, release := make(chan struct{}, 2), make(chan struct{}, 2)
		b.run(func(context.Context, job.Run, greet) error { started <- struct{}{}; <-release; return nil })
		b.put(1, job.Options{UniqueKey: "card/1", Again: true})
		wait(t, started)
		if r := b.put(1, job.Options{UniqueKey: "card/1", Again: true}); !r.Duplicate {
			t.Fatal("a second job beside the running one")
		}
		release <- struct{}{}
		wait(t, started) // it runs once more
		release <- struct{}{}
		b.ended(job.Done)
		b.ended(job.Done)
	})
}

func TestFailedJobIsTriedAgainAndThenDead(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(t, db)
		attempts := make(chan int, 10)
		b.run(func(_ context.Context, r job.Run, _ greet) error { attempts <- r.Attempt; return errBroken })
		id := b.put(1, job.Options{MaxAttempts: 3}).ID
		for want := 1; want <= 3; want++ {
			if got := wait(t, attempts); got != want {
				t.Fatalf("attempt %d, want %d", got, want)
			}
			if want < 3 {
				b.ended(job.Queued)
				if j := b.look(id); !j.RunAt.After(b.clock.Now()) {
					t.Fatalf("tried again without a pause: %+v", j)
				}
			}
			b.clock.advance(time.Hour)
		}
		b.ended(job.Dead)
		ctx := context.Background()
		dead, err := job.ListDead(ctx, db.R, 10)
		if err != nil || len(dead) != 1 || dead[0].LastError != "broken" || dead[0].FinishedAt.IsZero() {
			t.Fatalf("%+v, %v", dead, err)
		}
		if err := b.client.Revive(ctx, db.W, id); err != nil {
			t.Fatal(err)
		}
		if got := wait(t, attempts); got != 1 {
			t.Errorf("a revived job begins with attempt %d", got)
		}
		b.ended(job.Queued)
		if err := b.client.Revive(ctx, db.W, id); !errors.Is(err, job.ErrNotDead) {
			t.Errorf("revived twice: %v", err)
		}
	})
}

func TestWaysOutOfAHandler(t *testing.T) {
	cases := []struct {
		name string
		err  error
		want job.State
	}{
		{"done", nil, job.Done}, {"cancel", job.Cancel("met"), job.Cancelled}, {"fail", job.Fail(errBroken), job.Dead},
	}
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(t, db)
		b.run(func(_ context.Context, _ job.Run, g greet) error {
			if g.N == len(cases) {
				panic("jan@example.org")
			}
			return cases[g.N].err
		})
		for i, c := range cases {
			id := b.put(i, job.Options{}).ID
			if e := wait(t, b.ends); e.state != c.want || b.look(id).State != c.want {
				t.Errorf("%s: %s", c.name, e.state)
			}
		}
		id := b.put(len(cases), job.Options{MaxAttempts: 1}).ID
		b.ended(job.Dead)
		if j := b.look(id); j.LastError != "panic: string" {
			t.Errorf("a panic left %q", j.LastError)
		}
	})
}

func TestSnoozeWaitsAsAskedAndCostsNoAttempt(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(t, db)
		var once sync.Once
		attempts := make(chan int, 3)
		b.run(func(_ context.Context, r job.Run, _ greet) error {
			attempts <- r.Attempt
			err := error(nil)
			once.Do(func() { err = job.Snooze(37 * time.Minute) })
			return err
		})
		before := b.clock.Now()
		id := b.put(1, job.Options{MaxAttempts: 1}).ID
		b.ended(job.Queued)
		if d := b.look(id).RunAt.Sub(before); d < 37*time.Minute || d > 38*time.Minute {
			t.Fatalf("snoozed for %v", d)
		}
		b.clock.advance(38 * time.Minute)
		b.ended(job.Done)
		for range 2 {
			if n := wait(t, attempts); n != 1 {
				t.Errorf("the snooze cost an attempt: this is number %d", n)
			}
		}
	})
}

func TestJobWaitsForItsTimeAndLateOnesAreCounted(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(t, db)
		ctx := context.Background()
		id := b.put(1, job.Options{RunAt: b.clock.Now().Add(time.Hour)}).ID
		late := func(kinds ...string) int {
			n, err := job.CountLate(ctx, db.R, b.clock.Now(), kinds...)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if late() != 0 {
			t.Error("a job of the future is late")
		}
		b.run(func(context.Context, job.Run, greet) error { return nil }, func(s *job.Settings) { s.Queues = map[string]int{"other": 1} })
		b.put(2, job.Options{Queue: "other"})
		b.ended(job.Done)
		if b.look(id).State != job.Queued {
			t.Fatal("ran before its time or on a queue without workers")
		}
		b.clock.advance(2 * time.Hour)
		if late("test.greet") != 1 || late("other.kind") != 0 {
			t.Error("late jobs are miscounted")
		}
	})
}

func TestCancelQueuedAndRunning(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(t, db)
		ctx := context.Background()
		later := b.put(1, job.Options{RunAt: b.clock.Now().Add(time.Hour), UniqueKey: "later"}).ID
		if found, err := b.client.CancelKey(ctx, db.W, "later"); !found || err != nil || b.look(later).State != job.Cancelled {
			t.Fatalf("%v %v", found, err)
		}
		started, cause := make(chan struct{}), make(chan error, 1)
		b.run(func(ctx context.Context, r job.Run, _ greet) error {
			if err := r.Progress(ctx, 7, 9); err != nil {
				return err
			}
			close(started)
			<-ctx.Done()
			cause <- context.Cause(ctx)
			return ctx.Err()
		})
		id := b.put(2, job.Options{}).ID
		wait(t, started)
		if j := b.look(id); j.Done != 7 || j.Total != 9 {
			t.Errorf("progress %d of %d", j.Done, j.Total)
		}
		if err := b.client.Cancel(ctx, db.W, id); err != nil {
			t.Fatal(err)
		}
		if err := wait(t, cause); !errors.Is(err, job.ErrCancelled) {
			t.Errorf("cause %v", err)
		}
		b.ended(job.Cancelled)
		if err := b.client.Cancel(ctx, db.W, id); err != nil {
			t.Errorf("cancelling an ended job: %v", err)
		}
		if err := b.client.Cancel(ctx, db.W, "nobody"); !errors.Is(err, job.ErrNotFound) {
			t.Errorf("got %v", err)
		}
	})
}

func TestThousandJobsRunOnceEachOnFourWorkersOfTwoRunners(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(t, db)
		const count = 1000
		err := db.InTx(context.Background(), func(ctx context.Context, tx bun.Tx) error {
			for n := range count {
				if _, err := b.client.Enqueue(ctx, tx, greet{N: n}, job.Options{}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		ran := make(chan int, 2*count)
		h := func(_ context.Context, _ job.Run, g greet) error { ran <- g.N; return nil }
		b.run(h)
		b.run(h)
		for range count {
			b.ended(job.Done)
		}
		close(ran)
		seen := slices.Sorted(func(yield func(int) bool) {
			for n := range ran {
				if !yield(n) {
					return
				}
			}
		})
		if len(seen) != count || len(slices.Compact(seen)) != count {
			t.Errorf("%d runs of %d different jobs", len(seen), len(slices.Compact(seen)))
		}
	})
}
