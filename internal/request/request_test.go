package request_test

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"clepsydra/internal/deadline"
	"clepsydra/internal/request"
	"clepsydra/internal/workflow"
	"clepsydra/workflows"
)

func must[T any](t testing.TB, v T, err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func laws(t testing.TB) request.Laws {
	t.Helper()
	l, err := request.LoadLaws()
	return must(t, l, err)
}

func packs(t testing.TB) *workflow.Packs {
	t.Helper()
	p, err := workflow.Load(workflows.FS, time.Now)
	return must(t, p, err)
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	return must(t, loc, err)
}

// TestTheMonthEnds holds both readings to the vectors of Regulation 1182/71: short
// months, weekends, holidays that one country has, summer time.
func TestTheMonthEnds(t *testing.T) {
	t.Parallel()
	law, rules := laws(t)[0], packs(t)
	for name, c := range map[string]struct {
		country, zone, received string
		extended                bool
		paused                  int
		strict, statutory       string
	}{
		"plain":                      {"BE", "Europe/Brussels", "2026-06-09T10:00", false, 0, "2026-07-09", "2026-07-09"},
		"short month and weekend":    {"BE", "Europe/Brussels", "2026-01-31T23:30", false, 0, "2026-02-28", "2026-03-02"},
		"Easter":                     {"NL", "Europe/Amsterdam", "2026-03-05T08:00", false, 0, "2026-04-05", "2026-04-07"},
		"Labour Day in Belgium":      {"BE", "Europe/Brussels", "2026-04-01T08:00", false, 0, "2026-05-01", "2026-05-04"},
		"and not in the Netherlands": {"NL", "Europe/Amsterdam", "2026-04-01T08:00", false, 0, "2026-05-01", "2026-05-01"},
		"Sunday":                     {"BE", "Europe/Brussels", "2026-05-10T12:00", false, 0, "2026-06-10", "2026-06-10"},
		"New Year":                   {"BE", "Europe/Brussels", "2026-12-31T12:00", false, 0, "2027-01-31", "2027-02-01"},
		"clocks change on the way":   {"BE", "Europe/Brussels", "2026-10-20T12:00", false, 0, "2026-11-20", "2026-11-20"},
		"extended, ends on Sunday":   {"BE", "Europe/Brussels", "2026-02-10T12:00", true, 0, "2026-05-10", "2026-05-11"},
		"extended, chained first":    {"BE", "Europe/Brussels", "2026-01-31T12:00", true, 0, "2026-04-28", "2026-04-30"},
		"leap day":                   {"BE", "Europe/Brussels", "2028-01-30T12:00", false, 0, "2028-02-29", "2028-02-29"},
		"stood still five days":      {"BE", "Europe/Brussels", "2026-06-09T10:00", false, 5, "2026-07-14", "2026-07-14"},
		"stood still to a Sunday":    {"BE", "Europe/Brussels", "2026-06-09T10:00", false, 3, "2026-07-12", "2026-07-13"},
	} {
		t.Run(name, func(t *testing.T) {
			loc := zone(t, c.zone)
			at, err := time.ParseInLocation("2006-01-02T15:04", c.received, loc)
			r := request.Request{ReceivedAt: must(t, at, err).UTC(), PausedDays: c.paused}
			if c.extended {
				r.ExtendedAt = r.ReceivedAt
			}
			cal, err := rules.Calendar(c.country)
			e, err := request.EndsOf(law, r, loc, must(t, cal, err))
			if err != nil {
				t.Fatal(err)
			}
			if e.LastDay.String() != c.strict || e.StatutoryDay.String() != c.statutory {
				t.Errorf("ends %s and %s, want %s and %s", e.LastDay, e.StatutoryDay, c.strict, c.statutory)
			}
			if got := e.Exact.In(loc); got.Hour() != 0 || deadline.DateOf(got) != e.LastDay.AddDays(1) {
				t.Errorf("the last day ends at %s", got)
			}
		})
	}
}

func TestTheClockHoldsForEveryDay(t *testing.T) {
	t.Parallel()
	law, rules, loc := laws(t)[0], packs(t), zone(t, "Europe/Brussels")
	cal, err := rules.Calendar("BE")
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		at := time.Date(2026, 1, 1, 0, 0, 0, 0, loc).Add(time.Duration(rapid.IntRange(0, 3*365*24*60).Draw(t, "minute")) * time.Minute)
		r := request.Request{ReceivedAt: at, PausedDays: rapid.IntRange(0, 60).Draw(t, "paused")}
		first, err := request.EndsOf(law, r, loc, cal)
		if err != nil {
			t.Fatal(err)
		}
		if first.Statutory.Before(first.Exact) || !first.Exact.After(at) {
			t.Fatalf("ends %+v", first)
		}
		if days := deadline.DateOf(at).DaysUntil(first.LastDay) - r.PausedDays; days < 28 || days > 31 {
			t.Fatalf("a month of %d days", days)
		}
		r.ExtendedAt = at
		longer, err := request.EndsOf(law, r, loc, cal)
		if err != nil {
			t.Fatal(err)
		}
		if days := first.LastDay.DaysUntil(longer.LastDay); days < 58 || days > 62 {
			t.Fatalf("two months of %d days", days)
		}
		r.PausedDays++
		if later, err := request.EndsOf(law, r, loc, cal); err != nil || later.LastDay != longer.LastDay.AddDays(1) {
			t.Fatalf("a day of standing still: %+v, %v", later, err)
		}
	})
}

