package stewardship

import (
	"context"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/database"
	"clepsydra/internal/firm"
	"clepsydra/internal/journal"
	"clepsydra/internal/processing"
)

// Records carries out the verbs on the record of processing (Art. 30 GDPR) and on the
// processors (Art. 28). Each change keeps the new state of the whole record as a
// version.
type Records struct {
	db    *database.DB
	now   func() time.Time
	firms *firm.Store
	lists processing.Lists
}

// NewRecords makes the service. now is the clock.
func NewRecords(db *database.DB, now func() time.Time, firms *firm.Store) (*Records, error) {
	lists, err := processing.LoadLists()
	if err != nil {
		return nil, err
	}
	return &Records{db: db, now: now, firms: firms, lists: lists}, nil
}

// Lists is what the record is filled from.
func (s *Records) Lists() processing.Lists { return s.lists }

// Today is the day in the firm's zone at a moment, as "2006-01-02".
func (s *Records) Today(f firm.Firm, at time.Time) string {
	return at.In(f.Location()).Format(time.DateOnly)
}

// Document is the record as it stands, with its open points.
func (s *Records) Document(ctx context.Context) (processing.Document, error) {
	return s.document(ctx, s.db.R)
}

func (s *Records) document(ctx context.Context, db bun.IDB) (processing.Document, error) {
	var d processing.Document
	r, err := processing.Get(ctx, db)
	if err != nil {
		return d, err
	}
	g, err := processing.GetGeneral(ctx, db)
	if err != nil {
		return d, err
	}
	all, err := processing.Processors(ctx, db)
	if err != nil {
		return d, err
	}
	f, err := s.firms.Get(ctx, db)
	if err != nil {
		return d, err
	}
	controller := processing.Party{
		Name: f.Name, Email: f.Email, Phone: f.Phone,
		Address: strings.TrimSpace(f.Street + ", " + f.Postcode + " " + f.City + " (" + f.Country + ")"),
	}
	dpo := processing.Party{Name: f.DPOName, Email: f.DPOEmail, Phone: f.DPOPhone}
	return processing.Compose(s.lists, r, g, all, controller, dpo, s.Today(f, s.now())), nil
}

// UseRecords lets what the customer file changes of the record, its fields and terms,
// be kept as a version of the record too.
func (s *Service) UseRecords(r *Records) { s.records = r }

// inRecord runs fn with the record while nobody else changes it, and keeps the new
// state.
func (s *Service) inRecord(ctx context.Context, actor journal.Actor, fn func(context.Context, bun.Tx, processing.Record) error) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		now := s.moment()
		if err := processing.Lock(ctx, tx, now); err != nil {
			return err
		}
		r, err := processing.Get(ctx, tx)
		if err != nil {
			return err
		}
		if err := fn(ctx, tx, r); err != nil || s.records == nil {
			return err
		}
		return recordChange{s: s.records, tx: tx, now: now, who: actor}.keep(ctx)
	})
}

// recordChange is one change of the record in its transaction.
type recordChange struct {
	s   *Records
	tx  bun.Tx
	now time.Time
	who journal.Actor
}

// change runs fn alone with the record, and afterwards keeps the new state. fn
// reports false when there was nothing to change.
func (s *Records) change(ctx context.Context, actor journal.Actor, fn func(context.Context, recordChange) (bool, error)) error {
	err := s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		c := recordChange{s: s, tx: tx, now: s.now().UTC().Truncate(time.Microsecond), who: actor}
		if err := processing.Lock(ctx, tx, c.now); err != nil {
			return err
		}
		changed, err := fn(ctx, c)
		if err != nil || !changed {
			return err
		}
		return c.keep(ctx)
	})
	if err != nil {
		return fmt.Errorf("record of processing: %w", err)
	}
	return nil
}

// keep keeps the state unless it is the one that was kept last. Open points are left
// out: they follow from the rest and from the day.
func (c recordChange) keep(ctx context.Context) error {
	d, err := c.s.document(ctx, c.tx)
	if err != nil {
		return err
	}
	d.OpenPoints = nil
	text, hash, err := d.Hash()
	if err != nil {
		return err
	}
	last, err := processing.Versions(ctx, c.tx, 1)
	if err != nil || len(last) == 1 && last[0].SHA256 == hash {
		return err
	}
	id, err := processing.NewID("")
	if err != nil {
		return err
	}
	v := processing.Version{ID: id, At: c.now, AccountID: c.who.ID, SHA256: hash, Document: string(text)}
	if err := processing.AddVersion(ctx, c.tx, v); err != nil {
		return err
	}
	return c.note(ctx, "record.version_kept", id, map[string]string{"sha256": hash}, "")
}

