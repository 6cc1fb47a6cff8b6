package app

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/account"
	"clepsydra/internal/alert"
	"clepsydra/internal/communication"
	"clepsydra/internal/contact"
	"clepsydra/internal/document"
	"clepsydra/internal/fault"
	"clepsydra/internal/firm"
	"clepsydra/internal/job"
	"clepsydra/internal/mail"
	"clepsydra/internal/obligation"
	"clepsydra/internal/slackbot"
	"clepsydra/internal/stewardship"
	"clepsydra/internal/web"
	"clepsydra/templates"
)

// buildWeb makes the browser's side and hands it what it may use.
func (a *App) buildWeb() error {
	clicks := clicks{
		db: a.DB, firms: a.Firms, accounts: a.Accounts, response: a.Response, alerter: a.alerter, clock: a.clock.Now, log: a.log,
	}
	var err error
	a.web, err = web.New(web.Deps{
		DB: a.DB, Clock: a.clock.Now, Locale: a.Locale, Templates: templates.FS, Firms: a.Firms, Accounts: a.Accounts,
		Response: a.Response, Contacts: a.Stewardship, Requests: a.Requests, Watch: a.Watch, Sources: a.Sources, Records: a.Records,
		Scans: stewardship.NewScans(a.DB, a.clock.Now, a.Packs), Packs: a.Packs, Rules: a.Rules, RulesFailed: a.rulesFailed, Papers: papers{a.Papers, a.Locale},
		Signups:  a.Signups,
		Channels: channels{a}, Inbound: clicks, Health: a.health, CheckLogo: document.CheckLogo, Log: a.log, Proxy: a.cfg.TrustProxy,
		Secure: strings.HasPrefix(a.cfg.BaseURL, "https://"), Key: a.key.Derive("forms"), Notices: a.notices(),
	})
	return err
}

// affectedBy counts the people of an import who are on a list of people affected:
// such an import cannot be taken back.
func affectedBy(ctx context.Context, tx bun.IDB, id contact.ImportID) (int, error) {
	return communication.CountOfImport(ctx, tx, string(id))
}

// channels tries the ways to responders for the settings pages.
type channels struct{ a *App }

// TestSlack tries every step that an alert takes.
func (c channels) TestSlack(ctx context.Context, f firm.Firm, lang string) ([]web.Step, error) {
	client, err := slackbot.New(slackConfig(f), func(lang string) alert.Translator { return c.a.alerter.speak(lang, f.Country, f.Zone) })
	if err != nil {
		return nil, err
	}
	report := client.SelfTest(ctx, lang, c.a.clock.Now())
	out := make([]web.Step, len(report.Steps))
	for k, s := range report.Steps {
		out[k] = web.Step{Key: s.Key, OK: s.OK(), Skipped: s.Skipped}
		if s.Reason != "" {
			out[k].Advice = slackbot.ReasonKey(s.Reason)
		}
	}
	return out, nil
}

// TestMail sends one message to an account.
func (c channels) TestMail(ctx context.Context, f firm.Firm, to account.Account) error {
	test := alert.Alert{
		Kind: alert.Test, Language: to.Language, Zone: f.Location(), People: alert.UnknownPeople, At: c.a.clock.Now(),
		IncidentID: strconv.FormatInt(c.a.clock.Now().UnixNano(), 36), // a message of its own each time
	}
	err := c.a.alerter.Mail(ctx, f, to, test)
	var failed *alert.SendError
	if errors.As(err, &failed) {
		return fault.New(fault.Invalid, mail.ReasonKey(failed.Reason)).Because(err)
	}
	return err
}

// Manifest is the description with which an app is created at Slack.
func (c channels) Manifest(baseURL string) (string, error) { return slackbot.Manifest(baseURL) }

// SlackClick acts on a button in the chat.
func (c clicks) SlackClick(ctx context.Context, header http.Header, body []byte) (string, error) {
	return "", c.Click(ctx, header, body)
}

// lateAfter is how long a legal reminder may be overdue before health turns red.
const lateAfter = 15 * time.Minute

// health says how the program is: red when a legal reminder is late or the data
// do not answer, with notes when a channel fails or work was given up.
func (a *App) health(ctx context.Context) web.Health {
	var h web.Health
	late, lateErr := obligation.RemindersDue(ctx, a.DB.R, a.clock.Now().Add(-lateAfter))
	dead, deadErr := job.ListDead(ctx, a.DB.R, 100)
	troubles, troubleErr := a.Response.Troubles(ctx)
	sources, sourceErr := a.Sources.Troubled(ctx)
	if err := errors.Join(lateErr, deadErr, troubleErr, sourceErr); err != nil {
		a.log.ErrorContext(ctx, "health", "error", err)
		h.Red, h.Notes = true, append(h.Notes, "health.database")
	}
	if len(late) > 0 {
		h.Red, h.Notes = true, append(h.Notes, "health.reminder_late")
	}
	for _, t := range troubles {
		h.Notes = append(h.Notes, "health.channel_"+t.Channel)
	}
	if a.rulesFailed != nil {
		h.Notes = append(h.Notes, "health.rules_failed")
	}
	if len(sources) > 0 {
		h.Notes = append(h.Notes, "health.source_failed")
	}
	if len(dead) > 0 {
		h.Notes = append(h.Notes, "health.work_given_up")
	}
	h.Facts = []web.HealthFact{
		{Name: "reminders_late", Value: strconv.Itoa(len(late))}, {Name: "work_given_up", Value: strconv.Itoa(len(dead))},
	}
	return h
}
