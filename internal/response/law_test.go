package response_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
	"clepsydra/internal/firm"
	"clepsydra/internal/incident"
	"clepsydra/internal/obligation"
	"clepsydra/internal/response"
	"clepsydra/internal/workflow"
	"clepsydra/workflows"
)

// applies says that a law applies.
func (h *house) applies(id incident.ID, regime string) {
	h.t.Helper()
	h.ok(h.s.AnswerLaw(ctx, h.who, id, regime, true, "it concerns us"))
}

// has reports whether the incident has a duty.
func (h *house) has(id incident.ID, d obligation.Duty) bool {
	h.t.Helper()
	all, err := obligation.OfIncident(ctx, h.db.R, id)
	h.ok(err)
	for _, o := range all {
		if o.Duty == d {
			return true
		}
	}
	return false
}

func (h *house) file(o obligation.Obligation, phase obligation.Phase, late string) {
	h.t.Helper()
	h.ok(h.s.File(ctx, h.who, o.ID, response.FilingInput{Phase: phase, FiledAt: h.now, Receipt: "R-1", LateReason: late}))
}

func (h *house) ends(o obligation.Obligation, want time.Time) {
	h.t.Helper()
	if !o.DueAt.Equal(want) {
		h.t.Fatalf("%s ends at %v, want %v", o.Duty, o.DueAt, want)
	}
}

func TestNIS2StepsStartWhenThePreviousWasSent(t *testing.T) {
	each(t, func(h *house) {
		id := h.breach()
		aware := h.now
		h.applies(id, "nis2")
		h.ends(h.duty(id, "nis2_early_warning"), aware.Add(24*time.Hour))
		h.ends(h.duty(id, "nis2_notification"), aware.Add(72*time.Hour))
		if h.has(id, "nis2_final") {
			h.t.Fatal("the final report runs before the notification was sent")
		}
		h.now = h.now.Add(20 * time.Hour)
		h.file(h.duty(id, "nis2_notification"), obligation.Initial, "")
		// Sent on Saturday 21 November 2026: one month later is Monday 21 December.
		h.ends(h.duty(id, "nis2_final"), time.Date(2026, 12, 21, 23, 0, 0, 0, time.UTC))
		h.refused(h.s.AskForStep(ctx, h.who, id, "nis2_final_after_handling", "x"), response.ErrNotOptional)

		h.ok(h.s.AskForStep(ctx, h.who, id, "nis2_progress", "it still goes on"))
		h.ok(h.s.AskForStep(ctx, h.who, id, "nis2_progress", "it still goes on"))
		if o := h.duty(id, "nis2_final"); o.State != obligation.Waived || o.Reason != "it still goes on" {
			h.t.Fatalf("the final report is %s (%s)", o.State, o.Reason)
		}
		h.file(h.duty(id, "nis2_progress"), obligation.Initial, "")
		if h.has(id, "nis2_final_after_handling") {
			h.t.Fatal("a final report before the incident was handled")
		}
		h.ok(h.s.SetLawMoment(ctx, h.who, id, incident.Handled, h.now, "all is back"))
		h.ends(h.duty(id, "nis2_final_after_handling"), time.Date(2026, 12, 21, 23, 0, 0, 0, time.UTC))
		h.ok(h.s.SetLawMoment(ctx, h.who, id, incident.Handled, time.Time{}, "not yet after all"))
		if o := h.duty(id, "nis2_final_after_handling"); o.State != obligation.Waived {
			h.t.Fatalf("the moment was taken back and the duty is %s", o.State)
		}
		h.now = h.now.Add(time.Hour)
		h.ok(h.s.SetLawMoment(ctx, h.who, id, incident.Handled, h.now, "now it is"))
		if o := h.duty(id, "nis2_final_after_handling"); !o.IsOpen() {
			h.t.Fatalf("the moment came again and the duty is %s", o.State)
		}
	})
}

