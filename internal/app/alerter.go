package app

import (
	"context"
	"sync"

	"clepsydra/internal/account"
	"clepsydra/internal/alert"
	"clepsydra/internal/communication"
	"clepsydra/internal/firm"
	"clepsydra/internal/mail"
	"clepsydra/internal/response"
	"clepsydra/internal/slackbot"
)

// alerter sends alerts through the channels that the firm has set up now: the
// settings may change while the program runs.
type alerter struct {
	layouts *mail.Layouts
	speak   func(lang, country string, zone string) alert.Translator

	mu   sync.Mutex
	chat *slackbot.Client
	with slackbot.Config
}

// HasChat reports whether the chat is set up.
func (a *alerter) HasChat(f firm.Firm) bool { return f.Slack.IsSet() }

// HasMail reports whether mail is set up.
func (a *alerter) HasMail(f firm.Firm) bool { return f.SMTP.IsSet() }

func slackConfig(f firm.Firm) slackbot.Config {
	return slackbot.Config{
		BotToken: string(f.Slack.BotToken), Channel: f.Slack.Channel, SigningSecret: string(f.Slack.SigningSecret), APIURL: f.Slack.APIURL,
	}
}

func mailConfig(f firm.Firm) mail.Config {
	return mail.Config{
		Host: f.SMTP.Host, Port: f.SMTP.Port, User: f.SMTP.User, Password: string(f.SMTP.Password), From: f.SMTP.From, TLS: mail.TLSMode(f.SMTP.TLS),
	}
}

// client keeps one client as long as the settings stay the same: it remembers
// that it has looked at its channel.
func (a *alerter) client(f firm.Firm) (*slackbot.Client, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	cfg := slackConfig(f)
	if a.chat != nil && a.with == cfg {
		return a.chat, nil
	}
	c, err := slackbot.New(cfg, func(lang string) alert.Translator { return a.speak(lang, f.Country, f.Zone) })
	if err != nil {
		return nil, alert.Stop("settings", err)
	}
	a.chat, a.with = c, cfg
	return c, nil
}

// Post sends the card of an incident.
func (a *alerter) Post(ctx context.Context, f firm.Firm, al alert.Alert) (response.Posted, error) {
	c, err := a.client(f)
	if err != nil {
		return response.Posted{}, err
	}
	p, err := c.Post(ctx, al)
	return response.Posted(p), err
}

// Update edits the card. A card that somebody deleted is posted anew by the next
// alert; that is no failure of the channel.
func (a *alerter) Update(ctx context.Context, f firm.Firm, p response.Posted, al alert.Alert) error {
	c, err := a.client(f)
	if err != nil {
		return err
	}
	if err := c.Update(ctx, slackbot.Posted(p), al); slackbot.IsGone(err) {
		return response.ErrCardGone
	} else if err != nil {
		return err
	}
	return nil
}

// Reply adds a message to the thread of the card.
func (a *alerter) Reply(ctx context.Context, f firm.Firm, p response.Posted, al alert.Alert) error {
	c, err := a.client(f)
	if err != nil {
		return err
	}
	_, err = c.Reply(ctx, slackbot.Posted(p), al)
	return err
}

// Mail sends an alert to one responder.
func (a *alerter) Mail(ctx context.Context, f firm.Firm, to account.Account, al alert.Alert) error {
	s, err := mail.New(mailConfig(f))
	if err != nil {
		return alert.Stop("settings", err)
	}
	key := string(al.Kind) + "-" + al.IncidentID + "-" + al.Duty + "-" + al.Rung + "-" + string(to.ID)
	m, err := a.layouts.Alert(al, a.speak(al.Language, f.Country, f.Zone), mail.Recipient{Address: to.Email, Firm: f.Name, Key: key, From: f.SMTP.From})
	if err != nil {
		return err
	}
	return s.Send(ctx, m)
}

// Letter sends the letter of a person by mail. Its message id is made of the
// incident and the person, the same at every try.
func (a *alerter) Letter(ctx context.Context, f firm.Firm, l communication.Letter) error {
	s, err := mail.New(mailConfig(f))
	if err != nil {
		return alert.Stop("settings", err)
	}
	return s.Send(ctx, mail.Message{
		To: l.Person.Email, Subject: l.Subject, Text: l.PlainText(),
		MessageID: mail.IDFor(string(l.Person.IncidentID)+"-"+l.Person.ContactID, f.SMTP.From),
	})
}

// Ask sends a wrong recipient the request to confirm that the data are gone.
func (a *alerter) Ask(ctx context.Context, f firm.Firm, to, key string, r response.Request) error {
	s, err := mail.New(mailConfig(f))
	if err != nil {
		return alert.Stop("settings", err)
	}
	return s.Send(ctx, mail.Message{To: to, Subject: r.Subject, Text: r.Text, MessageID: mail.IDFor("ask-"+key, f.SMTP.From)})
}
