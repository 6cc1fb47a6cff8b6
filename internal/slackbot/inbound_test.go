package slackbot_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"clepsydra/internal/slackbot"
)

const secret = "8f742231b10e8888abcd99yyyzzz85a5"

func sign(body []byte, secret string, at time.Time) http.Header {
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("v0:" + stamp + ":" + string(body)))
	h := http.Header{}
	h.Set("X-Slack-Request-Timestamp", stamp)
	h.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
	return h
}

func TestVerify(t *testing.T) {
	now := time.Date(2026, 6, 14, 10, 0, 0, 0, time.UTC)
	body := []byte("payload=%7B%7D")
	with := func(change func(http.Header)) http.Header {
		h := sign(body, secret, now)
		change(h)
		return h
	}
	cases := []struct {
		name   string
		header http.Header
		body   string
		secret string
		want   error
	}{
		{"good", sign(body, secret, now), string(body), secret, nil},
		{"five minutes old", sign(body, secret, now.Add(-5*time.Minute)), string(body), secret, nil},
		{"a second too old", sign(body, secret, now.Add(-5*time.Minute-time.Second)), string(body), secret, slackbot.ErrStale},
		{"from the future", sign(body, secret, now.Add(6*time.Minute)), string(body), secret, slackbot.ErrStale},
		{"tampered body", sign(body, secret, now), "payload=%7B%22a%22%7D", secret, slackbot.ErrBadSignature},
		{"other secret", sign(body, "other", now), string(body), secret, slackbot.ErrBadSignature},
		{"empty secret", sign(body, "", now), string(body), "", slackbot.ErrNoSecret},
		{"no headers", http.Header{}, string(body), secret, slackbot.ErrBadSignature},
		{"no version", with(func(h http.Header) {
			h.Set("X-Slack-Signature", strings.TrimPrefix(h.Get("X-Slack-Signature"), "v0="))
		}), string(body), secret, slackbot.ErrBadSignature},
		{"not hexadecimal", with(func(h http.Header) { h.Set("X-Slack-Signature", "v0=zz") }), string(body), secret, slackbot.ErrBadSignature},
		{"newer timestamp than signed", with(func(h http.Header) {
			h.Set("X-Slack-Request-Timestamp", strconv.FormatInt(now.Unix()+1, 10))
		}), string(body), secret, slackbot.ErrBadSignature},
	}
	for _, c := range cases {
		if err := slackbot.Verify(c.header, []byte(c.body), c.secret, now); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
	}
}

const click = `{"type":"block_actions","trigger_id":"12.34.ab","response_url":"https://hooks.slack.com/x",
"user":{"id":"U7","username":"an"},"channel":{"id":"C042"},"container":{"type":"message","message_ts":"171.1","channel_id":"C042"},
"actions":[{"action_id":"acknowledge","value":"0190-ob","type":"button","block_id":"b"}]}`

func TestParseInteractionReadsTheClick(t *testing.T) {
	got, err := slackbot.ParseInteraction([]byte(url.Values{"payload": {click}}.Encode()))
	want := slackbot.Action{
		ActionID: slackbot.ActionAcknowledge, Value: "0190-ob", SlackUserID: "U7", TriggerID: "12.34.ab",
		ResponseURL: "https://hooks.slack.com/x", Channel: "C042", MessageTS: "171.1",
	}
	if err != nil || got != want {
		t.Fatalf("%+v, %v", got, err)
	}
}

func TestParseInteractionRefusesTheRest(t *testing.T) {
	bodies := map[string]string{
		"empty":         "",
		"no payload":    "other=1",
		"not json":      "payload=hello",
		"json body":     click,
		"not a click":   url.Values{"payload": {`{"type":"view_submission"}`}}.Encode(),
		"no actions":    url.Values{"payload": {`{"type":"block_actions","trigger_id":"1","user":{"id":"U"},"actions":[]}`}}.Encode(),
		"no trigger":    url.Values{"payload": {strings.Replace(click, "12.34.ab", "", 1)}}.Encode(),
		"bad encoding":  "payload=%zz",
		"no user":       url.Values{"payload": {strings.Replace(click, `"U7"`, `""`, 1)}}.Encode(),
		"null payload":  "payload=null",
		"array payload": "payload=[]",
	}
	for name, body := range bodies {
		if act, err := slackbot.ParseInteraction([]byte(body)); !errors.Is(err, slackbot.ErrBadPayload) {
			t.Errorf("%s: %+v, %v", name, act, err)
		}
	}
}

func FuzzParseInteraction(f *testing.F) {
	f.Add([]byte(url.Values{"payload": {click}}.Encode()))
	f.Add([]byte("payload=%7B%22type%22%3A%22block_actions%22%7D"))
	f.Fuzz(func(t *testing.T, body []byte) {
		act, err := slackbot.ParseInteraction(body)
		if err == nil && (act.TriggerID == "" || act.SlackUserID == "") {
			t.Fatalf("accepted without identity: %+v", act)
		}
	})
}

func TestWhisperIsForOnePersonOnly(t *testing.T) {
	w := newWorkspace(t)
	act := slackbot.Action{Channel: "C042", SlackUserID: "U7"}
	if err := w.client(t).Whisper(context.Background(), act, "en", "alert.slack_refused"); err != nil {
		t.Fatal(err)
	}
	form := w.of("chat.postEphemeral")[0]
	if form.Get("user") != "U7" || form.Get("text") != "alert.slack_refused" {
		t.Errorf("%v", form)
	}
}

func TestManifestPointsHere(t *testing.T) {
	got, err := slackbot.Manifest("https://leak.example/")
	if err != nil {
		t.Fatal(err)
	}
	var m struct {
		Settings struct {
			Interactivity struct {
				IsEnabled  bool   `yaml:"is_enabled"`
				RequestURL string `yaml:"request_url"`
			}
			SocketMode bool `yaml:"socket_mode_enabled"`
		}
	}
	if err := yaml.Unmarshal([]byte(got), &m); err != nil {
		t.Fatal(err)
	}
	if m.Settings.Interactivity.RequestURL != "https://leak.example"+slackbot.InteractionPath || !m.Settings.Interactivity.IsEnabled {
		t.Errorf("%+v", m)
	}
	for _, bad := range []string{"", "leak.example", "http://leak.example", "https://leak.example/x", "https://a:b@leak.example", "https://x\n.example", `https://a"b.example`} {
		if _, err := slackbot.Manifest(bad); !errors.Is(err, slackbot.ErrBadBase) {
			t.Errorf("%q was accepted", bad)
		}
	}
}