func TestDORATakesTheEarlierEnd(t *testing.T) {
	each(t, func(h *house) {
		id := h.breach()
		aware := h.now
		h.applies(id, "dora")
		h.ends(h.duty(id, "dora_initial"), aware.Add(24*time.Hour))
		h.now = h.now.Add(2 * time.Hour)
		h.refused(h.s.SetLawMoment(ctx, h.who, id, incident.Classified, aware.Add(-time.Minute), "too early"), incident.ErrMomentBeforeAware)
		h.refused(h.s.SetLawMoment(ctx, h.who, id, incident.Classified, h.now, " "), incident.ErrReasonMissing)
		h.ok(h.s.SetLawMoment(ctx, h.who, id, incident.Classified, h.now, "two countries, many clients"))
		h.ends(h.duty(id, "dora_initial"), h.now.Add(4*time.Hour))
		h.ok(h.s.SetLawMoment(ctx, h.who, id, incident.Classified, aware.Add(time.Hour), "typed wrongly"))
		h.ends(h.duty(id, "dora_initial"), aware.Add(5*time.Hour))

		h.file(h.duty(id, "dora_initial"), obligation.Initial, "")
		h.ends(h.duty(id, "dora_intermediate"), h.now.Add(72*time.Hour))
		h.file(h.duty(id, "dora_intermediate"), obligation.Initial, "")
		first := h.duty(id, "dora_final").DueAt
		h.now = h.now.Add(5 * 24 * time.Hour)
		h.file(h.duty(id, "dora_intermediate"), obligation.Supplementary, "")
		if got := h.duty(id, "dora_final").DueAt; !got.After(first) {
			h.t.Fatalf("the final report does not count from the last intermediate one: %v, was %v", got, first)
		}
	})
}

func TestDORAClassifiedLater(t *testing.T) {
	each(t, func(h *house) {
		id := h.breach()
		h.applies(id, "dora")
		h.now = h.now.Add(30 * time.Hour)
		h.ok(h.s.SetLawMoment(ctx, h.who, id, incident.Classified, h.now, "only now"))
		h.ends(h.duty(id, "dora_initial"), h.now.Add(4*time.Hour))
	})
}

func TestCRAFinalRunsFromTheMeasure(t *testing.T) {
	each(t, func(h *house) {
		id := h.breach()
		h.applies(id, "cra_vulnerability")
		if h.has(id, "cra_vuln_final") {
			h.t.Fatal("a final report without a measure")
		}
		h.ok(h.s.SetLawMoment(ctx, h.who, id, incident.MeasureReady, h.now, "version 2.1 is out"))
		h.ends(h.duty(id, "cra_vuln_final"), time.Date(2026, 12, 4, 23, 0, 0, 0, time.UTC))
	})
}

func TestALawMayTurnOutNotToApply(t *testing.T) {
	each(t, func(h *house) {
		id := h.breach()
		h.refused(h.s.AnswerLaw(ctx, h.who, id, "gdpr", false, "no"), response.ErrLawAlways)
		h.refused(h.s.AnswerLaw(ctx, h.who, id, "nis2", true, " "), incident.ErrReasonMissing)
		h.refused(h.s.AnswerLaw(ctx, h.who, id, "digital_omnibus", true, "we would like to"), workflow.ErrNoRegime)
		h.refused(h.s.AnswerLaw(ctx, h.who, id, "roman_law", true, "x"), workflow.ErrNoRegime)
		h.applies(id, "nis2")
		h.applies(id, "nis2")
		h.ok(h.s.AnswerLaw(ctx, h.who, id, "nis2", false, "too small"))
		if o := h.duty(id, "nis2_early_warning"); o.State != obligation.Waived || o.Reason != "too small" {
			h.t.Fatalf("%s, %s", o.State, o.Reason)
		}
		h.ok(h.s.AnswerLaw(ctx, h.who, id, "nis2", true, "large enough after all"))
		if o := h.duty(id, "nis2_early_warning"); !o.IsOpen() {
			h.t.Fatalf("the law applies again and the duty is %s", o.State)
		}
		decisions, err := incident.DecisionsOf(ctx, h.db.R, id)
		h.ok(err)
		n := 0
		for _, d := range decisions {
			if d.Kind == "law" {
				n++
			}
		}
		if n != 3 {
			h.t.Fatalf("%d decisions are kept of three", n)
		}
	})
}

