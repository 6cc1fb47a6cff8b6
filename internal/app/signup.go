package app

import (
	"context"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/alert"
	"clepsydra/internal/firm"
	"clepsydra/internal/job"
	"clepsydra/internal/mail"
	"clepsydra/internal/signup"
	"clepsydra/internal/stewardship"
)

// useSignups makes the verbs of sign-up forms, preferences and re-permission.
func (a *App) useSignups() error {
	var err error
	a.Signups, err = stewardship.NewSignups(stewardship.SignupDeps{
		Contacts: a.Stewardship, Firms: a.Firms, Queue: queue{a.jobs, a.DB}, Mailer: a.alerter, Key: a.key.Derive("signups"),
		Speak: func(lang, country string, zone *time.Location) stewardship.SignupWords {
			return a.Locale.For(lang, country, zone)
		},
	})
	return err
}

// PutSignup enqueues work of sign-ups inside the caller's transaction. Runs that write
// to many stay apart from what somebody waits for.
func (q queue) PutSignup(ctx context.Context, tx bun.IDB, kind, id string, at time.Time) error {
	o := job.Options{UniqueKey: kind + ":" + id, RunAt: at}
	if kind == stewardship.WorkRepermissionSend || kind == stewardship.WorkRepermissionClose {
		o.Queue = lettersQueue
	}
	_, err := q.client.Enqueue(ctx, tx, task{kind: kind, ID: id}, o)
	return err
}

// signupHandlers says who does the work of sign-ups.
func signupHandlers(s *stewardship.Signups) map[string]job.Handler {
	by := func(do func(ctx context.Context, id string) error) job.Handler {
		return job.Handle(func(ctx context.Context, _ job.Run, t task) error { return outcome(do(ctx, t.ID)) })
	}
	return map[string]job.Handler{
		stewardship.WorkSignupMail: by(func(ctx context.Context, id string) error {
			return s.SendSignupMail(ctx, signup.PendingID(id))
		}),
		stewardship.WorkRepermissionSend: by(func(ctx context.Context, id string) error {
			rest, err := s.SendRun(ctx, signup.RunID(id))
			if err == nil && rest > 0 {
				return job.Snooze(rest)
			}
			return err
		}),
		stewardship.WorkRepermissionClose: by(func(ctx context.Context, id string) error { return s.CloseRun(ctx, signup.RunID(id)) }),
	}
}

// SendSignup sends one mail of the sign-ups with its text twin. A mail that may be
// marketing says how to end it in one click (RFC 2369, RFC 8058).
func (a *alerter) SendSignup(ctx context.Context, f firm.Firm, m stewardship.SignupMail) (refused bool, err error) {
	s, err := mail.New(mailConfig(f))
	if err != nil {
		return false, alert.Stop("settings", err)
	}
	page := mail.Page{Language: m.Language, Firm: f.Name, Title: m.Subject, Lead: m.Lead, Button: m.Button, Link: m.Link, Footer: m.Footer}
	if m.Unsubscribe != "" {
		page.Stop, page.StopLink = a.speak(m.Language, f.Country, f.Zone).T("preferences.stop_title", nil), m.Unsubscribe
	}
	text, html, err := a.layouts.Render(page)
	if err != nil {
		return false, err
	}
	msg := mail.Message{To: m.To, Subject: m.Subject, Text: text, HTML: html, MessageID: mail.IDFor(m.Key, f.SMTP.From)}
	if m.Unsubscribe != "" {
		msg.Headers = map[string]string{
			"List-Unsubscribe": "<" + m.Unsubscribe + ">", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
		}
	}
	err = s.Send(ctx, msg)
	var failed *alert.SendError
	if errors.As(err, &failed) && failed.Class == alert.Permanent && (failed.Reason == "recipient" || failed.Reason == "message") {
		return true, nil
	}
	return false, err
}
