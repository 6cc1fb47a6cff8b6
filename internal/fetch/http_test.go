package fetch_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"clepsydra/internal/fetch"
	"clepsydra/internal/source"
)

func noon() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }

// clock counts the pauses and lets none of them last.
type clock struct{ pauses []time.Duration }

func (c *clock) after(d time.Duration) <-chan time.Time {
	c.pauses = append(c.pauses, d)
	out := make(chan time.Time, 1)
	out <- noon()
	return out
}

func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func listAt(url string) source.Source {
	return source.Source{Name: "Shop", Kind: source.HTTP, URL: url}
}

// read reads a source to its end.
func read(t *testing.T, f *fetch.Fetcher, s source.Source, first int) (rows [][]string, headings []string, failed error) {
	t.Helper()
	table := f.Read(context.Background(), s, first)
	for row, err := range table.Rows {
		if err != nil {
			return rows, nil, err
		}
		rows = append(rows, slices.Clone(row))
	}
	return rows, table.Headings(), nil
}

func plainFetcher() *fetch.Fetcher { return fetch.New(noon, new(clock).after, fetch.Limits{}) }

// fails wants a failure of a class with a code.
func fails(t *testing.T, err error, class source.Class, code string) *source.Failure {
	t.Helper()
	var f *source.Failure
	if !errors.As(err, &f) {
		t.Fatalf("got %v, want a failure %s", err, code)
	}
	if f.Class != class || f.Code != code {
		t.Fatalf("got %d %s (%v), want %d %s", f.Class, f.Code, f.Err, class, code)
	}
	return f
}

// people are ids from to below to, as JSON.
func people(from, to int) string {
	var list []string
	for i := from; i < to; i++ {
		list = append(list, fmt.Sprintf(`{"id":%d,"email":"p%d@example.com"}`, i, i))
	}
	return "[" + strings.Join(list, ",") + "]"
}

// pagesOf are seven people in pages of three, in every style.
func pagesOf(t *testing.T) string {
	query := func(r *http.Request, name string) int {
		n, _ := strconv.Atoi(r.URL.Query().Get(name))
		return n
	}
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		from := 0
		switch r.URL.Path {
		case "/page":
			from = (query(r, "p") - 1) * 3
		case "/offset":
			from = query(r, "offset")
		case "/cursor", "/link":
			from = query(r, "after")
		case "/all":
			_, _ = fmt.Fprint(w, people(0, 7))
			return
		}
		to := min(max(from, 0)+3, 7)
		if r.URL.Path == "/link" && to < 7 {
			w.Header().Set("Link", fmt.Sprintf(`</link?after=%d>; rel="next", </link>; rel="first"`, to))
		}
		next := "null"
		if to < 7 {
			next = strconv.Itoa(to)
		}
		_, _ = fmt.Fprintf(w, `{"data":{"customers":%s},"meta":{"next":%s}}`, people(from, to), next)
	})
}

func TestEveryStyleOfPagesIsReadToItsEnd(t *testing.T) {
	t.Parallel()
	base := pagesOf(t)
	nested := func(path string, p source.Paging) source.Source {
		s := listAt(base + path)
		s.Items, s.Paging = "data.customers", p
		return s
	}
	for name, s := range map[string]source.Source{
		"one":       listAt(base + "/all"),
		"page":      nested("/page", source.Paging{Style: source.ByPage, Param: "p", First: 1}),
		"page size": nested("/page", source.Paging{Style: source.ByPage, Param: "p", First: 1, SizeParam: "limit", Size: 3}),
		"offset":    nested("/offset", source.Paging{Style: source.ByStart, Size: 3}),
		"cursor":    nested("/cursor", source.Paging{Style: source.ByMark, Param: "after", Cursor: "meta.next"}),
		"link":      nested("/link", source.Paging{Style: source.ByLink}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows, headings, err := read(t, plainFetcher(), s, 0)
			if err != nil {
				t.Fatal(err)
			}
			if len(rows) != 7 || rows[6][0] != "6" || !slices.Equal(headings, []string{"id", "email"}) {
				t.Errorf("%v %v", headings, rows)
			}
			if rows, _, err := read(t, plainFetcher(), s, 2); err != nil || len(rows) != 2 {
				t.Errorf("first rows: %v %v", rows, err)
			}
		})
	}
}

func TestWhatIsNoListIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		class  source.Class
		code   string
	}{
		"broken":      {say(200, "application/json", `[{"a":1},`), source.Final, source.CodeNotJSON},
		"page":        {say(200, "text/html", `<!doctype html><form>`), source.Final, source.CodeNotJSON},
		"page lies":   {say(200, "application/json", ` <html>`), source.Final, source.CodeNotJSON},
		"object":      {say(200, "application/json", `{"data":[]}`), source.Final, source.CodeItems},
		"numbers":     {say(200, "application/json", `[1,2]`), source.Final, source.CodeItems},
		"nothing":     {say(200, "application/json", ``), source.Final, source.CodeNotJSON},
		"too large":   {say(200, "application/json", `["`+strings.Repeat("x", 5000)+`"]`), source.Final, source.CodeLarge},
		"no key":      {say(401, "text/plain", `who`), source.Final, source.CodeAuth},
		"forbidden":   {say(403, "text/plain", `no`), source.Final, source.CodeAuth},
		"nowhere":     {say(404, "text/html", `<html>`), source.Final, source.CodeMissing},
		"teapot":      {say(418, "text/plain", `tea`), source.Final, source.CodeRefused},
		"broken down": {say(500, "text/plain", `oops`), source.Passing, source.CodeServer},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := fetch.New(noon, new(clock).after, fetch.Limits{Page: 4096})
			_, _, err := read(t, f, listAt(serve(t, c.answer)), 0)
			fails(t, err, c.class, c.code)
		})
	}
}

