package stewardship

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/consent"
	"clepsydra/internal/contact"
	"clepsydra/internal/firm"
	"clepsydra/internal/journal"
	"clepsydra/internal/processing"
	"clepsydra/internal/signup"
)

// runPace is how many people of a run are written to before it rests: mail servers
// throttle whoever sends an old list in one go.
const (
	runPace = 60
	runRest = time.Minute
)

// SendRun is the work behind WorkRepermissionSend: it writes to some of who waits and
// says after which rest to go on; 0 when everybody was written to. Each is marked right
// after his mail left, so that a restart repeats one at most, with the same message id.
func (s *Signups) SendRun(ctx context.Context, id signup.RunID) (rest time.Duration, err error) {
	run, err := signup.RunByID(ctx, s.db.R, id)
	if errors.Is(err, signup.ErrRunUnknown) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if !run.EndedAt.IsZero() || !s.moment().Before(run.Until) {
		return 0, nil
	}
	f, err := s.d.Firms.Get(ctx, s.db.R)
	if err != nil {
		return 0, err
	}
	r, err := processing.Get(ctx, s.db.R)
	if err != nil {
		return 0, err
	}
	purpose, _ := r.Purpose(run.Purpose)
	some, err := signup.EntriesIn(ctx, s.db.R, id, signup.Waiting, runPace)
	if err != nil {
		return 0, err
	}
	for _, e := range some {
		if err := s.askAgain(ctx, f, run, purpose, e); err != nil {
			return 0, err
		}
	}
	if len(some) == runPace {
		return runRest, nil
	}
	run.SentAt = s.moment()
	return 0, s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := signup.SaveRun(ctx, tx, run); err != nil {
			return err
		}
		entry := runEntry(run, "repermission.sent", journal.System(), nil)
		entry.RecordedAt = run.SentAt
		return journal.Append(ctx, tx, entry)
	})
}

// askAgain writes to one person, who is looked at once more: he may have left, said no
// or yes since the run began.
func (s *Signups) askAgain(ctx context.Context, f firm.Firm, run signup.Run, p processing.Purpose, e signup.Entry) error {
	c, err := contact.ByID(ctx, s.db.R, e.ContactID)
	if errors.Is(err, contact.ErrNotFound) {
		return signup.SaveEntry(ctx, s.db.W, skipped(e))
	}
	if err != nil {
		return err
	}
	st, err := s.standings(ctx, s.db.R, p, []contact.Contact{c})
	if err != nil {
		return err
	}
	if !c.CanReceiveMail() || !c.RestrictedAt.IsZero() || !p.IsInUse() || st[c.ID].stopped || st[c.ID].proven {
		return signup.SaveEntry(ctx, s.db.W, skipped(e))
	}
	lang := s.languageOf(c, f)
	w := s.d.Speak(lang, f.Country, f.Location())
	args := map[string]any{"Firm": f.Name, "Until": w.Date(run.Until.Add(-time.Second))}
	refused, err := s.d.Mailer.SendSignup(ctx, f, SignupMail{
		To: c.Email, Language: lang, Key: "repermission-" + string(run.ID) + "-" + string(c.ID),
		Subject: run.Subject[lang], Lead: run.Body[lang], Button: w.T("repermission.mail_button", args),
		Link: address(f, "/keep/"+s.links.Answer(run.ID, c.ID)), Footer: w.T("repermission.mail_footer", args),
		Unsubscribe: address(f, "/u/"+s.links.Unsubscribe(c.ID, run.Purpose)),
	})
	switch {
	case refused:
		return signup.SaveEntry(ctx, s.db.W, skipped(e))
	case err != nil:
		return err
	}
	e.State, e.SentAt = signup.Mailed, s.moment()
	return signup.SaveEntry(ctx, s.db.W, e)
}

func skipped(e signup.Entry) signup.Entry {
	e.State = signup.Skipped
	return e
}

