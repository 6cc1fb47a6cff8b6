package obligation_test

import (
	"errors"
	"testing"
	"time"

	"clepsydra/internal/obligation"
)

type verb func(*obligation.Obligation) error

// TestEveryStateMeetsEveryVerb is the state machine, written out.
func TestEveryStateMeetsEveryVerb(t *testing.T) {
	t.Parallel()
	verbs := map[string]verb{
		"acknowledge": func(o *obligation.Obligation) error { return o.Acknowledge("ann", start) },
		"waive":       func(o *obligation.Obligation) error { return o.Waive(" unlikely ", start) },
		"meet":        func(o *obligation.Obligation) error { return o.Meet(due, "") },
		"meet late":   func(o *obligation.Obligation) error { return o.Meet(due.Add(time.Microsecond), " weekend ") },
		"late, no reason": func(o *obligation.Obligation) error {
			return o.Meet(due.Add(time.Microsecond), " ")
		},
		"meet at no time": func(o *obligation.Obligation) error { return o.Meet(time.Time{}, "") },
		"waive silently":  func(o *obligation.Obligation) error { return o.Waive(" ", start) },
		"resume":          func(o *obligation.Obligation) error { o.Resume(); return nil },
	}
	want := map[string]any{
		"acknowledge": obligation.Open, "waive": obligation.Waived, "meet": obligation.Met, "meet late": obligation.MetLate,
		"late, no reason": obligation.ErrLateReason, "meet at no time": obligation.ErrFiledMissing,
		"waive silently": obligation.ErrReasonMissing, "resume": obligation.Open,
	}
	for _, state := range []obligation.State{obligation.Open, obligation.Met, obligation.MetLate, obligation.Waived} {
		for name, do := range verbs {
			t.Run(string(state)+"/"+name, func(t *testing.T) {
				t.Parallel()
				o := clock(start)
				o.State = state
				before := o
				expected := want[name]
				if state != obligation.Open && name != "resume" {
					expected = obligation.ErrSettled
				}
				err := do(&o)
				if refusal, ok := expected.(error); ok {
					if !errors.Is(err, refusal) || o != before {
						t.Fatalf("got %v, %+v", err, o)
					}
					return
				}
				if err != nil || o.State != expected {
					t.Fatalf("got %s, %v", o.State, err)
				}
				if o.IsOpen() != o.SettledAt.IsZero() {
					t.Errorf("%s, settled at %v", o.State, o.SettledAt)
				}
			})
		}
	}
}

func TestMeetKeepsTheReasonOnlyWhenLate(t *testing.T) {
	t.Parallel()
	o := clock(start)
	if err := o.Meet(due, "early bird"); err != nil || o.Reason != "" || o.State != obligation.Met {
		t.Errorf("in time: %+v, %v", o, err)
	}
	o = clock(start)
	if err := o.Meet(due.Add(time.Hour), " weekend "); err != nil || o.Reason != "weekend" {
		t.Errorf("late: %+v, %v", o, err)
	}
	o = obligation.Obligation{State: obligation.Open, StartedAt: start, TargetAt: due}
	if err := o.Meet(due.Add(24*time.Hour), ""); err != nil || o.State != obligation.Met {
		t.Errorf("a target of our own is no limit of the law: %+v, %v", o, err)
	}
}

func TestDeadlineToTheMicrosecond(t *testing.T) {
	t.Parallel()
	o := clock(start)
	for shift, overdue := range map[time.Duration]bool{-time.Microsecond: false, 0: false, time.Microsecond: true} {
		if o.IsOverdue(due.Add(shift)) != overdue {
			t.Errorf("%v from the end: overdue is not %v", shift, overdue)
		}
	}
	o.State = obligation.Met
	if o.IsOverdue(due.Add(time.Hour)) {
		t.Error("a met duty is overdue")
	}
	o = obligation.Obligation{State: obligation.Open, TargetAt: due}
	if o.IsOverdue(due.Add(time.Hour)) || !o.EndAt().Equal(due) {
		t.Error("a target is a deadline")
	}
}

