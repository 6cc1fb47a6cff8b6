package response_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"clepsydra/internal/alert"
	"clepsydra/internal/communication"
	"clepsydra/internal/incident"
	"clepsydra/internal/journal"
	"clepsydra/internal/obligation"
	"clepsydra/internal/response"
)

func TestReportSentTwiceIsStoredOnce(t *testing.T) {
	each(t, func(h *house) {
		first, second := h.report("one-key-of-one-form"), h.report("one-key-of-one-form")
		if first != second {
			h.t.Fatalf("%+v and %+v", first, second)
		}
		_, n, err := incident.List(ctx, h.db.R, incident.Query{})
		h.ok(err)
		if n != 1 {
			h.t.Fatalf("%d incidents", n)
		}
	})
}

func TestReportSurvivesEveryBrokenChannel(t *testing.T) {
	each(t, func(h *house) {
		h.out.chatErr, h.out.mailErr = alert.Stop("invalid_auth", errors.New("no")), alert.Stop("auth", errors.New("no"))
		r := h.report("key-while-all-is-broken")
		if errs := h.work(); len(errs) == 0 {
			h.t.Fatal("a failure that nobody sees")
		}
		status, err := h.s.StatusOf(ctx, r.Status)
		h.ok(err)
		if status.Status != incident.Reported || status.Receipt.Ref != r.Ref {
			h.t.Fatalf("got %+v", status)
		}
		troubles, err := h.s.Troubles(ctx)
		h.ok(err)
		if len(troubles) != 2 || troubles[1].Reason != "invalid_auth" {
			h.t.Fatalf("troubles %+v", troubles)
		}
	})
}

func TestSecondReportOfTheSameThingIsHinted(t *testing.T) {
	each(t, func(h *house) {
		first := h.report("first-key-of-a-form")
		h.now = h.now.Add(20 * time.Minute)
		if second := h.report("second-key-of-a-form"); second.LooksLike != first.Ref {
			h.t.Fatalf("looks like %q, want %q", second.LooksLike, first.Ref)
		}
	})
}

func TestAwarenessAloneStartsTheClock(t *testing.T) {
	each(t, func(h *house) {
		id := h.report("key-of-the-form-0001").IncidentID
		h.ok(h.s.Triage(ctx, h.who, id, incident.Judgement{Verdict: incident.Breach, Kinds: incident.Kinds{Confidentiality: true}, Reason: "yes"}, ""))
		open, err := obligation.ListOpen(ctx, h.db.R)
		h.ok(err)
		if len(open) != 0 {
			h.t.Fatalf("a clock runs before awareness: %+v", open)
		}
		h.refused(h.s.ConfirmAwareness(ctx, h.who, id, h.now, "  "), incident.ErrReasonMissing)
		h.ok(h.s.ConfirmAwareness(ctx, h.who, id, h.now, "seen in the sent folder"))
		o := h.duty(id, obligation.NotifyAuthority)
		if !o.DueAt.Equal(h.now.Add(72*time.Hour)) || !o.StatutoryAt.After(o.DueAt) {
			h.t.Fatalf("due %v, statutory %v", o.DueAt, o.StatutoryAt)
		}
	})
}

func TestChangedAwarenessMovesTheClockAndStaysVisible(t *testing.T) {
	each(t, func(h *house) {
		id := h.breach()
		before := h.duty(id, obligation.NotifyAuthority)
		earlier := h.now.Add(-30 * time.Minute)
		h.ok(h.s.ConfirmAwareness(ctx, h.who, id, earlier, "the shop knew half an hour before"))
		o := h.duty(id, obligation.NotifyAuthority)
		if o.ID != before.ID || !o.DueAt.Equal(earlier.Add(72*time.Hour)) {
			h.t.Fatalf("due %v", o.DueAt)
		}
		all, err := incident.MomentsOf(ctx, h.db.R, id)
		h.ok(err)
		n := 0
		for _, m := range all {
			if m.Kind == incident.Aware {
				n++
			}
		}
		if n != 2 {
			h.t.Fatalf("%d values of awareness are kept", n)
		}
		reminders, err := obligation.RemindersOf(ctx, h.db.R, o.ID)
		h.ok(err)
		for _, r := range reminders {
			if r.State == obligation.Planned && r.DueAt.After(o.DueAt) && r.Repeat == 0 {
				h.t.Errorf("rung %s still belongs to the old clock: %v", r.Rung, r.DueAt)
			}
		}
	})
}

