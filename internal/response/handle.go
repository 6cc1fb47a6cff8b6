package response

import (
	"context"
	"strings"
	"time"

	"clepsydra/internal/incident"
	"clepsydra/internal/journal"
)

// Triage records the first judgement and, for a breach, the register entry that
// Art. 33(5) asks for. Feedback is what the reporter may read; it may be empty.
func (s *Service) Triage(ctx context.Context, actor journal.Actor, id incident.ID, j incident.Judgement, feedback string) error {
	return s.change(ctx, actor, id, func(ctx context.Context, c *change) error { return c.triage(ctx, j, feedback) })
}

func (c *change) triage(ctx context.Context, j incident.Judgement, feedback string) error {
	if err := c.i.Triage(j, c.now); err != nil {
		return err
	}
	if f := strings.TrimSpace(feedback); f != "" {
		c.i.Feedback = f
	}
	if err := c.decide(ctx, "triage", string(j.Verdict), j.Reason); err != nil {
		return err
	}
	if c.i.IsBreach() {
		if err := c.documented(ctx); err != nil {
			return err
		}
	}
	return c.note(ctx, "incident.triaged", map[string]string{"verdict": string(j.Verdict), "kinds": c.i.Kinds.String(), "same": string(j.Same)}, j.Reason)
}

// ConfirmAwareness sets the moment that starts the legal clock, the first time or
// again, and lays out the duty to notify with its reminders. The incident takes the
// version of each law that was in force at that moment, in the firm's zone, and keeps
// it. Every value it ever had stays visible.
func (s *Service) ConfirmAwareness(ctx context.Context, actor journal.Actor, id incident.ID, at time.Time, reason string) error {
	at = at.UTC().Truncate(time.Microsecond)
	return s.change(ctx, actor, id, func(ctx context.Context, c *change) error { return c.confirmAwareness(ctx, at, reason) })
}

func (c *change) confirmAwareness(ctx context.Context, at time.Time, reason string) error {
	before := c.i.Moments.Aware.At
	if err := c.i.ConfirmAwareness(at, reason, c.now); err != nil {
		return err
	}
	if err := c.keepMoment(ctx, incident.Aware, at, reason); err != nil {
		return err
	}
	if err := c.rechoose(ctx, at); err != nil {
		return err
	}
	if err := c.clockFrom(ctx, at, reason); err != nil {
		return err
	}
	if err := c.keepVersion(ctx); err != nil {
		return err
	}
	if err := c.bringAll(ctx, string(incident.AwareOther), reason); err != nil {
		return err
	}
	if err := c.dueFromAwareness(ctx, at); err != nil {
		return err
	}
	kind := "aware.confirmed"
	if !before.IsZero() {
		kind = "aware.changed"
	}
	return c.noteAt(ctx, kind, map[string]string{"at": stamp(at), "before": stamp(before)}, reason, at)
}

// SetMoment sets one of the moments that start no clock; a zero instant takes it
// back to "not known yet".
func (s *Service) SetMoment(ctx context.Context, actor journal.Actor, id incident.ID, k incident.MomentKind, at time.Time, reason string) error {
	if !at.IsZero() {
		at = at.UTC().Truncate(time.Microsecond)
	}
	return s.change(ctx, actor, id, func(ctx context.Context, c *change) error {
		if err := c.i.SetMoment(k, at, reason, c.now); err != nil {
			return err
		}
		if err := c.keepMoment(ctx, k, at, reason); err != nil {
			return err
		}
		return c.note(ctx, "moment.set", map[string]string{"moment": string(k), "at": stamp(at)}, reason)
	})
}

func (c *change) keepMoment(ctx context.Context, k incident.MomentKind, at time.Time, reason string) error {
	return incident.AddMoment(ctx, c.tx, incident.History{
		IncidentID: c.i.ID, Kind: k, At: at, Reason: strings.TrimSpace(reason), SetBy: c.actor.ID, SetAt: c.now,
	})
}

// dueFromAwareness gives their time to the open tasks that count from awareness.
func (c *change) dueFromAwareness(ctx context.Context, at time.Time) error {
	sc, err := c.s.d.Packs.Scenario(c.i.Scenario)
	if err != nil {
		return err
	}
	after := map[string]time.Duration{}
	for _, t := range sc.Tasks {
		if t.From != "reported" {
			after[t.ID] = t.Due
		}
	}
	tasks, err := incident.TasksOf(ctx, c.tx, c.i.ID)
	if err != nil {
		return err
	}
	for _, t := range tasks {
		if d, ok := after[t.Key]; ok && !t.IsDone() {
			t.DueAt = at.Add(d)
			if err := incident.SaveTask(ctx, c.tx, t); err != nil {
				return err
			}
		}
	}
	return nil
}

// Description is what responders say about the incident.
type Description struct {
	Title   string
	Summary string
	Data    []string // categories of data; empty: not known yet
	Approx  incident.Approx
	LeadID  string
}

