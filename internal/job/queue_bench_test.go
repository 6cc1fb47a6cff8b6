package job_test

import (
	"context"
	"testing"

	"github.com/uptrace/bun"

	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
	"clepsydra/internal/job"
)

// BenchmarkQueue measures jobs per second that do nothing, from the queue to done,
// on an encrypted file with full synchronisation and on PostgreSQL.
func BenchmarkQueue(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchmarkQueue(b, databasetest.SQLite(b)) })
	b.Run("postgres", func(b *testing.B) { benchmarkQueue(b, databasetest.Postgres(b)) })
}

func benchmarkQueue(b *testing.B, db *database.DB) {
	ctx := context.Background()
	client := job.NewClient(nil)
	err := db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		for n := range b.N {
			if _, err := client.Enqueue(ctx, tx, greet{N: n}, job.Options{}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	ends := make(chan struct{}, b.N)
	r, err := job.NewRunner(db, client, job.Settings{
		Handlers: map[string]job.Handler{greet{}.Kind(): job.Handle(func(context.Context, job.Run, greet) error { return nil })},
		Queues:   map[string]int{job.DefaultQueue: 16},
		OnEnd:    func(job.ID, string, job.State) { ends <- struct{}{} },
	})
	if err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	r.Start(ctx)
	for range b.N {
		<-ends
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "jobs/s")
	if err := r.Stop(ctx); err != nil {
		b.Fatal(err)
	}
}