func say(status int, media, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", media)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

// The program waits a short while by itself; a long one is left to the queue.
func TestPausesAreKept(t *testing.T) {
	t.Parallel()
	asked := 0
	busy := func(header string, times int) string {
		return serve(t, func(w http.ResponseWriter, r *http.Request) {
			if asked++; asked <= times {
				w.Header().Set("Retry-After", header)
				w.WriteHeader(http.StatusTooManyRequests)
				return
			}
			say(200, "application/json", people(0, 1))(w, r)
		})
	}
	c := &clock{}
	if rows, _, err := read(t, fetch.New(noon, c.after, fetch.Limits{}), listAt(busy("7", 2)), 0); err != nil || len(rows) != 1 {
		t.Fatalf("%v %v", rows, err)
	}
	if !slices.Equal(c.pauses, []time.Duration{7 * time.Second, 7 * time.Second}) {
		t.Errorf("pauses %v", c.pauses)
	}
	for header, want := range map[string]time.Duration{
		"120": 2 * time.Minute, noon().Add(time.Hour).Format(http.TimeFormat): time.Hour, "soon": time.Minute, "99999999999999": 24 * time.Hour,
		"999999": 24 * time.Hour,
	} {
		asked, c.pauses = 0, nil
		_, _, err := read(t, fetch.New(noon, c.after, fetch.Limits{}), listAt(busy(header, 1)), 0)
		if f := fails(t, err, source.Waiting, source.CodeBusy); f.After != want || len(c.pauses) != 0 {
			t.Errorf("%q: after %v, paused %v", header, f.After, c.pauses)
		}
	}
	asked, c.pauses = 0, nil
	_, _, err := read(t, fetch.New(noon, c.after, fetch.Limits{}), listAt(busy("1", 1)), 5)
	if fails(t, err, source.Waiting, source.CodeBusy); len(c.pauses) != 0 {
		t.Error("whoever tries a source is kept waiting")
	}
	asked = 0
	_, _, err = read(t, fetch.New(noon, c.after, fetch.Limits{Tries: 3}), listAt(busy("1", 100)), 0)
	if fails(t, err, source.Waiting, source.CodeBusy); asked != 4 {
		t.Errorf("asked %d times", asked)
	}
}

func TestASlowServerIsLeftAndAStoppedReadingEnds(t *testing.T) {
	t.Parallel()
	entered, leave := make(chan struct{}, 10), make(chan struct{})
	t.Cleanup(func() { close(leave) })
	url := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		entered <- struct{}{}
		select {
		case <-leave:
		case <-r.Context().Done():
		}
	})
	f := fetch.New(noon, new(clock).after, fetch.Limits{Request: 50 * time.Millisecond, Tries: 1})
	_, _, err := read(t, f, listAt(url), 0)
	fails(t, err, source.Passing, source.CodeSlow)

	for len(entered) > 0 {
		<-entered
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		<-entered
		cancel()
	}()
	for _, err = range plainFetcher().Read(ctx, listAt(url), 0).Rows {
	}
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// The key never goes to another host, and nothing goes round in circles.
func TestNothingLeadsAwayOrRound(t *testing.T) {
	t.Parallel()
	visited := false
	elsewhere := serve(t, func(http.ResponseWriter, *http.Request) { visited = true })
	json := func(w http.ResponseWriter, body string) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(body))
	}
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, elsewhere, http.StatusFound)
		case "/round":
			http.Redirect(w, r, "/round", http.StatusFound)
		case "/moved":
			http.Redirect(w, r, "/here", http.StatusMovedPermanently)
		case "/here":
			json(w, people(0, 1))
		case "/link-away":
			w.Header().Set("Link", "<"+elsewhere+">; rel=next")
			json(w, people(0, 1))
		case "/same": // the page number is ignored
			json(w, people(0, 3))
		case "/cursor":
			json(w, `{"items":`+people(0, 2)+`,"next":"`+map[string]string{"": "a", "a": "b", "b": "a"}[r.URL.Query().Get("cursor")]+`"}`)
		}
	})
	at := func(path, items string, p source.Paging) source.Source {
		s := listAt(url + path)
		s.Header, s.Secret, s.Items, s.Paging = "Authorization", "key", items, p
		return s
	}
	for path, c := range map[string]struct {
		s    source.Source
		code string
	}{
		"/away":      {at("/away", "", source.Paging{}), source.CodeRedirect},
		"/round":     {at("/round", "", source.Paging{}), source.CodeLoop},
		"/link-away": {at("/link-away", "", source.Paging{Style: source.ByLink}), source.CodeRedirect},
		"/same":      {at("/same", "", source.Paging{Style: source.ByPage, First: 1}), source.CodeLoop},
		"/cursor":    {at("/cursor", "items", source.Paging{Style: source.ByMark, Cursor: "next"}), source.CodeLoop},
	} {
		_, _, err := read(t, plainFetcher(), c.s, 0)
		if fails(t, err, source.Final, c.code); visited {
			t.Fatalf("%s led to another host", path)
		}
	}
	if rows, _, err := read(t, plainFetcher(), at("/moved", "", source.Paging{}), 0); err != nil || len(rows) != 1 {
		t.Errorf("moved on the same host: %v %v", rows, err)
	}
}

func TestBoundsHold(t *testing.T) {
	t.Parallel()
	url := serve(t, say(200, "application/json", people(0, 50)))
	for _, l := range []fetch.Limits{{Rows: 49}, {Bytes: 100}} {
		_, _, err := read(t, fetch.New(noon, new(clock).after, l), listAt(url), 0)
		fails(t, err, source.Final, source.CodeLarge)
	}
	if rows, _, err := read(t, fetch.New(noon, new(clock).after, fetch.Limits{Rows: 50}), listAt(url), 0); err != nil || len(rows) != 50 {
		t.Errorf("exactly at the bound: %d %v", len(rows), err)
	}
	_, _, err := read(t, plainFetcher(), listAt("http://127.0.0.1:1/"), 0)
	fails(t, err, source.Passing, source.CodeNetwork)
	_, _, err = read(t, plainFetcher(), listAt("http://169.254.169.254/latest"), 0)
	fails(t, err, source.Final, source.CodeSetup)
	// A decimal address is a name to the check and an address to the resolver.
	_, _, err = read(t, plainFetcher(), listAt("https://[::ffff:169.254.169.254]/"), 0)
	fails(t, err, source.Final, source.CodeSetup)
}

func TestACertificateThatProvesNothingIsRefused(t *testing.T) {
	t.Parallel()
	s := httptest.NewTLSServer(say(200, "application/json", people(0, 1)))
	t.Cleanup(s.Close)
	_, _, err := read(t, plainFetcher(), listAt(s.URL), 0)
	fails(t, err, source.Final, source.CodeTLS)
}