func TestRiskDecidesWhatTheLawAsks(t *testing.T) {
	each(t, func(h *house) {
		id := h.breach()
		h.ok(h.s.DecideRisk(ctx, h.who, id, response.RiskDecision{Risk: incident.RiskUnlikely, Reason: "encrypted, key safe"}))
		if o := h.duty(id, obligation.NotifyAuthority); o.State != obligation.Waived || o.Reason != "encrypted, key safe" {
			h.t.Fatalf("unlikely: %+v", o)
		}
		h.ok(h.s.DecideRisk(ctx, h.who, id, response.RiskDecision{Risk: incident.HighRiskLikely, Reason: "the key leaked too", Advice: "DPO agrees"}))
		if o := h.duty(id, obligation.NotifyAuthority); o.State != obligation.Open || !o.DueAt.Equal(h.now.Add(72*time.Hour)) {
			h.t.Fatalf("high: %+v", o)
		}
		if o := h.duty(id, obligation.InformPeople); o.State != obligation.Open || !o.DueAt.IsZero() {
			h.t.Fatalf("people: %+v", o)
		}
		h.ok(h.s.DecideRisk(ctx, h.who, id, response.RiskDecision{Risk: incident.RiskLikely, Reason: "only addresses"}))
		if o := h.duty(id, obligation.InformPeople); o.State != obligation.Waived {
			h.t.Fatalf("people after all not: %+v", o)
		}
	})
}

func TestNotificationIsNotWaivedWithoutTheDecision(t *testing.T) {
	each(t, func(h *house) {
		id := h.breach()
		h.refused(h.s.Waive(ctx, h.who, h.duty(id, obligation.NotifyAuthority).ID, "", "we would rather not"), response.ErrWaiveNeedsDecision)
		h.ok(h.s.DecideRisk(ctx, h.who, id, response.RiskDecision{Risk: incident.HighRiskLikely, Reason: "passwords"}))
		people := h.duty(id, obligation.InformPeople).ID
		h.refused(h.s.Waive(ctx, h.who, people, "z", "because"), response.ErrGroundUnknown)
		h.refused(h.s.Waive(ctx, h.who, people, "a", " "), obligation.ErrReasonMissing)
		h.ok(h.s.Waive(ctx, h.who, people, "a", "the file was encrypted"))
	})
}

func TestFilingNeedsReceiptOrReasonAndCancelsReminders(t *testing.T) {
	each(t, func(h *house) {
		id := h.breach()
		o := h.duty(id, obligation.NotifyAuthority)
		in := response.FilingInput{Phase: obligation.Initial, FiledAt: h.now}
		h.refused(h.s.File(ctx, h.who, o.ID, in), obligation.ErrReceipt)
		in.Receipt = "GBA-2026-0815"
		h.ok(h.s.File(ctx, h.who, o.ID, in))
		if got := h.duty(id, obligation.NotifyAuthority); got.State != obligation.Met {
			h.t.Fatalf("state %s", got.State)
		}
		reminders, err := obligation.RemindersOf(ctx, h.db.R, o.ID)
		h.ok(err)
		for _, r := range reminders {
			if r.State == obligation.Planned {
				h.t.Errorf("%s is still planned", r.Rung)
			}
		}
		h.refused(h.s.File(ctx, h.who, o.ID, in), obligation.ErrPhaseOrder)
		in.Phase = obligation.Supplementary
		h.ok(h.s.File(ctx, h.who, o.ID, in))
	})
}

func TestLateFilingDemandsTheReason(t *testing.T) {
	each(t, func(h *house) {
		id := h.breach()
		o := h.duty(id, obligation.NotifyAuthority)
		in := response.FilingInput{Phase: obligation.Initial, Receipt: "GBA-1"}
		h.now = o.DueAt.Add(time.Microsecond)
		in.FiledAt = h.now
		h.refused(h.s.File(ctx, h.who, o.ID, in), obligation.ErrLateReason)
		in.LateReason = "the mail server was the thing that was hacked"
		h.ok(h.s.File(ctx, h.who, o.ID, in))
		if got := h.duty(id, obligation.NotifyAuthority); got.State != obligation.MetLate || got.Reason == "" {
			h.t.Fatalf("%+v", got)
		}
	})
}

