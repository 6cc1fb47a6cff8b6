package source

import (
	"errors"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"clepsydra/internal/fault"
)

func base() Source {
	return Source{Name: "Shop", Kind: MySQL, Host: "db.example.com", Database: "shop", User: "reader", Security: Verified, Query: "SELECT 1"}
}

func list() Source {
	return Source{Name: "Shop", Kind: HTTP, URL: "https://shop.example.com/api"}
}

func TestWhatASourceMayNotBe(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*Source)
		want   *fault.Error
	}{
		"good":             {func(*Source) {}, nil},
		"no name":          {func(s *Source) { s.Name = " " }, ErrName},
		"long name":        {func(s *Source) { s.Name = strings.Repeat("x", 81) }, ErrNameLong},
		"no kind":          {func(s *Source) { s.Kind = "ftp" }, ErrKind},
		"no host":          {func(s *Source) { s.Host = "" }, ErrHost},
		"host with user":   {func(s *Source) { s.Host = "root@db" }, ErrHost},
		"metadata":         {func(s *Source) { s.Host = "169.254.169.254" }, ErrHostLocal},
		"link local":       {func(s *Source) { s.Host = "fe80::1" }, ErrHostLocal},
		"plain abroad":     {func(s *Source) { s.Security = Plain }, ErrSecurity},
		"plain at home":    {func(s *Source) { s.Security, s.Host = Plain, "192.168.1.5" }, nil},
		"plain here":       {func(s *Source) { s.Security, s.Host = Plain, "localhost" }, nil},
		"security unknown": {func(s *Source) { s.Security = "" }, ErrSecurity},
		"port":             {func(s *Source) { s.Port = 70000 }, ErrPort},
		"certificate":      {func(s *Source) { s.CA = "x" }, ErrCA},
		"write":            {func(s *Source) { s.Query = "DELETE FROM customers" }, ErrQueryReads},
		"daily, no clock":  {func(s *Source) { s.Schedule.Every = Daily }, ErrClock},
		"hourly":           {func(s *Source) { s.Schedule.Every = "hourly" }, ErrSchedule},
		"list":             {func(s *Source) { *s = list() }, nil},
		"http abroad":      {func(s *Source) { *s = list(); s.URL = "http://shop.example.com" }, ErrURLPlain},
		"http at home":     {func(s *Source) { *s = list(); s.URL = "http://192.168.1.5/" }, ErrURLPlain},
		"http here":        {func(s *Source) { *s = list(); s.URL = "http://127.0.0.1:8080/" }, nil},
		"file":             {func(s *Source) { *s = list(); s.URL = "file:///etc/passwd" }, ErrURL},
		"no address":       {func(s *Source) { *s = list(); s.URL = "shop" }, ErrURL},
		"cloud":            {func(s *Source) { *s = list(); s.URL = "https://[fd00:ec2::254]/" }, ErrURLLocal},
		"password in it":   {func(s *Source) { *s = list(); s.URL = "https://u:p@shop.example.com" }, ErrURLSecret},
		"header, no key":   {func(s *Source) { *s = list(); s.Header = "X-Key" }, ErrSecret},
		"header injected":  {func(s *Source) { *s = list(); s.Header, s.Secret = "X: y\r\nZ", "k" }, ErrHeader},
		"items":            {func(s *Source) { *s = list(); s.Items = "data..x" }, ErrItems},
		"no cursor":        {func(s *Source) { *s = list(); s.Paging.Style = ByMark }, ErrCursor},
		"no size":          {func(s *Source) { *s = list(); s.Paging.Style = ByStart }, ErrPageSize},
	} {
		s := base()
		c.change(&s)
		err := s.Check()
		if c.want == nil && err != nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestOnlyAReadingQueryPasses(t *testing.T) {
	t.Parallel()
	for _, q := range []string{
		"SELECT * FROM customers", "select a from b;", " WITH x AS (SELECT 1) SELECT * FROM x -- all of it",
		"SELECT 'drop; table' AS \"update\" FROM t", "/* who */ SELECT `delete` FROM t", "(SELECT 1)", "SELECT data #>> '{a}' FROM t",
	} {
		if err := checkQuery(q); err != nil {
			t.Errorf("%q: %v", q, err)
		}
	}
	for _, q := range []string{
		"", "DELETE FROM t", "SELECT 1; SELECT 2", "SELECT 1 /*!; DROP TABLE t */", "SELECT * INTO OUTFILE '/tmp/x' FROM t",
		"WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x", "SELECT 1 FOR UPDATE", "-- SELECT\nDROP TABLE t", "EXPLAIN SELECT 1",
	} {
		if checkQuery(q) == nil {
			t.Errorf("%q passes", q)
		}
	}
}

func TestWhereMayBeDialled(t *testing.T) {
	t.Parallel()
	plain := base()
	plain.Security = Plain
	http := list()
	http.URL = "http://localhost/"
	for _, c := range []struct {
		s    Source
		ip   string
		want string
	}{
		{list(), "93.184.215.14", ""}, {list(), "192.168.1.5", ""}, {list(), "127.0.0.1", ""},
		{list(), "169.254.169.254", CodeForbidden}, {list(), "::ffff:169.254.169.254", CodeForbidden}, {list(), "fe80::1%eth0", CodeForbidden},
		{list(), "64:ff9b::a9fe:a9fe", CodeForbidden}, {list(), "fd00:ec2::254", CodeForbidden}, {list(), "0.0.0.0", CodeForbidden}, {list(), "224.0.0.1", CodeForbidden},
		{http, "127.0.0.1", ""}, {http, "192.168.1.5", CodePlain}, {http, "93.184.215.14", CodePlain},
		{plain, "10.0.0.1", ""}, {plain, "93.184.215.14", CodePlain}, {base(), "93.184.215.14", ""},
	} {
		if got := c.s.MayDial(netip.MustParseAddr(c.ip)); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.s.Kind, c.ip, got, c.want)
		}
	}
}

