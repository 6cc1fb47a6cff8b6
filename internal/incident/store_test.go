package incident_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
	"clepsydra/internal/incident"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func full(id, ref string) incident.Incident {
	m := func(n int) incident.Moment {
		return incident.Moment{At: now.Add(time.Duration(-n)*time.Hour + 123456*time.Microsecond)}
	}
	aware := m(1)
	aware.Reason = "Zekerheid: l'équipe\nzag 'het'"
	return incident.Incident{
		ID: incident.ID(id), Ref: ref, Title: "Élise's \"laptop\" — 发票", Scenario: "device_lost", Summary: "two\nlines",
		Status: incident.Confirmed, Verdict: incident.Breach, Kinds: incident.Kinds{Confidentiality: true, Availability: true},
		Risk: incident.HighRiskLikely, LeadID: "lead", Same: "same", Data: []string{"email", "iban"}, Approx: incident.Approx{Known: true, Value: 1 << 40},
		Moments:  incident.Moments{Occurred: m(5), Noticed: m(4), Reported: m(3), Told: m(2), Aware: aware},
		OpenedAt: now, Contained: now.Add(time.Hour), ClosedAt: now.Add(2 * time.Hour), UpdatedAt: now.Add(3 * time.Hour),
		Lessons: "lock", Feedback: "thanks", Regime: "gdpr", RegimeVer: "2016/679",
	}
}

func TestIncidentRoundTrip(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		bare := incident.Incident{ID: "bare", Ref: "INC-2026-0002", Status: incident.Reported, OpenedAt: now, UpdatedAt: now}
		for _, i := range []incident.Incident{full("full", "INC-2026-0001"), bare} {
			must(t, incident.Insert(ctx, db.W, i))
			got, err := incident.ByID(ctx, db.R, i.ID)
			if must(t, err); !reflect.DeepEqual(got, i) {
				t.Errorf("wrote %+v\nread  %+v", i, got)
			}
		}
		swapped := full("bare", "INC-2026-0002")
		must(t, db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
			if _, err := incident.ForUpdate(ctx, tx, "bare"); err != nil {
				return err
			}
			return incident.Save(ctx, tx, swapped)
		}))
		many, err := incident.ByIDs(ctx, db.R, []string{"full", "bare", "none"})
		if must(t, err); len(many) != 2 || !reflect.DeepEqual(many["bare"], swapped) {
			t.Errorf("read %+v", many)
		}
		if _, err := incident.ByID(ctx, db.R, "none"); !errors.Is(err, incident.ErrNotFound) {
			t.Errorf("got %v", err)
		}
		if none, err := incident.ByIDs(ctx, db.R, nil); err != nil || len(none) != 0 {
			t.Errorf("got %v, %v", none, err)
		}
	})
}

func TestRefsCountPerYearWithoutGaps(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		const n = 40
		refs := make([]string, n)
		var wg sync.WaitGroup
		for k := range n {
			wg.Go(func() {
				err := db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
					var err error
					refs[k], err = incident.NextRef(ctx, tx, 2026+k%2)
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		slices.Sort(refs)
		for k := range n / 2 {
			if refs[k] != fmt.Sprintf("INC-2026-%04d", k+1) || refs[n/2+k] != fmt.Sprintf("INC-2027-%04d", k+1) {
				t.Fatalf("got %v", refs)
			}
		}
		undone := errors.New("undone")
		err := db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
			if _, err := incident.NextRef(ctx, tx, 2026); err != nil {
				return err
			}
			return undone
		})
		if !errors.Is(err, undone) {
			t.Fatal(err)
		}
		ref, err := incident.NextRef(ctx, db.W, 2026)
		if must(t, err); ref != "INC-2026-0021" {
			t.Errorf("an incident that was not kept left a gap: %s", ref)
		}
	})
}

