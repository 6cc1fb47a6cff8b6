package obligation_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"clepsydra/internal/obligation"
	"clepsydra/internal/workflow"
	"clepsydra/workflows"
)

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

var (
	start = at("2026-11-18T09:00:00Z") // a Wednesday, 10:00 in Brussels
	due   = start.Add(72 * time.Hour)
)

func brussels(t testing.TB) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation("Europe/Brussels")
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func ladder(t testing.TB, duty obligation.Duty) workflow.Ladder {
	t.Helper()
	packs, err := workflow.Load(workflows.FS, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	regime, err := packs.Regime("gdpr", start)
	if err != nil {
		t.Fatal(err)
	}
	d, err := regime.Duty(string(duty))
	if err != nil {
		t.Fatal(err)
	}
	return d.Ladder
}

func clock(from time.Time) obligation.Obligation {
	return obligation.Obligation{ID: "o", State: obligation.Open, StartedAt: from, DueAt: from.Add(72 * time.Hour)}
}

func TestPlanOfTheRealLadder(t *testing.T) {
	t.Parallel()
	got := obligation.Plan(clock(start), ladder(t, obligation.NotifyAuthority), brussels(t))
	want := map[string]string{ // Saturday 10:00 in Brussels is the end
		"started":           "2026-11-18T09:00:00Z",
		"unacknowledged":    "2026-11-18T10:00:00Z",
		"first_day":         "2026-11-19T09:00:00Z",
		"checklist":         "2026-11-20T06:00:00Z", // 22:00 is quiet: 07:00 the next morning
		"one_day_left":      "2026-11-20T09:00:00Z",
		"twelve_hours_left": "2026-11-20T21:00:00Z", // urgent: quiet hours do not hold
		"six_hours_left":    "2026-11-21T03:00:00Z",
		"three_hours_left":  "2026-11-21T06:00:00Z",
		"one_hour_left":     "2026-11-21T08:00:00Z",
		"overdue":           "2026-11-21T09:00:00Z",
	}
	if len(got) != len(want) {
		t.Fatalf("%d reminders, want %d", len(got), len(want))
	}
	for _, r := range got {
		if !r.DueAt.Equal(at(want[r.Rung])) {
			t.Errorf("%s at %v, want %s", r.Rung, r.DueAt, want[r.Rung])
		}
		if r.DueAt.Location() != time.UTC || r.State != obligation.Planned || r.ObligationID != "o" || len(r.Asked) == 0 || len(r.Channels) == 0 {
			t.Errorf("%+v", r)
		}
	}
	last := got[len(got)-1]
	if last.Repeat != 4*time.Hour || !slices.Equal(last.Asked, []string{"lead", "deputy", "director"}) || !last.Broadcast {
		t.Errorf("%+v", last)
	}
}

func TestPlanOverTheNightsWhenClocksChange(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, start, rung, want string
	}{
		// 36 hours before the end is 20:30 on the evening before the change; the
		// quiet hours end at 07:00 by the wall, whatever that is in UTC.
		{"spring", "2026-03-27T07:30:00Z", "checklist", "2026-03-29T05:00:00Z"},
		{"autumn", "2026-10-23T06:30:00Z", "checklist", "2026-10-25T06:00:00Z"},
		// Hours are hours: the end is 72 of them later across the change.
		{"spring end", "2026-03-27T07:30:00Z", "overdue", "2026-03-30T07:30:00Z"},
		{"autumn end", "2026-10-23T06:30:00Z", "overdue", "2026-10-26T06:30:00Z"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, r := range obligation.Plan(clock(at(tt.start)), ladder(t, obligation.NotifyAuthority), brussels(t)) {
				if r.Rung == tt.rung && !r.DueAt.Equal(at(tt.want)) {
					t.Errorf("%v, want %s", r.DueAt, tt.want)
				}
			}
		})
	}
}

