package slackbot

import (
	"context"
	"errors"
	"time"

	"clepsydra/internal/alert"
)

// Step is one thing the self test tried. Key is its translation key. Reason is
// empty when it went well, else a code whose advice is at ReasonKey; Skipped says
// that Slack did not let us look, which does not make the test fail.
type Step struct {
	Key     string
	Reason  string
	Skipped bool
	Err     error
}

// OK reports whether the step went well or could be left out.
func (s Step) OK() bool { return s.Err == nil || s.Skipped }

// Report is what a self test saw, in the order it was tried; it ends at the first
// step that failed.
type Report struct {
	Identity Identity
	Steps    []Step
}

// OK reports whether every step of the self test went well.
func (r Report) OK() bool {
	for _, s := range r.Steps {
		if !s.OK() {
			return false
		}
	}
	return len(r.Steps) > 0
}

// SelfTest signs in, looks at the channel, posts a test message, edits it and
// answers in its thread. It tries nothing after the first failure.
func (c *Client) SelfTest(ctx context.Context, language string, at time.Time) Report {
	var (
		report Report
		posted Posted
		test   = alert.Alert{Kind: alert.Test, Language: language, People: alert.UnknownPeople, At: at}
	)
	steps := []struct {
		key string
		do  func() error
	}{
		{"alert.slack_step_auth", func() (err error) { report.Identity, err = c.AuthTest(ctx); return err }},
		{"alert.slack_step_channel", func() error { return c.reviewAgain(ctx) }},
		{"alert.slack_step_post", func() (err error) { posted, err = c.Post(ctx, test); return err }},
		{"alert.slack_step_update", func() error { return c.Update(ctx, posted, test) }},
		{"alert.slack_step_reply", func() error { _, err := c.Reply(ctx, posted, test); return err }},
	}
	for _, s := range steps {
		step := Step{Key: s.key, Err: s.do()}
		var failure *alert.SendError
		if errors.As(step.Err, &failure) {
			step.Reason = failure.Reason
			step.Skipped = failure.Reason == reasonScope && s.key == "alert.slack_step_channel"
		}
		report.Steps = append(report.Steps, step)
		if !step.OK() {
			break
		}
	}
	return report
}

// reviewAgain looks at the channel even when it was looked at before.
func (c *Client) reviewAgain(ctx context.Context) error {
	c.mu.Lock()
	c.reviewed = false
	c.mu.Unlock()
	return c.review(ctx)
}
