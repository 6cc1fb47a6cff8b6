package incident_test

import (
	"errors"
	"testing"
	"time"

	"clepsydra/internal/incident"
)

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

var now = at("2026-11-22T16:00:00Z")

// The situations that an incident can be in, by name.
func situations() map[string]incident.Incident {
	aware := incident.Moments{Aware: incident.Moment{At: now.Add(-time.Hour), Reason: "seen"}}
	stopped := now.Add(-30 * time.Minute)
	kinds := incident.Kinds{Confidentiality: true}
	return map[string]incident.Incident{
		"reported":           {ID: "a", Status: incident.Reported},
		"reported stopped":   {ID: "a", Status: incident.Reported, Contained: stopped},
		"only incident":      {ID: "a", Status: incident.Triaged, Verdict: incident.OnlyIncident},
		"incident stopped":   {ID: "a", Status: incident.Contained, Verdict: incident.OnlyIncident, Contained: stopped},
		"breach":             {ID: "a", Status: incident.Triaged, Verdict: incident.Breach, Kinds: kinds},
		"breach stopped":     {ID: "a", Status: incident.Triaged, Verdict: incident.Breach, Kinds: kinds, Contained: stopped},
		"breach high risk":   {ID: "a", Status: incident.Triaged, Verdict: incident.Breach, Kinds: kinds, Risk: incident.HighRiskLikely},
		"confirmed":          {ID: "a", Status: incident.Confirmed, Verdict: incident.Breach, Kinds: kinds, Moments: aware},
		"contained":          {ID: "a", Status: incident.Contained, Verdict: incident.Breach, Kinds: kinds, Moments: aware, Contained: stopped},
		"closed":             {ID: "a", Status: incident.Closed, Verdict: incident.Breach, Kinds: kinds, Moments: aware, Contained: stopped, ClosedAt: now},
		"closed not stopped": {ID: "a", Status: incident.Closed, Verdict: incident.Breach, Kinds: kinds, Moments: aware, ClosedAt: now},
		"closed incident":    {ID: "a", Status: incident.Closed, Verdict: incident.OnlyIncident, ClosedAt: now},
		"dismissed":          {ID: "a", Status: incident.Dismissed, Verdict: incident.Duplicate, Same: "b", ClosedAt: now},
	}
}

type verb func(*incident.Incident) error

func judge(v incident.Verdict) verb {
	return func(i *incident.Incident) error {
		j := incident.Judgement{Verdict: v, Reason: "looked at it", Same: "b"}
		if v == incident.Breach {
			j.Kinds.Availability = true
		}
		return i.Triage(j, now)
	}
}

func verbs() map[string]verb {
	return map[string]verb{
		"false alarm": judge(incident.FalseAlarm), "duplicate": judge(incident.Duplicate),
		"only incident": judge(incident.OnlyIncident), "breach": judge(incident.Breach),
		"aware":   func(i *incident.Incident) error { return i.ConfirmAwareness(now, "certain", now) },
		"risk":    func(i *incident.Incident) error { return i.DecideRisk(incident.RiskLikely, "names", now) },
		"contain": func(i *incident.Incident) error { return i.Contain(now, now) },
		"close":   func(i *incident.Incident) error { return i.Close(" learned ", nil, now) },
		"reopen":  func(i *incident.Incident) error { return i.Reopen("more came up", now) },
		"moment":  func(i *incident.Incident) error { return i.SetMoment(incident.Noticed, now.Add(-2*time.Hour), "", now) },
	}
}

// outcome is a status, or the error that refuses.
type outcome any

