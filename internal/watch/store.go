package watch

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"clepsydra/internal/database"
	"clepsydra/internal/journal"
)

type alertRow struct {
	bun.BaseModel `bun:"table:watch_alerts,alias:w"`

	ID          string `bun:",pk"`
	AccountID   string
	Rule        string
	RuleVersion string
	StartsAt    time.Time
	EndsAt      time.Time
	Amount      int
	Most        int
	FoundAt     time.Time
	Mailed      int
	ExplainedAt time.Time `bun:",nullzero"`
	ExplainedBy string
}

func (r alertRow) alert() Alert {
	a := Alert{
		ID: r.ID, Account: r.AccountID, Rule: r.Rule, RuleVersion: r.RuleVersion, Window: Window{r.StartsAt.UTC(), r.EndsAt.UTC()},
		Count: r.Amount, MoreThan: r.Most, FoundAt: r.FoundAt.UTC(), Mailed: r.Mailed, ExplainedBy: r.ExplainedBy,
	}
	if !r.ExplainedAt.IsZero() {
		a.ExplainedAt = r.ExplainedAt.UTC()
	}
	return a
}

// Add keeps a finding as an alert; false when its account, rule and window have one
// already.
func Add(ctx context.Context, tx bun.IDB, f Finding, version string, now time.Time) (Alert, bool, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return Alert{}, false, fmt.Errorf("watch: new id: %w", err)
	}
	row := alertRow{
		ID: id.String(), AccountID: f.Account, Rule: f.Rule.ID, RuleVersion: version, StartsAt: f.Window.From, EndsAt: f.Window.To,
		Amount: f.Count, Most: f.Rule.MoreThan, FoundAt: now,
	}
	res, err := tx.NewInsert().Model(&row).On("CONFLICT (account_id, rule, starts_at) DO NOTHING").Exec(ctx)
	if err != nil {
		return Alert{}, false, fmt.Errorf("watch: add alert: %w", err)
	}
	n, err := res.RowsAffected()
	return row.alert(), n == 1, err
}

// ByID returns an alert, or ErrNotFound.
func ByID(ctx context.Context, db bun.IDB, id string) (Alert, error) {
	var row alertRow
	err := db.NewSelect().Model(&row).Where("id = ?", id).Scan(ctx)
	if database.IsNoRows(err) {
		return Alert{}, ErrNotFound
	}
	if err != nil {
		return Alert{}, fmt.Errorf("watch: alert: %w", err)
	}
	return row.alert(), nil
}

// Save writes what may change of an alert: how many were mailed, and that it was
// explained.
func Save(ctx context.Context, tx bun.IDB, a Alert) error {
	row := alertRow{ID: a.ID, Mailed: a.Mailed, ExplainedAt: a.ExplainedAt, ExplainedBy: a.ExplainedBy}
	if _, err := tx.NewUpdate().Model(&row).Column("mailed", "explained_at", "explained_by").WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("watch: save alert: %w", err)
	}
	return nil
}

// Open returns the alerts that nobody explained, the latest first, at most n.
func Open(ctx context.Context, db bun.IDB, n int) ([]Alert, error) {
	var rows []alertRow
	err := db.NewSelect().Model(&rows).Where("explained_at IS NULL").OrderExpr("found_at DESC, id DESC").Limit(int64(n)).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("watch: open alerts: %w", err)
	}
	out := make([]Alert, len(rows))
	for k, r := range rows {
		out[k] = r.alert()
	}
	return out, nil
}

// Next takes its turn on the journal: it returns the acts of accounts that were not
// compared with the rules yet and remembers, in the same transaction, how far it
// came.
func Next(ctx context.Context, tx bun.IDB) ([]journal.Act, error) {
	var seq int64
	// Writing first makes two that come at once wait for one another.
	if err := tx.NewRaw("UPDATE watch_head SET seq = seq WHERE one = 1 RETURNING seq").Scan(ctx, &seq); err != nil {
		return nil, fmt.Errorf("watch: take turn: %w", err)
	}
	acts, last, err := journal.ActsSince(ctx, tx, seq)
	if err != nil {
		return nil, err
	}
	if last == seq {
		return nil, nil
	}
	if _, err := tx.NewRaw("UPDATE watch_head SET seq = ? WHERE one = 1", last).Exec(ctx); err != nil {
		return nil, fmt.Errorf("watch: move head: %w", err)
	}
	return acts, nil
}
