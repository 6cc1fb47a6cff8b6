package response

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"clepsydra/internal/account"
	"clepsydra/internal/communication"
	"clepsydra/internal/firm"
	"clepsydra/internal/incident"
	"clepsydra/internal/journal"
	"clepsydra/internal/notification"
	"clepsydra/internal/obligation"
	"clepsydra/internal/workflow"
)

// NotificationLanguage is the language to notify in: the wanted one when the
// authority accepts it, else the firm's own, else the authority's first.
func (s *Service) NotificationLanguage(f firm.Firm, wanted string) (string, error) {
	a, err := s.d.Packs.Authority(f.AuthorityID)
	if err != nil {
		return "", err
	}
	for _, lang := range []string{wanted, f.Language} {
		if lang != "" && a.Accepts(lang) {
			return lang, nil
		}
	}
	return a.Languages[0], nil
}

// Dossier puts the notification of an incident together as the facts are now.
func (s *Service) Dossier(ctx context.Context, id incident.ID, lang string) (notification.Dossier, error) {
	return s.dossier(ctx, s.d.DB.R, id, lang)
}

func (s *Service) dossier(ctx context.Context, db bun.IDB, id incident.ID, lang string) (notification.Dossier, error) {
	f, err := s.d.Firms.Get(ctx, db)
	if err != nil {
		return notification.Dossier{}, err
	}
	if lang, err = s.NotificationLanguage(f, lang); err != nil {
		return notification.Dossier{}, err
	}
	words := s.d.Speak(lang, f.Country, f.Location())
	facts, err := s.facts(ctx, db, id, f, words)
	if err != nil {
		return notification.Dossier{}, err
	}
	typed, err := notification.AnswersOf(ctx, db, id)
	if err != nil {
		return notification.Dossier{}, err
	}
	return notification.Compose(facts, typed, words), nil
}

// facts gathers everything that the answers follow from.
func (s *Service) facts(ctx context.Context, db bun.IDB, id incident.ID, f firm.Firm, w Words) (notification.Facts, error) {
	i, err := incident.ByID(ctx, db, id)
	if err != nil {
		return notification.Facts{}, err
	}
	out := notification.Facts{Incident: i, Phase: obligation.Initial, Description: i.Summary, At: s.now()}
	if out.Authority, err = s.d.Packs.Authority(f.AuthorityID); err != nil {
		return out, err
	}
	if out.Firm, err = s.sender(ctx, db, f); err != nil {
		return out, err
	}
	if out.Data, err = s.categories(i.Data); err != nil {
		return out, err
	}
	if sc, err := s.d.Packs.Scenario(i.Scenario); err == nil {
		for _, code := range sc.EDPB.Incident {
			out.Nature = append(out.Nature, w.T("notification.incident_"+code, nil))
		}
	}
	if out.RiskReason, err = (&change{s: s, i: i}).reasonFrom(ctx, db, "risk"); err != nil {
		return out, err
	}
	duties, err := obligation.OfIncident(ctx, db, id)
	if err != nil {
		return out, err
	}
	for _, o := range duties {
		if o.Duty == obligation.NotifyAuthority {
			if err := phaseOf(ctx, db, &out, o); err != nil {
				return out, err
			}
		}
	}
	out.People, err = s.peopleFacts(ctx, db, i, duties, w)
	return out, err
}

func phaseOf(ctx context.Context, db bun.IDB, out *notification.Facts, o obligation.Obligation) error {
	out.Obligation = o
	var err error
	if out.Filings, err = obligation.FilingsOf(ctx, db, o.ID); err != nil {
		return err
	}
	if len(out.Filings) > 0 {
		out.Phase = obligation.Supplementary
	}
	return nil
}

func (c *change) reasonFrom(ctx context.Context, db bun.IDB, kind string) (string, error) {
	all, err := incident.DecisionsOf(ctx, db, c.i.ID)
	if err != nil {
		return "", err
	}
	reason := ""
	for _, d := range all {
		if d.Kind == kind {
			reason = d.Reason
		}
	}
	return reason, nil
}