// TestEveryStatusMeetsEveryVerb is the state machine, written out.
func TestEveryStatusMeetsEveryVerb(t *testing.T) {
	t.Parallel()
	const (
		rep, tri, con = incident.Reported, incident.Triaged, incident.Confirmed
		cnt, clo, dis = incident.Contained, incident.Closed, incident.Dismissed
	)
	running, closed, notOpen, notBreach := incident.ErrClockStarted, incident.ErrClosed, incident.ErrNotOpen, incident.ErrNotABreach
	already, notClosed := incident.ErrAlreadyConfined, incident.ErrNotClosed
	order := []string{"false alarm", "duplicate", "only incident", "breach", "aware", "risk", "contain", "close", "reopen", "moment"}
	table := map[string][]outcome{
		"reported":           {dis, dis, tri, tri, notBreach, notBreach, rep, clo, notClosed, rep},
		"reported stopped":   {dis, dis, cnt, tri, notBreach, notBreach, already, clo, notClosed, rep},
		"only incident":      {dis, dis, tri, tri, notBreach, notBreach, cnt, clo, notClosed, tri},
		"incident stopped":   {dis, dis, cnt, tri, notBreach, notBreach, already, clo, notClosed, cnt},
		"breach":             {dis, dis, tri, tri, con, tri, tri, clo, notClosed, tri},
		"breach stopped":     {dis, dis, cnt, tri, cnt, tri, already, clo, notClosed, tri},
		"breach high risk":   {running, running, running, tri, con, tri, tri, clo, notClosed, tri},
		"confirmed":          {running, running, running, con, con, con, cnt, clo, notClosed, con},
		"contained":          {running, running, running, cnt, cnt, cnt, already, clo, notClosed, cnt},
		"closed":             {closed, closed, closed, closed, notOpen, notOpen, notOpen, notOpen, cnt, notOpen},
		"closed not stopped": {closed, closed, closed, closed, notOpen, notOpen, notOpen, notOpen, con, notOpen},
		"closed incident":    {closed, closed, closed, closed, notOpen, notOpen, notOpen, notOpen, tri, notOpen},
		"dismissed":          {dis, dis, tri, tri, notOpen, notOpen, notOpen, notOpen, rep, notOpen},
	}
	all := situations()
	if len(table) != len(all) || len(order) != len(verbs()) {
		t.Fatal("the table does not cover every situation and verb")
	}
	for name, row := range table {
		for k, want := range row {
			t.Run(name+"/"+order[k], func(t *testing.T) {
				t.Parallel()
				i := all[name]
				before := i
				err := verbs()[order[k]](&i)
				if refusal, ok := want.(error); ok {
					if !errors.Is(err, refusal) {
						t.Fatalf("got %v, want %v", err, refusal)
					}
					if i.Status != before.Status || i.Verdict != before.Verdict || i.UpdatedAt != before.UpdatedAt {
						t.Fatal("a refusal changed something")
					}
					return
				}
				if err != nil || i.Status != want {
					t.Fatalf("got %s, %v, want %s", i.Status, err, want)
				}
				if i.UpdatedAt != now {
					t.Error("the change is not stamped")
				}
				if i.IsOpen() == !i.ClosedAt.IsZero() {
					t.Errorf("%s with closed at %v", i.Status, i.ClosedAt)
				}
			})
		}
	}
}

func TestTriageRefusesWhatSaysNothing(t *testing.T) {
	t.Parallel()
	kinds := incident.Kinds{Integrity: true}
	tests := []struct {
		name string
		j    incident.Judgement
		want error
	}{
		{"no verdict", incident.Judgement{Reason: "x"}, incident.ErrVerdictUnknown},
		{"another verdict", incident.Judgement{Verdict: "maybe", Reason: "x"}, incident.ErrVerdictUnknown},
		{"no reason", incident.Judgement{Verdict: incident.FalseAlarm, Reason: " \n"}, incident.ErrReasonMissing},
		{"breach of no kind", incident.Judgement{Verdict: incident.Breach, Reason: "x"}, incident.ErrKindMissing},
		{"breach without reason", incident.Judgement{Verdict: incident.Breach, Kinds: kinds}, incident.ErrReasonMissing},
		{"duplicate of nothing", incident.Judgement{Verdict: incident.Duplicate, Reason: "x"}, incident.ErrSameMissing},
		{"duplicate of itself", incident.Judgement{Verdict: incident.Duplicate, Reason: "x", Same: "a"}, incident.ErrSameMissing},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			i := situations()["reported"]
			if err := i.Triage(tt.j, now); !errors.Is(err, tt.want) {
				t.Fatalf("got %v", err)
			}
			if i.Status != incident.Reported || i.Verdict != "" {
				t.Fatal("a refusal changed something")
			}
		})
	}
}

func TestTriageForgetsWhatBelongedToTheOldVerdict(t *testing.T) {
	t.Parallel()
	i := situations()["breach"]
	i.Risk = incident.RiskLikely
	if err := i.Triage(incident.Judgement{Verdict: incident.OnlyIncident, Reason: "no names in it"}, now); err != nil {
		t.Fatal(err)
	}
	if i.Risk != "" || i.Kinds.Any() {
		t.Errorf("an incident without personal data keeps risk %q, kinds %q", i.Risk, i.Kinds)
	}
	i = situations()["dismissed"]
	if err := i.Reopen("not the same", now); err != nil || i.Same != "" || i.Verdict != "" {
		t.Errorf("same %q, verdict %q, %v", i.Same, i.Verdict, err)
	}
}

