// Package stewardship holds the verbs of whoever keeps the customer file: import
// it, take an import back, search it, look at a person, export it.
//
// Each verb opens the one transaction it needs and writes its journal entry in
// it: who looked at, took in, or gave out whose data can always be answered.
// Journal facts are identifiers and counts, never names. Scans are the verbs on the
// assessments of the firm itself, such as whether it needs a DPO.
package stewardship

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/consent"
	"clepsydra/internal/contact"
	"clepsydra/internal/database"
	"clepsydra/internal/journal"
)

// InUse counts the people of an import that another part of the program refers
// to, such as a frozen list of people affected. It runs inside the transaction.
type InUse func(ctx context.Context, tx bun.IDB, id contact.ImportID) (int, error)

// Service carries out the verbs.
type Service struct {
	db    *database.DB
	now   func() time.Time
	index *contact.Index
	inUse []InUse
	// erasers and movers are what other parts keep about a person; see leaving.go.
	erasers map[string]Eraser
	movers  map[string]Mover
	// What consents need; see UseConsent.
	law     *consent.Law
	keyer   consent.Keyer
	country func(ctx context.Context, db bun.IDB) (string, error)
	// holders say who stays; bars are those whom not even a request passes.
	holders map[string]Holder
	bars    []string
	texts   *texts
	keeping RetentionParts
	// gatherers are what requests of people ask of other parts; see OnGather.
	gatherers map[string]Gatherer
	looking   sync.Mutex // one look for doubles at a time
	records   *Records   // keep a version of a changed record; see UseRecords
}

// New makes the service. now is the clock; inUse are asked before an import is
// taken back.
func New(db *database.DB, now func() time.Time, inUse ...InUse) *Service {
	s := &Service{
		db: db, now: now, index: contact.NewIndex(), inUse: inUse,
		law: &consent.Law{}, keyer: consent.NewKeyer(database.NewKey().Derive("suppression")),
		country: func(context.Context, bun.IDB) (string, error) { return "", nil },
		erasers: map[string]Eraser{}, movers: map[string]Mover{}, holders: map[string]Holder{}, gatherers: map[string]Gatherer{}, texts: &texts{}, keeping: noRetention(),
	}
	s.OnErase("consents", s.eraseConsents)
	s.OnMerge("consents", s.consentMover())
	s.leaveByItself()
	s.coreGatherers()
	return s
}

// moment is the one "now" of a verb: UTC, in microseconds as it is stored.
func (s *Service) moment() time.Time { return s.now().UTC().Truncate(time.Microsecond) }

// Undo takes an import back: people it created are removed, fields it filled in
// are emptied. It refuses with contact.ErrImportInUse while anything refers to
// one of its people, and returns how many were removed.
func (s *Service) Undo(ctx context.Context, actor journal.Actor, id contact.ImportID) (removed int, err error) {
	now := s.moment()
	err = s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		for _, count := range s.inUse {
			n, err := count(ctx, tx, id)
			if err != nil {
				return err
			}
			if n > 0 {
				return contact.ErrImportInUse
			}
		}
		if err := s.forgetConsentsOf(ctx, tx, id); err != nil {
			return err
		}
		if removed, err = contact.Undo(ctx, tx, id, now); err != nil {
			return err
		}
		return journal.Append(ctx, tx, journal.Entry{
			Case: journal.Case{Kind: "import", ID: string(id)}, Kind: "import.undone",
			Actor: actor, RecordedAt: now, Facts: map[string]string{"removed": strconv.Itoa(removed)},
		})
	})
	if err != nil {
		return 0, fmt.Errorf("undo import: %w", err)
	}
	return removed, nil
}

// Search returns a page of the customer file, who fits best first. The journal
// keeps who searched and which people were shown, not what was asked: that may be
// a name.
func (s *Service) Search(ctx context.Context, actor journal.Actor, q contact.Query) (contact.Page, error) {
	q.Today = contact.DateOf(s.moment())
	page, err := s.index.Find(ctx, s.db.R, q)
	if err != nil {
		return contact.Page{}, fmt.Errorf("search contacts: %w", err)
	}
	ids := make([]string, len(page.Contacts))
	for i, c := range page.Contacts {
		ids[i] = string(c.ID)
	}
	found := strconv.Itoa(page.Total)
	if page.More {
		found += "+"
	}
	err = s.record(ctx, journal.Entry{
		Case: journal.Case{Kind: "firm"}, Kind: "contact.searched", Actor: actor, RecordedAt: s.moment(),
		Facts: map[string]string{"found": found, "shown": strings.Join(ids, " ")},
	})
	if err != nil {
		return contact.Page{}, fmt.Errorf("search contacts: %w", err)
	}
	return page, nil
}

// View returns one person and records that actor looked. Nobody is shown unless
// the entry was written. It fails with contact.ErrNotFound. A double that was merged
// gives the person who was kept: compare the id.
func (s *Service) View(ctx context.Context, actor journal.Actor, id contact.ID) (c contact.Contact, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if id, err = contact.KeptFor(ctx, tx, id); err != nil {
			return err
		}
		if c, err = contact.ByID(ctx, tx, id); err != nil {
			return err
		}
		return journal.Append(ctx, tx, journal.Entry{
			Case: journal.Case{Kind: "contact", ID: string(id)}, Kind: "contact.viewed",
			Actor: actor, RecordedAt: s.moment(),
		})
	})
	if err != nil {
		return contact.Contact{}, fmt.Errorf("view contact: %w", err)
	}
	return c, nil
}

// Imports lists the imports, the latest first.
func (s *Service) Imports(ctx context.Context) ([]contact.Import, error) {
	return contact.Imports(ctx, s.db.R)
}

// Warm reads the customer file into the memory that searches are answered from,
// so that the first search need not. It may be left out.
func (s *Service) Warm(ctx context.Context) error { return s.index.Refresh(ctx, s.db.R) }

// Count counts people without showing anybody; it leaves no journal entry.
func (s *Service) Count(ctx context.Context, q contact.Query) (int, error) {
	q.Today = contact.DateOf(s.moment())
	return s.index.Count(ctx, s.db.R, q)
}

func (s *Service) record(ctx context.Context, e journal.Entry) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error { return journal.Append(ctx, tx, e) })
}