// A stored secret goes to no other place than the one it was typed for.
func TestASecretStaysWithItsPlace(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	old := base()
	old.Secret, old.State.Stopped = "hush", true
	for name, change := range map[string]func(*Source){
		"host": func(s *Source) { s.Host = "evil.example.com" }, "port": func(s *Source) { s.Port = 99 },
		"security": func(s *Source) { s.Security = Encrypted }, "kind": func(s *Source) { *s = list(); s.Header = "X" },
	} {
		s := base()
		change(&s)
		if err := s.Succeed(old, now); !errors.Is(err, ErrSecretAgain) {
			t.Errorf("%s: %v", name, err)
		}
		s.Secret = "new"
		if err := s.Succeed(old, now); err != nil || s.Secret != "new" {
			t.Errorf("%s typed again: %v", name, err)
		}
	}
	s := base()
	s.Query = "SELECT 2"
	if err := s.Succeed(old, now); err != nil || s.Secret != "hush" || s.State.Stopped || !s.State.SlotAt.Equal(now) {
		t.Errorf("%v %+v", err, s.State)
	}
}

// Every day has one turn, also when the clock is moved.
func TestEachDayHasOneTurn(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/Brussels")
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		s := Schedule{Every: Daily, Clock: rapid.SampledFrom([]string{"00:00", "02:00", "02:30", "03:00", "12:00", "23:59"}).Draw(t, "clock")}
		day := time.Date(2026, time.Month(rapid.IntRange(1, 12).Draw(t, "month")), rapid.IntRange(1, 28).Draw(t, "day"), 0, 0, 0, 0, zone)
		if rapid.Bool().Draw(t, "moved") {
			day = rapid.SampledFrom([]time.Time{time.Date(2026, 3, 29, 0, 0, 0, 0, zone), time.Date(2026, 10, 25, 0, 0, 0, 0, zone)}).Draw(t, "when")
		}
		turns := map[time.Time]bool{}
		for at := day; at.Before(day.AddDate(0, 0, 1)); at = at.Add(5 * time.Minute) {
			latest, next := s.Latest(at, zone), s.Next(at, zone)
			if latest.After(at) || !next.After(at) || !s.Latest(next, zone).Equal(next) {
				t.Fatalf("at %s: latest %s, next %s", at, latest, next)
			}
			if local := latest.In(zone); local.YearDay() == day.YearDay() {
				turns[latest] = true
			}
		}
		if len(turns) > 1 || len(turns) == 0 && s.Clock != "23:59" {
			t.Fatalf("%s has turns %v", day, turns)
		}
	})
}