func (s *Service) sender(ctx context.Context, db bun.IDB, f firm.Firm) (notification.Sender, error) {
	lead, err := s.d.Accounts.ByID(ctx, db, account.ID(f.LeadID))
	if err != nil {
		return notification.Sender{}, err
	}
	contact := joined("\n", f.Name, f.Street, strings.TrimSpace(f.Postcode+" "+f.City), f.Country, f.Email, f.Phone)
	return notification.Sender{
		Name: f.Name, Number: f.CompanyNumber, Contact: contact, Country: f.Country,
		Reporter: lead.Name, ReporterContact: joined("\n", lead.Email, f.Phone),
		DPO: joined("\n", f.DPOName, f.DPOEmail, f.DPOPhone), ContactPoint: contactPoint(f, lead),
		Sector: f.Sector, Size: f.Size,
	}, nil
}

func contactPoint(f firm.Firm, lead account.Account) string {
	if p := joined("\n", f.ContactPoint.Name, f.ContactPoint.Email, f.ContactPoint.Phone); p != "" {
		return p
	}
	return joined("\n", lead.Name, f.Email, f.Phone)
}

func joined(sep string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return strings.TrimSpace(s) == "" }), sep)
}

func (s *Service) categories(ids []string) ([]workflow.Category, error) {
	out := make([]workflow.Category, len(ids))
	for k, id := range ids {
		c, err := s.d.Packs.Category(id)
		if err != nil {
			return nil, err
		}
		out[k] = c
	}
	return out, nil
}

func (s *Service) peopleFacts(ctx context.Context, db bun.IDB, i incident.Incident, duties []obligation.Obligation, w Words) (notification.People, error) {
	out := notification.People{Known: i.Approx.Known, Number: i.Approx.Value}
	for _, o := range duties {
		if o.Duty != obligation.InformPeople {
			continue
		}
		out.Needed = true
		if o.State == obligation.Waived {
			out.Waived = o.Reason
		}
		if o.State == obligation.Met || o.State == obligation.MetLate {
			out.ToldAt = o.SettledAt
		}
	}
	snapshots, err := communication.SnapshotsOf(ctx, db, i.ID)
	if err != nil || len(snapshots) == 0 {
		return out, err
	}
	out.Exact = true
	counts, err := communication.CountsOf(ctx, db, i.ID, "")
	if err != nil {
		return out, err
	}
	out.Countries, out.Letters, out.Minors = counts.Countries, counts.Sent, counts.Minors
	texts, err := communication.TextsOf(ctx, db, i.ID)
	if err != nil {
		return out, err
	}
	if t, ok := texts[w.Lang()]; ok {
		out.Content = joined("\n", t.Nature, t.Consequences, t.Measures, t.Advice)
	}
	return out, nil
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

// question finds a question that may be typed: one of the template or a front
// field of the firm's authority.
func (s *Service) question(f firm.Firm, id string) (notification.Question, error) {
	if q, ok := notification.TypedQuestion(id); ok {
		return q, nil
	}
	a, err := s.d.Packs.Authority(f.AuthorityID)
	if err != nil {
		return notification.Question{}, err
	}
	for _, field := range a.Front {
		if notification.FrontID(field.ID) != id {
			continue
		}
		q := notification.Question{ID: id, Typed: true}
		for _, choice := range field.Choices {
			q.Options = append(q.Options, choice.ID)
		}
		return q, nil
	}
	return notification.Question{}, notification.ErrQuestion.At(id)
}

// ApproveNotification freezes the notification as it stands now, with what is
// still missing, and returns the version. That is not a filing.
func (s *Service) ApproveNotification(ctx context.Context, actor journal.Actor, id incident.ID, lang string) (notification.Paper, error) {
	var out notification.Paper
	err := s.change(ctx, actor, id, func(ctx context.Context, c *change) error {
		if !c.i.IsClockRunning() {
			return incident.ErrNotABreach
		}
		d, err := s.dossier(ctx, c.tx, id, lang)
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
