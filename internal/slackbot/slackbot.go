// Package slackbot posts alerts to one Slack channel and understands the clicks
// that come back. It is the only package that knows slack-go.
//
// One incident is one card, edited in place; reminders are replies in its thread.
// Nothing but the allowed fields of an alert leaves through here (alert.Check),
// and nothing in the program waits for Slack: the queue calls this package and
// obeys the class of its errors.
package slackbot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"clepsydra/internal/alert"
	"clepsydra/internal/fault"
)

// Errors of the settings. They belong to the field of the settings form.
var (
	ErrNoToken    = fault.New(fault.Invalid, "alert.slack_no_token").At("bot_token")
	ErrNoChannel  = fault.New(fault.Invalid, "alert.slack_no_channel").At("channel")
	ErrUnsafeAddr = fault.New(fault.Invalid, "alert.slack_unsafe_address").At("api_url")
)

// sendTimeout is how long one call to Slack may take before it counts as a
// network failure.
const sendTimeout = 10 * time.Second

// Config are the settings of one Slack workspace.
type Config struct {
	BotToken      string // xoxb-...; secret
	Channel       string // ID of the channel (C..., G...), never its name
	SigningSecret string // for inbound clicks; secret
	APIURL        string // empty: Slack itself; plain http only to this machine
}

// String shows the settings without their secrets.
func (c Config) String() string { return "slackbot.Config{channel " + c.Channel + "}" }

// GoString shows the settings without their secrets.
func (c Config) GoString() string { return c.String() }

// LogValue keeps the secrets out of the log.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }

// Check reports the first setting that cannot work.
func (c Config) Check() error {
	if strings.TrimSpace(c.BotToken) == "" {
		return ErrNoToken
	}
	if !isChannelID(c.Channel) {
		return ErrNoChannel
	}
	if c.APIURL != "" && !isSafeAddress(c.APIURL) {
		return ErrUnsafeAddr
	}
	return nil
}

// Posted says where a message stands, so that it can be edited later.
type Posted struct {
	Channel string
	TS      string
}

// Client speaks to one channel of one workspace. It is safe for several goroutines.
type Client struct {
	api     *slack.Client
	channel string
	speak   func(language string) alert.Translator

	mu       sync.Mutex
	reviewed bool // the channel was looked at and is not shared with another firm
}

// New makes a client. speak gives the translator of a language; it must answer
// for any language, falling back to one it knows.
func New(cfg Config, speak func(language string) alert.Translator) (*Client, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	options := []slack.Option{slack.OptionHTTPClient(&http.Client{Timeout: sendTimeout})}
	if cfg.APIURL != "" {
		options = append(options, slack.OptionAPIURL(strings.TrimSuffix(cfg.APIURL, "/")+"/"))
	}
	return &Client{api: slack.New(cfg.BotToken, options...), channel: cfg.Channel, speak: speak}, nil
}

// Post sends the card of an incident and returns where it stands. The error is an
// *alert.SendError.
func (c *Client) Post(ctx context.Context, a alert.Alert) (Posted, error) {
	text, err := c.compose(ctx, a)
	if err != nil {
		return Posted{}, err
	}
	channel, ts, err := c.api.PostMessageContext(ctx, c.channel, options(text, cardBlocks(text, a.AcknowledgeID))...)
	if err != nil {
		return Posted{}, classify("post card", err)
	}
	return Posted{Channel: channel, TS: ts}, nil
}

// Update edits the card at p. When the card is gone (IsGone) the caller posts a
// new one. The error is an *alert.SendError.
func (c *Client) Update(ctx context.Context, p Posted, a alert.Alert) error {
	text, err := c.compose(ctx, a)
	if err != nil {
		return err
	}
	if _, _, _, err = c.api.UpdateMessageContext(ctx, p.Channel, p.TS, options(text, cardBlocks(text, a.AcknowledgeID))...); err != nil {
		return classify("update card", err)
	}
	return nil
}

