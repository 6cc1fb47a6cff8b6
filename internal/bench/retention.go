package bench

import (
	"context"
	"errors"
	"time"
)

// errNobodyDue says that the measurement measured nothing.
var errNobodyDue = errors.New("bench: nobody is due")

// retention lets some third of the people be silent for five years, and measures the
// dry run that says who would go and who is held. The plain twin is counting them.
func (b *crowd) retention(ctx context.Context) (Figure, error) {
	long := time.Now().UTC().AddDate(-5, 0, 0)
	_, err := b.db.W.NewRaw("UPDATE contacts SET created_at = ?, active_at = ? WHERE substr(id, 36, 1) < '5'", long, long).Exec(ctx)
	if err != nil {
		return Figure{}, err
	}
	begin := time.Now()
	plan, err := b.s.PlanRetention(ctx)
	if err != nil {
		return Figure{}, err
	}
	took := time.Since(begin)
	if plan.Due == 0 {
		return Figure{}, errNobodyDue
	}
	begin = time.Now()
	var n int
	if err := b.db.R.NewRaw("SELECT count(*) FROM contacts WHERE erased_at IS NULL AND created_at <= ?", long).Scan(ctx, &n); err != nil {
		return Figure{}, err
	}
	return Figure{
		Name: "dry run of retention", Unit: "ms", Ours: millis(took), Baseline: millis(time.Since(begin)), RSSMiB: peakMiB("self"),
		BaselineOf: "counting the same people, nobody looked at",
	}, nil
}