func TestList(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		for k, title := range []string{"Élise vergat 100% van 'a_b'", "Laptop weg", "Brief naar verkeerd adres"} {
			i := full(fmt.Sprint(k), fmt.Sprintf("INC-2026-%04d", k+1))
			i.Title, i.OpenedAt = title, now.Add(time.Duration(k)*time.Microsecond)
			if k == 1 {
				i.Status, i.Verdict = incident.Reported, ""
			}
			must(t, incident.Insert(ctx, db.W, i))
		}
		tests := []struct {
			q     incident.Query
			want  []string
			total int
		}{
			{incident.Query{}, []string{"2", "1", "0"}, 3},
			{incident.Query{Limit: 1, Offset: 1}, []string{"1"}, 3},
			{incident.Query{OnlyLeak: true}, []string{"2", "0"}, 2},
			{incident.Query{Statuses: []incident.Status{incident.Reported, incident.Closed}}, []string{"1"}, 1},
			{incident.Query{Text: " ÉLISE "}, []string{"0"}, 1},
			{incident.Query{Text: "élise"}, []string{"0"}, 1},
			{incident.Query{Text: "inc-2026-0003"}, []string{"2"}, 1},
			{incident.Query{Text: "100%"}, []string{"0"}, 1},
			{incident.Query{Text: "a_b"}, []string{"0"}, 1},
			{incident.Query{Text: "p_w"}, nil, 0},
			{incident.Query{Text: "'; DROP TABLE incidents; --"}, nil, 0},
		}
		for _, tt := range tests {
			got, total, err := incident.List(ctx, db.R, tt.q)
			must(t, err)
			var ids []string
			for _, i := range got {
				ids = append(ids, string(i.ID))
			}
			if !slices.Equal(ids, tt.want) || total != tt.total {
				t.Errorf("%+v: %v of %d", tt.q, ids, total)
			}
		}
	})
}

func TestReportsRoundTripAndAreSentOnce(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		must(t, incident.Insert(ctx, db.W, full("i", "INC-2026-0001")))
		r := incident.Report{
			ID: "r", IncidentID: "i", Scenario: "phishing", Text: "Zin 'één'.\n发票", NoticedAt: now.Add(-time.Hour), Data: []string{"email"},
			Name: "An", Contact: "an@x.be", Language: "nl", Via: "form", LooksLike: "j", CreatedAt: now,
		}
		bare := incident.Report{ID: "s", IncidentID: "i", Scenario: "other", Text: "x", CreatedAt: now.Add(time.Second)}
		must(t, incident.InsertReport(ctx, db.W, r, "hash", "key"))
		must(t, incident.InsertReport(ctx, db.W, bare, "hash2", "key2"))
		got, err := incident.ReportsOf(ctx, db.R, "i")
		if must(t, err); !reflect.DeepEqual(got, []incident.Report{r, bare}) {
			t.Errorf("read %+v", got)
		}
		for name, read := range map[string]func() (incident.Report, error){
			"status": func() (incident.Report, error) { return incident.ReportByStatus(ctx, db.R, "hash") },
			"key":    func() (incident.Report, error) { return incident.ReportBySendKey(ctx, db.R, "key") },
		} {
			if one, err := read(); err != nil || !reflect.DeepEqual(one, r) {
				t.Errorf("by %s: %+v, %v", name, one, err)
			}
		}
		if _, err := incident.ReportByStatus(ctx, db.R, "key"); !errors.Is(err, incident.ErrNotFound) {
			t.Errorf("got %v", err)
		}
		again := r
		again.ID = "again"
		for name, err := range map[string]error{
			"other status, same key": incident.InsertReport(ctx, db.W, again, "hash3", "key"),
			"both the same":          incident.InsertReport(ctx, db.W, again, "hash", "key"),
		} {
			if !errors.Is(err, incident.ErrSentTwice) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// TestTextsWithBytesThatDatabasesRefuse: a text with a NUL or broken UTF-8 must not
// keep a report out.
func TestTextsWithBytesThatDatabasesRefuse(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		i := full("i", "INC-2026-0001")
		i.Title, i.Summary = "a\x00b", "c\xffd"
		must(t, incident.Insert(ctx, db.W, i))
		must(t, incident.InsertReport(ctx, db.W, incident.Report{ID: "r", IncidentID: "i", Text: "x\x00y\xff", CreatedAt: now}, "h", "k"))
		got, err := incident.ReportsOf(ctx, db.R, "i")
		if must(t, err); len(got) != 1 || got[0].Text[0] != 'x' {
			t.Errorf("read %+v", got)
		}
	})
}