// Reply adds a message to the thread of the card at p; with a.Broadcast it is
// shown in the channel too. The error is an *alert.SendError.
func (c *Client) Reply(ctx context.Context, p Posted, a alert.Alert) (Posted, error) {
	text, err := c.compose(ctx, a)
	if err != nil {
		return Posted{}, err
	}
	opts := append(options(text, replyBlocks(text, a.AcknowledgeID)), slack.MsgOptionTS(p.TS))
	if a.Broadcast {
		opts = append(opts, slack.MsgOptionBroadcast())
	}
	channel, ts, err := c.api.PostMessageContext(ctx, p.Channel, opts...)
	if err != nil {
		return Posted{}, classify("reply", err)
	}
	return Posted{Channel: channel, TS: ts}, nil
}

// Whisper shows the text of a translation key to the person who clicked, and to
// nobody else: "thank you", "you may not do this". It may get lost; nothing may
// depend on it.
func (c *Client) Whisper(ctx context.Context, act Action, language, key string) error {
	text := slack.MsgOptionText(escape(c.speak(language).T(key, nil)), false)
	if _, err := c.api.PostEphemeralContext(ctx, act.Channel, act.SlackUserID, text); err != nil {
		return classify("whisper", err)
	}
	return nil
}

// Email returns the mail address of a Slack user, by which an account is found
// once. It is personal data: it may be compared and bound, never logged.
func (c *Client) Email(ctx context.Context, slackUserID string) (string, error) {
	u, err := c.api.GetUserInfoContext(ctx, slackUserID)
	if err != nil {
		return "", classify("user info", err)
	}
	return u.Profile.Email, nil
}

// Identity is who the bot token belongs to.
type Identity struct {
	Team string
	Bot  string
}

// AuthTest asks Slack whom the token belongs to. The error is an *alert.SendError.
func (c *Client) AuthTest(ctx context.Context) (Identity, error) {
	r, err := c.api.AuthTestContext(ctx)
	if err != nil {
		return Identity{}, classify("auth test", err)
	}
	return Identity{Team: r.Team, Bot: r.User}, nil
}

// compose refuses what may not leave, looks once at the channel, and puts the
// alert into words.
func (c *Client) compose(ctx context.Context, a alert.Alert) (alert.Text, error) {
	if err := a.Check(); err != nil {
		return alert.Text{}, alert.Stop("not_allowed", err)
	}
	if err := c.review(ctx); err != nil && alert.ClassOf(err) == alert.Permanent {
		return alert.Text{}, err
	}
	return alert.Compose(a, c.speak(a.Language)), nil
}

// errShared is the cause of a refusal to post where another firm reads along.
var errShared = errors.New("the channel is shared with another organisation")

// review refuses a channel that is shared with another organisation (Slack
// Connect). It asks once; when Slack does not tell (scope missing), it lets pass.
func (c *Client) review(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.reviewed {
		return nil
	}
	info, err := c.api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: c.channel})
	if err != nil {
		failure := classify("channel info", err)
		if failure.Reason == reasonScope {
			c.reviewed = true
			return alert.Later(reasonScope, err)
		}
		return failure
	}
	if info.IsExtShared || info.IsPendingExtShared {
		return alert.Stop(reasonShared, fmt.Errorf("channel info: %w", errShared))
	}
	if info.IsArchived {
		return alert.Stop("is_archived", errors.New("channel info: is_archived"))
	}
	c.reviewed = true
	return nil
}

// isChannelID reports whether s looks like an ID, not like #name.
func isChannelID(s string) bool {
	if len(s) < 2 || !strings.ContainsRune("CGD", rune(s[0])) {
		return false
	}
	return strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}

// isSafeAddress lets the token travel encrypted, or not leave this machine.
func isSafeAddress(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		return false
	}
	if u.Scheme == "https" {
		return true
	}
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}