func TestVerbsNeedTheirReason(t *testing.T) {
	t.Parallel()
	i := situations()["breach"]
	closed := situations()["closed"]
	for name, err := range map[string]error{
		"aware":  i.ConfirmAwareness(now, "  ", now),
		"risk":   i.DecideRisk(incident.RiskUnlikely, "", now),
		"reopen": closed.Reopen("\t", now),
	} {
		if !errors.Is(err, incident.ErrReasonMissing) {
			t.Errorf("%s without a reason gave %v", name, err)
		}
	}
	if err := i.DecideRisk("some", "x", now); !errors.Is(err, incident.ErrRiskUnknown) {
		t.Errorf("an unknown risk gave %v", err)
	}
}

func TestContainNeedsAPossibleInstant(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		at   time.Time
		want error
	}{
		{"now", now, nil},
		{"ahead within the slack", now.Add(2 * time.Minute), nil},
		{"ahead of the slack", now.Add(2*time.Minute + time.Microsecond), incident.ErrMomentInFuture},
		{"no instant", time.Time{}, incident.ErrMomentMissing},
		{"the year 226", at("0226-11-22T10:00:00Z"), incident.ErrMomentUnthinkable},
		{"as it happened", now.Add(-time.Hour), nil},
		{"before it happened", now.Add(-time.Hour - time.Microsecond), incident.ErrMomentOrder},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			i := situations()["breach"]
			i.Moments.Occurred.At = now.Add(-time.Hour)
			err := i.Contain(tt.at, now)
			if !errors.Is(err, tt.want) {
				t.Fatalf("got %v", err)
			}
			if (err == nil) == i.Contained.IsZero() {
				t.Errorf("contained %v beside %v", i.Contained, err)
			}
		})
	}
}

func TestGates(t *testing.T) {
	t.Parallel()
	ready := situations()["contained"]
	ready.Risk = incident.RiskLikely
	noRisk := situations()["contained"]
	tests := []struct {
		name string
		c    incident.Closing
		want []incident.Gate
	}{
		{"all done", incident.Closing{Incident: ready, Lessons: "lock the car"}, nil},
		{"nobody judged", incident.Closing{Incident: situations()["reported"], Lessons: "x"}, []incident.Gate{{Key: "gate.not_triaged"}}},
		{"lessons of spaces", incident.Closing{Incident: ready, Lessons: " \n"}, []incident.Gate{{Key: "gate.lessons_missing"}}},
		{"no awareness, no risk", incident.Closing{Incident: situations()["breach"], Lessons: "x"},
			[]incident.Gate{{Key: "gate.aware_missing"}, {Key: "gate.risk_missing"}}},
		{"everything open", incident.Closing{Incident: noRisk, OpenDuties: []string{"a", "b"}, OpenTasks: []string{"t"}, LettersOpen: true},
			[]incident.Gate{{Key: "gate.risk_missing"}, {Key: "gate.duty_open", Detail: "a"}, {Key: "gate.duty_open", Detail: "b"},
				{Key: "gate.letters_open"}, {Key: "gate.task_open", Detail: "t"}, {Key: "gate.lessons_missing"}}},
		{"no breach asks for no risk and no letters", incident.Closing{Incident: situations()["only incident"], OpenDuties: []string{"a"}, OpenTasks: []string{"t"}, LettersOpen: true},
			[]incident.Gate{{Key: "gate.duty_open", Detail: "a"}, {Key: "gate.task_open", Detail: "t"}, {Key: "gate.lessons_missing"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := incident.Gates(tt.c)
			if len(got) != len(tt.want) {
				t.Fatalf("got %v", got)
			}
			for k := range got {
				if got[k] != tt.want[k] {
					t.Errorf("gate %d is %v, want %v", k, got[k], tt.want[k])
				}
			}
			i := tt.c.Incident
			err := i.Close("x", got, now)
			if errors.Is(err, incident.ErrGateOpen) != (len(tt.want) > 0) {
				t.Errorf("closing gave %v", err)
			}
		})
	}
}

func TestTaskIsDoneOnce(t *testing.T) {
	t.Parallel()
	task := incident.Task{ID: "t"}
	if err := task.Complete("ann", " wiped ", now); err != nil || !task.IsDone() || task.Note != "wiped" {
		t.Fatalf("%+v, %v", task, err)
	}
	if err := task.Complete("bob", "", now.Add(time.Second)); !errors.Is(err, incident.ErrTaskDone) || task.DoneBy != "ann" {
		t.Fatalf("%+v, %v", task, err)
	}
}
