package slackbot

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"clepsydra/internal/fault"
)

// Errors of inbound requests. None tells the caller more than it must know.
var (
	ErrNoSecret     = fault.New(fault.Unauthorized, "alert.slack_no_secret")
	ErrBadSignature = fault.New(fault.Unauthorized, "alert.slack_bad_signature")
	ErrStale        = fault.New(fault.Unauthorized, "alert.slack_stale")
	ErrBadPayload   = fault.New(fault.Invalid, "alert.slack_bad_payload")
)

// maxAge is how far a request's own time may be from ours, in either direction.
const maxAge = 5 * time.Minute

// InteractionPath is where the manifest tells Slack to send clicks.
const InteractionPath = "/slack/interactions"

// Verify checks that body was signed by Slack with secret no more than five
// minutes from now. The comparison takes constant time; an empty secret refuses
// everything. body must be the raw bytes, before any parsing. A valid request can
// be sent again within the five minutes: the caller remembers TriggerID.
func Verify(header http.Header, body []byte, secret string, now time.Time) error {
	if secret == "" {
		return ErrNoSecret
	}
	stamp := header.Get("X-Slack-Request-Timestamp")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return ErrBadSignature
	}
	given, err := hex.DecodeString(strings.TrimPrefix(header.Get("X-Slack-Signature"), "v0="))
	if err != nil || !strings.HasPrefix(header.Get("X-Slack-Signature"), "v0=") {
		return ErrBadSignature
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("v0:" + stamp + ":"))
	mac.Write(body)
	if !hmac.Equal(given, mac.Sum(nil)) {
		return ErrBadSignature
	}
	// Only now: a stranger does not learn what our clock says.
	if now.Sub(time.Unix(seconds, 0)).Abs() > maxAge {
		return ErrStale
	}
	return nil
}

// Action is one click on a button of a message of ours. TriggerID is unique per
// click and serves to tell a repeated delivery from a second click.
type Action struct {
	ActionID    string
	Value       string
	SlackUserID string
	TriggerID   string
	ResponseURL string
	Channel     string
	MessageTS   string
}

// ParseInteraction reads a click from the raw body of a request that passed
// Verify. The query of the address is never read: it is not signed. Anything but
// a click on a button gives ErrBadPayload.
func ParseInteraction(body []byte) (Action, error) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return Action{}, ErrBadPayload.Because(err)
	}
	var in slack.InteractionCallback
	if err := json.Unmarshal([]byte(form.Get("payload")), &in); err != nil {
		return Action{}, ErrBadPayload.Because(err)
	}
	if in.Type != slack.InteractionTypeBlockActions || len(in.ActionCallback.BlockActions) == 0 {
		return Action{}, ErrBadPayload
	}
	clicked := in.ActionCallback.BlockActions[0]
	act := Action{
		ActionID:    clicked.ActionID,
		Value:       clicked.Value,
		SlackUserID: in.User.ID,
		TriggerID:   in.TriggerID,
		ResponseURL: in.ResponseURL,
		Channel:     in.Channel.ID,
		MessageTS:   in.Container.MessageTs,
	}
	if act.ActionID == "" || act.SlackUserID == "" || act.TriggerID == "" {
		return Action{}, ErrBadPayload
	}
	return act, nil
}