// CloseRun is the work behind WorkRepermissionClose: whoever did not answer is not
// written to again for the purpose, some at a time. Erasing them is for retention.
func (s *Signups) CloseRun(ctx context.Context, id signup.RunID) error {
	run, err := signup.RunByID(ctx, s.db.R, id)
	if errors.Is(err, signup.ErrRunUnknown) {
		return nil
	}
	if err != nil || !run.EndedAt.IsZero() || s.moment().Before(run.Until) {
		return err
	}
	dropped := 0
	for _, state := range []signup.EntryState{signup.Mailed, signup.Waiting} {
		for {
			n, err := s.dropSome(ctx, run, state)
			dropped += n
			if err != nil {
				return fmt.Errorf("close re-permission: %w", err)
			}
			if n == 0 {
				break
			}
		}
	}
	run.EndedAt = s.moment()
	return s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := signup.SaveRun(ctx, tx, run); err != nil {
			return err
		}
		entry := runEntry(run, "repermission.ended", journal.System(), map[string]string{"dropped": strconv.Itoa(dropped)})
		entry.RecordedAt = run.EndedAt
		return journal.Append(ctx, tx, entry)
	})
}

// dropBatch is how many people one transaction drops.
const dropBatch = 200

// dropSome ends some entries of a state. Who was written to and kept silent counts as
// having taken back what nobody could prove. Who agreed or said no in another way in
// the meantime keeps that, and who was never written to is left as he is.
func (s *Signups) dropSome(ctx context.Context, run signup.Run, state signup.EntryState) (n int, err error) {
	at := s.moment()
	err = s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		some, err := signup.EntriesIn(ctx, tx, run.ID, state, dropBatch)
		if err != nil || len(some) == 0 {
			n = 0
			return err
		}
		n = len(some)
		st, err := s.standingsOf(ctx, tx, run.Purpose, some)
		if err != nil {
			return err
		}
		var events []consent.Event
		for _, e := range some {
			now, isThere := st[e.ContactID]
			switch {
			case state == signup.Waiting || !isThere:
				e.State = signup.Skipped
			case now.proven:
				e.State = signup.Kept
			default:
				e.State = signup.Dropped
				if !now.stopped {
					events = append(events, s.answered(run, e, consent.Withdrawn, at))
				}
			}
			if err := signup.SaveEntry(ctx, tx, e); err != nil {
				return err
			}
		}
		return s.recordConsentIn(ctx, tx, journal.System(), events)
	})
	return n, err
}

// standingsOf looks where the people of some entries stand now. Who has left the file,
// by erasure or because an import was taken back, is not among them.
func (s *Signups) standingsOf(ctx context.Context, db bun.IDB, id processing.PurposeID, some []signup.Entry) (map[contact.ID]standing, error) {
	r, err := processing.Get(ctx, db)
	if err != nil {
		return nil, err
	}
	purpose, _ := r.Purpose(id)
	ids := make([]contact.ID, len(some))
	for k, e := range some {
		ids[k] = e.ContactID
	}
	people, err := contact.ByIDs(ctx, db, ids)
	if err != nil {
		return nil, err
	}
	people = slices.DeleteFunc(people, contact.Contact.IsErased)
	return s.standings(ctx, db, purpose, people)
}

// CountedRun is a run with how many people stand where.
type CountedRun struct {
	signup.Run
	Counts map[signup.EntryState]int
}

// Runs lists the re-permission runs, the latest first.
func (s *Signups) Runs(ctx context.Context) ([]CountedRun, error) {
	all, err := signup.Runs(ctx, s.db.R)
	if err != nil {
		return nil, err
	}
	out := make([]CountedRun, len(all))
	for k, r := range all {
		counts, err := signup.CountEntries(ctx, s.db.R, r.ID)
		if err != nil {
			return nil, err
		}
		out[k] = CountedRun{r, counts}
	}
	return out, nil
}
