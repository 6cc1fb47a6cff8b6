package app

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/account"
	"clepsydra/internal/alert"
	"clepsydra/internal/firm"
	"clepsydra/internal/job"
	"clepsydra/internal/locale"
	"clepsydra/internal/mail"
	"clepsydra/internal/stewardship"
)

// workRetention is the job that carries a run of retention on.
const workRetention = "retention.run"

// retentionQueue keeps runs apart, so that they hold up neither reminders nor letters.
const retentionQueue = "retention"

// longestNap is how long a run sleeps at most before it looks again.
const longestNap = 24 * time.Hour

// useRetention hands the customer file what retention needs.
func (a *App) useRetention() {
	a.Stewardship.UseRetention(stewardship.RetentionParts{
		Zone: func(ctx context.Context, db bun.IDB) (*time.Location, error) {
			f, err := a.Firms.Get(ctx, db)
			if err != nil && !errors.Is(err, firm.ErrNotSetUp) {
				return nil, err
			}
			return f.Location(), nil
		},
		Secret: a.key.Derive("stay links"),
		Put: func(ctx context.Context, tx bun.Tx, runID string, at time.Time) error {
			_, err := a.jobs.Enqueue(ctx, tx, task{kind: workRetention, ID: runID}, job.Options{
				UniqueKey: workRetention + ":" + runID, RunAt: at, Queue: retentionQueue,
			})
			return err
		},
		CanAsk: func(ctx context.Context) (bool, error) {
			f, err := a.Firms.Get(ctx, a.DB.R)
			if errors.Is(err, firm.ErrNotSetUp) {
				return false, nil
			}
			return a.alerter.HasMail(f) && f.BaseURL != "", err
		},
		Ask: a.askToStay,
	})
}

// askToStay sends the one question before somebody's data go. It is made of the firm's
// name and contacts, a day and a link.
func (a *App) askToStay(ctx context.Context, q stewardship.Question) error {
	f, err := a.Firms.Get(ctx, a.DB.R)
	if err != nil {
		return err
	}
	lang := q.Person.Language
	if !slices.Contains(locale.Languages(), lang) {
		lang = f.Language
	}
	t := a.Locale.For(lang, f.Country, f.Location())
	args := map[string]any{
		"Firm": f.Name, "Day": t.Date(q.GoOn), "Link": f.BaseURL + "/stay/" + q.Token, "Email": f.Email, "Phone": f.Phone,
	}
	s, err := mail.New(mailConfig(f))
	if err != nil {
		return alert.Stop("settings", err)
	}
	err = s.Send(ctx, mail.Message{
		To: q.Person.Email, Subject: t.T("retention.ask_subject", args), Text: t.T("retention.ask_text", args), MessageID: mail.IDFor("stay-"+q.Key, f.SMTP.From),
	})
	var failed *alert.SendError
	if errors.As(err, &failed) && failed.Class == alert.Permanent && failed.Reason == "recipient" {
		return stewardship.ErrAskRefused
	}
	return err
}

// advanceRetention carries a run on and sleeps while people have time to answer.
func advanceRetention(ctx context.Context, s *stewardship.Service, runID string) error {
	again, err := s.AdvanceRetention(ctx, runID)
	if err != nil || again.IsZero() {
		return outcome(err)
	}
	return job.Snooze(min(longestNap, max(time.Minute, time.Until(again))))
}

// sweepNames erases the names in incidents that were closed long enough ago.
func (a *App) sweepNames(ctx context.Context) error {
	settings, err := a.Stewardship.RetentionSettings(ctx)
	if err != nil {
		return err
	}
	_, err = a.Response.ForgetNames(ctx, settings.IncidentMonths)
	if errors.Is(err, firm.ErrNotSetUp) {
		return nil
	}
	return err
}

// proposeRetention tells the lead once a month how many people are due. It names
// nobody and erases nothing. A mail that fails is not tried again: the page shows the
// same.
func (a *App) proposeRetention(ctx context.Context) error {
	f, err := a.Firms.Get(ctx, a.DB.R)
	if errors.Is(err, firm.ErrNotSetUp) {
		return nil
	}
	if err != nil || !a.alerter.HasMail(f) {
		return err
	}
	due, err := a.Stewardship.ProposeRetention(ctx)
	if err != nil || due == 0 {
		return err
	}
	lead, err := a.Accounts.ByID(ctx, a.DB.R, account.ID(f.LeadID))
	if err != nil {
		return err
	}
	t := a.Locale.For(lead.Language, f.Country, f.Location())
	args := map[string]any{"N": t.Number(due), "Link": f.BaseURL + "/contacts/retention"}
	s, err := mail.New(mailConfig(f))
	if err != nil {
		return err
	}
	if err := s.Send(ctx, mail.Message{
		To: lead.Email, Subject: t.T("retention.proposal_subject", args), Text: t.T("retention.proposal_text", args),
		MessageID: mail.IDFor("due-"+a.clock.Now().UTC().Format("2006-01"), f.SMTP.From),
	}); err != nil {
		a.log.WarnContext(ctx, "the monthly proposal of retention was not sent", "error", err)
	}
	return nil
}