// asked is an open request of one kind whose month ends in ten days.
func asked(kinds ...request.Kind) (request.Request, time.Time) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	r := request.Request{State: request.Open, ReceivedAt: now.AddDate(0, 0, -20), DueAt: now.AddDate(0, 0, 10), Matching: request.Found, ContactID: "c"}
	for _, k := range kinds {
		r.Items = append(r.Items, request.Item{Kind: k})
	}
	return r, now
}

func TestTheMonthStandsStillOnlyWithADoubt(t *testing.T) {
	t.Parallel()
	r, now := asked(request.Access)
	if err := r.AskIdentity(request.MailLoop, "", " ", "a", now); err != nil || r.IsPaused() {
		t.Fatalf("without a doubt: %v, paused %v", err, r.IsPaused())
	}
	if err := r.AskIdentity(request.Question, "postcode", "the name is common", "a", now); err != nil || !r.IsPaused() {
		t.Fatalf("with a doubt: %v", err)
	}
	if r.IsLate(now.AddDate(1, 0, 0)) {
		t.Error("a month that stands still is late")
	}
	later := now.AddDate(0, 0, 6)
	if err := r.DecideIdentity(request.Proved, request.Question, "", "a", later, time.UTC); !errors.Is(err, request.ErrIdentityReason) {
		t.Fatalf("without a reason: %v", err)
	}
	if err := r.DecideIdentity(request.Proved, request.Question, "the postcode is right", "a", later, time.UTC); err != nil || r.IsPaused() || r.PausedDays != 6 {
		t.Fatalf("%v, paused %d days", err, r.PausedDays)
	}
	if err := r.AskIdentity(request.MailLoop, "", "again", "a", later); !errors.Is(err, request.ErrSettled) {
		t.Errorf("asked again: %v", err)
	}
	late, _ := asked(request.Access)
	if err := late.AskIdentity(request.KnownWay, "", "late doubt", "a", late.DueAt); err != nil || late.IsPaused() {
		t.Errorf("a doubt after the end stops the clock: %v", err)
	}
}

func TestExtensionIsInTimeOnceAndWithAReason(t *testing.T) {
	t.Parallel()
	r, now := asked(request.Access)
	if err := r.Extend(" ", now); !errors.Is(err, request.ErrExtensionReason) {
		t.Errorf("without a reason: %v", err)
	}
	if err := r.Extend("many", r.DueAt); !errors.Is(err, request.ErrExtensionLate) {
		t.Errorf("too late: %v", err)
	}
	if err := r.Extend("many", r.DueAt.Add(-time.Second)); err != nil {
		t.Error(err)
	}
	if err := r.Extend("more", now); !errors.Is(err, request.ErrExtended) {
		t.Errorf("twice: %v", err)
	}
}

