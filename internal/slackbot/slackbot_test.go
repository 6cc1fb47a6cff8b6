package slackbot_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"clepsydra/internal/alert"
	"clepsydra/internal/slackbot"
)

func reminder() alert.Alert {
	at := time.Date(2026, 6, 14, 10, 0, 0, 0, time.UTC)
	return alert.Alert{
		Kind: alert.Reminder, IncidentID: "0190", Reference: "INC-2026-0012", Scenario: "Letter & parcel <wrong>",
		Status: "confirmed", Risk: "high", People: 1800, DutyName: "Notify the authority", DueAt: at.Add(31 * time.Hour),
		StatutoryAt: at.Add(32 * time.Hour), Missing: []string{"measures"}, ReadyItems: 7, TotalItems: 9,
		Link: "https://leak.example/incidents/0190", AcknowledgeID: "0190-ob", Asked: []string{"lead"}, At: at,
	}
}

// block is what the tests read of a Block Kit block.
type block struct {
	Type     string
	Text     struct{ Type, Text string }
	Fields   []struct{ Type, Text string }
	Elements []struct {
		Type, Value, URL, Style string
		ActionID                string `json:"action_id"`
	}
}

func blocksOf(t *testing.T, form url.Values) []block {
	t.Helper()
	var out []block
	if err := json.Unmarshal([]byte(form.Get("blocks")), &out); err != nil {
		t.Fatalf("blocks %q: %v", form.Get("blocks"), err)
	}
	return out
}

func TestCardHasItsPartsInOrder(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t)
	posted, err := w.client(t).Post(context.Background(), reminder())
	if err != nil || posted != (slackbot.Posted{Channel: "C042", TS: "1718359200.000100"}) {
		t.Fatalf("%+v, %v", posted, err)
	}
	form := w.of("chat.postMessage")[0]
	if form.Get("text") == "" || form.Get("unfurl_links") != "false" || form.Get("unfurl_media") != "false" {
		t.Errorf("plain text or previews: %v", form)
	}
	blocks := blocksOf(t, form)
	var order []string
	for _, b := range blocks {
		order = append(order, b.Type)
	}
	if got := strings.Join(order, " "); got != "header section section context section actions context" {
		t.Fatalf("order %q", got)
	}
	buttons := blocks[5].Elements
	if len(buttons) != 2 || buttons[0].ActionID != slackbot.ActionAcknowledge || buttons[0].Value != "0190-ob" ||
		buttons[0].Style != "primary" || buttons[1].URL != "https://leak.example/incidents/0190" {
		t.Errorf("buttons %+v", buttons)
	}
}

func TestDueTimeIsShownInEachReadersZone(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t)
	a := reminder()
	if _, err := w.client(t).Post(context.Background(), a); err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("<!date^%d^{date_short_pretty} {time}|2026-06-15T17:00:00Z>", a.DueAt.Unix())
	for _, f := range blocksOf(t, w.of("chat.postMessage")[0])[2].Fields {
		if strings.Contains(f.Text, want) {
			return
		}
	}
	t.Errorf("no field holds %s", want)
}

func TestControlSequencesAreEscapedEverywhere(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t)
	a := reminder()
	a.Scenario, a.DutyName = "<!channel> & <#C1>", "a <b> & c"
	c := w.client(t)
	p, err := c.Post(context.Background(), a)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Reply(context.Background(), p, a); err != nil {
		t.Fatal(err)
	}
	for _, form := range w.of("chat.postMessage") {
		raw := form.Get("text") + form.Get("blocks")
		for _, bad := range []string{"<!channel>", "<#C1>", "<b>", `\u003c!channel`, `\u003c#C1`, `\u003cb`} {
			if strings.Contains(raw, bad) {
				t.Errorf("%s came through in %s", bad, raw)
			}
		}
		if !strings.Contains(form.Get("text"), "a &lt;b&gt; &amp; c") {
			t.Errorf("text %q", form.Get("text"))
		}
	}
}

func TestUpdateEditsInPlaceAndReplyStaysInTheThread(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t)
	c, ctx := w.client(t), context.Background()
	p, err := c.Post(ctx, reminder())
	if err != nil {
		t.Fatal(err)
	}
	taken := reminder()
	taken.Acknowledged = true
	if err := c.Update(ctx, p, taken); err != nil {
		t.Fatal(err)
	}
	update := w.of("chat.update")[0]
	if update.Get("ts") != p.TS || strings.Contains(update.Get("blocks"), slackbot.ActionAcknowledge+`"`) {
		t.Errorf("the edited card: %v", update)
	}
	if _, err := c.Reply(ctx, p, reminder()); err != nil {
		t.Fatal(err)
	}
	loud := reminder()
	loud.Broadcast = true
	if _, err := c.Reply(ctx, p, loud); err != nil {
		t.Fatal(err)
	}
	replies := w.of("chat.postMessage")[1:]
	if replies[0].Get("thread_ts") != p.TS || replies[0].Get("reply_broadcast") != "" || replies[1].Get("reply_broadcast") != "true" {
		t.Errorf("replies %v", replies)
	}
	if n := len(w.of("conversations.info")); n != 1 {
		t.Errorf("the channel was looked at %d times, once is enough", n)
	}
}

