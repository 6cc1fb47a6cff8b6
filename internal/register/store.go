package register

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/communication"
	"clepsydra/internal/incident"
	"clepsydra/internal/notification"
	"clepsydra/internal/obligation"
)

// boardReports is how many new reports the board lists; the rest is a number.
const boardReports = 20

// BoardAt reads the board as it is at an instant. On a pool its parts are read at
// the same time; inside a transaction one after the other.
func BoardAt(ctx context.Context, db bun.IDB, now time.Time) (Board, error) {
	b := Board{At: now}
	err := together(db,
		func() (err error) { b.Clocks, err = clocks(ctx, db); return err },
		func() (err error) { b.Reports, b.Waiting, err = reports(ctx, db); return err },
		func() error {
			met, err := obligation.SpansSince(ctx, db, obligation.NotifyAuthority, now.AddDate(-1, 0, 0))
			b.Told = figuresOf(met)
			return err
		})
	return b, err
}

// together runs the parts at the same time where each gets a connection of its own.
func together(db bun.IDB, parts ...func() error) error {
	errs := make([]error, len(parts))
	_, isPool := db.(*bun.DB)
	var wg sync.WaitGroup
	for k, part := range parts {
		if !isPool {
			errs[k] = part()
			continue
		}
		wg.Go(func() { errs[k] = part() })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// reports returns the oldest reports that nobody has judged, and how many there are
// in all.
func reports(ctx context.Context, db bun.IDB) ([]incident.Incident, int, error) {
	var ids []string
	err := db.NewRaw("SELECT id FROM incidents WHERE status = ? ORDER BY opened_at LIMIT ?", incident.Reported, boardReports).Scan(ctx, &ids)
	if err != nil {
		return nil, 0, fmt.Errorf("register: reports: %w", err)
	}
	waiting := len(ids)
	if waiting == boardReports {
		if err := db.NewRaw("SELECT count(*) FROM incidents WHERE status = ?", incident.Reported).Scan(ctx, &waiting); err != nil {
			return nil, 0, fmt.Errorf("register: reports: %w", err)
		}
	}
	byID, err := incident.ByIDs(ctx, db, ids)
	if err != nil {
		return nil, 0, err
	}
	out := make([]incident.Incident, len(ids))
	for k, id := range ids {
		out[k] = byID[incident.ID(id)]
	}
	return out, waiting, nil
}

// clocks joins open duties with their incidents and what is known of their
// progress, in a handful of queries however many there are.
func clocks(ctx context.Context, db bun.IDB) ([]Clock, error) {
	var ids []string
	err := db.NewRaw("SELECT DISTINCT incident_id FROM obligations WHERE state = ? AND incident_id IS NOT NULL", obligation.Open).Scan(ctx, &ids)
	if err != nil {
		return nil, fmt.Errorf("register: clocks: %w", err)
	}
	all, progress, err := progressOf(ctx, db, ids)
	if err != nil {
		return nil, err
	}
	var out []Clock
	for _, o := range all {
		if o.IsOpen() {
			p := progress[o.IncidentID]
			out = append(out, Clock{Incident: p.Incident, Obligation: o, Steps: Steps(p), Dots: dots(p.Incident, o)})
		}
	}
	return out, nil
}

// progressOf gathers the progress of incidents, and their duties in one list, the
// nearest end first.
func progressOf(ctx context.Context, db bun.IDB, ids []string) ([]obligation.Obligation, map[incident.ID]Progress, error) {
	out := make(map[incident.ID]Progress, len(ids))
	if len(ids) == 0 {
		return nil, out, nil
	}
	var incidents map[incident.ID]incident.Incident
	var duties []obligation.Obligation
	var papers []paper
	err := together(db,
		func() (err error) { incidents, err = incident.ByIDs(ctx, db, ids); return err },
		func() (err error) { duties, err = obligation.ListOf(ctx, db, ids); return err },
		func() (err error) { papers, err = papersOf(ctx, db, ids); return err })
	if err != nil {
		return nil, nil, err
	}
	for id, i := range incidents {
		out[id] = Progress{Incident: i}
	}
	for _, o := range duties {
		p := out[o.IncidentID]
		p.Duties = append(p.Duties, o)
		out[o.IncidentID] = p
	}
	for _, r := range papers {
		p := out[incident.ID(r.IncidentID)]
		switch r.What {
		case string(notification.PaperNotification):
			p.Approved = true
		case string(notification.PaperLetters):
			p.LettersReady = true
		case "frozen":
			p.Frozen = true
		}
		out[incident.ID(r.IncidentID)] = p
	}
	return duties, out, nil
}

// paper says that an incident has an approved paper or a frozen list.
type paper struct{ IncidentID, What string }

func papersOf(ctx context.Context, db bun.IDB, ids []string) ([]paper, error) {
	var rows []paper
	err := db.NewRaw(`SELECT DISTINCT incident_id, kind AS what FROM papers WHERE incident_id IN (?)
		UNION SELECT DISTINCT incident_id, 'frozen' FROM snapshots WHERE incident_id IN (?)`,
		bun.List(ids), bun.List(ids)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("register: progress: %w", err)
	}
	return rows, nil
}

// StepsOf returns the steps of one incident.
func StepsOf(ctx context.Context, db bun.IDB, id incident.ID) ([]Step, error) {
	_, p, err := progressOf(ctx, db, []string{string(id)})
	if err != nil {
		return nil, err
	}
	known, ok := p[id]
	if !ok {
		return nil, incident.ErrNotFound
	}
	return Steps(known), nil
}

// Entries returns the breaches of the register, the latest first, and how many
// there are. A limit of 0 returns all.
func Entries(ctx context.Context, db bun.IDB, limit, offset int) ([]Entry, int, error) {
	q := incident.Query{OnlyLeak: true, Limit: limit, Offset: offset}
	if limit <= 0 {
		q.Limit = 1 << 30
	}
	list, n, err := incident.List(ctx, db, q)
	if err != nil {
		return nil, 0, err
	}
	out := make([]Entry, 0, len(list))
	for some := range slices.Chunk(list, entriesAtOnce) {
		entries, err := entriesOf(ctx, db, some)
		if err != nil {
			return nil, 0, err
		}
		out = append(out, entries...)
	}
	return out, n, nil
}

// entriesAtOnce is for how many incidents the rest of their entries is read in one
// go: few queries, and none too long for a database.
const entriesAtOnce = 500

func entriesOf(ctx context.Context, db bun.IDB, list []incident.Incident) ([]Entry, error) {
	ids := make([]string, len(list))
	for k, i := range list {
		ids[k] = string(i.ID)
	}
	duties, err := obligation.OfIncidents(ctx, db, ids)
	if err != nil {
		return nil, err
	}
	filings, err := obligation.FilingsOfIncidents(ctx, db, ids)
	if err != nil {
		return nil, err
	}
	decisions, err := incident.DecisionsOfIncidents(ctx, db, ids)
	if err != nil {
		return nil, err
	}
	evidence, err := incident.EvidenceOfIncidents(ctx, db, ids)
	if err != nil {
		return nil, err
	}
	answers, err := notification.GivenOfIncidents(ctx, db, ids)
	if err != nil {
		return nil, err
	}
	told, err := communication.ToldOf(ctx, db, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Entry, len(list))
	for k, i := range list {
		t, frozen := told[i.ID]
		out[k] = Entry{
			Incident: i, Duties: duties[i.ID], Filings: ofNotification(filings[i.ID], duties[i.ID]), Decisions: decisions[i.ID], Evidence: evidence[i.ID],
			Answers: answers[i.ID], Frozen: frozen, People: t.People, Sent: t.Sent,
		}
		if out[k].Answers == nil {
			out[k].Answers = map[string]string{}
		}
	}
	return out, nil
}

// ofNotification keeps the filings of the notification to the authority: steps of
// other laws are filed too and are no part of the register of Art. 33(5).
func ofNotification(all []obligation.Filing, duties []obligation.Obligation) []obligation.Filing {
	var out []obligation.Filing
	for _, f := range all {
		isNotification := func(o obligation.Obligation) bool {
			return o.ID == f.ObligationID && o.Duty == obligation.NotifyAuthority
		}
		if slices.ContainsFunc(duties, isNotification) {
			out = append(out, f)
		}
	}
	return out
}
