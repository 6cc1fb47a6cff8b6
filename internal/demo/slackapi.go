package demo

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// What the local workspace is called. The token and the secret open nothing.
const (
	slackToken   = "xoxb-demo-0000"
	slackChannel = "C0DEMO00001"
	slackSecret  = "demo-signing-secret-of-no-value"
	slackTeam    = "T0DEMO00001"
)

// Message is one call that the program made to Slack.
type Message struct {
	At        time.Time       `json:"at"`
	Method    string          `json:"method"`
	Channel   string          `json:"channel,omitempty"`
	TS        string          `json:"ts,omitempty"`
	Thread    string          `json:"thread_ts,omitempty"`
	User      string          `json:"user,omitempty"`
	Broadcast bool            `json:"reply_broadcast,omitempty"`
	Text      string          `json:"text,omitempty"`
	Blocks    json.RawMessage `json:"blocks,omitempty"`
}

// Button returns the value of the button with that action; false when the message
// has none.
func (m Message) Button(action string) (string, bool) {
	var blocks []struct {
		Elements []struct {
			ActionID string `json:"action_id"`
			Value    string `json:"value"`
		} `json:"elements"`
	}
	if json.Unmarshal(m.Blocks, &blocks) != nil {
		return "", false
	}
	for _, b := range blocks {
		for _, e := range b.Elements {
			if e.ActionID == action {
				return e.Value, true
			}
		}
	}
	return "", false
}

// Workspace is a Slack of our own on this machine: it answers the methods the
// program uses, remembers every message and can click on a button.
type Workspace struct {
	clock  func() time.Time
	server *http.Server
	url    string

	mu       sync.Mutex
	members  map[string]string // mail address by Slack user
	messages []Message
	posted   map[string]bool // by ts
	clicks   int
}

// NewWorkspace starts the workspace on a free port. Close ends it.
func NewWorkspace(clock func() time.Time) (*Workspace, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("demo: slack: %w", err)
	}
	w := &Workspace{members: map[string]string{}, clock: clock, url: "http://" + l.Addr().String() + "/api/", posted: map[string]bool{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/{method}", w.serve)
	mux.HandleFunc("GET /{$}", w.channel)
	w.server = &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
	go func() { _ = w.server.Serve(l) }() // ends with Close
	return w, nil
}

// URL is the address of the API, for the settings.
func (w *Workspace) URL() string { return w.url }

// Channel is the address of a plain page with the messages as the channel shows
// them, for whoever tries the program out.
func (w *Workspace) Channel() string { return strings.TrimSuffix(w.url, "api/") }

// channel shows the messages: each card as it was last edited, its thread under it.
func (w *Workspace) channel(rw http.ResponseWriter, _ *http.Request) {
	rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
	messages := w.Messages()
	latest := map[string]string{}
	for _, m := range messages {
		latest[m.TS] = m.Text
	}
	for _, m := range messages {
		if m.Method != "chat.postMessage" || m.Thread != "" {
			continue
		}
		fmt.Fprintf(rw, "%s\n%s\n", m.At.Format(time.DateTime), latest[m.TS])
		for _, reply := range messages {
			if reply.Thread == m.TS {
				fmt.Fprintf(rw, "    %s\n    %s\n", reply.At.Format(time.DateTime), strings.ReplaceAll(reply.Text, "\n", "\n    "))
			}
		}
		fmt.Fprintln(rw)
	}
}

// Close ends the workspace.
func (w *Workspace) Close() error { return w.server.Close() }

// SetMember says which mail address a Slack user has.
func (w *Workspace) SetMember(user, mail string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.members[user] = mail
}

func (w *Workspace) member(user string) (string, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	mail, ok := w.members[user]
	return mail, ok
}

// Messages returns what was sent so far, in order.
func (w *Workspace) Messages() []Message {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]Message(nil), w.messages...)
}

// WriteJSONL writes every message as one line of JSON.
func (w *Workspace) WriteJSONL(out io.Writer) error {
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for _, m := range w.Messages() {
		if err := enc.Encode(m); err != nil {
			return fmt.Errorf("demo: slack: %w", err)
		}
	}
	return nil
}

// serve answers one call the way Slack does: always 200, and "ok" in the body.
func (w *Workspace) serve(rw http.ResponseWriter, r *http.Request) {
	answer := w.answer(r)
	if _, ok := answer["error"]; !ok {
		answer["ok"] = true
	} else {
		answer["ok"] = false
	}
	rw.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(rw).Encode(answer) // the caller is gone: nobody to tell
}

