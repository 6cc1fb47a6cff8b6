package incident

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
)

// ClosedBefore returns incidents that were closed before an instant and still hold
// names: of wrong recipients, of people affected, of whoever reported.
func ClosedBefore(ctx context.Context, db bun.IDB, at time.Time, limit int) ([]ID, error) {
	var ids []ID
	err := db.NewRaw(`SELECT i.id FROM incidents AS i WHERE i.status IN (?, ?) AND coalesce(i.closed_at, i.updated_at) < ? AND (
			EXISTS (SELECT 1 FROM recall_recipients AS r WHERE r.incident_id = i.id AND r.name <> '…')
			OR EXISTS (SELECT 1 FROM affected_people AS p WHERE p.incident_id = i.id AND (p.name <> '' OR p.organisation <> '' OR p.street <> '' OR p.email <> '' OR p.city <> '' OR p.print_name <> ''))
			OR EXISTS (SELECT 1 FROM letter_runs AS l JOIN letter_files AS f ON f.run_id = l.id WHERE l.incident_id = i.id AND length(f.content) > 0)
			OR EXISTS (SELECT 1 FROM reports AS q WHERE q.incident_id = i.id AND (q.name <> '' OR q.contact <> '')))
		ORDER BY i.id LIMIT ?`, Closed, Dismissed, at, limit).Scan(ctx, &ids)
	if err != nil {
		return nil, fmt.Errorf("incident: closed before: %w", err)
	}
	return ids, nil
}

// EraseReporters empties the names and addresses of whoever reported an incident, and
// returns of how many reports.
func EraseReporters(ctx context.Context, tx bun.IDB, id ID) (int, error) {
	res, err := tx.NewRaw("UPDATE reports SET name = '', contact = '' WHERE incident_id = ? AND (name <> '' OR contact <> '')", id).Exec(ctx)
	if err != nil {
		return 0, fmt.Errorf("incident: erase reporters: %w", err)
	}
	n, err := res.RowsAffected()
	return int(n), err
}
