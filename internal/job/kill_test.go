package job_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
	"clepsydra/internal/job"
)

// Variables that turn this test binary into a worker that will be killed.
const (
	childPostgres = "CLEPSYDRA_JOB_CHILD_POSTGRES"
	childFile     = "CLEPSYDRA_JOB_CHILD_FILE"
	childKey      = "CLEPSYDRA_JOB_CHILD_KEY"
)

func TestMain(m *testing.M) {
	if os.Getenv(childPostgres) != "" || os.Getenv(childFile) != "" {
		if err := workUntilKilled(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// workUntilKilled is the life of the child: it works off the queue and prints a
// line per finished job.
func workUntilKilled() error {
	ctx := context.Background()
	o := database.Options{PostgresURL: os.Getenv(childPostgres), Path: os.Getenv(childFile)}
	if o.Path != "" {
		key, err := database.ParseKey(os.Getenv(childKey))
		if err != nil {
			return err
		}
		o.Key = key
	}
	db, err := database.Open(ctx, o)
	if err != nil {
		return err
	}
	r, err := job.NewRunner(db, job.NewClient(nil), job.Settings{
		Handlers: map[string]job.Handler{greet{}.Kind(): job.Handle(leaveMark(db))},
		OnEnd:    func(job.ID, string, job.State) { fmt.Println("ended") },
	})
	if err != nil {
		return err
	}
	r.Start(ctx)
	select {}
}

// leaveMark writes one row per job, exactly once: the run must still hold its
// lease when the row commits, and a row that is there is not written again.
func leaveMark(db *database.DB) func(context.Context, job.Run, greet) error {
	return func(ctx context.Context, r job.Run, g greet) error {
		return db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
			if err := r.Hold(ctx, tx); err != nil {
				return err
			}
			var there int
			if err := tx.NewRaw("SELECT COUNT(*) FROM marks WHERE n = ?", g.N).Scan(ctx, &there); err != nil || there > 0 {
				return err
			}
			_, err := tx.NewRaw("INSERT INTO marks (n) VALUES (?)", g.N).Exec(ctx)
			return err
		})
	}
}

func TestKilledWorkerLosesNothing(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		const text = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
		key, err := database.ParseKey(text)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "clepsydra.db")
		killed(t, database.Options{Path: path, Key: key}, childFile+"="+path, childKey+"="+text)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		url := databasetest.PostgresURL(t)
		killed(t, database.Options{PostgresURL: url}, childPostgres+"="+url)
	})
}

// killed lets a child work, kills it in the middle three times, and then works the
// rest off here.
func killed(t *testing.T, o database.Options, env ...string) {
	const count = 400
	db, err := database.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	ctx := context.Background()
	if _, err := db.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	b := newBench(t, db)
	err = db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		// No primary key: a mark left twice must be seen, not refused.
		if _, err := tx.NewRaw("CREATE TABLE marks (n INTEGER NOT NULL)").Exec(ctx); err != nil {
			return err
		}
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
	for range 3 {
		workAndKill(t, 40, env)
	}
	left := b.unfinished()
	if left == 0 {
		t.Fatal("nothing was left to do: the kills came too late to prove anything")
	}
	t.Logf("after three kills %d jobs were left", left)
	b.clock.advance(time.Hour) // the leases of the dead have run out
	b.run(leaveMark(db))
	for b.unfinished() > 0 {
		b.ended(job.Done)
	}
	var marks, different int
	if err := db.R.NewRaw("SELECT COUNT(*), COUNT(DISTINCT n) FROM marks").Scan(ctx, &marks, &different); err != nil {
		t.Fatal(err)
	}
	if marks != count || different != count {
		t.Errorf("%d marks of %d different jobs, want %d of each", marks, different, count)
	}
}

// unfinished counts the jobs that are not done.
func (b *bench) unfinished() int {
	b.t.Helper()
	var n int
	if err := b.db.R.NewRaw("SELECT COUNT(*) FROM jobs WHERE state <> 'done'").Scan(context.Background(), &n); err != nil {
		b.t.Fatal(err)
	}
	return n
}

// workAndKill runs a child until it has finished some jobs and kills it with
// SIGKILL while it works on.
func workAndKill(t *testing.T, jobs int, env []string) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), env...)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	seen := 0
	for seen < jobs && lines.Scan() {
		seen++
	}
	if err := child.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = child.Wait() // killed: the error is what was wanted
	if seen < jobs {
		t.Fatalf("the child finished only %d jobs", seen)
	}
}