func TestPersonalDataNeverReachesTheWire(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t)
	a := reminder()
	a.Scenario = "mail to jan.peeters@example.org"
	_, err := w.client(t).Post(context.Background(), a)
	if alert.ClassOf(err) != alert.Permanent || !errors.Is(err, alert.ErrNotAllowed) {
		t.Fatalf("got %v", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.calls) != 0 {
		t.Errorf("Slack was called: %v", w.calls)
	}
}

func TestFailuresAreClassified(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		status int
		body   string
		header []string
		class  alert.Class
		reason string
		after  time.Duration
	}{
		{"rate limit", 429, "", []string{"Retry-After", "37"}, alert.RateLimited, "rate_limited", 37 * time.Second},
		{"500", 500, "", nil, alert.Temporary, "server_error", 0},
		{"503", 503, "", nil, alert.Temporary, "server_error", 0},
		{"own trouble", 200, `{"ok":false,"error":"internal_error"}`, nil, alert.Temporary, "internal_error", 0},
		{"not json", 200, `<html>`, nil, alert.Temporary, "network", 0},
		{"bad token", 200, `{"ok":false,"error":"invalid_auth"}`, nil, alert.Permanent, "invalid_auth", 0},
		{"no channel", 200, `{"ok":false,"error":"channel_not_found"}`, nil, alert.Permanent, "channel_not_found", 0},
		{"not invited", 200, `{"ok":false,"error":"not_in_channel"}`, nil, alert.Permanent, "not_in_channel", 0},
		{"archived", 200, `{"ok":false,"error":"is_archived"}`, nil, alert.Permanent, "is_archived", 0},
		{"switched off", 200, `{"ok":false,"error":"account_inactive"}`, nil, alert.Permanent, "account_inactive", 0},
		{"refused by a proxy", 403, "", nil, alert.Permanent, "http_403", 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorkspace(t)
			w.answer("chat.postMessage", c.status, c.body, c.header...)
			_, err := w.client(t).Post(context.Background(), reminder())
			var failure *alert.SendError
			if !errors.As(err, &failure) {
				t.Fatalf("not classified: %v", err)
			}
			if failure.Class != c.class || failure.Reason != c.reason || alert.After(err) != c.after {
				t.Errorf("got %s %s %v", failure.Class, failure.Reason, failure.After)
			}
			if strings.Contains(err.Error(), "xoxb-test") {
				t.Error("the token is in the error")
			}
		})
	}
}

func TestDeadServerIsTemporary(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	c, err := slackbot.New(slackbot.Config{BotToken: "xoxb-test", Channel: "C042", APIURL: "http://" + addr}, speak)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Post(context.Background(), reminder()); alert.ClassOf(err) != alert.Temporary {
		t.Fatalf("got %v", err)
	}
}

func TestVanishedCardIsRecognised(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t)
	w.answer("chat.update", 200, `{"ok":false,"error":"message_not_found"}`)
	err := w.client(t).Update(context.Background(), slackbot.Posted{Channel: "C042", TS: "1"}, reminder())
	if !slackbot.IsGone(err) || slackbot.IsGone(errors.New("x")) {
		t.Fatalf("got %v", err)
	}
}

func TestSharedChannelIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t)
	w.answer("conversations.info", 200, `{"ok":true,"channel":{"id":"C042","is_ext_shared":true}}`)
	_, err := w.client(t).Post(context.Background(), reminder())
	if alert.ClassOf(err) != alert.Permanent || len(w.of("chat.postMessage")) != 0 {
		t.Fatalf("posted where another firm reads along: %v", err)
	}
}

func TestConfigRefusesWhatCannotWork(t *testing.T) {
	t.Parallel()
	good := slackbot.Config{BotToken: "xoxb-1", Channel: "C042"}
	cases := map[string]struct {
		cfg  slackbot.Config
		want error
	}{
		"no token":     {slackbot.Config{Channel: "C042"}, slackbot.ErrNoToken},
		"channel name": {slackbot.Config{BotToken: "xoxb-1", Channel: "#leaks"}, slackbot.ErrNoChannel},
		"plain http":   {slackbot.Config{BotToken: "xoxb-1", Channel: "C042", APIURL: "http://slack.example/"}, slackbot.ErrUnsafeAddr},
		"good":         {good, nil},
	}
	for name, c := range cases {
		if err := c.cfg.Check(); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if s := fmt.Sprintf("%v %+v %#v", good, good, good); strings.Contains(s, "xoxb") {
		t.Errorf("the token is printed: %s", s)
	}
}