func TestPlanWithoutAnEnd(t *testing.T) {
	t.Parallel()
	o := obligation.Obligation{ID: "o", State: obligation.Open, StartedAt: start}
	for _, r := range obligation.Plan(o, ladder(t, obligation.InformPeople), brussels(t)) {
		if r.Rung == "one_day_left" || r.Rung == "overdue" {
			t.Errorf("%s counts from an end that there is not", r.Rung)
		}
	}
	o.TargetAt = due
	if got := obligation.Plan(o, ladder(t, obligation.InformPeople), brussels(t)); len(got) != 4 {
		t.Errorf("with a target: %d reminders", len(got))
	}
	// A limit of ten hours: nothing 24 hours before it, nothing a day after the start.
	o.DueAt = start.Add(10 * time.Hour)
	for _, r := range obligation.Plan(o, ladder(t, obligation.NotifyAuthority), brussels(t)) {
		if slices.Contains([]string{"first_day", "checklist", "one_day_left", "twelve_hours_left"}, r.Rung) {
			t.Errorf("%s has no use in ten hours", r.Rung)
		}
	}
}

func reminder(id string, change func(*obligation.Reminder)) obligation.Reminder {
	r := obligation.Reminder{ID: id, ObligationID: "o", Rung: id, DueAt: start.Add(24 * time.Hour), State: obligation.Planned}
	if change != nil {
		change(&r)
	}
	return r
}

func TestJudge(t *testing.T) {
	t.Parallel()
	open, seen, met := clock(start), clock(start), clock(start)
	seen.AcknowledgedAt = start.Add(time.Minute)
	met.State = obligation.Met
	mild := func(r *obligation.Reminder) { r.Mild = true }
	unseen := func(r *obligation.Reminder) { r.UnseenOnly = true }
	skipped := reminder("earlier", func(r *obligation.Reminder) { r.Mild, r.State = true, obligation.Skipped })
	lateMild := func(r *obligation.Reminder) { r.Mild, r.DueAt = true, due.Add(-12*time.Hour) }
	at24 := start.Add(24 * time.Hour)
	tests := []struct {
		name  string
		o     obligation.Obligation
		r     obligation.Reminder
		other []obligation.Reminder
		now   time.Time
		want  obligation.Verdict
	}{
		{"due", open, reminder("r", nil), nil, at24, obligation.Verdict{Send: true}},
		{"a microsecond before it is due", open, reminder("r", nil), nil, at24.Add(-time.Microsecond), obligation.Verdict{State: obligation.Planned}},
		{"settled", met, reminder("r", nil), nil, at24, obligation.Verdict{State: obligation.Cancelled, Why: "settled"}},
		{"settled before it is due", met, reminder("r", nil), nil, start, obligation.Verdict{State: obligation.Cancelled, Why: "settled"}},
		{"sent already", open, reminder("r", func(r *obligation.Reminder) { r.State = obligation.Sent }), nil, at24, obligation.Verdict{State: obligation.Sent}},
		{"escalation nobody took on", open, reminder("r", unseen), nil, at24, obligation.Verdict{Send: true}},
		{"escalation taken on", seen, reminder("r", unseen), nil, at24, obligation.Verdict{State: obligation.Skipped, Why: "acknowledged"}},
		{"mild, nobody took it on", open, reminder("r", mild), nil, at24, obligation.Verdict{Send: true}},
		{"first mild after taking on", seen, reminder("r", mild), nil, at24, obligation.Verdict{State: obligation.Skipped, Why: "acknowledged"}},
		{"second mild", seen, reminder("r", mild), []obligation.Reminder{skipped}, at24, obligation.Verdict{Send: true}},
		{"not mild", seen, reminder("r", nil), nil, at24, obligation.Verdict{Send: true}},
		{"mild as the last 12 hours begin", seen, reminder("r", lateMild), nil, due.Add(-12 * time.Hour), obligation.Verdict{Send: true}},
		{"mild that waited into the last 12 hours", seen, reminder("r", mild), nil, due.Add(-time.Hour), obligation.Verdict{Send: true}},
		{"mild just before the last 12 hours", seen, reminder("r", mild), nil, due.Add(-12*time.Hour - time.Microsecond), obligation.Verdict{State: obligation.Skipped, Why: "acknowledged"}},
		{"after the end", seen, reminder("r", mild), nil, due.Add(time.Hour), obligation.Verdict{Send: true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := obligation.Judge(tt.o, tt.r, append(tt.other, tt.r), tt.now)
			if got.Send != tt.want.Send || got.State != tt.want.State || got.Why != tt.want.Why || len(got.With) != 0 {
				t.Fatalf("got %+v", got)
			}
		})
	}
}

