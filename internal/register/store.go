package register

import (
	"context"
	"fmt"
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
	met, err := obligation.SettledSince(ctx, db, obligation.NotifyAuthority, now.AddDate(-1, 0, 0))
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
	return Steps(p[id]), nil
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
	out := make([]Entry, len(list))
	for k, i := range list {
		if out[k], err = entry(ctx, db, i); err != nil {
			return nil, 0, err
		}
	}
	return out, n, nil
}

func entry(ctx context.Context, db bun.IDB, i incident.Incident) (Entry, error) {
	e := Entry{Incident: i, Answers: map[string]string{}}
	var err error
	if e.Duties, err = obligation.OfIncident(ctx, db, i.ID); err != nil {
		return e, err
	}
	for _, o := range e.Duties {
		filings, err := obligation.FilingsOf(ctx, db, o.ID)
		if err != nil {
			return e, err
		}
		e.Filings = append(e.Filings, filings...)
	}
	if e.Decisions, err = incident.DecisionsOf(ctx, db, i.ID); err != nil {
		return e, err
	}
	if e.Evidence, err = incident.EvidenceOf(ctx, db, i.ID); err != nil {
		return e, err
	}
	answers, err := notification.AnswersOf(ctx, db, i.ID)
	if err != nil {
		return e, err
	}
	for id, a := range answers {
		if a.State == notification.Given {
			e.Answers[id] = a.Text
		}
	}
	snapshots, err := communication.SnapshotsOf(ctx, db, i.ID)
	if err != nil || len(snapshots) == 0 {
		return e, err
	}
	for _, s := range snapshots {
		e.Frozen, e.People = true, e.People+s.People
	}
	counts, err := communication.CountsOf(ctx, db, i.ID, "")
	e.Sent = counts.Sent
	return e, err
}
