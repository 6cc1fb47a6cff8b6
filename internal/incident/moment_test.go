package incident_test

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"clepsydra/internal/incident"
)

func TestMomentBoundaries(t *testing.T) {
	t.Parallel()
	slack := 2 * time.Minute
	tests := []struct {
		name string
		at   time.Time
		want error
	}{
		{"exactly the slack", now.Add(slack), nil},
		{"a microsecond more", now.Add(slack + time.Microsecond), incident.ErrMomentInFuture},
		{"first instant of 1990", at("1990-01-01T00:00:00Z"), nil},
		{"last instant of 1989", at("1989-12-31T23:59:59.999999Z"), incident.ErrMomentUnthinkable},
		{"the year 26", at("0026-11-22T12:00:00Z"), incident.ErrMomentUnthinkable},
		{"the year 20226", time.Date(20226, 1, 1, 0, 0, 0, 0, time.UTC), incident.ErrMomentInFuture},
		{"missing", time.Time{}, incident.ErrMomentMissing},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			i := situations()["breach"]
			if err := i.ConfirmAwareness(tt.at, "certain", now); !errors.Is(err, tt.want) {
				t.Fatalf("got %v", err)
			}
		})
	}
}

func TestMomentOrder(t *testing.T) {
	t.Parallel()
	h := func(n int) time.Time { return now.Add(time.Duration(n-10) * time.Hour) }
	tests := []struct {
		name  string
		known map[incident.MomentKind]int
		kind  incident.MomentKind
		hour  int
		want  error
	}{
		{"noticed as it happened", map[incident.MomentKind]int{incident.Occurred: 3}, incident.Noticed, 3, nil},
		{"noticed before it happened", map[incident.MomentKind]int{incident.Occurred: 3}, incident.Noticed, 2, incident.ErrMomentOrder},
		{"happened after it was noticed", map[incident.MomentKind]int{incident.Noticed: 3}, incident.Occurred, 4, incident.ErrMomentOrder},
		{"happened after it was reported", map[incident.MomentKind]int{incident.ReportIn: 5}, incident.Occurred, 6, incident.ErrMomentOrder},
		{"aware before it happened", map[incident.MomentKind]int{incident.Occurred: 5}, incident.Aware, 4, incident.ErrMomentOrder},
		{"aware before it was noticed", map[incident.MomentKind]int{incident.Noticed: 5}, incident.Aware, 4, incident.ErrMomentOrder},
		{"aware as it was noticed", map[incident.MomentKind]int{incident.Noticed: 5}, incident.Aware, 5, nil},
		{"aware before the report was filled in", map[incident.MomentKind]int{incident.ReportIn: 5}, incident.Aware, 4, nil},
		{"told before it happened", map[incident.MomentKind]int{incident.Occurred: 5}, incident.Told, 4, incident.ErrMomentOrder},
		{"found out before the processor told", map[incident.MomentKind]int{incident.Aware: 4}, incident.Told, 6, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			i := situations()["breach"]
			for k, n := range tt.known {
				m, _ := i.Moments.Of(k)
				m.At = h(n)
			}
			var err error
			if tt.kind == incident.Aware {
				err = i.ConfirmAwareness(h(tt.hour), "certain", now)
			} else {
				err = i.SetMoment(tt.kind, h(tt.hour), "", now)
			}
			if !errors.Is(err, tt.want) {
				t.Fatalf("got %v", err)
			}
		})
	}
}

func TestMomentsThatAreNotSetByHand(t *testing.T) {
	t.Parallel()
	i := situations()["breach"]
	for _, k := range []incident.MomentKind{incident.Aware, incident.ReportIn} {
		if err := i.SetMoment(k, now, "", now); !errors.Is(err, incident.ErrMomentNotYours) {
			t.Errorf("%s gave %v", k, err)
		}
	}
	if err := i.SetMoment("tea", now, "", now); !errors.Is(err, incident.ErrMomentUnknown) {
		t.Errorf("got %v", err)
	}
	if err := i.SetMoment(incident.Occurred, now, "log", now); err != nil || i.Moments.Occurred.Reason != "log" {
		t.Fatal(err)
	}
	if err := i.SetMoment(incident.Occurred, time.Time{}, "", now); err != nil || !i.Moments.Occurred.At.IsZero() {
		t.Fatalf("%v, %v", i.Moments.Occurred, err)
	}
	for _, k := range incident.MomentKinds() {
		if _, ok := i.Moments.Of(k); !ok {
			t.Errorf("%s is listed and unknown", k)
		}
	}
}

// TestMomentsStayInOrder: whatever is set in whatever order, what is accepted
// never contradicts itself.
func TestMomentsStayInOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		i := situations()["breach"]
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			k := rapid.SampledFrom(incident.MomentKinds()).Draw(t, "kind")
			when := now.Add(time.Duration(rapid.IntRange(-300, 10).Draw(t, "minute")) * time.Minute)
			if k == incident.Aware {
				_ = i.ConfirmAwareness(when, "certain", now)
			} else {
				_ = i.SetMoment(k, when, "", now)
			}
		}
		m := i.Moments
		for _, p := range [][2]time.Time{{m.Occurred.At, m.Noticed.At}, {m.Occurred.At, m.Aware.At}, {m.Noticed.At, m.Aware.At}, {m.Occurred.At, m.Told.At}} {
			if !p[0].IsZero() && !p[1].IsZero() && p[0].After(p[1]) {
				t.Fatalf("%v is after %v", p[0], p[1])
			}
		}
		if m.Aware.At.After(now.Add(2 * time.Minute)) {
			t.Fatal("aware in the future")
		}
		if i.IsClockRunning() != (i.Status == incident.Confirmed) {
			t.Fatalf("%s, running %v", i.Status, i.IsClockRunning())
		}
	})
}
