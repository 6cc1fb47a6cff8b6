package slackbot_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"clepsydra/internal/slackbot"
)

func TestSelfTestTellsEveryStep(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t)
	r := w.client(t).SelfTest(context.Background(), "en", time.Unix(0, 0))
	if !r.OK() || len(r.Steps) != 5 || r.Identity.Team != "Bakkerij" {
		t.Fatalf("%+v", r)
	}
	if len(w.of("chat.postMessage")) != 2 || len(w.of("chat.update")) != 1 {
		t.Error("it did not post, edit and answer")
	}
}

func TestSelfTestStopsAtTheFirstFailure(t *testing.T) {
	t.Parallel()
	cases := []struct{ method, code, step string }{
		{"auth.test", "invalid_auth", "alert.slack_step_auth"},
		{"conversations.info", "channel_not_found", "alert.slack_step_channel"},
		{"chat.postMessage", "not_in_channel", "alert.slack_step_post"},
		{"chat.update", "cant_update_message", "alert.slack_step_update"},
	}
	for _, c := range cases {
		w := newWorkspace(t)
		w.answer(c.method, 200, `{"ok":false,"error":"`+c.code+`"}`)
		r := w.client(t).SelfTest(context.Background(), "en", time.Unix(0, 0))
		last := r.Steps[len(r.Steps)-1]
		if r.OK() || last.Key != c.step || last.Reason != c.code {
			t.Errorf("%s: %+v", c.method, last)
		}
	}
}

func TestSelfTestGoesOnWhenSlackDoesNotTellAboutTheChannel(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t)
	w.answer("conversations.info", 200, `{"ok":false,"error":"missing_scope"}`)
	r := w.client(t).SelfTest(context.Background(), "en", time.Unix(0, 0))
	if !r.OK() || len(r.Steps) != 5 || !r.Steps[1].Skipped {
		t.Fatalf("%+v", r)
	}
}

func TestEveryKeyOfThePackageIsTranslated(t *testing.T) {
	raw, err := os.ReadFile("../../templates/locales/alert.en.yaml")
	if err != nil {
		t.Fatal(err)
	}
	reasons := []string{"invalid_auth", "missing_scope", "channel_shared", "rate_limited", "network", "server_error", "is_archived", "who_knows"}
	for _, r := range reasons {
		if !strings.Contains(string(raw), slackbot.ReasonKey(r)+":") {
			t.Errorf("%s has no text", slackbot.ReasonKey(r))
		}
	}
	for _, err := range []error{
		slackbot.ErrNoToken, slackbot.ErrNoChannel, slackbot.ErrUnsafeAddr, slackbot.ErrBadBase,
		slackbot.ErrNoSecret, slackbot.ErrBadSignature, slackbot.ErrStale, slackbot.ErrBadPayload,
	} {
		key := strings.Split(err.Error(), ": ")[1]
		if !strings.Contains(string(raw), key+":") {
			t.Errorf("%s has no text", key)
		}
	}
}
