package communication

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"clepsydra/internal/contact"
	"clepsydra/internal/database"
	"clepsydra/internal/fault"
	"clepsydra/internal/incident"
)

// Named refusals of a merge of two people of the customer file.
var (
	ErrLetterOpen = fault.New(fault.Conflict, "doubles.letter_open")
	ErrListFrozen = fault.New(fault.Conflict, "doubles.list_frozen")
)

// moved is what Move needs to be taken back: the rows of both people in the lists in
// which something changed, as they were.
type moved struct {
	Double []personRow `json:"double"`
	Kept   []personRow `json:"kept"`
}

// Move puts one person of the customer file into the place of another on the lists of
// people affected. Who is told for either is told once, and whatever leaked of either
// leaked of him. A frozen list is proof and stays as it was; while a letter of it is
// not sent and the incident goes on, it fails with ErrLetterOpen, since the person it goes to must not vanish.
func Move(ctx context.Context, tx bun.Tx, from, to contact.ID) (undo string, err error) {
	var rows []personRow
	if err := tx.NewSelect().Model(&rows).Where("p.contact_id = ?", string(from)).OrderExpr("p.incident_id").Scan(ctx); err != nil {
		return "", fmt.Errorf("communication: move: %w", err)
	}
	var was moved
	for _, r := range rows {
		if r.SnapshotID != "" {
			if err := refuseOpen(ctx, tx, r); err != nil {
				return "", err
			}
			continue
		}
		was.Double = append(was.Double, r)
		if err := moveRow(ctx, tx, r, to, &was); err != nil {
			return "", err
		}
	}
	if len(was.Double) == 0 {
		return "", nil
	}
	text, err := json.Marshal(was)
	if err != nil {
		return "", fmt.Errorf("communication: move: %w", err)
	}
	return string(text), nil
}

// refuseOpen refuses while a frozen letter is still to be sent. Of an incident that is
// over none is.
func refuseOpen(ctx context.Context, tx bun.Tx, r personRow) error {
	if LetterState(r.Letter) == Sent || r.Excluded != "" {
		return nil
	}
	var status string
	if err := tx.NewRaw("SELECT status FROM incidents WHERE id = ?", r.IncidentID).Scan(ctx, &status); err != nil {
		return fmt.Errorf("communication: move: %w", err)
	}
	if s := incident.Status(status); s == incident.Closed || s == incident.Dismissed {
		return nil
	}
	return ErrLetterOpen
}

func moveRow(ctx context.Context, tx bun.Tx, r personRow, to contact.ID, was *moved) error {
	if _, err := tx.NewDelete().Model(&r).WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("communication: move: %w", err)
	}
	var kept personRow
	err := tx.NewSelect().Model(&kept).Where("p.incident_id = ? AND p.contact_id = ?", r.IncidentID, string(to)).Scan(ctx)
	switch {
	case database.IsNoRows(err):
		r.ContactID = string(to)
		_, err = tx.NewInsert().Model(&r).Exec(ctx)
	case err == nil && kept.SnapshotID == "":
		was.Kept = append(was.Kept, kept)
		if r.Excluded == "" {
			kept.Excluded = ""
		}
		kept.Data = joinData(kept.Data, r.Data)
		_, err = tx.NewUpdate().Model(&kept).WherePK().Exec(ctx)
	}
	if err != nil {
		return fmt.Errorf("communication: move: %w", err)
	}
	return nil
}

// joinData is what leaked of either; nothing said about one means everything.
func joinData(a, b string) string {
	if a == "" || b == "" {
		return ""
	}
	all := strings.Split(a, ",")
	for d := range strings.SplitSeq(b, ",") {
		if !slices.Contains(all, d) {
			all = append(all, d)
		}
	}
	return strings.Join(all, ",")
}

// MoveBack takes Move back. It fails with ErrListFrozen when a list was frozen since.
func MoveBack(ctx context.Context, tx bun.Tx, _, to contact.ID, undo string) error {
	if undo == "" {
		return nil
	}
	var was moved
	if err := json.Unmarshal([]byte(undo), &was); err != nil {
		return fmt.Errorf("communication: move back: %w", err)
	}
	before := map[string]personRow{}
	for _, r := range was.Kept {
		before[r.IncidentID] = r
	}
	for _, r := range was.Double {
		if err := moveRowBack(ctx, tx, r, before[r.IncidentID], to); err != nil {
			return err
		}
	}
	return nil
}

func moveRowBack(ctx context.Context, tx bun.Tx, r, before personRow, to contact.ID) error {
	var now personRow
	err := tx.NewSelect().Model(&now).Where("p.incident_id = ? AND p.contact_id = ?", r.IncidentID, string(to)).Scan(ctx)
	switch {
	case database.IsNoRows(err):
	case err != nil:
		return fmt.Errorf("communication: move back: %w", err)
	case before.ContactID == "" && now.SnapshotID != "" && now.PickedAt.Equal(r.PickedAt), before.ContactID != "" && now.SnapshotID != "":
		return ErrListFrozen
	case before.ContactID != "":
		if _, err := tx.NewUpdate().Model(&before).WherePK().Exec(ctx); err != nil {
			return fmt.Errorf("communication: move back: %w", err)
		}
	case now.SnapshotID == "":
		if _, err := tx.NewDelete().Model(&now).WherePK().Exec(ctx); err != nil {
			return fmt.Errorf("communication: move back: %w", err)
		}
	}
	if _, err := tx.NewInsert().Model(&r).Exec(ctx); err != nil {
		return fmt.Errorf("communication: move back: %w", err)
	}
	return nil
}
