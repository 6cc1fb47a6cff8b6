package fastlane_test

import (
	"context"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
	"clepsydra/internal/fastlane"
	"clepsydra/internal/incident"
	"clepsydra/internal/recall"
	"clepsydra/internal/workflow"
	"clepsydra/workflows"
)

func lane() workflow.FastLane {
	return workflow.FastLane{Categories: []string{"name", "phone"}, MaxRecipients: 2, MaxPeople: 10}
}

func people(n int) incident.Approx { return incident.Approx{Known: true, Value: n} }

func TestObstacles(t *testing.T) {
	t.Parallel()
	good := fastlane.Facts{Recipients: 1, Data: []string{"name"}, People: people(1)}
	tests := []struct {
		name   string
		change func(*fastlane.Facts)
		want   []fastlane.Code
	}{
		{"a letter to one", func(*fastlane.Facts) {}, nil},
		{"at every limit", func(f *fastlane.Facts) {
			f.Recipients, f.Data, f.People = 2, []string{"name", "phone"}, people(10)
		}, nil},
		{"nobody has answered yet", func(f *fastlane.Facts) {
			f.Back = recall.Summary{Outcome: recall.SomeUnanswered, Recipients: 1, Unanswered: 1}
		}, nil},
		{"three recipients", func(f *fastlane.Facts) { f.Recipients = 3 }, []fastlane.Code{fastlane.RecipientsMany}},
		{"three on the list", func(f *fastlane.Facts) { f.Back.Recipients = 3 }, []fastlane.Code{fastlane.RecipientsMany}},
		{"number not known", func(f *fastlane.Facts) { f.Recipients = 0 }, []fastlane.Code{fastlane.RecipientsUnknown}},
		{"health among them", func(f *fastlane.Facts) { f.Data = []string{"name", "health"} }, []fastlane.Code{fastlane.DataSensitive}},
		{"data not known", func(f *fastlane.Facts) { f.Data = nil }, []fastlane.Code{fastlane.DataUnknown}},
		{"eleven people", func(f *fastlane.Facts) { f.People = people(11) }, []fastlane.Code{fastlane.PeopleMany}},
		{"people not known", func(f *fastlane.Facts) { f.People = incident.Approx{} }, []fastlane.Code{fastlane.PeopleUnknown}},
		{"somebody keeps it", func(f *fastlane.Facts) { f.Back.Refused = 1 }, []fastlane.Code{fastlane.Refused}},
		{"somebody passed it on", func(f *fastlane.Facts) { f.Back.PassedOn = 1 }, []fastlane.Code{fastlane.PassedOn}},
		{"nothing is known", func(f *fastlane.Facts) { *f = fastlane.Facts{} }, []fastlane.Code{fastlane.RecipientsUnknown, fastlane.DataUnknown, fastlane.PeopleUnknown}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := good
			tt.change(&f)
			var got []fastlane.Code
			for _, o := range fastlane.Obstacles(lane(), f) {
				got = append(got, o.Code)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// TestNothingOpensAClosedWay adds what raises the risk to random facts: an obstacle
// never goes away by it.
func TestNothingOpensAClosedWay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := fastlane.Facts{
			Recipients: rapid.IntRange(0, 4).Draw(t, "recipients"),
			Data:       rapid.SliceOf(rapid.SampledFrom([]string{"name", "phone", "health"})).Draw(t, "data"),
			People:     incident.Approx{Known: rapid.Bool().Draw(t, "known"), Value: rapid.IntRange(1, 20).Draw(t, "people")},
		}
		closed := len(fastlane.Obstacles(lane(), f)) > 0
		worse := f
		worse.Data = append(slices.Clone(f.Data), "password_plain")
		worse.People.Value++
		worse.Back.Refused++
		if f.Recipients > 0 {
			worse.Recipients++
		}
		if got := len(fastlane.Obstacles(lane(), worse)) > 0; closed && !got || !got {
			t.Fatalf("%+v is open", worse)
		}
	})
}

// TestShippedLanesLeadPastNothingSensitive holds the shipped packs to what the short
// way promises.
func TestShippedLanesLeadPastNothingSensitive(t *testing.T) {
	t.Parallel()
	packs, err := workflow.Load(workflows.FS, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	lanes := 0
	for _, sc := range packs.Scenarios() {
		if sc.FastLane == nil {
			continue
		}
		lanes++
		if sc.FastLane.MaxRecipients > 2 {
			t.Errorf("%s: %d recipients are too many to know each", sc.ID, sc.FastLane.MaxRecipients)
		}
		for _, id := range []string{"health", "national_number", "financial", "bank_account", "payment_card", "password_plain", "password_hash", "account_login", "id_document", "children", "birth_date", "correspondence", "other"} {
			if slices.Contains(sc.FastLane.Categories, id) {
				t.Errorf("%s: %s is not ordinary", sc.ID, id)
			}
		}
	}
	if lanes != 2 {
		t.Errorf("%d scenarios have a fast lane, want the wrong letter and the wrong mail", lanes)
	}
}

func TestStore(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		at := time.Date(2026, 11, 20, 15, 40, 0, 0, time.UTC)
		if err := incident.Insert(ctx, db.W, incident.Incident{ID: "i1", Ref: "INC-2026-0001", Status: incident.Reported, OpenedAt: at, UpdatedAt: at}); err != nil {
			t.Fatal(err)
		}
		if d, ok, err := fastlane.Of(ctx, db.R, "i1"); err != nil || ok || d.IncidentID != "i1" {
			t.Errorf("%+v %v %v", d, ok, err)
		}
		d := fastlane.Draft{IncidentID: "i1", Recipients: 2, SavedBy: "a", SavedAt: at}
		for range 2 {
			if err := fastlane.Save(ctx, db.W, d); err != nil {
				t.Fatal(err)
			}
			got, ok, err := fastlane.Of(ctx, db.R, "i1")
			if err != nil || !ok || !reflect.DeepEqual(got, d) {
				t.Fatalf("got %+v %v %v, want %+v", got, ok, err, d)
			}
			d.DoneBy, d.DoneAt, d.Version = "b", at.Add(time.Minute), "1"
		}
	})
}
