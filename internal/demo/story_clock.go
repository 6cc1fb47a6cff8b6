package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"clepsydra/internal/obligation"
	"clepsydra/internal/slackbot"
)

// reminders lets the hours pass until twelve are left, one reminder after the
// other.
func (t *teller) reminders(ctx context.Context) (string, error) {
	if err := t.h.MoveTo(ctx, t.deadTil.Add(-12*time.Hour+time.Minute)); err != nil {
		return "", err
	}
	sent, err := t.rungs(ctx, obligation.Sent)
	if err != nil {
		return "", err
	}
	for _, want := range []string{"started", "unacknowledged", "first_day", "checklist", "one_day_left", "twelve_hours_left"} {
		if !slices.Contains(sent, want) {
			return "", fmt.Errorf("no reminder %s among %v", want, sent)
		}
	}
	replies, wide := 0, 0
	for _, m := range t.heard("chat.postMessage") {
		if m.Thread != "" {
			replies++
		}
		if m.Broadcast {
			wide++
		}
	}
	if cards := len(t.heard("chat.postMessage")) - replies; cards != 1 || replies < len(sent)-1 || wide == 0 {
		return "", fmt.Errorf("%d cards, %d replies in the thread, %d shown in the channel", cards, replies, wide)
	}
	return fmt.Sprintf("%d reminders in one thread, %d of them for the whole channel: %s", replies, wide, strings.Join(sent, ", ")), t.nothingPersonal()
}

// rungs lists the reminders of the notification that are in a state.
func (t *teller) rungs(ctx context.Context, s obligation.ReminderState) ([]string, error) {
	o, err := t.duty(ctx, obligation.NotifyAuthority)
	if err != nil {
		return nil, err
	}
	all, err := obligation.RemindersOf(ctx, t.h.App.DB.R, o.ID)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, r := range all {
		if r.State == s {
			out = append(out, r.Rung)
		}
	}
	return out, nil
}

// acknowledge presses the button of the latest reminder in Slack, first as
// somebody who may not.
func (t *teller) acknowledge(ctx context.Context) (string, error) {
	posts := t.heard("chat.postMessage")
	slices.Reverse(posts)
	o, err := t.duty(ctx, obligation.NotifyAuthority)
	if err != nil {
		return "", err
	}
	k := slices.IndexFunc(posts, func(m Message) bool {
		value, ok := m.Button(slackbot.ActionAcknowledge)
		return ok && value == string(o.ID)
	})
	if k < 0 {
		return "", errors.New("no message has the button to take the notification on")
	}
	const auditor, lead = "U0DEMO00005", "U0DEMO00000"
	for _, user := range []string{auditor, lead} {
		if err := t.h.Slack.Click(ctx, t.h.App.BaseURL(), posts[k], slackbot.ActionAcknowledge, user); err != nil {
			return "", err
		}
		if o, err = t.duty(ctx, obligation.NotifyAuthority); err != nil {
			return "", err
		}
		if o.AcknowledgedAt.IsZero() != (user == auditor) {
			return "", fmt.Errorf("after the click of %s acknowledged at %s", user, o.AcknowledgedAt)
		}
	}
	if o.AcknowledgedBy != string(t.h.Lead().ID) || len(t.heard("chat.postEphemeral")) != 2 {
		return "", fmt.Errorf("acknowledged by %q, %d answers to the clicks", o.AcknowledgedBy, len(t.heard("chat.postEphemeral")))
	}
	return "the auditor's click was refused, the lead's taken", t.h.Settle(ctx)
}

// nearlyDue shows that in the last stretch nobody is spared, although somebody
// has taken it on.
func (t *teller) nearlyDue(ctx context.Context) (string, error) {
	if err := t.h.MoveTo(ctx, t.deadTil.Add(-5*time.Hour)); err != nil {
		return "", err
	}
	sent, err := t.rungs(ctx, obligation.Sent)
	if err != nil {
		return "", err
	}
	if !slices.Contains(sent, "six_hours_left") {
		return "", fmt.Errorf("no reminder with six hours left among %v", sent)
	}
	if t.mailsTo(t.h.People[2].Email) == 0 {
		return "", errors.New("the last resort got no mail")
	}
	return "six hours left: lead, deputy and last resort were asked", nil
}

// silence lets the rest of the 72 hours pass, and some more: of what was filed
// nobody is reminded again.
func (t *teller) silence(ctx context.Context) (string, error) {
	before, err := t.rungs(ctx, obligation.Sent)
	if err != nil {
		return "", err
	}
	if err := t.h.MoveTo(ctx, t.deadTil.Add(6*time.Hour)); err != nil {
		return "", err
	}
	after, err := t.rungs(ctx, obligation.Sent)
	if err != nil {
		return "", err
	}
	planned, err := t.rungs(ctx, obligation.Planned)
	if err != nil {
		return "", err
	}
	if len(after) != len(before) || len(planned) > 0 {
		return "", fmt.Errorf("after the filing %d more were sent and %v are planned", len(after)-len(before), planned)
	}
	return "six hours past the end nobody was reminded of what is done", nil
}