func TestJudgeTakesAlongWhatWasMissed(t *testing.T) {
	t.Parallel()
	all := []obligation.Reminder{
		reminder("a", nil), reminder("b", func(r *obligation.Reminder) { r.DueAt = start.Add(30 * time.Hour) }),
		reminder("escalation", func(r *obligation.Reminder) { r.UnseenOnly = true }),
		reminder("sent", func(r *obligation.Reminder) { r.State = obligation.Sent }),
		reminder("later", func(r *obligation.Reminder) { r.DueAt = start.Add(60 * time.Hour) }),
	}
	with := func(o obligation.Obligation) []string {
		var out []string
		for _, r := range obligation.Judge(o, all[0], all, start.Add(40*time.Hour)).With {
			out = append(out, r.ID)
		}
		return out
	}
	o := clock(start)
	if got := with(o); !slices.Equal(got, []string{"b", "escalation"}) {
		t.Errorf("after the downtime: %v", got)
	}
	o.AcknowledgedAt = start.Add(time.Minute)
	if got := with(o); !slices.Equal(got, []string{"b"}) {
		t.Errorf("taken on before: %v", got)
	}
}

func TestAgainNamesEveryTurn(t *testing.T) {
	t.Parallel()
	r := reminder("overdue", func(r *obligation.Reminder) {
		r.Repeat, r.State, r.SentAt, r.Mails, r.SlackTS, r.LastError = 4*time.Hour, obligation.Sent, due, 3, "1.2", "x"
	})
	next, ok := obligation.Again(r, 1, due.Add(time.Minute))
	if !ok || next.Rung != "late_2" || next.ID != "" || next.State != obligation.Planned || !next.SentAt.IsZero() || next.Mails != 0 || next.SlackTS != "" || next.LastError != "" {
		t.Fatalf("%+v", next)
	}
	if !next.DueAt.Equal(due.Add(4*time.Hour + time.Minute)) {
		t.Errorf("due %v", next.DueAt)
	}
	if third, _ := obligation.Again(next, 2, due); third.Rung != "late_3" {
		t.Errorf("third turn is %s", third.Rung)
	}
	if _, ok := obligation.Again(reminder("once", nil), 1, due); ok {
		t.Error("what does not repeat was repeated")
	}
}

func planned(r obligation.Reminder, id string) obligation.Reminder { r.ID = id; return r }

func TestLacking(t *testing.T) {
	t.Parallel()
	plan := obligation.Plan(clock(start), ladder(t, obligation.NotifyAuthority), brussels(t))
	state := func(s obligation.ReminderState, rungs ...string) []obligation.Reminder {
		var out []obligation.Reminder
		for _, r := range plan {
			if slices.Contains(rungs, r.Rung) {
				r.ID, r.State = r.Rung, s
				if s == obligation.Sent {
					r.SentAt = r.DueAt.Add(time.Second)
				}
				out = append(out, r)
			}
		}
		return out
	}
	names := func(rs []obligation.Reminder) []string {
		var out []string
		for _, r := range rs {
			out = append(out, r.Rung)
		}
		return out
	}
	var every []string
	for _, r := range plan {
		every = append(every, r.Rung)
	}
	if got := obligation.Lacking(plan, nil); len(got) != len(plan) {
		t.Errorf("nothing there: %v", names(got))
	}
	if got := obligation.Lacking(plan, state(obligation.Planned, every...)); len(got) != 0 {
		t.Errorf("all there: %v", names(got))
	}
	if got := names(obligation.Lacking(plan, state(obligation.Cancelled, "checklist"))); !slices.Contains(got, "checklist_2") {
		t.Errorf("a cancelled rung stands for none: %v", got)
	}
	dealt := append(state(obligation.Sent, "started", "one_day_left"), state(obligation.Skipped, "first_day")...)
	if got := names(obligation.Lacking(plan, dealt)); slices.Contains(got, "started_2") || slices.Contains(got, "first_day_2") || len(got) != len(plan)-3 {
		t.Errorf("the same clock: %v", got)
	}
	// The clock is moved a day later: what was said for the old end is said again.
	later := obligation.Plan(clock(start.Add(24*time.Hour)), ladder(t, obligation.NotifyAuthority), brussels(t))
	got := names(obligation.Lacking(later, dealt))
	if !slices.Contains(got, "one_day_left_2") || !slices.Contains(got, "first_day_2") || slices.Contains(got, "one_day_left") {
		t.Errorf("a later clock: %v", got)
	}
	again := append(slices.Clone(dealt), obligation.Lacking(later, dealt)...)
	if got := obligation.Lacking(later, again); len(got) != 0 {
		t.Errorf("laid out twice: %v", names(got))
	}
}

