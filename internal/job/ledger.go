package job

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/database"
)

// ledger writes down how runs ended, all that wait together in one transaction: a
// commit to disk costs the same for one as for many. A run alone is not delayed.
type ledger struct {
	db      *database.DB
	pending chan *entry
}

// entry is the end of one run on its way to the database. held and err are set
// when written is closed.
type entry struct {
	lease   lease
	outcome outcome
	at      time.Time

	held    bool
	err     error
	written chan struct{}
}

// maxTogether bounds one transaction of the ledger.
const maxTogether = 128

// newLedger makes a ledger; keep must run for anything to be written.
func newLedger(db *database.DB) *ledger {
	return &ledger{db: db, pending: make(chan *entry, maxTogether)}
}

// write stores the outcome of a run and returns once it is committed; false when
// the lease was lost.
func (l *ledger) write(lease lease, o outcome, at time.Time) (bool, error) {
	e := &entry{lease: lease, outcome: o, at: at, written: make(chan struct{})}
	l.pending <- e
	<-e.written
	return e.held, e.err
}

// keep writes entries until the ledger is closed.
func (l *ledger) keep(ctx context.Context) {
	for first := range l.pending {
		l.commit(ctx, l.gather(first))
	}
}

// gather takes what waits already, without waiting for more.
func (l *ledger) gather(first *entry) []*entry {
	batch := []*entry{first}
	for len(batch) < maxTogether {
		select {
		case e, open := <-l.pending:
			if !open {
				return batch
			}
			batch = append(batch, e)
		default:
			return batch
		}
	}
	return batch
}

// commit stores a batch in one transaction; when that fails, none is stored.
func (l *ledger) commit(ctx context.Context, batch []*entry) {
	err := l.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		for _, e := range batch {
			if e.held, err = finish(ctx, tx, e.lease, e.outcome, e.at); err != nil {
				return err
			}
		}
		return nil
	})
	for _, e := range batch {
		e.err = err
		close(e.written)
	}
}