func TestRiskDecidesWhomTheSwissLawTells(t *testing.T) {
	each(t, func(h *house) {
		id := h.breach()
		h.applies(id, "ch_fadp")
		if h.has(id, "report_fdpic") {
			h.t.Fatal("a report before the risk was decided")
		}
		h.ok(h.s.DecideRisk(ctx, h.who, id, response.RiskDecision{Risk: incident.HighRiskLikely, Reason: "health data"}))
		if o := h.duty(id, "report_fdpic"); !o.IsOpen() || !o.DueAt.IsZero() || !o.TargetAt.IsZero() {
			h.t.Fatalf("as soon as possible has no end: %+v", o)
		}
		h.ok(h.s.DecideRisk(ctx, h.who, id, response.RiskDecision{Risk: incident.RiskLikely, Reason: "encrypted after all"}))
		if o := h.duty(id, "report_fdpic"); o.State != obligation.Waived {
			h.t.Fatalf("the risk is lower and the duty is %s", o.State)
		}
		h.ok(h.s.DecideRisk(ctx, h.who, id, response.RiskDecision{Risk: incident.HighRiskLikely, Reason: "the key leaked too"}))
		if o := h.duty(id, "report_fdpic"); !o.IsOpen() {
			h.t.Fatalf("the risk is high again and the duty is %s", o.State)
		}
	})
}

// TestAnIncidentThatIsNoBreach has laws too, from an awareness of its own.
func TestAnIncidentThatIsNoBreach(t *testing.T) {
	each(t, func(h *house) {
		id := h.report("key-of-an-outage-1234").IncidentID
		h.ok(h.s.Triage(ctx, h.who, id, incident.Judgement{Verdict: incident.OnlyIncident, Reason: "the shop was down"}, ""))
		h.applies(id, "nis2")
		if h.has(id, "nis2_early_warning") {
			h.t.Fatal("a clock before anybody knew")
		}
		h.ok(h.s.SetLawMoment(ctx, h.who, id, incident.AwareOther, h.now, "the monitor showed it"))
		h.ends(h.duty(id, "nis2_early_warning"), h.now.Add(24*time.Hour))
		gates, err := h.s.Gates(ctx, id, "lesson")
		h.ok(err)
		open := 0
		for _, g := range gates {
			if g.Key == "gate.duty_open" {
				open++
			}
		}
		if open != 2 {
			h.t.Fatalf("the incident could be closed: %+v", gates)
		}
	})
}

func TestAwarenessMovesEveryClock(t *testing.T) {
	each(t, func(h *house) {
		id := h.breach()
		h.applies(id, "nis2")
		earlier := h.now.Add(-30 * time.Minute)
		h.ok(h.s.ConfirmAwareness(ctx, h.who, id, earlier, "we saw the mail earlier"))
		h.ends(h.duty(id, "nis2_early_warning"), earlier.Add(24*time.Hour))
		h.ends(h.duty(id, obligation.NotifyAuthority), earlier.Add(72*time.Hour))
		h.now = h.now.Add(23*time.Hour + 20*time.Minute)
		h.file(h.duty(id, "nis2_early_warning"), obligation.Initial, "")
		h.ok(h.s.ConfirmAwareness(ctx, h.who, id, earlier.Add(-20*time.Minute), "earlier still"))
		if o := h.duty(id, "nis2_early_warning"); o.State != obligation.MetLate || o.Reason != "earlier still" {
			h.t.Fatalf("%s, %s", o.State, o.Reason)
		}
	})
}

