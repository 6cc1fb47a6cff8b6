package response

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/fastlane"
	"clepsydra/internal/fault"
	"clepsydra/internal/firm"
	"clepsydra/internal/incident"
	"clepsydra/internal/journal"
	"clepsydra/internal/recall"
)

// Asking is what the holder of a link may see: who asks, and what he has answered.
type Asking struct {
	Recipient recall.Recipient
	Firm      firm.Firm
	Scenario  string
	Closed    bool // the incident is closed: no answer is needed any more
}

// AskingBy returns what belongs to the secret of a link, or recall.ErrLinkUnknown.
// An expired or revoked link is told together with what it belongs to.
func (s *Service) AskingBy(ctx context.Context, token string) (Asking, error) {
	r, err := recall.ByToken(ctx, s.d.DB.R, token)
	if err != nil {
		return Asking{}, err
	}
	f, err := s.d.Firms.Get(ctx, s.d.DB.R)
	if err != nil {
		return Asking{}, err
	}
	i, err := incident.ByID(ctx, s.d.DB.R, r.IncidentID)
	if err != nil {
		return Asking{}, err
	}
	return Asking{Recipient: r, Firm: f, Scenario: i.Scenario, Closed: !i.IsOpen()}, nil
}

// AnswerByLink keeps what the holder of a link confirms, once: a second sending
// changes nothing and is no error. An answer is taken though the incident was
// closed meanwhile: a confirmation is never lost.
func (s *Service) AnswerByLink(ctx context.Context, token string, a recall.Answer) error {
	r, err := recall.ByToken(ctx, s.d.DB.R, token)
	if err != nil {
		return err
	}
	err = s.change(ctx, journal.Actor{Kind: journal.ByRecipient}, r.IncidentID, func(ctx context.Context, c *change) error {
		r, err := recall.ByToken(ctx, c.tx, token) // it may have been answered or revoked meanwhile
		if err != nil {
			return err
		}
		if len(r.Answers) > 0 {
			return recall.ErrAnswered
		}
		if err := r.Link.Check(c.now); err != nil {
			return err
		}
		a.Via, a.GivenAt = recall.ByLink, c.now
		if err := c.keepAnswer(ctx, &r, a, ""); err != nil {
			return err
		}
		return c.put(ctx, Work{Kind: WorkAnswered, ID: string(c.i.ID), Key: WorkAnswered + ":" + string(c.i.ID), At: c.now})
	})
	if errors.Is(err, recall.ErrAnswered) {
		return nil
	}
	return err
}

// RecordAnswer writes down what a recipient said by telephone, in person or in a
// text of his own, with a paper that proves it if there is one. The same answer
// sent twice is one; another one later takes its place and leaves it visible.
func (s *Service) RecordAnswer(ctx context.Context, actor journal.Actor, id incident.ID, rid recall.ID, a recall.Answer, proof []Upload) error {
	files, err := examine(proof)
	if err != nil {
		return err
	}
	return s.recipient(ctx, actor, id, rid, func(ctx context.Context, c *change, r *recall.Recipient) error {
		if err := checkGiven(a, c.now); err != nil {
			return err
		}
		if last, ok := r.Answer(); ok && isSame(last, a) {
			return nil
		}
		for k, e := range files {
			evidence, err := c.keepEvidence(ctx, e, proof[k].Content)
			if err != nil {
				return err
			}
			a.EvidenceID = evidence
		}
		a.RecordedBy = c.actor.ID
		return c.keepAnswer(ctx, r, a, a.Note)
	})
}

// checkGiven gathers what is wrong with an answer and with its moment.
func checkGiven(a recall.Answer, now time.Time) error {
	var l fault.List
	for _, e := range fault.All(a.Check()) {
		l.Add(e)
	}
	if a.GivenAt.IsZero() {
		l.Add(recall.ErrGivenMissing.At("given"))
	} else if err := incident.CheckInstant(a.GivenAt, now); err != nil {
		for _, e := range fault.All(err) {
			l.Add(e.At("given"))
		}
	}
	return l.OrNil()
}

// isSame reports whether two answers written down by hand say the same.
func isSame(a, b recall.Answer) bool {
	return a.Use == b.Use && a.Fate == b.Fate && a.Via == b.Via && a.Name == b.Name && a.Note == b.Note && a.GivenAt.Equal(b.GivenAt)
}

// keepAnswer adds an answer, writes it into the journal and ticks the scenario's
// task off when it was the last one that was missing.
func (c *change) keepAnswer(ctx context.Context, r *recall.Recipient, a recall.Answer, text string) error {
	id, err := recall.NewID()
	if err != nil {
		return err
	}
	a.ID, a.RecordedAt = id, c.now
	if err := r.Give(a); err != nil {
		return err
	}
	if err := recall.AddAnswer(ctx, c.tx, *r); err != nil {
		return err
	}
	facts := map[string]string{
		"recipient": string(r.ID), "answer": id, "use": string(a.Use), "fate": string(a.Fate), "via": string(a.Via), "wording": a.Version,
	}
	if err := c.noteAt(ctx, "recall.answered", facts, text, a.GivenAt); err != nil {
		return err
	}
	return c.tickRecall(ctx)
}

// isAllBack reports whether every recipient has confirmed, those included who were
// counted on the short way and are not on the list yet.
func isAllBack(ctx context.Context, db bun.IDB, id incident.ID, all []recall.Recipient) (bool, error) {
	d, _, err := fastlane.Of(ctx, db, id)
	return err == nil && recall.Summarise(all).IsConfirmed() && d.Recipients <= len(all), err
}

// tickRecall ticks the task of the scenario off once nobody has it any more.
func (c *change) tickRecall(ctx context.Context) error {
	all, err := recall.OfIncident(ctx, c.tx, c.i.ID)
	if err != nil {
		return err
	}
	if back, err := isAllBack(ctx, c.tx, c.i.ID, all); err != nil || !back {
		return err
	}
	sc, err := c.s.d.Packs.Scenario(c.i.Scenario)
	if err != nil || sc.Recall == "" {
		return nil // a scenario that was taken away ticks nothing off
	}
	tasks, err := incident.TasksOf(ctx, c.tx, c.i.ID)
	if err != nil {
		return err
	}
	for _, t := range tasks {
		if t.Key != sc.Recall || t.IsDone() {
			continue
		}
		if err := t.Complete(c.actor.ID, "", c.now); err != nil {
			return err
		}
		if err := incident.SaveTask(ctx, c.tx, t); err != nil {
			return err
		}
		facts := map[string]string{"task": t.ID, "step": t.Key, "recipients": strconv.Itoa(len(all))}
		if err := c.note(ctx, "task.done", facts, ""); err != nil {
			return err
		}
	}
	return nil
}