func TestTasksMomentsAndDecisions(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		must(t, incident.Insert(ctx, db.W, full("i", "INC-2026-0001")))
		must(t, incident.InsertTasks(ctx, db.W, nil))
		tasks := []incident.Task{
			{ID: "b", IncidentID: "i", Key: "wipe", Role: "it", DueAt: now, IsGate: true, Position: 1},
			{ID: "a", IncidentID: "i", Title: "Bel An", Role: "lead", DoneAt: now, DoneBy: "ann", Note: "done", Position: 2},
		}
		must(t, incident.InsertTasks(ctx, db.W, tasks))
		must(t, tasks[0].Complete("bob", "gone", now.Add(time.Minute)))
		must(t, incident.SaveTask(ctx, db.W, tasks[0]))
		got, err := incident.TasksOf(ctx, db.R, "i")
		if must(t, err); !reflect.DeepEqual(got, tasks) {
			t.Errorf("read %+v", got)
		}
		if one, err := incident.TaskByID(ctx, db.R, "b"); err != nil || one != tasks[0] {
			t.Errorf("read %+v, %v", one, err)
		}
		if _, err := incident.TaskByID(ctx, db.R, "none"); !errors.Is(err, incident.ErrTaskNotFound) {
			t.Errorf("got %v", err)
		}
		history := []incident.History{
			{IncidentID: "i", Kind: incident.Aware, At: now, Reason: "first", SetBy: "ann", SetAt: now},
			{IncidentID: "i", Kind: incident.Occurred, SetAt: now.Add(time.Microsecond)},
		}
		decisions := []incident.Decision{
			{IncidentID: "i", Kind: "risk", Outcome: "risk", Reason: "names", MadeBy: "ann", MadeAt: now},
			{IncidentID: "i", Kind: "risk", Outcome: "unlikely", Reason: "encrypted", MadeBy: "bob", MadeAt: now},
		}
		for k := range history {
			must(t, incident.AddMoment(ctx, db.W, history[k]))
			must(t, incident.AddDecision(ctx, db.W, decisions[k]))
		}
		if got, err := incident.MomentsOf(ctx, db.R, "i"); err != nil || !reflect.DeepEqual(got, history) {
			t.Errorf("read %+v, %v", got, err)
		}
		made, err := incident.DecisionsOf(ctx, db.R, "i")
		must(t, err)
		for k := range made {
			if made[k].ID == "" {
				t.Error("a decision without identifier")
			}
			made[k].ID = ""
		}
		if !reflect.DeepEqual(made, decisions) {
			t.Errorf("made in the same instant, read %+v", made)
		}
	})
}

func TestEvidenceRoundTrip(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		must(t, incident.Insert(ctx, db.W, full("i", "INC-2026-0001")))
		must(t, incident.Insert(ctx, db.W, full("j", "INC-2026-0002")))
		content := []byte("\x89PNG\x0d\x0a\x1a\x0a \x00\xff'")
		e, err := incident.Examine("a'b.png", content)
		must(t, err)
		e.ID, e.IncidentID, e.AddedBy, e.AddedAt = "e", "i", "ann", now
		must(t, incident.AddEvidence(ctx, db.W, e, content))
		if got, err := incident.EvidenceOf(ctx, db.R, "i"); err != nil || len(got) != 1 || got[0] != e {
			t.Errorf("read %+v, %v", got, err)
		}
		got, bytes, err := incident.EvidenceContent(ctx, db.R, "i", "e")
		if err != nil || got != e || !slices.Equal(bytes, content) {
			t.Errorf("read %+v %q, %v", got, bytes, err)
		}
		if _, _, err := incident.EvidenceContent(ctx, db.R, "j", "e"); !errors.Is(err, incident.ErrFileNotFound) {
			t.Errorf("a file of another incident: %v", err)
		}
		both, err := incident.EvidenceOfIncidents(ctx, db.R, []string{"i", "j"})
		if err != nil || len(both["i"]) != 1 || len(both["j"]) != 0 {
			t.Errorf("read %+v, %v", both, err)
		}
	})
}