func TestDecisionsAreRefusedWithTheirReason(t *testing.T) {
	t.Parallel()
	law := laws(t)[0]
	settled := func(r *request.Request) { r.Identity.State = request.NotNeeded }
	for name, c := range map[string]struct {
		kind   request.Kind
		change func(*request.Request)
		d      request.Decision
		want   error
	}{
		"not asked":               {request.Access, settled, request.Decision{Kind: request.Erasure, Outcome: request.None}, request.ErrNotAsked},
		"no outcome":              {request.Access, settled, request.Decision{Kind: request.Access}, request.ErrOutcome},
		"no ground":               {request.Access, settled, request.Decision{Kind: request.Access, Outcome: request.Refused, Reason: "x"}, request.ErrGround},
		"ground of another":       {request.Access, settled, request.Decision{Kind: request.Access, Outcome: request.Refused, Ground: "legal_duty", Reason: "x"}, request.ErrGround},
		"no reason":               {request.Access, settled, request.Decision{Kind: request.Access, Outcome: request.Refused, Ground: "excessive"}, request.ErrReason},
		"advertising is absolute": {request.ObjectionMarketing, settled, request.Decision{Kind: request.ObjectionMarketing, Outcome: request.Refused, Ground: "excessive", Reason: "x"}, request.ErrAbsolute},
		"nobody looked":           {request.Access, func(r *request.Request) { r.Matching = request.NotLooked }, request.Decision{Kind: request.Access, Outcome: request.None}, request.ErrNotMatched},
		"who is it":               {request.Access, func(*request.Request) {}, request.Decision{Kind: request.Access, Outcome: request.Done}, request.ErrIdentityFirst},
		"not carried out":         {request.Erasure, settled, request.Decision{Kind: request.Erasure, Outcome: request.Done}, request.ErrNotCarriedOut},
		"not weighed":             {request.Objection, settled, request.Decision{Kind: request.Objection, Outcome: request.Done}, request.ErrReason},
		"answered":                {request.Access, func(r *request.Request) { r.AnsweredAt = time.Now() }, request.Decision{Kind: request.Access, Outcome: request.None}, request.ErrAnswered},
		"closed":                  {request.Access, func(r *request.Request) { r.State = request.Closed }, request.Decision{Kind: request.Access, Outcome: request.None}, request.ErrClosed},
		"given":                   {request.Access, settled, request.Decision{Kind: request.Access, Outcome: request.Done}, nil},
		"books are kept":          {request.Erasure, settled, request.Decision{Kind: request.Erasure, Outcome: request.Partly, Ground: "legal_duty", Reason: "invoices"}, nil},
		"not identified":          {request.Access, func(r *request.Request) { r.Matching = request.NotLooked }, request.Decision{Kind: request.Access, Outcome: request.Refused, Ground: "not_identified", Reason: "x"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			r, now := asked(c.kind)
			c.change(&r)
			if err := r.Decide(law, c.d, "a", now); !errors.Is(err, c.want) || (c.want == nil) != (err == nil) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

func TestAnsweringAndClosing(t *testing.T) {
	t.Parallel()
	r, now := asked(request.Erasure)
	r.Identity.State, r.Told = request.Proved, []request.Told{{Recipient: "mail house"}}
	if err := r.Answer(request.AnswerByPost, "", now); !errors.Is(err, request.ErrNotDecided) {
		t.Errorf("undecided: %v", err)
	}
	if err := r.CarryOut(request.Erasure, "a", now); err != nil {
		t.Fatal(err)
	}
	if err := r.Answer(request.AnswerByPost, " ", r.DueAt); !errors.Is(err, request.ErrLate) {
		t.Errorf("late without a reason: %v", err)
	}
	if err := r.Answer("pigeon", "", now); !errors.Is(err, request.ErrHow) {
		t.Errorf("by pigeon: %v", err)
	}
	if err := r.Answer(request.AnswerByPost, "", r.DueAt.Add(-time.Second)); err != nil || r.IsLate(now) {
		t.Errorf("in the last second: %v", err)
	}
	if err := r.Close(now); !errors.Is(err, request.ErrTold) {
		t.Errorf("recipients open: %v", err)
	}
	if err := r.Tell("mail house", "", "a", now); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(now); err != nil || r.State != request.Closed || request.Next(r) != "" {
		t.Errorf("closed: %v, next %q", err, request.Next(r))
	}
}

func TestALinkOpensOnlyWhatItIsForAndOnlyInTime(t *testing.T) {
	t.Parallel()
	key, now := []byte("key"), time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	token := request.Token(key, request.ForCopy, "01a2", now.Add(time.Hour))
	if id, err := request.ForCopy.Open(key, token, now); err != nil || id != "01a2" {
		t.Errorf("%q, %v", id, err)
	}
	for name, open := range map[string]func() (string, error){
		"other use": func() (string, error) { return request.ForIdentity.Open(key, token, now) },
		"other key": func() (string, error) { return request.ForCopy.Open([]byte("yek"), token, now) },
		"changed":   func() (string, error) { return request.ForCopy.Open(key, "01a3"+token[4:], now) },
		"half":      func() (string, error) { return request.ForCopy.Open(key, token[:10], now) },
	} {
		if _, err := open(); !errors.Is(err, request.ErrLinkUnknown) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := request.ForCopy.Open(key, token, now.Add(time.Hour)); !errors.Is(err, request.ErrLinkExpired) {
		t.Errorf("expired: %v", err)
	}
}

func TestTheLawIsWhole(t *testing.T) {
	t.Parallel()
	rules := packs(t)
	for _, l := range laws(t) {
		if l.Version == "" || len(l.Sources) == 0 || l.Certainty == "" || l.LinkDays <= 0 || l.CopyDays <= 0 || l.KeepMonths <= 0 {
			t.Errorf("law %+v", l)
		}
		for _, name := range []string{l.Ladder, l.Waiting} {
			if _, ok := rules.Ladder(name); !ok {
				t.Errorf("there is no ladder %s", name)
			}
		}
		for _, k := range request.Kinds() {
			if l.ArticleOf(k) == "" || len(l.Grounds(k)) == 0 {
				t.Errorf("%s has no article or no ground", k)
			}
		}
	}
	if _, err := laws(t).At(time.Date(2018, 5, 24, 0, 0, 0, 0, time.UTC)); !errors.Is(err, request.ErrNoLaw) {
		t.Errorf("before the GDPR: %v", err)
	}
}
