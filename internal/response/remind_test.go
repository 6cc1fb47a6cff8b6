package response_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"clepsydra/internal/alert"
	"clepsydra/internal/obligation"
	"clepsydra/internal/response"
)

// runUntil lets time pass in steps and does the work that falls due.
func (h *house) runUntil(end time.Time, step time.Duration) {
	h.t.Helper()
	for h.now.Before(end) {
		h.now = h.now.Add(step)
		h.work()
	}
}

func states(rs []obligation.Reminder) map[obligation.ReminderState]int {
	out := map[obligation.ReminderState]int{}
	for _, r := range rs {
		out[r.State]++
	}
	return out
}

func TestEveryReminderArrivesOnItsRung(t *testing.T) {
	each(t, func(h *house) {
		o := h.duty(h.breach(), obligation.NotifyAuthority)
		h.work()
		h.runUntil(o.DueAt.Add(5*time.Minute), 15*time.Minute)
		rs, err := obligation.RemindersOf(ctx, h.db.R, o.ID)
		h.ok(err)
		for _, r := range rs {
			if !r.DueAt.After(h.now) && r.State != obligation.Sent && r.State != obligation.Skipped {
				h.t.Errorf("%s of %v is %s", r.Rung, r.DueAt, r.State)
			}
			if r.State == obligation.Sent && r.SentAt.Sub(r.DueAt) > 15*time.Minute {
				h.t.Errorf("%s came %v late", r.Rung, r.SentAt.Sub(r.DueAt))
			}
		}
		if len(h.out.posted) != 1 {
			h.t.Errorf("%d cards for one incident", len(h.out.posted))
		}
		if len(h.out.replied) < 5 {
			h.t.Errorf("%d replies in the thread", len(h.out.replied))
		}
	})
}

func TestNobodyReactsAndTheDeputyIsAsked(t *testing.T) {
	each(t, func(h *house) {
		h.breach()
		h.runUntil(h.now.Add(2*time.Hour), 15*time.Minute)
		if !strings.Contains(strings.Join(h.out.mails, "\n"), "jan@example.com escalation") {
			h.t.Fatalf("mails: %v", h.out.mails)
		}
	})
}

func TestAcknowledgedDutyDoesNotEscalate(t *testing.T) {
	each(t, func(h *house) {
		o := h.duty(h.breach(), obligation.NotifyAuthority)
		h.work()
		h.ok(h.s.Acknowledge(ctx, h.who, o.ID))
		h.ok(h.s.Acknowledge(ctx, h.who, o.ID)) // a second click changes nothing
		h.runUntil(h.now.Add(3*time.Hour), 15*time.Minute)
		if strings.Contains(strings.Join(h.out.mails, "\n"), "escalation") {
			h.t.Fatalf("mails: %v", h.out.mails)
		}
		if got := h.duty(o.IncidentID, obligation.NotifyAuthority); got.AcknowledgedBy != h.who.ID {
			h.t.Fatalf("acknowledged by %q", got.AcknowledgedBy)
		}
	})
}

func TestBrokenChatIsReplacedByMailAndShown(t *testing.T) {
	each(t, func(h *house) {
		h.out.chatErr = alert.Stop("channel_not_found", errors.New("gone"))
		o := h.duty(h.breach(), obligation.NotifyAuthority)
		h.work()
		rs, err := obligation.RemindersOf(ctx, h.db.R, o.ID)
		h.ok(err)
		if states(rs)[obligation.Sent] == 0 || rs[0].Mails == 0 || rs[0].LastError != "channel_not_found" {
			h.t.Fatalf("first reminder: %+v", rs[0])
		}
		troubles, err := h.s.Troubles(ctx)
		h.ok(err)
		if len(troubles) != 1 || troubles[0].Channel != "slack" {
			h.t.Fatalf("troubles %+v", troubles)
		}
		h.out.chatErr = nil
		h.runUntil(h.now.Add(26*time.Hour), time.Hour)
		troubles, err = h.s.Troubles(ctx)
		h.ok(err)
		if len(troubles) != 0 {
			h.t.Fatalf("the warning stays after the repair: %+v", troubles)
		}
	})
}