func TestAWeekHasOneTurn(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) // a Sunday
	s := Schedule{Every: Weekly, Clock: "03:00", Weekday: time.Sunday}
	if got, want := s.Latest(now, time.UTC), time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("latest %s", got)
	}
	if got, want := s.Next(now, time.UTC), time.Date(2026, 11, 29, 3, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("next %s", got)
	}
	exactly := time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)
	if !s.Latest(exactly, time.UTC).Equal(exactly) || s.Latest(exactly.Add(-time.Second), time.UTC).Equal(exactly) {
		t.Error("a turn begins at its second")
	}
	if off := (Schedule{}); !off.Latest(now, time.UTC).IsZero() || !off.Next(now, time.UTC).IsZero() {
		t.Error("no schedule has a turn")
	}
}

func TestRecordsBecomeRows(t *testing.T) {
	t.Parallel()
	var c Columns
	rows := [][]string{}
	for _, record := range []string{
		`{"id":1,"name":"Ann","address":{"street":"Dorp 1","city":"Leuven"},"tags":["a","b"],"phones":[{"no":"1"},{"no":"2"}],"ok":true,"none":null}`,
		`{"email":"b@example.com","id":12345678901234567890,"address":null,"id":"again","empty":{},"list":[]}`,
	} {
		row, err := c.Flatten([]byte(record))
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	if want := []string{"id", "name", "address.street", "address.city", "tags", "phones.0.no", "ok", "none", "email", "address"}; !slices.Equal(c.Names(), want) {
		t.Errorf("headings %q", c.Names())
	}
	if want := []string{"1", "Ann", "Dorp 1", "Leuven", "a, b", "1", "true", ""}; !slices.Equal(rows[0], want) {
		t.Errorf("first %q", rows[0])
	}
	if rows[1][0] != "12345678901234567890" || rows[1][8] != "b@example.com" {
		t.Errorf("second %q", rows[1])
	}
}

// FuzzFlatten reads anything as a record: it fails or gives a row no wider than its
// headings, and the headings of before stay in place.
func FuzzFlatten(f *testing.F) {
	for _, s := range []string{`{}`, `{"a":{"b":[{"c":1}]}}`, `{"a":[[1],{"b":2},null,"x"]}`, `[1]`, `{"":1}`, `{"a.b":1,"a":{"b":2}}`, `{"a":`, `{"a":1e999}`,
		strings.Repeat(`{"a":`, 50) + "1" + strings.Repeat("}", 50)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, record []byte) {
		var c Columns
		c.Reserve("first", 0)
		row, err := c.Flatten(record)
		names := c.Names()
		if names[0] != "first" || len(row) > len(names) || len(names) > maxColumns+1 {
			t.Fatalf("%q: %q %q", record, names, row)
		}
		slices.Sort(names)
		if err == nil && len(slices.Compact(names)) != len(c.Names()) {
			t.Fatalf("a heading stands twice: %q", c.Names())
		}
		_, _ = Records(record, "a.b")
		textAt(record, "a.b")
	})
}

func TestLinksAreRead(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		`<https://x/2>; rel="next"`: "https://x/2", `<a>; rel=prev, <b>; rel=next`: "b", `<a>; title="x"; rel="prev next"`: "a",
		`<a>; rel="nextish"`: "", `a; rel=next`: "", ``: "", `<a`: "", `<a?x=1,2>; REL=NEXT`: "a?x=1,2",
	} {
		if got := nextLink([]string{header}); got != want {
			t.Errorf("%q: %q, want %q", header, got, want)
		}
	}
}

func TestTheNextPageKeepsTheKeyAtHome(t *testing.T) {
	t.Parallel()
	s := list()
	s.Paging = Paging{Style: ByMark, Cursor: "next"}
	p, first, err := NewPager(s)
	if err != nil {
		t.Fatal(err)
	}
	if next, err := p.Next(first, []byte(`{"next":"https://shop.example.com/api?c=2"}`), nil, 1); err != nil || next.String() != "https://shop.example.com/api?c=2" {
		t.Errorf("%v %v", next, err)
	}
	for _, away := range []string{"https://evil.example.com/", "http://shop.example.com/api?c=3"} {
		var f *Failure
		if _, err := p.Next(first, []byte(`{"next":"`+away+`"}`), nil, 1); !errors.As(err, &f) || f.Code != CodeRedirect {
			t.Errorf("%s: %v", away, err)
		}
	}
	if next, err := p.Next(first, []byte(`{"next":null}`), nil, 1); next != nil || err != nil {
		t.Errorf("after the last: %v %v", next, err)
	}
	if _, err := url.Parse(first.String()); err != nil {
		t.Error(err)
	}
}
