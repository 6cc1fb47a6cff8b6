package register

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/communication"
	"clepsydra/internal/incident"
	"clepsydra/internal/notification"
	"clepsydra/internal/obligation"
)

// boardReports is how many new reports the board lists; the rest is a number.
const boardReports = 20

// BoardAt reads the board as it is at an instant.
func BoardAt(ctx context.Context, db bun.IDB, now time.Time) (Board, error) {
	b := Board{At: now}
	open, err := obligation.ListOpen(ctx, db)
	if err != nil {
		return b, err
	}
	if b.Clocks, err = clocks(ctx, db, open); err != nil {
		return b, err
	}
	var ids []string
	err = db.NewRaw("SELECT id FROM incidents WHERE status = ? ORDER BY opened_at LIMIT ?", incident.Reported, boardReports).Scan(ctx, &ids)
	if err != nil {
		return b, fmt.Errorf("register: reports: %w", err)
	}
	b.Waiting = len(ids)
	if len(ids) == boardReports {
		if err := db.NewRaw("SELECT count(*) FROM incidents WHERE status = ?", incident.Reported).Scan(ctx, &b.Waiting); err != nil {
			return b, fmt.Errorf("register: reports: %w", err)
		}
	}
	byID, err := incident.ByIDs(ctx, db, ids)
	if err != nil {
		return b, err
	}
	for _, id := range ids {
		b.Reports = append(b.Reports, byID[incident.ID(id)])
	}
	met, err := obligation.SpansSince(ctx, db, obligation.NotifyAuthority, now.AddDate(-1, 0, 0))
	if err != nil {
		return b, err
	}
	b.Told = figuresOf(met)
	return b, nil
}

// clocks joins open duties with their incidents and what is known of their
// progress, in a handful of queries however many there are.
func clocks(ctx context.Context, db bun.IDB, open []obligation.Obligation) ([]Clock, error) {
	ids := make([]string, 0, len(open))
	for _, o := range open {
		ids = append(ids, string(o.IncidentID))
	}
	progress, err := progressOf(ctx, db, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Clock, 0, len(open))
	for _, o := range open {
		p := progress[o.IncidentID]
		out = append(out, Clock{Incident: p.Incident, Obligation: o, Steps: Steps(p), Dots: dots(p.Incident, o)})
	}
	return out, nil
}

// progressOf gathers the progress of incidents.
func progressOf(ctx context.Context, db bun.IDB, ids []string) (map[incident.ID]Progress, error) {
	out := map[incident.ID]Progress{}
	if len(ids) == 0 {
		return out, nil
	}
	incidents, err := incident.ByIDs(ctx, db, ids)
	if err != nil {
		return nil, err
	}
	duties, err := obligation.OfIncidents(ctx, db, ids)
	if err != nil {
		return nil, err
	}
	type flags struct{ Approved, LettersReady, Frozen, Printed bool }
	var rows []struct {
		IncidentID string
		What       string
	}
	err = db.NewRaw(`SELECT DISTINCT incident_id, kind AS what FROM papers WHERE incident_id IN (?)
		UNION SELECT DISTINCT incident_id, 'frozen' FROM snapshots WHERE incident_id IN (?)
		UNION SELECT DISTINCT incident_id, 'printed' FROM letter_runs WHERE state = 'done' AND paper_id <> '' AND incident_id IN (?)`,
		bun.List(ids), bun.List(ids), bun.List(ids)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("register: progress: %w", err)
	}
	known := map[string]flags{}
	for _, r := range rows {
		f := known[r.IncidentID]
		switch r.What {
		case string(notification.PaperNotification):
			f.Approved = true
		case string(notification.PaperLetters):
			f.LettersReady = true
		case "frozen":
			f.Frozen = true
		case "printed":
			f.Printed = true
		}
		known[r.IncidentID] = f
	}
	for id, i := range incidents {
		f := known[string(id)]
		out[id] = Progress{Incident: i, Duties: duties[id], Approved: f.Approved, LettersReady: f.LettersReady, Frozen: f.Frozen, LettersPrint: f.Printed}
	}
	return out, nil
}

// StepsOf returns the steps of one incident.
func StepsOf(ctx context.Context, db bun.IDB, id incident.ID) ([]Step, error) {
	p, err := progressOf(ctx, db, []string{string(id)})
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
			Incident: i, Duties: duties[i.ID], Filings: filings[i.ID], Decisions: decisions[i.ID], Evidence: evidence[i.ID],
			Answers: answers[i.ID], Frozen: frozen, People: t.People, Sent: t.Sent,
		}
		if out[k].Answers == nil {
			out[k].Answers = map[string]string{}
		}
	}
	return out, nil
}