func TestReminderThatReachesNobodyStaysPlanned(t *testing.T) {
	each(t, func(h *house) {
		h.out.chatErr, h.out.mailErr = alert.Stop("invalid_auth", errors.New("no")), alert.Stop("auth", errors.New("no"))
		o := h.duty(h.breach(), obligation.NotifyAuthority)
		h.work()
		h.out.queue = nil // the queue has given up
		h.out.chatErr, h.out.mailErr = nil, nil
		h.ok(h.s.Sweep(ctx))
		h.work()
		rs, err := obligation.RemindersOf(ctx, h.db.R, o.ID)
		h.ok(err)
		if rs[0].State != obligation.Sent || rs[0].Attempts < 2 {
			h.t.Fatalf("after the repair: %+v", rs[0])
		}
	})
}

func TestDowntimeIsCaughtUpInOneMessage(t *testing.T) {
	each(t, func(h *house) {
		o := h.duty(h.breach(), obligation.NotifyAuthority)
		h.work()
		before := len(h.out.replied)
		h.now = o.DueAt.Add(-5 * time.Hour) // the program was off for almost three days
		h.ok(h.s.Sweep(ctx))
		h.work()
		if got := len(h.out.replied) - before; got != 1 {
			h.t.Fatalf("%d messages after the downtime", got)
		}
		if a := h.out.replied[len(h.out.replied)-1]; a.Kind != alert.Missed || a.Missed < 3 {
			h.t.Fatalf("message %+v", a)
		}
	})
}

func TestLostReminderRowsAreRestored(t *testing.T) {
	each(t, func(h *house) {
		o := h.duty(h.breach(), obligation.NotifyAuthority)
		_, err := h.db.W.ExecContext(ctx, "DELETE FROM reminders")
		h.ok(err)
		h.ok(h.s.Sweep(ctx))
		rs, err := obligation.RemindersOf(ctx, h.db.R, o.ID)
		h.ok(err)
		if len(rs) < 5 {
			h.t.Fatalf("%d reminders", len(rs))
		}
	})
}

func TestOverdueDutyIsRemindedUntilItIsMet(t *testing.T) {
	each(t, func(h *house) {
		o := h.duty(h.breach(), obligation.NotifyAuthority)
		h.work()
		h.runUntil(o.DueAt.Add(13*time.Hour), 30*time.Minute)
		late := 0
		for _, a := range h.out.replied {
			if a.Kind == alert.Overdue {
				late++
			}
		}
		if late < 3 {
			h.t.Fatalf("%d words about a deadline that passed 13 hours ago", late)
		}
		h.ok(h.s.File(ctx, h.who, o.ID, response.FilingInput{Phase: obligation.Initial, FiledAt: h.now, Receipt: "GBA-1", LateReason: "nobody was there"}))
		n := len(h.out.replied)
		h.runUntil(h.now.Add(24*time.Hour), time.Hour)
		for _, a := range h.out.replied[n:] {
			if a.Kind != alert.Status {
				h.t.Errorf("a reminder after the filing: %+v", a.Kind)
			}
		}
	})
}

func TestWithoutAnyChannelTheBoardIsTheChannel(t *testing.T) {
	each(t, func(h *house) {
		h.out.hasChat, h.out.hasMail = false, false
		o := h.duty(h.breach(), obligation.NotifyAuthority)
		if errs := h.work(); len(errs) > 0 {
			h.t.Fatal(errs)
		}
		rs, err := obligation.RemindersOf(ctx, h.db.R, o.ID)
		h.ok(err)
		if rs[0].State != obligation.Sent {
			h.t.Fatalf("%+v", rs[0])
		}
	})
}

func TestAlertsHoldNothingThatSomebodyTyped(t *testing.T) {
	each(t, func(h *house) {
		o := h.duty(h.breach(), obligation.NotifyAuthority)
		h.runUntil(o.DueAt, time.Hour)
		for _, a := range append(append(h.out.posted, h.out.replied...), h.out.updated...) {
			if err := a.Check(); err != nil {
				h.t.Errorf("%v", err)
			}
			for _, s := range []string{a.Scenario, a.DutyName, a.Status, a.Link} {
				if strings.Contains(s, "groothandel") {
					h.t.Errorf("typed text in %+v", a)
				}
			}
		}
	})
}

func TestUntriagedReportIsBroughtToTheDeputy(t *testing.T) {
	each(t, func(h *house) {
		h.report("key-of-the-form-0001")
		h.runUntil(h.now.Add(5*time.Hour), 30*time.Minute)
		if !strings.Contains(strings.Join(h.out.mails, "\n"), "jan@example.com escalation") {
			h.t.Fatalf("mails: %v", h.out.mails)
		}
	})
}