func (c recordChange) note(ctx context.Context, kind, id string, facts map[string]string, text string) error {
	return journal.Append(ctx, c.tx, journal.Entry{
		Case: journal.Case{Kind: "record", ID: id}, Kind: kind, Actor: c.who, RecordedAt: c.now, Facts: facts, Text: text,
	})
}

// ownID is what ids of the firm's own purposes, processors and clients look like. The
// form brings the id of a new one, so that a form sent twice makes one.
var ownID = regexp.MustCompile(`^own_[0-9a-f]{16}$`)

// SavePurpose writes a purpose and confirms it: the firm has read it. One with a new
// id of the firm's own is added. It fails with processing.ErrPurposeGone and with what
// Purpose.Check says.
func (s *Records) SavePurpose(ctx context.Context, actor journal.Actor, p processing.Purpose) error {
	if err := p.Check(s.lists); err != nil {
		return err
	}
	return s.change(ctx, actor, func(ctx context.Context, c recordChange) (bool, error) {
		r, err := processing.Get(ctx, c.tx)
		if err != nil {
			return false, err
		}
		k := slices.IndexFunc(r.Purposes, func(x processing.Purpose) bool { return x.ID == p.ID })
		switch {
		case k < 0 && !ownID.MatchString(string(p.ID)):
			return false, processing.ErrPurposeGone
		case k < 0:
			r.Purposes, k = append(r.Purposes, processing.Purpose{}), len(r.Purposes)
		default: // what others keep of it stays
			p.Processors, p.ConfirmedAt, p.EndedAt = r.Purposes[k].Processors, r.Purposes[k].ConfirmedAt, r.Purposes[k].EndedAt
			if !p.ConfirmedAt.IsZero() && reflect.DeepEqual(p, r.Purposes[k]) {
				return false, nil
			}
		}
		p.ConfirmedAt = c.now
		r.Purposes[k] = p
		if err := processing.Put(ctx, c.tx, r, c.now); err != nil {
			return false, err
		}
		return true, c.note(ctx, "record.purpose_saved", string(p.ID), nil, p.Name.In("en", ""))
	})
}

// ConfirmPurpose makes a proposed purpose the firm's own as it stands; an empty id
// confirms all that are in use.
func (s *Records) ConfirmPurpose(ctx context.Context, actor journal.Actor, id processing.PurposeID) error {
	return s.change(ctx, actor, func(ctx context.Context, c recordChange) (bool, error) {
		r, err := processing.Get(ctx, c.tx)
		if err != nil {
			return false, err
		}
		if _, ok := r.Purpose(id); id != "" && !ok {
			return false, processing.ErrPurposeGone
		}
		var done []string
		for k, p := range r.Purposes {
			if p.IsInUse() && p.ConfirmedAt.IsZero() && (id == "" || id == p.ID) {
				r.Purposes[k].ConfirmedAt = c.now
				done = append(done, string(p.ID))
			}
		}
		if len(done) == 0 {
			return false, nil
		}
		if err := processing.Put(ctx, c.tx, r, c.now); err != nil {
			return false, err
		}
		return true, c.note(ctx, "record.purpose_confirmed", string(id), map[string]string{"purposes": strings.Join(done, " ")}, "")
	})
}

// EndPurpose says that data are not processed for it any more. Its entry stays.
func (s *Records) EndPurpose(ctx context.Context, actor journal.Actor, id processing.PurposeID) error {
	return s.change(ctx, actor, func(ctx context.Context, c recordChange) (bool, error) {
		r, err := processing.Get(ctx, c.tx)
		if err != nil {
			return false, err
		}
		k := slices.IndexFunc(r.Purposes, func(x processing.Purpose) bool { return x.ID == id })
		if k < 0 {
			return false, processing.ErrPurposeGone
		}
		if !r.Purposes[k].IsInUse() {
			return false, nil
		}
		r.Purposes[k].EndedAt = c.now
		if err := processing.Put(ctx, c.tx, r, c.now); err != nil {
			return false, err
		}
		return true, c.note(ctx, "record.purpose_ended", string(id), nil, "")
	})
}