// TestAClockOfTheFirmsOwn: an insurer who wants to hear within 24 hours.
func TestAClockOfTheFirmsOwn(t *testing.T) {
	each(t, func(h *house) {
		h.own(firm.OwnClock{Name: "Cyber policy", To: firm.ClockToInsurer, Whom: "Insurer", Amount: 24, Unit: firm.ClockHours, From: firm.ClockReported})
		h.own(firm.OwnClock{Name: "Hosting contract", To: firm.ClockToPartner, Whom: "Client", Amount: 2, Unit: firm.ClockDays, From: firm.ClockAware})
		reported := h.now
		id := h.report("key-of-an-insured-1").IncidentID
		h.now = h.now.Add(time.Hour)
		h.applies(id, "own_1")
		h.applies(id, "own_2")
		h.ends(h.duty(id, "own_1"), reported.Add(24*time.Hour))
		if h.has(id, "own_2") {
			h.t.Fatal("a clock from awareness runs before anybody knew")
		}
		h.ok(h.s.Triage(ctx, h.who, id, incident.Judgement{Verdict: incident.Breach, Kinds: incident.Kinds{Confidentiality: true}, Reason: "x"}, ""))
		h.ok(h.s.ConfirmAwareness(ctx, h.who, id, h.now, "seen"))
		h.ends(h.duty(id, "own_2"), h.now.Add(48*time.Hour))
		if o := h.duty(id, "own_2"); !o.StatutoryAt.Equal(o.DueAt) || o.Recipient != firm.ClockToPartner {
			h.t.Fatalf("%+v", o)
		}
		// A contract that changes leaves the running clock as it was.
		h.own(firm.OwnClock{ID: "own_1", Name: "Cyber policy", To: firm.ClockToInsurer, Whom: "Insurer", Amount: 72, Unit: firm.ClockHours, From: firm.ClockReported})
		h.ok(h.s.ConfirmAwareness(ctx, h.who, id, h.now.Add(-time.Minute), "a minute before"))
		h.ends(h.duty(id, "own_1"), reported.Add(24*time.Hour))
		h.ok(h.s.Sweep(ctx))
		h.refused(h.s.AnswerLaw(ctx, h.who, id, "own_9", true, "x"), workflow.ErrNoRegime)
	})
}

// own writes a clock of the firm's own.
func (h *house) own(c firm.OwnClock) {
	h.t.Helper()
	f, err := h.firms.Get(ctx, h.db.R)
	h.ok(err)
	f.Laws, err = f.Laws.Put(c, "somebody", h.now)
	h.ok(err)
	h.ok(h.firms.Put(ctx, h.db.W, f))
}

// TestAnIncidentKeepsTheVersionOfItsAwareness: 72 hours become 96 on 21 November
// 2026, at the firm's midnight, which is 23:00 UTC of the day before.
func TestAnIncidentKeepsTheVersionOfItsAwareness(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHouseUnder(t, db, twoVersions(t))
		change := time.Date(2026, 11, 20, 23, 0, 0, 0, time.UTC)
		id := h.report("key-on-the-last-old-day").IncidentID
		h.ok(h.s.Triage(ctx, h.who, id, incident.Judgement{Verdict: incident.Breach, Kinds: incident.Kinds{Confidentiality: true}, Reason: "x"}, ""))
		h.now = change.Add(10 * time.Hour)
		for _, tt := range []struct {
			at      time.Time
			hours   time.Duration
			version string
		}{{change, 96, "new"}, {change.Add(-time.Second), 72, "2016/679"}, {change.Add(time.Hour), 96, "new"}} {
			h.ok(h.s.ConfirmAwareness(ctx, h.who, id, tt.at, "we knew from then on"))
			o := h.duty(id, obligation.NotifyAuthority)
			h.ends(o, tt.at.Add(tt.hours*time.Hour))
			i, err := incident.ByID(ctx, h.db.R, id)
			h.ok(err)
			if i.RegimeVer != tt.version || o.RegimeVersion != tt.version || h.duty(id, obligation.Document).RegimeVersion != tt.version {
				h.t.Fatalf("aware at %v: incident %s, duty %s", tt.at, i.RegimeVer, o.RegimeVersion)
			}
		}
	})
}

// twoVersions is the shipped packs with a GDPR that changes on 21 November 2026.
func twoVersions(t *testing.T) fs.FS {
	t.Helper()
	all := fstest.MapFS{}
	err := fs.WalkDir(workflows.FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(workflows.FS, name)
		all[name] = &fstest.MapFile{Data: b}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	old := string(all["regimes/gdpr.yaml"].Data)
	all["regimes/gdpr.yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(old, "valid_from: 2018-05-25", "valid_from: 2018-05-25\nvalid_to: 2026-11-20", 1))}
	all["regimes/gdpr-new.yaml"] = &fstest.MapFile{Data: []byte(strings.NewReplacer("valid_from: 2018-05-25", "valid_from: 2026-11-21",
		`version: "2016/679"`, `version: "new"`, "amount: 72, unit: hours, binding: law", "amount: 96, unit: hours, binding: law").Replace(old))}
	return all
}
