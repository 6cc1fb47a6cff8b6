package stewardship

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/contact"
	"clepsydra/internal/database"
	"clepsydra/internal/fault"
	"clepsydra/internal/journal"
)

// ErrHoldReason refuses to hold somebody without saying why.
var ErrHoldReason = fault.New(fault.Invalid, "retention.hold_reason")

type holdRow struct {
	bun.BaseModel `bun:"table:contact_holds,alias:h"`

	ContactID string `bun:",pk"`
	Reason    string
	HeldBy    string
	HeldAt    time.Time
}

// Hold is somebody kept by hand, such as for a claim in court (Art. 17(3)(e) GDPR).
type Hold struct {
	ContactID contact.ID
	Reason    string
	By        string // account
	At        time.Time
}

// HoldPerson keeps somebody until the hold is lifted; a second reason takes the place
// of the first. It fails with contact.ErrNotFound and ErrHoldReason.
func (s *Service) HoldPerson(ctx context.Context, actor journal.Actor, id contact.ID, reason string) error {
	reason = contact.Clean(strings.ReplaceAll(reason, "\x00", ""))
	if reason == "" || len(reason) > maxHoldReason {
		return ErrHoldReason.At("reason")
	}
	err := s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		c, err := contact.ByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if c.IsErased() {
			return contact.ErrNotFound
		}
		now := s.moment()
		row := holdRow{ContactID: string(id), Reason: reason, HeldBy: actor.ID, HeldAt: now}
		_, err = tx.NewInsert().Model(&row).On("CONFLICT (contact_id) DO UPDATE").
			Set("reason = EXCLUDED.reason, held_by = EXCLUDED.held_by, held_at = EXCLUDED.held_at").Exec(ctx)
		if err != nil {
			return err
		}
		return journal.Append(ctx, tx, journal.Entry{
			Case: journal.Case{Kind: "contact", ID: string(id)}, Kind: "contact.held", Actor: actor, RecordedAt: now, Text: reason,
		})
	})
	if err != nil {
		return fmt.Errorf("hold contact: %w", err)
	}
	return nil
}

// maxHoldReason bounds a reason, in bytes.
const maxHoldReason = 1000

// LiftHold ends a hold by hand; without one it does nothing.
func (s *Service) LiftHold(ctx context.Context, actor journal.Actor, id contact.ID) error {
	err := s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		n, err := dropHold(ctx, tx, id)
		if err != nil || n == 0 {
			return err
		}
		return journal.Append(ctx, tx, journal.Entry{
			Case: journal.Case{Kind: "contact", ID: string(id)}, Kind: "contact.hold_lifted", Actor: actor, RecordedAt: s.moment(),
		})
	})
	if err != nil {
		return fmt.Errorf("lift hold: %w", err)
	}
	return nil
}

// HoldOf returns the hold by hand on a person; false without one.
func (s *Service) HoldOf(ctx context.Context, id contact.ID) (Hold, bool, error) {
	var row holdRow
	err := s.db.R.NewSelect().Model(&row).Where("contact_id = ?", string(id)).Scan(ctx)
	if database.IsNoRows(err) {
		return Hold{}, false, nil
	}
	if err != nil {
		return Hold{}, false, fmt.Errorf("stewardship: hold: %w", err)
	}
	return Hold{contact.ID(row.ContactID), row.Reason, row.HeldBy, row.HeldAt.UTC()}, true, nil
}

func heldByHand(ctx context.Context, db bun.IDB, ids []contact.ID) (map[contact.ID]string, error) {
	out := map[contact.ID]string{}
	there, err := db.NewSelect().Model((*holdRow)(nil)).Exists(ctx)
	if err != nil || !there {
		return out, err
	}
	for some := range slices.Chunk(ids, 1000) {
		var rows []holdRow
		if err := db.NewSelect().Model(&rows).Where("contact_id IN (?)", bun.List(some)).Scan(ctx); err != nil {
			return nil, fmt.Errorf("stewardship: holds: %w", err)
		}
		for _, r := range rows {
			out[contact.ID(r.ContactID)] = r.Reason
		}
	}
	return out, nil
}

func dropHold(ctx context.Context, tx bun.IDB, id contact.ID) (int64, error) {
	res, err := tx.NewDelete().Model((*holdRow)(nil)).Where("contact_id = ?", string(id)).Exec(ctx)
	if err != nil {
		return 0, fmt.Errorf("stewardship: drop hold: %w", err)
	}
	return res.RowsAffected()
}

// eraseHold forgets a hold that a replay passes over.
func eraseHold(ctx context.Context, tx bun.Tx, c contact.Contact) (map[string]int, error) {
	n, err := dropHold(ctx, tx, c.ID)
	return map[string]int{"holds": int(n)}, err
}