func TestLackingKeepsTheLateOnesGoing(t *testing.T) {
	t.Parallel()
	o := clock(start)
	all := obligation.Plan(o, ladder(t, obligation.NotifyAuthority), brussels(t))
	over := planned(all[len(all)-1], "x")
	plan := []obligation.Reminder{over}
	over.State, over.SentAt = obligation.Sent, due.Add(time.Second)
	got := obligation.Lacking(plan, []obligation.Reminder{over})
	if len(got) != 1 || got[0].Rung != "late_2" || !got[0].DueAt.Equal(over.SentAt.Add(4*time.Hour)) {
		t.Fatalf("a chain that broke: %+v", got)
	}
	if again := obligation.Lacking(plan, []obligation.Reminder{over, planned(got[0], "y")}); len(again) != 0 {
		t.Fatalf("a chain that holds: %+v", again)
	}
}

// TestPlanProperties: no reminder before the start, each rung once, none of the
// last stretch put off past the end, and laying out again adds nothing.
func TestPlanProperties(t *testing.T) {
	t.Parallel()
	l, loc := ladder(t, obligation.NotifyAuthority), brussels(t)
	rapid.Check(t, func(t *rapid.T) {
		from := start.Add(time.Duration(rapid.Int64Range(0, 366*24*3600).Draw(t, "second")) * time.Second)
		o := clock(from)
		o.DueAt = from.Add(time.Duration(rapid.IntRange(1, 200).Draw(t, "hours")) * time.Hour)
		rs := obligation.Plan(o, l, loc)
		seen := map[string]bool{}
		for _, r := range rs {
			if r.DueAt.Before(from) {
				t.Fatalf("%s before the start", r.Rung)
			}
			if r.Rung != "overdue" && !r.DueAt.Before(o.DueAt) {
				t.Fatalf("%s at %v is not before the end %v", r.Rung, r.DueAt, o.DueAt)
			}
			if h := r.DueAt.In(loc).Hour(); (r.Rung == "checklist" || r.Rung == "first_day" || r.Rung == "one_day_left") &&
				(h >= 20 || h < 7) && r.DueAt.Before(o.DueAt.Add(-12*time.Hour)) {
				t.Fatalf("%s disturbs at %d o'clock", r.Rung, h)
			}
			if seen[r.Rung] {
				t.Fatalf("%s twice", r.Rung)
			}
			seen[r.Rung] = true
		}
		if !seen["started"] || !seen["overdue"] {
			t.Fatal("the first or the last rung is missing")
		}
		if again := obligation.Lacking(rs, rs); len(again) != 0 {
			t.Fatalf("laid out twice: %v", again)
		}
	})
}

// TestNothingIsSentForASettledDuty whatever its reminders look like.
func TestNothingIsSentForASettledDuty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		o := clock(start)
		o.State = rapid.SampledFrom([]obligation.State{obligation.Met, obligation.MetLate, obligation.Waived}).Draw(t, "state")
		r := reminder("r", func(r *obligation.Reminder) {
			r.State = rapid.SampledFrom([]obligation.ReminderState{obligation.Planned, obligation.Sent, obligation.Skipped, obligation.Cancelled, obligation.Failed}).Draw(t, "was")
			r.Mild, r.UnseenOnly = rapid.Bool().Draw(t, "mild"), rapid.Bool().Draw(t, "unseen")
		})
		now := start.Add(time.Duration(rapid.IntRange(-10, 200).Draw(t, "hour")) * time.Hour)
		v := obligation.Judge(o, r, []obligation.Reminder{r}, now)
		if v.Send || (r.State == obligation.Planned) != (v.State == obligation.Cancelled && r.State != obligation.Cancelled) {
			t.Fatalf("%+v", v)
		}
	})
}
