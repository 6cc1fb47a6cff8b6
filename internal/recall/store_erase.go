package recall

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"clepsydra/internal/incident"
)

// EraseOf empties the names and addresses of the wrong recipients of an incident and
// the texts they wrote. What they did with the data, the wording they agreed to and
// the moments stay: that is what was judged by. Their links end. It returns how many
// it emptied.
func EraseOf(ctx context.Context, tx bun.IDB, id incident.ID) (int, error) {
	_, err := tx.NewRaw(`UPDATE recall_answers SET name = '', note = '', passed_to = CASE WHEN passed_to = '' THEN '' ELSE '…' END
		WHERE recipient_id IN (SELECT id FROM recall_recipients WHERE incident_id = ?)`, id).Exec(ctx)
	if err != nil {
		return 0, fmt.Errorf("recall: erase answers of %s: %w", id, err)
	}
	res, err := tx.NewRaw(`UPDATE recall_recipients SET name = '…', email = '', revoked_at = coalesce(revoked_at, link_until)
		WHERE incident_id = ? AND name <> '…'`, id).Exec(ctx)
	if err != nil {
		return 0, fmt.Errorf("recall: erase recipients of %s: %w", id, err)
	}
	n, err := res.RowsAffected()
	return int(n), err
}