// Describe changes what is said about the incident.
func (s *Service) Describe(ctx context.Context, actor journal.Actor, id incident.ID, d Description) error {
	return s.change(ctx, actor, id, func(ctx context.Context, c *change) error { return c.describe(ctx, d) })
}

func (c *change) describe(ctx context.Context, d Description) error {
	if !c.i.IsOpen() {
		return incident.ErrNotOpen
	}
	if t := strings.TrimSpace(d.Title); t != "" {
		c.i.Title = incident.Title(t)
	}
	c.i.Summary, c.i.Approx, c.i.Data = strings.TrimSpace(d.Summary), d.Approx, nil
	for _, category := range d.Data {
		if _, err := c.s.d.Packs.Category(category); err != nil {
			return err
		}
		c.i.Data = append(c.i.Data, category)
	}
	if d.LeadID != "" {
		c.i.LeadID = d.LeadID
	}
	return c.note(ctx, "incident.described", map[string]string{"data": strings.Join(c.i.Data, ",")}, "")
}

// Contain records that the leak is stopped.
func (s *Service) Contain(ctx context.Context, actor journal.Actor, id incident.ID, at time.Time) error {
	at = at.UTC().Truncate(time.Microsecond)
	return s.change(ctx, actor, id, func(ctx context.Context, c *change) error {
		if err := c.i.Contain(at, c.now); err != nil {
			return err
		}
		return c.noteAt(ctx, "incident.contained", nil, "", at)
	})
}

// AddNote writes a line into the timeline. happened may lie in the past; zero
// means now.
func (s *Service) AddNote(ctx context.Context, actor journal.Actor, id incident.ID, text string, happened time.Time) error {
	return s.change(ctx, actor, id, func(ctx context.Context, c *change) error {
		text = strings.TrimSpace(text)
		switch {
		case text == "":
			return incident.ErrReasonMissing.At("note")
		case happened.IsZero():
			happened = c.now
		}
		if err := incident.CheckInstant(happened, c.now); err != nil {
			return err
		}
		return c.noteAt(ctx, "note.added", nil, text, happened)
	})
}

// AddEvidence keeps files with their hashes.
func (s *Service) AddEvidence(ctx context.Context, actor journal.Actor, id incident.ID, files []Upload) error {
	examined, err := examine(files)
	if err != nil {
		return err
	}
	return s.change(ctx, actor, id, func(ctx context.Context, c *change) error {
		for k, e := range examined {
			if err := c.addEvidence(ctx, e, files[k].Content); err != nil {
				return err
			}
		}
		return nil
	})
}

// Evidence hands out a file; that it was looked at is recorded.
func (s *Service) Evidence(ctx context.Context, actor journal.Actor, id incident.ID, fileID string) (incident.Evidence, []byte, error) {
	e, content, err := incident.EvidenceContent(ctx, s.d.DB.R, id, fileID)
	if err != nil {
		return incident.Evidence{}, nil, err
	}
	err = s.change(ctx, actor, id, func(ctx context.Context, c *change) error {
		return c.note(ctx, "evidence.read", map[string]string{"evidence": fileID}, "")
	})
	return e, content, err
}

// AddTask adds a task that a responder wrote.
func (s *Service) AddTask(ctx context.Context, actor journal.Actor, id incident.ID, title, role string, due time.Time) error {
	return s.change(ctx, actor, id, func(ctx context.Context, c *change) error {
		title = strings.TrimSpace(title)
		if title == "" {
			return incident.ErrTaskUntitled.At("title")
		}
		tasks, err := incident.TasksOf(ctx, c.tx, id)
		if err != nil {
			return err
		}
		taskID, err := incident.NewID()
		if err != nil {
			return err
		}
		t := incident.Task{ID: taskID, IncidentID: id, Title: title, Role: role, DueAt: due, Position: len(tasks) + 1}
		if err := incident.InsertTasks(ctx, c.tx, []incident.Task{t}); err != nil {
			return err
		}
		return c.note(ctx, "task.added", map[string]string{"task": t.ID}, title)
	})
}

// CompleteTask ticks a task off.
func (s *Service) CompleteTask(ctx context.Context, actor journal.Actor, id incident.ID, taskID, note string) error {
	return s.change(ctx, actor, id, func(ctx context.Context, c *change) error {
		t, err := incident.TaskByID(ctx, c.tx, taskID)
		if err != nil {
			return err
		}
		if t.IncidentID != id {
			return incident.ErrTaskNotFound
		}
		if err := t.Complete(actor.ID, note, c.now); err != nil {
			return err
		}
		if err := incident.SaveTask(ctx, c.tx, t); err != nil {
			return err
		}
		return c.note(ctx, "task.done", map[string]string{"task": t.ID, "step": t.Key}, note)
	})
}

// stamp writes an instant as a fact; a zero one is empty.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}
