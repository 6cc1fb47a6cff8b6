package app

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"clepsydra/internal/account"
	"clepsydra/internal/database"
	"clepsydra/internal/firm"
	"clepsydra/internal/journal"
	"clepsydra/internal/obligation"
	"clepsydra/internal/response"
	"clepsydra/internal/slackbot"
)

// clicks acts on buttons in the chat. Being in the channel is no permission: the
// Slack user is mapped to an account and its role is asked, at every click.
type clicks struct {
	db       *database.DB
	firms    *firm.Store
	accounts *account.Service
	response *response.Service
	alerter  *alerter
	clock    func() time.Time
	log      *slog.Logger
}

// whisperTime is how long the answer to a click may take: Slack waits three
// seconds for ours.
const whisperTime = 1500 * time.Millisecond

// Click verifies and acts on one interaction. A repeated delivery does nothing.
// Refusals of the person are whispered and are no error.
func (c clicks) Click(ctx context.Context, header http.Header, body []byte) error {
	f, err := c.firms.Get(ctx, c.db.R)
	if err != nil {
		return err
	}
	if err := slackbot.Verify(header, body, string(f.Slack.SigningSecret), c.clock()); err != nil {
		return err
	}
	act, err := slackbot.ParseInteraction(body)
	if err != nil {
		return err
	}
	first, err := c.response.FirstTime(ctx, act.TriggerID)
	if err != nil || !first {
		return err
	}
	if act.ActionID != slackbot.ActionAcknowledge {
		return nil // such as the link button, which Slack reports as well
	}
	key, err := c.acknowledge(ctx, f, act)
	if err != nil {
		return err
	}
	c.whisper(ctx, f, act, key)
	return nil
}

// acknowledge returns the translation key of the answer.
func (c clicks) acknowledge(ctx context.Context, f firm.Firm, act slackbot.Action) (string, error) {
	a, err := c.who(ctx, f, act.SlackUserID)
	if errors.Is(err, account.ErrNotFound) || err == nil && (a.IsDisabled() || !a.Role.Can(account.HandleIncident)) {
		return "alert.whisper_forbidden", nil
	}
	if err != nil {
		return "", err
	}
	actor := journal.Actor{Kind: journal.BySlack, ID: string(a.ID)}
	err = c.response.Acknowledge(ctx, actor, obligation.ID(act.Value))
	if errors.Is(err, obligation.ErrSettled) || errors.Is(err, obligation.ErrNotFound) {
		return "alert.whisper_settled", nil
	}
	return "alert.whisper_thanks", err
}

// who finds the account of a Slack user: by the id that an administrator entered,
// else by the mail address that Slack knows.
func (c clicks) who(ctx context.Context, f firm.Firm, slackUserID string) (account.Account, error) {
	a, err := c.accounts.BySlack(ctx, slackUserID)
	if !errors.Is(err, account.ErrNotFound) {
		return a, err
	}
	client, err := c.alerter.client(f)
	if err != nil {
		return account.Account{}, account.ErrNotFound
	}
	ctx, cancel := context.WithTimeout(ctx, whisperTime)
	defer cancel()
	email, err := client.Email(ctx, slackUserID)
	if err != nil || email == "" {
		return account.Account{}, account.ErrNotFound
	}
	return c.accounts.ByEmail(ctx, email)
}

func (c clicks) whisper(ctx context.Context, f firm.Firm, act slackbot.Action, key string) {
	client, err := c.alerter.client(f)
	if err == nil {
		ctx, cancel := context.WithTimeout(ctx, whisperTime)
		defer cancel()
		err = client.Whisper(ctx, act, f.Language, key)
	}
	if err != nil {
		c.log.WarnContext(ctx, "whisper failed", "error", err)
	}
}
