package demo

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"clepsydra/internal/alert"
	"clepsydra/internal/locale"
	"clepsydra/internal/mail"
	"clepsydra/internal/slackbot"
	"clepsydra/templates"
)

func workspace(t *testing.T) (*Workspace, *slackbot.Client) {
	t.Helper()
	w, err := NewWorkspace(time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	words, err := locale.Load(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	c, err := slackbot.New(slackbot.Config{BotToken: slackToken, Channel: slackChannel, SigningSecret: slackSecret, APIURL: w.URL()},
		func(lang string) alert.Translator { return words.For(lang, "BE", time.UTC) })
	if err != nil {
		t.Fatal(err)
	}
	return w, c
}

func TestWorkspaceTakesWhatTheProgramSends(t *testing.T) {
	t.Parallel()
	w, c := workspace(t)
	w.SetMember("U1", "lotte@hoeve.example.com")
	if r := c.SelfTest(t.Context(), "nl", time.Now()); !r.OK() {
		t.Fatalf("%+v", r.Steps)
	}
	email, err := c.Email(t.Context(), "U1")
	if err != nil || email != "lotte@hoeve.example.com" {
		t.Errorf("%q, %v", email, err)
	}
	res, err := http.Get(w.Channel())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if shown, err := io.ReadAll(res.Body); err != nil || !strings.Contains(string(shown), w.Messages()[2].Text) {
		t.Errorf("the channel shows %q, %v", shown, err)
	}
	got := w.Messages()
	if len(got) != 3 || got[1].TS != got[0].TS || got[2].Thread != got[0].TS {
		t.Errorf("%+v", got)
	}
}

func TestWorkspaceRefusesLikeSlack(t *testing.T) {
	t.Parallel()
	_, c := workspace(t)
	err := c.Update(t.Context(), slackbot.Posted{Channel: slackChannel, TS: "1.1"}, alert.Alert{Kind: alert.Test, Language: "nl", People: alert.UnknownPeople, At: time.Now()})
	if !slackbot.IsGone(err) {
		t.Errorf("update of nothing: %v", err)
	}
	if _, err := c.Email(t.Context(), "U9"); err == nil {
		t.Error("found a member who does not exist")
	}
}

func TestClickIsSignedAndReadable(t *testing.T) {
	t.Parallel()
	w, c := workspace(t)
	a := alert.Alert{Kind: alert.Reminder, Reference: "INC-2026-0001", IncidentID: "0190", Duty: "notify_authority", DutyName: "Melding", Language: "nl",
		People: alert.UnknownPeople, At: time.Now(), DueAt: time.Now().Add(time.Hour), AcknowledgeID: "0190-ob", Zone: time.UTC, Status: "confirmed", Risk: "high"}
	if _, err := c.Post(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	var act slackbot.Action
	program := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = slackbot.Verify(r.Header, body, slackSecret, time.Now())
		}
		if err == nil {
			act, err = slackbot.ParseInteraction(body)
		}
		if err != nil {
			t.Error(err)
		}
	}))
	defer program.Close()
	if err := w.Click(t.Context(), program.URL, w.Messages()[0], slackbot.ActionAcknowledge, "U1"); err != nil {
		t.Fatal(err)
	}
	if act.Value != "0190-ob" || act.SlackUserID != "U1" || act.TriggerID == "" {
		t.Errorf("%+v", act)
	}
}

func TestMailboxKeepsMails(t *testing.T) {
	t.Parallel()
	box, err := NewMailbox()
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := box.Close(); err != nil {
			t.Error(err)
		}
	}()
	s, err := mail.New(mail.Config{Host: box.Host(), Port: box.Port(), From: "a@example.com", TLS: mail.TLSNone})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Send(context.Background(), mail.Message{To: "b@example.com", Subject: "Eén brief", Text: "Beste"}); err != nil {
		t.Fatal(err)
	}
	got := box.Letters()
	if len(got) != 1 || got[0].To != "b@example.com" || !strings.Contains(got[0].Header("To"), "b@example.com") {
		t.Errorf("%+v", got)
	}
}
