package response

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"clepsydra/internal/firm"
	"clepsydra/internal/incident"
	"clepsydra/internal/journal"
	"clepsydra/internal/notification"
	"clepsydra/internal/obligation"
	"clepsydra/internal/workflow"
)

// Ask says which notification is wanted. An empty language is the firm's own when the
// authority accepts it, else the authority's first; an empty phase is the one that comes
// next.
type Ask struct {
	Language string
	Phase    obligation.Phase
}

// NotificationLanguage is the language to notify in. One that was asked for and that
// the authority does not accept is refused, never silently replaced.
func (s *Service) NotificationLanguage(f firm.Firm, asked string) (string, error) {
	a, err := s.d.Packs.Authority(f.AuthorityID)
	if err != nil {
		return "", err
	}
	switch {
	case asked != "" && !a.Accepts(asked):
		return "", notification.ErrLanguage.With("Language", strings.ToUpper(asked)).With("Accepted", strings.ToUpper(strings.Join(a.Languages, ", ")))
	case asked != "":
		return asked, nil
	case a.Accepts(f.Language):
		return f.Language, nil
	}
	return a.Languages[0], nil
}

// Dossier puts the notification of an incident together as the facts are now. A
// supplement is compared with the version that was filed last.
func (s *Service) Dossier(ctx context.Context, id incident.ID, ask Ask) (notification.Dossier, error) {
	return s.dossier(ctx, s.d.DB.R, id, ask)
}

// ReadingAid is the same notification in the reader's language, which the authority
// need not accept. It is read beside the other and never filed.
func (s *Service) ReadingAid(ctx context.Context, id incident.ID, ask Ask, lang string) (notification.Dossier, error) {
	f, err := s.d.Firms.Get(ctx, s.d.DB.R)
	if err != nil {
		return notification.Dossier{}, err
	}
	ask.Language = lang
	d, _, err := s.compose(ctx, s.d.DB.R, id, f, ask)
	return d, err
}

func (s *Service) dossier(ctx context.Context, db bun.IDB, id incident.ID, ask Ask) (notification.Dossier, error) {
	f, err := s.d.Firms.Get(ctx, db)
	if err != nil {
		return notification.Dossier{}, err
	}
	if ask.Language, err = s.NotificationLanguage(f, ask.Language); err != nil {
		return notification.Dossier{}, err
	}
	d, facts, err := s.compose(ctx, db, id, f, ask)
	if err != nil || facts.Phase != obligation.Supplementary {
		return d, err
	}
	return compared(ctx, db, d, facts.Filings)
}

// compose answers the questions in any language.
func (s *Service) compose(ctx context.Context, db bun.IDB, id incident.ID, f firm.Firm, ask Ask) (notification.Dossier, notification.Facts, error) {
	words := s.d.Speak(ask.Language, f.Country, f.Location())
	facts, err := s.facts(ctx, db, id, f, words)
	if err != nil {
		return notification.Dossier{}, facts, err
	}
	if ask.Phase != "" {
		if known := ask.Phase == obligation.Initial || ask.Phase == obligation.Supplementary || ask.Phase == obligation.Withdrawal; !known || (ask.Phase == obligation.Initial) != (len(facts.Filings) == 0) {
			return notification.Dossier{}, facts, notification.ErrPhase
		}
		facts.Phase = ask.Phase
	}
	typed, err := notification.AnswersOf(ctx, db, id)
	if err != nil {
		return notification.Dossier{}, facts, err
	}
	return notification.Compose(facts, typed, words), facts, nil
}

// compared marks what changed since the last version that was filed from here; a
// filing without a version, or in another language, leaves nothing to compare with.
func compared(ctx context.Context, db bun.IDB, d notification.Dossier, filings []obligation.Filing) (notification.Dossier, error) {
	for _, f := range slices.Backward(filings) {
		if f.PaperID == "" || f.Phase == obligation.Withdrawal {
			continue
		}
		p, err := notification.PaperByID(ctx, db, f.PaperID)
		if err != nil {
			return d, err
		}
		var filed notification.Dossier
		if err := json.Unmarshal([]byte(p.Content), &filed); err != nil {
			return d, fmt.Errorf("response: read paper %s: %w", p.ID, err)
		}
		d, _ = d.Compare(filed, p.Version)
		return d, nil
	}
	return d, nil
}

// Answer keeps what was typed for a question of the notification. An empty state
// forgets it, so that the facts answer again.
func (s *Service) Answer(ctx context.Context, actor journal.Actor, id incident.ID, a notification.Answer) error {
	return s.change(ctx, actor, id, func(ctx context.Context, c *change) error { return c.answer(ctx, a) })
}

func (c *change) answer(ctx context.Context, a notification.Answer) error {
	q, err := c.s.question(c.firm, a.Question)
	if err != nil {
		return err
	}
	if a.State == "" || a.State == notification.Missing {
		if err := notification.DropAnswer(ctx, c.tx, c.i.ID, a.Question); err != nil {
			return err
		}
		return c.note(ctx, "answer.dropped", map[string]string{"question": a.Question}, "")
	}
	if err := a.Check(q); err != nil {
		return err
	}
	a.Text, a.UpdatedBy, a.UpdatedAt = strings.TrimSpace(a.Text), c.actor.ID, c.now
	if a.State != notification.Given {
		a.Text = ""
	}
	if err := notification.SaveAnswer(ctx, c.tx, c.i.ID, a); err != nil {
		return err
	}
	return c.note(ctx, "answer.given", map[string]string{"question": a.Question, "state": string(a.State)}, "")
}

// question finds a question of the authority's form by the id under which its answer
// is kept.
func (s *Service) question(f firm.Firm, id string) (workflow.FormQuestion, error) {
	a, err := s.d.Packs.Authority(f.AuthorityID)
	if err != nil {
		return workflow.FormQuestion{}, err
	}
	q, ok := s.d.Packs.Form(a).Question(id)
	if !ok {
		return q, notification.ErrQuestion
	}
	return q, nil
}

// ApproveNotification freezes the notification as it stands now, with what is
// still missing, and returns the version. That is not a filing.
func (s *Service) ApproveNotification(ctx context.Context, actor journal.Actor, id incident.ID, ask Ask) (notification.Paper, error) {
	var out notification.Paper
	err := s.change(ctx, actor, id, func(ctx context.Context, c *change) error {
		if !c.i.IsClockRunning() {
			return incident.ErrNotABreach
		}
		d, err := s.dossier(ctx, c.tx, id, ask)
		if err != nil {
			return err
		}
		out, err = notification.Approve(ctx, c.tx, notification.Paper{
			IncidentID: id, Kind: notification.PaperNotification, Phase: d.Phase, Language: d.Language, ApprovedBy: actor.ID, ApprovedAt: c.now,
		}, d)
		if err != nil {
			return err
		}
		facts := map[string]string{"paper": out.ID, "version": fmt.Sprint(out.Version), "hash": out.Hash}
		return c.note(ctx, "notification.approved", facts, "")
	})
	return out, err
}