type object = map[string]any

func (w *Workspace) answer(r *http.Request) object {
	if err := r.ParseForm(); err != nil {
		return object{"error": "invalid_form_data"}
	}
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if token == "" {
		token = r.PostForm.Get("token")
	}
	if token != slackToken {
		return object{"error": "invalid_auth"}
	}
	switch method := r.PathValue("method"); method {
	case "auth.test":
		return object{"team": "Hoeve Ter Linde", "team_id": slackTeam, "user": "clepsydra", "user_id": "U0BOT", "url": w.url}
	case "conversations.info":
		if r.PostForm.Get("channel") != slackChannel {
			return object{"error": "channel_not_found"}
		}
		return object{"channel": object{"id": slackChannel, "name": "datalekken", "is_channel": true, "is_member": true}}
	case "users.info":
		id := r.PostForm.Get("user")
		mail, ok := w.member(id)
		if !ok {
			return object{"error": "user_not_found"}
		}
		return object{"user": object{"id": id, "profile": object{"email": mail}}}
	case "chat.postMessage", "chat.update", "chat.postEphemeral":
		return w.keep(method, r.PostForm)
	}
	return object{"error": "unknown_method"}
}

// keep stores a message and answers with where it stands.
func (w *Workspace) keep(method string, form url.Values) object {
	if form.Get("channel") != slackChannel {
		return object{"error": "channel_not_found"}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	m := Message{
		At: w.clock().UTC(), Method: method, Channel: form.Get("channel"), TS: form.Get("ts"), Thread: form.Get("thread_ts"),
		User: form.Get("user"), Broadcast: form.Get("reply_broadcast") == "true", Text: form.Get("text"),
	}
	if b := form.Get("blocks"); b != "" {
		if !json.Valid([]byte(b)) {
			return object{"error": "invalid_blocks"}
		}
		m.Blocks = json.RawMessage(b)
	}
	switch {
	case method == "chat.update" && !w.posted[m.TS]:
		return object{"error": "message_not_found"}
	case m.Thread != "" && !w.posted[m.Thread]:
		return object{"error": "thread_not_found"}
	case m.TS == "":
		m.TS = fmt.Sprintf("%d.%06d", m.At.Unix(), len(w.messages)+1)
		w.posted[m.TS] = true
	}
	w.messages = append(w.messages, m)
	return object{"channel": m.Channel, "ts": m.TS, "message_ts": m.TS, "text": m.Text, "message": object{"text": m.Text, "ts": m.TS}}
}

// errRefused says that the program did not take a click.
var errRefused = errors.New("the click was refused")

// Click presses a button of a message as a Slack user: it sends the signed
// interaction to the program, as Slack does.
func (w *Workspace) Click(ctx context.Context, base string, m Message, action, user string) error {
	value, ok := m.Button(action)
	if !ok {
		return fmt.Errorf("demo: message %s has no button %q", m.TS, action)
	}
	w.mu.Lock()
	w.clicks++
	trigger := fmt.Sprintf("%d.%d.demo", w.clock().Unix(), w.clicks)
	w.mu.Unlock()
	payload, err := json.Marshal(object{
		"type": "block_actions", "trigger_id": trigger, "team": object{"id": slackTeam}, "user": object{"id": user}, "channel": object{"id": m.Channel},
		"container": object{"type": "message", "message_ts": m.TS, "channel_id": m.Channel},
		"actions":   []object{{"type": "button", "action_id": action, "block_id": "duty", "value": value}},
	})
	if err != nil {
		return fmt.Errorf("demo: click: %w", err)
	}
	return w.send(ctx, base, []byte(url.Values{"payload": {string(payload)}}.Encode()))
}

// send signs a body and posts it to the program.
func (w *Workspace) send(ctx context.Context, base string, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(base, "/")+"/slack/interactions", bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("demo: click: %w", err)
	}
	stamp := strconv.FormatInt(w.clock().Unix(), 10)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("X-Slack-Request-Timestamp", stamp)
	req.Header.Set("X-Slack-Signature", signature(stamp, body))
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("demo: click: %w", err)
	}
	if err := res.Body.Close(); err != nil {
		return fmt.Errorf("demo: click: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("demo: click: status %d: %w", res.StatusCode, errRefused)
	}
	return nil
}

// signature is Slack's v0 signature over the moment and the body.
func signature(stamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(slackSecret))
	mac.Write([]byte("v0:" + stamp + ":"))
	mac.Write(body)
	return "v0=" + hex.EncodeToString(mac.Sum(nil))
}
