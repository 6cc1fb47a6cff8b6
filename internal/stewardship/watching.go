package stewardship

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/database"
	"clepsydra/internal/journal"
	"clepsydra/internal/watch"
)

// WorkTell is the kind of work that tells of unusual reading; its identifier is
// that of the alert. It is stored and never renamed.
const WorkTell = "watch.tell"

// WatchQueue keeps the work of telling durably, inside the transaction that found
// something.
type WatchQueue interface {
	PutTell(ctx context.Context, tx bun.IDB, alertID string) error
}

// WatchTeller knows who is there and writes to them. What it sends names no person
// of the customer file and no account: the rule, how many, when, and a link.
type WatchTeller interface {
	// Circle is who there is to be told, and the firm's zone.
	Circle(ctx context.Context, db bun.IDB) (watch.Circle, *time.Location, error)
	// Tell writes to accounts and returns how many it reached; none without an error
	// when no mail server is set up, and the board is the channel.
	Tell(ctx context.Context, to []string, a watch.Alert, r watch.Rule) (int, error)
}

// Watch holds the verbs on unusual reading.
type Watch struct {
	db    *database.DB
	now   func() time.Time
	rules watch.Pack
	queue WatchQueue
	tell  WatchTeller
}

// NewWatch makes the service.
func NewWatch(db *database.DB, now func() time.Time, rules watch.Pack, q WatchQueue, t WatchTeller) *Watch {
	return &Watch{db, now, rules, q, t}
}

func (w *Watch) moment() time.Time { return w.now().UTC().Truncate(time.Microsecond) }

// Rules are the rules in force.
func (w *Watch) Rules() watch.Pack { return w.rules }

// Check compares what accounts did since the last time with the rules and keeps one
// alert for each account, rule and window. Each alert, its journal entry and the work
// of telling are one transaction; after a crash nothing was passed over.
func (w *Watch) Check(ctx context.Context) error {
	err := w.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		fresh, err := watch.Next(ctx, tx)
		if err != nil || len(fresh) == 0 {
			return err
		}
		_, zone, err := w.tell.Circle(ctx, tx)
		if err != nil {
			return err
		}
		earliest := map[string]time.Time{}
		for _, a := range fresh {
			if at, ok := earliest[a.Actor.ID]; !ok || a.RecordedAt.Before(at) {
				earliest[a.Actor.ID] = a.RecordedAt
			}
		}
		for _, account := range slices.Sorted(maps.Keys(earliest)) {
			if err := w.checkAccount(ctx, tx, account, earliest[account], zone); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("look for unusual reading: %w", err)
	}
	return nil
}

// mostActs bounds what is read of one account: beyond it every rule has spoken.
const mostActs = 50_000

func (w *Watch) checkAccount(ctx context.Context, tx bun.Tx, account string, since time.Time, zone *time.Location) error {
	acts, err := journal.Acts(ctx, tx, journal.ActQuery{Account: account, Kinds: watch.Known(), From: since.Add(-watch.Reach), Limit: mostActs})
	if err != nil {
		return err
	}
	now := w.moment()
	for _, f := range w.rules.Find(account, acts, zone) {
		a, fresh, err := watch.Add(ctx, tx, f, w.rules.Version, now)
		if err != nil {
			return err
		}
		if !fresh {
			continue
		}
		if err := w.note(ctx, tx, journal.System(), "watch.found", a, ""); err != nil {
			return err
		}
		if err := w.queue.PutTell(ctx, tx, a.ID); err != nil {
			return fmt.Errorf("queue the telling: %w", err)
		}
	}
	return nil
}

func (w *Watch) note(ctx context.Context, tx bun.Tx, actor journal.Actor, kind string, a watch.Alert, text string) error {
	return journal.Append(ctx, tx, journal.Entry{
		Case: journal.Case{Kind: "account", ID: a.Account}, Kind: kind, Actor: actor, RecordedAt: w.moment(), Text: text,
		Facts: map[string]string{"alert": a.ID, "rule": a.Rule, "count": strconv.Itoa(a.Count)},
	})
}

// Tell mails those whom an alert concerns. It is the work behind WorkTell: what was
// explained or mailed meanwhile ends quietly.
func (w *Watch) Tell(ctx context.Context, id string) error {
	a, err := watch.ByID(ctx, w.db.R, id)
	if err != nil {
		return err
	}
	rule, known := w.rules.Rule(a.Rule)
	if !a.IsOpen() || a.Mailed > 0 || !known {
		return nil
	}
	circle, _, err := w.tell.Circle(ctx, w.db.R)
	if err != nil {
		return err
	}
	n, err := w.tell.Tell(ctx, circle.Asked(a.Account), a, rule)
	if n == 0 {
		return err
	}
	return w.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if a, err = watch.ByID(ctx, tx, id); err != nil {
			return err
		}
		a.Mailed = n
		if err := watch.Save(ctx, tx, a); err != nil {
			return err
		}
		return w.note(ctx, tx, journal.System(), "watch.told", a, "")
	})
}

// Explain closes an alert with a reason, which the journal keeps. It fails with
// watch.ErrOwn for one's own reading, unless there is nobody else, and with
// watch.ErrReason. A second press changes nothing.
func (w *Watch) Explain(ctx context.Context, actor journal.Actor, id, reason string) error {
	return w.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		a, err := watch.ByID(ctx, tx, id)
		if err != nil {
			return err
		}
		circle, _, err := w.tell.Circle(ctx, tx)
		if err != nil {
			return err
		}
		was := a.IsOpen()
		a, text, err := a.Explain(actor.ID, reason, len(circle.Asked(actor.ID)) == 0, w.moment())
		if err != nil || !was {
			return err
		}
		if err := watch.Save(ctx, tx, a); err != nil {
			return err
		}
		return w.note(ctx, tx, actor, "watch.explained", a, text)
	})
}

// Open lists what nobody explained yet, the latest first, at most n.
func (w *Watch) Open(ctx context.Context, n int) ([]watch.Alert, error) {
	return watch.Open(ctx, w.db.R, n)
}

// ByID returns an alert, or watch.ErrNotFound.
func (w *Watch) ByID(ctx context.Context, id string) (watch.Alert, error) {
	return watch.ByID(ctx, w.db.R, id)
}

// Reason is why an alert was explained; empty while it is open.
func (w *Watch) Reason(ctx context.Context, a watch.Alert) (string, error) {
	all, err := journal.ListOf(ctx, w.db.R, journal.Case{Kind: "account", ID: a.Account})
	for _, e := range all {
		if e.Kind == "watch.explained" && e.Facts["alert"] == a.ID {
			return e.Text, err
		}
	}
	return "", err
}

// LogTaken records that actor took the log of who looked out as a file, before its
// first byte leaves. Person and account say what it was narrowed to.
func (w *Watch) LogTaken(ctx context.Context, actor journal.Actor, person, account string, lines int) error {
	return w.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		return journal.Append(ctx, tx, journal.Entry{
			Case: journal.Case{Kind: "firm"}, Kind: "log.exported", Actor: actor, RecordedAt: w.moment(),
			Facts: map[string]string{journal.FactContact: person, "account": account, "lines": strconv.Itoa(lines)},
		})
	})
}
