package stewardship

import (
	"context"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/contact"
	"clepsydra/internal/deadline"
	"clepsydra/internal/journal"
	"clepsydra/internal/processing"
	"clepsydra/internal/retention"
)

// actOnSome lets the next people of a run go, or ends it when nobody is left. Each is
// looked at once more: who did something meanwhile stays, and so does who is held now.
func (s *Service) actOnSome(ctx context.Context, runID string) error {
	went := false
	err := s.inRun(ctx, runID, retention.Acting, func(ctx context.Context, tx bun.Tx, run *retention.Run) error {
		people, err := retention.Next(ctx, tx, run.ID, "", actBatch)
		if err != nil {
			return err
		}
		if len(people) == 0 {
			return s.endRun(ctx, tx, run)
		}
		zone, err := s.keeping.Zone(ctx, tx)
		if err != nil {
			return err
		}
		for _, p := range people {
			if err := s.letGo(ctx, tx, *run, p, zone); err != nil {
				return err
			}
			went = true
		}
		return nil
	})
	if err != nil || went {
		return err
	}
	return s.db.Overwrite(ctx) // once, at the end: it waits for those who read
}

// letGo does with one person what the plan says, and writes what became of him.
func (s *Service) letGo(ctx context.Context, tx bun.Tx, run retention.Run, p retention.Person, zone *time.Location) error {
	c, err := contact.ByID(ctx, tx, p.ContactID)
	if err != nil {
		return err
	}
	stays, err := s.staysNow(ctx, tx, run.Plan, c, zone)
	if err != nil {
		return err
	}
	if stays != "" {
		return retention.Settle(ctx, tx, p, stays, s.moment())
	}
	active := deadline.DateOf(activityOf(c).In(zone))
	state, err := s.keepWhatStays(ctx, tx, run.Plan, c, active, zone)
	if err != nil {
		return err
	}
	// Before he is erased: that takes whoever still waits out of every run.
	if err := retention.Settle(ctx, tx, p, state, s.moment()); err != nil {
		return err
	}
	_, err = s.eraseIn(ctx, tx, journal.Actor{Kind: journal.ByAccount, ID: run.StartedBy}, c.ID, OnRetention)
	return err
}

// staysNow says why somebody is not to go after all; empty when he is.
func (s *Service) staysNow(ctx context.Context, tx bun.Tx, p retention.Plan, c contact.Contact, zone *time.Location) (retention.PersonState, error) {
	switch {
	case c.IsErased():
		return retention.Gone, nil
	case !p.IsDue(activityOf(c).In(zone), c.CreatedAt.In(zone)):
		return retention.Stayed, nil
	}
	held, err := s.heldIn(ctx, tx, []contact.ID{c.ID})
	if len(held) > 0 {
		return retention.Held, err
	}
	return "", err
}

// activityOf is the last activity of somebody, or when his data came in.
func activityOf(c contact.Contact) time.Time {
	if c.ActiveAt.IsZero() {
		return c.CreatedAt
	}
	return c.ActiveAt
}

// keepWhatStays counts somebody who is made anonymous, or keeps apart what a legal
// duty asks for. Who would be in the archive no longer than until today is not put
// there.
func (s *Service) keepWhatStays(ctx context.Context, tx bun.Tx, p retention.Plan, c contact.Contact, active deadline.Date, zone *time.Location) (retention.PersonState, error) {
	switch p.Then {
	case processing.ThenErase:
		return retention.Erased, nil
	case processing.ThenArchive:
		until := p.KeepUntil(active)
		record, err := processing.Get(ctx, tx)
		if err != nil {
			return "", err
		}
		values := retention.ArchiveValues(c, record, p.Archive.Purpose)
		if len(values) > 0 && until.After(deadline.DateOf(s.moment().In(zone))) {
			return retention.Archived, retention.PutArchive(ctx, tx, retention.Record{
				ContactID: c.ID, Values: values, Purpose: p.Archive.Purpose, ArchivedAt: s.moment(), KeepUntil: until.AddDays(1).In(zone).UTC(),
			})
		}
	}
	return retention.Anonymised, retention.AddTo(ctx, tx, retention.GroupsOf(c, zone))
}

// endRun ends a run: its figures are published where they may be, and the journal
// keeps how many went.
func (s *Service) endRun(ctx context.Context, tx bun.Tx, run *retention.Run) error {
	run.State, run.FinishedAt = retention.Ended, s.moment()
	if err := retention.PublishAll(ctx, tx); err != nil {
		return err
	}
	tally, asked, err := retention.Tally(ctx, tx, run.ID)
	if err != nil {
		return err
	}
	facts := map[string]string{"run": run.ID, "asked": strconv.Itoa(asked)}
	for state, n := range tally {
		facts["n_"+string(state)] = strconv.Itoa(n)
	}
	return s.noteRun(ctx, tx, journal.Actor{Kind: journal.ByAccount, ID: run.StartedBy}, "retention.ended", facts)
}

// SweepRetention does what time itself asks for: it ends the archive of those whose
// legal duty is over.
func (s *Service) SweepRetention(ctx context.Context) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		n, err := retention.DropArchive(ctx, tx, s.moment())
		if err != nil || n == 0 {
			return err
		}
		return s.noteRun(ctx, tx, journal.System(), "retention.archive_ended", map[string]string{"people": strconv.Itoa(n)})
	})
}

// RetentionRun is a run and what became of its people.
type RetentionRun struct {
	retention.Run
	Tally map[retention.PersonState]int
	Asked int
}

// RetentionRuns returns the latest runs.
func (s *Service) RetentionRuns(ctx context.Context, limit int) ([]RetentionRun, error) {
	runs, err := retention.Runs(ctx, s.db.R, limit)
	if err != nil {
		return nil, err
	}
	out := make([]RetentionRun, len(runs))
	for i, r := range runs {
		out[i].Run = r
		if out[i].Tally, out[i].Asked, err = retention.Tally(ctx, s.db.R, r.ID); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// RetentionFigures are the published counts of those who were made anonymous.
func (s *Service) RetentionFigures(ctx context.Context) (map[retention.Dimension]map[string]int, error) {
	return retention.Published(ctx, s.db.R)
}

// Archived shows a page of those kept apart for a legal duty, and records it.
func (s *Service) Archived(ctx context.Context, actor journal.Actor, text string, limit, offset int) ([]retention.Record, int, error) {
	all, n, err := retention.Archive(ctx, s.db.R, text, limit, offset)
	if err != nil {
		return nil, 0, err
	}
	shown := ""
	for _, r := range all {
		shown += " " + string(r.ContactID)
	}
	return all, n, s.record(ctx, journal.Entry{
		Case: journal.Case{Kind: "firm"}, Kind: "archive.viewed", Actor: actor, RecordedAt: s.moment(),
		Facts: map[string]string{"found": strconv.Itoa(n), "shown": shown},
	})
}

func restricted(ctx context.Context, db bun.IDB, ids []contact.ID) (map[contact.ID]string, error) {
	found, err := contact.Restricted(ctx, db, ids)
	out := map[contact.ID]string{}
	for _, id := range found {
		out[id] = ""
	}
	return out, err
}