func TestFilingExactlyAtTheEndIsInTime(t *testing.T) {
	each(t, func(h *house) {
		id := h.breach()
		o := h.duty(id, obligation.NotifyAuthority)
		h.now = o.DueAt
		h.ok(h.s.File(ctx, h.who, o.ID, response.FilingInput{Phase: obligation.Initial, Receipt: "GBA-1", FiledAt: o.DueAt}))
		if got := h.duty(id, obligation.NotifyAuthority); got.State != obligation.Met {
			h.t.Fatalf("state %s", got.State)
		}
	})
}

func TestClosingWaitsForEveryGate(t *testing.T) {
	each(t, func(h *house) {
		id := h.breach()
		err := h.s.Close(ctx, h.who, id, "", "")
		if err == nil {
			h.t.Fatal("closed with everything open")
		}
		gates, err := h.s.Gates(ctx, id, "")
		h.ok(err)
		keys := map[string]bool{}
		for _, g := range gates {
			keys[g.Key] = true
		}
		for _, want := range []string{"gate.risk_missing", "gate.duty_open", "gate.lessons_missing"} {
			if !keys[want] {
				h.t.Errorf("gate %s does not stand: %v", want, gates)
			}
		}
		h.ok(h.s.DecideRisk(ctx, h.who, id, response.RiskDecision{Risk: incident.RiskUnlikely, Reason: "encrypted"}))
		tasks, err := incident.TasksOf(ctx, h.db.R, id)
		h.ok(err)
		for _, task := range tasks {
			if task.IsGate {
				h.ok(h.s.CompleteTask(ctx, h.who, id, task.ID, "done"))
			}
		}
		h.ok(h.s.Close(ctx, h.who, id, "use the address book", "thank you"))
		h.refused(h.s.AddTask(ctx, h.who, "nobody", "x", "lead", time.Time{}), incident.ErrNotFound)
		h.ok(h.s.Reopen(ctx, h.who, id, "a second file turned up"))
	})
}

func TestEveryChangeIsInAWholeJournal(t *testing.T) {
	each(t, func(h *house) {
		id := h.breach()
		list, err := journal.ListOf(ctx, h.db.R, journal.Case{Kind: "incident", ID: string(id)})
		h.ok(err)
		var kinds []string
		for _, e := range list {
			kinds = append(kinds, e.Kind)
			for name, v := range e.Facts {
				if strings.Contains(v, "groothandel") {
					h.t.Errorf("fact %s of %s holds free text: %q", name, e.Kind, v)
				}
			}
		}
		if got := strings.Join(kinds, " "); got != "incident.reported incident.triaged aware.confirmed" {
			h.t.Fatalf("journal: %s", got)
		}
		_, problems, err := journal.Verify(ctx, h.db.R)
		h.ok(err)
		if len(problems) > 0 {
			h.t.Fatal(problems)
		}
	})
}

func TestUnsubscribedAreToldAndErasedAreNot(t *testing.T) {
	each(t, func(h *house) {
		h.customers(6)
		_, err := h.db.W.ExecContext(ctx, "UPDATE contacts SET marketing = 'unsubscribed' WHERE email = 'k0@example.com'")
		h.ok(err)
		_, err = h.db.W.ExecContext(ctx, "UPDATE contacts SET erased_at = ? WHERE email = 'k1@example.com'", h.now)
		h.ok(err)
		id := h.breach()
		n, err := h.s.PickPeople(ctx, h.who, id, communication.Selection{All: true})
		h.ok(err)
		if n != 5 {
			h.t.Fatalf("picked %d of 6 with one erased", n)
		}
		counts, err := communication.CountsOf(ctx, h.db.R, id, "")
		h.ok(err)
		if counts.Unsubscribed != 1 || counts.Post+counts.Mail != 5 {
			h.t.Fatalf("%+v", counts)
		}
	})
}