func TestOnlyTheFirstAcknowledgementCounts(t *testing.T) {
	t.Parallel()
	o := clock(start)
	for _, by := range []string{"ann", "bob"} {
		if err := o.Acknowledge(by, start); err != nil {
			t.Fatal(err)
		}
	}
	if o.AcknowledgedBy != "ann" {
		t.Errorf("taken on by %s", o.AcknowledgedBy)
	}
	o.Resume()
	if !o.AcknowledgedAt.IsZero() || o.AcknowledgedBy != "" {
		t.Error("a resumed duty is taken on by somebody who may not know")
	}
}

func TestFile(t *testing.T) {
	t.Parallel()
	now := due.Add(time.Hour)
	first := obligation.Filing{Phase: obligation.Initial, FiledAt: due, Receipt: "GBA-1"}
	with := func(change func(*obligation.Filing)) obligation.Filing { f := first; change(&f); return f }
	earlier := []obligation.Filing{first}
	tests := []struct {
		name    string
		f       obligation.Filing
		earlier []obligation.Filing
		want    error
		state   obligation.State
	}{
		{"exactly at the end", first, nil, nil, obligation.Met},
		{"a microsecond late with reasons", with(func(f *obligation.Filing) { f.FiledAt, f.LateReason = due.Add(time.Microsecond), "x" }), nil, nil, obligation.MetLate},
		{"a microsecond late without", with(func(f *obligation.Filing) { f.FiledAt = due.Add(time.Microsecond) }), nil, obligation.ErrLateReason, obligation.Open},
		{"as the clock started", with(func(f *obligation.Filing) { f.FiledAt = start }), nil, nil, obligation.Met},
		{"before the clock started", with(func(f *obligation.Filing) { f.FiledAt = start.Add(-time.Microsecond) }), nil, obligation.ErrFiledBefore, obligation.Open},
		{"within the slack", with(func(f *obligation.Filing) { f.FiledAt, f.LateReason = now.Add(2*time.Minute), "x" }), nil, nil, obligation.MetLate},
		{"in the future", with(func(f *obligation.Filing) { f.FiledAt = now.Add(2*time.Minute + time.Microsecond) }), nil, obligation.ErrFiledInFuture, obligation.Open},
		{"no moment", with(func(f *obligation.Filing) { f.FiledAt = time.Time{} }), nil, obligation.ErrFiledMissing, obligation.Open},
		{"no receipt", with(func(f *obligation.Filing) { f.Receipt = " " }), nil, obligation.ErrReceipt, obligation.Open},
		{"reason for no receipt", with(func(f *obligation.Filing) { f.Receipt, f.NoReceipt = "", "by phone" }), nil, nil, obligation.Met},
		{"another phase", with(func(f *obligation.Filing) { f.Phase = "third" }), nil, obligation.ErrPhaseUnknown, obligation.Open},
		{"initial twice", first, earlier, obligation.ErrPhaseOrder, obligation.Open},
		{"supplement first", with(func(f *obligation.Filing) { f.Phase = obligation.Supplementary }), nil, obligation.ErrPhaseOrder, obligation.Open},
		{"supplement", with(func(f *obligation.Filing) { f.Phase = obligation.Supplementary }), earlier, nil, obligation.Open},
		{"withdrawal", with(func(f *obligation.Filing) { f.Phase, f.WithdrawalReason = obligation.Withdrawal, "no breach" }), earlier, nil, obligation.Open},
		{"withdrawal without its reason", with(func(f *obligation.Filing) { f.Phase, f.WithdrawalReason = obligation.Withdrawal, " " }), earlier, obligation.ErrWithdrawalReason, obligation.Open},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := clock(start)
			if err := o.File(tt.f, tt.earlier, now); !errors.Is(err, tt.want) || o.State != tt.state {
				t.Fatalf("got %s, %v", o.State, err)
			}
		})
	}
}
